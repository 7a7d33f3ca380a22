"""What a student does on an unlocked bench: record a try, say what it showed, choose what is carried, earn tries."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dash import ALL, MATCH, Dash, Input, Output, State, ctx, no_update
from dash.exceptions import PreventUpdate

from dashboard.callbacks.agreement import agreements
from dashboard.callbacks.bench import locked_out
from dashboard.callbacks.navigation import bench_state
from dashboard.lab import Lab, is_unlocked, this_student
from dashboard.layouts.acts import acts_part
from dashboard.layouts.bench.page import BenchState, after_parts, by_id, debrief_part
from dashboard.layouts.bench.tries import LEARNT_QUESTION, tries_section
from dashboard.layouts.static_html import inline_static
from dashboard.ledger.events import LEARNT, EventRefused
from dashboard.student.acts import act_payload, is_closed
from dashboard.student.answers import answered, words_of
from dashboard.student.progress import Progress, decided_in_words, progress, try_payload
from dashboard.student.summary import rights
from dashboard.web import ids
from dashboard.web.instrumentation import solved
from dashboard.web.page_headers import acknowledge, write_key
from dashboard.web.request_checks import RequestRefused
from tracks.api.bench import Bench
from tracks.api.controls import BadValue, Value
from tracks.api.declared.acts import Act
from tracks.api.outcome import Outcome
from tracks.api.track import Track

ACTIONS = ("record", "observe", "carry", "learnt")
MAX_LEARNT = 600


class NotDone(Exception):
    """What was asked for cannot be done now; its text is a sentence for the student, with the way out."""


def record(lab: Lab, student: str, track: Track, bench: Bench, values: Mapping[str, Value], *, act: Any = None) -> None:
    """Record a state as the next try; ``act`` is the act that the page names, where the bench has acts.

    Each try's number is the key of its write, so two tabs that record at once get two numbers and lose nothing. The
    browser's key is kept in the try, so a request that is sent again finds its try.

    Raises:
        NotDone: every try is used, the newest try is this very state, or the controls left the world of the act.
        RequestRefused: the bench has no such act.
    """
    here_act = _checked_act(bench, values, act)
    outcome = solved(track, bench, values)
    right = rights(track, bench, lab.locks(student, track, bench))
    asked = write_key()
    while True:
        events = lab.store.standing_events(student)
        first = next((event for event in events if event.kind == "try" and event.payload.get("key") == asked), None)
        if first is not None:
            acknowledge(first)
            return
        here = progress(events, track, bench)
        number = len(here.tries) + 1
        own, helped = here.judged(bench, values)
        if here.tries and dict(here.tries[-1].values) == dict(values):
            raise NotDone(f"This state is try {number - 1} already. Change a control, then record again.")
        if number > here.limit:
            more = "" if here.earned else ", or write what you learnt for two more"
            raise NotDone(f"All {here.limit} tries are used. Choose the one that is carried forward{more}.")
        made = try_payload(number, bench, values, outcome, right, own=own, helped=helped)
        before = _before(lab, track, bench, here, values) if bench.acts else None
        payload = {**made, **act_payload(track, bench, here_act, before, outcome), "key": asked}
        stored = lab.save(student, track, bench, "try", str(number), payload)
        if stored.payload == payload:
            return


def _checked_act(bench: Bench, values: Mapping[str, Value], named: Any) -> Act | None:
    """Return the act in whose world a state stands, after what the page named was held against it.

    Raises:
        RequestRefused: the bench has no such act. NotDone: the state stands in another world.
    """
    act = bench.act_of(values)
    if named in (None, ""):
        return act
    asked: Act | None = next((item for item in bench.acts if item.id == named), None)
    if asked is None:
        acts = ", ".join(item.id for item in bench.acts) or "none"
        raise RequestRefused(f"{bench.short_title} has no act {str(named)[:48]!r}; it has: {acts}. Reload the page.")
    if act is not asked:
        raise NotDone(f"The controls have left the world of “{asked.title}”. Press that act again, then record.")
    return act


def _before(lab: Lab, track: Track, bench: Bench, here: Progress, values: Mapping[str, Value]) -> Outcome | None:
    """Return the outcome that a try is compared with: of the try before, or of the start, in the try's own world."""
    environment = {control.id: values[control.id] for control in bench.controls if control.role == "environment"}
    state: Mapping[str, Value] = bench.defaults()
    if here.tries:
        try:
            state = bench.read(dict(here.tries[-1].values))
        except BadValue:  # recorded when the controls were others
            return None
    return lab.outcome(track, bench, {**state, **environment})


