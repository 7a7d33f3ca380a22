"""Faults under load: what was acknowledged is there afterwards, nothing is there twice, and how long a write waited.

    python -m benchmarks.load.drills [killed signals database disk] [--times 100] [--writers 8]

In each drill students lock predictions and record tries on a lab of two workers, and send again what was not answered,
with the key of the write, as the page does.

* killed: a worker gets SIGKILL, again and again
* signals: HUP and USR2 to the first process by turns, then TERM while requests are in flight
* database: PostgreSQL is killed and started again
* disk: the disk of the ledger is full for a while: a small tmpfs where it may be mounted, else a limit of file size

A drill ends with exit code 1 where something is lost, stored twice, or does not verify.
"""

from __future__ import annotations

import argparse
import http.client
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from benchmarks.load.serving import Served, served
from benchmarks.load.students import Bodies, twin
from benchmarks.load.writers import Told, Work, compared, writing
from dashboard.ledger.migrations import upgrade
from dashboard.settings import Settings
from tracks.common.cache import open_folder, opened_folder
from tracks.loading.registry import load_registry

BETWEEN_S = 0.3  # of work between two faults
WAIT_S = 300.0  # another first process makes the whole app
RESULTS_BYTES = 10**9
DISK_BYTES = 6_000_000
IN_FLIGHT = 8


@dataclass
class Drill:
    """What a drill counted: faults made, what the ledger has, what writers saw."""

    name: str
    faults: int
    told: Told
    ledger: Mapping[str, Any]
    further: dict[str, Any] = field(default_factory=dict)
    tracebacks: int = 0

    @property
    def holds(self) -> bool:
        """Whether nothing is lost, nothing is there twice and every chain verifies."""
        return not any(self.ledger[name] for name in ("lost", "duplicated", "broken chains"))

    def __str__(self) -> str:
        counted = {"faults": self.faults, **self.ledger, **self.further}
        counted |= {"answered by no one": self.told.failed, "sent again on a new connection": self.told.resent}
        counted |= {"longest wait": f"{self.told.longest_s:.2f} s", "tracebacks": self.tracebacks}
        lines = [f"{self.name}: " + ", ".join(f"{name} {value}" for name, value in counted.items())]
        return "\n".join([*lines, *(f"    {count} times {said}" for said, count in self.told.sentences.items())])


def work(results: Path) -> Work:
    """Return what the writers of a drill send; what loading computes is kept in a folder, where the labs find it."""
    open_folder(results, RESULTS_BYTES)
    registry = load_registry()
    return Work.of(Bodies(twin(registry), registry))


def until(is_so: Callable[[], Any], what: str) -> None:
    """Wait until something is so.

    Raises:
        TimeoutError: it is not after five minutes.
    """
    deadline = time.monotonic() + WAIT_S
    while not is_so():
        if time.monotonic() > deadline:
            raise TimeoutError(what)
        time.sleep(0.02)


def grown(told: Told, by: int = 5) -> Callable[[], bool]:
    """Return what says whether that many further writes were acknowledged."""
    before = told.acknowledged
    return lambda: told.acknowledged >= before + by


@contextmanager
def lab(folder: Path, **more: Any) -> Iterator[tuple[Served, Settings]]:
    """A lab in a folder, and its settings."""
    opened = opened_folder()
    results = opened[0] if opened else folder / "cache"
    environ = {"EDGELAB_CACHE_DIR": str(results), **more.pop("environ", {})}
    settings = Settings.from_environment({"EDGELAB_DATA_DIR": str(folder / "data"), **environ})
    with served(folder, environ=environ, ready="/_ready", **more) as server:
        yield server, settings


def killed(folder: Path, jobs: Work, *, times: int, writers: int) -> Drill:
    """Kill a worker again and again."""
    chance = random.Random(0)
    with lab(folder) as (server, settings):
        with writing(server.port, jobs, writers) as told:
            for _ in range(times):
                until(grown(told), "no write is acknowledged")
                chance.choice(server.workers()).kill()
                until(lambda: len(alive(server)) == 2, "no other worker has started")
        return Drill("killed", times, told, compared(told, settings.database_url, settings.secret_keys),
                     tracebacks=server.log.count("Traceback"))  # fmt: skip


def alive(server: Served) -> list[psutil.Process]:
    """Return the workers that are no zombies."""
    with suppress(psutil.NoSuchProcess):
        return [item for item in server.workers() if item.status() != psutil.STATUS_ZOMBIE]
    return []


def masters(server: Served) -> list[int]:
    """Return the number of each first process that has begun to listen, oldest first."""
    return [int(number) for number in re.findall(r"Listening at: \S+ \((\d+)\)", server.log)]


def signals(folder: Path, jobs: Work, *, times: int, writers: int) -> Drill:
    """Send HUP and USR2 by turns under load; then TERM, and count the requests in flight that were answered."""
    with lab(folder) as (server, settings):
        first = server.process.pid
        try:
            with writing(server.port, jobs, writers) as told:
                for number in range(times):
                    until(grown(told), "no write is acknowledged")
                    (_hang_up if number % 2 == 0 else _upgrade)(server)
                    until(grown(told), "no write is acknowledged after a signal")
            ledger = compared(told, settings.database_url, settings.secret_keys)
            answered = _terminate(server)
            return Drill("signals", times, told, ledger, {"requests in flight at TERM": answered},
                         tracebacks=server.log.count("Traceback"))  # fmt: skip
        finally:
            # A first process that has not begun to listen yet is in no log, and outlives the one that started it.
            begun = psutil.Process(first).children() if psutil.pid_exists(first) else []
            for number in {*masters(server), *(item.pid for item in begun)} - {first}:
                with suppress(ProcessLookupError):
                    os.kill(number, signal.SIGTERM)


