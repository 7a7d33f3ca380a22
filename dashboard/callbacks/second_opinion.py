"""A second opinion on request: a ticket for an unlocked bench, then a background job with progress and a stop."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from typing import Any

from dash import ClientsideFunction, Dash, Input, Output
from dash.exceptions import PreventUpdate

from dashboard.callbacks.bench import unlocked_bench
from dashboard.lab import Lab
from dashboard.rendering.second_opinions import NICENESS, BadTicket, digest
from dashboard.web import ids
from dashboard.web.request_checks import RequestRefused

FAILED = "The second opinion failed; the bench is as it was. Ask again, or change a control."
_LOG = logging.getLogger(__name__)


def register(app: Dash, lab: Lab) -> None:
    """Register the second opinion on one app."""

    @app.callback(
        Output(ids.OPINION_TICKET, "data"),
        Input(ids.OPINION_ASKED, "data"),
        prevent_initial_call=True,
    )
    def allow(asked: Any) -> dict[str, str]:
        if not asked:
            raise PreventUpdate
        if not isinstance(asked, dict) or not isinstance(asked.get("values"), dict):
            raise RequestRefused("A second opinion is asked on the values of a bench.")
        track, bench, values, _ = unlocked_bench(lab, str(asked.get("bench")), asked["values"])
        if bench.second_opinion is None:
            raise RequestRefused(f"{bench.short_title} has no second opinion.")
        return {
            "ticket": lab.second_opinions.ticket(track.id, bench.id, values),
            "bench": ids.bench_key(track.id, bench.id),
            "digest": digest(track.id, bench.id, values),
        }

    @app.callback(
        Output(ids.OPINION, "data"),
        Input(ids.OPINION_TICKET, "data"),
        background=True,
        manager=lab.second_opinions.manager,
        interval=400,
        progress=[Output(ids.OPINION_PROGRESS, "data")],
        cancel=[Input(ids.OPINION_CANCEL, "data")],
        running=[(Output(ids.OPINION_RUNNING, "data"), True, False)],
        prevent_initial_call=True,
    )
    def compute(set_progress: Callable[[Any], None], ticket: Any) -> dict[str, Any]:
        """Runs in a process of its own, which no request waits for; there is no request here, only the ticket."""
        given = ticket if isinstance(ticket, dict) else {}
        try:
            asked = lab.second_opinions.read(given.get("ticket"))
        except BadTicket as problem:
            return {"problem": str(problem)}
        os.nice(NICENESS)
        answered = {
            "bench": ids.bench_key(asked.track, asked.bench),
            "digest": digest(asked.track, asked.bench, asked.values),
        }
        try:
            lab.second_opinions.answer(lab.registry, asked, lambda done, of: set_progress([{"done": done, "of": of}]))
        except Exception:  # a plugin's engine may fail in any way; the page says that it failed, the log says how
            _LOG.exception("second opinion on %s", answered["bench"])
            return {**answered, "problem": FAILED}
        return answered

    # One each: a callback waits for all its inputs, and the answer is due as long as the job runs.
    for name, store in (
        ("opinion_answer", ids.OPINION),
        ("opinion_progress", ids.OPINION_PROGRESS),
        ("opinion_running", ids.OPINION_RUNNING),
    ):
        app.clientside_callback(ClientsideFunction("lab", name), Input(store, "data"), prevent_initial_call=True)
