"""A crisis in acts on its page: the alarm above the figures, the acts, and what the world answers."""

from __future__ import annotations

import json
from collections.abc import Sequence

from dash import html

from dashboard.layouts.parts import Component, icon, painted, shape
from dashboard.layouts.static_html import STATIC
from dashboard.student.acts import ActStanding
from dashboard.student.progress import Progress
from dashboard.web import ids

OPENS = "opens with a try in the act before"


def acts_section(key: str, acts: Sequence[ActStanding], progress: Progress) -> Component:
    """Return the alarm, which moves with the controls, and below it what is told of the recorded tries.

    On a bench without acts it is the empty place of the latter alone, which the answer to a recorded try names.
    """
    if not acts:
        return html.Div(id=ids.slot(key, "acts"))
    return html.Section(
        [
            html.Div(
                [
                    html.H2(painted("act.title")),
                    html.P([painted("act.speaker", html.B), " ", painted("act.alarm")], className="brief alarm"),
                    html.P(
                        [shape(paint="status.level"), html.B("Now"), painted("status.title"), painted("status.facts")],
                        className="alarm-now",
                    ),
                ],
                **STATIC,
            ),
            html.Div(acts_part(acts, progress), id=ids.slot(key, "acts")),
        ],
        className="acts",
        id="acts",
        **{"aria-label": "The crisis"},
    )


def acts_part(acts: Sequence[ActStanding], progress: Progress) -> list[Component]:
    """Return what changes with a recorded try: the acts, what the world answers, the last message, and the log."""
    if not acts:
        return []
    newest = progress.tries[-1] if progress.tries else None
    here = next((one for one in acts if newest is not None and newest in one.tries), acts[0])
    answer = newest.consequence if newest is not None else ""
    messages = [one for one in acts if one.message and (one is here or one.won)]
    return [
        html.Div(
            [
                html.Div(
                    [_button(one, is_here=one is here) for one in acts],
                    className="act-buttons",
                    role="group",
                    **{"aria-label": "Acts"},
                ),
                html.P([html.B("The world answers"), " ", answer], className="answered") if answer else None,
                *[_message(one) for one in messages],
                _log(progress),
            ],
            **STATIC,
        )
    ]


def _button(one: ActStanding, *, is_here: bool) -> Component:
    """Return the button that sets an act's world and starts it from the last act's try."""
    note = "held" if one.won else OPENS if one.start is None else "optional" if one.is_optional else "has to hold"
    label = [
        shape("ok") if one.won else None,
        html.Span(f"{one.number} {one.act.title}", className="act-name"),
        html.Span(note, className="hint"),
    ]
    if one.start is None:
        return html.Button(label, className="outline act", disabled=True)
    world = {name: value for name, value in one.start.items() if name in one.world}
    return html.Button(
        label,
        className="outline act",
        **{
            "data-do": "set",
            "data-values": json.dumps(dict(one.start)),
            "data-act": one.act.id,
            "data-world": json.dumps(world),
            "aria-pressed": str(is_here).lower(),
        },
    )


def _message(one: ActStanding) -> Component:
    said = [html.B(one.act.speaker), " ", one.message, " "]
    return html.P([shape("ok" if one.won else "fail"), *said], className="act-message", **{"data-act-said": one.act.id})


def _log(progress: Progress) -> Component:
    """Return every try with what it brought, folded."""
    tries = [item for item in progress.tries if item.consequence]
    if not tries:
        return None
    summary = html.Summary([icon("chevron-right", size=16), html.B("What each try brought")])
    items = [html.Li([html.B(f"Try {item.number} "), item.consequence]) for item in tries]
    return html.Details([summary, html.Ul(items, className="consequences")], className="fold")
