"""Which decision relieves the binding constraint most per step: finite differences of its margin, without figures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from tracks.api.bench import Bench
from tracks.api.controls import Control, Slider, Value
from tracks.api.fixes import best_step
from tracks.api.outcome import Fix, Outcome, Verdict
from tracks.api.track import Track

STEPS = 20  # a slider's scale is cut into this many; a choice takes one step to any other option
_NOTICEABLE = 1e-6  # of the margin; less is rounding


@dataclass(frozen=True, kw_only=True, slots=True)
class BestStep:
    """The one step that moves the binding verdict's margin most, and by how much, in units of the verdict's scale."""

    fix: Fix
    gain: float


def best_single_step(track: Track, bench: Bench, values: Mapping[str, Value], outcome: Outcome) -> BestStep | None:
    """Return the best single step from a state, or None where no verdict binds or no step helps."""
    ranked = outcome.ranked_verdicts()
    if not ranked:
        return None
    binding = ranked[0]

    def margin(state: Mapping[str, Value]) -> float:
        return _margin(bench.run(track, state, preview=True, fixes=False), binding)

    # Where the bench has a preview, steps are compared by it, and with that of the state itself.
    now = binding.margin if bench.preview is None else margin(values)
    best = best_step(
        _steps(bench, values),
        lambda step: margin({**values, step.control: step.value}),
        now=now,
        least_gain=_NOTICEABLE,
    )
    return None if best is None else BestStep(fix=best[0], gain=best[1])


def _margin(outcome: Outcome, binding: Verdict) -> float:
    """The margin of the same verdict; a verdict that is gone counts as inside its limit."""
    same = [verdict.margin for verdict in outcome.verdicts if verdict.code == binding.code]
    return min(same) if same else max(0.0, binding.margin)


def _steps(bench: Bench, values: Mapping[str, Value]) -> Iterator[Fix]:
    """Yield one step of every decision, both ways of a slider and every other option of a choice."""
    for control in bench.controls:
        if control.role == "decision":
            for value in _neighbours(control, values[control.id]):
                yield Fix(control=control.id, value=value)


def _neighbours(control: Control, value: Value) -> Iterator[Value]:
    if not isinstance(control, Slider):
        yield from (other for other in control.positions(2) if other != value)
        return
    low, high = control.position(control.minimum), control.position(control.maximum)
    here, step = control.position(float(value)), (high - low) / STEPS
    for at in (here - step, here + step):
        moved = control.value_at(min(max(at, low), high))
        if moved != value:
            yield moved
