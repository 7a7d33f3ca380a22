"""What a student writes: two slots, a check question, then the model answer and the rubric.

A bench's reflection and the defence of a track's strategy are both written so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import dash_bootstrap_components as dbc
from dash import dcc, html

from dashboard.layouts.bench.predict import CHANGED, heading, segmented
from dashboard.layouts.parts import Component, draft_note, draft_saved, icon
from dashboard.layouts.static_html import STATIC
from dashboard.student.answers import answered
from dashboard.student.debrief import Defence, OwnNumbers
from dashboard.web import ids
from tracks.api.controls import Option
from tracks.api.teaching import Question, Reflection

SLOTS = (
    ("why", "What did the figure show, and why? Name one quantity."),
    ("change", "What would change your mind?"),
)
FORMER_SLOTS = (("showed", "What did the figure show?"),)  # in reflections that were saved with three fields
DEFENCE_SLOTS = (  # their names sort as they stand: the ledger keeps texts by name
    ("choice", "Personalisation or privacy? Name your design, and the alternative that you rejected."),
    ("locality", "What did data locality buy, and what not? What would change your mind?"),
)
MARKS = (Option(id="m0", text="0"), Option(id="m1", text="1"), Option(id="m2", text="2"))


@dataclass(frozen=True, kw_only=True, slots=True)
class Form:
    """What tells the two texts of a page apart.

    Attributes:
        letter, title: its head. slots: (name of a field, its label). save, mark: the actions of its buttons.
        fields: what the names of its marks begin with. drafts: the names of its drafts. button: what saves it.
        said: what a screen reader says once it is saved.
    """

    letter: str
    title: str
    slots: tuple[tuple[str, str], ...]
    save: str
    mark: str
    fields: str
    drafts: tuple[str, str]
    button: str
    said: str


REFLECTION = Form(letter="E", title="Reflect", slots=SLOTS, save="reflect", mark="mark", fields="mark",
                  drafts=("reflect", "marks"), button="Save reflection",
                  said="Your reflection is saved. The model answer follows.")  # fmt: skip
DEFENCE = Form(letter="F", title="Defend your strategy", slots=DEFENCE_SLOTS, save="defend", mark="mark_defence",
               fields="defence_mark", drafts=("defence", "defence-marks"), button="Save defence",
               said="Your defence is saved. The model answer follows.")  # fmt: skip
FORMS = (REFLECTION, DEFENCE)


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
    numbers: OwnNumbers | None = None,
    form: Form = REFLECTION,
    said: str = "",
) -> list[Component]:
    """The reflection: to be written, or as written with the model answer, the rubric, and what comes next.

    ``problem`` says why what was pressed is not saved; ``marks`` are those given, None where one is missing, and
    ``rubric`` the points that they were given for, where the ledger has them. ``numbers`` stand beside the question.
    ``said`` is what a screen reader says of what was just saved; a first saving leads to the model answer.
    """
    beside = numbers_table(numbers) if numbers else None
    if saved is None:
        return [heading(form.letter, form.title), *_writing(key, reflection, draft or {}, problem, beside, form)]
    return [
        heading(form.letter, form.title, "saved"),
        *_written(key, reflection, saved, marks or (), rubric, problem, beside, form, said),
        following,
    ]


def defence_section(
    key: str,
    defence: Defence,
    *,
    draft: Mapping[str, str] | None = None,
    problem: str = "",
    marks: Sequence[int | None] | None = None,
    said: str = "",
) -> Component:
    """The defence of the track's strategy: what it waits for, to be written, or as written with its rubric."""
    if defence.waits_for:
        parts = [heading(DEFENCE.letter, DEFENCE.title), html.P(f"Opens once {defence.waits_for}.", className="hint")]
    else:
        parts = reflect_section(
            key,
            defence.asked,
            defence.saved,
            draft=draft,
            problem=problem,
            marks=defence.marks if marks is None else marks,
            rubric=defence.rubric if marks is None else None,
            numbers=defence.numbers,
            form=DEFENCE,
            said=said,
        )
    return html.Section(parts, className="defence", id="defence", tabIndex=-1, **{"aria-label": "Defend your strategy"})


