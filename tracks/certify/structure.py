"""The checks of any bench: it answers every state, always the same, and explains its numbers."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from tracks.api.bench import Bench
from tracks.api.controls import Slider, Value
from tracks.api.demonstration import Peek
from tracks.api.figures import Drawing, Table
from tracks.api.outcome import Outcome
from tracks.api.teaching import Prediction
from tracks.certify.goals import Finding, finding, listed
from tracks.certify.survey import Seen, State, Survey, Unsolved, seen

LOOKED_AT = 16  # sampled states beside the default, and as many of other environments
SOLVED = 4  # the same where a full answer is slow enough to have a preview: these checks ask for it several times


def _some(survey: Survey) -> tuple[State, ...]:
    count = LOOKED_AT if survey.bench.preview is None else SOLVED
    return (survey.default, *survey.states[:count], *survey.worlds[:count])


def answers_everywhere(survey: Survey) -> Finding:
    """Every end of every control, every corner, preset and scenario is answered with all that the bench declares."""
    states = list(_edges(survey))
    faults = []
    for state in states:
        try:
            survey.answers(state)
        except Unsolved as problem:
            faults.append(str(problem))
    if faults:
        return finding("answers_everywhere", False, f"{len(faults)} of {len(states)} states go wrong: {listed(faults)}")
    return finding("answers_everywhere", True, f"{len(states)} ends, presets, scenarios and samples are answered")


def _edges(survey: Survey) -> Iterator[State]:
    bench = survey.bench
    yield from _some(survey)
    for control in bench.controls:
        yield from survey.scan(control, survey.default, 2)
    for end in (0, -1):
        yield {control.id: control.positions(2)[end] for control in bench.controls}
    for preset in bench.presets:
        yield bench.read({**survey.default, **preset.values})
    for prediction in bench.predictions:
        yield bench.read({**survey.default, **prediction.scenario})


def same_answer_twice(survey: Survey) -> Finding:
    """``solve`` is pure: solved again, after other states, it gives the same answer."""
    states = _some(survey)
    first = [_answer(survey, state) for state in states]
    changed = [survey.named(state) for state, one in zip(states, first, strict=True) if _answer(survey, state) != one]
    if changed:
        return finding("same_answer_twice", False, f"solve gives another answer the second time: {listed(changed)}")
    return finding("same_answer_twice", True, f"solve gives the same answer twice in {len(states)} states")


def _answer(survey: Survey, state: State) -> tuple[Seen, dict[str, Value]]:
    outcome = survey.run(state)
    return seen(outcome), dict(outcome.decision)


def previews_agree(survey: Survey) -> Finding:
    """A preview has the panels, readings, limits and verdict codes of the full answer, and never depends on ``fixes``.

    Else a panel or a row would come and go as a slider moves, and a certificate would look at what no page shows.
    """
    if survey.bench.preview is None:
        return finding("previews_agree", True, "The bench has no preview: solve answers while a slider moves")
    wrong: dict[str, None] = {}
    for state in _some(survey):
        with_fixes, without = (survey.run(state, preview=True, fixes=fixes) for fixes in (True, False))
        full, coarse = _form(survey.run(state)), _form(with_fixes)
        for part, items in full.items():
            if items != coarse[part]:
                odd = listed(sorted(items ^ coarse[part]), ", ")
                wrong[f"its {part} differ in {odd} ({survey.named(state)})"] = None
        if not seen(with_fixes).numbers == seen(without).numbers == survey.see(state).numbers:
            wrong[f"its numbers differ from one preview to the next ({survey.named(state)})"] = None
    if wrong:
        return finding("previews_agree", False, f"A preview is no preview of solve: {listed(wrong)}")
    text = f"Previews of {len(_some(survey))} states have the panels, readings, limits and verdicts of the full answer"
    return finding("previews_agree", True, text)


def _form(outcome: Outcome) -> dict[str, set[str]]:
    """Return what an outcome consists of, without its numbers."""
    judged = [(verdict.code, verdict.reading) for verdict in outcome.verdicts]
    limited = [*((reading.id, reading) for reading in outcome.readings), *judged]
    return {
        "panels": set(outcome.panels),
        "readings": {reading.id for reading in outcome.readings},
        "verdicts": {verdict.code for verdict in outcome.verdicts},
        "limits": {
            f"{name} {'at most' if one.at_most else 'at least'} {one.limit!r} {one.unit} from {one.warn!r}"
            for name, one in limited
            if one.limit is not None
        },
    }


def margins_match_levels(survey: Survey) -> Finding:
    """A verdict that fails lies outside its limit, one that is ok inside; the greedy path depends on it."""
    wrong = []
    for state in _some(survey):
        for item in (item for answer in survey.answers(state) for item in answer.verdicts):
            if (item.level == "fail" and item.margin > 0) or (item.level == "ok" and item.margin < 0):
                wrong.append(f"{item.code} is '{item.level}' at margin {item.margin:.3g} ({survey.named(state)})")
    if wrong:
        return finding("margins_match_levels", False, f"Level and margin disagree: {listed(wrong)}")
    return finding("margins_match_levels", True, "No verdict fails inside its limit or is well outside it")


def fixes_on_scale(survey: Survey) -> Finding:
    """A fix is a decision of the student, at a value its control has, other than its present one."""
    controls, wrong = survey.bench.control_map(), []
    for state in _some(survey):
        for verdict in (verdict for answer in survey.answers(state) for verdict in answer.verdicts):
            for fix in verdict.fixes:
                control = controls[fix.control]
                read = control.read(fix.value)
                same = math.isclose(float(read), float(fix.value)) if isinstance(control, Slider) else read == fix.value
                if control.role != "decision":
                    wrong.append(f"{verdict.code} offers '{fix.control}', which is no decision")
                elif not same:
                    wrong.append(f"{verdict.code} offers {fix.control}={fix.value!r}, its control reads {read!r}")
                elif read == state[fix.control]:
                    wrong.append(f"{verdict.code} offers {fix.control}={fix.value!r}, where it stands already")
    wrong = list(dict.fromkeys(wrong))
    if wrong:
        return finding("fixes_on_scale", False, f"Fixes that cannot be made: {listed(wrong)}")
    return finding("fixes_on_scale", True, "Every fix sets a decision to a new value on its scale")


def readings_explain_themselves(survey: Survey) -> Finding:
    """Every reading has its formula, its meaning and where its inputs come from, or 'assumed: ...'."""
    lacking: dict[str, None] = {}
    for state in _some(survey):
        for reading in survey.run(state).readings:
            for name in ("formula", "meaning", "source"):
                if not getattr(reading, name).strip():
                    lacking[f"'{reading.id}' has no {name}"] = None
    if lacking:
        return finding("readings_explain_themselves", False, f"Readings that say too little: {listed(lacking)}")
    return finding("readings_explain_themselves", True, "Every reading has its formula, its meaning and its source")


def truths_can_be_entered(survey: Survey) -> Finding:
    """Every prediction's truth is finite, the same twice, and within what is accepted as an answer."""
    bench, wrong = survey.bench, []
    for prediction in bench.predictions:
        problem = _truth_problem(survey, bench, prediction)
        if problem:
            wrong.append(f"'{prediction.id}' {problem}")
    if wrong:
        return finding("truths_can_be_entered", False, f"Predictions that cannot be marked: {listed(wrong)}")
    text = f"{len(bench.predictions)} predictions have a truth that can be entered"
    return finding("truths_can_be_entered", True, text)


