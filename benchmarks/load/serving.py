"""A lab as a host serves it: ``edgelab serve`` with two workers on loopback, and what its processes use."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parents[2]
START_S = 240.0
LAB = ("-m", "dashboard", "serve")
FLOOR = ("-m", "gunicorn", "-c", "python:dashboard.hosting.gunicorn_conf", "benchmarks.load.floor:server")


def free_port() -> int:
    """Return a port of the loopback address that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Served:
    """A first process, whose workers may come and go."""

    process: subprocess.Popen[bytes]
    port: int
    folder: Path

    @property
    def log(self) -> str:
        """What the server has written so far."""
        return (self.folder / "log").read_text(errors="replace")

    def workers(self) -> list[psutil.Process]:
        """Return the processes that the first one has forked; runners of second opinions are none."""
        try:
            found = psutil.Process(self.process.pid).children()
        except psutil.NoSuchProcess:
            return []
        return [item for item in found if "second_opinions" not in " ".join(_command(item))]

    def processor_s(self) -> float:
        """Return the processor time of all processes of the server until now [s]."""
        return sum(sum(item.cpu_times()[:2]) for item in [psutil.Process(self.process.pid), *self.workers()])

    def proportional_mb(self) -> list[float]:
        """Return the memory of each worker [MB], with its share of what it shares with others."""
        return [item.memory_full_info().pss / 1e6 for item in self.workers()]

    def wait(self, path: str = "/_health") -> None:
        """Wait until the server answers 200.

        Raises:
            RuntimeError: it ended, or does not answer in time.
        """
        deadline = time.monotonic() + START_S
        while not self.answers(path):
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"the server did not start:\n{self.log[-3000:]}")
            time.sleep(0.05)

    def answers(self, path: str) -> bool:
        """Whether the server answers 200 now."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=10) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False


def _command(process: psutil.Process) -> list[str]:
    try:
        return list(process.cmdline())
    except psutil.Error:
        return []


@contextmanager
def served(
    folder: Path,
    *,
    command: Sequence[str] = LAB,
    workers: int = 2,
    environ: Mapping[str, str] | None = None,
    ready: str = "/_health",
) -> Iterator[Served]:
    """Serve from a folder, with ledger, results and log in it, and end every process at the end.

    Args:
        folder: where everything is kept. command: what Python runs. workers: how many. environ: further variables.
        ready: the path that answers 200 once the server is there.
    """
    port = free_port()
    (folder / "empty").mkdir(parents=True, exist_ok=True)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("EDGELAB_")}
    variables = {
        **kept,
        "PYTHONPATH": str(ROOT),
        "OPENBLAS_NUM_THREADS": "1",
        "EDGELAB_DATA_DIR": str(folder / "data"),
        "EDGELAB_BIND": f"127.0.0.1:{port}",
        "WEB_CONCURRENCY": str(workers),
        **(environ or {}),
    }
    with (folder / "log").open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, *command],
            cwd=folder / "empty",
            env=variables,
            stdout=output,
            stderr=output,
        )
    server = Served(process, port, folder)
    try:
        server.wait(ready)
        yield server
    finally:
        process.terminate()
        try:
            process.wait(40)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
