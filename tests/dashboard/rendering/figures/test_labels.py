"""Words in a figure: no two line ends on top of each other, and a free place taken where there is one."""

from __future__ import annotations

from hypothesis import assume, example, given
from hypothesis import strategies as st

from dashboard.rendering.figures.labels import LINE, Placed, covered, spread, text_width

WIDTH, HEIGHT = 520.0, 212.0
# How far a label's box reaches from its anchor: as shares of its length and of a line, (left, bottom).
LEFT = {"left": 0.0, "center": 0.5, "right": 1.0}
BOTTOM = {"bottom": 0.0, "middle": 0.5, "top": 1.0}
PLACES = ("right", "left", "above", "below", "above-left", "above-right", "below-right", "below-left")


def label(across: float, up: float, text: str = "you 5.11 TB", place: str = "right") -> Placed:
    return Placed(x=across, y=up, across=across, up=up, text=text, colour="ink", place=place)


def box(done: Placed) -> tuple[float, float, float, float]:
    """The pixels that plotly fills with an annotation so anchored."""
    left = done.across * WIDTH + done.xshift - LEFT[done.xanchor] * done.width
    bottom = done.up * HEIGHT + done.yshift - BOTTOM[done.yanchor] * LINE
    return left, bottom, left + done.width, bottom + LINE


def overlap(one: tuple[float, ...], other: tuple[float, ...]) -> float:
    across = min(one[2], other[2]) - max(one[0], other[0])
    up = min(one[3], other[3]) - max(one[1], other[1])
    return max(0.0, across) * max(0.0, up)


def inside(one: tuple[float, ...]) -> bool:
    return one[0] >= 0 and one[1] >= 0 and one[2] <= WIDTH and one[3] <= HEIGHT


SHARE = st.floats(min_value=0, max_value=1)
ENDS = st.lists(st.builds(label, across=st.just(1.0), up=SHARE, place=st.just("end")), min_size=1, max_size=8)
ANY = st.lists(
    st.builds(
        label, across=SHARE, up=SHARE, place=st.sampled_from(PLACES), text=st.sampled_from(["you", "a", "b" * 12])
    ),
    max_size=6,
)


class TestLineEnds:
    @given(ENDS)
    @example([label(1, 0.5, place="end"), label(1, 0.5, place="end"), label(1, 0.5, place="end")])
    def test_they_never_overlap(self, labels: list[Placed]) -> None:
        done = [box(item) for item in spread(labels, width=WIDTH, height=HEIGHT)]
        assert all(overlap(a, b) < 1e-6 for n, a in enumerate(done) for b in done[:n])

    @given(ENDS)
    def test_they_keep_the_order_of_their_lines(self, labels: list[Placed]) -> None:
        done = spread(labels, width=WIDTH, height=HEIGHT)
        heights = [item.up * HEIGHT + item.yshift for item in done]
        assert [item.up for item in done] == sorted(item.up for item in labels)
        assert heights == sorted(heights)

    @given(ENDS)
    @example([label(1, 1.0, place="end")] * 4)  # curves that all end at the target
    def test_they_stay_in_the_frame_where_it_has_room(self, labels: list[Placed]) -> None:
        assume(len(labels) * LINE <= HEIGHT)
        heights = [item.up * HEIGHT + item.yshift for item in spread(labels, width=WIDTH, height=HEIGHT)]
        assert min(heights) >= -1e-6
        assert max(heights) <= HEIGHT + 1e-6

    def test_alone_they_stand_at_their_line(self) -> None:
        done = spread([label(1, 0.2, place="end"), label(1, 0.8, place="end")], width=WIDTH, height=HEIGHT)
        assert [item.yshift for item in done] == [0, 0]


