"""Find tracks and benches, check each where it will be used, and keep what works in a read-only Registry."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from tracks.api.bench import Bench
from tracks.api.track import Track
from tracks.loading.assembly import BuiltInError, Pool, assemble, collecting_errors, listing
from tracks.loading.discovery import (
    LOADING,
    Kind,
    Registration,
    Source,
    collect,
    find_sources,
)
from tracks.loading.isolation.process import CALL_S, LOADING_S, PluginProcess, is_available

BUILTIN_MODULES = (
    "tracks.cloud_titan",
    "tracks.edge_guardian",
    "tracks.mobile_nomad",
    "tracks.tiny_pioneer",
    "tracks.missions",
)


__all__ = [
    "BUILTIN_MODULES",
    "BuiltInError",
    "PluginRecord",
    "Registry",
    "UnknownBench",
    "UnknownTrack",
    "load_bench",
    "load_registry",
]


class _Unknown(KeyError):
    def __str__(self) -> str:
        return str(self.args[0])  # KeyError would print the sentence in quotes


class UnknownTrack(_Unknown):
    """There is no track of that id; the sentence lists what there is."""


class UnknownBench(_Unknown):
    """The track has no bench of that id; the sentence lists what there is."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PluginRecord:
    """One thing that was found, used or not.

    Attributes:
        name: dotted module, file name or name of the entry point.
        origin: the module, the file's path, or distribution, version and module.
        kind: "built-in", "folder" or "package".
        tracks, benches: ids of what is used of it; empty when it is left out.
        reason: why it is left out and what would be right; "" when it is used.
        seconds: how long it took to load it [s].
        process: where its functions are called, None of a built-in and of what is left out.
    """

    name: str
    origin: str
    kind: Kind
    tracks: tuple[str, ...] = ()
    benches: tuple[str, ...] = ()
    reason: str = ""
    seconds: float = field(default=0.0, compare=False)
    process: PluginProcess | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Registry:
    """Every track and its benches, each for its track and checked; nothing in it changes after start.

    Attributes:
        tracks: id -> Track, in the order of discovery.
        missions: track id -> bench id -> Bench for that track, in the order of the mission.
        found: everything that was found, in the order of loading, with the reasons of what was left out.
    """

    tracks: Mapping[str, Track]
    missions: Mapping[str, Mapping[str, Bench]]
    found: tuple[PluginRecord, ...]

    def track(self, track_id: str) -> Track:
        """Return the track of that id.

        Raises:
            UnknownTrack: there is none; the sentence lists what there is.
        """
        if not isinstance(track_id, str) or track_id not in self.tracks:
            raise UnknownTrack(f"There is no track {str(track_id)[:48]!r}. There are: {listing(self.tracks)}.")
        return self.tracks[track_id]

    def bench(self, track_id: str, bench_id: str) -> Bench:
        """Return one bench for its track.

        Raises:
            UnknownTrack, UnknownBench: there is none; the sentence lists what there is.
        """
        track = self.track(track_id)
        benches = self.missions[track.id]
        if not isinstance(bench_id, str) or bench_id not in benches:
            raise UnknownBench(f"{track.name} has no bench {str(bench_id)[:48]!r}. It has: {listing(benches)}.")
        return benches[bench_id]

    def benches(self, track_id: str) -> tuple[Bench, ...]:
        """Return a track's benches in the order of the mission, its crisis last.

        Raises:
            UnknownTrack: there is no such track.
        """
        return tuple(self.missions[self.track(track_id).id].values())