def _truth_problem(survey: Survey, bench: Bench, prediction: Prediction) -> str:
    try:
        truth = bench.truth(survey.track, prediction)
        again = bench.truth(survey.track, prediction)
    except Exception as problem:  # a plugin's truth may raise anything
        return f"raises {type(problem).__name__}: {problem}"
    if truth != again:
        return f"gives {truth.value!r}, then {again.value!r}"
    if isinstance(truth.value, str):
        return ""
    if not prediction.low <= truth.value <= prediction.high:
        return f"is {truth.value:g}, but accepts {prediction.low:g} to {prediction.high:g}"
    if prediction.marks is not None:
        panels = {name for panel in bench.panels for name in (panel.id, *(view.id for view in panel.views))}
        unknown = set(prediction.marks(survey.track, truth.value)) - panels
        if unknown:
            return f"marks '{min(unknown)}', which is no panel"
    return ""


def equations_open(survey: Survey) -> Finding:
    """The equations are given with the student's numbers in every state."""
    bench = survey.bench
    if bench.peek is None:
        return finding("equations_open", True, "The bench has no equations to open")
    for state in _some(survey):
        try:
            peek = bench.peek(survey.track, survey.run(state), **state)
        except Exception as problem:  # a plugin's peek may raise anything
            return finding(
                "equations_open", False, f"peek raises {type(problem).__name__} at {survey.named(state)}: {problem}"
            )
        if not isinstance(peek, Peek) or not peek.lines:
            return finding("equations_open", False, f"peek must return a Peek with lines, got {peek!r:.80}")
    return finding("equations_open", True, f"The equations open in {len(_some(survey))} states")


