"""Hints on a failing verdict, given when they are asked for and as far as the student's own tries have opened them.

A page holds no value of a fix before it was asked for here. Every value that is given is in the ledger first, so that
the try made with it says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dash import MATCH, Dash, Input, Output, ctx
from dash.exceptions import PreventUpdate

from dashboard.callbacks.bench import unlocked_bench
from dashboard.lab import Lab, asked_student
from dashboard.ledger.database import LedgerUnavailable
from dashboard.ledger.events import EventRefused
from dashboard.rendering.hints import NOTHING_FAILS, HintTexts, changes, failing_first, hint_texts
from dashboard.student.hints import CONTROL, VALUE, missing_tries
from dashboard.student.progress import progress
from dashboard.web import ids
from dashboard.web.request_checks import RequestRefused
from tracks.api.bench import Bench
from tracks.api.controls import Value
from tracks.api.track import Track

NO_HINT: HintTexts = {"level": 1, "text": "", "eased": "", "fixes": []}


def hint(lab: Lab, student: str, track: Track, bench: Bench, values: Mapping[str, Value], level: int) -> HintTexts:
    """Return the hint of a state at a level, or at what the student's own tries have opened, and why not more."""
    outcome = lab.outcome(track, bench, values)
    binding = failing_first(outcome)
    if binding is None:
        return {**NO_HINT, "text": NOTHING_FAILS}
    here = progress(lab.store.standing_events(student), track, bench)
    missing = missing_tries(level, here.own_tries)
    if missing and not binding.gives_limit:
        return {**NO_HINT, "text": missing}
    found = changes(track, bench, values, outcome, lambda state: lab.outcome(track, bench, state))
    given = hint_texts(bench, values, found, 1 if missing else level)
    if given["fixes"]:
        fixes = given["fixes"]
        pairs = [{"control": fix["control"], "value": fix["value"]} for fix in fixes]
        key = f"{len(here.tries)}/{ids.digest([dict(values), pairs])}"
        shown = [{**pair, "label": fix["label"], "text": fix["new"]} for pair, fix in zip(pairs, fixes, strict=True)]
        payload = {"verdict": binding.code, "after": len(here.tries), "values": shown}
        lab.save(student, track, bench, "hint", key, payload)
    return given


def register(app: Dash, lab: Lab) -> None:
    """Register the callback on one app."""

    @app.callback(
        Output(ids.slot(MATCH, "hint"), "data"),
        Input(ids.slot(MATCH, "hint_asked"), "data"),
        prevent_initial_call=True,
    )
    def answer(asked: Any) -> dict[str, Any]:
        if not asked:
            raise PreventUpdate
        if not isinstance(asked, dict) or not isinstance(asked.get("values"), dict):
            raise RequestRefused("A hint is on a state: send the values of the controls.")
        if asked.get("level") not in (CONTROL, VALUE) or isinstance(asked["level"], bool):
            raise RequestRefused("A hint names the control, level 2, or the value, level 3.")
        track, bench, values, _ = unlocked_bench(lab, ctx.inputs_list[0]["id"]["bench"], asked["values"])
        student = asked_student()
        try:
            given = hint(lab, student, track, bench, values, asked["level"])
        except (LedgerUnavailable, EventRefused) as problem:
            given = {**NO_HINT, "text": f"No value is given while it cannot be noted. {problem}"}
        return {"at": asked.get("at"), **given}