def load_registry(
    *,
    folder: str | Path | None = None,
    builtins: Sequence[str] = BUILTIN_MODULES,
    entry_points: bool = True,
    earlier: Registry | None = None,
) -> Registry:
    """Find and check every source of tracks and benches.

    A plugin is loaded in a process of its own first. Where it does no harm there it declares itself here, and its
    functions are called there, now and by whoever uses its benches.

    The order is: ``builtins``, the files of ``folder``, the entry points of installed distributions. Each plugin is
    used whole or left out by name with a reason; nothing else changes.

    Args:
        folder: holds plugins as ``*.py`` files; those starting with ``_`` or ``.`` are skipped. None or "": no folder.
        builtins: dotted names of modules that must work.
        entry_points: whether installed distributions are loaded.
        earlier: what was loaded before in this process; built-in benches of built-in tracks are taken over from it.

    Raises:
        BuiltInError: a built-in does not load or does not work.
        RuntimeError: a plugin called this function while it was being loaded.
    """
    with _one_at_a_time():
        where = Path(folder) if folder else None
        sources = list(find_sources(where, builtins, entry_points))
        reasons: dict[Source, str] = {}
        registrations: list[Registration] = []
        processes: dict[Source, PluginProcess] = {}
        seconds: dict[Source, float] = {}
        for source in sources:
            began = time.perf_counter()
            with collecting_errors(source, reasons):
                if source.kind != "built-in" and is_available:
                    processes[source] = PluginProcess(source, where, entry_points)
                registrations.append(_collected(source, processes.get(source)))
            seconds[source] = time.perf_counter() - began
        pool = assemble(registrations, reasons, processes, _settled_before(earlier))
        for source, process in processes.items():
            process.limit_s = CALL_S
            if source in reasons:
                process.end()
    return Registry(
        tracks=MappingProxyType({track.id: pool.shown(track) for track, _ in pool.tracks.values()}),
        missions=MappingProxyType({track.id: pool.mission(track) for track, _ in pool.tracks.values()}),
        found=tuple(
            _record(source, pool, reasons.get(source, ""), seconds[source] + pool.seconds.get(source, 0.0))
            for source in sources
        ),
    )


def _settled_before(earlier: Registry | None) -> dict[tuple[str, str], tuple[Track, Bench]]:
    """Return every bench of the built-in tracks that were loaded before, by the ids of both."""
    if earlier is None:
        return {}
    own = [track_id for item in earlier.found if item.kind == "built-in" for track_id in item.tracks]
    return {(name, bench.id): (earlier.tracks[name], bench) for name in own for bench in earlier.benches(name)}


def _collected(source: Source, process: PluginProcess | None) -> Registration:
    """Return what a source brings; a plugin is loaded in its process before it is loaded here.

    Raises:
        PluginRefused: it does not load, or changes more than its own.
    """
    if process is None:
        return collect(source)
    process.limit_s = LOADING_S
    process.start()
    registration = collect(source)
    process.has(registration.tracks)
    return registration


def load_bench(track_id: str, bench_id: str, *, folder: str | Path | None = None) -> tuple[Track, Bench]:
    """Return one track and one of its benches, for a process that computes a state which a checked registry has.

    Nothing is tried, which takes most of the time of ``load_registry``, and no plugin is loaded for a bench of the
    course on one of its tracks. What a plugin's functions do, they do in this process.

    Raises:
        UnknownTrack, UnknownBench: there is none, or its plugin cannot be loaded.
    """
    tracks: dict[str, Track] = {}
    benches: dict[str, Bench] = {}
    with _one_at_a_time():
        for source in find_sources(Path(folder) if folder else None, BUILTIN_MODULES, entry_points=True):
            if source.kind != "built-in" and _has(tracks, benches, track_id, bench_id):
                break
            with collecting_errors(source, {}):
                registration = collect(source)
                tracks = {track.id: track for track in registration.tracks} | tracks
                benches = {bench.id: bench for bench in registration.benches} | benches
    if track_id not in tracks:
        raise UnknownTrack(f"There is no track {track_id!r}. There are: {listing(tracks)}.")
    track = tracks[track_id]
    if track.crisis is not None:
        benches[track.crisis.id] = track.crisis
    if bench_id not in benches:
        raise UnknownBench(f"{track.name} has no bench {bench_id!r}. It has: {listing(benches)}.")
    return track, benches[bench_id].on(track)


def _has(tracks: Mapping[str, Track], benches: Mapping[str, Bench], track_id: str, bench_id: str) -> bool:
    """Whether a track and a bench are there, the track's own crisis too."""
    track = tracks.get(track_id)
    is_crisis = track is not None and track.crisis is not None and track.crisis.id == bench_id
    return is_crisis or (track is not None and bench_id in benches)


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Refuse a second call while one runs: a plugin that loads the registry would load itself without end."""
    if LOADING.get():
        raise RuntimeError("load_registry was called by a plugin that is being loaded; a plugin only brings its own")
    token = LOADING.set(True)
    try:
        yield
    finally:
        LOADING.reset(token)


def _record(source: Source, pool: Pool, reason: str, seconds: float) -> PluginRecord:
    return PluginRecord(
        name=source.name,
        origin=source.origin,
        kind=source.kind,
        tracks=tuple(track.id for track, registration in pool.tracks.values() if registration.source is source),
        benches=tuple(bench.id for bench, registration in pool.benches.values() if registration.source is source),
        reason=reason,
        seconds=seconds,
        process=None if reason else pool.processes.get(source),
    )
