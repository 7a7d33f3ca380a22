"""Peek: equations with their sources, and a small figure that follows sliders of its own, unknown to the bench."""

from __future__ import annotations

import json

from dash import dcc, html
from markupsafe import Markup

from dashboard.layouts.bench.controls import slider_track
from dashboard.layouts.bench.figures import graph, table_view
from dashboard.layouts.parts import Component, icon, painted
from dashboard.layouts.static_html import STATIC
from dashboard.rendering.bench_view import render_demonstration
from dashboard.rendering.figures.style import Screen
from dashboard.rendering.peek import PeekLineTexts
from dashboard.rendering.texts import control_spec
from dashboard.web import ids
from tracks.api.controls import Slider
from tracks.api.demonstration import Demonstration
from tracks.loading.equations import BadEquation, line_parts


def demonstration_section(key: str, demonstration: Demonstration, screen: Screen) -> Component:
    """Title and text, the sliders, the figure at their defaults, its sentence and its table."""
    figure, drawing = render_demonstration(key, demonstration, demonstration.defaults(), screen)
    panel = demonstration.panel
    spec = {slider.id: control_spec(slider) for slider in demonstration.sliders}
    table = table_view(drawing.table(), caption=panel.question)
    return html.Section(
        [
            html.Div(
                [
                    html.H3(demonstration.title),
                    html.P(demonstration.text, className="demonstration-text"),
                    html.Div([_row(key, slider) for slider in demonstration.sliders], className="rows"),
                ]
            ),
            html.Div(
                [
                    html.H4(panel.question),
                    html.P(drawing.summary, id=ids.slot(key, "demonstration_summary"), className="answer"),
                    graph(ids.slot(key, "demonstration"), figure, name=panel.question),
                    html.Div(table, id=ids.slot(key, "demonstration_table")),
                ],
                className="demonstration-figure",
            ),
            dcc.Store(id=ids.slot(key, "demonstration_values")),
            dcc.Store(id=ids.slot(key, "demonstration_drawn")),
        ],
        className="demonstration",
        **{"aria-label": demonstration.title},
        **{"data-demonstration": key, "data-slot": "demonstration", "data-spec": json.dumps(spec)},
    )


def _row(key: str, slider: Slider) -> Component:
    own = ids.demonstration_slider(key, slider.id)
    label = html.Label(slider.label, htmlFor=ids.dom(own), className="control-label")
    value = html.Span(slider.text(slider.default), className="demonstration-value", **{"data-value": ""})
    return html.Div(
        [html.Div([label, value], className="top"), *slider_track(own, slider, slider.default)],
        className="control",
        **{"data-slider": slider.id},
    )


def peek_section(
    key: str, lines: list[PeekLineTexts], demonstration: Demonstration | None, screen: Screen
) -> Component:
    """Equations behind a bench, the student's numbers in them, each source once, and what they leave out; folded."""
    rows = [
        html.Div(
            [
                html.H3(line["name"]),
                _equation(line["equation"], line["latex"]),
                painted(f"peek.lines.{n}.numbers", html.P, className="equation numbers"),
                painted(f"peek.lines.{n}.source", html.P, className="caption"),
            ],
            className="peek-line",
        )
        for n, line in enumerate(lines)
    ]
    summary = [
        icon("chevron-right", size=16),
        html.B("Peek"),
        html.Span("the equation, your numbers in it, their sources, what it leaves out", className="hint"),
    ]
    leaves_out = html.P([html.B("What it leaves out. "), painted("peek.leaves_out")], className="leaves-out")
    sources = html.Section(
        [html.H3("Sources"), html.Ol(className="peek-sources", **{"data-list": "peek.sources"})],
        **{"data-show": "peek.sources.0", "aria-label": "Sources of the equations"},
    )
    equations = html.Div([html.Div(rows, className="peek-lines"), sources, leaves_out], **STATIC)
    below = demonstration_section(key, demonstration, screen) if demonstration else None
    return html.Details([html.Summary(summary, **STATIC), equations, below], className="peek")


def _equation(text: str, latex: str) -> Component:
    """A line of equations: MathML for the eye where there is LaTeX; a screen reader says the text."""
    if not latex:
        return html.P(text, className="equation")
    try:
        parts = [Markup(part) if is_mathml else part for part, is_mathml in line_parts(latex)]
    except BadEquation:  # of a plugin in a state that its check did not see
        return html.P(text, className="equation")
    return html.P(parts, className="equation", role="math", **{"aria-label": text})
