"""What happened, and what it means: the gap between lock and physics, then the reflection."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import dash_bootstrap_components as dbc
from dash import dcc, html

from dashboard import ids
from dashboard.entries import Locked, gap
from dashboard.layouts.parts import Component, icon
from dashboard.layouts.predict import heading, limits_line, scenario_line, segmented
from dashboard.layouts.raw import RAW
from tracks.quantities import in_words
from tracks.spec import Bench, Option, Prediction, Question, Reflection, Track, Truth

SLOTS = (
    ("showed", "What did the figure show?"),
    ("why", "Why? Name one quantity."),
    ("change", "What would change your mind?"),
)
MARKS = (Option(id="m0", text="0"), Option(id="m1", text="1"), Option(id="m2", text="2"))


def reveal_section(track: Track, bench: Bench, locks: Mapping[str, Locked]) -> list[Component]:
    """Each locked prediction against the truth of its own scenario."""
    blocks = [_reveal(track, bench, item, locks[item.id]) for item in bench.predictions]
    opener = [
        html.Span("Show how far off I was", className="btn outline"),
        html.Span("after you explored", className="hint"),
    ]
    return [
        heading("D", "What happened"),
        html.Details(
            [html.Summary(opener), html.Div([part for block in blocks for part in block])],
            className="reveal",
            **RAW,
            **{"data-reveal-box": "1"},
        ),
    ]


def _reveal(track: Track, bench: Bench, prediction: Prediction, locked: Locked) -> list[Component]:
    truth = bench.truth(track, prediction)
    found = gap(prediction, locked.draft, truth)
    mechanism = next(o for o in prediction.mechanisms if o.id == locked.draft.mechanism)
    scenario = scenario_line(bench, prediction)
    return [
        html.P(
            [html.Span(found.headline, className="gap"), html.Span(found.sentence, className="gap-sentence")],
            className="gap-line",
            tabIndex=-1,
            **{"data-reveal": prediction.id, "data-right": str(found.right).lower()},
        ),
        _dumbbell(prediction, locked, truth),
        html.P(f"{f'For {scenario}; ' if scenario else ''}{limits_line(prediction)}.", className="caption"),
        _terms(prediction, truth),
        html.P([html.B("Your reason: "), f"{mechanism.text}. ", mechanism.feedback], className="feedback"),
        _option_feedback(prediction, locked),
    ]


def _option_feedback(prediction: Prediction, locked: Locked) -> Component:
    chosen = next((o for o in prediction.options if o.id == locked.draft.value), None)
    return html.P(chosen.feedback, className="feedback") if chosen and chosen.feedback else None


def _dumbbell(prediction: Prediction, locked: Locked, truth: Truth) -> Component:
    """Lock and computed value on one ruler, logarithmic where the measure is a factor."""
    if isinstance(truth.value, str):
        return None
    said, computed = locked.draft.number(prediction), float(truth.value)
    logarithmic = prediction.right in ("factor", "decade")
    ends = [math.log10(v) if logarithmic else v for v in (said, computed)]
    pad = max((max(ends) - min(ends)) * 0.25, 0.5 if logarithmic else abs(ends[1]) * 0.1 + 0.5)
    low, high = min(ends) - pad, max(ends) + pad
    if logarithmic:
        low, high = math.floor(low), math.ceil(high)
    places = [(end - low) / (high - low) for end in ends]
    decades = range(int(low), int(high) + 1) if logarithmic else ()
    step = max(1, math.ceil(len(decades) / 7))
    ticks = [((d - low) / (high - low), in_words(10.0**d, prediction.unit)) for d in list(decades)[::step]]
    if not logarithmic:
        ticks = [(i / 4, in_words(low + (high - low) * i / 4, prediction.unit)) for i in range(5)]
    left, right = sorted(places)
    return html.Div(
        [
            html.Span(className="bell-bar", style={"--from": f"{left:.4f}", "--to": f"{right:.4f}"}),
            _bell_mark("computed", in_words(computed, prediction.unit), places[1], places[1] <= places[0]),
            _bell_mark("your lock", in_words(said, prediction.unit), places[0], places[0] < places[1]),
            html.Span(
                [html.Span(text, className="bell-tick", style={"--at": f"{at:.4f}"}) for at, text in ticks],
                className="bell-axis",
            ),
        ],
        className="bell",
        role="img",
        **{
            "aria-label": f"Your lock {in_words(said, prediction.unit)}, computed {in_words(computed, prediction.unit)}"
        },
    )


def _bell_mark(name: str, text: str, at: float, leftmost: bool) -> Component:
    kind = "computed" if name == "computed" else "lock"
    side = "before" if leftmost else "after"
    return html.Span(
        html.Span([html.B(name), f" {text}"], className=f"bell-label {side}"),
        className=f"bell-mark {kind}",
        style={"--at": f"{at:.4f}"},
    )


def _terms(prediction: Prediction, truth: Truth) -> Component:
    """What the computed value is made of."""
    if not truth.terms or isinstance(truth.value, str):
        return None
    unit = "" if truth.combine == "product" else prediction.unit
    sign = "×" if truth.combine == "product" else "+"
    rows = [
        html.Tr(
            [html.Td(term.name), html.Td((f"{sign} " if n else "") + in_words(term.value, unit), className="number")]
        )
        for n, term in enumerate(truth.terms)
    ]
    total = html.Tr(
        [html.Th("Computed", scope="row"), html.Td(in_words(float(truth.value), prediction.unit), className="number")]
    )
    return html.Table(html.Tbody([*rows, total]), className="terms")


def reflect_section(
    key: str,
    reflection: Reflection,
    saved: Mapping[str, Any] | None,
    *,
    draft: Mapping[str, str] | None = None,
    problem: str = "",
    marks: Sequence[int] | None = None,
) -> list[Component]:
    """The reflection: to be written, or as written with the model answer and the rubric."""
    if saved is None:
        return [heading("E", "Reflect"), *_writing(key, reflection, draft or {}, problem)]
    return [heading("E", "Reflect", "saved"), *_written(key, reflection, saved, marks)]


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
        html.P(problem, className="problem", role="alert") if problem else None,
        html.Div(
            [
                dbc.Button("Save reflection", id=ids.action(key, "reflect"), className="primary", n_clicks=0),
                html.Span("then the model answer opens", className="hint"),
            ],
            className="save-line",
        ),
    ]


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


def check_feedback(check: Question, chosen: str) -> str:
    """Return the feedback of an option, beginning with whether it is the answer."""
    option = next((item for item in check.options if item.id == chosen), None)
    if option is None:
        return ""
    return ("Yes. " if chosen == check.answer else "Not this one. ") + option.feedback


def _written(
    key: str, reflection: Reflection, saved: Mapping[str, Any], marks: Sequence[int] | None
) -> list[Component]:
    own = [part for name, label in SLOTS for part in (html.Dt(label), html.Dd(str(saved.get(name, ""))))]
    check = reflection.check
    if check:
        chosen = str(saved.get("check", ""))
        text = next((option.text for option in check.options if option.id == chosen), "")
        own += [html.Dt(check.text), html.Dd([text, html.Br(), check_feedback(check, chosen)])]
    rows = [
        html.Div(
            [
                html.Span(point, id=f"rubric-{n}"),
                segmented(ids.writing(key, f"mark{n}"), MARKS, f"m{marks[n]}" if marks else None),
            ],
            className="mark-row",
            role="group",
            **{"aria-labelledby": f"rubric-{n}"},
        )
        for n, point in enumerate(reflection.rubric)
    ]
    return [
        html.Dl(own, className="written"),
        html.H3("Model answer"),
        html.P(reflection.model_answer),
        html.H3("Mark your own, 0 to 2 a point"),
        *rows,
        html.Div(
            [
                dbc.Button("Save marks", id=ids.action(key, "mark"), className="outline", n_clicks=0),
                html.Span([icon("check-circle"), f" {sum(marks)} of 8 saved"] if marks else "", className="hint"),
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
