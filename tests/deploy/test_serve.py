"""``edgelab serve`` from the installed wheel, in any folder: it answers, changes over, and says what is wrong."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import time
import urllib.request
from pathlib import Path

import pytest

from tests.browser.conftest import free_port
from tests.dashboard.conftest import Run
from tests.dashboard.test_main import check_sentence
from tracks.commands.terminal import ExitCode

# What Kubernetes sets in every container of a namespace with a Service called edgelab.
SERVICE = {
    "EDGELAB_SERVICE_HOST": "10.96.0.17",
    "EDGELAB_SERVICE_PORT": "8050",
    "EDGELAB_SERVICE_PORT_HTTP": "8050",
    "EDGELAB_PORT": "tcp://10.96.0.17:8050",
    "EDGELAB_PORT_8050_TCP": "tcp://10.96.0.17:8050",
    "EDGELAB_PORT_8050_TCP_PROTO": "tcp",
    "EDGELAB_PORT_8050_TCP_PORT": "8050",
    "EDGELAB_PORT_8050_TCP_ADDR": "10.96.0.17",
}


def answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/_ready", timeout=10) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def starts(log: Path) -> list[int]:
    """Return the number of each process that has begun to listen, oldest first."""
    said = [json.loads(line)["event"] for line in log.read_text().splitlines()]  # every line is an event of its own
    return [int(event.rpartition("(")[2].rstrip(")")) for event in said if "Listening at" in event]


def wait_for(log: Path, number: int) -> int:
    deadline = time.monotonic() + 240
    while len(starts(log)) < number:
        assert time.monotonic() < deadline, log.read_text()
        time.sleep(0.1)
    return starts(log)[-1]


def test_the_installed_command_serves_from_any_folder_and_changes_over(installed: Path, tmp_path: Path) -> None:
    """Where packages of our names lie, too; beside a Service of our name; until it is told to stop."""
    for name in ("physics", "tracks", "dashboard"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text("raise RuntimeError('taken from the working directory')\n")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("EDGELAB_", "PYTHONPATH"))}
    results = {"EDGELAB_CACHE_DIR": os.environ["EDGELAB_CACHE_DIR"]}  # what loading computes is no subject here
    environ = {**kept, **SERVICE, **results, "EDGELAB_DATA_DIR": str(tmp_path / "data"), "WEB_CONCURRENCY": ""}
    port, log = free_port(), tmp_path / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [installed / "bin" / "edgelab", "serve", "--bind", f"0.0.0.0:{port}", "--workers", "1"],
            env=environ,
            cwd=tmp_path,
            stdout=output,
            stderr=output,
        )
    masters = [process.pid]
    try:
        assert wait_for(log, 1) == process.pid
        assert answers(port)
        process.send_signal(signal.SIGUSR2)  # as for a new version: another first process on the same socket
        masters.append(wait_for(log, 2))
        process.terminate()
        assert process.wait(60) == 0
        assert answers(port)
    finally:
        process.kill()
        for master in masters[1:]:
            os.kill(master, signal.SIGTERM)
    said = log.read_text()
    assert "Traceback" not in said
    events = [json.loads(line)["event"] for line in said.splitlines()]
    (ignored, _) = [event for event in events if "Kubernetes" in event]  # one for each first process
    assert ignored.endswith(", ".join(sorted(SERVICE)))
    assert "0.0.0.0 can be reached from other machines. A proxy that buffers (nginx) is required" in said
    assert said.count("Booting worker") == 2
    process.wait()


@pytest.mark.parametrize(
    ("env", "arguments", "code", "said"),
    [
        ({"WEB_CONCURRENCY": "two"}, [], ExitCode.USAGE, "WEB_CONCURRENCY 'two' must be how many workers"),
        ({"WEB_CONCURRENCY": "0"}, [], ExitCode.USAGE, "WEB_CONCURRENCY '0' must be how many workers"),
        ({"EDGELAB_DATA_DIR": "/proc/edgelab"}, [], ExitCode.USAGE, "the data directory /proc/edgelab cannot be made"),
        ({"EDGELAB_PORT": "8050"}, [], ExitCode.USAGE, "EDGELAB_PORT is not a setting"),
        ({"EDGELAB_SERVICE_HOSTS": "10.0.0.1"}, [], ExitCode.USAGE, "EDGELAB_SERVICE_HOSTS is not a setting"),
        ({}, ["--bind", "8050"], ExitCode.USAGE, "write 127.0.0.1:8050 or unix:/run/edgelab.sock"),
        ({}, ["--bind", "203.0.113.7:8050"], ExitCode.ADDRESS, "choose one with --bind"),
        ({}, ["--bind", "unix:/no/such/folder/lab.sock"], ExitCode.ADDRESS, "no folder that this user may write"),
        ({}, ["--bind", f"unix:{__file__}"], ExitCode.ADDRESS, "there is a file of that name"),
    ],
)
def test_what_cannot_be_served_is_one_sentence_before_anything_starts(
    edgelab: Run, env: dict[str, str], arguments: list[str], code: ExitCode, said: str
) -> None:
    check_sentence(edgelab("serve", *arguments, env=env), code, said)


def test_a_port_that_is_taken_is_told_before_the_lab_is_made(edgelab: Run) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        process = edgelab("serve", "--bind", f"127.0.0.1:{port}")
    check_sentence(process, ExitCode.ADDRESS, f"port {port} on 127.0.0.1 is taken; choose another with --bind")
