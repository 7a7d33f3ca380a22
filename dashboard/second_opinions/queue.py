"""The queue of second opinions: one job a state, in a file that every process of the host shares.

Every change is one transaction. Times are seconds of the host's monotonic clock, which all its processes share and
which a change of the date does not move; it begins anew when the host starts, and what is then later is forgotten.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from diskcache import Cache

from dashboard.second_opinions.answers import UNUSABLE
from dashboard.second_opinions.slots import SLOTS, Slots
from tracks.api.controls import Value

MAX_WAITING = 40  # asked by students, on a host
MAX_OWN = 3  # asked by one student and not answered yet
ROOM = 8  # in a longer queue nothing waits that nobody asked for
FORGOTTEN_S = 600.0  # nobody has looked at it for so long
MAX_STARTS = 3  # processes that may end over a job before it is given up

_ROW = 16 * 1024 * 1024  # bytes; the queue stays one row of the database, which a transaction covers

ENDED = "Its process ended before the second opinion was there; the bench is as it was. Ask again."
TOO_LONG = (
    "The second opinion took longer than {:.0f} s and was stopped; the bench is as it was. Fewer rounds take less."
)


class Refused(Exception):
    """A job that is not queued; its text is a sentence for the student."""


class QueueUnavailable(Exception):
    """The queue cannot be read or written; its text is a sentence for the student."""

    def __init__(self, problem: BaseException) -> None:
        super().__init__(
            "Second opinions cannot be stored on this server now (its disk may be full or read-only); the bench is as "
            "it was. Tell whoever runs this lab, and ask again later."
        )
        self.__cause__ = problem


@dataclass(kw_only=True, slots=True)
class Job:
    """The second opinion on one state, until it is there.

    Attributes:
        state: the digest of track, bench and values. seeds: how many are run.
        automatic: nobody has asked for it; every job that was asked for goes first.
        askers: who waits for it, students by their ids.
        stage: "waiting", "running" or "failed". problem: why it failed, a sentence.
        seen: when somebody last asked for it or looked. started: when it began to run.
        runner, slot: who runs it. done, of: its progress. starts: processes started for it.
    """

    state: str
    track: str
    bench: str
    values: dict[str, Value]
    seeds: int
    automatic: bool
    seen: float
    askers: list[str] = field(default_factory=list)
    stage: str = "waiting"
    problem: str = ""
    started: float = 0.0
    runner: str = ""
    slot: int = 0
    done: int = 0
    of: int = 0
    starts: int = 0

    def wait(self) -> None:
        """Go back to the queue; whoever ran it finds that it no longer does."""
        self.stage, self.runner, self.slot, self.done, self.of = "waiting", "", 0, 0, 0

    def give_way(self) -> None:
        """Go back to the queue of the lab's own will, which counts as no failed start."""
        self.wait()
        self.starts = 0

    def fail(self, problem: str) -> None:
        """Keep why there is no answer, for those who look."""
        self.wait()
        self.stage, self.problem = "failed", problem


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """How far a job is.

    Attributes:
        stage: "waiting", "running" or "failed". place: in the queue, 1 is the next; 0 where a place to run is free.
        done, of: seeds. problem: why it failed.
    """

    stage: str
    place: int = 0
    done: int = 0
    of: int = 0
    problem: str = ""


