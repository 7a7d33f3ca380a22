"""Equations as MathML, written when the site is built: no script, nothing from another host, read by screen readers."""

from __future__ import annotations

import re
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging

from tracks.loading.equations import BadEquation, mathml, spaced

logger = logging.getLogger(__name__)


def _set(latex: str, node: nodes.Element, *, display: str) -> str:
    """Return an equation as markup; one that cannot be set is a warning, which 'make docs' counts as an error."""
    try:
        markup = mathml(latex, display=display)
    except BadEquation as problem:
        logger.warning("%s", problem, location=node)
        return ""
    return spaced(markup) if display == "block" else markup


def _visit_inline(translator: Any, node: nodes.math) -> None:
    translator.body.append(_set(node.astext(), node, display="inline"))
    raise nodes.SkipNode


def _visit_block(translator: Any, node: nodes.math_block) -> None:
    equations = [text for text in re.split(r"\n\s*\n", node.astext()) if text.strip()]
    markup = "".join(_set(text, node, display="block") for text in equations)
    translator.body.append(f'<div class="equation" tabindex="0">{markup}</div>\n')
    raise nodes.SkipNode


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the renderer with Sphinx."""
    app.add_html_math_renderer("mathml", inline_renderers=(_visit_inline, None), block_renderers=(_visit_block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
