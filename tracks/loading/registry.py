"""Find tracks and benches, check each where it will be used, and keep what works in a read-only Registry."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from tracks.api.bench import Bench
from tracks.api.checks import SpecError
from tracks.api.declared import check_nothing_unread
from tracks.api.track import Track
from tracks.loading.discovery import Kind, PluginRefused, Registration, Source, collect, error_text, find_sources
from tracks.loading.settled import working

BUILTIN_MODULES = (
    "tracks.cloud_titan",
    "tracks.edge_guardian",
    "tracks.mobile_nomad",
    "tracks.tiny_pioneer",
    "tracks.missions",
)

_LOADING: ContextVar[bool] = ContextVar("edgelab_loading", default=False)


class BuiltInError(RuntimeError):
    """A built-in track or bench does not work. That is our fault, so nothing starts."""


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
    """

    name: str
    origin: str
    kind: Kind
    tracks: tuple[str, ...] = ()
    benches: tuple[str, ...] = ()
    reason: str = ""


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
            raise UnknownTrack(f"There is no track {str(track_id)[:48]!r}. There are: {_listing(self.tracks)}.")
        return self.tracks[track_id]

    def bench(self, track_id: str, bench_id: str) -> Bench:
        """Return one bench for its track.

        Raises:
            UnknownTrack, UnknownBench: there is none; the sentence lists what there is.
        """
        track = self.track(track_id)
        benches = self.missions[track.id]
        if not isinstance(bench_id, str) or bench_id not in benches:
            raise UnknownBench(f"{track.name} has no bench {str(bench_id)[:48]!r}. It has: {_listing(benches)}.")
        return benches[bench_id]

    def benches(self, track_id: str) -> tuple[Bench, ...]:
        """Return a track's benches in the order of the mission, its crisis last.

        Raises:
            UnknownTrack: there is no such track.
        """
        return tuple(self.missions[self.track(track_id).id].values())


def _listing(ids: Iterable[str]) -> str:
    return ", ".join(ids) or "none"


def load_registry(
    *, folder: str | Path | None = None, builtins: Sequence[str] = BUILTIN_MODULES, entry_points: bool = True
) -> Registry:
    """Find and check every source of tracks and benches.

    The order is: ``builtins``, the files of ``folder``, the entry points of installed distributions. Each plugin is
    used whole or left out by name with a reason; nothing else changes.

    Args:
        folder: holds plugins as ``*.py`` files; those starting with ``_`` or ``.`` are skipped. None or "": no folder.
        builtins: dotted names of modules that must work.
        entry_points: whether installed distributions are loaded.

    Raises:
        BuiltInError: a built-in does not load or does not work.
        RuntimeError: a plugin called this function while it was being loaded.
    """
    with _one_at_a_time():
        sources = list(find_sources(Path(folder) if folder else None, builtins, entry_points))
        reasons: dict[Source, str] = {}
        registrations: list[Registration] = []
        for source in sources:
            with _collecting_errors(source, reasons):
                registrations.append(collect(source))
        pool = _assemble(registrations, reasons)
    return Registry(
        tracks=MappingProxyType({track.id: track for track, _ in pool.tracks.values()}),
        missions=MappingProxyType({track.id: pool.mission(track) for track, _ in pool.tracks.values()}),
        found=tuple(_record(source, pool, reasons.get(source, "")) for source in sources),
    )


