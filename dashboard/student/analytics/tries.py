"""Every try as it was recorded, and two of them side by side."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dashboard.ledger.events import StoredEvent
from dashboard.student.acts import act_in_words
from dashboard.student.analytics.places import Place, by_place, find
from dashboard.student.progress import Opinion, opinions_of, try_from
from tracks.api.bench import Bench
from tracks.api.controls import BadValue, Value
from tracks.api.quantities import in_words
from tracks.loading.registry import Registry


@dataclass(frozen=True, kw_only=True, slots=True)
class ControlRecord:
    """A control's value in a try, as the bench writes it; raw where the bench has no such control any more.

    Attributes:
        position: where the value stands on the control's own scale, 0..1; None for what has no place there.
        role: "decision", "environment" or "view"; "" where the bench has no such control any more.
    """

    id: str
    label: str
    value: Value
    text: str
    position: float | None
    role: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class ReadingRecord:
    """A reading as it was answered then.

    Attributes:
        value: in ``unit``, or a text. level: "ok", "warn", "fail" or "". text: the value in words.
        limit, at_most: what it may not pass, as it stood then; None in a ledger from before it was kept.
    """

    id: str
    label: str
    value: float | str
    unit: str
    level: str
    text: str
    limit: float | None = None
    at_most: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class TryRecord:
    """One recorded try.

    Attributes:
        number: 1 for the bench's first. time: UTC. values: every control by id, as recorded.
        level: of the verdict that binds first; binding: its title, or "". won: nothing fails, in the track's own
        environment. helped: made after a hint had given a value. own: differs from the start and every earlier try.
        what_if: labels of environment controls away from the track's. opinion: the second engine's word, or None.
        is_carried: whether later parts inherit it. sequence: of its event.
        act: of a crisis in acts, "act 2: The storm grows", or "".
    """

    place: Place
    number: int
    time: datetime
    sequence: int
    values: Mapping[str, Value]
    controls: tuple[ControlRecord, ...]
    readings: tuple[ReadingRecord, ...]
    level: str
    binding: str
    won: bool
    helped: bool
    own: bool
    what_if: tuple[str, ...]
    decided: str
    decision: Mapping[str, Value]
    opinion: Opinion | None
    is_carried: bool
    act: str = ""

    @property
    def name(self) -> str:
        """The number, with that of its act where it is in one: "3, act 2"."""
        return f"{self.number}, {self.act.partition(':')[0]}" if self.act else f"{self.number}"

    def reading(self, name: str) -> ReadingRecord | None:
        """Return a reading by its id, or None where it was not recorded."""
        return next((item for item in self.readings if item.id == name), None)

    @property
    def outcome(self) -> str:
        """The outcome in a few words: "won", "fails: ...", "a warning: ...", "what if", each with help or without."""
        words = {"ok": "nothing fails", "warn": "a warning", "fail": "fails"}.get(self.level, self.level)
        said = "won" if self.won else f"{words}: {self.binding}" if self.binding else words
        if self.what_if:
            said = f"what if, {said}"
        return f"{said}, with help" if self.helped else said


@dataclass(frozen=True, kw_only=True, slots=True)
class BenchTries:
    """The tries of one bench, first one first, and the three readings that its read-out names."""

    place: Place
    tries: tuple[TryRecord, ...]
    main_readings: tuple[str, ...]


def bench_tries(registry: Registry, events: Iterable[StoredEvent]) -> tuple[BenchTries, ...]:
    """Return the tries of every bench that has any, in the order of the tracks and their missions."""
    found = []
    for place, own in by_place(registry, events).items():
        here = find(registry, place.track, place.bench)
        bench = here[1] if here else None
        chosen = [event.payload.get("try") for event in own if event.kind == "decision"]
        opinions = opinions_of(event.payload for event in own if event.kind == "opinion")
        recorded = [(event, event.payload) for event in own if event.kind == "try"]
        if not recorded:
            continue
        numbers = [payload["number"] for _, payload in recorded]
        carried = chosen[-1] if chosen and chosen[-1] in numbers else numbers[-1]
        tries = tuple(_record(place, bench, event, payload, opinions, carried) for event, payload in recorded)
        main = bench.hud if bench else tuple(item.id for item in tries[0].readings[:3])
        found.append(BenchTries(place=place, tries=tries, main_readings=tuple(main)))
    return tuple(found)


def _record(
    place: Place,
    bench: Bench | None,
    event: StoredEvent,
    payload: Mapping[str, Any],
    opinions: Mapping[int, Opinion],
    carried: object,
) -> TryRecord:
    kept = try_from(payload)
    return TryRecord(
        place=place,
        number=kept.number,
        time=event.time,
        sequence=event.sequence,
        values=kept.values,
        controls=_controls(bench, kept.values),
        readings=tuple(_reading(name, item) for name, item in kept.readings.items()),
        level=kept.level,
        binding=kept.binding,
        won=kept.won,
        helped=kept.helped,
        own=kept.own,
        what_if=kept.what_if,
        decided=kept.decided,
        decision=kept.decision,
        opinion=opinions.get(kept.number),
        is_carried=kept.number == carried,
        act=act_in_words(bench, kept),
    )


def _controls(bench: Bench | None, values: Mapping[str, Value]) -> tuple[ControlRecord, ...]:
    """Return the controls of a try in the order of the page, those that the bench no longer has at the end."""
    known = bench.control_map() if bench else {}
    ordered = [name for name in known if name in values] + [name for name in values if name not in known]
    return tuple(_control(known.get(name), name, values[name]) for name in ordered)


def _control(control: Any, name: str, value: Value) -> ControlRecord:
    if control is None:
        return ControlRecord(id=name, label=name, value=value, text=str(value), position=None)
    text, position = str(value), None
    with suppress(BadValue, ValueError):  # recorded when the control was another
        read = control.read(value)
        text, position = control.text(read), _position(control, read)
    return ControlRecord(id=name, label=control.label, value=value, text=text, position=position, role=control.role)


def _position(control: Any, value: Value) -> float:
    """Return where a value stands on its control's scale, 0..1; options stand at equal distances."""
    options = getattr(control, "options", None)
    if options is not None:
        return [option.id for option in options].index(str(value)) / max(1, len(options) - 1)
    if isinstance(value, bool):
        return float(value)
    low, high = control.position(control.minimum), control.position(control.maximum)
    return float((control.position(float(value)) - low) / (high - low))


