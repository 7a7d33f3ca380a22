"""Peek as texts: its equations with the student's numbers, and their sources, each once, with a number."""

from __future__ import annotations

import re
from typing import TypedDict

from tracks.api.demonstration import Peek

_SENTENCE_END = re.compile(r"(?<!\bal)\.\s+(?=\D)")


class PeekLineTexts(TypedDict):
    """One equation, as text and as LaTeX; ``source`` says by their numbers which sources of the page it has."""

    name: str
    equation: str
    latex: str
    numbers: str
    source: str


class PeekTexts(TypedDict):
    """The equations with the student's numbers, and their sources, each once, in the order in which they are named."""

    lines: list[PeekLineTexts]
    sources: list[str]
    leaves_out: str


def peek_texts(peek: Peek | None) -> PeekTexts:
    """Return the equations with the student's numbers."""
    if peek is None:
        return {"lines": [], "sources": [], "leaves_out": ""}
    numbers: dict[str, int] = {}
    lines: list[PeekLineTexts] = []
    for line in peek.lines:
        cited = sorted({numbers.setdefault(one, len(numbers) + 1) for one in each_source(line.source)})
        word = "Sources" if len(cited) > 1 else "Source"
        lines.append(
            {
                "name": line.name,
                "equation": line.equation,
                "latex": line.latex,
                "numbers": line.numbers,
                "source": f"{word} {', '.join(map(str, cited))}",
            }
        )
    return {"lines": lines, "sources": list(numbers), "leaves_out": peek.leaves_out}


def each_source(text: str) -> list[str]:
    """Return the sentences of a source, which name one input each; "et al. 2021" and "fig. 3" end none."""
    return [part.strip().rstrip(".") for part in _SENTENCE_END.split(text) if part.strip(" .")] or [text]
