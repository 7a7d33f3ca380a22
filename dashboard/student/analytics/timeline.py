"""What was done on every bench, in the order in which it was done."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dashboard.ledger.events import LEARNT, REPLACED, StoredEvent
from dashboard.student.analytics.locks import LockRecord, lock_records
from dashboard.student.analytics.places import Place, by_place, find
from dashboard.student.analytics.tries import TryRecord, bench_tries
from dashboard.student.answers import answered
from dashboard.student.hints import LINK
from dashboard.student.mission import closes_mission, defended
from dashboard.student.standing import defence_event
from tracks.api.bench import Bench
from tracks.api.track import Track
from tracks.loading.registry import Registry

Counts = Mapping[tuple[str, str, str], int]


@dataclass(frozen=True, kw_only=True, slots=True)
class TimelineEntry:
    """One line of a timeline.

    Attributes:
        kind: of the event. title: what was done. text: what it said. result: how it came out, or "".
        level: "ok", "warn", "fail" or "" beside the result. helped: whether a hint had given a value.
        saved: how often it was saved, 1 unless it can be written again.
    """

    time: datetime
    sequence: int
    kind: str
    title: str
    text: str = ""
    result: str = ""
    level: str = ""
    helped: bool = False
    saved: int = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class BenchTimeline:
    """One bench's lines, the newest first, and what of the way through it is still open."""

    place: Place
    entries: tuple[TimelineEntry, ...]
    missing: tuple[str, ...]


def timelines(
    registry: Registry, events: Iterable[StoredEvent], counts: Counts | None = None
) -> tuple[BenchTimeline, ...]:
    """Return the timeline of every bench that has events, the one that was worked on last first.

    ``counts`` says, by track, bench and kind, how many events the ledger has, where ``events`` are only the newest of
    those that can be written again; counted from ``events`` unless given.
    """
    events = list(events)
    if counts is None:
        counts = Counter((event.track, event.bench, event.kind) for event in events)
    of_locks: dict[tuple[str, str, int], LockRecord] = {
        (item.place.key, item.prediction, item.attempt): item for item in lock_records(registry, events)
    }
    of_tries = {
        item.place.key: {record.number: record for record in item.tries} for item in bench_tries(registry, events)
    }
    found = []
    for place, own in by_place(registry, events).items():
        here = find(registry, place.track, place.bench)
        bench = here[1] if here else None
        standing = _standing(own)
        learnt = sum(_is_learnt(event) for event in own)
        entries = []
        for event in standing:
            saved = counts.get((event.track, event.bench, event.kind), 1) if event.kind in REPLACED else 1
            saved -= learnt if event.kind == "revision" else 0
            entry = _entry(place, bench, event, of_locks, of_tries.get(place.key, {}), max(1, saved))
            if entry is not None:
                entries.append(entry)
        found.append(
            BenchTimeline(
                place=place,
                entries=tuple(sorted(entries, key=lambda entry: -entry.sequence)),
                missing=_missing(registry, here, own),
            )
        )
    return tuple(sorted(found, key=lambda item: -item.entries[0].sequence if item.entries else 0))


def open_parts(registry: Registry, events: Iterable[StoredEvent]) -> dict[Place, tuple[str, ...]]:
    """Return what is still open on every bench that has events, in the order of the tracks and their missions."""
    found = {}
    for place, own in by_place(registry, events).items():
        here = find(registry, place.track, place.bench)
        found[place] = _missing(registry, here, own)
    return found


def _standing(own: list[StoredEvent]) -> list[StoredEvent]:
    """Return the events of a bench without those that a later one replaced."""
    newest = {(event.kind, _is_learnt(event)): event.sequence for event in own}
    return [
        event for event in own if event.kind not in REPLACED or newest[event.kind, _is_learnt(event)] == event.sequence
    ]


def _is_learnt(event: StoredEvent) -> bool:
    return event.kind == "revision" and LEARNT in event.payload


