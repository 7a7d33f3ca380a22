"""Fixes: candidate changes of one control, tried, ranked and formatted.

A bench proposes candidates, ``Fix(control, value)``, the mildest first. ``best_fixes`` tries each, keeps what helps a
limit and ranks it for a verdict. ``best_step`` finds the step that raises a margin most: the sensitivity on the page
and the certificate's greedy path use it. ``mildest`` and ``rounded`` help a bench to propose a value of a slider.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from functools import partial
from operator import is_, itemgetter
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from tracks.api.checks import refuse
from tracks.api.controls import BadValue, Choice, Control, Slider, Value
from tracks.api.outcome import LEVELS, MAX_FIXES, Fix, Limit, Outcome

if TYPE_CHECKING:
    from tracks.api.bench import Bench

LEAST_GAIN = 0.02  # of what is missing to comfort: a change that closes less of the gap is not returned
CHOICE_DISTANCE = 0.4  # of a scale: the distance to another option of a choice
MAX_OF_A_CHOICE = 2  # fixes that set one choice; for a slider it is 1
JUST_INSIDE = 1 - 1e-9  # of a wanted quantity, so that rounding in the physics cannot leave a fix outside its limit

_Candidate = TypeVar("_Candidate")
_Setting = TypeVar("_Setting")


def changed(setting: _Setting, fix: Fix) -> _Setting:
    """Return a bench's setting after a change: a dataclass whose fields are the ids of the controls.

    Parameters
    ----------
    setting : dataclass
        The setting.
    fix : Fix
        The change.

    Returns
    -------
    dataclass
        A new setting.
    """
    changes: Mapping[str, Any] = {fix.control: fix.value}
    return replace(setting, **changes)  # type: ignore[type-var]


def best_fixes(
    now: Limit,
    candidates: Iterable[Fix],
    after: Callable[[Fix], Limit | None],
    *,
    failing: Callable[[Fix], int] = lambda _: 0,
    distance: Callable[[Fix], float] = lambda _: 0.0,
    least_gain: float | None = None,
    max_tried: int | None = None,
) -> tuple[Fix, ...]:
    """Return up to three candidates that help a limit, best first.

    Cures bring a failing limit at least to its warning, and a warning to comfort. They come first: those with the
    fewest other failures, then the better level, then the shorter way, then the order of the candidates. What helps
    without curing follows by its margin.

    Margins are counted in the scale of ``now``: a scale that grows with the quantity would hide a gain.

    Parameters
    ----------
    now : Limit
        The limit before any change.
    candidates : Iterable[Fix]
        The mildest first; each is tried once.
    after : Callable[[Fix], Limit | None]
        The limit after a change, or None where that state cannot be.
    failing : Callable[[Fix], int]
        How many other limits fail after a change; called only for cures.
    distance : Callable[[Fix], float]
        How far a change moves its control; called only for cures.
    least_gain : float | None
        Margin that a change has to gain; a share of what is missing unless given.
    max_tried : int | None
        Candidates that are tried at most, where trying is slow.

    Returns
    -------
    tuple[Fix, ...]
        At most three, one of a slider and two of a choice.
    """
    missing = abs(now.comfort) if now.level == "warn" else abs(now.margin)
    gain = LEAST_GAIN * missing if least_gain is None else least_gain
    level, margin = LEVELS.index(now.level), now.margin
    kept: list[tuple[tuple[bool, float, int, float], Fix]] = []  # the rank of a change, the least first; the change
    for fix in list(dict.fromkeys(candidates))[:max_tried]:
        left = after(fix)
        if left is None:
            continue
        if left.scale != now.scale:
            left = left._replace(scale=now.scale)
        left_level = LEVELS.index(left.level)
        if left_level < level:
            kept.append(((False, failing(fix), left_level, distance(fix)), fix))
        elif left_level == level and left.margin >= margin + gain > margin:  # gains enough to be a fix
            kept.append(((True, -left.margin, 0, 0.0), fix))
    kept.sort(key=itemgetter(0))
    return _few(fix for _, fix in kept)


def _few(fixes: Iterable[Fix]) -> tuple[Fix, ...]:
    """Return the first three, one of a slider and two of a choice at most."""
    kept: list[Fix] = []
    for fix in fixes:
        of_one = sum(other.control == fix.control for other in kept)
        if of_one < (MAX_OF_A_CHOICE if isinstance(fix.value, str) else 1):
            kept.append(fix)
    return tuple(kept[:MAX_FIXES])


def best_step(
    candidates: Iterable[_Candidate], margin: Callable[[_Candidate], float], *, now: float, least_gain: float = 0.0
) -> tuple[_Candidate, float] | None:
    """Return the candidate that raises a margin most and by how much, the first of equals.

    None where no candidate raises it by more than ``least_gain``.

    Parameters
    ----------
    candidates : Iterable
        Changes of any kind.
    margin : callable
        The margin after one of them.
    now : float
        The margin before.
    least_gain : float
        What the margin has to gain.

    Returns
    -------
    (candidate, float) or None
        The candidate and its gain.
    """
    best: tuple[_Candidate, float] | None = None
    for candidate in candidates:
        gain = margin(candidate) - now
        if gain > least_gain and (best is None or gain > best[1]):
            best = candidate, gain
    return best


def check_answer(owner: str, bench: Bench, outcome: Outcome, function: str) -> Outcome:
    """Return an outcome of a bench, held against what the bench declares; the fixes are checked when they are read.

    Parameters
    ----------
    owner : str
        What the sentence names.
    bench : Bench
        For its track.
    outcome : Outcome
        What its function returned.
    function : str
        Which one, "solve" or "preview".

    Returns
    -------
    Outcome
        The same, its verdicts with checked fixes.

    Raises
    ------
    SpecError
        It is no outcome, lacks a panel or a reading, or has a verdict or a fix that was not declared.
    """
    if not isinstance(outcome, Outcome):
        raise refuse(owner, f"{function} must return an Outcome, got {type(outcome).__name__}")
    for panel in bench.panels:
        for name in (panel.id, *(view.id for view in panel.views)):
            if name not in outcome.panels:
                raise refuse(owner, f"the outcome has no drawing for panel '{name}'")
    readings = {reading.id for reading in outcome.readings}
    for name in bench.hud:
        if name not in readings:
            raise refuse(owner, f"the outcome has no reading '{name}' for the HUD")
    if bench.task is not None and bench.task.reading not in readings:
        raise refuse(owner, f"the outcome has no reading '{bench.task.reading}' for the task")
    ablation = bench.reflection.ablation if bench.reflection else None
    for name in ablation.readings if ablation else ():
        if name not in readings:
            raise refuse(owner, f"the outcome has no reading '{name}' for the ablation")
    for verdict in outcome.verdicts:
        if verdict.level != "ok" and verdict.code not in bench.failures:
            raise refuse(owner, f"verdict '{verdict.code}' is not among its failures")
    checked = tuple(
        verdict.with_checked_fixes(partial(check_settable, owner, verdict.code, bench.control_map()))
        for verdict in outcome.verdicts
    )
    if all(map(is_, checked, outcome.verdicts)):  # comparing them would find their fixes
        return outcome
    return replace(outcome, verdicts=checked)


def check_settable(owner: str, code: str, controls: Mapping[str, Control], fixes: Iterable[Fix]) -> None:
    """Refuse a fix that sets no control, or sets one to what it cannot be.

    Parameters
    ----------
    owner, code : str
        What the sentence names: the bench, and the verdict whose fixes they are.
    controls : Mapping[str, Control]
        The controls by id.
    fixes : Iterable[Fix]
        The fixes.

    Raises
    ------
    SpecError
        A fix that cannot be set.
    """
    for fix in fixes:
        if fix.control not in controls:
            raise refuse(owner, f"verdict '{code}' has a fix for '{fix.control}', which is no control")
        try:
            controls[fix.control].read(fix.value)
        except BadValue as problem:
            raise refuse(owner, f"verdict '{code}' has a fix that cannot be set: {problem}") from None


# --- proposing a value -----------------------------------------------------------------------------------------------


def mildest(values: Sequence[Value], margin: Callable[[Value], float], *, goal: float = 0.0) -> Value | None:
    """Return the first of the values whose margin reaches the goal, the last where none does, None of no values.

    The values lie along one control, nearest to its present value first, and the margin rises along them. So the
    last is tried first, and then a binary search finds the mildest.

    Parameters
    ----------
    values : Sequence[Value]
        The values, nearest first.
    margin : callable
        The margin at one of them.
    goal : float
        The margin wanted.

    Returns
    -------
    Value or None
        One of the values.
    """
    if not values:
        return None
    if margin(values[-1]) < goal:
        return values[-1]
    low, high = 0, len(values) - 1
    while low < high:
        middle = (low + high) // 2
        if margin(values[middle]) >= goal:
            high = middle
        else:
            low = middle + 1
    return values[low]


def rounded(value: float, *, up: bool = False, whole: bool = False) -> float:
    """Return a value in three digits, or a whole number, without passing it: from above if ``up``, else from below.

    Parameters
    ----------
    value : float
        A finite number.
    up : bool
        Whether from above.
    whole : bool
        Whether to a whole number.

    Returns
    -------
    float
        The rounded value.

    Examples
    --------
    >>> rounded(1234.5), rounded(1234.5, up=True), rounded(7.9, whole=True)
    (1230.0, 1240.0, 7.0)
    """
    if not math.isfinite(value) or value == 0:
        return value
    if whole:
        return float(math.ceil(value) if up else math.floor(value))
    exact = Decimal(repr(float(value)))  # in decimals: 0.000105 / 0.000001 is above 105
    last_digit = Decimal(1).scaleb(exact.adjusted() - 2)
    return float(exact.quantize(last_digit, rounding=ROUND_CEILING if up else ROUND_FLOOR))


class Scale(NamedTuple):
    """The scale of one slider, as a bench knows it without its controls: both ends, and whether it is logarithmic.

    Parameters
    ----------
    low, high : float
        Its ends, in its unit.
    log : bool
        Whether it is logarithmic.
    """

    low: float
    high: float
    log: bool = False

    def distance(self, now: float, then: float) -> float:
        """Return how far two values lie apart, as a share of the scale."""
        if self.log:
            return abs(math.log(then / now)) / math.log(self.high / self.low)
        return abs(then - now) / (self.high - self.low)


def distance_on(scales: Mapping[str, Scale], values: Callable[[str], Value]) -> Callable[[Fix], float]:
    """Return how far a fix moves its control from its value in ``values``; another option of a choice: 0.4.

    Parameters
    ----------
    scales : Mapping[str, Scale]
        The sliders by id.
    values : callable
        The present value of a control by its id.

    Returns
    -------
    callable
        A function of a fix; shares of a scale.
    """

    def distance(fix: Fix) -> float:
        scale = scales.get(fix.control)
        if scale is None:
            return CHOICE_DISTANCE
        return scale.distance(float(values(fix.control)), float(fix.value))

    return distance


# --- in words --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class FixText:
    """A change as the page shows it: the control by name, its direction, its value before and after.

    Parameters
    ----------
    label : str
        The control by name.
    direction : str
        "lower" or "higher" of a slider, "another option" of a choice, "on" or "off" of a switch.
    old, new : str
        Its value before and after.
    """

    label: str
    direction: str
    old: str
    new: str


def fix_text(controls: Mapping[str, Control], values: Mapping[str, Value], fix: Fix) -> FixText:
    """Return a fix as texts.

    Parameters
    ----------
    controls : Mapping[str, Control]
        The controls by id.
    values : Mapping[str, Value]
        Their present values.
    fix : Fix
        The change.

    Returns
    -------
    FixText
        The texts.
    """
    control, now = controls[fix.control], values[fix.control]
    if isinstance(control, Slider):
        direction = "higher" if float(fix.value) > float(now) else "lower"
    else:
        direction = "another option" if isinstance(control, Choice) else control.text(fix.value)
    return FixText(label=control.label, direction=direction, old=control.text(now), new=control.text(fix.value))
