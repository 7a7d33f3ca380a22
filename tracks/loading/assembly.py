"""What fits together: each plugin whole or not at all, every bench on every track, no name twice."""

from __future__ import annotations

import math
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import MappingProxyType

from tracks.api.bench import Bench
from tracks.api.checks import SpecError
from tracks.api.declared import check_nothing_unread
from tracks.api.track import Track
from tracks.loading.closely import check_texts
from tracks.loading.discovery import PluginRefused, Registration, Source, error_text
from tracks.loading.isolation.process import PluginProcess
from tracks.loading.isolation.stand_ins import with_crisis
from tracks.loading.settled import working


class BuiltInError(RuntimeError):
    """A built-in track or bench does not work. That is our fault, so nothing starts."""


@contextmanager
def collecting_errors(source: Source, reasons: dict[Source, str]) -> Iterator[None]:
    """Collect the error of a plugin; raise that of a built-in."""
    try:
        yield
    except PluginRefused as refusal:
        if source.kind == "built-in":
            raise BuiltInError(f"Built-in '{source.name}' ({source.origin}): {refusal}") from refusal
        reasons[source] = str(refusal)


def assemble(
    registrations: Sequence[Registration],
    reasons: dict[Source, str],
    processes: Mapping[Source, PluginProcess],
    before: Mapping[tuple[str, str], tuple[Track, Bench]],
) -> Pool:
    """Add the registrations in order; when a bench turns out not to work on a later track, start again without it."""
    rejected: dict[Source, str] = {}
    while True:
        pool, refused = Pool(processes=processes, before=before), dict(rejected)
        for registration in registrations:
            if registration.source not in rejected:
                with collecting_errors(registration.source, refused):
                    pool.add(registration)
        incompatible = pool.complete()
        if incompatible is None:
            reasons.update(refused)
            return pool
        rejected[incompatible[0].source] = incompatible[1]


