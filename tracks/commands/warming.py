"""States that are computed ahead, so that a class finds them: sweeps of one and of two controls from every start."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations, product
from pathlib import Path

from tracks.api.bench import Bench
from tracks.api.controls import Value
from tracks.api.track import Track
from tracks.certify.certificate import pairs as chosen
from tracks.commands.keeping import held_in, megabytes
from tracks.commands.places import places as places_of
from tracks.commands.terminal import CommandError, ExitCode, plugins_running, show, show_json, worked
from tracks.common.cache import SharedResults, open_folder, share
from tracks.loading.registry import Registry, load_registry

CHUNK = 8  # states that a process is given at a time
ROOM = 0.9  # of the bound: beyond it a further result could push out one that was just computed

State = tuple[tuple[str, Value], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """States of one bench for one process."""

    track: str
    bench: str
    states: tuple[State, ...]

    @property
    def name(self) -> str:
        """What the progress bar says."""
        return f"{self.track}/{self.bench}"


Shared = tuple[str, tuple[bytes, ...]]


@dataclass(frozen=True, slots=True)
class Where:
    """Where results are kept and shared, and tracks found."""

    folder: Path
    max_bytes: int
    tracks_dir: Path | None
    shared: Shared

    def open(self) -> None:
        """Use them in this process."""
        open_folder(self.folder, self.max_bytes)
        if self.shared[0] != "host":
            share(SharedResults(*self.shared))


def warm(
    folder: Path,
    max_bytes: int,
    tracks_dir: Path | None,
    targets: Sequence[str],
    *,
    places: int,
    pairs: int,
    jobs: int,
    as_json: bool,
    scheduler: str = "",
    shared: Shared,
) -> ExitCode:
    """Compute sweeps of one and of two controls around every start state, in parallel, until the folder is full.

    Args:
        targets: tracks and benches as `edgelab tracks check` takes them; none: every bench that has a preview, as those
            have whose states take long.
        places: positions of a control in a sweep of it alone. pairs: of each of two controls together; 0 for none.
        jobs: processes on this machine. scheduler: of a Dask cluster whose workers compute in their place, "" for none.
        shared: the Redis by which hosts share results ("host" for none), and the keys that sign in it; what the
            workers of a cluster compute reaches the hosts by it alone.

    Raises:
        CommandError: nothing is kept, or nothing can be, or a target is no track and no bench of one.
    """
    if max_bytes <= 0:
        raise CommandError("EDGELAB_CACHE_MB is 0, so that nothing is kept; set how much may be", ExitCode.USAGE)
    start, done = time.monotonic(), 0
    full = _is_full(folder, max_bytes)
    if scheduler and shared[0] == "host":
        raise CommandError(
            "--scheduler needs EDGELAB_CACHE_STORE, by which the hosts get what the cluster computes", ExitCode.USAGE
        )
    if not full:
        where = Where(folder, max_bytes, tracks_dir, shared)
        done, full = _swept(where, targets, places=places, pairs=pairs, jobs=jobs, scheduler=scheduler)
    held, seconds = held_in(folder, max_bytes), time.monotonic() - start
    if as_json:
        show_json({"folder": str(folder), "states": done, "results": held.results, "bytes": held.size,
                   "most_bytes": max_bytes, "full": full, "seconds": round(seconds, 1)})  # fmt: skip
    else:
        ended = " It is full: EDGELAB_CACHE_MB sets more." if full else ""
        show(f"{folder}: {done} states in {seconds:,.0f} s, {held.results} results, {megabytes(held.size)}.{ended}")
    return ExitCode.OK


def _is_full(folder: Path, max_bytes: int) -> bool:
    return held_in(folder, max_bytes).size > ROOM * max_bytes


def _swept(
    where: Where, targets: Sequence[str], *, places: int, pairs: int, jobs: int, scheduler: str
) -> tuple[int, bool]:
    """Compute until the folder is full; return how many states, and whether it is."""
    where.open()
    with plugins_running():
        registry = load_registry(folder=where.tracks_dir)
    try:
        wanted = [(track, bench) for track, bench in chosen(registry, targets) if targets or bench.preview]
    except LookupError as problem:
        raise CommandError(str(problem.args[0]), ExitCode.USAGE) from None
    parts = list(sweeps(wanted, places=places, pairs=pairs))
    done, full = 0, False
    with places_of(scheduler, jobs, begin=(_begin, (where,))) as (pool, _):
        running = [pool.submit(_computed, where.tracks_dir, part) for part in parts]
        for count in worked(range(len(parts)), lambda at: running[at].result(), name=lambda at: parts[at].name):
            done, full = done + count, not scheduler and _is_full(where.folder, where.max_bytes)
            if full:
                break
    return done, full


def sweeps(benches: Sequence[tuple[Track, Bench]], *, places: int, pairs: int) -> Iterator[Part]:
    """Yield the states of some benches: first those of each control alone, then of each two."""
    for states_of, count in ((_alone, places), (_together, pairs)):
        for track, bench in benches:
            found = states_of(bench, count)
            for first in range(0, len(found), CHUNK):
                yield Part(track=track.id, bench=bench.id, states=tuple(found[first : first + CHUNK]))


def _alone(bench: Bench, places: int) -> Sequence[State]:
    return _distinct(bench, ({one.id: value} for one in bench.controls for value in one.positions(places)))


def _together(bench: Bench, places: int) -> Sequence[State]:
    changes = (
        {one.id: value, other.id: another}
        for one, other in combinations(bench.controls if places else (), 2)
        for value, another in product(one.positions(places), other.positions(places))
    )
    return _distinct(bench, changes)


def _distinct(bench: Bench, changes: Iterable[dict[str, Value]]) -> Sequence[State]:
    start = bench.defaults()
    return list(dict.fromkeys(tuple(bench.read(start | change).items()) for change in changes))


# --- in the processes -------------------------------------------------------------------------------------------------


def _begin(where: Where) -> None:
    where.open()
    _registry(where.tracks_dir)


@lru_cache(maxsize=1)
def _registry(tracks_dir: Path | None) -> Registry:
    with plugins_running():
        return load_registry(folder=tracks_dir)


def _computed(tracks_dir: Path | None, part: Part) -> int:
    """Answer states as a page asks for them, while a slider moves and at rest, and draw them; return how many."""
    registry = _registry(tracks_dir)
    track, bench = registry.track(part.track), registry.bench(part.track, part.bench)
    with plugins_running():
        for state in part.states:
            bench.run(track, dict(state), preview=True, fixes=False)
            for drawing in bench.run(track, dict(state)).panels.values():
                drawing.figure()
    return len(part.states)
