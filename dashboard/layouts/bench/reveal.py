"""The reveal: each lock against physics before the instruments open, and what the figure showed after a try."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import dash_bootstrap_components as dbc
from dash import html

from dashboard.layouts.bench.figures import graph, table_view
from dashboard.layouts.bench.predict import CHANGED, heading, limits_line, scenario_line, setting_button
from dashboard.layouts.parts import Component, draft_note, draft_saved, icon
from dashboard.layouts.static_html import STATIC
from dashboard.rendering.bench_view import RenderedReveal
from dashboard.rendering.figures.axes import share, ticks
from dashboard.student.answers import answered
from dashboard.student.gap_analysis import LEFT_OUT, GapAnalysis
from dashboard.student.predictions import Locked
from dashboard.student.progress import Progress
from dashboard.student.reveal import Revealed
from dashboard.web import ids
from tracks.api.bench import Bench
from tracks.api.figures import Axis
from tracks.api.quantities import in_words
from tracks.api.teaching import Prediction, Question, Truth

PROBLEM = "observation-problem"
RECORD_FIRST = "Record a try first: then say what the figure showed."


def reveal_beat(
    key: str, bench: Bench, revealed: Sequence[Revealed], drawn: Sequence[RenderedReveal]
) -> list[Component]:
    """What stands between the lock and the instruments: the gaps, why, and the button that opens the instruments."""
    figures = {item.revealed.prediction.id: item for item in drawn}
    many = len(revealed) > 1
    blocks = [_beat(key, bench, item, figures.get(item.prediction.id), show_question=many) for item in revealed]
    return [
        html.Section(
            [
                html.H2("Your lock and what is computed", tabIndex=-1, className="reveal-title"),
                *blocks,
                html.Div(
                    [
                        dbc.Button("Open the instruments", id=ids.action(key, "open"), className="primary", n_clicks=0),
                        html.Span("they begin at the start settings", className="hint"),
                    ],
                    className="save-line reveal-go",
                ),
            ],
            className="reveal-beat",
            **{"aria-label": "How far off you were"},
        )
    ]


def _beat(key: str, bench: Bench, item: Revealed, drawn: RenderedReveal | None, *, show_question: bool) -> Component:
    figure: list[Component] = []
    if drawn is not None:
        figure = [
            html.H3(drawn.panel.question),
            graph(ids.slot(key, f"reveal_{item.prediction.id}"), drawn.figure, name=drawn.panel.question),
            html.P(drawn.summary, className="answer"),
        ]
    question = html.H3(item.prediction.question) if show_question else None
    return html.Div(
        [
            html.Div([question, *_gap_line(item)], **STATIC),
            html.Div(
                [
                    html.Div(figure, className="reveal-figure") if figure else None,
                    html.Div(_why(bench, item), className="reveal-why", **STATIC),
                ],
                className="reveal-columns" if figure else "reveal-plain",
            ),
        ],
        className="reveal-block",
    )


def _gap_line(item: Revealed) -> list[Component]:
    return [
        html.P(
            [html.Span(item.gap.headline, className="gap"), html.Span(item.gap.sentence, className="gap-sentence")],
            className="gap-line",
            **{"data-reveal": item.prediction.id, "data-right": str(item.gap.right).lower()},
        )
    ]


def _why(bench: Bench, item: Revealed) -> list[Component]:
    """The ruler or the case, the route that may have led there, the reason, the sum."""
    prediction, locked, truth = item.prediction, item.locked, item.truth
    scenario = scenario_line(bench, prediction)
    mechanism = next((o for o in prediction.mechanisms if o.id == locked.draft.mechanism), None)
    measure = "" if prediction.options else f"; {limits_line(prediction)}"
    return [
        _dumbbell(prediction, locked, truth) if item.gap.compared else None,
        _option_feedback(prediction, locked),
        table_view(item.case, caption=prediction.question) if item.case is not None else None,
        html.P(item.drawn_sentence, className="feedback") if item.drawn_sentence else None,
        html.P(item.route_sentence, className="route") if item.route_sentence else None,
        html.P(
            [html.B("Your reason: "), f"{locked.draft.mechanism_in_words(prediction)}. ",
             f"{item.reason} " if item.reason else "", mechanism.feedback if mechanism else ""],
            className="feedback",
        ),
        *_terms(prediction, truth, item.analysis),
        html.P(f"For {scenario}{measure}." if scenario else f"{measure[2:].capitalize()}.", className="caption")
        if scenario or measure
        else None,
    ]  # fmt: skip


def reveal_again(bench: Bench, revealed: Sequence[Revealed]) -> Component:
    """The reveal as it stays within reach once the instruments are open, folded."""
    blocks = [part for item in revealed for part in (*_gap_line(item), *_why(bench, item))]
    summary = [icon("chevron-right", size=16), html.B("Your lock and what is computed")]
    return html.Details([html.Summary(summary), *blocks], className="reveal-again", **STATIC)


def happened_section(
    key: str, bench: Bench, revealed: Sequence[Revealed], progress: Progress, *, message: str = ""
) -> list[Component]:
    """The step after a recorded try: what the figure showed; the reveal stays within reach above it."""
    parts: list[Component] = [heading("D", "What happened"), reveal_again(bench, revealed) if revealed else None]
    if not progress.tries:
        return [*parts, html.P(RECORD_FIRST, className="hint")]
    if progress.observed is not None:
        return [*parts, html.Div(_observed(bench.observation, progress.observed), **STATIC)]
    if bench.observation is None:
        return parts
    return [*parts, *_observe(key, bench, bench.observation, message)]


def _observe(key: str, bench: Bench, question: Question, message: str) -> list[Component]:
    field = ids.writing(key, "observation")
    buttons = [setting_button(f"Show {item.label}", {**bench.defaults(), **item.values}) for item in question.settings]
    return [
        html.Div(buttons, className="settings-line") if buttons else None,
        html.Fieldset(
            [
                html.Legend(question.text),
                dbc.RadioItems(
                    id=field,
                    name=ids.dom(field),
                    options=[{"label": option.text, "value": option.id} for option in question.options],
                    value=None,
                    className="radios",
                ),
            ],
            className="check observe",
            role="radiogroup",
            **({"aria-invalid": "true", "aria-describedby": PROBLEM} if message else {}),
        ),
        html.P(message, className="problem", id=PROBLEM) if message else None,
        draft_note("observation", [question.text, [[option.id, option.text] for option in question.options]]),
        html.Div(
            [
                html.Button("Say what it showed", className="outline", **{"data-do": "observe"}),
                html.Span("then the reflection opens", className="hint"),
            ],
            className="save-line",
        ),
    ]


def _observed(question: Question | None, kept: Mapping[str, Any]) -> list[Component]:
    """What the student said the figure showed, in the words of then."""
    answer = str(kept.get("answer"))
    found, saved = answered(question, answer, kept), draft_saved("observation", {"observation": answer})
    if found is None:
        return [saved]
    said = [html.B("You saw: "), f"{found.answer}. ", found.feedback]
    asked = [html.P([found.question, " ", CHANGED], className="hint")] if found.has_changed else []
    return [*asked, html.P(said, className="feedback observed", tabIndex=-1), saved]


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
    least = 0.5 if logarithmic else 0.02 if prediction.unit == "share" else abs(ends[1]) * 0.1 + 0.5
    pad = max((max(ends) - min(ends)) * 0.25, least)
    low, high = min(ends) - pad, max(ends) + pad
    if logarithmic:
        low, high = math.floor(low), math.ceil(high)
    places = [(end - low) / (high - low) for end in ends]
    ruler = Axis(
        label="",
        unit=prediction.unit,
        scale="log" if logarithmic else "linear",
        low=10.0**low if logarithmic else low,
        high=10.0**high if logarithmic else high,
    )
    shown = -math.inf if min(ends) < 0 else 0.0  # no ticks at values the measure cannot have
    marks = [(share(value, ruler), text) for value, text in zip(*ticks(ruler), strict=True) if value >= shown]
    left, right = sorted(places)
    return html.Div(
        [
            html.Span(className="bell-bar", style={"--from": f"{left:.4f}", "--to": f"{right:.4f}"}),
            _bell_mark("computed", in_words(computed, prediction.unit), places[1], places[1] <= places[0]),
            _bell_mark("your lock", in_words(said, prediction.unit), places[0], places[0] < places[1]),
            html.Span(
                [html.Span(text, className="bell-tick", style={"--at": f"{at:.4f}"}) for at, text in marks],
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
    side = "to-left" if leftmost else "to-right"
    return html.Span(
        html.Span([html.B(name), f" {text}"], className=f"bell-label {side}"),
        className=f"bell-mark {kind}",
        style={"--at": f"{at:.4f}"},
    )


def _added(value: float, unit: str) -> str:
    """What is added to or taken from a sum; of a share that is percentage points."""
    size = in_words(100 * abs(value), "points").removeprefix("+") if unit == "share" else in_words(abs(value), unit)
    return f"{'−' if value < 0 else '+'} {size}"


def _terms(prediction: Prediction, truth: Truth, found: GapAnalysis | None) -> list[Component]:
    """What the computed value is made of, and which of it explains a wrong prediction; nothing over a sum of zeros."""
    if not truth.terms or isinstance(truth.value, str) or not any(term.value for term in truth.terms):
        return []
    unit = "" if truth.combine == "product" else prediction.unit
    sign = "×" if truth.combine == "product" else "+"
    marked = dict(found.terms) if found else {}
    rows = []
    for n, term in enumerate(truth.terms):
        number = in_words(term.value, unit)
        if n:
            number = f"× {number}" if sign == "×" else _added(term.value, unit)
        name: list[Component] = [term.name]
        if found and term.name in marked:
            factor = f": {in_words(marked[term.name], 'x')}" if math.isfinite(marked[term.name]) else ""
            name.append(html.Span(f"{found.kind}{factor}", className="missing-factor"))
        is_marked = {"className": "is-missing"} if term.name in marked else {}
        rows.append(html.Tr([html.Td(name), html.Td(number, className="number")], **is_marked))
    total = html.Tr(
        [html.Th("Computed", scope="row"), html.Td(in_words(float(truth.value), prediction.unit), className="number")]
    )
    said = []
    if found:
        lead = "What your lock left out. " if found.kind == LEFT_OUT else "What your lock counted twice. "
        said = [html.P([html.B(lead), found.sentence], className="gap-analysis")]
    return [*said, html.Table(html.Tbody([*rows, total]), className="terms")]
