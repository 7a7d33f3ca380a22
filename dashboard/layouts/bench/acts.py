"""A crisis in acts on its page: the alarm above the figures, what the world answers, and the post-mortem at the end."""

from __future__ import annotations

import json
from collections.abc import Sequence

from dash import html

from dashboard.layouts.bench.predict import heading
from dashboard.layouts.parts import Component, icon, painted, shape
from dashboard.layouts.static_html import STATIC
from dashboard.student.acts import ActStanding, Attempt, PostMortem
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


# --- the post-mortem -------------------------------------------------------------------------------------------------


def post_mortem_section(told: PostMortem) -> Component:
    """Return the post-mortem: what happened, the root cause, what is open, and the timeline of the student's tries."""
    return html.Section(
        [
            heading("G", "Post-mortem", html.Button("Print", className="quiet-button", **{"data-do": "print"})),
            html.H3(told.title),
            html.Ul([html.Li(sentence) for sentence in told.happened], className="debrief-sums"),
            html.H3("Root cause"),
            html.P(told.root_cause),
            html.H3("Still open") if told.left_open else None,
            html.Ul([html.Li(text) for text in told.left_open], className="debrief-sums") if told.left_open else None,
            html.H3("Timeline"),
            html.Div(
                html.Table([html.Thead(_head()), html.Tbody([_row(item) for item in told.attempts])],
                           className="data-table"),
                className="table-scroll",
                tabIndex=0,
                role="region",
                **{"aria-label": "What was tried, try by try"},
            ),
        ],
        className="post-mortem",
        id="post-mortem",
        tabIndex=-1,
        **STATIC,
        **{"aria-label": "Post-mortem"},
    )  # fmt: skip


def _head() -> Component:
    names = ("Try", "Act", "What was tried", "What it gained", "What it cost", "What followed")
    return html.Tr([html.Th(name, scope="col") for name in names])


def _row(item: Attempt) -> Component:
    return html.Tr(
        [
            html.Th([f"{item.number} ", html.Span(f"{item.time:%H:%M}", className="hint")], scope="row"),
            html.Td(item.act),
            html.Td(_lines(item.changed)),
            html.Td(_lines(item.gained)),
            html.Td(_lines(item.paid)),
            html.Td([html.Div([shape("ok" if item.holds else "fail"), f" {item.outcome}"]), item.consequence]),
        ]
    )


def _lines(texts: Sequence[str]) -> Component:
    return [html.Div(text) for text in texts] or "–"
