"""A ledger that a student brings back from a file: the same events under the student who has the browser now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from dashboard.ledger.events import NO_HASH, Event, EventRefused, Kind, StoredEvent

KIND: Kind = "import"


def restored(events: Sequence[StoredEvent], student: str, *, said: str, model_version: str) -> tuple[StoredEvent, ...]:
    """Return events as a new chain of a student, closed by one that marks them as imported.

    Times, payloads and keys stay as they were; the chain is another, since every hash covers the student.

    Args:
        events: those of a file, verified. said: where they come from, in a sentence.

    Raises:
        EventRefused: there are none, or one is not an event of this version.
    """
    if not events:
        raise EventRefused("The file holds no event, so there is nothing to import.")
    last = events[-1]
    mark = Event(
        student=student,
        track=last.track,
        bench=last.bench,
        kind=KIND,
        payload={"sentence": said, "head": last.hash, "events": len(events)},
        idempotency_key=key_of(last.hash),
        model_version=model_version,
    )
    marked = StoredEvent(
        student=student,
        track=mark.track,
        bench=mark.bench,
        kind=mark.kind,
        payload_text=mark.payload_text(),
        idempotency_key=mark.idempotency_key,
        model_version=mark.model_version,
        seed=None,
        class_code=None,
        prediction=None,
        attempt=None,
        sequence=len(events) + 1,
        time=datetime.now(UTC),
        previous_hash="",
        hash="",
    )
    chain: list[StoredEvent] = []
    for event in (*events, marked):
        previous = chain[-1].hash if chain else NO_HASH
        # The class was the other student's: who continues here joins one anew.
        draft = replace(event, student=student, class_code=None, previous_hash=previous, hash="")
        chain.append(replace(draft, hash=draft.expected_hash()))
    return tuple(chain)


def key_of(head: str) -> str:
    """Return the key of the mark of an import, by the hash with which the file ends."""
    return f"import:{head}"
