"""Whether a student's events are those that were stored: each hash holds, and each event continues the one before."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from dashboard.ledger.database import LedgerUnavailable
from dashboard.ledger.events import NO_HASH, StoredEvent

MAX_NAMED = 5  # faults that are said one by one


class LedgerAltered(LedgerUnavailable):
    """Something other than the lab changed the student's events in the database; the sentence names one of them."""

    def __init__(self, sentence: str) -> None:
        self.sentence = sentence
        super().__init__(
            f"{sentence} Something other than the lab changed the database. Nothing is read from this ledger or added "
            "to it until the database is restored from its backup."
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class ChainProblem:
    """What is wrong with one event: its number in the chain, and a sentence."""

    sequence: int
    sentence: str


def name_of(event: Any) -> str:
    """Return an event, or its row, in words."""
    return f"Event {event.sequence} ({event.kind}, {event.track}/{event.bench})"


def chain_problems(events: Iterable[StoredEvent]) -> tuple[ChainProblem, ...]:
    """Return what is wrong with a student's events, first one first; empty when every hash holds.

    A changed, missing, added or reordered event breaks the chain. Events cut off at its end do not: only a signed
    export, which says how many there were, shows those.
    """
    problems = []
    sequence, previous_hash = 0, NO_HASH
    for event in events:
        said = []
        if event.sequence != sequence + 1:
            said.append(f"{name_of(event)} follows event {sequence}: what stood between is missing.")
        if event.previous_hash != previous_hash:
            said.append(f"{name_of(event)} does not continue the event before it.")
        if not event.holds:
            said.append(_changed(event))
        problems += [ChainProblem(sequence=event.sequence, sentence=sentence) for sentence in said]
        sequence, previous_hash = event.sequence, event.hash
    return tuple(problems)


def in_sentences(problems: Sequence[ChainProblem]) -> list[str]:
    """Return problems in sentences: the first ones, and how many there are besides."""
    said = [item.sentence for item in problems[:MAX_NAMED]]
    if len(problems) > MAX_NAMED:
        said.append(f"{len(problems) - MAX_NAMED} further faults follow from these or stand beside them.")
    return said


def intact(events: Iterable[StoredEvent]) -> tuple[StoredEvent, ...]:
    """Return the events that are as they were stored."""
    return tuple(event for event in events if event.holds)


def checked(events: Iterable[StoredEvent]) -> tuple[StoredEvent, ...]:
    """Return events that are read or answered, all as they were stored.

    Raises:
        LedgerAltered: one was changed since.
    """
    found = tuple(events)
    for event in found:
        if not event.holds:
            raise LedgerAltered(_changed(event))
    return found


def _changed(event: StoredEvent) -> str:
    return f"{name_of(event)} was changed after it was stored."
