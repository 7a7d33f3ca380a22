"""The demonstration in Peek: a small figure that follows sliders of its own, which the bench does not know."""

from __future__ import annotations

import json

from dash import dcc, html

from dashboard.layouts.bench.controls import slider_track
from dashboard.layouts.bench.figures import graph, table_view
from dashboard.layouts.parts import Component
from dashboard.rendering.bench_view import render_demonstration
from dashboard.rendering.figures.style import Screen
from dashboard.rendering.texts import control_spec
from dashboard.web import ids
from tracks.api.controls import Slider
from tracks.api.demonstration import Demonstration


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