def load_bench(track_id: str, bench_id: str, *, folder: str | Path | None = None) -> tuple[Track, Bench]:
    """Return one track and one of its benches, for a process that computes a state which a checked registry has.

    Nothing is tried, which takes most of the time of ``load_registry``.

    Raises:
        UnknownTrack, UnknownBench: there is none, or its plugin cannot be loaded.
    """
    tracks: dict[str, Track] = {}
    benches: dict[str, Bench] = {}
    with _one_at_a_time():
        for source in find_sources(Path(folder) if folder else None, BUILTIN_MODULES, entry_points=True):
            with _collecting_errors(source, {}):
                registration = collect(source)
                tracks = {track.id: track for track in registration.tracks} | tracks
                benches = {bench.id: bench for bench in registration.benches} | benches
    if track_id not in tracks:
        raise UnknownTrack(f"There is no track {track_id!r}. There are: {_listing(tracks)}.")
    track = tracks[track_id]
    if track.crisis is not None:
        benches[track.crisis.id] = track.crisis
    if bench_id not in benches:
        raise UnknownBench(f"{track.name} has no bench {bench_id!r}. It has: {_listing(benches)}.")
    return track, benches[bench_id].on(track)


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Refuse a second call while one runs: a plugin that loads the registry would load itself without end."""
    if _LOADING.get():
        raise RuntimeError("load_registry was called by a plugin that is being loaded; a plugin only brings its own")
    token = _LOADING.set(True)
    try:
        yield
    finally:
        _LOADING.reset(token)


@contextmanager
def _collecting_errors(source: Source, reasons: dict[Source, str]) -> Iterator[None]:
    """Collect the error of a plugin; raise that of a built-in."""
    try:
        yield
    except PluginRefused as refusal:
        if source.kind == "built-in":
            raise BuiltInError(f"Built-in '{source.name}' ({source.origin}): {refusal}") from refusal
        reasons[source] = str(refusal)


def _record(source: Source, pool: _Pool, reason: str) -> PluginRecord:
    return PluginRecord(
        name=source.name,
        origin=source.origin,
        kind=source.kind,
        tracks=tuple(track.id for track, registration in pool.tracks.values() if registration.source is source),
        benches=tuple(bench.id for bench, registration in pool.benches.values() if registration.source is source),
        reason=reason,
    )


# --- what fits together ----------------------------------------------------------------------------------------------


def _assemble(registrations: Sequence[Registration], reasons: dict[Source, str]) -> _Pool:
    """Add the registrations in order; when a bench turns out not to work on a later track, start again without it."""
    rejected: dict[Source, str] = {}
    while True:
        pool, refused = _Pool(), dict(rejected)
        for registration in registrations:
            if registration.source not in rejected:
                with _collecting_errors(registration.source, refused):
                    pool.add(registration)
        incompatible = pool.complete()
        if incompatible is None:
            reasons.update(refused)
            return pool
        rejected[incompatible[0].source] = incompatible[1]


@dataclass(slots=True)
class _Pool:
    """What has been added so far, each with the registration it came from."""

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

    def add(self, registration: Registration) -> None:
        """Take the whole registration, or raise PluginRefused and take nothing.

        A track must work with the course's own benches; a bench with every track.
        """
        self._check_names(registration)
        new = _Pool(
            tracks={track.id: (track, registration) for track in registration.tracks},
            benches={bench.id: (bench, registration) for bench in registration.benches},
        )
        for track in registration.tracks:
            for bench, owner in self.benches.values():
                if owner.source.kind == "built-in":
                    new.settle(bench, track, f"its track '{track.id}' does not work with bench '{bench.id}'")
            if track.crisis is not None:
                new.settle(track.crisis, track, f"the crisis of its track '{track.id}' does not work")
        for bench in registration.benches:
            for track, _ in (*self.tracks.values(), *new.tracks.values()):
                new.settle(bench, track, f"its bench '{bench.id}' does not work on track '{track.id}'")
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
                    self.settle(bench, track, f"its bench '{bench.id}' does not work on track '{track.id}'")
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
        known = _listing(name for name, (other, _) in self.benches.items() if not other.case_of)
        return f"its bench '{bench.id}' is a case of '{bench.case_of}', which no track has; there are {known}"

    def settle(self, bench: Bench, track: Track, failure: str) -> None:
        """Check and run one bench for one track; an error reads ``failure: what``."""
        try:
            self.settled[track.id, bench.id] = working(bench, track)
        except (Exception, SystemExit, GeneratorExit) as problem:
            raise PluginRefused(
                f"{failure}: {problem if isinstance(problem, PluginRefused) else error_text(problem)}"
            ) from problem

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