def _entry(
    place: Place,
    bench: Bench | None,
    event: StoredEvent,
    locks: Mapping[tuple[str, str, int], LockRecord],
    tries: Mapping[int, TryRecord],
    saved: int,
) -> TimelineEntry | None:
    payload = event.payload
    common: dict[str, Any] = {"time": event.time, "sequence": event.sequence, "kind": event.kind}
    match event.kind:
        case "lock":
            return _lock(common, locks.get((place.key, str(event.prediction), event.attempt or 1)))
        case "try":
            return _try(common, tries.get(int(payload["number"])))
        case "observation":
            right = payload.get("right") is True
            return TimelineEntry(
                **common, title="Said what the figure showed", text=_observed(bench, payload),
                result="right" if right else "not this one", level="ok" if right else "warn",
            )  # fmt: skip
        case "opinion":
            agrees = payload.get("agrees") is True
            return TimelineEntry(
                **common, title=f"Second engine on try {payload.get('try')}", text=str(payload.get("sentence", "")),
                result="agrees" if agrees else "contested", level="ok" if agrees else "warn",
            )  # fmt: skip
        case "hint":
            given = ", ".join(_hinted(bench, item) for item in payload.get("values", ()))
            is_linked = payload.get("verdict") == LINK
            title = "Opened the address of a setting" if is_linked else "Looked a value up"
            return TimelineEntry(**common, title=title, text=given, helped=True)
        case "decision":
            record = tries.get(payload.get("try", 0))
            return TimelineEntry(
                **common, title=f"Carried try {payload.get('try')}", text=record.decided if record else "",
                result=record.outcome if record else "", level=record.level if record else "", saved=saved,
            )  # fmt: skip
        case "reflection":
            texts = [value for name, value in payload.items() if isinstance(value, str) and value and name != "check"]
            return TimelineEntry(**common, title="Reflection", text=" ".join(texts), saved=saved)
        case "defence":
            texts = [value for value in payload.values() if isinstance(value, str)]
            marks = [mark for mark in payload.get("marks", ()) if isinstance(mark, int)]
            return TimelineEntry(
                **common, title="Defended the strategy", text=" ".join(texts),
                result=f"{sum(marks)} of {2 * len(marks)}" if marks else "", saved=saved,
            )  # fmt: skip
        case "revision" if LEARNT in payload:
            return TimelineEntry(**common, title="Earned two more tries", text=str(payload[LEARNT]))
        case "revision":
            marks = [mark for mark in payload.get("marks", ()) if isinstance(mark, int)]
            return TimelineEntry(
                **common, title="Marked against the rubric", result=f"{sum(marks)} of {2 * len(marks)}", saved=saved
            )
        case "review":
            right = payload.get("right") is True
            return TimelineEntry(
                **common, title="Asked again after a week", text=str(payload.get("sentence", "")),
                result="right" if right else "missed again", level="ok" if right else "warn",
            )  # fmt: skip
    return None


def _lock(common: Mapping[str, Any], record: LockRecord | None) -> TimelineEntry | None:
    if record is None:
        return None
    said = ", ".join(part for part in (record.reason, record.confidence_text) if part)
    result = record.gap if record.is_revealed else "revealed when all questions here are locked"
    if record.right is not None:
        result = f"{record.gap}, right" if record.right and record.gap != "as computed" else record.gap
    level = {True: "ok", False: "warn", None: ""}[record.right]
    return TimelineEntry(**common, title=f"Locked {record.answer}", text=said, result=result, level=level)


def _try(common: Mapping[str, Any], record: TryRecord | None) -> TimelineEntry | None:
    if record is None:
        return None
    return TimelineEntry(
        **common, title=f"Try {record.number}{f', {record.act}' if record.act else ''}", text=record.decided,
        result=record.outcome,
        level="ok" if record.won else record.level, helped=record.helped,
    )  # fmt: skip


def _observed(bench: Bench | None, payload: Mapping[str, Any]) -> str:
    found = answered(bench.observation if bench else None, str(payload.get("answer")), payload)
    return found.answer if found else ""


def _hinted(bench: Bench | None, item: Mapping[str, Any]) -> str:
    if item.get("label"):
        return f"{item['label']} {item.get('text', '')}"
    name = str(item.get("control", ""))
    control = bench.control_map().get(name) if bench else None
    try:
        return f"{control.label} {control.text(control.read(item.get('value')))}" if control else name
    except ValueError:  # recorded when the control was another
        return name


def _undefended(registry: Registry, track: Track, bench: Bench, own: list[StoredEvent]) -> tuple[str, ...]:
    """Return what is open of the defence of a track's strategy, on the bench that closes the track."""
    if not closes_mission(registry, track, bench) or defended(registry, track) is None:
        return ()
    saved = defence_event(own, track.id)
    if saved is None:
        return ("the strategy is not defended",)
    return () if saved.payload.get("marks") else ("the defence is not marked",)


def _missing(registry: Registry, here: tuple[Track, Bench] | None, own: list[StoredEvent]) -> tuple[str, ...]:
    """Return what is still open on a bench, in the order in which it is done."""
    if here is None:
        return ()
    _, bench = here
    kinds = {event.kind for event in own}
    locked = {event.prediction for event in own if event.kind == "lock"}
    found = []
    open_questions = [item for item in bench.predictions if item.id not in locked]
    if open_questions:
        found.append("a question is not locked" if len(open_questions) == 1 else "questions are not locked")
    if "try" not in kinds:
        found.append("no try is recorded")
    if bench.observation is not None and "observation" not in kinds:
        found.append("what the figure showed is not said")
    if bench.reflection is not None and "reflection" not in kinds:
        found.append("the reflection is not written")
    elif bench.reflection is not None and "revision" not in kinds:
        found.append("the reflection is not marked")
    return (*found, *_undefended(registry, *here, own))
