"""What happened: what the figure showed, then the gap between lock and physics and what it left out."""

from __future__ import annotations

import math
from collections.abc import Mapping

import dash_bootstrap_components as dbc
from dash import html

from dashboard.layouts.bench.predict import heading, limits_line, scenario_line
from dashboard.layouts.parts import Component
from dashboard.layouts.static_html import STATIC
from dashboard.rendering.figures.axes import share, ticks
from dashboard.student.gap_analysis import GapAnalysis, analyse_gap
from dashboard.student.predictions import Locked, gap
from dashboard.student.progress import Progress
from dashboard.web import ids
from tracks.api.bench import Bench
from tracks.api.figures import Axis
from tracks.api.quantities import in_words
from tracks.api.teaching import Prediction, Question, Truth
from tracks.api.track import Track

RECORD_FIRST = "Record a try first: then say what the figure showed, and your lock meets the physics."


def happened_section(
    key: str, track: Track, bench: Bench, locks: Mapping[str, Locked], progress: Progress, *, message: str = ""
) -> list[Component]:
    """The step after a recorded try: the observation, then each locked prediction against its scenario's truth."""
    if not progress.tries:
        return [heading("D", "What happened"), html.P(RECORD_FIRST, className="hint")]
    if not progress.is_revealed(bench) and bench.observation is not None:
        return [heading("D", "What happened"), *_observe(key, bench.observation, message)]
    parts: list[Component] = [heading("D", "What happened")]
    if bench.observation is not None and progress.observed is not None:
        parts.append(_observed(bench.observation, progress.observed))
    blocks = [_reveal(track, bench, item, locks[item.id]) for item in bench.predictions]
    return [html.Div([*parts, *(part for block in blocks for part in block)], **STATIC)]


def _observe(key: str, question: Question, message: str) -> list[Component]:
    field = ids.writing(key, "observation")
    return [
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
        ),
        html.P(message, className="problem", role="alert") if message else None,
        html.Div(
            [
                html.Button("Show how far off I was", className="outline", **{"data-do": "observe"}),
                html.Span("after you said what the figure showed", className="hint"),
            ],
            className="save-line",
        ),
    ]


def _observed(question: Question, answer: str) -> Component:
    option = next((item for item in question.options if item.id == answer), None)
    if option is None:
        return None
    lead = "Yes. " if answer == question.answer else "Not this one. "
    return html.P([html.B("You saw: "), f"{option.text}. ", lead, option.feedback], className="feedback observed")


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
        *_terms(prediction, truth, analyse_gap(prediction, locked.draft, truth)),
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


def _terms(prediction: Prediction, truth: Truth, found: GapAnalysis | None) -> list[Component]:
    """What the computed value is made of, and which of it a wrong prediction left out."""
    if not truth.terms or isinstance(truth.value, str):
        return []
    unit = "" if truth.combine == "product" else prediction.unit
    sign = "×" if truth.combine == "product" else "+"
    missing_terms = dict(found.missing_terms) if found else {}
    rows = []
    for n, term in enumerate(truth.terms):
        number = f"{sign if n else ''} {in_words(term.value, unit)}".strip()
        if n and term.value < 0 and sign == "+":
            number = f"− {in_words(-term.value, unit)}"
        name: list[Component] = [term.name]
        if term.name in missing_terms and math.isfinite(missing_terms[term.name]):
            name.append(html.Span(f"left out: {in_words(missing_terms[term.name], 'x')}", className="missing-factor"))
        is_left_out = {"className": "is-missing"} if term.name in missing_terms else {}
        rows.append(html.Tr([html.Td(name), html.Td(number, className="number")], **is_left_out))
    total = html.Tr(
        [html.Th("Computed", scope="row"), html.Td(in_words(float(truth.value), prediction.unit), className="number")]
    )
    said = [html.P([html.B("What your lock left out. "), found.sentence], className="gap-analysis")] if found else []
    return [*said, html.Table(html.Tbody([*rows, total]), className="terms")]
