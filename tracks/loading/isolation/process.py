"""One plugin's process as the lab has it: started on use, killed when it does not answer, started again."""

from __future__ import annotations

import os
import pickle
import socket
import subprocess
import sys
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from weakref import finalize

from tracks.api.outcome import Outcome, Reading
from tracks.api.track import Track
from tracks.common.cache import opened_folder
from tracks.loading.discovery import PluginFailed, PluginRefused, Source
from tracks.loading.isolation.hosting import IDLE_S
from tracks.loading.isolation.link import Link
from tracks.loading.isolation.packing import track_as_data
from tracks.loading.isolation.server import END, FORK

CALL_S = 2.0  # for one answer while students wait
LOADING_S = 10.0  # for one answer while the lab starts and nobody waits
START_S = 20.0  # for a file to be imported, with the libraries that it needs
SERVER_S = 60.0  # for the lab's own modules, on a machine that does much else
REST_S = 5.0  # in which a plugin that did not answer is not asked again; twice as long each further time
LONGEST_REST_S = 60.0
PATIENCE_S = 0.25  # how long any number of calls wait for the one before
MOST_WAITING = 2  # calls that wait longer; the lab's threads are for other benches, too
MOST_PRINTED = 20  # answers whose prints are kept
REMEMBERED = 8  # outcomes that are known by their requests
KEPT = 256  # answers about one state that never change: truths, cases, marks
MODULES = ("tracks", "tracks.cloud_titan", "tracks.edge_guardian", "tracks.mobile_nomad", "tracks.tiny_pioneer")

Answer = tuple[bytes, dict[int | str, bytes]]  # packed, with the answers of functions in it that were called ahead

is_available = hasattr(os, "fork") and hasattr(socket, "recv_fds")  # elsewhere plugins run in the lab's process


