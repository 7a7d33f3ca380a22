"""Words in a figure: in the column none covers another, beside a mark a free place is taken where there is one."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from dashboard.rendering.figures.labels import EDGE, LEADING, Placed, beside, in_column, ringed, stacked, wrapped
from dashboard.rendering.figures.room import Room, cells_of
from dashboard.rendering.figures.text import text_width
from tests.figures.font import text_width as width_in_the_font

WIDTHS, HEIGHT = (408.0, 772.0), 212.0
PLACES = ("right", "left", "above", "below", "above-left", "above-right", "below-right", "below-left")
LEFT = {"left": 0.0, "center": 0.5, "right": 1.0}
SHARE = st.floats(min_value=0, max_value=1)
Box = tuple[float, float, float, float]  # left, bottom, right, top


def label(across: float, up: float, text: str = "you 5.11 TB", place: str = "right") -> Placed:
    return Placed(x=across, y=up, across=across, up=up, text=text, colour="ink", place=place)


def room() -> Room:
    return Room(WIDTHS, HEIGHT, beyond=2.0, above=8.0)


def box(done: Placed, width: float) -> Box:
    """The pixels of words so anchored in a frame of that width."""
    left = done.across * width + done.xshift - LEFT[done.xanchor] * done.width
    middle = done.up * HEIGHT + done.yshift
    return left, middle - done.half, left + done.width, middle + done.half


def overlap(one: Box, other: Box) -> float:
    across, up = min(one[2], other[2]) - max(one[0], other[0]), min(one[3], other[3]) - max(one[1], other[1])
    return max(0.0, across) * max(0.0, up)


ENDS = st.lists(
    st.builds(label, st.just(1.0), SHARE, st.sampled_from(["Fleet 80%", "<b>Dusty Mesa</b><br>91.1%"])),
    min_size=1,
    max_size=8,
)


class TestTheColumn:
    @given(ENDS)
    @example([label(1, 0.5), label(1, 0.5), label(1, 0.5)])
    def test_none_covers_another_and_all_keep_the_order_of_their_lines(self, rows: list[Placed]) -> None:
        done = stacked(rows, HEIGHT)
        spans = [in_column(row, HEIGHT) for row in done]
        assert [row.up for row in done] == sorted(row.up for row in rows)
        assert all(lower[5] <= upper[4] + 1e-9 for lower, upper in pairwise(spans))  # touching where there is no room

    @given(ENDS)
    @example([label(1, 1.0)] * 4)  # curves that all end at the target
    def test_they_stay_beside_the_frame_where_it_has_room(self, rows: list[Placed]) -> None:
        assume(sum(2 * row.half + 3 for row in rows) <= HEIGHT)
        for row in stacked(rows, HEIGHT):
            *_, bottom, top = in_column(row, HEIGHT)
            assert bottom >= -EDGE
            assert top <= HEIGHT + EDGE

    def test_two_that_meet_stand_farther_apart_than_the_lines_of_one(self) -> None:
        """Else "your lock:" over "800 GiB" over "budget" over "733 GiB" would read as one."""
        rows = stacked([label(1, 0.5), label(1, 0.51), label(1, 0.52)], HEIGHT)
        middles = [row.up * HEIGHT + row.yshift for row in rows]
        assert min(high - low for low, high in pairwise(middles)) > LEADING * rows[0].size + 3

    def test_alone_they_stand_at_their_line(self) -> None:
        assert [row.yshift for row in stacked([label(1, 0.2), label(1, 0.8)], HEIGHT)] == pytest.approx([0, 0])


class TestBesideAMark:
    @given(SHARE, SHARE, st.sampled_from(PLACES), st.lists(st.tuples(SHARE, SHARE, SHARE, SHARE), max_size=5))
    def test_what_is_said_to_be_free_covers_nothing_at_either_width(self, across, up, place, blocks) -> None:
        taken = [(min(a, b), 0.0, max(a, b), 0.0, min(c, d) * HEIGHT, max(c, d) * HEIGHT) for a, b, c, d in blocks]
        free = room()
        free.take(taken)
        done = label(across, up, place=place)
        if beside(done, free):
            return
        for width in WIDTHS:
            words = box(done, width)
            assert words[0] >= 0
            assert words[2] <= width + 2
            blocked = [(a * width, low, b * width, high) for a, _, b, _, low, high in taken]
            assert not any(overlap(words, other) > 1e-4 for other in blocked)

    @pytest.mark.parametrize("place", PLACES)
    def test_the_place_that_is_asked_for_is_taken_when_it_is_free(self, place: str) -> None:
        done = label(0.5, 0.5, place=place)
        assert beside(done, room()) == 0
        left, bottom, right, top = box(done, WIDTHS[0])
        x, y = 0.5 * WIDTHS[0], 0.5 * HEIGHT
        assert ("right" in place) <= (left > x)
        assert ("left" in place) <= (right < x)
        assert ("above" in place) <= (bottom > y)
        assert ("below" in place) <= (top < y)

    def test_words_keep_off_the_words_before_them(self) -> None:
        shared, done = room(), [label(x, 0.5) for x in (0.5, 0.52, 0.54)]
        assert [beside(item, shared) for item in done] == [0, 0, 0]
        for width in WIDTHS:
            boxes = [box(item, width) for item in done]
            assert all(overlap(a, b) == 0 for n, a in enumerate(boxes) for b in boxes[:n])

    def test_a_line_through_the_first_place_moves_the_words_and_lines_everywhere_leave_none(self) -> None:
        through, everywhere = room(), room()
        through.draw(cells_of([([0.5, 1.0], [0.5, 0.5])]))
        everywhere.draw(cells_of([([0.0, 1.0], [up / 40, up / 40]) for up in range(41)]))
        moved, caught = label(0.5, 0.5), label(0.5, 0.5)
        assert beside(moved, through) == 0
        assert (moved.xanchor, moved.yshift) != ("left", 0)
        assert beside(caught, everywhere, or_nowhere=True) > 0


class TestCircledNumbers:
    def test_one_stands_at_its_lines_end_and_the_next_farther_back_on_its_own(self) -> None:
        line = [(1 - step / 10, 0.5, 200 * (1 - step / 10), 0.5) for step in range(1, 10)]
        shared = Room(WIDTHS, HEIGHT, beyond=20.0, above=8.0)
        discs = [Placed(x=200, y=0.5, across=1, up=0.5, text=n, colour="", place="", is_disc=True) for n in "12"]
        assert [ringed(disc, shared, line) for disc in discs] == [0, 0]
        assert (discs[0].x, discs[0].xshift, discs[0].yshift) == (200, 0, 0)
        assert (discs[1].x, discs[1].y, discs[1].xshift) == (180, 0.5, 0)


class TestLinesInCells:
    @given(st.lists(st.tuples(SHARE, SHARE), min_size=2, max_size=30))
    def test_words_on_a_line_are_never_free(self, points: list[tuple[float, float]]) -> None:
        """However steep it is, and wherever it begins or ends."""
        xs, ys = zip(*sorted(points), strict=True)
        assume(all(b - a > 1e-3 for a, b in pairwise(xs)))
        drawn = room()
        drawn.draw(cells_of([(xs, ys)]))
        middle = (xs[0] + xs[1]) / 2, (ys[0] + ys[1]) / 2
        assume(0.05 < middle[0] < 0.95 and 0.1 < middle[1] < 0.9)
        up = middle[1] * HEIGHT
        assert drawn.cost(middle[0], -9.0, 9.0, up - 9.0, up + 9.0) > 0

    def test_where_nan_interrupts_a_line_nothing_is_taken(self) -> None:
        xs = np.array([0.0, 0.3, 0.31, 0.69, 0.7, 1.0])
        drawn = room()
        drawn.draw(cells_of([(xs, np.array([0.5, 0.5, math.nan, math.nan, 0.5, 0.5]))]))
        assert drawn.cost(0.5, -20.0, 20.0, 97.0, 115.0) == 0
        assert drawn.cost(0.15, -20.0, 20.0, 97.0, 115.0) > 0


class TestWidths:
    @given(st.text("aWm0189%.,:×µαéŁ \u00a0\u202f", min_size=1, max_size=30), st.booleans())
    def test_words_are_as_long_as_the_font_makes_them(self, text: str, bold: bool) -> None:
        written = f"<b>{text}</b>" if bold else text
        assert text_width(written) == pytest.approx(width_in_the_font(written, 14), abs=0.06 * len(text))

    def test_words_go_into_as_many_lines_as_a_width_asks_for_and_lose_none(self) -> None:
        for words in ("<b>your lock: 800\u00a0GiB</b>", "<b>Dusty Mesa</b> 91.1%", "each city, 20 steps 94.4 to 99.6%"):
            broken = wrapped(words, 80)
            assert text_width(broken) <= 80
            bare = [text.replace("<b>", "").replace("</b>", "") for text in (words, broken)]
            assert bare[0].split() == bare[1].replace("<br>", " ").split()
        assert wrapped("2.56\u202f×\u202f10<sup>−6</sup>", 56) == "2.56×10<sup>−6</sup>", "shorter, not cut"
