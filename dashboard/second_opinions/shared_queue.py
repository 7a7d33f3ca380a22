"""The queue of several hosts: a row in the Redis that is Celery's broker too, so that any host tells how far a job is.

Celery's messages wake workers and say nothing more; which job is next, who waits for it and who runs it stands in the
row. So no message has to be found again or taken back, and one that is lost is sent anew (``tend``). Times are those of
Redis: clocks of hosts may differ.
"""

from __future__ import annotations

import hmac
import json
import logging
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from redis import Redis, RedisError
from redis.backoff import NoBackoff
from redis.exceptions import LockError, WatchError
from redis.retry import Retry

from dashboard.second_opinions.jobs import NO_WORKER, Job, Jobs, QueueUnavailable
from dashboard.second_opinions.queue import Queue
from tracks.common.cache import signing_keys

_LOG = logging.getLogger(__name__)

# The number rises with every change of what is stored, so that versions that run side by side leave each other's alone.
NAME = "edgelab:opinions:1"
MESSAGES = "edgelab-opinions-1"  # Celery's queue, which is a list of this name in Redis
LOST_S = 10.0  # without a sign of life of whoever runs a job
ALONE_S = 30.0  # without one of any worker, before students are told that there is none; a restart is shorter
PATIENCE_S = 1.0  # for a connection, for an answer
SILENT_S = 3.0  # how long a Redis that did not answer is not asked again
_LOCKED_S = 3.0  # for a transaction, before the next may begin
_WAIT_S = 4.5  # for the transactions of others: longer, so that whoever was killed within one is waited out
_KEPT_S = 86_400  # a row that nobody has changed

UNREACHABLE = (
    "Second opinions cannot be asked for now, since what hands them to other machines does not answer; the bench is as "
    "it was. Ask again later."
)
OTHER_KEY = (
    "The machine that computes second opinions has another key than this one; the bench is as it was. Tell whoever "
    "runs this lab."
)
FULL = (
    "Second opinions cannot be asked for now, since what hands them to other machines is full; the bench is as it was. "
    "Tell whoever runs this lab, and ask again later."
)


Client = Any  # a Redis, whose types have the answers of a client that is awaited, too


def connect(url: str) -> Client:
    """Return a client that soon gives up, and opens its connection when it is asked."""
    return Redis.from_url(
        url,
        socket_connect_timeout=PATIENCE_S,
        socket_timeout=PATIENCE_S,
        retry=Retry(NoBackoff(), 1),
        decode_responses=True,
    )


