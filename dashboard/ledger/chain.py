"""Whether a student's events are those that were stored: each hash holds, and each event continues the one before."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from dashboard.ledger.events import NO_HASH, StoredEvent


@dataclass(frozen=True, kw_only=True, slots=True)
class ChainProblem:
    """What is wrong with one event: its number in the chain, and a sentence."""

    sequence: int
    sentence: str


def chain_problems(events: Iterable[StoredEvent]) -> tuple[ChainProblem, ...]:
    """Return what is wrong with a student's events, first one first; empty when every hash holds.

    A changed, missing, added or reordered event breaks the chain. Events cut off at its end do not: only a signed
    export, which says how many there were, shows those.
    """
    problems = []
    sequence, previous_hash = 0, NO_HASH
    for event in events:
        name = f"Event {event.sequence} ({event.kind}, {event.track}/{event.bench})"
        said = []
        if event.sequence != sequence + 1:
            said.append(f"{name} follows event {sequence}: what stood between is missing.")
        if event.previous_hash != previous_hash:
            said.append(f"{name} does not continue the event before it.")
        try:
            holds = event.expected_hash() == event.hash
        except ValueError:
            holds = False
        if not holds:
            said.append(f"{name} was changed after it was stored.")
        problems += [ChainProblem(sequence=event.sequence, sentence=sentence) for sentence in said]
        sequence, previous_hash = event.sequence, event.hash
    return tuple(problems)
