"""The figures of benches on the page that is handed in: where the lock lies, and what the carried try shows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from markupsafe import Markup

from dashboard.ledger.events import StoredEvent
from dashboard.rendering.bench_view import render_reveal
from dashboard.rendering.figures.style import Screen, style_figure
from dashboard.rendering.handin.figure_svg import figure_svg
from dashboard.student.analytics.locks import standing_locks
from dashboard.student.analytics.places import Place, by_place, find
from dashboard.student.analytics.tries import TryRecord, bench_tries
from dashboard.student.reveal import reveal
from tracks.api.bench import Bench
from tracks.api.controls import Value
from tracks.api.figures import Table
from tracks.api.outcome import Outcome
from tracks.api.track import Track
from tracks.loading.registry import Registry

PRINTED = Screen()  # light and wide
LOCK = "Hollow square: the lock; filled disc: what is computed."
SolveTry = Callable[[Track, Bench, Mapping[str, Value]], Outcome]


@dataclass(frozen=True, kw_only=True, slots=True)
class BenchFigure:
    """One figure of a bench: its question, the same in sentences, its drawing, and the same as a table."""

    question: str
    sentence: str
    drawing: Markup
    table: Table


@dataclass(frozen=True, kw_only=True, slots=True)
class BenchFigures:
    """The figures of one bench; nothing where it has changed so that they cannot be drawn any more.

    Attributes:
        locks: of its revealed locks, each in the state that its question is about, with the lock and what is computed.
        tried: of the try that is carried, or None.
    """

    locks: tuple[BenchFigure, ...] = ()
    tried: BenchFigure | None = None


def bench_figures(
    registry: Registry, events: Iterable[StoredEvent], outcome: SolveTry
) -> Mapping[tuple[str, str], BenchFigures]:
    """Return the figures of every bench with events, by track and bench; ``outcome`` solves what was tried."""
    events = tuple(events)
    carried = {
        item.place.key: next((tried for tried in item.tries if tried.is_carried), None)
        for item in bench_tries(registry, events)
    }
    found = {}
    for place, own in by_place(registry, events).items():
        here = find(registry, place.track, place.bench)
        if here is not None:
            locks = _of_locks(place, *here, own)
            tried = _of_try(place, *here, carried.get(place.key), outcome)
            found[place.track, place.bench] = BenchFigures(locks=locks, tried=tried)
    return found


def _of_locks(place: Place, track: Track, bench: Bench, own: Iterable[StoredEvent]) -> tuple[BenchFigure, ...]:
    """Return the figures that the bench's reveal shows: of its first question, and of those with a place in one."""
    drawn = []
    try:
        for number, item in enumerate(reveal(track, bench, standing_locks(own))):
            if number and item.prediction.marks is None:
                continue
            shown = render_reveal(track, bench, item, PRINTED, place="print")
            sentence = f"{shown.summary} {item.gap.sentence}"
            has_place = item.prediction.marks is not None and item.gap.compared
            drawn.append(
                BenchFigure(
                    question=shown.panel.question,
                    sentence=f"{sentence} {LOCK}" if has_place else sentence,
                    drawing=figure_svg(
                        shown.figure,
                        name=f"{place.track}-{place.bench}-{item.prediction.id}",
                        title=f"{shown.panel.question} {sentence}",
                    ),
                    table=shown.table(),
                )
            )
    except Exception:  # a plugin may raise anything, and the bench may have changed since: the tables still stand
        return ()
    return tuple(drawn)


def _of_try(place: Place, track: Track, bench: Bench, tried: TryRecord | None, outcome: SolveTry) -> BenchFigure | None:
    """Return the bench's first figure in the state of a try."""
    if tried is None:
        return None
    panel = bench.panels[0]
    try:
        drawing = outcome(track, bench, bench.read(dict(tried.values))).panels[panel.id]
        figure = style_figure(
            drawing.figure(), panel, screen=PRINTED, revision=f"{place.key}/{tried.number}", place="print"
        )
    except Exception:  # as above
        return None
    sentence = f"Try {tried.number}, carried: {drawing.summary}"
    return BenchFigure(
        question=panel.question,
        sentence=sentence,
        drawing=figure_svg(figure, name=f"{place.track}-{place.bench}-try", title=f"{panel.question} {sentence}"),
        table=drawing.table(),
    )