@dataclass(slots=True)
class Pool:
    """What has been added so far, each with the registration it came from."""

    processes: Mapping[Source, PluginProcess]
    before: Mapping[tuple[str, str], tuple[Track, Bench]]
    seconds: dict[Source, float] = field(default_factory=dict)
    tracks: dict[str, tuple[Track, Registration]] = field(default_factory=dict)
    benches: dict[str, tuple[Bench, Registration]] = field(default_factory=dict)
    settled: dict[tuple[str, str], Bench] = field(default_factory=dict)
    registrations: list[Registration] = field(default_factory=list)

    def mission(self, track: Track) -> Mapping[str, Bench]:
        """Return the benches for a track: by their declared order, then by discovery, then its crisis.

        A case stands beside its bench: before it where it has the lower order, else after it.
        """
        found = list(self.benches)

        def place(bench_id: str) -> tuple[float, int, float, bool]:
            bench = self.benches[bench_id][0]
            own, home = bench.order, bench.case_of or bench_id
            first = self.benches[home][0].order
            return (_last(first), found.index(home), _last(own), bool(bench.case_of))

        ids = sorted(found, key=place)
        ids += [track.crisis.id] if track.crisis else []
        return MappingProxyType({bench_id: self.settled[track.id, bench_id] for bench_id in ids})

    def shown(self, track: Track) -> Track:
        """Return a track as the lab uses it: its crisis is the one that was settled, which calls a plugin's process."""
        is_apart = self.tracks[track.id][1].source in self.processes and track.crisis is not None
        return with_crisis(track, self.settled[track.id, track.crisis.id]) if is_apart and track.crisis else track

    def add(self, registration: Registration) -> None:
        """Take the whole registration, or raise PluginRefused and take nothing.

        A track must work with the course's own benches; a bench with every track.
        """
        self._check_names(registration)
        new = Pool(
            processes=self.processes,
            before=self.before,
            seconds=self.seconds,
            tracks={track.id: (track, registration) for track in registration.tracks},
            benches={bench.id: (bench, registration) for bench in registration.benches},
        )
        for track in registration.tracks:
            if registration.source.kind != "built-in":
                _check_track(track)
            for bench, owner in self.benches.values():
                if owner.source.kind == "built-in":
                    new.settle(bench, track, f"its track '{track.id}' does not work with bench '{bench.id}'", owner)
            if track.crisis is not None:
                new.settle(track.crisis, track, f"the crisis of its track '{track.id}' does not work", registration)
        for bench in registration.benches:
            for track, _ in (*self.tracks.values(), *new.tracks.values()):
                new.settle(bench, track, f"its bench '{bench.id}' does not work on track '{track.id}'", registration)
        self.tracks |= new.tracks
        self.benches |= new.benches
        self.settled |= new.settled
        self.registrations.append(registration)

    def complete(self) -> tuple[Registration, str] | None:
        """Check plugins' benches on the tracks that came after them, and refuse texts and extras that no bench reads.

        Return the first registration that fails, with the reason.
        """
        for bench, registration in self.benches.values():
            if refusal := self._no_home(bench):
                return registration, refusal
        for bench, registration in self.benches.values():
            for track, _ in self.tracks.values():
                if (track.id, bench.id) in self.settled:
                    continue
                try:
                    self.settle(
                        bench, track, f"its bench '{bench.id}' does not work on track '{track.id}'", registration
                    )
                except PluginRefused as refusal:
                    return registration, str(refusal)
        for track, registration in self.tracks.values():
            if registration.source.kind == "built-in":  # tests check the texts of the course's own tracks
                continue
            try:
                check_nothing_unread(track, self.mission(track).values())
            except SpecError as problem:
                return registration, str(problem)
        return None

    def _no_home(self, bench: Bench) -> str:
        """Return why a case has no bench to stand beside, or nothing."""
        home = self.benches.get(bench.case_of)
        if not bench.case_of or (home is not None and not home[0].case_of):
            return ""
        if home is not None:
            return (
                f"its bench '{bench.id}' is a case of '{bench.case_of}', which is a case of '{home[0].case_of}' itself"
            )
        known = listing(name for name, (other, _) in self.benches.items() if not other.case_of)
        return f"its bench '{bench.id}' is a case of '{bench.case_of}', which no track has; there are {known}"

    def settle(self, bench: Bench, track: Track, failure: str, owner: Registration) -> None:
        """Check and run one bench of an owner for one track; an error reads ``failure: what``."""
        known_track, known = self.before.get((track.id, bench.id), (None, None))
        if known is not None and known_track is track and owner.source.kind == "built-in":
            self.settled[track.id, bench.id] = known
            return
        began = time.perf_counter()
        try:
            self.settled[track.id, bench.id] = working(bench, track, self.processes.get(owner.source))
        except (Exception, SystemExit, GeneratorExit) as problem:
            raise PluginRefused(
                f"{failure}: {problem if isinstance(problem, PluginRefused) else error_text(problem)}"
            ) from problem
        finally:
            self.seconds[owner.source] = self.seconds.get(owner.source, 0.0) + time.perf_counter() - began

    def _check_names(self, registration: Registration) -> None:
        """Refuse every name that is taken, naming both providers."""
        for earlier in self.registrations:
            if (
                registration.source.entry_point
                and earlier.source.entry_point
                and registration.source.name == earlier.source.name
            ):
                raise PluginRefused(
                    f"another entry point is called '{registration.source.name}' too, that of {earlier.source.origin}; "
                    "give this one another name in its package's metadata"
                )
            if any(hook is other for hook in registration.hooks for other in earlier.hooks):
                raise PluginRefused(f"its hooks are those of {_provider(earlier)} again; name that plugin once")
        tracks = {track_id: _provider(owner) for track_id, (_, owner) in self.tracks.items()}
        benches = {bench_id: _provider(owner) for bench_id, (_, owner) in self.benches.items()}
        crises = {t.crisis.id: f"track '{t.id}' of {_provider(owner)}" for t, owner in self.tracks.values() if t.crisis}
        for track in registration.tracks:
            _reserve_id("track", track.id, registration, tracks)
        for bench in registration.benches:
            _reserve_id("bench", bench.id, registration, benches | crises)
            benches[bench.id] = _provider(registration)
        for track in registration.tracks:
            if track.crisis is not None:
                _reserve_id("bench", track.crisis.id, registration, dict(benches))
                if track.crisis.case_of:
                    raise PluginRefused(
                        f"the crisis '{track.crisis.id}' of its track '{track.id}' is a case of "
                        f"'{track.crisis.case_of}'; a crisis is a bench, so leave case_of out"
                    )


def _check_track(track: Track) -> None:
    try:
        check_texts(f"Track '{track.id}'", track)
    except SpecError as problem:
        raise PluginRefused(str(problem)) from problem


def _last(order: float | None) -> float:
    """Return an order, after all others where none is declared."""
    return math.inf if order is None else order


def _reserve_id(kind: str, name: str, registration: Registration, taken: dict[str, str]) -> None:
    if name in taken:
        raise PluginRefused(
            f"{kind} '{name}' of {_provider(registration)} is brought by {taken[name]} already; give it another id"
        )
    taken[name] = _provider(registration)


def _provider(registration: Registration) -> str:
    source = registration.source
    return source.name if source.name == source.origin else f"{source.name} ({source.origin})"


def listing(ids: Iterable[str]) -> str:
    """Return ids as a text, "none" where there are none."""
    return ", ".join(ids) or "none"
