"""The prediction card in its three states: asking, reviewing what will freeze, locked."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import dash_bootstrap_components as dbc
from dash import dcc, html

from dashboard.layouts.bench.drawing import SUFFIXES, drawing_fields
from dashboard.layouts.parts import Component, draft_note, icon
from dashboard.layouts.static_html import STATIC
from dashboard.student.drawn_curve import ALONE, in_one_line
from dashboard.student.predictions import Draft, Locked, doubt, drawn_curve
from dashboard.web import ids
from tracks.api.bench import Bench
from tracks.api.controls import Option, Value
from tracks.api.quantities import in_sentence, in_words
from tracks.api.teaching import CONFIDENCE, Prediction


def heading(letter: str, text: str, right: Any = "") -> Component:
    """A rail section's head: its letter, its name, and what stands at the right."""
    return html.Div(
        [html.Span(letter, className="letter"), html.H2(text), html.Span(right, className="head-right")],
        className="section-head",
    )


def given_rows(bench: Bench, prediction: Prediction) -> list[tuple[str, str]]:
    """Return what the question takes as given: the scenario's controls and the facts printed with it."""
    controls = bench.control_map()
    rows = [(controls[name].label, controls[name].text(v)) for name, v in prediction.scenario.items()]
    return [*rows, *prediction.given]


def _given(rows: list[tuple[str, str]]) -> Component:
    return html.Dl([part for name, text in rows for part in (html.Dt(name), html.Dd(text))], className="given")


def _radios(key: str, prediction: Prediction, part: str, options: tuple[Option, ...], value: str | None) -> Component:
    return dbc.RadioItems(
        id=ids.entry(key, prediction.id, part),
        name=ids.dom(ids.entry(key, prediction.id, part)),  # without a name, arrow keys would not stay in the group
        options=[{"label": option.text, "value": option.id} for option in options],
        value=value,
        className="radios",
    )


def segmented(
    component_id: ids.Id, options: tuple[Option, ...], value: str | None, *, disabled: bool = False
) -> Component:
    """A joined row of radio buttons; nothing is chosen unless ``value`` says so."""
    return dbc.RadioItems(
        id=component_id,
        name=ids.dom(component_id),
        options=[{"label": option.text, "value": option.id, "disabled": disabled} for option in options],
        value=value,
        className="segmented",
        inputClassName="segment-input",
        labelClassName="segment",
        labelCheckedClassName="segment-on",
    )


def _choice(legend: str, field: Component, part: str, problems: Mapping[str, str], question: str) -> Component:
    """A group of radio buttons with its name, and why nothing is taken from it yet."""
    problem = problems.get(part)
    told = f"{question}-{part}"
    given: dict[str, Any] = {"aria-invalid": "true", "aria-describedby": told} if problem else {}
    return html.Fieldset(
        [html.Legend(legend), field, html.P(problem, className="problem", id=told) if problem else None],
        role="radiogroup",
        **given,
    )


def _not_yet(problems: Mapping[str, str]) -> Component:
    """What a screen reader says of a card that comes back; the first field of those in question gets the focus."""
    count = len(problems)
    return html.Span(
        hidden=True, **{"data-say": f"{count} {'entry is' if count == 1 else 'entries are'} to be mended."}
    )


def ask_card(
    key: str,
    bench: Bench,
    prediction: Prediction,
    draft: Draft | None = None,
    problems: Mapping[str, str] | None = None,
) -> Component:
    """The card that asks: a value (or an option), a reason, how sure. Nothing is chosen beforehand."""
    problems = problems or {}
    draft = draft or Draft()
    rows = given_rows(bench, prediction)
    question, field = f"question-{prediction.id}", ids.dom(ids.entry(key, prediction.id, "value"))
    because = _radios(key, prediction, "mechanism", prediction.mechanisms, draft.mechanism)
    how_sure = segmented(ids.entry(key, prediction.id, "confidence"), CONFIDENCE, draft.confidence)
    return html.Div(
        [
            html.H3(
                prediction.question, className="question", id=question, **{"data-head": "", "data-describes": field}
            ),
            _not_yet(problems) if problems else None,
            _given(rows) if rows else None,
            _answer(key, bench, prediction, draft, problems),
            _choice("Because", because, "mechanism", problems, question),
            _choice("How sure", how_sure, "confidence", problems, question),
            draft_note(f"predict/{prediction.id}", asked_text(prediction)),
            dbc.Button("Review", id=ids.action(key, "review"), className="primary wide", n_clicks=0),
            html.P("Nothing freezes yet. The next step shows what will.", className="hint"),
        ],
        className="predict-card",
    )


