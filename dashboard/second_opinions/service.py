"""What a request may do with second opinions: ask with a ticket, look, leave; and what starts the processes."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from itsdangerous import BadSignature, URLSafeSerializer

from dashboard.second_opinions.answers import Answers, HostAnswers, SharedAnswers, digest
from dashboard.second_opinions.host_queue import HostQueue
from dashboard.second_opinions.jobs import QueueUnavailable, Standing
from dashboard.second_opinions.queue import Queue
from tracks.api.controls import Value
from tracks.api.figures import SecondOpinion
from tracks.common.cache import opened_folder

ASKED_SEEDS = 20
AUTOMATIC_SEEDS = 3
_SALT = "edgelab.opinion"
_ROOT = Path(__file__).parents[2]  # where this very package is imported from
_LOG = logging.getLogger(__name__)


class BadTicket(ValueError):
    """A ticket that this lab did not sign, or signed for another student."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Ticket:
    """The state a second opinion is asked for, and who asks: one for whom the bench was open."""

    student: str
    track: str
    bench: str
    values: Mapping[str, Value]

    @property
    def state(self) -> str:
        """The digest of the state."""
        return digest(self.track, self.bench, self.values)


class SecondOpinions:
    """The second opinions of one lab: shared by the processes of a host through a folder, by hosts through a broker.

    Args:
        folder: holds queue and answers; made on the first use, for this user alone.
        keys: the lab's secret keys, the newest first.
        limit_s: how long one may take. tracks_dir: the folder of track files, or None.
        broker_url: of the Redis by which workers of Celery are woken and which holds queue and answers; "" for none.
    """

    def __init__(
        self, folder: Path, keys: tuple[str, ...], *, limit_s: float, tracks_dir: Path | None, broker_url: str = ""
    ) -> None:
        self._folder = folder
        self._tracks_dir = tracks_dir
        self._answers: Answers
        self._queue: Queue
        self._tend: Callable[[], None]
        if broker_url:
            self._answers = SharedAnswers(broker_url, keys)
            self._queue, self._tend = _by_celery(broker_url, keys, limit_s)
        else:
            self._answers = HostAnswers(folder / "answers")
            self._queue = queue = HostQueue(folder / "queue", limit_s)
            self._tend = lambda: queue.tend(self._start)
        self._signer = URLSafeSerializer(list(reversed(keys)), salt=_SALT)

    def ticket(self, ticket: Ticket) -> str:
        """Return a signed ticket; only a student whose bench is open is given one."""
        return str(self._signer.dumps([ticket.student, ticket.track, ticket.bench, dict(ticket.values)]))

    def read(self, signed: Any, student: str | None) -> Ticket:
        """Return what a ticket asks for.

        Raises:
            BadTicket: this lab did not sign it, or not for this student.
        """
        try:
            owner, track, bench, values = self._signer.loads(signed)
        except (BadSignature, ValueError, TypeError) as problem:
            raise BadTicket("The second opinion needs a ticket of this lab; ask again.") from problem
        if owner != student:
            raise BadTicket("This ticket for a second opinion was given to another browser; ask again.")
        return Ticket(student=owner, track=track, bench=bench, values=values)

    def known(self, state: str) -> SecondOpinion | None:
        """Return the answer that was asked for on the state of that digest, or None while there is none."""
        return self._answers.known(state, ASKED_SEEDS)

    def known_best(self, state: str) -> tuple[SecondOpinion, int] | None:
        """Return the answer of most seeds on the state of that digest, and how many; or None."""
        found = ((self._answers.known(state, seeds), seeds) for seeds in (ASKED_SEEDS, AUTOMATIC_SEEDS))
        return next(((answer, seeds) for answer, seeds in found if answer is not None), None)

    def ask(self, ticket: Ticket, *, automatic: bool = False) -> Standing:
        """Queue the job of a ticket or join it; ``automatic`` where nobody pressed for it.

        Raises:
            Refused: there is no room. QueueUnavailable: nothing can be stored.
        """
        standing = self._queue.ask(
            ticket.state,
            ticket.track,
            ticket.bench,
            ticket.values,
            seeds=AUTOMATIC_SEEDS if automatic else ASKED_SEEDS,
            asker=ticket.student,
            automatic=automatic,
        )
        self._tend()
        return standing

    def look(self, ticket: Ticket) -> Standing | None:
        """Return how far the job of a ticket is, None where its answer is there; one that is lost is queued again.

        Raises:
            Refused: there is no room. QueueUnavailable: nothing can be stored.
        """
        self._tend()
        standing = self._queue.look(ticket.state, ticket.student)
        if standing is None and self.known(ticket.state) is None:
            return self.ask(ticket)
        return standing

    def lengths(self) -> dict[str, int]:
        """Return how many jobs wait and run, of the host or, with a broker, of all hosts; none if it is not known."""
        return self._queue.lengths()

    def leave(self, ticket: Ticket) -> None:
        """Wait no longer; the job ends where nobody else waits for it.

        Raises:
            QueueUnavailable: nothing can be stored.
        """
        self._queue.leave(ticket.state, ticket.student)

    def _start(self, slot: int, descriptor: int) -> None:
        """Start a process that inherits the slot's file and nothing else: no connection, no listening socket."""
        path = os.pathsep.join(filter(None, (str(_ROOT), os.environ.get("PYTHONPATH"))))
        command = [sys.executable, "-P", "-m", "dashboard.second_opinions.runner", str(self._folder), str(slot)]
        results = opened_folder()
        command += [str(self._queue.limit_s), *(map(str, results) if results else ("", "0"))]
        command += [*([str(self._tracks_dir)] if self._tracks_dir else [])]
        try:
            process = subprocess.Popen(
                command,
                env={**os.environ, "PYTHONPATH": path},
                cwd=self._folder,
                stdin=subprocess.PIPE,  # never written to: it closes with this process, which is how the other knows
                stdout=subprocess.DEVNULL,
                pass_fds=(descriptor,),
                start_new_session=True,  # Ctrl+C is for the server, which then ends it
            )
        finally:
            os.close(descriptor)
        threading.Thread(target=self._reap, args=(process,), daemon=True, name="second opinion").start()

    def _reap(self, process: subprocess.Popen[bytes]) -> None:
        """Wait for a process, so that no dead one stays, and start the next where something waits."""
        process.wait()
        if process.stdin is not None:
            process.stdin.close()
        try:
            self._tend()
        except QueueUnavailable as problem:
            _LOG.warning("%s (%s)", problem, problem.__cause__)


def _by_celery(broker_url: str, keys: tuple[str, ...], limit_s: float) -> tuple[Queue, Callable[[], None]]:
    """Return the queue of several hosts, and what keeps its jobs going."""
    from dashboard.second_opinions.shared_queue import SharedQueue, connect  # where there is a broker alone
    from dashboard.second_opinions.worker import celery_app, wake

    queue, app = SharedQueue(connect(broker_url), keys, limit_s), celery_app(broker_url)
    return queue, lambda: queue.tend(lambda: wake(app))