def observe(lab: Lab, student: str, track: Track, bench: Bench, answer: Any) -> None:
    """Keep what a student says the figure showed; the first answer stands.

    Raises:
        NotDone: nothing was chosen, no try is recorded yet, or another answer was first.
    """
    question = bench.observation
    here = progress(lab.store.standing_events(student), track, bench)
    if question is None:
        raise RequestRefused(f"{bench.id} has no such question.")
    if not here.tries:
        raise NotDone("Record a try first.")
    if answer not in {option.id for option in question.options}:
        raise NotDone("Choose what the figure showed first.")
    said = {"answer": answer, "right": answer == question.answer, **(words_of(question, answer) or {})}
    stored = lab.save(student, track, bench, "observation", "1", said)
    if stored.payload["answer"] != answer:
        first = answered(question, str(stored.payload["answer"]), stored.payload)
        kept = f": {first.answer}" if first else ""
        raise NotDone(f"Your first answer stands{kept}. The one you gave now was not taken.")


def carry(lab: Lab, student: str, track: Track, bench: Bench, number: Any) -> None:
    """Keep which try later parts inherit.

    Raises:
        RequestRefused: there is no such try.
    """
    events = lab.store.standing_events(student)
    here = progress(events, track, bench)
    chosen = next((item for item in here.tries if item.number == number and not isinstance(number, bool)), None)
    if chosen is None:
        raise RequestRefused("There is no such try; reload the page.")
    decided = chosen.decided or decided_in_words(bench, chosen.values)
    payload = {"try": chosen.number, "decision": dict(chosen.decision), "decided": decided}
    lab.save_change(student, track, bench, "decision", write_key(), payload)


def earn(lab: Lab, student: str, track: Track, bench: Bench, text: Any) -> None:
    """Keep what a student learnt, which earns the two further tries once.

    Raises:
        NotDone: nothing was written, or tries are left.
    """
    here = progress(lab.store.standing_events(student), track, bench)
    if len(here.tries) < here.limit and not here.earned:
        raise NotDone("There are tries left; the further ones come when all are used.")
    if not isinstance(text, str) or not text.strip():
        raise NotDone("Write a sentence on what you learnt first.")
    kept = {LEARNT: text.strip()[:MAX_LEARNT], "question": LEARNT_QUESTION}
    lab.save(student, track, bench, "revision", LEARNT, kept)


def register(app: Dash, lab: Lab) -> None:
    """Register the actions on one app."""

    def do(student: str, track: Track, bench: Bench, action: Mapping[str, Any], written: Mapping[str, Any]) -> None:
        name = action["do"]
        if name == "record":
            raw = action.get("values")
            if not isinstance(raw, dict):
                raise RequestRefused("A try needs the controls' values.")
            try:
                record(lab, student, track, bench, bench.read(raw), act=action.get("act"))
            except BadValue as problem:
                raise RequestRefused(str(problem)) from None
        elif name == "observe":
            observe(lab, student, track, bench, written.get("observation"))
        elif name == "carry":
            carry(lab, student, track, bench, action.get("try"))
        else:
            earn(lab, student, track, bench, written.get("learnt"))

    @app.callback(
        Output(ids.slot(MATCH, "tries"), "children"),
        Output(ids.slot(MATCH, "acts"), "children"),
        Output(ids.slot(MATCH, "after"), "children"),
        Output(ids.slot(MATCH, "debrief"), "children"),
        Output(ids.slot(MATCH, "progress_summary"), "data"),
        Input(ids.slot(MATCH, "action"), "data"),
        State(ids.writing(MATCH, ALL), "value"),
        prevent_initial_call=True,
    )
    def act(action: Any, writing: list[Any]) -> tuple[Any, ...]:  # noqa: ARG001 - read by id
        if not action:
            raise PreventUpdate
        if not isinstance(action, dict) or action.get("do") not in ACTIONS:
            raise RequestRefused("The page asks for something that a bench does not do; reload it.")
        track, bench = lab.bench(ctx.inputs_list[0]["id"]["bench"])
        student = this_student()
        if student is None or not is_unlocked(bench, lab.locks(student, track, bench)):
            raise locked_out(student)
        before = progress(lab.store.standing_events(student), track, bench)
        message, written = "", {part["id"].get("name"): part.get("value") for part in ctx.states_list[0]}
        try:
            do(student, track, bench, action, written)
        except NotDone as problem:
            message = str(problem)
        except EventRefused as problem:
            message = f"Not saved. {problem}"
        if action["do"] == "record" and not message:
            agreements(lab, student, track, bench)
        state = bench_state(lab, student, track, bench)
        closes = before.reflection is not None and not is_closed(bench, before) and is_closed(bench, state.progress)
        moved_on = closes or _stage(state) != (
            bool(before.tries),
            before.is_observed(bench),
        )  # else texts would be lost
        at_observation = action["do"] == "observe"
        after = (
            inline_static(after_parts(state, message=message))
            if moved_on or (message and at_observation)
            else no_update
        )
        table = tries_section(
            state.key, bench, by_id(state.readings), state.progress, message="" if at_observation else message
        )
        summary = {**state.progress_summary, "action": action["do"], "done": not message, "message": message}
        acts = (
            inline_static(acts_part(state.acts, state.progress))
            if bench.acts and action["do"] == "record" and not message
            else no_update
        )
        return inline_static(table), acts, after, inline_static(debrief_part(state)), summary


def _stage(state: BenchState) -> tuple[bool, bool]:
    return bool(state.progress.tries), state.progress.is_observed(state.bench)
