"""The predictions tab: gaps on one axis, confidence against being right, and the tempting ways that were gone."""

from __future__ import annotations

from collections.abc import Sequence

from dash import html

from dashboard.layouts.ledger.parts import choice, figure_section, rows_table, verdict
from dashboard.layouts.parts import Component
from dashboard.layouts.static_html import STATIC
from dashboard.rendering.figures.style import Screen
from dashboard.rendering.ledger_figures import calibration_figure, gap_figure
from dashboard.student.analytics.locks import ConfidenceClass, LockRecord, calibration, misconceptions
from dashboard.web import ids

ALL = "all"


def predictions_tab(locks: Sequence[LockRecord], screen: Screen) -> list[Component]:
    """The tab's content, over all locks."""
    tracks = {item.place.track: item.place.track_name for item in locks}
    benches = {item.place.bench: item.place.bench_name for item in locks}
    filters = html.Div(
        [
            choice(ids.LEDGER_FILTER_TRACK, "Track", {ALL: "All tracks", **tracks}, ALL),
            choice(ids.LEDGER_FILTER_BENCH, "Bench", {ALL: "All benches", **benches}, ALL),
        ],
        className="ledger-filters",
    )
    classes = calibration(locks)
    return [
        html.H2("Prediction against truth"),
        filters,
        html.Div(gaps(locks, screen), id=ids.LEDGER_GAPS),
        html.H2("Calibration"),
        figure_section("calibration", calibration_figure(classes, screen)),
        html.Div(_listed(classes), **STATIC),
        html.H2("Ways that led astray"),
        html.Div(_ways(locks), **STATIC),
    ]


def chosen(locks: Sequence[LockRecord], track: object, bench: object) -> list[LockRecord]:
    """Return the locks of a track and a bench; what is no name of one filters nothing."""
    tracks, benches = [item.place.track for item in locks], [item.place.bench for item in locks]
    return [
        item
        for item in locks
        if (track not in tracks or item.place.track == track) and (bench not in benches or item.place.bench == bench)
    ]


def gaps(locks: Sequence[LockRecord], screen: Screen) -> list[Component]:
    """The figure of these locks, and those that wait for their reveal."""
    waiting = [item for item in locks if not item.is_revealed]
    across = len({item.place.track for item in locks}) > 1
    parts = [figure_section("gaps", gap_figure(locks, screen, across_tracks=across))]
    if waiting:
        names = ", ".join(f"{item.place.track_name}, {item.label}" for item in waiting)
        why = "Locked, and revealed when the other question of the bench is locked, too"
        parts.append(html.P(f"{why}: {names}.", className="hint"))
    return parts


def _listed(classes: Sequence[ConfidenceClass]) -> list[Component]:
    """The locks of every confidence that has too few for a rate."""
    few = [item for item in classes if item.locks and item.share is None]
    if not few:
        return []
    rows = [
        (
            item.text,
            html.Ul(
                [
                    html.Li(
                        verdict(
                            "ok" if lock.right else "warn", f"{lock.place.track_name}, {lock.label}: {_came_out(lock)}"
                        )
                    )
                    for lock in item.locks
                ],
                className="plain-list",
            ),
        )
        for item in few
    ]
    return [rows_table("Locks of every confidence that has too few for a rate", ("How sure", "Locks"), rows)]


def _came_out(lock: LockRecord) -> str:
    """How a lock came out: its gap, and whether that is right; of a choice the computed option."""
    said = f"{lock.gap}, right" if lock.right else lock.gap
    return (
        said if lock.truth is not None else f"{lock.answer}, {'right' if lock.right else f'computed {lock.computed}'}"
    )


def _ways(locks: Sequence[LockRecord]) -> list[Component]:
    found = misconceptions(locks)
    if not found:
        return [html.P("No lock lies near one of the tempting ways that the reveals know.", className="answer")]
    count = sum(len(way.locks) for way in found)
    sentence = (
        f"{count} {'lock lies' if count == 1 else 'locks lie'} near a tempting way; “{found[0].name}” was met "
        f"{'once' if len(found[0].locks) == 1 else f'{len(found[0].locks)} times'}."
    )
    rows = [
        (
            way.name[:1].upper() + way.name[1:],
            ", ".join(f"{item.place.track_name}, {item.label}" for item in way.locks),
            way.locks[0].route_sentence,
        )
        for way in found
    ]
    return [
        html.P(sentence, className="answer"),
        rows_table("Tempting ways that were gone", ("Way", "Where", "What the reveal said"), rows),
    ]
