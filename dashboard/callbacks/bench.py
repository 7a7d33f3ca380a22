"""One slider change, one request: the callback that serves every bench, and the tables behind its figures."""

from __future__ import annotations

from typing import Any

from dash import ALL, MATCH, ClientsideFunction, Dash, Input, Output, State, ctx, no_update
from dash.exceptions import PreventUpdate

from dashboard import ids
from dashboard.context import Lab, is_open, this_screen, this_student
from dashboard.entries import Locked
from dashboard.guard import Refused
from dashboard.layouts.figures import table_view
from dashboard.scene import scene
from tracks.spec import BadValue, Bench, Track, Value

LOCK_FIRST = "Lock your prediction first; the instruments open after it."


def values_by_id(entries: list[dict[str, Any]]) -> tuple[str, dict[str, Any]]:
    """Return the bench key and the raw values by control id, whatever their order.

    Raises:
        Refused: there are none, or they belong to more than one bench.
    """
    keys = {str(entry["id"].get("bench")) for entry in entries}
    if len(keys) != 1:
        raise Refused("A request moves the controls of one bench.")
    return keys.pop(), {str(entry["id"].get("name")): entry.get("value") for entry in entries}


def open_bench(lab: Lab, key: str, raw: dict[str, Any]) -> tuple[Track, Bench, dict[str, Value], dict[str, Locked]]:
    """Return all that solving needs for a request, or refuse it.

    Raises:
        Refused: unknown bench, nothing locked yet, or a value that cannot be read.
    """
    track, bench = lab.bench(key)
    locks = lab.locks(this_student(), track, bench)
    if not is_open(bench, locks):
        raise Refused(LOCK_FIRST, code=403)
    try:
        return track, bench, bench.read(raw), locks
    except BadValue as problem:
        raise Refused(str(problem)) from None


def register(app: Dash, lab: Lab) -> None:
    """Register the bench's callbacks on one app."""

    @app.callback(
        Output(ids.figure(MATCH, ALL), "figure"),
        Output(ids.slot(MATCH, "view"), "data"),
        Input(ids.control(MATCH, ALL), "data"),
        prevent_initial_call=True,
    )
    def update(values: list[Any]) -> tuple[list[Any], Any]:  # noqa: ARG001 - read by id, never by position
        key, raw = values_by_id(ctx.inputs_list[0])
        track, bench, read, locks = open_bench(lab, key, raw)
        now = scene(track, bench, read, locks, this_screen())
        panels = [entry["id"]["name"] for entry in ctx.outputs_list[0]]
        if any(name not in now.figures for name in panels):
            raise Refused("The page asks for a figure that this bench does not have; reload it.")
        return [now.figures[name] for name in panels], now.view

    @app.callback(
        Output(ids.table(MATCH, ALL), "children"),
        Input(ids.action(MATCH, ALL), "n_clicks"),
        State(ids.control(MATCH, ALL), "data"),
        State(ids.table(MATCH, ALL), "children"),
        prevent_initial_call=True,
    )
    def show_table(clicks: list[Any], values: list[Any], shown: list[Any]) -> list[Any]:  # noqa: ARG001
        pressed = ctx.triggered_id["name"] if ctx.triggered_id else ""
        if not pressed.startswith("table_") or not ctx.triggered[0]["value"]:
            raise PreventUpdate
        wanted = pressed.removeprefix("table_")
        key, raw = values_by_id(ctx.states_list[0])
        track, bench, read, _ = open_bench(lab, key, raw)
        outcome = bench.run(track, read)
        answer: list[Any] = []
        for entry, current in zip(ctx.outputs_list, shown, strict=True):
            name = entry["id"]["name"]
            if name != wanted:
                answer.append(no_update)
            elif current:
                answer.append(None)
            elif name in outcome.panels:
                question = next(panel.question for panel in bench.panels if panel.id == name)
                answer.append(table_view(outcome.panels[name].table(), caption=question))
            else:
                raise Refused("The page asks for a table that this bench does not have; reload it.")
        return answer

    app.clientside_callback(
        ClientsideFunction("lab", "gate"),
        Output(ids.control(MATCH, ALL), "data"),
        Output(ids.instrument(MATCH, ALL), "value"),
        Output(ids.number_box(MATCH, ALL), "value"),
        Input(ids.instrument(MATCH, ALL), "value"),
        Input(ids.number_box(MATCH, ALL), "value"),
        Input(ids.slot(MATCH, "command"), "data"),
        State(ids.slot(MATCH, "spec"), "data"),
        prevent_initial_call=True,
    )
    app.clientside_callback(
        ClientsideFunction("lab", "paint"),
        Output(ids.slot(MATCH, "painted"), "data"),
        Input(ids.slot(MATCH, "view"), "data"),
        State(ids.slot(MATCH, "spec"), "data"),
    )
    app.clientside_callback(
        ClientsideFunction("lab", "preset"),
        Output(ids.slot(MATCH, "preset"), "value"),
        Input(ids.slot(MATCH, "preset"), "value"),
        State(ids.slot(MATCH, "presets"), "data"),
        prevent_initial_call=True,
    )
