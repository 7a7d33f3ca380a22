"""How Sphinx builds the documentation: ``make docs``."""

import sys
from pathlib import Path

import ziamath

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE / "extensions")]

project = "edgelab"
author = "edgelab developers"
copyright = "edgelab developers"

extensions = [
    "myst_parser",
    "numpydoc",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "docstrings",
    "generated",
    "mathml",
]
exclude_patterns = ["extensions", "gallery"]
myst_heading_anchors = 3

# A name in single backticks is a link where it names something that the site documents.
default_role = "py:obj"
autosummary_generate = False
autodoc_typehints = "none"
autodoc_member_order = "bysource"
numpydoc_show_class_members = False
numpydoc_xref_param_type = False
python_use_unqualified_type_names = True
add_module_names = False
toc_object_entries_show_parents = "hide"

html_theme = "furo"
html_title = "edgelab"
html_copy_source = False
html_show_sphinx = False
# STIX Two Math comes with ziamath: no font is fetched from another host, and none is kept in the repository.
html_static_path = ["static", str(Path(ziamath.__file__).parent / "fonts")]
html_css_files = ["site.css"]
pygments_style = "a11y-high-contrast-light"
pygments_dark_style = "a11y-high-contrast-dark"
