"""Confident misses that come back: a week later the same question with other numbers, until it is right."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from dashboard.ledger.events import StoredEvent
from dashboard.student.analytics.locks import LockRecord
from dashboard.student.analytics.places import find
from dashboard.student.predictions import Draft, Gap, gap, value_problem
from tracks.api.bench import Bench
from tracks.api.teaching import Prediction
from tracks.api.track import Track
from tracks.loading.registry import Registry

WAIT = timedelta(days=7)


@dataclass(frozen=True, kw_only=True, slots=True)
class Review:
    """A confident miss and where its asking again stands.

    Attributes:
        lock: the miss. asked: how often it was asked again so far.
        due: from when it is asked next; None where it was right since, or has no other numbers.
        is_mended: whether the last answer was right.
        question: that is asked next, with its own numbers; None where there are none.
    """

    lock: LockRecord
    asked: int
    due: datetime | None
    is_mended: bool
    question: Prediction | None

    @property
    def key(self) -> str:
        """Its name on the page: track, bench and question."""
        return f"{self.lock.place.key}/{self.lock.prediction}"

    def is_due(self, now: datetime) -> bool:
        """Whether it is asked now."""
        return self.due is not None and now >= self.due


def reviews(registry: Registry, events: Iterable[StoredEvent], locks: Iterable[LockRecord]) -> tuple[Review, ...]:
    """Return every confident miss of a number, the one that is due first first and those without a date last."""
    answered: dict[str, list[tuple[datetime, bool]]] = {}
    for event in events:
        if event.kind == "review":
            payload = event.payload
            key = f"{event.track}/{event.bench}/{payload.get('prediction')}"
            answered.setdefault(key, []).append((event.time, payload.get("right") is True))
    found = []
    for lock in locks:
        if not lock.is_sure_miss or lock.truth is None:
            continue
        own = answered.get(f"{lock.place.key}/{lock.prediction}", [])
        is_mended = bool(own) and own[-1][1]
        asked = _question(registry, lock, len(own))
        last = own[-1][0] if own else lock.time
        due = None if is_mended or asked is None else last + WAIT
        found.append(Review(lock=lock, asked=len(own), due=due, is_mended=is_mended, question=asked))
    return tuple(sorted(found, key=lambda item: (item.due is None, item.due or item.lock.time)))


def _question(registry: Registry, lock: LockRecord, number: int) -> Prediction | None:
    here = find(registry, lock.place.track, lock.place.bench)
    if here is None:
        return None
    asked = next((item for item in here[1].predictions if item.id == lock.prediction), None)
    return asked.again.asked(asked, number) if asked is not None and asked.again is not None else None


def answer_problem(asked: Prediction, entry: Any) -> str:
    """Return why an entry is no answer, or ""."""
    if not isinstance(entry, str) or not entry.strip():
        return "Enter a number first; a guess will do."
    return value_problem(asked, entry.strip())


def judged(track: Track, bench: Bench, asked: Prediction, entry: str) -> Gap:
    """Return how far an answer lies from what the question's own truth computes in the new state."""
    return gap(asked, Draft(value=entry.strip()), bench.truth(track, asked))


def review_payload(asked: Prediction, entry: str, found: Gap, number: int) -> Mapping[str, Any]:
    """Return what the ledger keeps of an answer."""
    draft = Draft(value=entry.strip())
    return {
        "prediction": asked.id,
        "number": number,
        "values": dict(asked.scenario),
        "question": asked.question,
        "answer": draft.answer_in_words(asked),
        "computed": found.computed,
        "gap": found.headline,
        "right": found.right,
        "sentence": found.sentence,
    }
