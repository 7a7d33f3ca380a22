"""The process that runs second opinions.

    python -m dashboard.second_opinions.runner FOLDER SLOT LIMIT_S RESULTS MAX_BYTES [TRACKS]
    python -m dashboard.second_opinions.runner --shared STATE NAME

The first form inherits the locked file of its slot, works the queue of its host off and ends when nothing waits. The
second runs one job, which a worker of Celery has claimed under a name. Both end at once
when the server or the worker does; the first also when its job is no longer wanted of it or the job's time is over,
which the worker sees to for the second. Standard input is a pipe that nobody writes to and that the server, or the
worker, alone keeps open: the kernel closes it however that ends, and tells this process by a signal, which reaches it
in the midst of a computation too.
"""

from __future__ import annotations

import fcntl
import logging
import os
import select
import signal
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from dashboard.second_opinions.answers import UNUSABLE, Answers, HostAnswers, SharedAnswers
from dashboard.second_opinions.host_queue import HostQueue
from dashboard.second_opinions.jobs import Job, QueueUnavailable
from dashboard.second_opinions.queue import Queue
from dashboard.settings import Settings
from dashboard.web.logs import FORMAT, set_up
from tracks.api.figures import SecondOpinion
from tracks.common.cache import open_folder, share_results
from tracks.loading.registry import UnknownBench, UnknownTrack, load_bench

NICENESS = 10  # a second opinion gives way to students who drag a slider
LOWEST = 19  # and what nobody asked for to everything
TICK_S = 0.5
GRACE_S = 5.0  # for the thread that says that the time is over, before the kernel ends a process that holds it up
FAILED = "The second opinion failed; the bench is as it was. Ask again, or change a control."
NOT_HERE = (
    "What computes second opinions has no such bench, or cannot load it; the bench is as it was. Tell whoever runs "
    "this lab."
)
_LOG = logging.getLogger(__name__)


class Runner:
    """One process's work: a queue, the answers, its slot, the tracks' folder, the name under which it has a job."""

    def __init__(self, queue: Queue, answers: Answers, slot: int, tracks_dir: Path | None, name: str = "") -> None:
        self.queue = queue
        self.answers = answers
        self.slot = slot
        self.tracks_dir = tracks_dir
        self.name = name or f"{os.getpid()}.{os.urandom(4).hex()}"
        self.job: Job | None = None

    def work(self) -> None:
        """Run jobs while some wait; after one that nobody asked for end, since niceness cannot be taken back."""
        while (job := self.queue.claim(self.name, self.slot)) is not None:
            self.run(job)
            if job.automatic:
                return

    def run(self, job: Job) -> None:
        """Run one job that is this process's."""
        self.job = job
        signal.setitimer(signal.ITIMER_REAL, self.queue.limit_s + GRACE_S)
        if job.automatic:
            os.nice(LOWEST - NICENESS)
        self._answer(job)
        self.job = None
        signal.setitimer(signal.ITIMER_REAL, 0)

    def _answer(self, job: Job) -> None:
        problem = ""

        def report(done: int, of: int) -> None:
            with suppress(QueueUnavailable):  # it is computed also while nobody can be told how far it is
                self.queue.report(job.state, self.name, done, of)

        try:
            if self.answers.known(job.state, job.seeds) is None:  # it came between a look and a press
                track, bench = load_bench(job.track, job.bench, folder=self.tracks_dir)
                if bench.second_opinion is None:
                    raise LookupError(f"{job.bench} has no second opinion")
                found = bench.second_opinion(track, seeds=job.seeds, report=report, **job.values)
                if not isinstance(found, SecondOpinion):
                    raise TypeError(f"the second opinion of {job.bench} returned {found!r:.80}, no SecondOpinion")
                self.answers.keep(job.state, job.seeds, found)
        except UNUSABLE as disk:
            _LOG.warning("second opinion on %s/%s cannot be kept (%s)", job.track, job.bench, disk)
            problem = self.queue.not_kept
        except (UnknownTrack, UnknownBench) as missing:
            _LOG.warning("second opinion on %s/%s: %s", job.track, job.bench, missing)
            problem = NOT_HERE
        except (Exception, SystemExit):  # a plugin's engine may fail in any way; the page says so, the log says how
            _LOG.exception("second opinion on %s/%s", job.track, job.bench)
            problem = FAILED
        try:
            self.queue.finish(job.state, self.name, problem)
        except QueueUnavailable as away:  # whoever looks next asks anew, and finds the answer if it was kept
            _LOG.warning("%s (%s)", away, away.__cause__)

    def watch(self) -> None:
        """End the process as soon as the server has ended or the job is no longer wanted of it."""
        while True:
            if select.select([0], [], [], TICK_S)[0]:
                os._exit(0)
            job = self.job
            try:
                if job is not None and not self.queue.check(job.state, self.name) and self.job is job:
                    os._exit(0)
            except QueueUnavailable:
                continue  # a full disk ends no computation


def _end_with_the_server() -> None:
    """Let the kernel end this process when the pipe closes, also while a computation lets no thread of it run."""
    fcntl.fcntl(0, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(0, fcntl.F_SETFL, fcntl.fcntl(0, fcntl.F_GETFL) | os.O_ASYNC)


def main(arguments: Sequence[str]) -> None:
    """Work one queue off, or run one job of a worker."""
    _end_with_the_server()
    set_up("json" if os.environ.get(FORMAT) == "json" else "text", are_requests_logged=False)  # as its server does
    os.nice(NICENESS)
    if arguments[0] == "--shared":
        _run_one(*arguments[1:])
        return
    folder, slot, limit_s, results, max_bytes, *tracks_dir = arguments
    open_folder(Path(results), int(max_bytes))  # what the server has computed, as the texts of its benches
    runner = Runner(
        HostQueue(Path(folder) / "queue", float(limit_s)),
        HostAnswers(Path(folder) / "answers"),
        int(slot),
        Path(tracks_dir[0]) if tracks_dir else None,
    )
    threading.Thread(target=runner.watch, daemon=True).start()
    runner.work()


def _run_one(state: str, name: str) -> None:
    """Run the job that a worker has claimed under a name; the worker looks whether it is still wanted."""
    from dashboard.second_opinions.shared_queue import SharedQueue, connect  # where there is a Redis alone

    settings = Settings.from_environment(behind_gunicorn=True)
    open_folder(settings.results_dir, settings.results_bytes)
    share_results(settings.cache_store, settings.secret_keys)
    queue = SharedQueue(connect(settings.broker_url), settings.secret_keys, settings.opinion_seconds)
    job = queue.running(state, name)
    if job is None:
        return
    answers = SharedAnswers(settings.broker_url, settings.secret_keys)
    runner = Runner(queue, answers, 0, settings.tracks_dir, name)
    threading.Thread(target=_end_without_the_worker, daemon=True).start()
    runner.run(job)


def _end_without_the_worker() -> None:
    select.select([0], [], [])
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1:])
