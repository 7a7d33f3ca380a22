"""A Redis of the tests' own, with a password, on a port of this machine; tests with ``redis_port`` need its program."""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests import system_programs

PASSWORD = "s3cret"


@contextmanager
def redis_server(folder: Path, port: int, **settings: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run Redis until the end of the block; ``settings`` are its own, with an underscore for a hyphen."""
    program = system_programs.redis()
    assert program, "make test-programs installs Redis"
    asked = {"port": port, "bind": "127.0.0.1", "dir": folder, "save": "", "appendonly": "no", "requirepass": PASSWORD}
    asked |= {name.replace("_", "-"): value for name, value in settings.items()}
    options = [part for name, value in asked.items() for part in (f"--{name}", str(value))]
    process = subprocess.Popen([program, *options], stdout=subprocess.DEVNULL)
    try:
        until(lambda: socket.create_connection(("127.0.0.1", port), timeout=1).close())
        yield process
    finally:
        process.terminate()
        process.wait(timeout=30)


def url(port: int, database: int = 0) -> str:
    """Return the address of such a Redis."""
    return f"redis://:{PASSWORD}@127.0.0.1:{port}/{database}"


def until(act: Callable[[], None]) -> None:
    """Do something as soon as the system lets it be done."""
    deadline = time.monotonic() + 60
    while True:
        try:
            return act()
        except OSError:
            assert time.monotonic() < deadline
            time.sleep(0.05)


def a_free_port() -> int:
    """Return a port that is free now."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@pytest.fixture
def redis_port() -> int:
    """A port that is free now; tests with this fixture need Redis."""
    return a_free_port()