def asked_text(prediction: Prediction) -> list[Any]:
    """Return what a prediction asks, as JSON: two that differ in it are not answered by the same words."""
    options = [[option.id, option.text] for option in (*prediction.options, *prediction.mechanisms)]
    return [prediction.question, prediction.unit, options]


def _keyboard(prediction: Prediction) -> str:
    """The on-screen keyboard for an answer: digits, where neither a unit nor a minus sign has to be typed."""
    return "text" if prediction.unit in ("B", "iB") or prediction.low < 0 else "decimal"


def _answer(key: str, bench: Bench, prediction: Prediction, draft: Draft, problems: Mapping[str, str]) -> Component:
    if prediction.options:
        options = _radios(key, prediction, "value", prediction.options, draft.value)
        return _choice("Your answer", options, "value", problems, f"question-{prediction.id}")
    field = ids.dom(ids.entry(key, prediction.id, "value"))
    suffix = SUFFIXES.get(prediction.unit, prediction.unit)
    return html.Div(
        [
            drawing_fields(key, bench, prediction, draft.anchors) if prediction.curve else None,
            html.Label("Your value", htmlFor=field),
            html.Div(
                [
                    dcc.Input(
                        id=ids.entry(key, prediction.id, "value"),
                        type="text",
                        inputMode=_keyboard(prediction),
                        value=draft.value or "",
                        maxLength=40,
                        spellCheck="false",
                    ),
                    html.Span(suffix, className="suffix", **{"aria-hidden": "true", "data-describes": field}),
                ],
                className="value-box" + (" invalid" if "value" in problems else ""),
            ),
            html.P(
                problems.get("value", ""),
                id=ids.echo(key, prediction.id),
                className="echo",
                role="status",
                **{"data-describes": field, **({"data-refuses": "1"} if "value" in problems else {})},
            ),
        ],
        className="answer",
    )


def review_card(key: str, prediction: Prediction, draft: Draft) -> Component:
    """The card that names exactly what freezes; the second press commits.

    An implausible number is asked about here: the card says what was asked about, and the lock counts only with that.
    """
    asked, undrawn, drawn = doubt(prediction, draft), draft.drawing_problem(prediction), draft.drawn(prediction)
    return html.Div(
        [
            html.H3("This will freeze", className="question", tabIndex=-1, **{"data-focus": "whole"}),
            html.P(asked, className="problem", role="alert") if asked else None,
            html.P(f"{undrawn} {ALONE}", className="problem", role="alert") if undrawn else None,
            html.Dl(
                [
                    html.Dt("Your answer" if prediction.options else "Your value"),
                    html.Dd(draft.answer_in_words(prediction)),
                    *(
                        (html.Dt("Your drawing"), html.Dd(in_one_line(prediction.curve, drawn)))
                        if prediction.curve and drawn
                        else ()
                    ),
                    html.Dt("How sure"),
                    html.Dd(draft.confidence_in_words()),
                    html.Dt("Because"),
                    html.Dd(draft.mechanism_in_words(prediction)),
                ],
                className="given review",
            ),
            html.P(
                "After the lock these cannot be changed, by you or by anyone. A change of mind is a new "
                "record beside them.",
                className="sunk-note",
            ),
            dbc.Button(
                [icon("lock-fill"), html.Span("Lock it anyway" if asked else "Lock this prediction")],
                id=ids.action(key, "lock"),
                className="primary wide",
                n_clicks=0,
            ),
            dbc.Button("Back to edit", id=ids.action(key, "edit"), className="outline wide", n_clicks=0),
            dcc.Store(
                id=ids.draft(key, prediction.id),
                data={
                    "prediction": prediction.id,
                    **draft.as_dict(),
                    **({"anchors": list(draft.anchors)} if draft.anchors else {}),
                    "confirmed": draft.value if asked else None,
                },
            ),
        ],
        className="predict-card",
    )


