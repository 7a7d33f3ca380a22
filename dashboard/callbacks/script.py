"""The state on the page as a Python program that the student takes away."""

from __future__ import annotations

from typing import Any

from dash import ALL, MATCH, Dash, Input, Output, State, ctx
from dash.exceptions import PreventUpdate

from dashboard.callbacks.bench import unlocked_bench, values_by_id
from dashboard.lab import Lab
from dashboard.web import ids
from dashboard.web.request_checks import RequestRefused


def register(app: Dash, lab: Lab) -> None:
    """Register the download of a state's script on one app."""

    @app.callback(
        Output(ids.slot(MATCH, "script"), "data"),
        Input(ids.action(MATCH, "script"), "n_clicks"),
        State(ids.control(MATCH, ALL), "data"),
        prevent_initial_call=True,
    )
    def download(clicks: Any, values: list[Any]) -> dict[str, Any]:  # noqa: ARG001 - read by id
        if not clicks:
            raise PreventUpdate
        key, raw = values_by_id(ctx.states_list[0])
        track, bench, read, _ = unlocked_bench(lab, key, raw)
        if bench.script is None:
            raise RequestRefused(f"{bench.short_title} has no script.")
        return {
            "filename": f"{track.id}_{bench.id}.py",
            "content": bench.script(track, seed=0, **read),
            "type": "text/x-python",
            "base64": False,
        }
