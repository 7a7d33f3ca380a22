"""One slider change, one request: the callback that serves every bench, and the tables behind its figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from dash import ALL, MATCH, ClientsideFunction, Dash, Input, Output, State, ctx, no_update
from dash.exceptions import PreventUpdate
from flask import g

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


def moved_from(bench: Bench, moving: Any) -> tuple[bool, dict[str, Value] | None]:
    """Return whether a slider moves, and the state that it moves away from, where the page says it.

    ``moving`` is True, or ``{"from": values}``; anything else is at rest, as False and ``{"put_off": count}``.

    Raises:
        RequestRefused: the values it moves from cannot be read.
    """
    if not isinstance(moving, dict) or not isinstance(moving.get("from"), dict):
        return moving is True, None
    try:
        return True, bench.read(moving["from"])
    except BadValue as problem:
        raise RequestRefused(str(problem)) from None


def times_put_off(moving: Any) -> int:
    """Return how often the page says that the full answer of a state was put off; anything else than a count is 0."""
    count = moving.get("put_off") if isinstance(moving, dict) else None
    return count if isinstance(count, int) and not isinstance(count, bool) else 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """A slider's request as it was read.

    Attributes:
        locks: what the student has locked on the bench, which is all that it asks. drawn: the view of each panel.
        panels: of which figures are asked for, in this order. compared: numbers of recorded tries, as they were sent.
        shows_opinion: whether the page shows the second opinion on this very state. state: its digest.
        is_moving: whether the slider still moves. moved_from: the state before, or None. put_off: how often.
    """

    track: Track
    bench: Bench
    values: Mapping[str, Value]
    locks: Mapping[str, Locked]
    drawn: Mapping[str, str]
    panels: Sequence[str]
    compared: Any
    shows_opinion: bool
    state: str
    is_moving: bool
    moved_from: Mapping[str, Value] | None
    put_off: int

    @property
    def is_preview(self) -> bool:
        """Whether a preview is the whole answer."""
        return self.is_moving and self.bench.preview is not None


def asked_of(lab: Lab, inputs: Sequence[Any], figures: Sequence[Any], moving: Any) -> Asked:
    """Read the request of ``update``.

    Raises:
        RequestRefused: unknown bench, nothing locked yet, or values that cannot be read.
    """
    key, raw = values_by_id(inputs[0])
    track, bench, values, locks = unlocked_bench(lab, key, raw)
    state, opinion = digest(track.id, bench.id, values), inputs[3].get("value")
    is_moving, before = moved_from(bench, moving)
    return Asked(
        track=track,
        bench=bench,
        values=values,
        locks=locks,
        drawn=drawn_by_panel(inputs[1]),
        panels=[entry["id"]["name"] for entry in figures],
        compared=inputs[2].get("value"),
        shows_opinion=opinion == state,
        state=state,
        is_moving=is_moving,
        moved_from=before,
        put_off=times_put_off(moving),
    )


def rendered(lab: Lab, asked: Asked) -> tuple[RenderedBench, bool]:
    """Return a state as it is drawn, by a preview while a slider moves, and whether that is the whole answer.

    At rest it is solved in full, unless others wait for this worker; then the preview is given, whose texts say so, and
    the page asks again. It is put off so a few times at most.
    """
    track, bench, before = asked.track, asked.bench, asked.moved_from
    overlays = Overlays(
        tries=compared_tries(lab, track, bench, asked.compared),
        opinion=lab.second_opinions.known(asked.state) if asked.shows_opinion else None,
        before=partial(lab.outcome, track, bench, before) if before is not None else None,
    )

    def solved(*, preview: bool) -> RenderedBench:
        return render(
            track,
            bench,
            asked.values,
            asked.locks,
            this_screen(),
            drawn=asked.drawn,
            overlays=overlays,
            preview=preview,
        )

    if asked.is_moving or bench.preview is None or asked.put_off >= MOST_PUT_OFF:
        return solved(preview=asked.is_moving), True
    try:
        with lab.in_flight.giving_way():
            return solved(preview=False), True
    except Cancelled:
        return solved(preview=True), False


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
        compared: Any,  # noqa: ARG001 - read with the inputs
        opinion: Any,  # noqa: ARG001
        moving: Any,
    ) -> tuple[list[Any], Any]:
        is_slider()
        asked: Asked = g.get("edgelab_asked") or asked_of(lab, ctx.inputs_list, ctx.outputs_list[0], moving)
        now, g.edgelab_is_whole = rendered(lab, asked)
        if any(name not in now.figures for name in asked.panels):
            raise RequestRefused("The page asks for a figure that this bench does not have; reload it.")
        return [now.figures[name] for name in asked.panels], now.texts

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
