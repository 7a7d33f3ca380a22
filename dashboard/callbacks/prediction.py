"""Predict, review, lock: the card's three states, and the one write that can never be changed."""

from __future__ import annotations

from typing import Any

from dash import ALL, MATCH, ClientsideFunction, Dash, Input, Output, State, ctx, no_update
from dash.exceptions import PreventUpdate

from dashboard.callbacks.bench import locked_out
from dashboard.callbacks.navigation import bench_state
from dashboard.lab import MODEL_VERSION, Lab, is_unlocked, this_student
from dashboard.layouts.bench.page import bench_body
from dashboard.layouts.bench.predict import ask_card, predict_section, review_card
from dashboard.layouts.static_html import inline_static
from dashboard.ledger.events import Event, StoredEvent
from dashboard.student import predictions as entries
from dashboard.student.predictions import Draft, Locked, draft_from
from dashboard.student.reveal import reveal, reveal_payload
from dashboard.web import ids
from dashboard.web.page_headers import NO_COOKIE, acknowledge
from dashboard.web.rate_limits import WRITES
from dashboard.web.request_checks import RequestRefused
from tracks.api.bench import Bench
from tracks.api.teaching import Prediction
from tracks.api.track import Track


def prediction_of(bench: Bench, name: Any) -> Prediction:
    """Return a bench's prediction by id.

    Raises:
        RequestRefused: there is none.
    """
    found: Prediction | None = next((item for item in bench.predictions if item.id == name), None)
    if found is None:
        raise RequestRefused(f"There is no such prediction on {bench.id}.")
    return found


def commit(lab: Lab, student: str, track: Track, bench: Bench, prediction: Prediction, draft: Draft) -> StoredEvent:
    """Write a lock once and return what is stored: this one, or the first.

    ``entries.problems`` has found nothing wrong with the draft.

    Raises:
        LimitMet: the student has written too often within a minute.
        LedgerUnavailable: nothing was written.
    """
    lab.limits.count(WRITES, student)
    stored = lab.store.append(
        Event(
            student=student,
            track=track.id,
            bench=bench.id,
            kind="lock",
            payload=draft.as_locked(prediction),
            idempotency_key=f"lock:{track.id}/{bench.id}/{prediction.id}:1",
            model_version=MODEL_VERSION,
            prediction=prediction.id,
            attempt=1,
        )
    )
    acknowledge(stored)
    return stored


def register(app: Dash, lab: Lab) -> None:
    """Register the prediction's callbacks on one app."""

    @app.callback(
        Output(ids.echo(MATCH, MATCH), "children"),
        Input({"kind": "entry", "bench": MATCH, "prediction": MATCH, "name": "value"}, "value"),
        prevent_initial_call=True,
    )
    def repeat(text: Any) -> str:
        target = ctx.outputs_list["id"]
        _, bench = lab.bench(target["bench"])
        prediction = prediction_of(bench, target["prediction"])
        return "" if prediction.options else entries.echo(prediction, text)

    app.clientside_callback(
        ClientsideFunction("lab", "drawing_changed"),
        Output(ids.drawing(MATCH, MATCH), "title"),
        Input({"kind": "entry", "bench": MATCH, "prediction": MATCH, "name": ALL}, "value"),
    )

    def body(track: Track, bench: Bench, message: str) -> Any:
        state = bench_state(lab, this_student(), track, bench)
        arrived = "opened" if state.rendered else "locked" if state.revealed else "next"
        return inline_static(bench_body(state, arrived=arrived, message=message))

    @app.callback(
        Output(ids.slot(MATCH, "predict"), "children"),
        Output(ids.slot(MATCH, "body"), "children"),
        Input(ids.action(MATCH, ALL), "n_clicks"),
        State(ids.entry(MATCH, ALL, ALL), "value"),
        State(ids.draft(MATCH, ALL), "data"),
        prevent_initial_call=True,
    )
    def step(clicks: list[Any], entered: list[Any], drafts: list[Any]) -> tuple[Any, Any]:  # noqa: ARG001
        pressed = ctx.triggered_id["name"] if ctx.triggered_id else ""
        if pressed not in ("review", "edit", "lock", "open") or not ctx.triggered[0]["value"]:
            raise PreventUpdate
        key = ctx.triggered_id["bench"]
        track, bench = lab.bench(key)
        student = this_student()
        locks = lab.locks(student, track, bench)
        if pressed == "open":
            return _opened(lab, student, track, bench, locks)
        prediction, draft, is_confirmed = (
            (*_entered(bench, ctx.states_list[0]), False)
            if pressed == "review"
            else _drafted(bench, ctx.states_list[1])
        )
        first = locks.get(prediction.id)
        is_sent_again = pressed == "lock" and first is not None and first.draft.as_dict() == draft.as_dict()
        if first is not None and not is_sent_again:  # another tab was first
            return no_update, body(track, bench, entries.not_taken(prediction, first.draft, draft))
        if pressed == "review":
            found = entries.problems(prediction, draft)
            card = ask_card(key, bench, prediction, draft, found) if found else review_card(key, prediction, draft)
            return inline_static(predict_section(key, bench, locks, card)), no_update
        if pressed == "edit":
            return inline_static(predict_section(key, bench, locks, ask_card(key, bench, prediction, draft))), no_update
        found = entries.problems(prediction, draft)
        if found:
            raise RequestRefused(" ".join(found.values()))
        if student is None or (entries.doubt(prediction, draft) and not is_confirmed):
            message = NO_COOKIE if student is None else ""
            card = review_card(key, prediction, draft)
            return inline_static(predict_section(key, bench, locks, card, message)), no_update
        stored = commit(lab, student, track, bench, prediction, draft)
        return no_update, body(track, bench, entries.not_taken(prediction, draft_from(stored.payload), draft))


def _opened(lab: Lab, student: str | None, track: Track, bench: Bench, locks: dict[str, Locked]) -> tuple[Any, Any]:
    """Keep what the reveal said and open the instruments, at the start settings; once, whatever is pressed again."""
    if student is None or not is_unlocked(bench, locks):
        raise locked_out(student)
    lab.save(student, track, bench, "opening", "1", reveal_payload(reveal(track, bench, locks)))
    return no_update, inline_static(bench_body(bench_state(lab, student, track, bench), arrived="opened"))


def _entered(bench: Bench, parts: list[dict[str, Any]]) -> tuple[Prediction, Draft]:
    """Return the prediction that stands in the card and what was entered."""
    if not parts:
        raise RequestRefused("There is no entry to review.")
    prediction = prediction_of(bench, parts[0]["id"].get("prediction"))
    draft = draft_from({part["id"].get("name"): part.get("value") for part in parts})
    return prediction, draft.with_read_off(prediction)


def _drafted(bench: Bench, stores: list[dict[str, Any]]) -> tuple[Prediction, Draft, bool]:
    """Return the prediction under review and its draft, as the review card holds them.

    With them comes whether the card has asked about this very number, where it is implausible.
    """
    data = stores[0].get("value") if stores else None
    if not isinstance(data, dict):
        raise RequestRefused("There is nothing under review; enter an answer first.")
    draft = draft_from(data)
    is_confirmed = draft.value is not None and draft_from({"value": data.get("confirmed")}).value == draft.value
    return prediction_of(bench, data.get("prediction")), draft, is_confirmed
