"""Where the words in a figure go: at the right of the frame in the order of their lines, or beside their marks."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from dashboard.rendering.figures.room import Room, Span
from dashboard.rendering.figures.text import SIZE, text_width

GAP = 9  # px between a mark or a line's end and its words
DISC = 18  # px across the circled number of an earlier try
MARK = 6  # px from the middle of a mark to its edge
PAD = 2  # px of paper that words have on either side
LEADING = 1.3  # of the size: from one line of words to the next
NEARLY = 1e-6  # px² that words may cover and still be free
EDGE = 7  # px that words at the right may stand above or below the frame
AROUND = 4.0  # px of paper above and below a circled number together
APART = 9.0  # px between two words at the right where there is room: more than between the lines of one


@dataclass(kw_only=True, slots=True)  # not frozen: a drag makes dozens a step, and frozen ones take three times as long
class Placed:
    """Words tied to a data point: where it lies on the axes and as shares of the frame, and how they are anchored.

    ``is_disc`` says that they are a number in a circle; ``in_column`` that they stand at the right of the frame.
    """

    x: float
    y: float
    across: float
    up: float
    text: str
    colour: str
    place: str
    size: int = SIZE
    is_disc: bool = False
    in_column: bool = False
    xanchor: str = "left"
    xshift: float = GAP
    yshift: float = 0.0

    @property
    def width(self) -> float:
        """Length of the words in pixels."""
        return DISC if self.is_disc else text_width(self.text, self.size)

    @property
    def half(self) -> float:
        """Half the height of the words in pixels, from the top of a d to the foot of a g."""
        return DISC / 2 if self.is_disc else 0.5 * self.size * (0.95 + LEADING * self.text.count("<br>"))


# Ways to stand beside a mark: the share of the words that lies left of it, how far they are shifted, whether they stand
# below (-1), beside (0) or above it (1), and how far off then.
_WAYS: dict[str, tuple[float, float, int, float]] = {
    "right": (0.0, GAP, 0, 0),
    "left": (1.0, -GAP, 0, 0),
    "above": (0.5, 0, 1, 8),
    "below": (0.5, 0, -1, 8),
    "above-left": (1.0, -4, 1, 7),
    "above-right": (0.0, 4, 1, 7),
    "below-right": (0.0, 4, -1, 7),
    "below-left": (1.0, -4, -1, 7),
}
_FARTHER: tuple[tuple[float, float, int, float], ...] = (
    *((share, shift, side, 1) for share, shift in ((0.0, GAP + 1), (1.0, -GAP - 1)) for side in (1, -1)),
    *((share, shift, 0, 0) for share, shift in ((0.0, 24), (1.0, -24))),
    *(
        (share, shift, side, off)
        for off in (18, 32)
        for side in (1, -1)
        for share, shift in ((0, 4), (1, -4), (0.5, 0))
    ),
)
_TRIED = {first: tuple(dict.fromkeys((way, *_WAYS.values(), *_FARTHER))) for first, way in _WAYS.items()}
_ROUND = tuple(
    (off * math.cos(angle * math.pi / 4), off * math.sin(angle * math.pi / 4))
    for off in (16, 20, 24, 34, 46, 64, 84)
    for angle in range(8)
) + tuple((side * off, 12.0) for off in (20, 40, 60, 80, 110, 140) for side in (1, -1))
_ANCHORS = {0.0: "left", 0.5: "center", 1.0: "right"}


def beside(label: Placed, room: Room, *, or_nowhere: bool = False) -> float:
    """Anchor words at the first free place around their mark, or else where they cover least; return what they cover.

    The place that is taken is entered into the room, unless it covers something. With ``or_nowhere`` no place is looked
    for where none is free.
    """
    up, half, long = label.up * room.height, label.half, label.width
    best, least = (0.0, 0.0, 0.0), NEARLY if or_nowhere else math.inf
    for share, xshift, side, off in _TRIED.get(label.place, _TRIED["right"]):
        middle = up + side * (half + off)
        left = xshift - share * long
        cost = room.cost(label.across, left - PAD, left + long + PAD, middle - half, middle + half, least)
        if cost < least:
            best, least = (share, xshift, middle - up), cost
            if not cost:
                break
    share, label.xshift, label.yshift = best
    label.xanchor = _ANCHORS[share]
    if not least:
        room.take([_span(label, share, room)])
    return least


def _span(label: Placed, share: float, room: Room) -> Span:
    left, middle = label.xshift - share * label.width, label.up * room.height + label.yshift
    return (label.across, left - PAD, label.across, left + label.width + PAD, middle - label.half, middle + label.half)


def ringed(
    label: Placed,
    room: Room,
    line: Sequence[tuple[float, float, float, float]] = (),
    others: Sequence[tuple[float, float]] = (),
    *,
    or_nowhere: bool = False,
) -> float:
    """Anchor a circled number on its mark or the end of its line, farther back on it, or off it; return what it covers.

    Parameters
    ----------
    label : Placed
        The number.
    room : Room
        Where there is room; the place that is taken is entered, unless it covers something.
    line : Sequence[tuple[float, float, float, float]]
        Points farther and farther back on its line: as shares of the frame, and in the axes' units.
    others : Sequence[tuple[float, float]]
        Shares of the frame at which other marks stand that only numbers keep off.
    or_nowhere : bool
        Whether no place is looked for where none is free.
    """
    reach, height = DISC / 2 + 1, room.height
    spans = [
        _around(x, y * height, MARK) for x, y in others if abs(x - label.across) > 0.01 or abs(y - label.up) > 0.01
    ]
    count = len(spans)
    room.take(spans)
    here = (label.across, label.up, label.x, label.y)
    best, least = (here, 0.0, 0.0), NEARLY if or_nowhere else math.inf
    for anchor, dx, dy in [*((each, 0.0, 0.0) for each in (here, *line)), *((here, *way) for way in _ROUND)]:
        middle = anchor[1] * height + dy
        cost = room.cost(anchor[0], dx - reach, dx + reach, middle - reach, middle + reach, least)
        if cost < least:
            best, least = (anchor, dx, dy), cost
            if not cost:
                break
    room.give_back(count)
    (label.across, label.up, label.x, label.y), label.xshift, label.yshift = best
    label.xanchor = "center"
    if not least:
        left, _, right, _, bottom, top = _around(label.across, label.up * height + label.yshift, reach)
        room.take([(left, label.xshift - reach, right, label.xshift + reach, bottom, top)])
    return least


def _around(across: float, middle: float, reach: float) -> Span:
    return (across, -reach, across, reach, middle - reach, middle + reach)


def stacked(rows: Sequence[Placed], height: float) -> list[Placed]:
    """Return the words at the right of a frame from the lowest up, as near to their heights as they fit.

    They keep the order of what they belong to, and stay within ``EDGE`` of the frame while it has room for all. Two
    that meet stand farther from each other than the lines of one where there is room.
    """
    done = sorted(rows, key=lambda row: row.up)
    # A group is pushed as one: where its middle wants to be, how tall it is, and the first of its rows.
    groups: list[list[float]] = []
    spare = (height + 2 * EDGE - sum(2 * row.half for row in done)) / max(1, len(done))
    apart = min(APART, max(0.0, spare))
    # A circle fills its height, letters do not.
    talls = [2 * row.half + max(apart, AROUND if row.is_disc else 0.0) for row in done]
    for number, (row, tall) in enumerate(zip(done, talls, strict=True)):
        groups.append([_within(row.up * height, tall, height), tall, 1.0, number])
        while len(groups) > 1 and groups[-2][0] + groups[-2][1] / 2 > groups[-1][0] - groups[-1][1] / 2 + 1e-9:
            upper, lower = groups.pop(), groups[-1]
            count, tall_of_both = lower[2] + upper[2], lower[1] + upper[1]
            # What each half would have as its middle, were both together.
            middle = (lower[2] * (lower[0] + upper[1] / 2) + upper[2] * (upper[0] - lower[1] / 2)) / count
            groups[-1] = [_within(middle, tall_of_both, height), tall_of_both, count, lower[3]]
    for place, (middle, tall, _, first) in enumerate(groups):
        last = int(groups[place + 1][3]) if place + 1 < len(groups) else len(done)
        at = middle - tall / 2
        for number in range(int(first), last):
            done[number].yshift = at + talls[number] / 2 - done[number].up * height
            at += talls[number]
    for row in done:
        row.in_column, row.xanchor, row.xshift = True, "left", GAP
    return done


def _within(middle: float, tall: float, height: float) -> float:
    """The middle of so tall words, moved into the frame; the top counts where they do not fit."""
    return min(max(middle, tall / 2 - EDGE), height + EDGE - tall / 2)


def in_column(row: Placed, height: float) -> Span:
    """Return the room that words at the right of a frame take."""
    middle = row.up * height + row.yshift
    return (1.0, GAP - 3, 1.0, GAP + row.width, middle - row.half, middle + row.half)


@lru_cache(maxsize=4096)
def wrapped(text: str, room: float, size: float = SIZE) -> str:
    """Return words in as many lines as they need for a width [px]: after a bold name first, then between words.

    >>> wrapped("<b>Dusty Mesa</b> 91.1%", 80)
    '<b>Dusty Mesa</b><br>91.1%'
    """
    if "<br>" in text or text_width(text, size) <= room:
        return text
    halves = text.split("</b> ", 1)
    if len(halves) == 2 and halves[0].startswith("<b>"):
        return f"{wrapped(halves[0] + '</b>', room, size)}<br>{wrapped(halves[1], room, size)}"
    is_bold = text.startswith("<b>") and text.endswith("</b>")
    words = (text[3:-4] if is_bold else text).split(" ")
    words = [part for word in words for part in _in_parts(word, room, size, is_bold=is_bold)]
    for count in range(1, len(words) + 1):
        lines = _even(words, count)
        if max(text_width(line, size, bold=is_bold) for line in lines) <= room:
            break
    return "<br>".join(f"<b>{line}</b>" if is_bold else line for line in lines)


def _in_parts(word: str, room: float, size: float, *, is_bold: bool) -> list[str]:
    """A word that is too long for a width: in shorter notation (2.56×10⁻⁶), or else in two parts."""
    if text_width(word, size, bold=is_bold) <= room:
        return [word]
    word = word.replace("\u202f×\u202f", "×")
    if text_width(word, size, bold=is_bold) <= room:
        return [word]
    for sign in ("\u00a0", "+", "-"):
        first, found, last = word.partition(sign)
        if first and last:
            return [first + found.strip("+\u00a0"), found.strip("-\u00a0") + last]
    return [word]


def _even(words: Sequence[str], count: int) -> list[str]:
    """Words in so many lines, the longest as short as it gets."""
    least = max(map(len, words))
    while True:
        lines, line = [], words[0]
        for word in words[1:]:
            if len(line) + 1 + len(word) <= least:
                line = f"{line} {word}"
            else:
                lines.append(line)
                line = word
        lines.append(line)
        if len(lines) <= count:
            return lines
        least += 1
