"""What each part of a track decided, what that carried on, and how the student defends the strategy."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from dashboard.ledger.events import StoredEvent
from dashboard.student.analytics.locks import LockRecord
from dashboard.student.analytics.places import Place, by_place, find
from dashboard.student.analytics.tries import BenchTries, TryRecord
from dashboard.student.carried_decisions import decisions
from dashboard.student.progress import decided_in_words
from dashboard.student.standing import defence_event
from tracks.api.bench import Bench
from tracks.api.controls import Value
from tracks.api.declared import Recorded
from tracks.api.quantities import in_words
from tracks.loading.carried import offers
from tracks.loading.registry import Registry


@dataclass(frozen=True, kw_only=True, slots=True)
class Carried:
    """What a later part offers of this part's decision: the part, and what its press changes there in words."""

    to: str
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class PartDecision:
    """What one bench came to.

    Attributes:
        is_exploratory: whether there is nothing to win on the bench. is_case: whether it is a further case of another.
        decided: the primary decisions of the carried try, "" without a try. tried: that try, or None.
        carried: what later benches offer of it.
        prompt: what the reflection asks, "" where the bench has none now. reflection: what was written, by slot.
        marks: what the student gave it, of each point 0, 1 or 2; None where nothing is marked.
    """

    place: Place
    is_exploratory: bool
    is_case: bool
    decided: str
    tried: TryRecord | None
    carried: tuple[Carried, ...]
    prompt: str
    reflection: Mapping[str, str]
    marks: tuple[int, ...] | None


def _prompt(bench: Bench | None, written: list[dict[str, Any]]) -> str:
    """Return what the last reflection answered: as it was asked, or as it is asked now where the ledger lacks it."""
    shown = written[-1].get("shown") if written else None
    now = bench.reflection.prompt if bench and bench.reflection else ""
    return str((shown or {}).get("prompt") or now)


def _texts(written: list[dict[str, Any]]) -> dict[str, str]:
    """Return the texts of the last reflection, without what was asked."""
    return {name: text for name, text in written[-1].items() if isinstance(text, str)} if written else {}


def part_decisions(
    registry: Registry, events: Iterable[StoredEvent], tries: Iterable[BenchTries]
) -> tuple[PartDecision, ...]:
    """Return what every bench with events came to, in the order of the tracks and their missions."""
    events = list(events)
    recorded = {item.place.key: item for item in tries}
    carried = {track_id: _carried(registry, track_id, events) for track_id in {event.track for event in events}}
    found = []
    for place, own in by_place(registry, events).items():
        here = find(registry, place.track, place.bench)
        bench = here[1] if here else None
        of_bench = recorded.get(place.key)
        tried = next((item for item in of_bench.tries if item.is_carried), None) if of_bench else None
        written = [event.payload for event in own if event.kind == "reflection"]
        marked = [event.payload.get("marks") for event in own if event.kind == "revision"]
        marks = next((item for item in reversed(marked) if isinstance(item, list)), None)
        words = ""
        if tried is not None:
            words = tried.decided or (decided_in_words(bench, tried.values) if bench else "")
        found.append(
            PartDecision(
                place=place,
                is_exploratory=bench is not None and bench.exploratory,
                is_case=bench is not None and bool(bench.case_of),
                decided=words,
                tried=tried,
                carried=tuple(carried[place.track].get(place.bench, ())),
                prompt=_prompt(bench, written),
                reflection=_texts(written),
                marks=tuple(int(mark) for mark in marks) if marks is not None else None,
            )
        )
    return tuple(found)


def _carried(registry: Registry, track_id: str, events: list[StoredEvent]) -> dict[str, list[Carried]]:
    """Return, by the bench that decided it, what every later bench offers of a carried decision."""
    found: dict[str, list[Carried]] = {}
    if track_id not in registry.tracks:
        return found
    track = registry.track(track_id)
    benches = registry.benches(track_id)
    decided = decisions(registry, track, events)
    for bench in benches:
        for offer in offers(benches, bench, decided):
            if offer.text:
                found.setdefault(offer.bench, []).append(Carried(to=bench.step_label, text=offer.text))
    return found


