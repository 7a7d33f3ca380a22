"""What of a figure's frame is taken, at the narrowest and at the widest that it is drawn: words go where nothing is."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

COLUMNS, ROWS = 96, 60  # cells in which lines are entered
_SAMPLES = np.linspace(0.0, 1.0, 2 * COLUMNS + 1)
# By two rows, the bits of those from the first to the one before the second.
_BETWEEN = np.array(
    [[(1 << last) - (1 << first) if last > first else 0 for last in range(ROWS + 1)] for first in range(ROWS + 1)],
    dtype=np.uint64,
)
OUTSIDE = 60.0  # px² that a pixel outside the frame weighs
STRUCK = 400.0  # px² that a column of cells with a line in it weighs
BESIDE, OVER = 4.0, 3.0  # px that words keep from a line beside, and over or below them

# Left, right, bottom and top; the first two as a share of the frame's width and pixels from there.
Span = tuple[float, float, float, float, float, float]
Box = tuple[float, float, float, float]  # left, right, bottom, top in pixels from the frame's lower left corner


class Room:
    """The room in a frame of some height [px] and of any width between two [px].

    Words may reach ``beyond`` it to the right, and ``above`` it.
    """

    def __init__(self, widths: Sequence[float], height: float, *, beyond: float, above: float) -> None:
        self.widths = widths
        self.height = height
        self.beyond = beyond
        self._top = height + above
        self._boxes: list[list[Box]] = [[] for _ in widths]
        self.cells: NDArray[np.uint64] | None = None

    def take(self, spans: Iterable[Span]) -> None:
        """Enter boxes: bars, marks, words, upright and level lines."""
        for a, left, b, right, bottom, top in spans:
            for width, boxes in zip(self.widths, self._boxes, strict=True):
                boxes.append((a * width + left, b * width + right, bottom, top))

    def give_back(self, count: int) -> None:
        """Take out as many boxes as were entered last."""
        for boxes in self._boxes:
            del boxes[len(boxes) - count :]

    def draw(self, cells: NDArray[np.uint64] | None) -> None:
        """Enter lines, as ``cells_of`` returns them."""
        if cells is not None:
            self.cells = cells if self.cells is None else self.cells | cells

    def cost(
        self, across: float, left: float, right: float, bottom: float, top: float, most: float = math.inf
    ) -> float:
        """Return what words cover at both widths [px²]; 0 where they are free.

        Parameters
        ----------
        across : float
            The share of the frame's width to which they are tied.
        left, right, bottom, top : float
            Their box [px], the first two from there.
        most : float
            From which on it does not matter how much they cover.
        """
        whole = 0.0
        if bottom < 1.0:
            whole += OUTSIDE * (1.0 - bottom)
        if top > self._top:
            whole += OUTSIDE * (top - self._top)
        for width in self.widths:
            x = across * width
            whole += OUTSIDE * (max(0.0, 2.0 - x - left) + max(0.0, x + right - width - self.beyond))
        if whole >= most:
            return whole
        for width, boxes in zip(self.widths, self._boxes, strict=True):
            x0, x1 = across * width + left, across * width + right
            for b0, b1, b2, b3 in boxes:
                if x0 < b1 and b0 < x1 and bottom < b3 and b2 < top:
                    whole += (min(x1, b1) - max(x0, b0)) * (min(top, b3) - max(bottom, b2))
                    if whole >= most:
                        return whole
        if self.cells is not None and top > -OVER and bottom < self.height:
            low = max(0, int((bottom - OVER) / self.height * ROWS))
            high = min(ROWS, int((top + OVER) / self.height * ROWS) + 1)
            rows = (1 << high) - (1 << low)
            for width in self.widths:
                x = across * width
                first = max(0, int((x + left - BESIDE) / width * COLUMNS))
                last = max(0, int((x + right + BESIDE) / width * COLUMNS) + 1)
                whole += STRUCK * int(np.count_nonzero(self.cells[first:last] & rows))
                if whole >= most:
                    return whole
        return whole


def cells_of(lines: Sequence[tuple[ArrayLike, ArrayLike]]) -> NDArray[np.uint64] | None:
    """Return which cells of a frame lines go through, a bit for each row in a number for each column; or None.

    Of each line the shares of the frame's width and height that its points lie at.
    """
    lines = [piece for line in lines for piece in _onwards(*line)]
    if not lines:
        return None
    low, high = np.full((len(lines), len(_SAMPLES)), 2.0), np.full((len(lines), len(_SAMPLES)), -1.0)
    for number, (across, up) in enumerate(lines):
        xs, ys = np.asarray(across, dtype=np.float64), np.asarray(up, dtype=np.float64)
        if len(xs) == 2 and xs[1] < xs[0]:
            xs, ys = xs[::-1], ys[::-1]
        first, last = np.searchsorted(_SAMPLES, (xs[0], xs[-1]))
        part = slice(max(0, int(first) - 1), int(last) + 1)  # it begins and ends between two samples
        at = np.interp(_SAMPLES[part], xs, ys)
        is_steep = last - first < 4  # samples would miss some of it
        low[number, part], high[number, part] = (ys.min(), ys.max()) if is_steep else (at, at)
    low = np.minimum(np.minimum(low[:, :-2:2], low[:, 1::2]), low[:, 2::2])
    high = np.maximum(np.maximum(high[:, :-2:2], high[:, 1::2]), high[:, 2::2])
    with np.errstate(invalid="ignore"):  # NaN interrupts a line, and becomes a row that no line is in
        first_row = np.clip(low * ROWS, 0, ROWS).astype(np.intp)
        after_last = np.clip(high * ROWS + 1, 0, ROWS).astype(np.intp)
    bits = _BETWEEN[np.clip(first_row, 0, ROWS), np.clip(after_last, 0, ROWS)]
    found: NDArray[np.uint64] = np.bitwise_or.reduce(bits, axis=0)
    return found


def _onwards(across: ArrayLike, up: ArrayLike) -> list[tuple[ArrayLike, ArrayLike]]:
    """A line that goes from left to right as it is, and one that goes back in its pieces from point to point."""
    xs = np.asarray(across, dtype=np.float64)
    if len(xs) <= 2 or not (xs[1:] < xs[:-1]).any():
        return [(across, up)]
    ys = np.asarray(up, dtype=np.float64)
    return [(xs[at : at + 2], ys[at : at + 2]) for at in range(len(xs) - 1)]


def tried_widths(widths: tuple[float, float], *, has_discs: bool) -> list[float]:
    """Return at which widths of a frame places have to be free [px]: numbers of tries may stand far from their mark."""
    narrow, wide = widths
    return [narrow + share * (wide - narrow) for share in ((0, 0.35, 0.65, 1) if has_discs else (0, 1))]
