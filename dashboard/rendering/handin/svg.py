"""Figures of the page that is handed in, as SVG with selectable text, made without a browser.

Why this is written here and not by a library: docs/decisions/0030.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

from markupsafe import Markup

from dashboard.student.analytics.locks import ConfidenceClass, LockRecord
from dashboard.student.analytics.tries import BenchTries, ReadingRecord, TryRecord
from tracks.api.quantities import in_words

WIDTH = 760.0
ROW = 34.0
LETTER = 7.2  # width of a letter at 14 px, about

_SHAPES = {
    "ok": '<circle cx="{x}" cy="{y}" r="5.5" class="ok"/>',
    "warn": '<path d="M{x} {top} L{right} {bottom} L{left} {bottom} Z" class="warn"/>',
    "fail": '<rect x="{left}" y="{top}" width="10" height="10" class="fail"/>',
}


def _figure(height: float, title: str, parts: Sequence[Markup]) -> Markup:
    return Markup(
        '<svg viewBox="0 0 {} {}" role="img" aria-label="{}" xmlns="http://www.w3.org/2000/svg">{}</svg>'
    ).format(f"{WIDTH:g}", f"{height:g}", title, Markup("").join(parts))


def _text(x: float, y: float, words: str, *, anchor: str = "start", kind: str = "") -> Markup:
    return Markup('<text x="{}" y="{}" text-anchor="{}" class="{}">{}</text>').format(
        f"{x:.1f}", f"{y:.1f}", anchor, kind, words
    )


def _line(x1: float, y1: float, x2: float, y2: float, kind: str = "axis") -> Markup:
    places = [f"{value:.1f}" for value in (x1, y1, x2, y2)]
    return Markup('<line x1="{}" y1="{}" x2="{}" y2="{}" class="{}"/>').format(*places, kind)


def _shape(level: str, x: float, y: float) -> Markup:
    places = {"x": x, "y": y, "left": x - 5, "right": x + 5, "top": y - 5, "bottom": y + 5}
    drawn = _SHAPES.get(level, '<circle cx="{x}" cy="{y}" r="4" class="plain"/>')
    return Markup(drawn).format(**{name: f"{value:.1f}" for name, value in places.items()})


def predictions_figure(locks: Sequence[LockRecord]) -> Markup | None:
    """Return every numeric lock against what is computed, as factors on one logarithmic axis; None without any.

    A hollow square is a guess, a filled one is fairly sure or certain.
    """
    shown = [item for item in locks if item.factor is not None]
    if not shown:
        return None
    decades = max(1.0, *(abs(math.log10(item.factor)) * 1.05 for item in shown if item.factor))
    left, right = 200.0, WIDTH - 40.0
    middle, scale = (left + right) / 2, (right - left) / 2 / decades
    bottom = 34.0 + ROW * len(shown)
    parts = [
        _text(middle, 14, "computed", anchor="middle", kind="blue-text"),
        _line(middle, 20, middle, bottom, "blue"),
    ]
    for number, item in enumerate(shown):
        assert item.factor is not None
        y = 40.0 + ROW * number
        x = middle + scale * math.log10(item.factor)
        parts += [
            _text(left - 14, y + 5, item.label[:26], anchor="end"),
            _line(middle, y, x, y, "ink"),
            Markup('<circle cx="{}" cy="{}" r="4.5" class="blue-fill"/>').format(f"{middle:.1f}", f"{y:.1f}"),
            Markup('<rect x="{}" y="{}" width="9" height="9" class="{}"/>').format(
                f"{x - 4.5:.1f}", f"{y - 4.5:.1f}", "sure" if item.is_sure else "guess"
            ),
            _beside(x, y, f"{item.gap}, {item.confidence_text}", middle),
        ]
    parts.append(_line(left, bottom, right, bottom))
    for tick in _ticks(decades):
        x = middle + scale * math.log10(tick)
        words = "" if tick == 1 else f"{in_words(max(tick, 1 / tick), 'x')} {'high' if tick > 1 else 'low'}"
        parts += [_line(x, bottom, x, bottom + 4), _text(x, bottom + 18, words, anchor="middle", kind="small")]
    title = f"{len(shown)} locked numbers as factors of what is computed"
    return _figure(bottom + 26, title, parts)


def _beside(x: float, y: float, words: str, middle: float) -> Markup:
    """Return a label on the outer side of a mark, or above its line where there is no room."""
    is_right = x >= middle
    room = WIDTH - x - 12 if is_right else x - 200
    if room >= LETTER * len(words):
        return _text(x + 10, y + 5, words) if is_right else _text(x - 10, y + 5, words, anchor="end")
    return _text(x + 5, y - 9, words, anchor="end") if is_right else _text(x - 5, y - 9, words)


def _ticks(decades: float) -> list[float]:
    if decades <= 2:
        values = [1 / 3, 1, 3, 0.1, 10, 1 / 30, 30, 0.01, 100]
    else:
        step = math.ceil(decades / 2)
        values = [10.0**power for power in (-step, 0, step)]
    return sorted(value for value in values if abs(math.log10(value)) <= decades)


def calibration_figure(classes: Sequence[ConfidenceClass]) -> Markup | None:
    """Return how often each confidence was right, with the count behind every point; None where no class has a rate."""
    if all(item.share is None for item in classes):
        return None
    left, right, top, bottom = 60.0, WIDTH - 40.0, 24.0, 204.0
    step = (right - left) / len(classes)
    parts = [_text(8, 14, "right", kind="small")]
    for share in (0.0, 0.5, 1.0):
        y = bottom - share * (bottom - top)
        parts += [_line(left, y, right, y, "rule"), _text(left - 8, y + 5, f"{share:.0%}", anchor="end", kind="small")]
    for number, item in enumerate(classes):
        x = left + step * (number + 0.5)
        parts.append(_text(x, bottom + 20, item.text, anchor="middle"))
        count = f"{item.right} of {len(item.locks)}"
        if item.share is None:
            parts.append(
                _text(x, bottom + 38, f"{count}, no rate" if item.locks else "none", anchor="middle", kind="small")
            )
            continue
        y = bottom - item.share * (bottom - top)
        parts += [
            _shape("", x, y),
            _text(x + 10, y + 5, count),
            _text(x, bottom + 38, f"{item.share:.0%}", anchor="middle", kind="small"),
        ]
    return _figure(bottom + 46, "Share of right locks by confidence", parts)


def tries_figure(bench: BenchTries) -> Markup | None:
    """Return the main readings of a bench over its tries, with their limits; None below two tries."""
    if len(bench.tries) < 2:
        return None
    panels = [item for item in (_series(bench.tries, name) for name in bench.main_readings) if item]
    if not panels:
        return None
    gap = 56.0
    width = (WIDTH - gap * (len(panels) - 1)) / len(panels)
    parts: list[Markup] = []
    for number, series in enumerate(panels):
        parts += _panel(series, number * (width + gap), min(width, 300.0))
    names = ", ".join(series[0][1].label for series in panels)
    return _figure(196, f"{names} over {len(bench.tries)} tries", parts)


_Series = list[tuple[TryRecord, ReadingRecord]]


def _series(tries: Sequence[TryRecord], name: str) -> _Series:
    """Return the tries that have a reading as a number."""
    found = [(item, item.reading(name)) for item in tries]
    series = [(item, reading) for item, reading in found if reading is not None and isinstance(reading.value, float)]
    return [pair for pair in series if math.isfinite(float(pair[1].value))]


def _panel(series: _Series, left: float, width: float) -> list[Markup]:
    if not series:
        return []
    top, bottom = 44.0, 164.0
    values = [float(reading.value) for _, reading in series]
    newest = series[-1][1]
    limit = newest.limit
    every = [*values, limit] if limit is not None else values
    is_log = min(every) > 0 and max(every) / min(every) > 50
    low, high = min(every), max(every)
    if low == high:
        low, high = low - abs(low) / 2 - 1e-12, high + abs(high) / 2 + 1e-12
        is_log = False

    def height(value: float) -> float:
        at = math.log(value / low) / math.log(high / low) if is_log else (value - low) / (high - low)
        return bottom - 8 - at * (bottom - top - 16)

    parts = [_text(left, 16, newest.label, kind="strong"), _line(left, bottom, left + width, bottom)]
    if limit is not None:
        words = f"{'at most' if newest.at_most else 'at least'} {in_words(limit, newest.unit)}"
        parts += [
            _line(left, height(limit), left + width, height(limit), "limit"),
            _text(left, 34, words, kind="small"),
        ]
    step = width / len(series)
    places = [(left + step * (n + 0.5), height(value)) for n, value in enumerate(values)]
    parts += [_line(*one, *other, "series") for one, other in pairwise(places)]
    for (tried, reading), (x, y) in zip(series, places, strict=True):
        parts.append(_shape(reading.level, x, y))
        if tried.is_carried:
            parts.append(Markup('<circle cx="{}" cy="{}" r="9" class="ring"/>').format(f"{x:.1f}", f"{y:.1f}"))
        parts.append(_text(x, bottom + 16, str(tried.number), anchor="middle", kind="small"))
    ends = {"start": series[0], "end": series[-1]}
    for anchor, (_, reading) in ends.items():
        parts.append(
            _text(left if anchor == "start" else left + width, bottom + 31, reading.text, anchor=anchor, kind="small")
        )
    return parts