def _reading(name: str, item: Mapping[str, Any]) -> ReadingRecord:
    value, unit, limit = item["value"], str(item.get("unit", "")), item.get("limit")
    number = float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None
    return ReadingRecord(
        id=name,
        label=str(item.get("label", name)),
        value=number if number is not None else str(value),
        unit=unit,
        level=str(item.get("level", "")),
        text=in_words(number, unit) if number is not None else str(value),
        limit=float(limit) if isinstance(limit, (int, float)) and math.isfinite(limit) else None,
        at_most=bool(item.get("at_most", True)),
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """One control or reading that differs between two tries.

    Attributes:
        label: its name. one, other: in words, "–" where a try has none. change: "5×", "−2.1 points", or "".
        levels: of a reading in both tries, "" for controls.
    """

    label: str
    one: str
    other: str
    change: str
    levels: tuple[str, str] = ("", "")


@dataclass(frozen=True, kw_only=True, slots=True)
class Comparison:
    """Two tries of one bench: what was moved, what it did, and both in a sentence."""

    one: TryRecord
    other: TryRecord
    controls: tuple[Difference, ...]
    readings: tuple[Difference, ...]
    sentence: str


def compare(one: TryRecord, other: TryRecord) -> Comparison:
    """Return what differs between two tries of a bench."""
    controls = tuple(
        Difference(label=a.label if a else b.label, one=a.text if a else "–", other=b.text if b else "–",
                   change=_change(a.value if a else None, b.value if b else None, ""))
        for a, b in _pairs(one.controls, other.controls)
        if a is None or b is None or a.value != b.value
    )  # fmt: skip
    readings = tuple(
        Difference(
            label=a.label if a else b.label,
            one=a.text if a else "–",
            other=b.text if b else "–",
            change=_change(a.value if a else None, b.value if b else None, (a or b).unit),
            levels=(a.level if a else "", b.level if b else ""),
        )
        for a, b in _pairs(one.readings, other.readings)
        if a is None or b is None or a.value != b.value
    )
    return Comparison(one=one, other=other, controls=controls, readings=readings,
                      sentence=_sentence(one, other, controls, readings))  # fmt: skip


def _pairs(first: Iterable[Any], second: Iterable[Any]) -> list[tuple[Any, Any]]:
    a, b = ({item.id: item for item in part} for part in (first, second))
    return [(a.get(name), b.get(name)) for name in dict.fromkeys([*a, *b])]


def _change(one: object, other: object, unit: str) -> str:
    """Return a change of a number: of shares in points, of what is above 0 as a factor, of others as a difference."""
    numbers = [value for value in (one, other) if isinstance(value, (int, float)) and not isinstance(value, bool)]
    if len(numbers) < 2:
        return ""
    before, after = (float(value) for value in numbers)
    if unit in ("share", "points", "pts"):
        return in_words((after - before) * (100 if unit == "share" else 1), "points")
    if before > 0 and after > 0:
        return in_words(after / before, "x")
    return in_words(after - before, unit)


def _sentence(
    one: TryRecord, other: TryRecord, controls: tuple[Difference, ...], readings: tuple[Difference, ...]
) -> str:
    if not controls:
        return "Both tries are the same state."
    moved = ", ".join(f"{item.label} {item.one} → {item.other}" for item in controls[:3])
    more = f" and {len(controls) - 3} more" if len(controls) > 3 else ""
    count = "One control differs" if len(controls) == 1 else f"{len(controls)} controls differ"
    turned = [item.label for item in readings if "fail" in item.levels and item.levels[0] != item.levels[1]]
    passed = f" Past or within its limit it changes: {', '.join(turned)}." if turned else ""
    return f"{count}: {moved}{more}. Try {one.name}: {one.outcome}. Try {other.name}: {other.outcome}.{passed}"
