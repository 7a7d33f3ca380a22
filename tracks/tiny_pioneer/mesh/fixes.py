"""The fixes of the Mesh Update: the changes that are proposed, and the limits after each change."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache, partial

from tracks import Fix, Value
from tracks.api.fixes import Scale, best_fixes, changed, distance_on, mildest
from tracks.api.outcome import Limit
from tracks.tiny_pioneer.mesh.model.costs import costs
from tracks.tiny_pioneer.mesh.model.quality import quality
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
)
from tracks.tiny_pioneer.mesh.state import (
    NEGATIVE,
    OVER_POWER,
    SATURATED,
    SRAM,
    STALE,
    WEAK,
    State,
    cost_limits,
    quality_limits,
)

After = Callable[[str, Value], Limit]
Lever = tuple[str, int]  # a control, and which way it is moved: -1, 1, or 0 where one value is best

STEPS = 16  # between a slider's value and its end
_DOWN, _UP = -1, 1
_ANY = _TO_BEST = 0
_OFFERED_MODES = (HUB, GOSSIP, LOCAL)
_SCALES: dict[str, Scale] = {
    "payload_bytes": PAYLOAD_BYTES,
    "period_s": PERIOD_S,
    "duty": DUTY,
    "fan_out": FAN_OUT,
    "rounds": ROUNDS,
}
_WHOLE = ("fan_out", "rounds")
_LEVERS: dict[str, tuple[Lever, ...]] = {
    SATURATED: (
        ("payload_bytes", _DOWN),
        ("period_s", _UP),
        ("duty", _UP),
        ("coding", _DOWN),
        ("fan_out", _DOWN),
        ("mode", _ANY),
    ),
    OVER_POWER: (("duty", _DOWN), ("period_s", _UP), ("payload_bytes", _DOWN), ("coding", _DOWN), ("mode", _ANY)),
    STALE: (("rounds", _DOWN), ("period_s", _DOWN), ("payload_bytes", _DOWN), ("duty", _UP), ("mode", _ANY)),
    NEGATIVE: (("rounds", _DOWN), ("rounds", _TO_BEST), ("coding", _UP), ("mode", _ANY)),
    SRAM: (("payload_bytes", _DOWN), ("coding", _DOWN), ("fan_out", _DOWN), ("mode", _ANY)),
    WEAK: (("rounds", _TO_BEST), ("payload_bytes", _UP), ("coding", _UP), ("mode", _ANY)),
}


def fixes(code: str, state: State) -> tuple[Fix, ...]:
    """Return up to three changes that help a limit, best first; none where its level is "ok"."""
    now = state.limits[code]
    if now.level == "ok":
        return ()
    after = cache(partial(_after, code, state))
    return best_fixes(
        now,
        candidates(code, state, after),
        lambda fix: after(fix.control, fix.value),
        failing=partial(_failing, code, state),
        distance=distance_on(_SCALES, partial(getattr, state.setting)),
    )


def candidates(code: str, state: State, after: After | None = None) -> Iterator[Fix]:
    """Yield for each lever the mildest value that cures a limit, or else the one that helps most; each other mode.

    ``after`` is the limit once a control has a value; it is cached.
    """
    limit_after = after or partial(_after, code, state)
    warns = state.limits[code].level == "warn"

    def margin(control: str, value: Value) -> float:
        left = limit_after(control, value)
        return left.comfort if warns else left.margin

    for control, way in _LEVERS[code]:
        if control == "mode":
            yield from (Fix(control="mode", value=mode) for mode in _OFFERED_MODES if mode != state.setting.mode)
            continue
        values, of_control = _values(state, control, way), partial(margin, control)
        value = mildest(values, of_control)
        if value is None:
            continue
        if control == "coding" and of_control(value) < 0:
            value = max(values, key=of_control)  # rounding moves the share of nodes up and down, not only up
        yield Fix(control=control, value=value)


def _values(state: State, control: str, way: int) -> Sequence[Value]:
    """Return the values of a control on one side of its present value, nearest first."""
    now = getattr(state.setting, control)
    if control == "coding":
        return sorted((name for name in BITS if way * (BITS[name] - BITS[now]) > 0), key=lambda name: way * BITS[name])
    if way == _TO_BEST:
        best = state.quality.best_round
        return [best] if best not in (0, now) else []
    scale = _SCALES[control]
    end = scale.high if way > 0 else scale.low
    if now == end:
        return []
    if control in _WHOLE:
        return range(now + way, round(end) + way, way)
    between = (float(f"{now * (end / now) ** (step / STEPS):.3g}") for step in range(1, STEPS))
    return [*(value for value in between if scale.low < value < scale.high and value != now), end]


def _after(code: str, state: State, control: str, value: Value) -> Limit:
    """Return a limit after a change; what the change does to the other kind of limits is not computed."""
    after = changed(state.setting, Fix(control=control, value=value))
    if code in (NEGATIVE, WEAK):
        return quality_limits(state.track, after, quality(state.track, after, seed=state.seed))[code]
    return cost_limits(state.track, costs(after, state.rates))[code]


def _failing(code: str, state: State, fix: Fix) -> int:
    """Return how many other limits fail after a change."""
    track, after = state.track, changed(state.setting, fix)
    limits = cost_limits(track, costs(after, state.rates))
    limits |= quality_limits(track, after, quality(track, after, seed=state.seed))
    return sum(limit.level == "fail" for name, limit in limits.items() if name != code)
