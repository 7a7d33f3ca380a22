"""What a student writes: feedback on the check question, and reflection and defence saved with their marks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from dash import ALL, MATCH, Dash, Input, Output, State, ctx, no_update
from dash.exceptions import PreventUpdate

from dashboard.callbacks.bench import locked_out
from dashboard.lab import Lab, is_unlocked, this_student
from dashboard.layouts.bench.next_step import next_section
from dashboard.layouts.bench.reflect import DEFENCE, FORMS, MARKS, REFLECTION, Form, defence_section, reflect_section
from dashboard.ledger.events import EventRefused
from dashboard.student.answers import feedback_on, words_of
from dashboard.student.debrief import Defence, ablated, defence
from dashboard.student.progress import progress
from dashboard.student.standing import standings, what_is_next
from dashboard.web import ids
from dashboard.web.page_headers import write_key
from dashboard.web.request_checks import RequestRefused
from tracks.api.bench import Bench
from tracks.api.teaching import Reflection
from tracks.api.track import Track

MAX_SLOT = 600
OBSERVE_FIRST = "Record a try and say what the figure showed first; the reflection opens after it."
MARKS_SAVED = "Your marks are saved."
NO_DEFENCE = "The strategy of this track is not defended here; reload the page."


def register(app: Dash, lab: Lab) -> None:
    """Register the reflection's callbacks on one app."""

    def reached(key: Any) -> tuple[str, Track, Bench, Reflection]:
        track, bench = lab.bench(key)
        student = this_student()
        if student is None or not is_unlocked(bench, lab.locks(student, track, bench)):
            raise locked_out(student)
        if bench.reflection is None:
            raise RequestRefused(f"{bench.id} has no reflection.")
        if bench.predictions and not progress(lab.store.standing_events(student), track, bench).is_observed(bench):
            raise RequestRefused(OBSERVE_FIRST, code=403, reason="not_observed")
        return student, track, bench, bench.reflection

    def after(student: str, track: Track, bench: Bench) -> Any:
        events = lab.store.standing_events(student)
        following = what_is_next(lab.registry, track, bench, events, standings(lab.registry, events))
        return next_section(track, following)

    def defended_here(student: str, track: Track, bench: Bench) -> Defence | None:
        events = lab.store.standing_events(student)
        return defence(lab, track, bench, events, standings(lab.registry, events)[track.id])

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
        Output(ids.slot(MATCH, "defence"), "children"),
        Input(ids.action(MATCH, ALL), "n_clicks"),
        State(ids.writing(MATCH, ALL), "value"),
        prevent_initial_call=True,
    )
    def write(clicks: list[Any], written: list[Any]) -> tuple[Any, Any]:  # noqa: ARG001 - read by id
        pressed = ctx.triggered_id["name"] if ctx.triggered_id else ""
        form = next((form for form in FORMS if pressed in (form.save, form.mark)), None)
        if form is None or not ctx.triggered[0]["value"]:
            raise PreventUpdate
        key = ctx.triggered_id["bench"]
        student, track, bench, reflection = reached(key)
        entered = {part["id"].get("name"): part.get("value") for part in ctx.states_list[0]}
        if form is DEFENCE:
            here = defended_here(student, track, bench)
            if here is None:
                raise RequestRefused(NO_DEFENCE)
            if here.waits_for:
                raise RequestRefused(f"The defence opens once {here.waits_for}.", code=403)
            return no_update, defend(student, track, bench, here, key, pressed, entered)
        try:
            section = reflect(student, track, bench, reflection, key, pressed, entered)
        except EventRefused as problem:
            texts, said = _texts(REFLECTION, entered), f"Not saved. {problem}"
            section = reflect_section(
                key, reflection, None, draft=texts, problem=said, numbers=beside(student, track, bench)
            )
        opened = defended_here(student, track, bench) if pressed == REFLECTION.save else None
        return section, no_update if opened is None else defence_section(key, opened)

    def beside(student: str, track: Track, bench: Bench) -> Any:
        return ablated(lab, track, bench, progress(lab.store.standing_events(student), track, bench))

    def reflect(
        student: str,
        track: Track,
        bench: Bench,
        reflection: Reflection,
        key: str,
        pressed: str,
        entered: dict[Any, Any],
    ) -> Any:
        numbers = beside(student, track, bench)
        if pressed == REFLECTION.save:
            texts = _texts(REFLECTION, entered)
            problem = _problem(REFLECTION, reflection, texts)
            if problem:
                return reflect_section(key, reflection, None, draft=texts, problem=problem, numbers=numbers)
            saved = {**texts, "shown": _shown(REFLECTION, reflection, texts)}
            lab.save_change(student, track, bench, "reflection", write_key(), saved)
            here = progress(lab.store.standing_events(student), track, bench)
            following = after(student, track, bench)
            return reflect_section(
                key,
                reflection,
                saved,
                marks=here.marks,
                rubric=here.rubric,
                following=following,
                numbers=numbers,
                said=REFLECTION.said,
            )
        stored = lab.store.reflection(student, track.id, bench.id)
        if stored is None:
            raise RequestRefused("Save your reflection first; the rubric marks it.")
        marks = _marks(REFLECTION, entered, reflection)
        problem = _unmarked(marks)
        if not problem:
            marked = {"marks": list(marks), "rubric": list(reflection.rubric)}
            lab.save_change(student, track, bench, "revision", write_key(), marked)
        following = after(student, track, bench)
        return reflect_section(
            key,
            reflection,
            stored.payload,
            marks=marks,
            problem=problem,
            following=following,
            numbers=numbers,
            said="" if problem else MARKS_SAVED,
        )

    def defend(
        student: str, track: Track, bench: Bench, here: Defence, key: str, pressed: str, entered: dict[Any, Any]
    ) -> Any:
        texts = _texts(DEFENCE, entered)
        try:
            if pressed == DEFENCE.save:
                problem = _problem(DEFENCE, here.asked, texts)
                if problem:
                    return defence_section(key, replace(here, saved=None), draft=texts, problem=problem)
                beside = [" · ".join(row) for row in here.numbers.rows]
                saved: Mapping[str, Any] = {**texts, "shown": {**_shown(DEFENCE, here.asked, texts), "numbers": beside}}
            else:
                if here.saved is None:
                    raise RequestRefused("Save your defence first; the rubric marks it.")
                marks = _marks(DEFENCE, entered, here.asked)
                problem = _unmarked(marks)
                if problem:
                    return defence_section(key, here, marks=marks, problem=problem)
                saved = {**here.saved, "marks": list(marks), "rubric": list(here.asked.rubric)}
            lab.save_change(student, track, bench, "defence", write_key(), saved)
            said = DEFENCE.said if pressed == DEFENCE.save else MARKS_SAVED
            return defence_section(key, replace(here, saved=saved), said=said)
        except EventRefused as problem:
            return defence_section(key, replace(here, saved=None), draft=texts, problem=f"Not saved. {problem}")


