"""Equations as MathML, written when the site is built: no script, nothing from another host, read by screen readers."""

from __future__ import annotations

import re
from typing import Any
from xml.etree import ElementTree

from docutils import nodes
from latex2mathml.converter import convert
from sphinx.application import Sphinx
from sphinx.util import logging

NAMESPACE = "http://www.w3.org/1998/Math/MathML"
FUNCTIONS = ("log", "cos", "exp")

logger = logging.getLogger(__name__)

# What latex2mathml passes through as text because it does not know the command.
_UNKNOWN = re.compile(r"<m[a-z]+>(\\[A-Za-z]+)</m[a-z]+>")


def mathml(latex: str, *, display: str) -> str:
    """Return one equation as a ``math`` element.

    Raises
    ------
    ValueError
        LaTeX that cannot be converted, or a command that is not known.
    """
    try:
        markup = convert(" ".join(latex.split()), display=display)
    except Exception as problem:
        raise ValueError(f"equation {latex!r} cannot be converted: {problem!r}") from problem
    unknown = _UNKNOWN.search(markup)
    if unknown:
        raise ValueError(f"equation {latex!r}: the command {unknown[1]} is not known")
    return _spaced(markup) if display == "block" else markup


def _spaced(markup: str) -> str:
    """Put what min and max run over below them, and a thin space between a function's name and its argument."""
    ElementTree.register_namespace("", NAMESPACE)
    root = ElementTree.fromstring(markup)
    for parent in root.iter():
        for place, child in enumerate(list(parent)):
            if _tag(child) == "msub" and child[0].text in ("min", "max"):
                child.tag = f"{{{NAMESPACE}}}munder"
                child[0].attrib.update(lspace="0", rspace="0")
            after = parent[place + 1] if place + 1 < len(parent) else None
            if child.text in FUNCTIONS and after is not None and after.text not in ("(", "|"):
                child.tag = f"{{{NAMESPACE}}}mo"
                child.attrib.update(lspace="0.17em", rspace="0.17em")
    return ElementTree.tostring(root, encoding="unicode")


def _tag(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2]


def _set(latex: str, node: nodes.Element, *, display: str) -> str:
    """Return an equation as markup; one that cannot be set is a warning, which 'make docs' counts as an error."""
    try:
        return mathml(latex, display=display)
    except ValueError as problem:
        logger.warning("%s", problem, location=node)
        return ""


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
