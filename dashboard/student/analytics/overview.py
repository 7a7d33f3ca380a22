"""The whole ledger of a student in one object, and a track in three sentences."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from dashboard.ledger.events import StoredEvent
from dashboard.student.analytics.decisions import (
    DefenceRecord,
    PartDecision,
    TrackRecord,
    defence_record,
    part_decisions,
    track_record,
)
from dashboard.student.analytics.locks import LockRecord, lock_records, misconceptions
from dashboard.student.analytics.places import Place
from dashboard.student.analytics.timeline import open_parts
from dashboard.student.analytics.tries import BenchTries, bench_tries
from tracks.loading.registry import Registry


@dataclass(frozen=True, kw_only=True, slots=True)
class TrackOverview:
    """One track of a ledger.

    Attributes:
        track: its id. name: in words. sentences: what was predicted, learnt and decided.
        missing: what is still open, as (bench, what), also on benches that were not opened.
        defence: of the track's strategy, or None.
    """

    track: str
    name: str
    sentences: tuple[str, str, str]
    record: TrackRecord
    missing: tuple[tuple[str, str], ...]
    defence: DefenceRecord | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Overview:
    """Everything that a ledger says.

    Attributes:
        locks, tries, parts: in the order of the tracks and their missions.
        tracks: those with events, the one with the newest event first.
    """

    locks: tuple[LockRecord, ...]
    tries: tuple[BenchTries, ...]
    parts: tuple[PartDecision, ...]
    tracks: tuple[TrackOverview, ...]


def overview(registry: Registry, events: Iterable[StoredEvent]) -> Overview:
    """Return what a student's events say, whatever of it is still installed.

    Args:
        events: of one student, first one first: all of them, or those that ``Store.standing_events`` returns.
    """
    events = list(events)
    locks = lock_records(registry, events)
    tries = bench_tries(registry, events)
    parts = part_decisions(registry, events, tries)
    missing = open_parts(registry, events)
    newest: dict[str, int] = {}
    for event in events:
        newest[event.track] = max(event.sequence, newest.get(event.track, 0))
    tracks = [
        _track(registry, track_id, locks, tries, parts, missing, defence_record(events, track_id))
        for track_id in sorted(newest, key=lambda track_id: -newest[track_id])
    ]
    return Overview(locks=locks, tries=tries, parts=parts, tracks=tuple(tracks))


def _track(
    registry: Registry,
    track_id: str,
    locks: Iterable[LockRecord],
    tries: Iterable[BenchTries],
    parts: Iterable[PartDecision],
    missing: Mapping[Place, tuple[str, ...]],
    defence: DefenceRecord | None,
) -> TrackOverview:
    record = track_record(registry, track_id, locks, parts)
    own_tries = [item for item in tries if item.place.track == track_id]
    own_parts = [item for item in parts if item.place.track == track_id]
    return TrackOverview(
        track=track_id,
        name=record.track_name,
        sentences=(
            _predicted(registry, record),
            _learnt(record, own_tries, own_parts),
            _decided(own_parts),
        ),
        record=record,
        missing=tuple(_missing(registry, track_id, missing)),
        defence=defence,
    )


def _predicted(registry: Registry, record: TrackRecord) -> str:
    locks = record.predictions
    asked = 0
    if record.track in registry.tracks:
        begun = {item.place.bench for item in record.predictions}
        every = registry.benches(record.track)
        asked = sum(len(bench.predictions) for bench in every if not bench.case_of or bench.id in begun)
    of = f" of {asked}" if asked else ""
    if not locks:
        return f"Predicted: none{of} questions locked yet."
    judged = [item for item in locks if item.right is not None]
    right = sum(bool(item.right) for item in judged)
    sentence = f"Predicted: {len(locks)}{of} questions locked"
    if judged:
        sentence += (
            f", {right} right" if len(judged) == len(locks) else f", {right} of the {len(judged)} revealed right"
        )
    missed = [item for item in judged if not item.right]
    if not missed:
        return f"{sentence}."
    worst = max(missed, key=lambda item: (item.is_sure, _distance(item)))
    far = worst.gap if worst.factor or worst.truth is not None else f"{worst.answer}, computed {worst.computed}"
    return f"{sentence}; the miss to look at is {worst.label}, {far}, {worst.confidence_text}."


def _distance(item: LockRecord) -> float:
    factor = item.factor or 1.0
    return max(factor, 1 / factor)


def _learnt(record: TrackRecord, tries: list[BenchTries], parts: list[PartDecision]) -> str:
    count = sum(len(item.tries) for item in tries)
    if not count:
        return "Learnt: no try is recorded yet."
    helped = sum(item.helped for bench in tries for item in bench.tries)
    sentence = f"Learnt: {count} {'try' if count == 1 else 'tries'} on {_benches(len(tries))}"
    sentence += f", {helped} with help" if helped else ""
    ways = misconceptions(record.predictions)
    if ways:
        sentence += f"; met “{ways[0].name}” ({', '.join(item.label for item in ways[0].locks)})"
        sentence += f" and {len(ways) - 1} more" if len(ways) > 1 else ""
    written = sum(bool(part.reflection) for part in parts)
    return f"{sentence}; {written} {'reflection' if written == 1 else 'reflections'} written."


def _decided(parts: list[PartDecision]) -> str:
    tried = [part for part in parts if part.tried is not None and not part.is_case]
    if not tried:
        return "Decided: nothing is carried yet."
    last = tried[-1]
    assert last.tried is not None
    judged = [part.tried for part in tried if part.tried is not None and not part.is_exploratory]
    words = f"{last.decided} on {last.place.bench_name} ({last.tried.outcome})" if last.decided else last.tried.outcome
    held = f"; {sum(item.won for item in judged)} of {len(judged)} carried designs hold in this track’s own environment"
    return f"Decided: {words}{held if judged else ''}."


def _benches(count: int) -> str:
    return "one bench" if count == 1 else f"{count} benches"


def _missing(registry: Registry, track_id: str, missing: Mapping[Place, tuple[str, ...]]) -> Iterable[tuple[str, str]]:
    own = {place.bench: what for place, what in missing.items() if place.track == track_id}
    if track_id not in registry.tracks:
        return
    for bench in registry.benches(track_id):
        found = own.get(bench.id)
        if found is None:
            if not bench.case_of:  # a case may be left out
                yield bench.step_label, "not started"
        else:
            yield from ((bench.step_label, what) for what in found)
