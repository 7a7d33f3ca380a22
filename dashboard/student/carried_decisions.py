"""Decisions carried from part to part: a bench's controls start where an earlier bench's recorded try left them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from dashboard.ledger.events import StoredEvent
from dashboard.student.progress import progress
from tracks.api.bench import Bench
from tracks.api.controls import BadValue, Control, Value
from tracks.api.track import Track
from tracks.loading.registry import Registry

Decisions = Mapping[str, Mapping[str, Value]]


@dataclass(frozen=True, kw_only=True, slots=True)
class CarriedDefault:
    """A default that an earlier bench decided: which bench, and how the value is written."""

    bench: str
    title: str
    text: str


def decisions(registry: Registry, track: Track, events: Iterable[StoredEvent]) -> Decisions:
    """Return, by bench, the decision of the try that a student carries forward."""
    events = list(events)
    found: dict[str, Mapping[str, Value]] = {}
    for bench in registry.benches(track.id):
        carried = progress(events, track, bench).carried
        if carried is not None:
            found[bench.id] = carried.decision
    return found


def apply_carried(
    registry: Registry, track: Track, bench: Bench, decided: Decisions
) -> tuple[Bench, Mapping[str, CarriedDefault]]:
    """Return the bench with its carried controls' defaults replaced, and what was carried, by control.

    What an earlier bench decided is brought onto this bench's scale. What cannot be read there (a plugin's word where a
    number is needed) is left out, and the control keeps its own default.
    """
    carried: dict[str, CarriedDefault] = {}
    controls = []
    for control in bench.controls:
        moved = _carried(control, decided)
        if moved is None:
            controls.append(control)
            continue
        source, name = control.carried.split(".")
        title = registry.bench(track.id, source).short_title
        text = moved.text(moved.default)
        label = decided[source].get(f"{name}_label")
        text = f"{label}, {text}" if label else text
        carried[control.id] = CarriedDefault(bench=source, title=title, text=text)
        controls.append(moved)
    return (replace(bench, controls=tuple(controls)) if carried else bench), carried


def _carried(control: Control, decided: Decisions) -> Control | None:
    """Return a control that starts at the carried decision, or None where there is none for it."""
    if not control.carried:
        return None
    source, name = control.carried.split(".")
    value = decided.get(source, {}).get(name)
    if value is None:
        return None
    try:
        return replace(control, default=control.read(value))  # type: ignore[arg-type]
    except BadValue:
        return None