def _shown(form: Form, reflection: Reflection, texts: Mapping[str, str]) -> dict[str, Any]:
    """Return what the ledger keeps beside the texts: what was asked, and the check's answer in words."""
    words = words_of(reflection.check, texts["check"]) if reflection.check is not None else None
    return {"prompt": reflection.prompt, **dict(form.slots), "check": words}


def _texts(form: Form, entered: Mapping[Any, Any]) -> dict[str, str]:
    names = [*(name for name, _ in form.slots), *(["check"] if form is REFLECTION else [])]
    return {name: str(entered.get(name) or "").strip()[:MAX_SLOT] for name in names}


def _problem(form: Form, reflection: Reflection, texts: Mapping[str, str]) -> str:
    empty = [label for name, label in form.slots if not texts[name]]
    if empty:
        return f"Not saved yet: write a sentence for “{empty[0]}”"
    if reflection.check and texts["check"] not in {option.id for option in reflection.check.options}:
        return f"Not saved yet: answer “{reflection.check.text}”"
    return ""


def _marks(form: Form, entered: Mapping[Any, Any], reflection: Reflection) -> tuple[int | None, ...]:
    """Return the mark of every point, None where it is missing."""
    allowed = {option.id: n for n, option in enumerate(MARKS)}
    points = range(len(reflection.rubric))
    return tuple(allowed.get(str(entered.get(f"{form.fields}{n}"))) for n in points)


def _unmarked(marks: tuple[int | None, ...]) -> str:
    """Return what to say where a point has no mark, "" where all have one."""
    if None not in marks:
        return ""
    given = sum(mark is not None for mark in marks)
    return f"Not saved yet: {given} of {len(marks)} points have a mark. Those you gave are kept here."
