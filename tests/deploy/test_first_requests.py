"""Requests that come together, as the first that a server or a worker gets, are all answered."""

from __future__ import annotations

import http.client
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from dash import Dash

from tests.browser.conftest import free_port

ROOT = Path(__file__).parents[2]
ALONE = ["-m", "dashboard", "--port", "{port}"]
WORKERS = ["-m", "gunicorn", "-c", "python:dashboard.hosting.gunicorn_conf"]

# Python reads a module of this name at its start. Dash sets itself up in some milliseconds, and in most runs no second
# request comes in this time; here it takes half a second.
SLOW_DASH = """
import sys, time
from dash import _validate

validate_layout = _validate.validate_layout


def slowly(*arguments):
    print("Dash sets itself up", file=sys.stderr, flush=True)
    time.sleep(0.5)
    return validate_layout(*arguments)


_validate.validate_layout = slowly
"""


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[[list[str]], tuple[int, Path]]]:
    """Start a server that nobody has asked anything; return its port and its log."""
    started = []

    def server(arguments: list[str]) -> tuple[int, Path]:
        port = free_port()
        (tmp_path / "slow").mkdir()
        (tmp_path / "slow" / "sitecustomize.py").write_text(SLOW_DASH)
        (tmp_path / "empty").mkdir()
        environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join([str(tmp_path / "slow"), str(ROOT)]),
            "EDGELAB_DATA_DIR": str(tmp_path / "served"),
            "EDGELAB_BIND": f"127.0.0.1:{port}",
            "WEB_CONCURRENCY": "2",
        }
        command = [sys.executable, *(argument.format(port=port) for argument in arguments)]
        log = tmp_path / "log"
        with log.open("wb") as output:
            process = subprocess.Popen(command, env=environment, cwd=tmp_path / "empty", stdout=output, stderr=output)
        started.append(process)
        deadline = time.monotonic() + 120
        while not _listens(port):
            assert process.poll() is None, log.read_text()[-3000:]
            assert time.monotonic() < deadline
            time.sleep(0.05)
        return port, log

    yield server
    for process in started:
        process.terminate()
        process.wait(20)


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def answers(port: int, paths: list[str]) -> list[tuple[int, bytes]]:
    """Send a request for every path before the first answer is read; return status and body of each."""
    found = []
    with ExitStack() as opened:
        connections = [http.client.HTTPConnection("127.0.0.1", port, timeout=120) for _ in paths]
        for connection in connections:
            opened.callback(connection.close)
            connection.connect()
        for connection, path in zip(connections, paths, strict=True):
            connection.request("GET", path, headers={"Connection": "close"})
        for connection in connections:
            answer = connection.getresponse()
            found.append((answer.status, answer.read()))
    return found


@pytest.mark.parametrize(("arguments", "processes"), [(ALONE, 1), (WORKERS, 2)], ids=["alone", "gunicorn"])
def test_first_requests_that_come_together_are_all_answered(start, arguments, processes, app: Dash) -> None:  # N16
    client = app.server.test_client()
    scripts = re.findall(r'"(/_dash-component-suites/[^"]+)"', client.get("/").get_data(as_text=True))
    assert len(scripts) > 8
    paths = [*scripts, "/", "/_dash-layout", "/_dash-dependencies"]
    callbacks = client.get("/_dash-dependencies").data
    port, log = start(arguments)
    for _ in range(20):  # which worker takes a connection is up to the system
        found = answers(port, paths)
        assert [(path, status) for path, (status, _) in zip(paths, found, strict=True) if status != 200] == []
        assert found[-1][1] == callbacks
        if processes == 1 or len(set(re.findall(r'"method":"GET".*"process":(\d+)', log.read_text()))) == processes:
            break
    assert log.read_text().count("Dash sets itself up") == 1, "as slow as the test wants it, and once for all workers"
