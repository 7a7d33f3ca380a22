"""How much room words of a figure take, from the font's own widths, and which tags they may hold."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from dashboard.rendering.figures.advances import BOLD, REGULAR

SIZE = 14  # px, of labels
LINE = 18  # px a line of label text needs
_RAISED = 0.7  # of the size: raised and lowered letters
_UNKNOWN = 560  # thousandths of the size: a letter that another font draws

# Of the HTML that Plotly reads in a text, what the lab uses; any other tag is part of the words.
_TAG = re.compile(r"</?(?:b|i|sub|sup)>|<br>")
_SPLIT = re.compile(rf"({_TAG.pattern})")
_RAISING = frozenset(("<sup>", "</sup>", "<sub>", "</sub>"))
_NO_TAG = re.compile(rf"<(?!{_TAG.pattern.replace('<', '')})")


class _Widths(dict[str, int]):
    """Widths by letter; one with an accent is as wide as bare, and one that another font draws is guessed.

    A narrow space that keeps words together is drawn as the thin one that the font has.
    """

    def __missing__(self, letter: str) -> int:
        if letter == "\u202f":
            return self["\u2009"]
        return self.get(unicodedata.normalize("NFD", letter)[0], _UNKNOWN)


_REGULAR, _BOLD = (_Widths({each: wide for wide, letters in table.items() for each in letters})
                   for table in (REGULAR, BOLD))  # fmt: skip


@lru_cache(maxsize=4096)
def without_tags(text: str) -> str:
    """Return a text of a figure that shows its tags as words, but for the lab's own.

    Plotly would make a link of one and swallow others.

    >>> without_tags("<b>4</b> <a href='https://example.org'>here</a>")
    "<b>4</b> &lt;a href='https://example.org'>here&lt;/a>"
    """
    return _NO_TAG.sub("&lt;", text)


@lru_cache(maxsize=4096)
def text_width(text: str, size: float = SIZE, *, bold: bool = False) -> float:
    """Return the length of a text's longest line [px] in letters of a size; ``bold`` where it begins bold.

    Ten figures of 497 thousandths, and as many letters in bold:

    >>> text_width("0123456789", 100), text_width("<b>HHH</b>", 100)
    (495.0, 202.5)
    """
    if "<" not in text:
        return sum(map((_BOLD if bold else _REGULAR).__getitem__, text.replace("&lt;", "<"))) * size / 1000
    longest, long, scale = 0.0, 0.0, 1.0
    widths = _BOLD if bold else _REGULAR
    for part in _SPLIT.split(text):
        if part == "<b>":
            widths = _BOLD
        elif part == "</b>":
            widths = _REGULAR
        elif part == "<br>":
            longest, long = max(longest, long), 0.0
        elif part in _RAISING:
            scale = _RAISED if part[1] != "/" else 1.0
        elif part not in ("<i>", "</i>"):
            long += scale * sum(map(widths.__getitem__, part.replace("&lt;", "<")))
    return max(longest, long) * size / 1000
