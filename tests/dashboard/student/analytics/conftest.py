"""Ledgers made of events without a database: a chain of what a student did, one hour after the other."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from dashboard.ledger.events import NO_HASH, StoredEvent
from dashboard.student.predictions import Draft
from dashboard.student.progress import try_payload
from dashboard.student.reveal import reveal_payload
from tests.http_student import an_answer
from tracks.api.bench import Bench
from tracks.api.teaching import Prediction
from tracks.loading.registry import Registry

START = datetime(2026, 3, 2, 8, tzinfo=UTC)


@dataclass(frozen=True)
class Deed:
    """One event before it has a place in a chain."""

    track: str
    bench: str
    kind: str
    payload: dict[str, Any]
    prediction: str | None = None


def chain(deeds: Iterable[Deed]) -> tuple[StoredEvent, ...]:
    """The deeds as a ledger holds them."""
    events: list[StoredEvent] = []
    for number, deed in enumerate(deeds, 1):
        events.append(
            StoredEvent(
                student="0" * 32,
                track=deed.track,
                bench=deed.bench,
                kind=deed.kind,
                payload_text=json.dumps(deed.payload),
                idempotency_key=f"{number}",
                model_version="physics-1",
                seed=None,
                class_code=None,
                prediction=deed.prediction,
                attempt=1 if deed.kind == "lock" else None,
                sequence=number,
                time=START + timedelta(hours=number),
                previous_hash=events[-1].hash if events else NO_HASH,
                hash=f"{number:064x}",
            )
        )
    return tuple(events)


class Deeds:
    """What a student can do on the benches of a registry."""

    def __init__(self, registry: Registry) -> None:
        self.registry = registry

    def locks(self, track: str, bench: str, *, sure: str = "guess", **values: str) -> list[Deed]:
        """Every question of a bench answered: with ``values`` by id, or else with a complete answer."""
        return [
            self.lock(track, bench, item, sure=sure, value=values.get(item.id))
            for item in self.registry.bench(track, bench).predictions
        ]

    def lock(self, track: str, bench: str, asked: Prediction, *, sure: str = "guess", value: str | None = None) -> Deed:
        answered = an_answer(asked) | {"confidence": sure} | ({"value": value} if value else {})
        return Deed(track, bench, "lock", Draft(**answered).as_locked(asked), asked.id)

    def opening(self, track: str, bench: str) -> Deed:
        return Deed(track, bench, "opening", reveal_payload(()))

    def tried(self, track: str, bench: str, number: int, **changes: Any) -> Deed:
        """The defaults, or what differs from them, as the bench answers it."""
        found: Bench = self.registry.bench(track, bench)
        values = {**found.defaults(), **changes}
        outcome = found.run(self.registry.track(track), values)
        payload = try_payload(number, found, values, outcome, {}, own=number > 1, helped=False)
        return Deed(track, bench, "try", payload)


@pytest.fixture(scope="session")
def deeds(registry: Registry) -> Deeds:
    return Deeds(registry)


@pytest.fixture(scope="session")
def ledger() -> Callable[[Iterable[Deed]], tuple[StoredEvent, ...]]:
    return chain
