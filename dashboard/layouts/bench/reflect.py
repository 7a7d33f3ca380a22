"""The reflection: two slots to write in, a check question, then the model answer and the rubric."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import dash_bootstrap_components as dbc
from dash import dcc, html

from dashboard.layouts.bench.predict import CHANGED, heading, segmented
from dashboard.layouts.parts import Component, draft_note, draft_saved, icon
from dashboard.student.answers import answered
from dashboard.web import ids
from tracks.api.controls import Option
from tracks.api.teaching import Question, Reflection

SLOTS = (
    ("why", "What did the figure show, and why? Name one quantity."),
    ("change", "What would change your mind?"),
)
FORMER_SLOTS = (("showed", "What did the figure show?"),)  # in reflections that were saved with three fields
MARKS = (Option(id="m0", text="0"), Option(id="m1", text="1"), Option(id="m2", text="2"))


def waiting_reflection() -> list[Component]:
    """The reflection's place before the figure was read."""
    return [heading("E", "Reflect"), html.P("Opens once you said what the figure showed.", className="hint")]


def reflect_section(
    key: str,
    reflection: Reflection,
    saved: Mapping[str, Any] | None,
    *,
    draft: Mapping[str, str] | None = None,
    problem: str = "",
    marks: Sequence[int | None] | None = None,
    rubric: tuple[str, ...] | None = None,
    following: Component = None,
) -> list[Component]:
    """The reflection: to be written, or as written with the model answer, the rubric, and what comes next.

    ``problem`` says why what was pressed is not saved; ``marks`` are those given, None where one is missing, and
    ``rubric`` the points that they were given for, where the ledger has them.
    """
    if saved is None:
        return [heading("E", "Reflect"), *_writing(key, reflection, draft or {}, problem)]
    return [
        heading("E", "Reflect", "saved"),
        *_written(key, reflection, saved, marks or (), rubric, problem),
        following,
    ]


def _writing(key: str, reflection: Reflection, draft: Mapping[str, str], problem: str) -> list[Component]:
    fields = []
    for name, label in SLOTS:
        field = ids.writing(key, name)
        fields.append(html.Label(label, htmlFor=ids.dom(field)))
        fields.append(dcc.Textarea(id=field, value=draft.get(name, ""), maxLength=600, className="writing"))
    check = reflection.check
    return [
        html.P(reflection.prompt, className="prompt"),
        *fields,
        _check(key, check, draft.get("check")) if check else None,
        _problem(problem),
        draft_note("reflect", [reflection.prompt, [label for _, label in SLOTS], _asked(check)]),
        html.Div(
            [
                dbc.Button("Save reflection", id=ids.action(key, "reflect"), className="primary", n_clicks=0),
                html.Span("then the model answer opens", className="hint"),
            ],
            className="save-line",
        ),
    ]


def _problem(problem: str) -> Component:
    return html.P(problem, className="problem", role="alert") if problem else None


def _asked(check: Question | None) -> list[Any]:
    return [check.text, [[option.id, option.text] for option in check.options]] if check else []


def _check(key: str, check: Question, chosen: str | None) -> Component:
    return html.Fieldset(
        [
            html.Legend(check.text),
            dbc.RadioItems(
                id=ids.writing(key, "check"),
                name=ids.dom(ids.writing(key, "check")),
                options=[{"label": option.text, "value": option.id} for option in check.options],
                value=chosen,
                className="radios",
            ),
            html.P(id=ids.slot(key, "feedback"), className="feedback", role="status"),
        ],
        className="check",
    )


def _written(
    key: str,
    reflection: Reflection,
    saved: Mapping[str, Any],
    marks: Sequence[int | None],
    rubric: tuple[str, ...] | None,
    problem: str,
) -> list[Component]:
    shown = saved.get("shown") or {}
    kept = [slot for slot in (*FORMER_SLOTS, *SLOTS) if slot in SLOTS or saved.get(slot[0])]
    own = [
        part
        for name, label in kept
        for part in (html.Dt(str(shown.get(name) or label)), html.Dd(str(saved.get(name, ""))))
    ]
    check = answered(reflection.check, str(saved.get("check", "")), shown.get("check"))
    if check:
        own += [html.Dt(check.question), html.Dd([check.answer, html.Br(), check.feedback])]
    has_changed = bool(check and check.has_changed) or shown.get("prompt", reflection.prompt) != reflection.prompt
    then = [f"{shown['prompt']} " if shown.get("prompt") else "", CHANGED]
    if rubric is not None and rubric != reflection.rubric:  # marks of other points are no marks of these
        given_then = zip(marks, rubric, strict=False)
        own += [html.Dt("Your marks"), html.Dd([html.Div(f"{mark}: {point}") for mark, point in given_then])]
        has_changed, marks = True, ()
    chosen_marks = [f"m{mark}" if mark is not None else None for mark in marks] or [None] * len(reflection.rubric)
    given = [mark for mark in marks if mark is not None]
    is_saved = bool(given) and not problem
    rows = [
        html.Div(
            [
                html.Span(point, id=f"rubric-{n}"),
                segmented(ids.writing(key, f"mark{n}"), MARKS, chosen_marks[n]),
            ],
            className="mark-row",
            role="group",
            **{"aria-labelledby": f"rubric-{n}"},
        )
        for n, point in enumerate(reflection.rubric)
    ]
    return [
        html.P(then, className="hint") if has_changed else None,
        html.Dl(own, className="written"),
        draft_saved("reflect", {name: str(saved.get(name) or "") for name in (*dict(SLOTS), "check")}),
        html.H3("Model answer"),
        html.P(reflection.model_answer),
        html.H3("Mark your own, 0 to 2 a point"),
        *rows,
        _problem(problem),
        draft_note("marks", list(reflection.rubric), is_saved=is_saved),
        html.Div(
            [
                dbc.Button("Save marks", id=ids.action(key, "mark"), className="outline", n_clicks=0),
                html.Span([icon("check-circle"), f" {sum(given)} of 8 saved"] if is_saved else "", className="hint"),
            ],
            className="save-line",
        ),
        html.Details(
            [
                html.Summary(
                    [icon("chevron-right", size=14), html.B("Two samples"), html.Span("a weak and a strong one")]
                ),
                html.P([html.B("Weak. "), reflection.weak_sample]),
                html.P([html.B("Strong. "), reflection.strong_sample]),
            ],
            className="samples",
        ),
    ]
