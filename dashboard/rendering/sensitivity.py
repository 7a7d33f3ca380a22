"""Which decision relieves the binding constraint most per step: finite differences of its margin, without figures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from dashboard.rendering.texts import value_in_words
from tracks.api.bench import Bench, Control, Outcome, Slider, Track, Value, Verdict

STEPS = 20  # a slider's scale is cut into this many; a choice takes one step to any other option
_NOTICEABLE = 1e-6  # of the margin; less is rounding


@dataclass(frozen=True, kw_only=True, slots=True)
class Relief:
    """The one step that moves the binding verdict's margin most.

    Attributes:
        control: its id; label: what the page calls it. value: where the step leads.
        gain: by how much the margin rises, in units of the verdict's scale.
    """

    control: str
    label: str
    value: Value
    gain: float


def relief(track: Track, bench: Bench, values: Mapping[str, Value], outcome: Outcome) -> Relief | None:
    """Return the best single step from a state, or None where no verdict binds or no step helps."""
    ranked = outcome.ranked_verdicts()
    if not ranked:
        return None
    binding = ranked[0]
    best: Relief | None = None
    for control in bench.controls:
        if control.role != "decision":
            continue
        for value in _steps(control, values[control.id]):
            after = bench.run(track, {**values, control.id: value})
            gain = _margin(after, binding) - binding.margin
            if gain > _NOTICEABLE and (best is None or gain > best.gain):
                best = Relief(control=control.id, label=control.label, value=value, gain=gain)
    return best


def relief_in_words(bench: Bench, values: Mapping[str, Value], found: Relief | None, binding: Verdict | None) -> str:
    """Return a relief as the page says it: "Rounds 100 → 90 eases it most"."""
    if binding is None:
        return ""
    if found is None:
        return "no single step eases it"
    control = bench.control_map()[found.control]
    before, after = (value_in_words(control, value) for value in (values[found.control], found.value))
    return f"eased most by {found.label} {before} → {after}"


def _margin(outcome: Outcome, binding: Verdict) -> float:
    """The margin of the same verdict; one that is no longer spoken of has none left to lose."""
    same = [verdict.margin for verdict in outcome.verdicts if verdict.code == binding.code]
    return min(same) if same else max(0.0, binding.margin)


def _steps(control: Control, value: Value) -> Iterator[Value]:
    if not isinstance(control, Slider):
        yield from (other for other in control.positions(2) if other != value)
        return
    low, high = control.position(control.minimum), control.position(control.maximum)
    here, step = control.position(float(value)), (high - low) / STEPS
    for at in (here - step, here + step):
        moved = control.value_at(min(max(at, low), high))
        if moved != value:
            yield moved
