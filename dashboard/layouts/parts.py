"""The small pieces every page is built from: icons, status shapes, the header with its stepper."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from dash import dcc, html
from flask import has_request_context

from dashboard.lab import this_student
from dashboard.layouts.static_html import STATIC
from dashboard.ledger.identity import is_signed_on, prefix, pseudonym
from dashboard.student.mission import Step
from dashboard.student.standing import IN_WORDS, Standing
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


def draft_note(name: str, definition: Any, *, is_saved: bool = False) -> Component:
    """The place that says whether the browser keeps a draft of the fields around it (``dashboard/scripts/drafts``).

    Args:
        name: of the draft on its bench. definition: what the fields ask, as JSON; a draft of other fields is not put
            into these. is_saved: whether what stands in the fields is saved.
    """
    told = {"data-draft": name, "data-definition": ids.digest(definition)} | ({"data-saved": "1"} if is_saved else {})
    return html.P(className="draft-note hint", role="status", **told)


def draft_saved(name: str, fields: Mapping[str, Any] | None = None) -> Component:
    """The sign that what a draft was for is saved: the browser drops it, or says what of it is not in ``fields``."""
    given = {} if fields is None else {"data-fields": json.dumps(dict(fields))}
    return html.P(className="draft-note hint", role="status", **{"data-draft-saved": name, **given})


def track_mark(track: Track, *, size: int = 24) -> Component:
    """A track's icon in its identity colour."""
    return html.Span(icon(track.icon, size=size), className="track-mark", style=track_style(track))


def track_style(track: Track) -> dict[str, str]:
    """The identity colours of a track as CSS variables."""
    return {"--track-light": track.colour.light, "--track-dark": track.colour.dark}


def tools() -> Component:
    """The header's right end: what was saved, the ledger, and the theme."""
    saved = html.Span(id=ids.SAVED, className="saved", role="status")
    ledger = [icon("journal-text"), html.Span("Ledger", className="ledger-link-text")]
    theme = html.Button(
        [icon("circle-half"), html.Span("Theme", className="visually-hidden")],
        className="quiet-button icon-button",
        title="Light or dark",
        **{"data-do": "theme"},
    )
    keys = html.Button("?", className="quiet-button keys-button", title="Keyboard",
                       **{"data-do": "keys", "aria-label": "Keyboard", "aria-haspopup": "dialog"})  # fmt: skip
    return html.Div(
        [
            html.Div(saved, className="tool", **STATIC),
            html.Div(_who(), className="tool", **STATIC),
            dcc.Link(ledger, href=ids.LEDGER_PATH, className="ledger-link", title="Ledger"),
            html.Div([keys, theme], className="tool", **STATIC),
        ],
        className="tools",
    )


def _who() -> list[Component]:
    """The pseudonym of the student whose page it is, as the way to their data; nothing without an identity."""
    student = this_student() if has_request_context() else None
    if student is None:
        return []
    name = pseudonym(student)
    known = {"data-who": name, **({"data-signed-on": "yes"} if is_signed_on() else {})}
    return [html.A(name, href=f"{prefix()}ledger/data", className="who", title="Your data", **known)]


def plain_header() -> Component:
    """The header of pages outside a track."""
    mark = html.Span(className="brand-mark", **{"aria-hidden": "true"})
    return html.Header(
        html.Div([dcc.Link([mark, "edgelab"], href="/", className="brand"), tools()], className="bar-inner"),
        className="bar plain",
    )


def standing_mark(standing: Standing | None, number: int) -> Component:
    """A step's mark on stepper, picker and briefing: its number, or how the student stands there by icon and words.

    A case has no number (0) and is marked as one more.
    """
    if standing is None:
        return html.Span(str(number or MORE), className="disc available")
    words = html.Span(f", {IN_WORDS[standing]}", className="visually-hidden")
    picture = icon(_STANDING_ICONS[standing], size=12)
    return html.Span([picture, words], className=f"disc is-{standing}", title=IN_WORDS[standing])


def standing_legend(found: Iterable[Standing]) -> list[Component]:
    """Return what the marks of these standings mean, each kind once, in the order of what was reached."""
    there = frozenset(found)
    return [
        html.Span([html.Span(icon(_STANDING_ICONS[one], size=12), className=f"disc is-{one}"), words])
        for one, words in IN_WORDS.items()
        if one in there
    ]


MORE = "+"  # a case: one more, which may be left out
OPTIONAL = "optional"
_STANDING_ICONS: Mapping[Standing, str] = {
    "locked": "lock-fill",
    "done": "record-circle",
    "explored": "signpost-2",
    "helped": "check-lg",
    "won": "check-lg",
    "on_another": "arrow-right",
}


def track_header(track: Track, steps: list[Step], here: str, standings: Mapping[str, Standing]) -> Component:
    """The header of a track: the way to all tracks, its name, the stepper, and the tools."""
    home = dcc.Link(
        [html.Span(className="brand-mark", **{"aria-hidden": "true"}), html.Span("All tracks", className="all-tracks")],
        href="/",
        className="bar-home",
        title="All tracks",
    )
    name = dcc.Link(
        [track_mark(track), html.Span(track.name)],
        href=ids.track_path(track.id),
        className="bar-track",
    )
    names = html.Div([home, name], className="bar-names")
    return html.Header(
        html.Div([names, _stepper(track, steps, here, standings), tools()], className="bar-inner"),
        className="bar",
        style=track_style(track),
    )


def _stepper(track: Track, steps: list[Step], here: str, standings: Mapping[str, Standing]) -> Component:
    items = []
    for step in steps:
        label = html.Span(step.label, className="step-label")
        if step.id == here:
            disc = html.Span(str(step.number or MORE), className="disc here")
            kind = "step named-case" if step.is_case else "step"
            items.append(html.Li(html.Span([disc, label], className=kind), **{"aria-current": "step"}))
        elif step.bench is None:
            disc = html.Span(str(step.number), className="disc unavailable")
            note = html.Span(", not yet open", className="visually-hidden")
            items.append(html.Li(html.Span([disc, label, note], className="step", title="not yet open")))
        else:
            mark = standing_mark(standings.get(step.bench.id), step.number)
            href = ids.bench_path(track.id, step.bench.id)
            if step.is_case:
                label = html.Span(f"{step.label}, {OPTIONAL}", className="visually-hidden")
            title = f"{step.label}, {OPTIONAL}" if step.is_case else step.label
            kind = "step case" if step.is_case else "step"
            items.append(html.Li(dcc.Link([label, mark], href=href, className=kind, title=title)))
    return html.Nav(html.Ol(items), className="stepper", **{"aria-label": "Steps of this track"})
