"""A figure's table as a file that the student takes away."""

from __future__ import annotations

import re
from typing import Any

from dash import ALL, MATCH, Dash, Input, Output, State, ctx
from dash.exceptions import PreventUpdate

from dashboard.callbacks.bench import drawn_by_panel, unlocked_bench, values_by_id
from dashboard.lab import Lab
from dashboard.rendering.bench_view import view_of
from dashboard.rendering.table_csv import table_csv
from dashboard.web import ids
from dashboard.web.instrumentation import solved
from dashboard.web.request_checks import RequestRefused


def register(app: Dash, lab: Lab) -> None:
    """Register the download of a figure's table on one app."""

    @app.callback(
        Output(ids.slot(MATCH, "csv"), "data"),
        Input(ids.csv_button(MATCH, ALL), "n_clicks"),
        State(ids.control(MATCH, ALL), "data"),
        State(ids.drawn(MATCH, ALL), "data"),
        prevent_initial_call=True,
    )
    def download(clicks: list[Any], values: list[Any], chosen: list[Any]) -> dict[str, Any]:  # noqa: ARG001
        if not ctx.triggered_id or not ctx.triggered[0]["value"]:
            raise PreventUpdate
        key, raw = values_by_id(ctx.states_list[0])
        track, bench, read, _ = unlocked_bench(lab, key, raw)
        panel = next((item for item in bench.panels if item.id == ctx.triggered_id["name"]), None)
        if panel is None:
            raise RequestRefused("The page asks for a table that this bench does not have; reload it.")
        view = view_of(panel, drawn_by_panel(ctx.states_list[1]))
        title = f"{track.name}, {bench.short_title}: {view.question}"
        table = solved(track, bench, read).panels[view.id].table()
        return {
            "filename": re.sub(r"[^a-z0-9]+", "-", f"{key}-{view.id}".lower()) + ".csv",
            "content": table_csv(title, bench, read, table),
            "type": "text/csv;charset=utf-8",
            "base64": False,
        }
