"""The queue of one host: a file that all its processes share, and a few places to run, each a locked file.

Times are seconds of the host's monotonic clock, which all its processes share and which a change of the date does not
move; it begins anew when the host starts, and what is then later is forgotten.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path

from diskcache import Cache

from dashboard.second_opinions.answers import UNUSABLE
from dashboard.second_opinions.jobs import ENDED, MAX_STARTS, Job, Jobs, QueueUnavailable
from dashboard.second_opinions.queue import Queue
from dashboard.second_opinions.slots import SLOTS, Slots

_ROW = 16 * 1024 * 1024  # bytes; the queue stays one row of the database, which a transaction covers


class HostQueue(Queue):
    """The queue in one folder.

    Args:
        folder: made on the first use, for this user alone. limit_s: how long a job may run.
    """

    def __init__(self, folder: Path, limit_s: float) -> None:
        super().__init__(limit_s)
        self._folder = folder
        self.slots = Slots(folder)

    @cached_property
    def _cache(self) -> Cache:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return Cache(str(self._folder), eviction_policy="none", timeout=5, disk_min_file_size=_ROW)

    def lengths(self) -> dict[str, int]:
        """Return how many jobs wait and how many run; none where there is no queue yet or it cannot be read."""
        if not self._folder.is_dir():
            return {"waiting": 0, "running": 0}
        try:
            jobs = Jobs.read(self._cache.get("jobs", "[]"), time.monotonic(), SLOTS)
        except UNUSABLE:
            return {}
        return jobs.lengths()

    def tend(self, start: Callable[[int, int], None]) -> None:
        """Take back the jobs of processes that have ended, and start one in each free slot that a waiting job needs.

        Args:
            start: called with a slot and the open file that holds it, which it hands to the process.

        Raises:
            QueueUnavailable: the queue cannot be written.
        """
        with self._change() as jobs:
            for job in [job for job in jobs.running() if self.slots.is_free(job.slot)]:
                self._take_back(jobs, job)
            for job in [job for job in jobs.waiting() if job.starts >= MAX_STARTS]:
                job.fail(ENDED)
            waiting, busy = iter(jobs.waiting()), {job.slot for job in jobs.running()}
            for slot in (slot for slot in range(1, SLOTS + 1) if slot not in busy):
                descriptor, head = self.slots.take(slot), next(waiting, None)
                if descriptor is None:
                    continue  # a process that is starting takes that job
                if head is None:
                    os.close(descriptor)
                else:
                    head.starts += 1
                    start(slot, descriptor)

    def _claimed(self, job: Job) -> None:
        """A start was counted when the process was started."""

    def _heard_of(self, job: Job, now: float) -> None:
        """A process that runs holds its slot, which is all that need be known."""

    @contextmanager
    def _change(self) -> Iterator[Jobs]:
        try:
            with self._cache.transact():
                before = self._cache.get("jobs", "[]")
                jobs = Jobs.read(before, time.monotonic(), SLOTS)
                yield jobs
                after = jobs.text()
                if after != before:
                    self._cache.set("jobs", after)
        except UNUSABLE as problem:
            raise QueueUnavailable(problem) from problem