def numbers_table(numbers: OwnNumbers) -> Component:
    """The student's own numbers, beside what they write about; on a phone each row is a block of its own."""
    if not numbers.rows:
        return html.P(numbers.note, className="hint") if numbers.note else None
    head = html.Tr([html.Th(text, scope="col") for text in numbers.head])
    rows = [
        html.Tr(
            [
                html.Th(row[0], scope="row"),
                *[html.Td(cell, **{"data-head": name}) for name, cell in zip(numbers.head[1:], row[1:], strict=True)],
            ]
        )
        for row in numbers.rows
    ]
    caption = html.Caption(numbers.caption)
    return html.Div(
        html.Table([caption, html.Thead(head), html.Tbody(rows)], className="data-table"),
        className="own-numbers",
        **STATIC,
    )


def _writing(
    key: str, reflection: Reflection, draft: Mapping[str, str], problem: str, beside: Component, form: Form
) -> list[Component]:
    fields = []
    empty = next((name for name, _ in form.slots if problem and not draft.get(name)), None)
    described = [ids.dom(ids.writing(key, name)) for name, _ in form.slots]
    for name, label in form.slots:
        field = ids.writing(key, name)
        fields.append(html.Label(label, htmlFor=ids.dom(field)))
        fields.append(dcc.Textarea(id=field, value=draft.get(name, ""), maxLength=600, className="writing"))
    check = reflection.check
    return [
        html.P(reflection.prompt, className="prompt"),
        *[html.Span(reflection.prompt, hidden=True, **{"data-describes": field}) for field in described],
        beside,
        *fields,
        _check(key, check, draft.get("check"), is_refused=bool(problem) and not empty) if check else None,
        _problem(problem, form, ids.dom(ids.writing(key, empty)) if empty else ""),
        draft_note(form.drafts[0], [reflection.prompt, [label for _, label in form.slots], _asked(check)]),
        html.Div(
            [
                dbc.Button(form.button, id=ids.action(key, form.save), className="primary", n_clicks=0),
                html.Span("then the model answer opens", className="hint"),
            ],
            className="save-line",
        ),
    ]


def _problem(problem: str, form: Form, field: str = "") -> Component:
    """Why nothing was saved, tied to the field that lacks something; without one it is said by itself."""
    if not problem:
        return None
    told = {"data-describes": field, "data-refuses": "1"} if field else {"data-say": problem}
    return html.P(problem, className="problem", id=f"{form.save}-problem", **told)


def _asked(check: Question | None) -> list[Any]:
    return [check.text, [[option.id, option.text] for option in check.options]] if check else []


def _check(key: str, check: Question, chosen: str | None, *, is_refused: bool) -> Component:
    missing = is_refused and chosen is None
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
        role="radiogroup",
        **({"aria-invalid": "true", "aria-describedby": f"{REFLECTION.save}-problem"} if missing else {}),
    )


def _written(
    key: str,
    reflection: Reflection,
    saved: Mapping[str, Any],
    marks: Sequence[int | None],
    rubric: tuple[str, ...] | None,
    problem: str,
    beside: Component,
    form: Form,
    said: str,
) -> list[Component]:
    shown = saved.get("shown") or {}
    kept = [slot for slot in (*FORMER_SLOTS, *form.slots) if slot in form.slots or saved.get(slot[0])]
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
    is_new = {"tabIndex": -1, "data-focus": "now"}
    rows = [
        html.Div(
            [
                html.Span(point, id=f"{form.fields}-{n}"),
                segmented(ids.writing(key, f"{form.fields}{n}"), MARKS, chosen_marks[n]),
            ],
            className="mark-row",
            role="radiogroup",
            **{"aria-labelledby": f"{form.fields}-{n}"},
            **({"aria-invalid": "true"} if problem and chosen_marks[n] is None else {}),
        )
        for n, point in enumerate(reflection.rubric)
    ]
    return [
        html.P(then, className="hint") if has_changed else None,
        html.Dl(own, className="written"),
        beside,
        draft_saved(form.drafts[0], {name: str(saved.get(name) or "") for name in (*dict(form.slots), "check")}),
        html.H3("Model answer", **(is_new if said and not is_saved else {})),
        html.Span(hidden=True, **{"data-say": said}) if said else None,
        html.P(reflection.model_answer),
        html.H3("Mark your own, 0 to 2 a point"),
        *rows,
        _problem(problem, form),
        draft_note(form.drafts[1], list(reflection.rubric), is_saved=is_saved),
        html.Div(
            [
                dbc.Button("Save marks", id=ids.action(key, form.mark), className="outline", n_clicks=0),
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