def drawings_are_plain(survey: Survey) -> Finding:
    """Every figure is a plain dict that JSON can encode, every table a Table; two states are rendered.

    So are a demonstration's at its defaults and at its sliders' ends, and the first and the last round of a run view.
    """
    wrong = []
    for state in (survey.default, *survey.worlds[:1]):
        for name, drawing in survey.run(state).panels.items():
            problem = _drawing_problem(drawing)
            if problem:
                wrong.append(f"'{name}' at {survey.named(state)}: {problem}")
    wrong += _demonstration_problems(survey.bench) + _run_view_problems(survey)
    if wrong:
        return finding("drawings_are_plain", False, f"Drawings that cannot be sent: {listed(wrong)}")
    return finding("drawings_are_plain", True, "Figures are plain dicts that JSON can carry, and each has its table")


def _demonstration_problems(bench: Bench) -> list[str]:
    if bench.demonstration is None:
        return []
    wrong = []
    for values in bench.demonstration.states():
        try:
            problem = _drawing_problem(bench.demonstration.drawn(values))
        except Exception as error:  # a plugin's drawing may raise anything
            problem = f"{type(error).__name__}: {error}"
        if problem:
            wrong.append(f"the demonstration at {values}: {problem}")
    return wrong


def _run_view_problems(survey: Survey) -> list[str]:
    shown, wrong = survey.bench.run_view, []
    if shown is None:
        return []
    for number in sorted({1, shown.count(survey.track, survey.default)}):
        try:
            problem = _drawing_problem(shown.drawn(survey.track, survey.default, number))
        except Exception as error:  # a plugin's drawing may raise anything
            problem = f"{type(error).__name__}: {error}"
        if problem:
            wrong.append(f"round {number} of the run view: {problem}")
    return wrong


def _drawing_problem(drawing: Drawing) -> str:
    try:
        figure, table = drawing.figure(), drawing.table()
        json.dumps(_listed_arrays(figure))  # NaN passes: it is a gap in a line, and is sent as null
    except Exception as problem:  # a plugin's figure may raise anything
        return f"{type(problem).__name__}: {problem}"
    if not isinstance(figure, dict):
        return f"figure must return a dict, got {type(figure).__name__}"
    if not isinstance(table, Table) or not table.rows:
        return f"table must return a Table with rows, got {table!r:.80}"
    return ""


def _listed_arrays(part: Any) -> Any:
    """Return a figure with its arrays as lists, as the page sends them."""
    if isinstance(part, dict):
        if not all(isinstance(key, str) for key in part):
            raise TypeError(f"keys must be texts, got {list(part)!r:.80}")
        return {key: _listed_arrays(value) for key, value in part.items()}
    if isinstance(part, (list, tuple)):
        return [_listed_arrays(value) for value in part]
    if isinstance(part, (np.ndarray, np.generic)):
        return part.tolist()
    return part


STRUCTURE = (
    answers_everywhere,
    same_answer_twice,
    previews_agree,
    margins_match_levels,
    fixes_on_scale,
    readings_explain_themselves,
    truths_can_be_entered,
    equations_open,
)
DRAWING = (drawings_are_plain,)
