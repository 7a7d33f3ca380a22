"""The queue of second opinions: one job a state, joined by all who ask for it.

Every change is one transaction. Where the jobs are kept, by which clock, and what runs them, are matters of
``HostQueue`` (one host) and ``SharedQueue`` (several).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from contextlib import AbstractContextManager

from dashboard.second_opinions.jobs import ENDED, FULL_DISK, MAX_STARTS, TOO_LONG, Job, Jobs, Standing
from tracks.api.controls import Value


class Queue(ABC):
    """The queue of one lab.

    Args:
        limit_s: how long a job may run.

    Attributes:
        not_kept: what a student is told whose answer cannot be kept.
    """

    not_kept = FULL_DISK

    def __init__(self, limit_s: float) -> None:
        self.limit_s = limit_s

    @abstractmethod
    def _change(self) -> AbstractContextManager[Jobs]:
        """Give the jobs, and store them at the end if they were changed.

        Raises:
            QueueUnavailable: they cannot be read or written.
        """

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
            job = jobs.find(state)
            if job is not None and job.stage == "failed" and not automatic:
                jobs.all.remove(job)
                job = None
            if job is None:
                jobs.check_room(asker, automatic=automatic)
                job = Job(state=state, track=track, bench=bench, values=dict(values), seeds=seeds, automatic=automatic,
                          seen=jobs.now)  # fmt: skip
                jobs.all.append(job)
            elif not automatic and job.seeds < seeds:
                jobs.all.remove(job)
                jobs.all.append(job)
                job.give_way()
                job.seeds, job.automatic = seeds, False
            if asker not in job.askers:
                job.askers.append(asker)
            job.seen = jobs.now
            jobs.drop_beyond_room()
            return jobs.standing(job)

    def look(self, state: str, asker: str) -> Standing | None:
        """Return how far a state's job is for one who asked for it, or None where there is none.

        Raises:
            QueueUnavailable: it cannot be read.
        """
        with self._change() as jobs:
            job = jobs.find(state)
            if job is None or asker not in job.askers:
                return None
            job.seen = jobs.now
            return jobs.standing(job)

    def leave(self, state: str, asker: str) -> None:
        """Wait no longer for a job; it ends where nobody else waits.

        Raises:
            QueueUnavailable: it cannot be written.
        """
        with self._change() as jobs:
            job = jobs.find(state)
            if job is not None and asker in job.askers:
                job.askers.remove(asker)
                if not job.askers:
                    jobs.all.remove(job)

    @abstractmethod
    def lengths(self) -> dict[str, int]:
        """Return how many jobs wait and how many run; none where there is no queue yet or it cannot be read."""

    # --- the processes that run jobs ---------------------------------------------------------------------------------

    def claim(self, runner: str, slot: int) -> Job | None:
        """Return the next job, which is this runner's from now on, or None.

        Raises:
            QueueUnavailable: the queue cannot be written.
        """
        with self._change() as jobs:
            job = next(iter(jobs.waiting()), None)
            if job is not None:
                job.stage, job.runner, job.slot, job.started, job.beat = "running", runner, slot, jobs.now, jobs.now
                self._claimed(job)
            return job

    @abstractmethod
    def _claimed(self, job: Job) -> None:
        """Count a start, where that is not done before."""

    def check(self, state: str, runner: str) -> bool:
        """Whether a runner should go on with a job: it is still wanted of it, and the job's time is not over.

        What nobody asked for gives its place back to what waits and was asked for.

        Raises:
            QueueUnavailable: the queue cannot be read.
        """
        with self._change() as jobs:
            job = jobs.find(state)
            if job is None or job.runner != runner:
                return False
            if jobs.now - job.started >= self.limit_s:
                job.fail(TOO_LONG.format(self.limit_s))
                return False
            is_full = len(jobs.running()) >= jobs.places
            if job.automatic and is_full and any(not other.automatic for other in jobs.waiting()):
                job.give_way()
                return False
            self._heard_of(job, jobs.now)
            return True

    @abstractmethod
    def _heard_of(self, job: Job, now: float) -> None:
        """Keep that whoever runs a job is there, where nothing else tells it."""

    def report(self, state: str, runner: str, done: int, of: int) -> None:
        """Keep a job's progress.

        Raises:
            QueueUnavailable: it cannot be written.
        """
        with self._change() as jobs:
            job = jobs.find(state)
            if job is not None and job.runner == runner:
                job.done, job.of = done, of

    def finish(self, state: str, runner: str, problem: str = "") -> None:
        """Take a job that has its answer out of the queue, or keep why it has none.

        Raises:
            QueueUnavailable: it cannot be written.
        """
        with self._change() as jobs:
            job = jobs.find(state)
            if job is not None and job.runner == runner:
                if problem:
                    job.fail(problem)
                else:
                    jobs.all.remove(job)

    def _take_back(self, jobs: Jobs, job: Job) -> None:
        """Let a job whose process has ended wait again, or keep why it does not."""
        if not jobs.is_recent(job):
            jobs.all.remove(job)
        elif jobs.now - job.started >= self.limit_s:
            job.fail(TOO_LONG.format(self.limit_s))
        elif job.starts >= MAX_STARTS:
            job.fail(ENDED)
        else:
            job.wait()
