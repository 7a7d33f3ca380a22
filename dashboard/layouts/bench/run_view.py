"""The look into a run: a fold under the figures that shows one round, client by client, once it is opened."""

from __future__ import annotations

import json

from dash import dcc, html

from dashboard.layouts.bench.figures import graph
from dashboard.layouts.parts import Component, icon
from dashboard.layouts.static_html import STATIC
from dashboard.rendering.figures.style import Screen, empty
from dashboard.rendering.texts import control_spec
from dashboard.web import ids
from tracks.api.controls import Slider
from tracks.api.demonstration import RunView

OTHER = "The controls stand elsewhere now; this is still the run of before."


def round_slider(rounds: int) -> Slider:
    """Return the slider over the rounds of a run, which stands at the first."""
    return Slider(
        id="round", label="Round", unit="", minimum=1, maximum=max(rounds, 2), step=1, default=1, whole=True
    )  # fmt: skip


def run_view_section(key: str, run_view: RunView, rounds: int, screen: Screen) -> Component:
    """Text, round slider, figure, sentence and table of a run with so many rounds, all empty before it is opened."""
    panel, slider = run_view.panel, round_slider(rounds)
    own = ids.demonstration_slider(key, slider.id)
    spec = {slider.id: {**control_spec(slider), "of": True}}
    scrub = html.Div(
        [
            html.Div(
                [
                    html.Label(slider.label, htmlFor=ids.dom(own), className="control-label"),
                    html.Span(className="demonstration-value", **{"data-value": ""}),
                ],
                className="top",
            ),
            html.Div(
                dcc.Input(id=own, type="range", min=1, max=slider.maximum, step=1, value=1, className="range"),
                className="track",
            ),
        ],
        className="control",
        **{"data-slider": slider.id},
    )
    other = html.P(
        [OTHER, " ", html.Button("Look at the run as it is set now", className="quiet-button", **{"data-do": "look"})],
        className="hint run-view-other",
        hidden=True,
        **STATIC,
    )
    figure = empty(panel, screen=screen, revision=f"{key}/{panel.id}/waiting")
    section = html.Section(
        [
            html.Div([html.P(run_view.text, className="demonstration-text"), html.Div(scrub, className="rows"), other]),
            html.Div(
                [
                    html.H3(panel.question),
                    html.P(id=ids.slot(key, "run_view_summary"), className="answer"),
                    graph(ids.slot(key, "run_view"), figure, name=panel.question),
                    html.Div(id=ids.slot(key, "run_view_table")),
                ],
                className="demonstration-figure",
            ),
            dcc.Store(id=ids.slot(key, "run_view_values")),
            dcc.Store(id=ids.slot(key, "run_view_told")),
            dcc.Store(id=ids.slot(key, "run_view_drawn")),
        ],
        className="demonstration",
        **{"aria-label": "Look into a run"},
        **{"data-demonstration": key, "data-slot": "run_view", "data-spec": json.dumps(spec), "data-state": ""},
    )
    summary = html.Summary(
        [
            icon("chevron-right", size=16),
            html.B("Look into a run"),
            html.Span("round by round: who was invited, who arrived, and where their updates point", className="hint"),
        ],
        **STATIC,
    )
    return html.Details([summary, section], className="peek run-view")