class Queue:
    """The queue in one folder.

    Args:
        folder: made on the first use, for this user alone. limit_s: how long a job may run.
    """

    def __init__(self, folder: Path, limit_s: float) -> None:
        self._folder = folder
        self.limit_s = limit_s
        self.slots = Slots(folder)

    @cached_property
    def _cache(self) -> Cache:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return Cache(str(self._folder), eviction_policy="none", timeout=5, disk_min_file_size=_ROW)

    # --- students ---------------------------------------------------------------------------------------------------

    def ask(
        self,
        state: str,
        track: str,
        bench: str,
        values: Mapping[str, Value],
        *,
        seeds: int,
        asker: str,
        automatic: bool,
    ) -> Standing:
        """Queue a job, or join the one of this state; with more seeds than it has it is queued anew for them.

        Raises:
            Refused: the queue is full, or this student waits for enough. QueueUnavailable: it cannot be written.
        """
        with self._change() as jobs:
            job = _find(jobs, state)
            if job is not None and job.stage == "failed" and not automatic:
                jobs.remove(job)
                job = None
            if job is None:
                _check_room(jobs, asker, automatic=automatic)
                job = Job(state=state, track=track, bench=bench, values=dict(values), seeds=seeds, automatic=automatic,
                          seen=time.monotonic())  # fmt: skip
                jobs.append(job)
            elif not automatic and job.seeds < seeds:
                jobs.remove(job)
                jobs.append(job)
                job.give_way()
                job.seeds, job.automatic = seeds, False
            if asker not in job.askers:
                job.askers.append(asker)
            job.seen = time.monotonic()
            _drop_beyond_room(jobs)
            return _standing(jobs, job)

    def look(self, state: str, asker: str) -> Standing | None:
        """Return how far a state's job is for one who asked for it, or None where there is none.

        Raises:
            QueueUnavailable: it cannot be read.
        """
        with self._change() as jobs:
            job = _find(jobs, state)
            if job is None or asker not in job.askers:
                return None
            job.seen = time.monotonic()
            return _standing(jobs, job)

    def leave(self, state: str, asker: str) -> None:
        """Wait no longer for a job; it ends where nobody else waits.

        Raises:
            QueueUnavailable: it cannot be written.
        """
        with self._change() as jobs:
            job = _find(jobs, state)
            if job is not None and asker in job.askers:
                job.askers.remove(asker)
                if not job.askers:
                    jobs.remove(job)

    def lengths(self) -> dict[str, int]:
        """Return how many jobs wait and how many run; none where there is no queue yet or it cannot be read."""
        if not self._folder.is_dir():
            return {"waiting": 0, "running": 0}
        try:
            jobs = _read(self._cache.get("jobs", "[]"))
        except UNUSABLE:
            return {}
        stages = [job.stage for job in jobs if job.stage == "running" or _is_recent(job.seen)]
        return {stage: stages.count(stage) for stage in ("waiting", "running")}

    # --- the processes that run jobs ---------------------------------------------------------------------------------

    def tend(self, start: Callable[[int, int], None]) -> None:
        """Take back the jobs of processes that have ended, and start one in each free slot that a waiting job needs.

        Args:
            start: called with a slot and the open file that holds it, which it hands to the process.

        Raises:
            QueueUnavailable: the queue cannot be written.
        """
        with self._change() as jobs:
            for job in [job for job in jobs if job.stage == "running" and self.slots.is_free(job.slot)]:
                if not _is_recent(job.seen):
                    jobs.remove(job)
                elif time.monotonic() - job.started >= self.limit_s:
                    job.fail(TOO_LONG.format(self.limit_s))
                else:
                    job.wait()
            for job in [job for job in _waiting(jobs) if job.starts >= MAX_STARTS]:
                job.fail(ENDED)
            waiting, busy = iter(_waiting(jobs)), {job.slot for job in jobs if job.stage == "running"}
            for slot in (slot for slot in range(1, SLOTS + 1) if slot not in busy):
                descriptor, head = self.slots.take(slot), next(waiting, None)
                if descriptor is None:
                    continue  # a process that is starting takes that job
                if head is None:
                    os.close(descriptor)
                else:
                    head.starts += 1
                    start(slot, descriptor)

    def claim(self, runner: str, slot: int) -> Job | None:
        """Return the next job, which is this runner's from now on, or None.

        Raises:
            QueueUnavailable: the queue cannot be written.
        """
        with self._change() as jobs:
            job = next(iter(_waiting(jobs)), None)
            if job is not None:
                job.stage, job.runner, job.slot, job.started = "running", runner, slot, time.monotonic()
            return job

    def check(self, state: str, runner: str) -> bool:
        """Whether a runner should go on with a job: it is still wanted of it, and the job's time is not over.

        What nobody asked for gives its place back to what waits and was asked for.

        Raises:
            QueueUnavailable: the queue cannot be read.
        """
        with self._change() as jobs:
            job = _find(jobs, state)
            if job is None or job.runner != runner:
                return False
            if time.monotonic() - job.started >= self.limit_s:
                job.fail(TOO_LONG.format(self.limit_s))
                return False
            running = sum(other.stage == "running" for other in jobs)
            if job.automatic and running >= SLOTS and any(not other.automatic for other in _waiting(jobs)):
                job.give_way()
                return False
            return True

    def report(self, state: str, runner: str, done: int, of: int) -> None:
        """Keep a job's progress.

        Raises:
            QueueUnavailable: it cannot be written.
        """
        with self._change() as jobs:
            job = _find(jobs, state)
            if job is not None and job.runner == runner:
                job.done, job.of = done, of

    def finish(self, state: str, runner: str, problem: str = "") -> None:
        """Take a job that has its answer out of the queue, or keep why it has none.

        Raises:
            QueueUnavailable: it cannot be written.
        """
        with self._change() as jobs:
            job = _find(jobs, state)
            if job is not None and job.runner == runner:
                if problem:
                    job.fail(problem)
                else:
                    jobs.remove(job)

    # --- what is stored ----------------------------------------------------------------------------------------------

    @contextmanager
    def _change(self) -> Iterator[list[Job]]:
        """Give the jobs in their order, and store them if they were changed."""
        try:
            with self._cache.transact():
                before = self._cache.get("jobs", "[]")
                jobs = [job for job in _read(before) if job.stage == "running" or _is_recent(job.seen)]
                yield jobs
                after = json.dumps([asdict(job) for job in jobs])
                if after != before:
                    self._cache.set("jobs", after)
        except UNUSABLE as problem:
            raise QueueUnavailable(problem) from problem


