"""What is computed once the hand rests: which decision relieves the binding constraint."""

from __future__ import annotations

from typing import Any

from dash import MATCH, Dash, Input, Output, ctx
from dash.exceptions import PreventUpdate

from dashboard.callbacks.bench import open_bench
from dashboard.lab import Lab
from dashboard.rendering.sensitivity import best_single_step, step_text
from dashboard.web import ids
from dashboard.web.request_checks import Refused


def register(app: Dash, lab: Lab) -> None:
    """Register the callback of a bench at rest on one app."""

    @app.callback(
        Output(ids.slot(MATCH, "relief"), "data"),
        Input(ids.slot(MATCH, "rest"), "data"),
        prevent_initial_call=True,
    )
    def ease(rest: Any) -> dict[str, str]:
        if not rest:
            raise PreventUpdate
        if not isinstance(rest, dict) or not isinstance(rest.get("values"), dict):
            raise Refused("A bench at rest sends the values of its controls.")
        track, bench, values, _ = open_bench(lab, ctx.inputs_list[0]["id"]["bench"], rest["values"])
        outcome = bench.run(track, values)
        ranked = outcome.ranked_verdicts()
        step = best_single_step(track, bench, values, outcome)
        return {
            "text": step_text(bench, values, step, ranked[0] if ranked else None),
            "control": step.fix.control if step else "",
        }
