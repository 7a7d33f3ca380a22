"""Which one change would mend a verdict of the Mesh Update: every offer has been computed before it is made."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from tracks import Fix, Value
from tracks.tiny_pioneer.mesh.setting import (
    BITS,
    DUTY,
    FAN_OUT,
    GOSSIP,
    HUB,
    LOCAL,
    PAYLOAD_BYTES,
    PERIOD_S,
    ROUNDS,
    Range,
    Setting,
)

MOST, MAX_OF_ONE = 3, 2  # fixes, and those among them that set one control
STEPS = 16  # between where a slider stands and its end
CHOICE_MOVE = 0.4  # of a scale: how far another option counts as moved
WORTH = 0.02  # of a margin, or of 1 where it is small: the least gain worth offering

Lever = tuple[str, int]  # a control, and which way it is moved: -1, 1, or 0 for the one that is best
Margin = Callable[[Setting], float]

_OFFERED_MODES = (HUB, GOSSIP, LOCAL)
_SLIDERS: dict[str, tuple[Range, bool]] = {
    "payload_bytes": (PAYLOAD_BYTES, False),
    "period_s": (PERIOD_S, False),
    "duty": (DUTY, False),
    "fan_out": (FAN_OUT, True),
    "rounds": (ROUNDS, True),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class _Offer:
    """A change, the margin it leaves, how many other verdicts fail then, and how far it moves its control."""

    fix: Fix
    margin: float
    failing: int
    move: float


def changed(setting: Setting, control: str, value: Value) -> Setting:
    """Return the setting with one control changed."""
    change: dict[str, Any] = {control: value}
    return replace(setting, **change)


def best_fixes(
    setting: Setting,
    levers: tuple[Lever, ...],
    *,
    goal: float,
    best_round: int,
    margin: Margin,
    others_failing: Callable[[Setting], int],
) -> tuple[Fix, ...]:
    """Return up to three changes that raise a margin: those that reach the goal first, the least harmful before others.

    Each other mode is an offer of its own. ``best_round`` is where the lever of the rounds leads whose way is 0.
    """
    least = margin(setting)
    least += WORTH * max(1.0, abs(least))
    offers = []
    for control, way in levers:
        values = _values(setting, control, way, best_round)
        if not values:
            continue
        for some in [[mode] for mode in values] if control == "mode" else [values]:
            value, reached = _mildest(setting, control, some, goal=goal, margin=margin)
            if reached <= least:
                continue
            failing = others_failing(changed(setting, control, value)) if reached >= goal else 0
            fix = Fix(control=control, value=value)
            offers.append(_Offer(fix=fix, margin=reached, failing=failing, move=_move(setting, control, value)))
    offers.sort(key=lambda one: (0, one.failing, one.move) if one.margin >= goal else (1, 0, -one.margin))
    kept: list[Fix] = []
    for offer in offers:
        if offer.fix not in kept and sum(fix.control == offer.fix.control for fix in kept) < MAX_OF_ONE:
            kept.append(offer.fix)
    return tuple(kept[:MOST])


def _mildest(
    setting: Setting, control: str, values: Sequence[Value], *, goal: float, margin: Margin
) -> tuple[Value, float]:
    """Return the first of the values that reaches the goal, or else the one that helps most, with its margin.

    A slider's margin rises towards its end, so that values are halved, not tried one by one.
    """
    if control not in _SLIDERS:
        tried = [(value, margin(changed(setting, control, value))) for value in values]
        return next((one for one in tried if one[1] >= goal), max(tried, key=lambda one: one[1]))
    best = (values[-1], margin(changed(setting, control, values[-1])))
    if best[1] < goal:
        return best
    low, high = 0, len(values) - 1
    while low < high:
        middle = (low + high) // 2
        found = margin(changed(setting, control, values[middle]))
        if found >= goal:
            best, high = (values[middle], found), middle
        else:
            low = middle + 1
    return best


def _values(setting: Setting, control: str, way: int, best_round: int) -> Sequence[Value]:
    """Return the values of a control on one side of where it stands, nearest first."""
    now = getattr(setting, control)
    if control == "mode":
        return [mode for mode in _OFFERED_MODES if mode != now]
    if control == "coding":
        return sorted((name for name in BITS if way * (BITS[name] - BITS[now]) > 0), key=lambda name: way * BITS[name])
    if way == 0:
        return [best_round] if best_round not in (0, now) else []
    (low, high), whole = _SLIDERS[control]
    end = high if way > 0 else low
    if now == end:
        return []
    if whole:
        return range(now + way, round(end) + way, way)
    between = (float(f"{now * (end / now) ** (step / STEPS):.3g}") for step in range(1, STEPS))
    return [*(value for value in between if low < value < high and value != now), end]


def _move(setting: Setting, control: str, value: Value) -> float:
    """Return how far a change moves its control, as a share of the scale."""
    if control not in _SLIDERS:
        return CHOICE_MOVE
    (low, high), whole = _SLIDERS[control]
    now, then = float(getattr(setting, control)), float(value)
    return abs(then - now) / (high - low) if whole else abs(math.log(then / now)) / math.log(high / low)
