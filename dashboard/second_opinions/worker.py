"""What Celery does for second opinions: it wakes a worker on some host, which watches one process a job.

A worker (``edgelab worker``) computes nothing itself. It claims the next job, starts
``dashboard.second_opinions.runner`` for it, says that the job is under way, and ends the process where nobody waits any
more, its time is over or the worker is stopped. So a computation that lets no other thread run is ended too, and one
that breaks its process takes no worker along. A worker that is killed takes its processes with it, and is missed after
``LOST_S``.
"""

from __future__ import annotations

import logging
import os
import socket
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

from celery import Celery, signals

from dashboard.second_opinions.jobs import Job, QueueUnavailable
from dashboard.second_opinions.shared_queue import LOST_S, MESSAGES, OTHER_KEY, SharedQueue, connect
from dashboard.settings import Settings

TASK = "edgelab.second_opinion"
TICK_S = 0.5
_ROOT = Path(__file__).parents[2]  # where this very package is imported from
_LOG = logging.getLogger(__name__)


def celery_app(broker_url: str) -> Celery:
    """Return Celery as the lab uses it: no results, no pickles, a message acknowledged when its job is done."""
    app = Celery("edgelab", broker=broker_url, set_as_current=False)
    app.conf.update(
        task_ignore_result=True,
        task_serializer="json",
        accept_content=["json"],
        task_default_queue=MESSAGES,
        task_acks_late=True,
        worker_prefetch_multiplier=1,
        worker_hijack_root_logger=False,
        worker_enable_remote_control=False,
        worker_send_task_events=False,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        broker_connection_timeout=2,
        broker_transport_options={"socket_timeout": 5, "socket_connect_timeout": 2, "visibility_timeout": 2 * 3600},
    )
    return app


def wake(app: Celery) -> None:
    """Send one message.

    Raises:
        ConnectionError: the broker does not take it.
    """
    try:
        app.send_task(TASK, queue=MESSAGES, ignore_result=True, retry=False)
    except Exception as problem:  # Celery, kombu and Redis have errors of their own
        raise ConnectionError(type(problem).__name__) from problem


class Worker:
    """One worker of a host.

    Args:
        settings: of the lab. places: how many jobs it runs at a time.
    """

    def __init__(self, settings: Settings, places: int) -> None:
        self.settings, self.places = settings, places
        self.queue = SharedQueue(connect(settings.broker_url), settings.secret_keys, settings.opinion_seconds)
        self.name = f"{socket.gethostname()}.{os.getpid()}.{os.urandom(3).hex()}"
        self.app = celery_app(settings.broker_url)

        def second_opinion() -> None:
            self.work_off()

        self.app.task(name=TASK, ignore_result=True)(second_opinion)
        self._is_stopping = threading.Event()

    def run(self) -> int:
        """Work until the process is told to stop, and return its exit code."""
        signals.setup_logging.connect(_leave_the_log_alone)
        signals.worker_ready.connect(self._begin)
        signals.worker_shutting_down.connect(self._stop)
        worker: Any = self.app.Worker(
            pool="threads",
            concurrency=self.places,
            hostname=f"edgelab@{self.name}",
            without_gossip=True,
            without_mingle=True,
            without_heartbeat=True,
            optimization="fair",
            quiet=True,
            redirect_stdouts=False,
        )
        worker.start()
        return int(worker.exitcode or 0)

    def work_off(self) -> None:
        """Run the next job, if there is one."""
        runner = f"{self.name}.{os.urandom(4).hex()}"
        try:
            job = None if self._is_stopping.is_set() else self.queue.claim(runner, 0)
        except QueueUnavailable as problem:
            _LOG.warning("%s (%s)", problem, problem.__cause__)
            return
        if job is None:
            return
        if self.queue.is_genuine(job):
            self._watch(job, runner)
            return
        _LOG.warning(
            "edgelab worker: a job is not signed with a key of this worker; it needs the hosts' EDGELAB_SECRET_KEY"
        )
        with suppress(QueueUnavailable):
            self.queue.finish(job.state, runner, OTHER_KEY)

    def _watch(self, job: Job, runner: str) -> None:
        """Run one job in a process of its own, and end it when it is not to go on."""
        path = os.pathsep.join(filter(None, (str(_ROOT), os.environ.get("PYTHONPATH"))))
        command = [sys.executable, "-P", "-m", "dashboard.second_opinions.runner", "--shared", job.state, runner]
        with subprocess.Popen(
            command,
            env={**os.environ, "PYTHONPATH": path},
            stdin=subprocess.PIPE,  # never written to: it closes with this process, which is how the other knows
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        ) as process:
            while process.poll() is None:
                with suppress(subprocess.TimeoutExpired):
                    process.wait(TICK_S)
                try:
                    goes_on = self.queue.check(job.state, runner)
                except QueueUnavailable:
                    goes_on = True  # it ends no computation that the broker is away
                if self._is_stopping.is_set() or (not goes_on and process.poll() is None):
                    process.kill()
        try:
            self.queue.ended(job.state, runner, is_own_will=self._is_stopping.is_set())
            self.queue.tend(lambda: wake(self.app))
        except QueueUnavailable as problem:
            _LOG.warning("%s (%s)", problem, problem.__cause__)

    def _begin(self, **_named: object) -> None:
        threading.Thread(target=self._give_signs, daemon=True, name="signs of life").start()

    def _give_signs(self) -> None:
        """Say every few seconds that this worker is there, and take back what others have lost."""
        while not self._is_stopping.is_set():
            with suppress(QueueUnavailable):  # which the queue says in the log
                self.queue.is_there(self.name, self.places)
                self.queue.tend(lambda: wake(self.app))
            self._is_stopping.wait(LOST_S / 4)

    def _stop(self, **_named: object) -> None:
        """Let the jobs go; who waits is told that no worker is left only if none is started within ``ALONE_S``."""
        self._is_stopping.set()


def _leave_the_log_alone(**_named: object) -> None:
    """Keep the lab's log: with a receiver of this signal Celery sets up none of its own."""