def setting_button(label: str, values: Mapping[str, Value]) -> Component:
    """A button that sets every control to these values; it stands only where the instruments are open."""
    return html.Button(
        label, className="outline set-state", **{"data-do": "set", "data-values": json.dumps(dict(values))}
    )


CHANGED = "The question has changed since; these are the words that you answered."


def locked_block(bench: Bench, prediction: Prediction, locked: Locked) -> Component:
    """A locked prediction: value and how sure in a line; under it, to be folded, the reason and the asked state."""
    number, unit = locked.draft.answer_parts(prediction)
    _, drawn = drawn_curve(prediction, locked.draft)
    return html.Details(
        [
            html.Summary(
                [
                    html.Span([html.Span(number, className="value"), html.Span(f" {unit}" if unit else "")]),
                    html.Span(locked.draft.confidence_in_words().capitalize()),
                ],
                className="locked-line",
            ),
            html.P(locked.draft.question_in_words(prediction), className="locked-reason"),
            html.P(drawn, className="locked-reason") if drawn else None,
            html.P(CHANGED, className="hint") if locked.draft.has_changed(prediction) else None,
            html.P(f"Because: {locked.draft.mechanism_in_words(prediction)}.", className="locked-reason"),
            setting_button("Go to the question’s state", bench.asked_state(prediction)),
        ],
        className="locked",
        open=True,  # dashboard/scripts/page/arrivals.js folds it where the window is low
        **STATIC,
        **{"data-locked": prediction.id, "data-draft-saved": f"predict/{prediction.id}"},
    )


def locked_time(locked: Locked) -> Component:
    """The lock's time of day, put into the reader's own time zone by the browser."""
    return html.Span(
        [icon("lock-fill", size=12), " locked ", html.Time(locked.time, dateTime=locked.time, **{"data-clock": "1"})],
        className="lock-time",
    )


def predict_section(
    key: str, bench: Bench, locks: Mapping[str, Locked], card: Component | None = None, message: str = ""
) -> list[Component]:
    """The rail's first section: what is locked, and the card of the first prediction that is not."""
    open_ones = [item for item in bench.predictions if item.id not in locks]
    blocks = [locked_block(bench, item, locks[item.id]) for item in bench.predictions if item.id in locks]
    if not open_ones:
        last = max(locks.values(), key=lambda item: item.time) if locks else None
        return [heading("A", "Predict", locked_time(last) if last else ""), *blocks, _message(message)]
    progress = f"{len(locks) + 1} of {len(bench.predictions)}" if len(bench.predictions) > 1 else ""
    right = progress or "first, before the instruments"
    return [heading("A", "Predict", right), *blocks, _message(message), card or ask_card(key, bench, open_ones[0])]


def _message(message: str) -> Component:
    return html.P(message, className="problem", role="alert") if message else None


def scenario_line(bench: Bench, prediction: Prediction) -> str:
    """Return the scenario in one line, for the reveal."""
    return ", ".join(f"{in_sentence(name)} {text}" for name, text in given_rows(bench, prediction))


def limits_line(prediction: Prediction) -> str:
    """Return how right is measured, in words."""
    tolerance = prediction.tolerance
    return {
        "factor": f"right means within a factor of {tolerance:g}",
        "relative": f"right means within {in_words(tolerance, 'share')}",
        "points": f"right means within {tolerance:g} point{'' if tolerance == 1 else 's'}",
        "decade": f"right means within {tolerance:g} decade{'' if tolerance == 1 else 's'}",
    }[prediction.right]