class _Server:
    """The process that forks, and the socket over which it is asked to."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._orders: socket.socket | None = None

    def fork(self, link: socket.socket) -> int:
        """Return the id of a new process that has the other end of a link."""
        with self._lock:
            for is_last in (False, True):
                try:
                    orders = self._started()
                    socket.send_fds(orders, [FORK], [link.fileno()])
                    return int(self._line(orders))
                except (OSError, ValueError):
                    self._drop()
                    if is_last:
                        raise
        raise AssertionError

    def end(self, pid: int) -> int:
        """End a process, if it has not ended, and return its status: below 0 it was a signal."""
        with self._lock:
            if self._orders is None:
                return 0
            try:
                self._orders.sendall(END + str(pid).encode())
                return int(self._line(self._orders))
            except (OSError, ValueError):
                self._drop()
                return 0

    def _started(self) -> socket.socket:
        if self._orders is not None and self._process is not None and self._process.poll() is None:
            return self._orders
        self._drop()
        ours, theirs = socket.socketpair()
        ours.settimeout(SERVER_S)
        command = [sys.executable, "-m", "tracks.loading.isolation.server", str(theirs.fileno()), *MODULES]
        root = str(Path(__file__).parents[3])
        environ = {**_environ(), "PYTHONPATH": os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH"))))}
        with theirs:
            self._process = subprocess.Popen(
                command, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL, start_new_session=True, env=environ
            )
        self._orders = ours
        return ours

    def _line(self, orders: socket.socket) -> bytes:
        found = b""
        while not found.endswith(b"\n"):
            part = orders.recv(64)
            if not part:
                raise OSError("the process that starts plugins has ended")
            found += part
        return found

    def _drop(self) -> None:
        if self._orders is not None:
            self._orders.close()
        if self._process is not None:
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(1)  # it ends when its socket closes
        self._orders = self._process = None


@cache
def _server(_owner: int) -> _Server:
    """Return the one server of a process; a worker that was forked has its own."""
    return _Server()


@dataclass(slots=True)
class _Link:
    """One running process: who started it, its id, the way to it, and the tracks that it was told of."""

    owner: int
    pid: int
    connection: Link
    used: float
    known: set[str] = field(default_factory=set)


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """An outcome that a plugin gave.

    Attributes:
        readings: of the outcome, by which it is recognised. request: what it answers. peek: the packed answer of the
            bench's peek for it, where that came along. keywords: those of the controls.
    """

    readings: tuple[Reading, ...]
    request: bytes
    peek: bytes | None
    keywords: Mapping[str, Any]


class PluginProcess:
    """The process of one file, or of one entry point, which answers the calls of its functions.

    Args:
        source: as it was found. folder, entry_points: where it is found again. tracks: gives a track by its id.
        limit_s: for one answer.
    """

    def __init__(self, source: Source, folder: Path | None, entry_points: bool, *, limit_s: float = CALL_S) -> None:
        self.source = source
        self.limit_s = limit_s
        self.printed: deque[str] = deque(maxlen=MOST_PRINTED)
        self._found_in = (folder, entry_points)
        self._own: frozenset[str] = frozenset()
        self._lock = threading.Lock()
        self._waiting = 0
        self._running: list[_Link] = []  # one or none; a process whose plugin is forgotten ends with its link
        finalize(self, _close, self._running)
        self._began = 0.0
        self._rests_until = 0.0
        self._rest_s = REST_S
        self._outcomes: deque[Known] = deque(maxlen=REMEMBERED)
        self.peeked: dict[tuple[str, str], bool] = {}  # by track and bench, whether the last outcome was peeked into
        self._kept: OrderedDict[bytes, Answer] = OrderedDict()

    # --- calls -----------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Load the plugin in its process.

        Raises:
            PluginRefused: it does not load there, or changes more than its own; the text says what would be right.
        """
        with self._lock:
            self._started()

    def has(self, tracks: Sequence[Track]) -> None:
        """Remember which tracks are the plugin's own, which its process need not be told."""
        self._own = frozenset(track.id for track in tracks)

    def settle(self, bench_id: str, track: Track) -> None:
        """Let a bench settle its parts for a track where it can do no harm.

        Raises:
            PluginFailed: it does not.
        """
        self._asked(b"S", pickle.dumps((bench_id, track.id)), [track], None)

    def look(self) -> None:
        """See what its functions have changed in its process since it was loaded.

        Raises:
            PluginFailed: they have changed more than its own.
        """
        self._asked(b"L", b"", (), None)

    def call(
        self,
        request: bytes,
        tracks: Sequence[Track],
        functions: Sequence[Callable[..., Any]] = (),
        *,
        is_kept: bool = False,
        ahead: Collection[int] = (),
        peek: bool = False,
    ) -> Answer:
        """Return the packed answer to a packed request; ``is_kept`` where it never changes.

        ``ahead`` numbers the functions in the answer that are likely to be called next, and ``peek`` says whether the
        bench's peek is; their answers come along.

        Raises:
            PluginFailed: it raised, did not answer in time, or ended.
        """
        if is_kept and request in self._kept:
            return self._kept[request]
        answer = self._asked(b"C", pickle.dumps((request, tuple(ahead), peek)), tracks, functions)
        if is_kept:
            self._kept[request] = answer
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return answer

    def remember(self, answered: Known) -> None:
        """Keep what is known of an outcome, so that it need not be sent back whole."""
        self._outcomes.append(answered)

    def known(self, value: Any) -> Known | None:
        """Return what is known of a value that is an outcome of this plugin; checking it may have copied it."""
        if not isinstance(value, Outcome) or not value.readings:
            return None
        return next((one for one in self._outcomes if one.readings is value.readings), None)

    def end(self) -> None:
        """End the process; the next call starts another."""
        with self._lock:
            self._drop()

    def _asked(
        self, kind: bytes, body: bytes, tracks: Sequence[Track], functions: Sequence[Callable[..., Any]] | None
    ) -> Answer:
        self._wait_for_turn()
        try:
            self._began = time.monotonic()
            self._rest()
            try:
                link = self._started()
            except PluginRefused as refusal:
                raise self._failure(f"its file does not load any more: {refusal}", "does not load any more") from None
            for track in tracks:
                if track.id not in link.known and track.id not in self._own:
                    self._exchange(link, b"T", track_as_data(track), ())
                    link.known.add(track.id)
            return self._exchange(link, kind, body, functions or ())
        finally:
            self._lock.release()

    def _wait_for_turn(self) -> None:
        """Take the lock; where a call before this one takes long, only few wait for it."""
        if self._lock.acquire(timeout=PATIENCE_S):
            return
        if self._waiting >= MOST_WAITING:
            raise self._failure("it is still busy with an earlier call", "is busy with another answer")
        self._waiting += 1
        try:
            if not self._lock.acquire(timeout=self.limit_s):
                raise self._failure("it is still busy with an earlier call", "is busy with another answer")
        finally:
            self._waiting -= 1

    def _rest(self) -> None:
        left = self._rests_until - self._began
        if left > 0:
            raise self._failure(
                f"it did not answer within {self.limit_s:g} s and is asked again in {left:.0f} s",
                f"did not answer and is asked again in {left:.0f} s",
            )

    def _failure(self, reason: str, what: str) -> PluginFailed:
        return PluginFailed(reason, source=self.source.name, what=what)

    # --- the process -----------------------------------------------------------------------------------------------

    def _started(self) -> _Link:
        now = time.monotonic()
        link = self._running[0] if self._running else None
        if link is not None and link.owner == os.getpid() and now - link.used < IDLE_S - 10:
            link.used = now
            return link
        self._drop()
        folder, entry_points = self._found_in
        ours, theirs = socket.socketpair()
        with theirs:
            pid = _server(os.getpid()).fork(theirs)
        link = _Link(owner=os.getpid(), pid=pid, connection=Link(ours), used=now)
        self._running.append(link)
        results = opened_folder()
        request = {
            "name": self.source.name,
            "origin": self.source.origin,
            "folder": folder,
            "entry_points": entry_points,
            "environ": _environ(),
            "path": list(sys.path),
            "working": os.getcwd() if Path.cwd().exists() else "/",  # noqa: PTH109
            "results": results,
        }
        try:
            self._received(link, SERVER_S)
            link.connection.send(pickle.dumps(request))
            kind, content = self._received(link, START_S)
        except TimeoutError:
            self._drop()
            raise PluginRefused(
                f"it was not imported within {START_S:g} s; a plugin only defines its hooks, so compute in solve"
            ) from None
        except (EOFError, OSError):
            raise PluginRefused(
                f"importing it ends the process ({_ended(self._drop())}); a plugin only defines its hooks"
            ) from None
        if kind == b"X":
            self._drop()
            reason, printed = content
            self._keep_printed(printed)
            raise PluginRefused(reason)
        self._keep_printed(content[2])
        return link

    def _exchange(self, link: _Link, kind: bytes, body: bytes, functions: Sequence[Callable[..., Any]]) -> Answer:
        try:
            link.connection.send(kind + body)
            deadline = time.monotonic() + self.limit_s
            while True:
                answer, content = self._received(link, deadline - time.monotonic())
                if answer != b"R":
                    break
                number, values = content
                functions[number](*values)
        except TimeoutError:
            self._drop()
            self._rests_until = time.monotonic() + self._rest_s
            self._rest_s = min(2 * self._rest_s, LONGEST_REST_S)
            limit = f"did not answer within {self.limit_s:g} s"
            raise self._failure(f"it {limit}; let it compute less, or find out where it never ends", limit) from None
        except (EOFError, OSError):
            ended = _ended(self._drop())
            raise self._failure(f"it ended its process ({ended}); take out what does", "ended") from None
        except BaseException:
            self._drop()  # its answer would be taken for that of the next call
            raise
        if answer == b"X":
            reason, printed = content
            self._keep_printed(printed)
            raise self._failure(reason, "failed")
        data, ahead, printed, is_large = content
        self._keep_printed(printed)
        self._rest_s = REST_S
        link.used = time.monotonic()
        if is_large:
            self._drop()
        return data, ahead

    def _received(self, link: _Link, limit_s: float) -> tuple[bytes, Any]:
        message = link.connection.receive(limit_s)
        return message[:1], pickle.loads(message[1:])

    def _keep_printed(self, printed: str) -> None:
        if printed.strip():
            self.printed.append(printed)

    def _drop(self) -> int:
        """End the process and return its status."""
        if not self._running:
            return 0
        link = self._running.pop()
        link.connection.close()
        return _server(link.owner).end(link.pid) if link.owner == os.getpid() else 0


def _environ() -> dict[str, str]:
    """Return the environment without the lab's own settings: keys and passwords are no plugin's business."""
    return {name: value for name, value in os.environ.items() if not name.startswith("EDGELAB_")}


def _close(running: list[_Link]) -> None:
    while running:
        running.pop().connection.close()


def _ended(status: int) -> str:
    return f"signal {-status}" if status < 0 else f"exit status {status}"