@dataclass(frozen=True, kw_only=True, slots=True)
class DefenceRecord:
    """How a track's strategy was defended at its end, in the words of then.

    Attributes:
        prompt: what was asked. answers: what was written, as (label of the field, text).
        numbers: what the student had before them, a line a bench. marks: as in ``PartDecision``.
    """

    prompt: str
    answers: tuple[tuple[str, str], ...]
    numbers: tuple[str, ...]
    marks: tuple[int, ...] | None


def defence_record(events: Iterable[StoredEvent], track_id: str) -> DefenceRecord | None:
    """Return the defence of a track that was saved last, or None."""
    found = defence_event(events, track_id)
    if found is None:
        return None
    payload = found.payload
    shown, marks = payload.get("shown") or {}, payload.get("marks")
    return DefenceRecord(
        prompt=str(shown.get("prompt", "")),
        answers=tuple((str(shown.get(name, name)), text) for name, text in payload.items() if isinstance(text, str)),
        numbers=tuple(str(line) for line in shown.get("numbers", ())),
        marks=tuple(int(mark) for mark in marks) if isinstance(marks, list) else None,
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class RecordField:
    """One field of a track's record.

    Attributes:
        id: its name in files. label: its name on pages. value: as stored, None where nothing is recorded.
        text: in words, "–" where nothing is recorded. place: the bench that it was recorded on, or None.
    """

    id: str
    label: str
    value: Value | None
    text: str
    place: Place | None


@dataclass(frozen=True, kw_only=True, slots=True)
class TrackRecord:
    """What one track came to, as one record.

    Attributes:
        fields: what the track's benches declare (``Bench.record``), in the order of the mission.
        predictions: every lock of the track, with whether it was right.
        decision: of every part, in words. constraint: the verdicts that bind the carried tries, by bench.
        result: how the last carried try came out, "" without one.
    """

    track: str
    track_name: str
    fields: tuple[RecordField, ...]
    predictions: tuple[LockRecord, ...]
    decision: tuple[tuple[Place, str], ...]
    constraint: tuple[tuple[Place, str], ...]
    result: str


def track_record(
    registry: Registry, track_id: str, locks: Iterable[LockRecord], parts: Iterable[PartDecision]
) -> TrackRecord:
    """Return the record of a track; of a field that several parts decided, what the last of them decided.

    Further cases have worlds of their own: their locks stand in it, what was decided there does not.
    """
    own = [part for part in parts if part.place.track == track_id and not part.is_case]
    tried = [(part.place, part.tried) for part in own if part.tried is not None]
    known = track_id in registry.tracks
    declared = [item for bench in registry.benches(track_id) for item in bench.record] if known else []
    return TrackRecord(
        track=track_id,
        track_name=registry.tracks[track_id].name if known else track_id,
        fields=tuple(_field(name, declared, tried) for name in dict.fromkeys(item.id for item in declared)),
        predictions=tuple(item for item in locks if item.place.track == track_id),
        decision=tuple((part.place, part.decided) for part in own if part.decided),
        constraint=tuple((place, item.binding) for place, item in tried if item.binding),
        result=tried[-1][1].outcome if tried else "",
    )


def _field(name: str, declared: list[Recorded], tried: list[tuple[Place, TryRecord]]) -> RecordField:
    """Return a field's value from the last carried try that has it in one of the ways that benches declare."""
    ways = [item for item in declared if item.id == name]
    label = ways[-1].label
    for place, record in reversed(tried):
        for item in reversed(ways):
            if item.decision and item.decision in record.decision:
                value = record.decision[item.decision]
                return RecordField(id=name, label=label, value=value, text=_words(value, item.unit), place=place)
            reading = record.reading(item.reading) if item.reading else None
            if reading is not None:
                return RecordField(id=name, label=label, value=reading.value, text=reading.text, place=place)
    return RecordField(id=name, label=label, value=None, text="–", place=None)


def _words(value: Value, unit: str) -> str:
    return str(value) if isinstance(value, (str, bool)) else in_words(float(value), unit)
