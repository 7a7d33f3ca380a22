"""The timeline tab: what was done on every bench, the newest first, and what is still open there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dash import dcc, html

from dashboard.layouts.ledger.parts import moment, nothing_yet, verdict
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
SHOWN = 60  # lines of one bench


def timeline_tab(timelines: Sequence[BenchTimeline]) -> list[Component]:
    """The tab's content: the bench that was worked on last comes first."""
    if not timelines:
        return [nothing_yet("Nothing is recorded yet.")]
    ordered = sorted(timelines, key=lambda item: -item.entries[0].sequence if item.entries else 0)
    return [html.H2("Timeline"), html.Div([_bench(item) for item in ordered], className="ledger-timelines")]


def _bench(item: BenchTimeline) -> Component:
    place = item.place
    title = f"{place.number} {place.bench_name}" if place.is_installed else place.bench_name
    name = dcc.Link(title, href=ids.bench_path(place.track, place.bench)) if place.is_installed else title
    shown = item.entries[:SHOWN]
    rest = len(item.entries) - len(shown)
    still = f"Still open: {', '.join(item.missing)}." if item.missing else ""
    if not place.is_installed:
        still = "This bench is not installed here any more; what was recorded stands as it was."
    return html.Section(
        [
            html.Div([html.H3(name), html.Span(place.track_name)], className="ledger-bench"),
            html.Ol([_line(entry) for entry in shown], className="ledger-lines", **STATIC),
            html.P(f"and {rest} earlier lines, which an export has.", className="hint") if rest else None,
            html.P(still, className="hint") if still else None,
        ],
        **{"data-timeline": place.key},
    )


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