def _read(text: Any) -> list[Job]:
    """Return the stored jobs; what another version of the lab stored otherwise is no job."""
    try:
        return [Job(**item) for item in json.loads(text)]
    except (ValueError, TypeError):
        return []


def _is_recent(seen: float) -> bool:
    return 0 <= time.monotonic() - seen < FORGOTTEN_S


def _find(jobs: list[Job], state: str) -> Job | None:
    return next((job for job in jobs if job.state == state), None)


def _waiting(jobs: list[Job]) -> list[Job]:
    """Return what waits, first what was asked for, each in its order."""
    return sorted((job for job in jobs if job.stage == "waiting"), key=lambda job: job.automatic)


def _standing(jobs: list[Job], job: Job) -> Standing:
    free = SLOTS - sum(other.stage == "running" for other in jobs)
    place = max(0, _waiting(jobs).index(job) + 1 - free) if job.stage == "waiting" and job in jobs else 0
    return Standing(stage=job.stage, place=place, done=job.done, of=job.of, problem=job.problem)


def _check_room(jobs: list[Job], asker: str, *, automatic: bool) -> None:
    waiting = _waiting(jobs)
    if automatic:
        if len(waiting) >= ROOM:
            raise Refused("Too many second opinions are asked for now; this one is left out.")
        return
    own = sum(asker in job.askers and not job.automatic and job.stage != "failed" for job in jobs)
    if own >= MAX_OWN:
        raise Refused(f"{own} second opinions that you asked for are not there yet. Wait for one, or stop one.")
    if sum(not job.automatic for job in waiting) >= MAX_WAITING:
        raise Refused(f"{MAX_WAITING} second opinions wait already. Ask again in a few minutes.")


def _drop_beyond_room(jobs: list[Job]) -> None:
    for job in _waiting(jobs)[ROOM:]:
        if job.automatic:
            jobs.remove(job)
