"""Equations in LaTeX as MathML, which a browser draws without a script: for Peek and for the documentation."""

from __future__ import annotations

import re
from functools import lru_cache
from xml.etree import ElementTree

from latex2mathml.converter import convert

NAMESPACE = "http://www.w3.org/1998/Math/MathML"
FUNCTIONS = ("log", "cos", "exp")

# What latex2mathml passes through as text because it does not know the command.
_UNKNOWN = re.compile(r"<m[a-z]+>(\\[A-Za-z]+)</m[a-z]+>")
_TAGS = {
    *("math", "mrow", "mi", "mo", "mn", "mtext", "mspace", "msub", "msup", "msubsup", "mfrac", "msqrt", "mroot"),
    *("munder", "mover", "munderover", "mpadded", "mphantom", "mstyle", "mtable", "mtr", "mtd"),
}
_ATTRIBUTES = {
    *("display", "displaystyle", "scriptlevel", "stretchy", "fence", "separator", "form", "largeop", "movablelimits"),
    *("lspace", "rspace", "width", "height", "depth", "minsize", "maxsize", "linethickness", "mathvariant", "accent"),
    *("columnalign", "rowspacing", "columnspacing"),
}
_BREAKS = {"=", "≤", "≥", "<", ">", "+", "−", "∝", "→"}  # a line may end before these
_DEPTH = {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}


class BadEquation(ValueError):
    """LaTeX that cannot be set."""


def mathml(latex: str, *, display: str = "inline") -> str:
    """Return one equation as a ``math`` element.

    Only elements and attributes of MathML that draw something pass: no link, no style, no markup within a text.

    >>> mathml("x^2")[-53:]
    '<mrow><msup><mi>x</mi><mn>2</mn></msup></mrow></math>'

    Raises
    ------
    BadEquation
        LaTeX that cannot be converted, or a command that is not known.
    """
    return _written(_parsed(latex, display))


@lru_cache(maxsize=512)
def line_parts(text: str) -> tuple[tuple[str, bool], ...]:
    """Return a line with equations between dollar signs in its parts, each with whether it is MathML.

    An equation is parted before the relations and sums that stand in no bracket, so that a narrow page breaks it there.

    >>> [part for part, is_mathml in line_parts("no $x$, and text") if not is_mathml]
    ['no ', ', and text']

    Raises
    ------
    BadEquation
        A dollar sign without its second, or LaTeX that cannot be converted.
    """
    pieces = text.split("$")
    if len(pieces) % 2 == 0:
        raise BadEquation(f"equation {text!r:.80}: a dollar sign has no second")
    parts: list[tuple[str, bool]] = []
    for place, piece in enumerate(pieces):
        if place % 2:
            parts += [(_written(row), True) for row in _rows(_with_words(_parsed(piece, "inline")))]
        elif piece:
            parts.append((piece, False))
    return tuple(parts)


def _parsed(latex: str, display: str) -> ElementTree.Element:
    try:
        markup = convert(" ".join(latex.split()), display=display)
        root = ElementTree.fromstring(markup)
    except Exception as problem:
        raise BadEquation(f"equation {latex!r} cannot be converted: {problem!r:.200}") from problem
    unknown = _UNKNOWN.search(markup)
    if unknown:
        raise BadEquation(f"equation {latex!r}: the command {unknown[1]} is not known")
    for element in root.iter():
        strange = [name for name in element.attrib if name not in _ATTRIBUTES]
        if not element.tag.startswith(f"{{{NAMESPACE}}}") or _tag(element) not in _TAGS or strange:
            raise BadEquation(f"equation {latex!r}: {', '.join(strange) or _tag(element)} has no place in an equation")
        if element.text in ("|", "‖"):  # one that carries an exponent would stretch over that alone
            element.set("stretchy", "false")
    return root


def _written(root: ElementTree.Element) -> str:
    ElementTree.register_namespace("", NAMESPACE)
    return ElementTree.tostring(root, encoding="unicode")


def _with_words(root: ElementTree.Element) -> ElementTree.Element:
    """Return an equation whose words are names: beside a text, which counts as a space, a sign has no room."""
    for element in root.iter():
        if _tag(element) == "mtext" and (element.text or "").strip():
            element.tag = f"{{{NAMESPACE}}}mi"
            element.attrib.update({"mathvariant": "normal", "class": "words"})
    return root


def _rows(root: ElementTree.Element) -> list[ElementTree.Element]:
    """Return an equation as several, each but the first beginning with a relation or a sign."""
    (row,) = root
    rows: list[list[ElementTree.Element]] = [[]]
    depth = 0
    for child in row:
        sign = child.text if _tag(child) == "mo" else None
        depth += _DEPTH.get(sign or "", 0)
        if sign in _BREAKS and depth == 0 and rows[-1]:
            child.set("form", "infix")  # else a sign at the beginning stands close to what follows
            rows.append([])
        rows[-1].append(child)
    found = []
    for children in rows:
        part = ElementTree.Element(root.tag, root.attrib)
        ElementTree.SubElement(part, row.tag).extend(children)
        found.append(part)
    return found


def spaced(markup: str) -> str:
    """Return MathML with what min and max run over below them, and a thin space beside a function's name."""
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
    return _written(root)


def _tag(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2]
