"""Where an event belongs, in words: also where its track or bench is no longer installed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from dashboard.ledger.events import StoredEvent
from dashboard.student.mission import steps_of
from tracks.api.bench import Bench
from tracks.api.track import Track
from tracks.loading.registry import Registry, UnknownBench, UnknownTrack


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """A bench of a track as the ledger names it.

    Attributes:
        track, bench: ids. track_name, bench_name: in words; the ids where they are no longer installed.
        number: as the stepper counts, from 1; 0 for a case, and where the bench is no longer installed.
        order: of the bench on its track, 1 for the first, cases counted; 0 where it is no longer installed.
    """

    track: str
    bench: str
    track_name: str
    bench_name: str
    number: int = 0
    order: int = 0

    @property
    def key(self) -> str:
        """Track and bench as in an address."""
        return f"{self.track}/{self.bench}"

    @property
    def is_installed(self) -> bool:
        """Whether the lab has this bench now."""
        return self.order > 0


def place_of(registry: Registry, track_id: str, bench_id: str) -> Place:
    """Return the place of ids as they stand in an event."""
    found = find(registry, track_id, bench_id)
    track_name = registry.tracks[track_id].name if track_id in registry.tracks else track_id
    if found is None:
        return Place(track=track_id, bench=bench_id, track_name=track_name, bench_name=bench_id)
    order, step = next(
        item
        for item in enumerate(steps_of(registry, found[0]), 1)
        if item[1].id == bench_id  # it has every bench
    )
    return Place(
        track=track_id,
        bench=bench_id,
        track_name=track_name,
        bench_name=step.label,
        number=step.number,
        order=order,
    )


def find(registry: Registry, track_id: str, bench_id: str) -> tuple[Track, Bench] | None:
    """Return track and bench, or None where one of them is no longer installed."""
    try:
        return registry.track(track_id), registry.bench(track_id, bench_id)
    except (UnknownTrack, UnknownBench):
        return None


def by_place(registry: Registry, events: Iterable[StoredEvent]) -> Mapping[Place, list[StoredEvent]]:
    """Return the events of every bench that has any, in the order of the tracks and their missions."""
    found: dict[tuple[str, str], list[StoredEvent]] = {}
    for event in events:
        found.setdefault((event.track, event.bench), []).append(event)
    order = {track_id: number for number, track_id in enumerate(registry.tracks)}
    places = {place_of(registry, *key): own for key, own in found.items()}
    last = len(order)
    return dict(
        sorted(
            places.items(),
            key=lambda item: (order.get(item[0].track, last), item[0].track, item[0].order or last + 99),
        )
    )
