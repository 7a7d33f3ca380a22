"""Students who lock predictions and record tries and send again what was not answered; and what the ledger has then."""

from __future__ import annotations

import http.client
import json
import secrets
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from benchmarks.load.students import Bodies
from dashboard.ledger import Store
from dashboard.ledger.identity import read as read_cookie
from dashboard.web import ids
from dashboard.web.page_headers import KEY, SAVED

KEY_OF_BENCH = "edge_guardian/memory"
PASSING = frozenset({408, 425, 429, 502, 503, 504})  # what the page waits out
PAUSE_S = 0.5  # as the page does at first
TRIES = 10
UPDATE = "/_dash-update-component"


@dataclass
class Told:
    """What writers saw: acknowledged writes by student, and how it went.

    Attributes:
        locks, tries: the keys of acknowledged writes by cookie. resent: requests that met a kept connection which the
            server had closed, as any browser resends them. failed: attempts that got no answer otherwise. sentences:
            of attempts that were answered, but not with 200. longest_s: from a write's first attempt to its answer.
    """

    locks: dict[str, list[str]] = field(default_factory=dict)
    tries: dict[str, list[str]] = field(default_factory=dict)
    resent: int = 0
    failed: int = 0
    sentences: Counter[str] = field(default_factory=Counter)
    longest_s: float = 0.0

    @property
    def acknowledged(self) -> int:
        """How many writes were acknowledged."""
        return sum(map(len, [*self.locks.values(), *self.tries.values()]))


class Writer(threading.Thread):
    """One browser after another that works through a bench; each write is sent until it has its answer."""

    def __init__(self, port: int, work: Work, told: Told, lock: threading.Lock, stopped: threading.Event) -> None:
        super().__init__(daemon=True)
        self.port, self.work, self.told, self.lock, self.stopped = port, work, told, lock, stopped
        self.connection: http.client.HTTPConnection | None = None
        self.problem: BaseException | None = None

    def run(self) -> None:
        """Play students until told to stop; a write that has begun is brought to its end."""
        try:
            while not self.stopped.is_set():
                self.play()
        except BaseException as problem:  # told by the thread that started this one
            self.problem = problem
        finally:
            if self.connection is not None:
                self.connection.close()

    def play(self) -> None:
        """Play one student: the first page, the locks, the tries."""
        cookie = self.send("GET", "/", b"", "")[1].partition(";")[0]
        with self.lock:
            self.told.locks[cookie], self.told.tries[cookie] = [], []
        for body in self.work.locks:
            if self.stopped.is_set():
                return
            self.write(body, cookie, self.told.locks[cookie])
        self.send("POST", UPDATE, self.work.opening, cookie)
        for body in self.work.tries:
            if self.stopped.is_set():
                return
            self.write(body, cookie, self.told.tries[cookie])

    def write(self, body: bytes, cookie: str, acknowledged: list[str]) -> None:
        key = secrets.token_hex(16)
        start = time.monotonic()
        saved = self.send("POST", UPDATE, body, cookie, key)[2]
        if not saved:
            raise RuntimeError("a write was answered and not acknowledged")
        acknowledged.append(key)
        with self.lock:
            self.told.longest_s = max(self.told.longest_s, time.monotonic() - start)

    def send(self, method: str, path: str, body: bytes, cookie: str, key: str = "") -> tuple[int, str, str]:
        """Send a request until it is answered; return status, Set-Cookie and when it was saved.

        Raises:
            RuntimeError: it was refused.
        """
        headers = {"Content-Type": "application/json", **({"Cookie": cookie} if cookie else {})}
        headers |= {KEY: key} if key else {}
        while True:
            is_fresh = self.connection is None
            if self.connection is None:
                self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
            try:
                self.connection.request(method, path, body or None, headers)
                answer = self.connection.getresponse()
                text = answer.read()
            except (OSError, http.client.HTTPException):
                self.connection.close()
                self.connection = None
                with self.lock:
                    self.told.failed, self.told.resent = self.told.failed + is_fresh, self.told.resent + (not is_fresh)
                time.sleep(PAUSE_S if is_fresh else 0)
                continue
            if answer.status == 200:
                return 200, answer.headers.get("Set-Cookie", ""), answer.headers.get(SAVED, "")
            said = f"{answer.status}: {_sentence(text)}"
            with self.lock:
                self.told.sentences[said] += 1
            if answer.status not in PASSING:
                raise RuntimeError(said)
            time.sleep(PAUSE_S)


def _sentence(text: bytes) -> str:
    try:
        return str(json.loads(text)["error"])
    except (ValueError, KeyError, TypeError):
        return repr(text[:100])


@dataclass(frozen=True)
class Work:
    """The bodies of one bench: those that lock, the one that opens the instruments, those that record tries."""

    locks: Sequence[bytes]
    opening: bytes
    tries: Sequence[bytes]

    @classmethod
    def of(cls, bodies: Bodies, key: str = KEY_OF_BENCH) -> Work:
        """Return the work of a bench of closed forms."""
        student, taken = bodies.taken()
        student.lock_all(key)
        *locks, opening = [bytes(body) for body in taken]
        taken.clear()
        bench = bodies.registry.bench(*ids.split_bench_key(key))
        slider = next(control for control in bench.controls if control.role == "decision")
        for value in slider.positions(TRIES)[:TRIES]:
            student.record(key, **{slider.id: value})
        return cls(locks, opening, list(taken))


@contextmanager
def writing(port: int, work: Work, writers: int) -> Iterator[Told]:
    """Let students write while the block runs; at its end every write that has begun has its answer.

    Raises:
        RuntimeError: a write was refused, or answered and not acknowledged.
    """
    told, lock, stopped = Told(), threading.Lock(), threading.Event()
    threads = [Writer(port, work, told, lock, stopped) for _ in range(writers)]
    for thread in threads:
        thread.start()
    try:
        yield told
    finally:
        stopped.set()
        for thread in threads:
            thread.join(120)
    for thread in threads:
        if thread.problem is not None:
            raise RuntimeError(f"a writer ended: {thread.problem}")
        if thread.is_alive():
            raise RuntimeError("a write has no answer after two minutes")


def compared(told: Told, database_url: str, secret_keys: Sequence[str]) -> dict[str, Any]:
    """Compare what was acknowledged with the ledger: how much is lost, stored twice, or does not verify."""
    store = Store(database_url)
    lost = twice = broken = 0
    for cookie, tries in told.tries.items():
        student = read_cookie(cookie.partition("=")[2], secret_keys)
        if student is None:
            raise RuntimeError("a cookie that the lab gave cannot be read")
        events = store.events(student)
        stored = Counter(event.payload["key"] for event in events if event.kind == "try")
        locked = Counter(event.idempotency_key for event in events if event.kind == "lock")
        lost += sum(key not in stored for key in tries) + max(0, len(told.locks[cookie]) - len(locked))
        # What was sent again under one key, or recorded under another number, would be there once more.
        twice += sum(stored.values()) - len(stored) + max(0, len(stored) - len(tries)) + sum(locked.values())
        twice -= len(locked)
        broken += bool(store.verify_chain(student))
    store.close()
    return {"acknowledged": told.acknowledged, "lost": lost, "duplicated": twice, "broken chains": broken}
