"""The glasses: one lens shows the battery that a day of learning takes, the other how warm they get."""

from __future__ import annotations

from collections.abc import Iterator

from tracks.api.figures import Scene, Shape
from tracks.api.outcome import Outcome
from tracks.api.quantities import in_words
from tracks.api.track import Track

LENSES = (34.0, 200.0)  # their left ends
TOP, WIDE, HIGH = 20.0, 126.0, 84.0
BAR, BAR_AT = 94.0, 16.0  # length of a gauge, and its place in a lens
COLDEST, HOTTEST = 20.0, 55.0  # the ends of the scale of heat [°C]


def scene(track: Track, outcome: Outcome | None) -> Scene:
    """Return the glasses; with an Outcome, the battery that learning takes and the hottest minute of the day."""
    del track  # the glasses are the same on every day
    if outcome is None:
        return Scene(
            shapes=(*_frame(), *_gauge(0, "battery"), *_gauge(1, "skin")),
            sentence="A pair of glasses with a small battery in one temple, worn on the skin: learning takes from the "
            "one and warms the other.",
        )
    battery, heat = outcome.reading("battery"), outcome.reading("hottest")
    share, warm = float(battery.value), float(heat.value)
    shapes = [
        *_frame(),
        *_gauge(0, "battery", in_words(share, "share")),
        *_fill(0, min(1.0, share), is_over=battery.level == "fail"),
        *_gauge(1, "skin", f"{warm:.0f} °C"),
        *_fill(1, _up(warm), is_over=heat.level == "fail"),
    ]
    said = [f"Learning takes {in_words(share, 'share')} of the battery a day", f"the glasses reach {warm:.0f} °C"]
    if battery.limit is not None:
        shapes += _tick(0, battery.limit)
        said[0] += f", where {in_words(battery.limit, 'share')} is allowed"
    if heat.limit is not None:
        shapes += _tick(1, _up(heat.limit))
        said[1] += f" on a skin that bears {heat.limit:.0f} °C"
    return Scene(shapes=tuple(shapes), sentence=f"{said[0]}; {said[1]}.")


def _up(degrees: float) -> float:
    return min(1.0, max(0.0, (degrees - COLDEST) / (HOTTEST - COLDEST)))


def _frame() -> Iterator[Shape]:
    for left in LENSES:
        for inset in (0.0, 1.5):
            yield Shape(
                kind="box", x=left + inset, y=TOP + inset, width=WIDE - 2 * inset, height=HIGH - 2 * inset,
                colour="ink", hollow=True,
            )  # fmt: skip
    first, second = LENSES
    yield Shape(kind="box", x=first + WIDE, y=TOP + 18, width=second - first - WIDE, height=4, colour="ink")
    yield Shape(kind="box", x=0, y=TOP + 14, width=first, height=4, colour="ink")
    yield Shape(kind="box", x=second + WIDE, y=TOP + 14, width=360 - second - WIDE, height=4, colour="ink")


def _gauge(lens: int, name: str, value: str = "") -> Iterator[Shape]:
    left = LENSES[lens] + BAR_AT
    yield Shape(kind="text", x=left, y=TOP + 28, text=f"{name} {value}".strip(), colour="ink-2")
    yield Shape(kind="box", x=left, y=TOP + 42, width=BAR, height=18, colour="edge", hollow=True)


def _fill(lens: int, share: float, *, is_over: bool) -> Iterator[Shape]:
    left = LENSES[lens] + BAR_AT
    colour = "fail" if is_over else ("series-0", "orange")[lens]
    yield Shape(kind="box", x=left + 2, y=TOP + 44, width=max(1.0, (BAR - 4) * share), height=14, colour=colour)


def _tick(lens: int, share: float) -> tuple[Shape, ...]:
    x = LENSES[lens] + BAR_AT + 2 + (BAR - 4) * min(1.0, share)
    return (Shape(kind="box", x=x - 1, y=TOP + 38, width=2, height=26, colour="ink"),)