class TestBesideAMark:
    @given(ANY, ENDS)
    def test_nothing_is_lost_and_the_same_comes_out_twice(self, labels: list[Placed], ends: list[Placed]) -> None:
        once = spread([*labels, *ends], width=WIDTH, height=HEIGHT)
        assert once == spread([*labels, *ends], width=WIDTH, height=HEIGHT)
        assert sorted(item.text for item in once) == sorted(item.text for item in [*labels, *ends])
        assert {(item.x, item.y) for item in once} == {(item.x, item.y) for item in [*labels, *ends]}

    @given(SHARE, SHARE, st.sampled_from(PLACES), st.lists(st.tuples(SHARE, SHARE, SHARE, SHARE), max_size=5))
    def test_a_free_place_is_taken_when_there_is_one(self, across, up, place, blocks) -> None:
        obstacles = [
            (min(a, b) * WIDTH, min(c, d) * HEIGHT, max(a, b) * WIDTH, max(c, d) * HEIGHT) for a, b, c, d in blocks
        ]

        def free(item: Placed) -> bool:
            return inside(box(item)) and not any(overlap(box(item), other) for other in obstacles)

        asked = label(across, up, place=place)
        (done,) = spread([asked], obstacles, width=WIDTH, height=HEIGHT)
        assert free(done) or not any(free(around(asked, other)) for other in PLACES)

    def test_the_place_that_is_asked_for_is_taken_when_it_is_free(self) -> None:
        for place in PLACES:
            (done,) = spread([label(0.5, 0.5, place=place)], width=WIDTH, height=HEIGHT)
            assert done == around(label(0.5, 0.5, place=place), place)

    def test_words_keep_off_marks_other_words_and_line_ends(self) -> None:
        labels = [label(0.5, 0.5), label(0.52, 0.5), label(0.54, 0.5), label(0.9, 0.5, place="end")]
        done = [box(item) for item in spread(labels, width=WIDTH, height=HEIGHT)]
        assert all(overlap(a, b) == 0 for n, a in enumerate(done) for b in done[:n])
        marks = [(x * WIDTH - 3, 0.5 * HEIGHT - 3, x * WIDTH + 3, 0.5 * HEIGHT + 3) for x in (0.5, 0.52, 0.54)]
        assert all(overlap(words, mark) == 0 for words in done for mark in marks)

    def test_at_the_frames_corners_words_turn_inwards(self) -> None:
        for across, up in ((0.0, 0.0), (0.0, 1.0), (1.0, 0.0), (1.0, 1.0)):
            (done,) = spread([label(across, up, place="right")], width=WIDTH, height=HEIGHT)
            assert inside(box(done))

    def test_words_that_a_line_goes_through_say_so(self) -> None:
        through = [(float(x), 106.0) for x in range(0, 521, 20)]
        everywhere = [(x, float(y)) for x, _ in through for y in range(6, 212, 12)]
        (free,) = spread([label(0.5, 0.5)], dots=through, width=WIDTH, height=HEIGHT)
        (caught,) = spread([label(0.5, 0.5)], dots=everywhere, width=WIDTH, height=HEIGHT)
        assert not free.struck, "another place around the mark is free"
        assert caught.struck

    def test_whose_turn_comes_first_changes_when_somebody_is_left_without_a_free_place(self) -> None:
        """Between two walls the first word takes what the last one needs; asked later, it finds another place."""
        walls = [(0.0, 0.0, WIDTH, 81.0), (0.0, 145.0, WIDTH, HEIGHT)]
        words = [label(0.28, 0.5, text="x" * 6), label(0.52, 0.45, text="y" * 11), label(0.33, 0.41, text="z" * 7)]
        done = spread(words, walls, width=WIDTH, height=HEIGHT)
        assert [item.text for item in done] == [item.text for item in words], "each keeps its turn in the drawing"
        rooms = [box(item) for item in done]
        marks = [(x - 6, y - 6, x + 6, y + 6) for x, y in ((w.across * WIDTH, w.up * HEIGHT) for w in words)]
        assert all(overlap(one, other) == 0 for n, one in enumerate(rooms) for other in [*rooms[:n], *walls, *marks])


class TestWhatIsWorse:
    """Where no place is free, the words go where they harm least: the weights say what harms more."""

    # Every place around (0.5, 0.5) but the right and the left one covers more than 1,000 square pixels.
    WALLS = ((0.0, 115.1, WIDTH, HEIGHT), (0.0, 0.0, WIDTH, 96.9))

    def placed(self, *obstacles: tuple[float, float, float, float], dots: tuple[tuple[float, float], ...] = ()) -> str:
        (done,) = spread([label(0.5, 0.5)], [*self.WALLS, *obstacles], dots=list(dots), width=WIDTH, height=HEIGHT)
        return done.xanchor

    def test_a_dot_of_a_line_weighs_as_much_as_sixty_square_pixels(self) -> None:
        x, y = 0.5 * WIDTH + 30, 0.5 * HEIGHT
        dot, left = (x, y), 0.5 * WIDTH - 40
        assert self.placed() == "left", "the words are anchored at their left: they stand to the right"
        assert self.placed((left, y - 3, left + 9.8, y + 3), dots=(dot,)) == "right"
        assert self.placed((left, y - 3, left + 10.2, y + 3), dots=(dot,)) == "left"
        assert self.placed((left, y - 3, left + 19.8, y + 3), dots=(dot, dot)) == "right", "two dots weigh twice"

    def test_a_pixel_outside_the_frame_weighs_as_much_as_thirty_that_are_covered(self) -> None:
        box_of = (0.0, 0.0, 100.0, 18.0)
        frame = {"width": 300.0, "height": 200.0}
        assert covered(box_of, [], **frame) == 0
        for out in (
            (-1.0, 0.0, 99.0, 18.0),
            (201.0, 0.0, 301.0, 18.0),
            (0.0, -1.0, 100.0, 17.0),
            (0.0, 183.0, 100.0, 201.0),
        ):
            assert covered(out, [], **frame) == 30
        assert covered(box_of, [(90.0, 8.0, 110.0, 30.0)], **frame) == 10 * 10
        assert covered(box_of, [(100.0, 0.0, 120.0, 18.0)], **frame) == 0, "side by side is not on each other"


def around(item: Placed, place: str) -> Placed:
    """The label in one of the eight places, as seen from the mark: beside it at the gap, or off its corner."""
    (done,) = spread([Placed(**{**fields(item), "across": 0.5, "up": 0.5, "place": place})], width=4e3, height=4e3)
    return Placed(**{**fields(done), "across": item.across, "up": item.up})


def fields(item: Placed) -> dict[str, object]:
    return {name: getattr(item, name) for name in Placed.__dataclass_fields__}


def test_the_four_sides_and_four_corners_lie_where_they_are_called() -> None:
    for place in PLACES:
        left, bottom, right, top = box(around(label(0.5, 0.5), place))
        x, y = 0.5 * WIDTH, 0.5 * HEIGHT
        if "right" in place:
            assert left > x
        if "left" in place:
            assert right < x
        if "above" in place:
            assert bottom > y
        if "below" in place:
            assert top < y


def test_the_width_is_that_of_the_longest_line_and_tags_take_none() -> None:
    assert text_width("<b>you</b>") == text_width("you")
    assert text_width("you<br>5.11 TB a day") == text_width("5.11 TB a day") > text_width("you")