class SharedQueue(Queue):
    """The queue in one Redis.

    Args:
        client: as ``connect`` returns it. secrets: of the lab, the newest first. limit_s: how long a job may run.
    """

    not_kept = UNREACHABLE

    def __init__(self, client: Client, secrets: Sequence[str], limit_s: float) -> None:
        super().__init__(limit_s)
        self._client = client
        self._keys = signing_keys(secrets, "jobs")
        self._silent_until = 0.0
        self._is_away = False

    def lengths(self) -> dict[str, int]:
        """Return how many jobs of all hosts wait and how many run; none where that cannot be read."""
        try:
            return Jobs.read(self._client.get(NAME) or "[]", self._now(), 1).lengths()
        except (RedisError, OSError):
            return {}

    def tend(self, wake: Callable[[], None]) -> None:
        """Take back the jobs of workers that have gone, and send a message for each job that waits and has none.

        Args:
            wake: sends one message.

        Raises:
            QueueUnavailable: the queue cannot be written, or no message sent.
        """
        with self._change() as jobs:
            for job in [job for job in jobs.running() if jobs.now - job.beat > LOST_S]:
                self._take_back(jobs, job)
            if not jobs.places:
                for job in jobs.waiting():
                    job.fail(NO_WORKER)
            waiting = len(jobs.waiting())
        if waiting:
            with self._told():
                missing = waiting - int(self._client.llen(MESSAGES))
                for _ in range(missing):
                    wake()

    def is_genuine(self, job: Job) -> bool:
        """Whether a host with a key of this lab has asked for a job."""
        return any(hmac.compare_digest(job.proof, _proof(job, key)) for key in self._keys)

    def running(self, state: str, runner: str) -> Job | None:
        """Return a job if it is this runner's.

        Raises:
            QueueUnavailable: the queue cannot be read.
        """
        with self._change() as jobs:
            job = jobs.find(state)
            return job if job is not None and job.runner == runner else None

    def ended(self, state: str, runner: str, *, is_own_will: bool = False) -> None:
        """Take back the job of a process that has ended, if it still is its own.

        Args:
            is_own_will: the worker is being stopped, which counts as no failed start.

        Raises:
            QueueUnavailable: the queue cannot be written.
        """
        with self._change() as jobs:
            job = jobs.find(state)
            if job is None or job.runner != runner:
                return
            if is_own_will:
                job.give_way()
            else:
                self._take_back(jobs, job)

    def is_there(self, worker: str, places: int) -> None:
        """Give a sign of life of a worker that runs so many jobs at a time.

        Raises:
            QueueUnavailable: it cannot be written.
        """
        with self._told(), self._client.pipeline() as pipe:
            pipe.zadd(f"{NAME}:workers", {f"{worker} {places}": self._now()})
            pipe.expire(f"{NAME}:workers", _KEPT_S)
            pipe.execute()

    def workers(self) -> list[str]:
        """Return the names of the workers that were heard of within ``ALONE_S``.

        Raises:
            QueueUnavailable: it cannot be read.
        """
        with self._told():
            return [member.rpartition(" ")[0] for member in self._workers(self._now())]

    def _claimed(self, job: Job) -> None:
        job.starts += 1

    def _heard_of(self, job: Job, now: float) -> None:
        if now - job.beat > LOST_S / 5:
            job.beat = now

    def _now(self) -> float:
        seconds, microseconds = self._client.time()
        return float(seconds) + float(microseconds) / 1e6

    def _workers(self, now: float) -> list[str]:
        return [str(member) for member in self._client.zrangebyscore(f"{NAME}:workers", now - ALONE_S, "+inf")]

    @contextmanager
    def _told(self) -> Iterator[None]:
        """What Redis or Celery cannot do is a sentence; one that does not answer is let alone for a while.

        Every student who waits looks once a second: all threads of a host would wait for it otherwise.
        """
        if time.monotonic() < self._silent_until:
            raise QueueUnavailable(TimeoutError("it did not answer just now"), UNREACHABLE)
        try:
            yield
        except (RedisError, OSError) as problem:
            is_full = type(problem).__name__ == "OutOfMemoryError"
            if not is_full and not isinstance(problem, LockError | WatchError):
                self._silent_until = time.monotonic() + SILENT_S
            if not self._is_away:
                why = " ".join(str(problem).split()) or type(problem).__name__
                _LOG.warning("second opinions: the Redis of their queue does not do what it is asked (%s)", why)
            self._is_away = True
            raise QueueUnavailable(problem, FULL if is_full else UNREACHABLE) from problem
        if self._is_away:
            self._is_away = False
            _LOG.warning("second opinions: the Redis of their queue answers again")

    @contextmanager
    def _change(self) -> Iterator[Jobs]:
        """Give the jobs under a lock, and store them unless the lock was lost meanwhile."""
        lock = self._client.lock(f"{NAME}:lock", timeout=_LOCKED_S, blocking_timeout=_WAIT_S, sleep=0.01)
        with self._told(), lock, self._client.pipeline() as pipe:
            pipe.watch(NAME, f"{NAME}:lock")  # one who took too long, and lost the lock, writes nothing
            before, now = pipe.get(NAME) or "[]", self._now()
            places = sum(int(worker.rpartition(" ")[2]) for worker in self._workers(now))
            jobs = Jobs.read(before, now, places)
            yield jobs
            for job in jobs.all:
                job.proof = job.proof or _proof(job, self._keys[0])
            after = jobs.text()
            if after != before:
                pipe.multi()
                pipe.set(NAME, after, ex=_KEPT_S)
                pipe.execute()


def _proof(job: Job, key: bytes) -> str:
    asked = json.dumps([job.state, job.track, job.bench, job.values], sort_keys=True)
    return hmac.digest(key, asked.encode(), "sha256").hex()
