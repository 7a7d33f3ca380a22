"""Which one change would mend a verdict of the Mesh Update: every offer has been computed before it is made."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from tracks import Fix, Value
from tracks.crises.mesh_setting import (
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

MOST = 3
STEPS = 16  # between where a slider stands and its end
CHOICE_MOVE = 0.4  # of a scale: how far another option counts as moved
WORTH = 0.02  # of a margin, or of 1 where it is small: the least gain worth offering

Lever = tuple[str, int]  # a control, and which way it is moved: -1 or 1
Margin = Callable[[Setting], float]

_OTHER_MODES = {1: (HUB, GOSSIP), -1: (LOCAL,)}  # to talk otherwise, or not at all
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
    setting: Setting, levers: tuple[Lever, ...], *, margin: Margin, others_failing: Callable[[Setting], int]
) -> tuple[Fix, ...]:
    """Return up to three changes that raise a margin: those that cure first, of these the ones that break least."""
    now = margin(setting)
    offers = []
    for control, way in levers:
        offer = _offer(setting, control, way, now=now, margin=margin, others_failing=others_failing)
        if offer is not None:
            offers.append(offer)
    offers.sort(key=lambda one: (0, one.failing, one.move) if one.margin >= 0 else (1, 0, -one.margin))
    return tuple(offer.fix for offer in offers[:MOST])


def _offer(
    setting: Setting,
    control: str,
    way: int,
    *,
    now: float,
    margin: Margin,
    others_failing: Callable[[Setting], int],
) -> _Offer | None:
    """Return the mildest value that cures, otherwise the one that helps most; None where none helps."""
    best: _Offer | None = None
    for value, move in _values(setting, control, way):
        after = changed(setting, control, value)
        found = margin(after)
        if found <= now + WORTH * max(1.0, abs(now)) or (best is not None and found <= best.margin):
            continue
        failing = others_failing(after) if found >= 0 else 0
        best = _Offer(fix=Fix(control=control, value=value), margin=found, failing=failing, move=move)
        if found >= 0:
            break
    return best


def _values(setting: Setting, control: str, way: int) -> Iterator[tuple[Value, float]]:
    """Yield the values of a control on one side of where it stands, nearest first, with how far each moves."""
    if control == "mode":
        yield from ((mode, CHOICE_MOVE) for mode in _OTHER_MODES[way] if mode != setting.mode)
        return
    if control == "coding":
        order = sorted(BITS, key=lambda name: -way * BITS[name], reverse=True)
        for name in order[order.index(setting.coding) + 1 :]:
            yield name, CHOICE_MOVE
        return
    (low, high), whole = _SLIDERS[control]
    now, end = float(getattr(setting, control)), high if way > 0 else low
    if whole:
        for number in range(round(now) + way, round(end) + way, way):
            yield number, abs(number - now) / (high - low)
        return
    if now == end:
        return
    for step in range(1, STEPS + 1):
        value = end if step == STEPS else float(f"{now * (end / now) ** (step / STEPS):.3g}")
        value = min(max(value, low), high)
        if value != now:
            yield value, abs(math.log(value / now)) / math.log(high / low)