def _hang_up(server: Served) -> None:
    master = psutil.Process(masters(server)[-1])
    before = {item.pid for item in master.children()}
    os.kill(master.pid, signal.SIGHUP)
    until(lambda: not before & {item.pid for item in master.children()}, "the workers were not replaced")


def _upgrade(server: Served) -> None:
    """Start another first process, and end the old one when the new one has workers."""
    known = masters(server)
    old = psutil.Process(known[-1])
    os.kill(old.pid, signal.SIGUSR2)
    until(lambda: len(masters(server)) > len(known), "no other first process listens")
    new = psutil.Process(masters(server)[-1])
    until(lambda: len(new.children()) == 2, "the other first process has no workers")
    old.terminate()
    until(lambda: not old.is_running() or old.status() == psutil.STATUS_ZOMBIE, "the old first process has not ended")


def _terminate(server: Served) -> str:
    """Send TERM while requests are in flight; return how many of them were answered."""
    connections = [http.client.HTTPConnection("127.0.0.1", server.port, timeout=60) for _ in range(IN_FLIGHT)]
    for connection in connections:
        connection.request("GET", "/_health")
        connection.getresponse().read()
    for connection in connections:
        connection.request("GET", "/edge_guardian/memory")
    os.kill(masters(server)[-1], signal.SIGTERM)
    answered = 0
    for connection in connections:
        with suppress(OSError, http.client.HTTPException):
            answer = connection.getresponse()
            answer.read()
            answered += answer.status == 200
        connection.close()
    return f"{len(connections)}, answered {answered}"


def database(folder: Path, jobs: Work, *, times: int, writers: int) -> Drill:
    """Kill PostgreSQL as a power cut would, leave it away for a moment, and start it again."""
    from tests.dashboard.ledger.conftest import Cluster

    cluster = Cluster()
    try:
        url = cluster.make_database("drill")
        upgrade(url)
        environ = {"EDGELAB_DATABASE_URL": url, "EDGELAB_SECRET_KEY": "x" * 48}
        with lab(folder, environ=environ) as (server, settings):
            with writing(server.port, jobs, writers) as told:
                for _ in range(times):
                    until(grown(told), "no write is acknowledged")
                    cluster.kill()
                    time.sleep(BETWEEN_S)
                    cluster.start()
            return Drill("database", times, told, compared(told, settings.database_url, settings.secret_keys),
                         tracebacks=server.log.count("Traceback"))  # fmt: skip
    finally:
        cluster.remove()


def disk(folder: Path, jobs: Work, *, times: int, writers: int) -> Drill:
    """Fill the disk of the ledger, leave it full until students were told, and make room again."""
    data = folder / "data"
    with ExitStack() as stack:
        is_mounted = stack.enter_context(small_disk(data))
        server, settings = stack.enter_context(lab(folder))
        with writing(server.port, jobs, writers) as told:
            for _ in range(times):
                until(grown(told), "no write is acknowledged")
                before = sum(told.sentences.values())
                with full(data) if is_mounted else file_limit(server, data):
                    until(lambda before=before: sum(told.sentences.values()) > before, "nobody was told")
                    time.sleep(BETWEEN_S)
        return Drill("disk", times, told, compared(told, settings.database_url, settings.secret_keys),
                     {"on": "a full tmpfs" if is_mounted else "a limit of file size"},
                     tracebacks=server.log.count("Traceback"))  # fmt: skip


@contextmanager
def small_disk(place: Path) -> Iterator[bool]:
    """Mount a small disk for the data directory where this user may; yield whether it is there."""
    place.mkdir(parents=True)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES},mode=700", "tmpfs", str(place)]
    is_mounted = os.geteuid() == 0 and subprocess.run(mount, capture_output=True, check=False).returncode == 0
    try:
        yield is_mounted
    finally:
        if is_mounted:
            subprocess.run(["umount", "--lazy", str(place)], check=True)


@contextmanager
def full(place: Path) -> Iterator[None]:
    """Fill a disk to its last byte."""
    filling = place / "filling"
    try:
        with filling.open("wb", buffering=0) as file, suppress(OSError):
            for piece in (65_536, 4096, 1):
                with suppress(OSError):
                    while file.write(b"x" * piece):
                        pass
        yield
    finally:
        filling.unlink()


@contextmanager
def file_limit(server: Served, place: Path) -> Iterator[None]:
    """Let no file of the workers grow beyond the size of the ledger's smallest."""
    size = min(path.stat().st_size for path in place.glob("ledger.sqlite3*"))
    workers = server.workers()
    before = [worker.rlimit(psutil.RLIMIT_FSIZE) for worker in workers]
    for worker, (_, hard) in zip(workers, before, strict=True):
        worker.rlimit(psutil.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        for worker, limits in zip(workers, before, strict=True):
            worker.rlimit(psutil.RLIMIT_FSIZE, limits)


DRILLS: dict[str, Callable[..., Drill]] = {"killed": killed, "signals": signals, "database": database, "disk": disk}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("drills", nargs="*", choices=[*DRILLS, []], default=list(DRILLS))
    parser.add_argument("--times", type=int, help="faults of each; 100 workers killed, 10 of the others unless given")
    parser.add_argument("--writers", type=int, default=8)
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the servers end, too
    holds = True
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        jobs = work(place / "results")
        for name in options.drills or DRILLS:
            times = options.times or (100 if name == "killed" else 10)
            drill = DRILLS[name](place / name, jobs, times=times, writers=options.writers)
            print(drill, flush=True)
            holds = holds and drill.holds
    sys.exit(0 if holds else 1)


if __name__ == "__main__":
    main()
