"""Hints on a failing verdict, given when they are asked for and as far as the student's own tries have opened them.

A page holds no value of a fix before it was asked for here. Every value that is given is in the ledger first, so that
the try made with it says so. The values that an address of a setting (``?s=``) brings are noted in the same way, unless
the student's own tries had them or this browser made the address.
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
from dashboard.student.hints import CONTROL, LINK, NO_TRY, VALUE, is_same, missing_tries
from dashboard.student.progress import progress
from dashboard.web import ids
from dashboard.web.request_checks import RequestRefused
from tracks.api.bench import Bench
from tracks.api.controls import Control, Value
from tracks.api.track import Track

LINKED = "These settings came with the address. A try that keeps one of them is marked “with help”."
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


def note_linked(lab: Lab, student: str, track: Track, bench: Bench, values: Mapping[str, Value]) -> HintTexts:
    """Note the decisions that an address brought and the student's own tries had not, and say so.

    A try after it that keeps none of them is without help.
    """
    here = progress(lab.store.standing_events(student), track, bench)
    own = [bench.defaults(), *(item.values for item in here.tries if not item.helped)]

    def is_known(control: Control) -> bool:
        known = (state[control.id] for state in own if control.id in state)
        return any(is_same(control, values[control.id], value) for value in known)

    brought = [control for control in bench.controls if control.role == "decision" and not is_known(control)]
    if not brought:
        return NO_HINT
    shown = [{"control": c.id, "value": values[c.id], "label": c.label, "text": c.text(values[c.id])} for c in brought]
    payload = {"verdict": LINK, "after": NO_TRY, "values": shown}
    lab.save(student, track, bench, "hint", f"{LINK}/{ids.digest(shown)}", payload)
    return {**NO_HINT, "text": LINKED}


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
        level = asked.get("level")
        if level not in (CONTROL, VALUE, LINK) or isinstance(level, bool):
            raise RequestRefused("A hint names the control, level 2, or the value, level 3.")
        track, bench, values, _ = unlocked_bench(lab, ctx.inputs_list[0]["id"]["bench"], asked["values"])
        student = asked_student()
        try:
            if level == LINK:
                given = note_linked(lab, student, track, bench, values)
            else:
                given = hint(lab, student, track, bench, values, level)
        except (LedgerUnavailable, EventRefused) as problem:
            given = {**NO_HINT, "text": f"No value is given while it cannot be noted. {problem}"}
        return {"at": asked.get("at"), "linked": level == LINK, **given}
