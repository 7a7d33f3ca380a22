"""The small pieces every page is built from: icons, status shapes, the header with its stepper."""

from __future__ import annotations

from typing import Any

from dash import dcc, html

from dashboard.lab import Step
from dashboard.layouts.static_html import STATIC
from dashboard.web import ids
from tracks.api.track import Track

Component = Any


def icon(name: str, *, size: int = 16) -> Component:
    """An icon that says nothing to a screen reader; the words beside it do."""
    return html.Span(className=f"icon icon-{name} icon-{size}", **{"aria-hidden": "true"})


def shape(level: str = "", *, size: int = 14, paint: str = "") -> Component:
    """A status by shape: tick on a disc, bar in a triangle, cross in a square."""
    extra = {"data-level": paint} if paint else {}
    return html.Span(className=f"shape shape-{size}", **{"aria-hidden": "true", "data-shape": level, **extra})


def painted(name: str, tag: Any = html.Span, **properties: Any) -> Component:
    """A place that ``dashboard/scripts/page/painter.js`` fills with the view's text of that name."""
    return tag(**{"data-paint": name, **properties})


def track_mark(track: Track, *, size: int = 24) -> Component:
    """A track's icon in its identity colour."""
    return html.Span(icon(track.icon, size=size), className="track-mark", style=track_style(track))


def track_style(track: Track) -> dict[str, str]:
    """The identity colours of a track as CSS variables."""
    return {"--track-light": track.colour.light, "--track-dark": track.colour.dark}


def tools() -> Component:
    """The header's right end: what was saved, and the theme."""
    return html.Div(
        [
            html.Span(id=ids.SAVED, className="saved", role="status"),
            html.Button(
                [icon("circle-half"), html.Span("Theme", className="visually-hidden")],
                className="quiet-button icon-button",
                title="Light or dark",
                **{"data-do": "theme"},
            ),
        ],
        className="tools",
        **STATIC,
    )


def plain_header() -> Component:
    """The header of pages outside a track."""
    mark = html.Span(className="brand-mark", **{"aria-hidden": "true"})
    return html.Header(
        html.Div([dcc.Link([mark, "edgelab"], href="/", className="brand"), tools()], className="bar-inner"),
        className="bar plain",
    )


def track_header(track: Track, steps: list[Step], here: str, done: set[str]) -> Component:
    """The header of a track: its name, the stepper, and the tools."""
    name = dcc.Link(
        [track_mark(track), html.Span(track.name)],
        href=ids.track_path(track.id),
        className="bar-track",
    )
    position = next((n for n, step in enumerate(steps, 1) if step.id == here), 0)
    label = steps[position - 1].label if position else "Briefing"
    bars = [
        html.Span(className="mini" + (" here" if step.id == here else " done" if step.id in done else ""))
        for step in steps
    ]
    where = f"{position} of {len(steps)}" if position else f"{len(steps)} steps"
    return html.Header(
        [
            html.Div([name, _stepper(track, steps, here, done), tools()], className="bar-inner"),
            html.Div(
                [html.B(where), html.Span(label), html.Span(bars, className="minis", **{"aria-hidden": "true"})],
                className="stepline",
                **STATIC,
            ),
        ],
        className="bar",
        style=track_style(track),
    )


def _stepper(track: Track, steps: list[Step], here: str, done: set[str]) -> Component:
    items = []
    for number, step in enumerate(steps, 1):
        if step.id == here:
            disc = html.Span(str(number), className="disc here")
            items.append(html.Li(html.Span([disc, step.label], className="step"), **{"aria-current": "step"}))
        elif step.bench is None:
            disc = html.Span(str(number), className="disc unavailable")
            note = html.Span(", not yet open", className="visually-hidden")
            items.append(html.Li(html.Span([disc, step.label, note], className="step", title="not yet open")))
        else:
            is_done = step.id in done
            disc = html.Span(icon("check-lg", size=12) if is_done else str(number), className="disc available")
            note = html.Span(", locked in" if is_done else "", className="visually-hidden")
            href = ids.bench_path(track.id, step.bench.id)
            items.append(html.Li(dcc.Link([disc, step.label, note], href=href, className="step")))
    return html.Nav(html.Ol(items), className="stepper", **{"aria-label": "Steps of this track"})
