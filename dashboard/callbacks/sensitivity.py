"""What is computed once the controls are left alone: the decision that eases the binding constraint most."""

from __future__ import annotations

from typing import Any

from dash import MATCH, Dash, Input, Output, ctx
from dash.exceptions import PreventUpdate

from dashboard.callbacks.bench import unlocked_bench
from dashboard.lab import Lab
from dashboard.rendering.sensitivity import best_single_step, step_text
from dashboard.web import ids
from dashboard.web.request_checks import RequestRefused


def register(app: Dash, lab: Lab) -> None:
    """Register the callback of an idle bench on one app."""

    @app.callback(
        Output(ids.slot(MATCH, "sensitivity"), "data"),
        Input(ids.slot(MATCH, "idle"), "data"),
        prevent_initial_call=True,
    )
    def ease(idle: Any) -> dict[str, str]:
        if not idle:
            raise PreventUpdate
        if not isinstance(idle, dict) or not isinstance(idle.get("values"), dict):
            raise RequestRefused("An idle bench sends the values of its controls.")
        track, bench, values, _ = unlocked_bench(lab, ctx.inputs_list[0]["id"]["bench"], idle["values"])
        outcome = bench.run(track, values)
        ranked = outcome.ranked_verdicts()
        step = best_single_step(track, bench, values, outcome)
        return {
            "text": step_text(bench, values, step, ranked[0] if ranked else None),
            "control": step.fix.control if step else "",
        }
