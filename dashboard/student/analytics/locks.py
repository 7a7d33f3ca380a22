"""Every lock beside what physics computes: how far off, how sure, and by which tempting way."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from dashboard.ledger.events import MAX_ATTEMPTS, StoredEvent
from dashboard.student.analytics.places import Place, by_place, find
from dashboard.student.predictions import Draft, Locked, locked_draft
from dashboard.student.reveal import Revealed, reveal
from tracks.api.bench import Bench
from tracks.api.teaching import CONFIDENCE, Prediction
from tracks.loading.registry import Registry

SURE = frozenset({"fairly_sure", "certain"})
_CHOICE = {True: "as computed", False: "another option"}  # the gap of a choice


@dataclass(frozen=True, kw_only=True, slots=True)
class LockRecord:
    """One locked answer, as it was given, and what is computed.

    Nothing that is computed stands here before every question of the bench is locked: ``is_revealed`` says so.

    Attributes:
        place: its bench. prediction: the question's id. attempt: 1, more after an instructor's reopening.
        label: the bench's name, with a letter where the bench asks more than one question.
        time: when it was stored, UTC. question, answer, reason: in words, as they were shown.
        number, unit: of a numeric answer, in the question's own unit; None and "" where an option was chosen.
        confidence: its id. confidence_text: the same in words.
        is_revealed: whether all questions of the bench are locked.
        computed: in words; "" before the reveal. truth: the number, None before the reveal and for a choice.
        right: None before the reveal, and where the question has changed so that nothing can be compared.
        gap: "3.2× high", in the question's own measure; of a choice "another option". sentence: the same in a sentence.
        factor: locked over computed, above 0; None for a choice and where one of the two is not above 0.
        route: the tempting way that leads near the lock, or which term was left out or counted twice; "" for none.
        route_sentence: what the reveal says of it.
        has_changed: whether the question, its options or reasons are others now.
    """

    place: Place
    prediction: str
    attempt: int
    label: str
    time: datetime
    question: str
    answer: str
    reason: str
    number: float | None
    unit: str
    confidence: str
    confidence_text: str
    is_revealed: bool = False
    computed: str = ""
    truth: float | None = None
    right: bool | None = None
    gap: str = ""
    sentence: str = ""
    factor: float | None = None
    route: str = ""
    route_sentence: str = ""
    has_changed: bool = False

    @property
    def is_sure(self) -> bool:
        """Whether the student was fairly sure or certain."""
        return self.confidence in SURE

    @property
    def is_sure_miss(self) -> bool:
        """Whether it was wrong and the student was fairly sure or certain."""
        return self.right is False and self.is_sure


def lock_records(registry: Registry, events: Iterable[StoredEvent]) -> tuple[LockRecord, ...]:
    """Return every lock of a ledger, in the order of the tracks and their missions."""
    found: list[LockRecord] = []
    for place, own in by_place(registry, events).items():
        locks = [event for event in own if event.kind == "lock" and event.prediction is not None]
        if locks:
            told = _told([event.payload for event in own if event.kind == "opening"])
            found += _of_bench(registry, place, locks, told)
    return tuple(found)


def standing_locks(events: Iterable[StoredEvent], attempt: int = MAX_ATTEMPTS) -> dict[str, Locked]:
    """Return what stands locked on a bench at an attempt, by question: the latest answer to each until then.

    A reopened question is answered anew; of the others the first answer stands.
    """
    locks = sorted((event for event in events if event.kind == "lock"), key=lambda event: event.attempt or 1)
    return {
        event.prediction: Locked(draft=locked_draft(event.payload), time=event.time.isoformat(timespec="seconds"))
        for event in locks
        if event.prediction is not None and (event.attempt or 1) <= attempt
    }


def _of_bench(
    registry: Registry, place: Place, locks: list[StoredEvent], told: Mapping[str, Mapping[str, Any]]
) -> list[LockRecord]:
    here = find(registry, place.track, place.bench)
    bench = here[1] if here else None
    asked = [item.id for item in bench.predictions] if bench else []
    drafts = {event.hash: locked_draft(event.payload) for event in locks}
    revealed: dict[tuple[int, str], Revealed] = {}
    if here is not None:
        for attempt in sorted({event.attempt or 1 for event in locks}):
            try:
                items = reveal(*here, standing_locks(locks, attempt))
            except Exception:  # a plugin's truth may raise anything; what was told then still stands below
                continue
            revealed |= {(attempt, item.prediction.id): item for item in items}
    records = []
    for event in sorted(locks, key=lambda event: (_order(asked, event.prediction), event.sequence)):
        record = _plain(place, bench, asked, event, drafts[event.hash])
        item = revealed.get((event.attempt or 1, str(event.prediction)))
        if item is not None:
            record = _with_reveal(record, item, drafts[event.hash])
        elif str(event.prediction) in told:
            record = _with_told(record, told[str(event.prediction)])
        records.append(record)
    return records


def _order(asked: list[str], prediction: str | None) -> int:
    return asked.index(prediction) if prediction in asked else len(asked)


def _plain(place: Place, bench: Bench | None, asked: list[str], event: StoredEvent, draft: Draft) -> LockRecord:
    """Return a lock as it was given, without anything computed."""
    prediction = _prediction(bench, event.prediction)
    kept = draft.kept
    answer = (kept.answer if kept else "") or (_words(draft, prediction) if prediction else draft.value or "")
    number = kept.number if kept else None
    unit = (kept.unit or "") if kept else ""
    if number is None and prediction is not None and not prediction.options and draft.is_comparable(prediction):
        number, unit = draft.number(prediction), prediction.unit
    letter = f" {chr(ord('a') + _order(asked, event.prediction))}" if len(asked) > 1 else ""
    return LockRecord(
        place=place,
        prediction=str(event.prediction),
        attempt=event.attempt or 1,
        label=f"{place.bench_name}{letter}",
        time=event.time,
        question=(kept.question if kept else "") or (prediction.question if prediction else ""),
        answer=answer,
        reason=(kept.reason if kept else "") or (draft.mechanism_in_words(prediction) if prediction else ""),
        number=number,
        unit=unit,
        confidence=draft.confidence or "",
        confidence_text=draft.confidence_in_words(),
        has_changed=prediction is None or draft.has_changed(prediction),
    )


def _with_reveal(record: LockRecord, item: Revealed, draft: Draft) -> LockRecord:
    truth = None if isinstance(item.truth.value, str) else float(item.truth.value)
    number = draft.number(item.prediction) if item.gap.compared and not item.prediction.options else record.number
    is_factor = item.gap.compared and truth is not None and number is not None and truth > 0 and number > 0
    analysis = item.analysis
    terms = f"{analysis.kind}: {', '.join(name for name, _ in analysis.terms)}" if analysis else ""
    return replace(
        record,
        is_revealed=True,
        computed=item.gap.computed,
        truth=truth,
        right=item.gap.right if item.gap.compared else None,
        gap=item.gap.headline if truth is not None or not item.gap.compared else _CHOICE[item.gap.right],
        sentence=item.gap.sentence,
        factor=number / truth if is_factor and number is not None and truth is not None else None,
        route=item.route or terms,
        route_sentence=item.route_sentence or (analysis.sentence if analysis else ""),
    )


def _with_told(record: LockRecord, said: Mapping[str, Any]) -> LockRecord:
    """Return a lock with what its reveal said then, where it cannot be computed any more."""
    right = said.get("right")
    return replace(
        record,
        is_revealed=True,
        computed=str(said.get("computed", "")),
        right=right if isinstance(right, bool) else None,
        gap=str(said.get("gap", "")),
        route=str(said.get("route", "")),
        route_sentence=str(said.get("said", "")),
    )


def _told(openings: list[dict[str, Any]]) -> dict[str, Mapping[str, Any]]:
    """Return what the stored reveal said of each lock."""
    return {str(item.get("prediction")): item for payload in openings for item in payload.get("revealed", ())}


def _prediction(bench: Bench | None, name: str | None) -> Prediction | None:
    return next((item for item in bench.predictions if item.id == name), None) if bench else None


def _words(draft: Draft, prediction: Prediction) -> str:
    return draft.answer_in_words(prediction) if draft.is_comparable(prediction) else draft.value or ""


@dataclass(frozen=True, kw_only=True, slots=True)
class ConfidenceClass:
    """How often one confidence was right.

    Attributes:
        id, text: of the confidence. locks: those that can be judged.
        share: right of all, 0..1; None below ``LEAST`` locks: then they are listed, without a rate.
    """

    id: str
    text: str
    locks: tuple[LockRecord, ...]
    share: float | None

    @property
    def right(self) -> int:
        """How many were right."""
        return sum(bool(item.right) for item in self.locks)


LEAST = 5  # locks of one confidence, below which no rate is given


def calibration(locks: Iterable[LockRecord]) -> tuple[ConfidenceClass, ...]:
    """Return confidence against being right, least sure first; locks that cannot be judged are left out."""
    judged = [item for item in locks if item.right is not None]
    found = []
    for option in CONFIDENCE:
        own = tuple(item for item in judged if item.confidence == option.id)
        share = sum(bool(item.right) for item in own) / len(own) if len(own) >= LEAST else None
        found.append(ConfidenceClass(id=option.id, text=option.text, locks=own, share=share))
    return tuple(found)


@dataclass(frozen=True, kw_only=True, slots=True)
class Misconception:
    """One tempting way, and where it was gone.

    Attributes:
        name: of the way. locks: those that it led to, in the order of the ledger.
    """

    name: str
    locks: tuple[LockRecord, ...]


def misconceptions(locks: Iterable[LockRecord]) -> tuple[Misconception, ...]:
    """Return every tempting way that a lock lies near, the one that was met most first."""
    found: dict[str, list[LockRecord]] = {}
    for item in locks:
        if item.route:
            found.setdefault(item.route, []).append(item)
    ways = [Misconception(name=name, locks=tuple(own)) for name, own in found.items()]
    return tuple(sorted(ways, key=lambda way: -len(way.locks)))
