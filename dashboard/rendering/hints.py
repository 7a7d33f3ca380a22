"""What a hint on a failing verdict says: which control and which direction, then the value and what it would break.

The strip and the read-out both show the hint, so they never advise apart. What it offers are the bench's own fixes of
the verdict that binds, or, where there is none, the one step that raises its margin most.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypedDict

from dashboard.rendering.sensitivity import STEPS, best_single_step
from tracks.api.bench import Bench
from tracks.api.controls import Control, Slider, Value
from tracks.api.fixes import fix_text
from tracks.api.outcome import Fix, Outcome, Verdict
from tracks.api.track import Track

NO_SINGLE_CHANGE = "No single control mends this alone; two have to move together."
NOTHING_FAILS = "Nothing fails here."


class FixTexts(TypedDict):
    """One change as a button: what it sets, its words with the old and the new value, and what would fail after it."""

    control: str
    value: Value
    label: str
    old: str
    new: str
    harm: str


class HintTexts(TypedDict):
    """A hint of a state: its level, its sentence, the read-out's line, the changes whose values are given."""

    level: int
    text: str
    eased: str
    fixes: list[FixTexts]


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """A change that helps the verdict that binds.

    Attributes:
        fix: what it sets. harms: titles of the verdicts that hold now and fail after it. cures: whether the verdict
        holds after it. gain: of its margin, a twentieth of the slider's scale or one option.
    """

    fix: Fix
    harms: tuple[str, ...]
    cures: bool
    gain: float


def changes(
    track: Track,
    bench: Bench,
    values: Mapping[str, Value],
    outcome: Outcome,
    solved: Callable[[Mapping[str, Value]], Outcome],
) -> tuple[Change, ...]:
    """Return what helps the verdict that fails first, none where nothing fails.

    Those that break nothing come first, then those that cure, then by what a step of them gains. A control of the
    world or of the view is never among them.

    Args:
        outcome: of the values. solved: returns the full outcome of another state.
    """
    binding = failing_first(outcome)
    if binding is None:
        return ()
    controls = bench.control_map()
    fixes = [fix for fix in binding.fixes if controls[fix.control].role == "decision"]
    if not fixes:
        step = best_single_step(track, bench, values, outcome)
        fixes = [step.fix] if step else []
    found = [_change(controls, values, fix, binding, outcome, solved) for fix in fixes]
    return tuple(sorted(found, key=lambda one: (len(one.harms) > 0, not one.cures, -one.gain)))


def failing_first(outcome: Outcome) -> Verdict | None:
    """Return the verdict that binds, where it fails."""
    ranked = outcome.ranked_verdicts()
    return ranked[0] if ranked and ranked[0].level == "fail" else None


def _change(
    controls: Mapping[str, Control],
    values: Mapping[str, Value],
    fix: Fix,
    binding: Verdict,
    outcome: Outcome,
    solved: Callable[[Mapping[str, Value]], Outcome],
) -> Change:
    control = controls[fix.control]
    value = control.read(fix.value)
    after = solved({**values, fix.control: value}).verdicts
    holding = {verdict.code for verdict in outcome.verdicts if verdict.level != "fail"}
    failing = {verdict.code for verdict in outcome.verdicts} - holding
    left = [verdict for verdict in after if verdict.code == binding.code]
    gain = min((verdict.margin for verdict in left), default=max(0.0, binding.margin)) - binding.margin
    return Change(
        fix=fix,
        harms=tuple(verdict.title for verdict in after if verdict.level == "fail" and verdict.code not in failing),
        cures=all(verdict.level != "fail" for verdict in left),
        gain=gain / _steps_between(control, values[fix.control], value),
    )


def _steps_between(control: Control, one: Value, other: Value) -> float:
    """Return how many twentieths of its scale a slider moves; another option is one step."""
    if not isinstance(control, Slider):
        return 1.0
    low, high = control.position(control.minimum), control.position(control.maximum)
    apart = abs(control.position(float(one)) - control.position(float(other)))
    return max(apart / (high - low) * STEPS, 1e-9)


def hint_texts(bench: Bench, values: Mapping[str, Value], found: tuple[Change, ...], level: int) -> HintTexts:
    """Return a hint of the second or third level in words; below them, only the values that are limits themselves."""
    controls = bench.control_map()
    words = [(change, fix_text(controls, values, change.fix)) for change in found]
    given = [(change, text) for change, text in words if level >= 3 or change.fix.is_limit]
    directions = list(dict.fromkeys(f"{text.label}, {text.direction}" for _, text in words))
    sentence, eased = "", ""
    if level >= 2:
        sentence = f"{_joined(directions)}." if directions else NO_SINGLE_CHANGE
        eased = f"eased most by {directions[0]}" if directions else "no single step eases it"
    if level >= 3 and words:
        first = words[0][1]
        eased = f"eased most by {first.label} {first.old} → {first.new}"
    return {
        "level": level,
        "text": sentence,
        "eased": eased,
        "fixes": [
            {
                "control": change.fix.control,
                "value": change.fix.value,
                "label": text.label,
                "old": text.old,
                "new": text.new,
                "harm": f"then fails: {', '.join(change.harms)}" if change.harms else "",
            }
            for change, text in given
        ],
    }


def _joined(parts: list[str]) -> str:
    return "; or ".join(parts)
