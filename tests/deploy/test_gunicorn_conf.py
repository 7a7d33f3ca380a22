"""The configuration upgrades the ledger before it serves, listens to this machine only and logs no values."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from dashboard.ledger import is_current

ROOT = Path(__file__).parents[2]

APP = """
import os
def server(environ, start):
    body = str(os.getpid()).encode()
    start("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))])
    return [body]
"""


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[..., Any]]:
    """Start gunicorn with the lab's configuration and a small application from an empty directory."""
    (tmp_path / "small").mkdir()
    (tmp_path / "small" / "small.py").write_text(APP)
    started: list[subprocess.Popen[str]] = []

    def start(**environ: str) -> "subprocess.Popen[str]":
        (tmp_path / "empty").mkdir(exist_ok=True)
        command = [sys.executable, "-m", "gunicorn", "-c", "python:dashboard.hosting.gunicorn_conf"]
        process = subprocess.Popen(
            [*command, "--pythonpath", f"{tmp_path / 'small'},{ROOT}", "small:server"],
            cwd=tmp_path / "empty",
            env={**os.environ, "EDGELAB_DATA_DIR": str(tmp_path / "data"), **environ},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.terminate()
        process.communicate(timeout=240)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


# N16
def test_workers_start_on_an_upgraded_ledger_and_log_no_values(serve: Callable[..., Any], tmp_path: Path) -> None:
    port = free_port()
    process = serve(EDGELAB_BIND=f"127.0.0.1:{port}", WEB_CONCURRENCY="2")
    lines = [process.stdout.readline()]
    while "Booting worker" not in lines[-1]:
        lines.append(process.stdout.readline())
        assert lines[-1], lines
    assert f"Listening at: http://127.0.0.1:{port}" in "".join(lines)
    assert is_current(f"sqlite:///{tmp_path / 'data' / 'ledger.sqlite3'}")
    kept = sorted(path.name for path in (tmp_path / "data").iterdir() if "sqlite3-" not in path.name)
    assert kept == ["ledger.sqlite3", "secret_key"]

    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/edge_guardian/paradox%0A[01/Jan/2026]%20forged?s=secret",
        headers={"Referer": f"http://127.0.0.1:{port}/?s=secret"},
    )
    workers = set()
    deadline = time.monotonic() + 20
    while len(workers) < 2 and time.monotonic() < deadline:
        with urllib.request.urlopen(request, timeout=10) as answer:
            workers.add(answer.read())
    assert len(workers) == 2
    process.terminate()
    log = process.communicate(timeout=240)[0]
    assert "secret" not in log
    assert "forged" not in log
    assert all(json.loads(line)["event"] for line in log.splitlines())


def test_a_setting_that_cannot_work_stops_the_start_with_its_sentence(serve: Callable[..., Any]) -> None:
    process = serve(EDGELAB_BIND=f"127.0.0.1:{free_port()}", EDGELAB_DATABASE_URL="mysql://u@h/d")
    log = process.communicate(timeout=240)[0]
    assert process.returncode == 3
    assert "edgelab: EDGELAB_DATABASE_URL: 'mysql' is not a database" in log
    assert "Traceback" not in log
    assert "Booting worker" not in log
