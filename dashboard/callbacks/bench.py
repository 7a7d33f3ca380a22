"""One slider change, one request: the callback that serves every bench, and the tables behind its figures."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from dash import ALL, MATCH, ClientsideFunction, Dash, Input, Output, State, ctx, no_update
from dash.exceptions import PreventUpdate

from dashboard.lab import Lab, is_unlocked, this_screen, this_student
from dashboard.layouts.bench.figures import table_view
from dashboard.layouts.parts import Component
from dashboard.rendering.bench_view import Overlays, RenderedBench, render, render_demonstration, view_of
from dashboard.rendering.figures.style import Screen
from dashboard.second_opinions.answers import digest
from dashboard.student.predictions import Locked
from dashboard.student.progress import progress
from dashboard.web import ids
from dashboard.web.in_flight import MOST_PUT_OFF
from dashboard.web.instrumentation import is_slider, solved
from dashboard.web.page_headers import NO_COOKIE
from dashboard.web.request_checks import RequestRefused
from tracks.api.bench import Bench
from tracks.api.controls import BadValue, Value
from tracks.api.figures import Figure
from tracks.api.outcome import Outcome
from tracks.api.track import Track
from tracks.common.cache import Cancelled

MAX_COMPARED = 3
CONTROLS_CHANGED = "The bench’s controls have changed since this try was recorded, so it is not drawn beside the state."
LOCK_FIRST = "Lock your prediction first; the instruments open after it."


def locked_out(student: str | None) -> RequestRefused:
    """Return the refusal of what a lock opens: nothing is locked, or there is nobody to have locked it."""
    if student is None:
        return RequestRefused(NO_COOKIE, code=403, reason="no_identity")
    return RequestRefused(LOCK_FIRST, code=403, reason="not_locked")


def refuse_locked_out(lab: Lab, track: Track, bench: Bench) -> dict[str, Locked]:
    """Return what the student has locked on a bench, where all of it is.

    Raises:
        RequestRefused: something is not locked, which without an identity is for want of that.
    """
    student = this_student()
    locks = lab.locks(student, track, bench)
    if not is_unlocked(bench, locks):
        raise locked_out(student)
    return locks


def values_by_id(entries: list[dict[str, Any]]) -> tuple[str, dict[str, Any]]:
    """Return the bench key and the raw values by control id, whatever their order.

    Raises:
        RequestRefused: there are none, or they belong to more than one bench.
    """
    keys = {str(entry["id"].get("bench")) for entry in entries}
    if len(keys) != 1:
        raise RequestRefused("A request moves the controls of one bench.")
    return keys.pop(), {str(entry["id"].get("name")): entry.get("value") for entry in entries}


def unlocked_bench(lab: Lab, key: str, raw: dict[str, Any]) -> tuple[Track, Bench, dict[str, Value], dict[str, Locked]]:
    """Return all that solving needs for a request, or refuse it.

    Raises:
        RequestRefused: unknown bench, nothing locked yet, or a value that cannot be read.
    """
    track, bench = lab.bench(key)
    locks = refuse_locked_out(lab, track, bench)
    try:
        return track, bench, bench.read(raw), locks
    except BadValue as problem:
        raise RequestRefused(str(problem)) from None


def demonstrated(lab: Lab, key: str, asked: Any, screen: Screen) -> tuple[Figure, str, Component]:
    """Return figure, sentence and table of a bench's demonstration at the values that its sliders sent.

    Raises:
        RequestRefused: unknown bench, nothing locked yet, no demonstration, or values that cannot be read.
    """
    track, bench = lab.bench(key)
    refuse_locked_out(lab, track, bench)
    if bench.demonstration is None:
        raise RequestRefused(f"{bench.short_title} has no demonstration; reload the page.")
    if not isinstance(asked, dict) or not isinstance(asked.get("values"), dict):
        raise RequestRefused("A demonstration is drawn at the values of its sliders.")
    try:
        values = bench.demonstration.read(asked["values"])
    except BadValue as problem:
        raise RequestRefused(str(problem)) from None
    figure, drawing = render_demonstration(key, bench.demonstration, values, screen)
    return figure, drawing.summary, table_view(drawing.table(), caption=bench.demonstration.panel.question)


def drawn_by_panel(entries: Sequence[dict[str, Any]]) -> dict[str, str]:
    """Return which view each panel draws, by panel; what is no name is left out."""
    return {str(e["id"].get("name")): e["value"] for e in entries if isinstance(e.get("value"), str)}


def compared_tries(lab: Lab, track: Track, bench: Bench, numbers: Any) -> tuple[tuple[int, Outcome], ...]:
    """Return the outcomes of the recorded tries that are drawn beside the state, by number.

    Raises:
        RequestRefused: not a short list of this bench's tries, or one that the controls no longer take.
    """
    if not numbers:
        return ()
    if not isinstance(numbers, list) or len(numbers) > MAX_COMPARED:
        raise RequestRefused(f"At most {MAX_COMPARED} tries are drawn beside the current state.")
    student = this_student()
    tries = progress(lab.store.standing_events(student), track, bench).tries if student else ()
    by_number = {item.number: item for item in tries}
    if any(isinstance(n, bool) or not isinstance(n, int) or n not in by_number for n in numbers):
        raise RequestRefused("Only recorded tries can be compared; reload the page.")
    try:
        states = [(n, bench.read(dict(by_number[n].values))) for n in sorted(set(numbers))]
    except BadValue:
        raise RequestRefused(CONTROLS_CHANGED) from None
    return tuple((n, lab.outcome(track, bench, state)) for n, state in states)


def moved_from(lab: Lab, track: Track, bench: Bench, moving: Any) -> tuple[bool, Callable[[], Outcome] | None]:
    """Return whether a slider moves, and what gives the full answer that it moves away from, where the page says it.

    ``moving`` is True, or ``{"from": values}``; anything else is at rest, as False and ``{"put_off": count}``.

    Raises:
        RequestRefused: the values it moves from cannot be read.
    """
    if not isinstance(moving, dict) or not isinstance(moving.get("from"), dict):
        return moving is True, None
    try:
        return True, partial(lab.outcome, track, bench, bench.read(moving["from"]))
    except BadValue as problem:
        raise RequestRefused(str(problem)) from None


def times_put_off(moving: Any) -> int:
    """Return how often the page says that the full answer of a state was put off; anything else than a count is 0."""
    count = moving.get("put_off") if isinstance(moving, dict) else None
    return count if isinstance(count, int) and not isinstance(count, bool) else 0


def rendered(
    lab: Lab,
    track: Track,
    bench: Bench,
    values: Mapping[str, Value],
    locks: Mapping[str, Locked],
    *,
    drawn: Mapping[str, str],
    overlays: Overlays,
    moving: Any,
    is_moving: bool,
) -> RenderedBench:
    """Return a state as it is drawn: by a preview while a slider moves.

    At rest it is solved in full, unless others wait for this worker; then the preview is given, whose texts say so, and
    the page asks again. It is put off so a few times at most.
    """

    def solved(*, preview: bool) -> RenderedBench:
        return render(track, bench, values, locks, this_screen(), drawn=drawn, overlays=overlays, preview=preview)

    if is_moving or bench.preview is None or times_put_off(moving) >= MOST_PUT_OFF:
        return solved(preview=is_moving)
    try:
        with lab.in_flight.giving_way():
            return solved(preview=False)
    except Cancelled:
        return solved(preview=True)


def register(app: Dash, lab: Lab) -> None:
    """Register the bench's callbacks on one app."""

    @app.callback(
        Output(ids.figure(MATCH, ALL), "figure"),
        Output(ids.slot(MATCH, "texts"), "data"),
        Input(ids.control(MATCH, ALL), "data"),
        Input(ids.drawn(MATCH, ALL), "data"),
        Input(ids.slot(MATCH, "compare"), "data"),
        Input(ids.slot(MATCH, "opinion"), "data"),
        State(ids.slot(MATCH, "moving"), "data"),
        prevent_initial_call=True,
    )
    def update(
        values: list[Any],  # noqa: ARG001 - read by id, never by position
        chosen: list[Any],  # noqa: ARG001
        compared: Any,
        opinion: Any,
        moving: Any,
    ) -> tuple[list[Any], Any]:
        is_slider()
        key, raw = values_by_id(ctx.inputs_list[0])
        track, bench, read, locks = unlocked_bench(lab, key, raw)
        state = digest(track.id, bench.id, read)
        is_moving, before = moved_from(lab, track, bench, moving)
        overlays = Overlays(
            tries=compared_tries(lab, track, bench, compared),
            opinion=lab.second_opinions.known(state) if opinion == state else None,
            before=before,
        )
        drawn = drawn_by_panel(ctx.inputs_list[1])
        now = rendered(
            lab, track, bench, read, locks, drawn=drawn, overlays=overlays, moving=moving, is_moving=is_moving
        )
        panels = [entry["id"]["name"] for entry in ctx.outputs_list[0]]
        if any(name not in now.figures for name in panels):
            raise RequestRefused("The page asks for a figure that this bench does not have; reload it.")
        return [now.figures[name] for name in panels], now.texts

    @app.callback(
        Output(ids.table(MATCH, ALL), "children"),
        Input(ids.action(MATCH, ALL), "n_clicks"),
        State(ids.control(MATCH, ALL), "data"),
        State(ids.table(MATCH, ALL), "children"),
        State(ids.drawn(MATCH, ALL), "data"),
        prevent_initial_call=True,
    )
    def show_table(
        clicks: list[Any],  # noqa: ARG001 - read by id
        values: list[Any],  # noqa: ARG001
        shown: list[Any],  # noqa: ARG001
        chosen: list[Any],  # noqa: ARG001
    ) -> list[Any]:
        pressed = ctx.triggered_id["name"] if ctx.triggered_id else ""
        if not pressed.startswith("table_") or not ctx.triggered[0]["value"]:
            raise PreventUpdate
        wanted = pressed.removeprefix("table_")
        key, raw = values_by_id(ctx.states_list[0])
        track, bench, read, _ = unlocked_bench(lab, key, raw)
        outcome = solved(track, bench, read)
        drawn = drawn_by_panel(ctx.states_list[2])
        panels = {panel.id: view_of(panel, drawn) for panel in bench.panels}
        answer: list[Any] = []
        open_now = {str(entry["id"]["name"]) for entry in ctx.states_list[1] if entry.get("value")}
        for entry in ctx.outputs_list:
            name = entry["id"]["name"]
            if name != wanted:
                answer.append(no_update)
            elif name in open_now:
                answer.append(None)
            elif name in panels:
                view = panels[name]
                answer.append(table_view(outcome.panels[view.id].table(), caption=view.question))
            else:
                raise RequestRefused("The page asks for a table that this bench does not have; reload it.")
        return answer

    @app.callback(
        Output(ids.slot(MATCH, "demonstration"), "figure"),
        Output(ids.slot(MATCH, "demonstration_summary"), "children"),
        Output(ids.slot(MATCH, "demonstration_table"), "children"),
        Input(ids.slot(MATCH, "demonstration_values"), "data"),
        prevent_initial_call=True,
    )
    def demonstrate(asked: Any) -> tuple[Figure, str, Component]:
        return demonstrated(lab, ctx.inputs_list[0]["id"]["bench"], asked, this_screen())

    app.clientside_callback(
        ClientsideFunction("lab", "demonstration_drawn"),
        Output(ids.slot(MATCH, "demonstration_drawn"), "data"),
        Input(ids.slot(MATCH, "demonstration"), "figure"),
    )
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
        Input(ids.slot(MATCH, "texts"), "data"),
        Input(ids.slot(MATCH, "progress_summary"), "data"),
        Input(ids.slot(MATCH, "hint"), "data"),
        State(ids.slot(MATCH, "spec"), "data"),
    )
    app.clientside_callback(
        ClientsideFunction("lab", "preset"),
        Output(ids.slot(MATCH, "preset"), "value"),
        Input(ids.slot(MATCH, "preset"), "value"),
        State(ids.slot(MATCH, "presets"), "data"),
        prevent_initial_call=True,
    )
