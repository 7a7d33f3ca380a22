"""The reflection: feedback on the check question, and what is written saved with its marks."""

from __future__ import annotations

from typing import Any

from dash import ALL, MATCH, Dash, Input, Output, State, ctx
from dash.exceptions import PreventUpdate

from dashboard.callbacks.bench import LOCK_FIRST
from dashboard.lab import Lab, is_unlocked, this_student
from dashboard.layouts.bench.next_step import next_section
from dashboard.layouts.bench.reflect import MARKS, SLOTS, reflect_section
from dashboard.ledger.events import EventRefused
from dashboard.student.answers import feedback_on, words_of
from dashboard.student.progress import progress
from dashboard.student.standing import standings, what_is_next
from dashboard.web import ids
from dashboard.web.page_headers import NO_COOKIE, write_key
from dashboard.web.request_checks import RequestRefused
from tracks.api.bench import Bench
from tracks.api.teaching import Reflection
from tracks.api.track import Track

MAX_SLOT = 600
OBSERVE_FIRST = "Record a try and say what the figure showed first; the reflection opens after it."


def register(app: Dash, lab: Lab) -> None:
    """Register the reflection's callbacks on one app."""

    def reached(key: Any) -> tuple[str, Track, Bench, Reflection]:
        track, bench = lab.bench(key)
        student = this_student()
        if student is None or not is_unlocked(bench, lab.locks(student, track, bench)):
            raise RequestRefused(NO_COOKIE if student is None else LOCK_FIRST, code=403)
        if bench.reflection is None:
            raise RequestRefused(f"{bench.id} has no reflection.")
        if bench.predictions and not progress(lab.store.standing_events(student), track, bench).is_observed(bench):
            raise RequestRefused(OBSERVE_FIRST, code=403)
        return student, track, bench, bench.reflection

    def after(student: str, track: Track, bench: Bench) -> Any:
        events = lab.store.standing_events(student)
        following = what_is_next(lab.registry, track, bench, events, standings(lab.registry, events))
        return next_section(track, following)

    @app.callback(
        Output(ids.slot(MATCH, "feedback"), "children"),
        Input({"kind": "writing", "bench": MATCH, "name": "check"}, "value"),
        prevent_initial_call=True,
    )
    def feedback(chosen: Any) -> str:
        _, _, _, reflection = reached(ctx.outputs_list["id"]["bench"])
        if reflection.check is None or not isinstance(chosen, str):
            raise PreventUpdate
        return feedback_on(reflection.check, chosen)

    @app.callback(
        Output(ids.slot(MATCH, "reflect"), "children"),
        Input(ids.action(MATCH, ALL), "n_clicks"),
        State(ids.writing(MATCH, ALL), "value"),
        prevent_initial_call=True,
    )
    def write(clicks: list[Any], written: list[Any]) -> Any:  # noqa: ARG001 - read by id
        pressed = ctx.triggered_id["name"] if ctx.triggered_id else ""
        if pressed not in ("reflect", "mark") or not ctx.triggered[0]["value"]:
            raise PreventUpdate
        key = ctx.triggered_id["bench"]
        student, track, bench, reflection = reached(key)
        entered = {part["id"].get("name"): part.get("value") for part in ctx.states_list[0]}
        try:
            if pressed == "reflect":
                texts = _texts(entered)
                problem = _problem(reflection, texts)
                if problem:
                    return reflect_section(key, reflection, None, draft=texts, problem=problem)
                saved = {**texts, "shown": _shown(reflection, texts["check"])}
                lab.save_change(student, track, bench, "reflection", write_key(), saved)
                here = progress(lab.store.standing_events(student), track, bench)
                following = after(student, track, bench)
                return reflect_section(
                    key, reflection, saved, marks=here.marks, rubric=here.rubric, following=following
                )
            stored = lab.store.reflection(student, track.id, bench.id)
            if stored is None:
                raise RequestRefused("Save your reflection first; the rubric marks it.")
            marks = _marks(entered, len(reflection.rubric))
            following = after(student, track, bench)
            if None in marks:
                given = sum(mark is not None for mark in marks)
                problem = f"Not saved yet: {given} of {len(marks)} points have a mark. Those you gave are kept here."
                return reflect_section(
                    key, reflection, stored.payload, marks=marks, problem=problem, following=following
                )
            marked = {"marks": list(marks), "rubric": list(reflection.rubric)}
            lab.save_change(student, track, bench, "revision", write_key(), marked)
            return reflect_section(key, reflection, stored.payload, marks=marks, following=following)
        except EventRefused as problem:
            return reflect_section(key, reflection, None, draft=_texts(entered), problem=f"Not saved. {problem}")


def _shown(reflection: Reflection, check: str) -> dict[str, Any]:
    """Return what the ledger keeps beside a reflection's texts: what was asked, and the check's answer in words."""
    words = words_of(reflection.check, check) if reflection.check is not None else None
    return {"prompt": reflection.prompt, **dict(SLOTS), "check": words}


def _texts(entered: dict[Any, Any]) -> dict[str, str]:
    names = [*(name for name, _ in SLOTS), "check"]
    return {name: str(entered.get(name) or "").strip()[:MAX_SLOT] for name in names}


def _problem(reflection: Reflection, texts: dict[str, str]) -> str:
    empty = [label for name, label in SLOTS if not texts[name]]
    if empty:
        return f"Not saved yet: write a sentence for “{empty[0]}”"
    if reflection.check and texts["check"] not in {option.id for option in reflection.check.options}:
        return f"Not saved yet: answer “{reflection.check.text}”"
    return ""


def _marks(entered: dict[Any, Any], count: int) -> tuple[int | None, ...]:
    """Return the mark of every point, None where it is missing."""
    allowed = {option.id: n for n, option in enumerate(MARKS)}
    return tuple(allowed.get(str(entered.get(f"mark{n}"))) for n in range(count))
