"""One round of the run behind the figures, asked for by a fold that was opened and by its round slider."""

from __future__ import annotations

from typing import Any

from dash import MATCH, ClientsideFunction, Dash, Input, Output, ctx
from dash.exceptions import PreventUpdate

from dashboard.callbacks.bench import unlocked_bench
from dashboard.lab import Lab, this_screen
from dashboard.layouts.bench.figures import table_view
from dashboard.layouts.bench.run_view import round_slider
from dashboard.layouts.parts import Component
from dashboard.rendering.bench_view import render_run_view
from dashboard.rendering.figures.style import Screen
from dashboard.web import ids
from dashboard.web.request_checks import RequestRefused
from tracks.api.controls import BadValue
from tracks.api.figures import Figure


def looked_at(lab: Lab, key: str, asked: Any, screen: Screen) -> tuple[Figure, str, Component, dict[str, int]]:
    """Return figure, sentence and table of one round of a state's run, and how many rounds it has.

    A round past the last is the last.

    Raises:
        RequestRefused: unknown bench, nothing locked yet, no look into a run, or values that cannot be read.
    """
    if not isinstance(asked, dict) or not all(isinstance(asked.get(part), dict) for part in ("state", "values")):
        raise RequestRefused("A run is looked into at a state of the controls and a round.")
    track, bench, values, _ = unlocked_bench(lab, key, asked["state"])
    if bench.run_view is None:
        raise RequestRefused(f"{bench.short_title} has no run to look into; reload the page.")
    rounds = bench.run_view.count(track, values)
    try:
        number = int(round_slider(rounds).read(asked["values"].get("round")))
    except BadValue as problem:
        raise RequestRefused(str(problem)) from None
    figure, drawing = render_run_view(key, bench.run_view, track, values, min(number, rounds), screen)
    table = table_view(drawing.table(), caption=f"Round {min(number, rounds)}")
    return figure, drawing.summary, table, {"max": rounds}


def register(app: Dash, lab: Lab) -> None:
    """Register the look into a run on one app."""

    @app.callback(
        Output(ids.slot(MATCH, "run_view"), "figure"),
        Output(ids.slot(MATCH, "run_view_summary"), "children"),
        Output(ids.slot(MATCH, "run_view_table"), "children"),
        Output(ids.slot(MATCH, "run_view_told"), "data"),
        Input(ids.slot(MATCH, "run_view_values"), "data"),
        prevent_initial_call=True,
    )
    def look(asked: Any) -> tuple[Figure, str, Component, dict[str, int]]:
        if asked is None:
            raise PreventUpdate
        return looked_at(lab, ctx.inputs_list[0]["id"]["bench"], asked, this_screen())

    app.clientside_callback(
        ClientsideFunction("lab", "demonstration_drawn"),
        Output(ids.slot(MATCH, "run_view_drawn"), "data"),
        Input(ids.slot(MATCH, "run_view"), "figure"),
        Input(ids.slot(MATCH, "run_view_told"), "data"),
    )
