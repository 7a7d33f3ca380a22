"""What a student's recorded tries decided, and so what later benches may take over."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from dashboard.ledger.events import StoredEvent
from dashboard.student.progress import progress
from tracks.api.bench import Bench
from tracks.api.controls import Value
from tracks.api.track import Track
from tracks.loading.carried import Decisions, Offer, offers
from tracks.loading.registry import Registry


def decisions(registry: Registry, track: Track, events: Iterable[StoredEvent]) -> Decisions:
    """Return, by bench, the decision of the try that a student carries forward."""
    events = list(events)
    found: dict[str, Mapping[str, Value]] = {}
    for bench in registry.benches(track.id):
        carried = progress(events, track, bench).carried
        if carried is not None:
            found[bench.id] = carried.decision
    return found


def carried_offers(registry: Registry, track: Track, bench: Bench, events: Iterable[StoredEvent]) -> tuple[Offer, ...]:
    """Return what a bench offers a student of what the earlier ones decided."""
    return offers(registry.benches(track.id), bench, decisions(registry, track, events))
