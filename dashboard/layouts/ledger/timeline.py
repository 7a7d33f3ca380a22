"""The timeline tab: what was done on every bench, the newest first, and what is still open there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dash import dcc, html

from dashboard.layouts.ledger.parts import choice, folded, moment, nothing_yet, verdict
from dashboard.layouts.parts import Component, icon
from dashboard.layouts.static_html import STATIC
from dashboard.student.analytics.timeline import BenchTimeline, TimelineEntry
from dashboard.web import ids

ICONS: Mapping[str, str] = {
    "lock": "lock-fill",
    "try": "record-circle",
    "observation": "eyeglasses",
    "reflection": "pencil",
    "revision": "check-lg",
    "defence": "pencil",
    "decision": "signpost-2",
    "opinion": "cpu",
    "hint": "sliders",
    "review": "arrow-repeat",
}
SHOWN = 60  # lines of one bench that stand unfolded


def timeline_tab(tracks: Mapping[str, str], timelines: Sequence[BenchTimeline]) -> list[Component]:
    """The tab's content: ``tracks`` to choose from, by id and words, and the benches of the first."""
    if not tracks:
        return [nothing_yet("Nothing is recorded yet.")]
    one, *others = tracks
    filters = choice(ids.LEDGER_TIMELINE_TRACK, "Track", tracks, one) if others else None
    return [
        html.H2("Timeline"),
        html.Div(filters, className="ledger-filters") if filters else None,
        html.Div(track_timeline(timelines), id=ids.LEDGER_TIMELINE, className="ledger-timelines"),
    ]


def track_timeline(timelines: Sequence[BenchTimeline]) -> list[Component]:
    """One track's benches in their order."""
    return [_bench(item) for item in timelines]


def _bench(item: BenchTimeline) -> Component:
    place = item.place
    title = f"{place.number} {place.bench_name}" if place.number else place.bench_name
    name = dcc.Link(title, href=ids.bench_path(place.track, place.bench)) if place.is_installed else title
    shown, earlier = item.entries[:SHOWN], item.entries[SHOWN:]
    still = f"Still open: {', '.join(item.missing)}." if item.missing else ""
    if not place.is_installed:
        still = "This bench is not installed here any more; what was recorded stands as it was."
    return html.Section(
        [
            html.Div([html.H3(name), html.Span(place.track_name)], className="ledger-bench"),
            html.Div(_lines(shown), **STATIC),
            folded(f"{len(earlier)} earlier", _lines(earlier)) if earlier else None,
            html.P(still, className="hint") if still else None,
        ],
        **{"data-timeline": place.key},
    )


def _lines(entries: Sequence[TimelineEntry]) -> Component:
    return html.Ol([_line(entry) for entry in entries], className="ledger-lines")


def _line(entry: TimelineEntry) -> Component:
    title: list[Component] = [html.B(entry.title)]
    if entry.saved > 1:
        title.append(html.Span(f" saved {entry.saved} times", className="hint"))
    if entry.helped and "with help" not in entry.result:
        title.append(html.Span(" with help", className="hint"))
    return html.Li(
        [
            moment(entry.time, date=True),
            icon(ICONS.get(entry.kind, "record-circle")),
            html.Div([html.Div(title), html.P(entry.text) if entry.text else None]),
            verdict(entry.level, entry.result) if entry.result else html.Span(),
        ],
        **{"data-kind": entry.kind},
    )
