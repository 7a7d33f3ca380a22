"""Sliders of a bench that are shorter on one track: ``Track(ranges={"convergence": {"rounds": (10, 80)}})``."""

from __future__ import annotations

import difflib
import math
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from tracks.api.checks import check_number, frozen_mapping, refuse
from tracks.api.controls import Control, Preset, Slider, Value

if TYPE_CHECKING:
    from tracks.api.bench import Bench
    from tracks.api.outcome import Fix, Outcome, Verdict

Range = tuple[float, float]
Ranges = Mapping[str, Range]


def checked_ranges(owner: str, ranges: Mapping[str, Ranges]) -> Mapping[str, Ranges]:
    """Return the ranges of a track, frozen.

    Raises
    ------
    SpecError
        One that is no pair of a lower and a higher number.
    """
    found: dict[str, Ranges] = {}
    for bench, by_slider in frozen_mapping(owner, "ranges", ranges).items():
        found[bench] = frozen_mapping(owner, f"ranges['{bench}']", by_slider)
        for slider, ends in found[bench].items():
            where = f"ranges['{bench}']['{slider}']"
            if not isinstance(ends, tuple) or len(ends) != 2:
                raise refuse(owner, f"{where} must be (low, high), got {ends!r:.80}")
            for end in ends:
                check_number(owner, where, end)
            if not ends[0] < ends[1]:
                raise refuse(owner, f"{where}: low {ends[0]:g} must be below high {ends[1]:g}")
    return MappingProxyType(found)


def narrowed(owner: str, controls: tuple[Control, ...], ranges: Ranges) -> tuple[Control, ...]:
    """Return the controls with some sliders shortened; a default outside goes to the nearer end.

    Raises
    ------
    SpecError
        A name that is no slider of the bench, or a range that the slider does not have.
    """
    sliders = {control.id: control for control in controls if isinstance(control, Slider)}
    for name, (low, high) in ranges.items():
        if name not in sliders:
            near = difflib.get_close_matches(name, sliders, 1)
            advice = f"; did you mean '{near[0]}'?" if near else f"; there are {', '.join(sliders)}"
            raise refuse(owner, f"the track's ranges name '{name}', which is no slider here{advice}")
        slider = sliders[name]
        if not slider.minimum <= low < high <= slider.maximum:
            whole = f"{slider.minimum:g}..{slider.maximum:g}"
            raise refuse(owner, f"the track's range {low:g}..{high:g} of '{name}' is not within its own, {whole}")
        default = min(max(slider.default, low), high)
        sliders[name] = replace(slider, minimum=low, maximum=high, default=default)
    return tuple(sliders.get(control.id, control) for control in controls)


def shortened(bench: Bench, settled: Mapping[str, Any], ranges: Ranges) -> dict[str, Any]:
    """Return the parts of a bench that a track's ranges change: its controls, presets and observation.

    Presets and an observation about a state that the shortened sliders do not have are left out.

    Raises
    ------
    SpecError
        As ``narrowed``.
    """

    def stands(preset: Preset) -> bool:
        named = [(ranges[name], preset.values[name]) for name in ranges if name in preset.values]
        return all(low <= float(value) <= high for (low, high), value in named)

    presets = tuple(filter(stands, settled.get("presets", bench.presets)))
    asked = bench.observation
    return {
        "controls": narrowed(f"Bench '{bench.id}'", settled.get("controls", bench.controls), ranges),
        "presets": presets,
        "observation": asked if asked is not None and all(map(stands, asked.settings)) else None,
    }


def within(value: Value, ends: Range | None) -> Value:
    """Return a slider's start, or the nearest value of a shortened slider; a whole number stays one.

    What is no number is returned as it is.

    >>> within(100, (10, 80.5)), within(0.2, (0.3, 1.0)), within(100, None)
    (80, 0.3, 100)
    """
    if ends is None or isinstance(value, (str, bool)):
        return value
    low, high = (math.ceil(ends[0]), math.floor(ends[1])) if isinstance(value, int) else ends
    return min(max(value, low), high)


def with_fixes_within(controls: Mapping[str, Control], ranges: Ranges, outcome: Outcome) -> Outcome:
    """Return an outcome without the fixes that would set a shortened slider outside its range."""
    if not ranges or not hasattr(outcome, "verdicts"):  # what is no Outcome is refused by who asked for it
        return outcome

    def kept(fixes: tuple[Fix, ...]) -> tuple[Fix, ...]:
        return tuple(fix for fix in fixes if fix.control not in ranges or _on(controls[fix.control], fix.value))

    def kept_of(verdict: Verdict) -> Verdict:
        given = verdict.__dict__["_fixes"]
        fixes = (lambda: kept(verdict.fixes)) if callable(given) else kept(given)
        return replace(verdict, fixes=fixes)

    return replace(outcome, verdicts=tuple(map(kept_of, outcome.verdicts)))


def _on(control: Control, value: Value) -> bool:
    return not isinstance(control, Slider) or control.minimum <= float(value) <= control.maximum
