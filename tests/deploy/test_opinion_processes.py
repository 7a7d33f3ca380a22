"""Behind gunicorn: many presses are two processes and a job a state; stopped, it leaves no process and a free port."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from dashboard.app import create_app
from dashboard.second_opinions.slots import SLOTS
from dashboard.settings import Settings
from tests.browser.conftest import free_port
from tests.dashboard.second_opinions.conftest import HANGS, KEY, PLUGINS, SLOW, asked, looked, runners, wait_for
from tests.deploy.test_two_workers import Client
from tests.http_student import Student
from tracks.loading.registry import Registry, load_registry


class Lab:
    """gunicorn with two workers, and students with connections of their own."""

    def __init__(self, folder: Path, registry: Registry) -> None:
        self.folder, self.registry, self.port = folder, registry, free_port()
        (folder / "empty").mkdir()
        self.marks = folder / "marks"
        self.log = folder / "log"
        self.environ = {"EDGELAB_DATA_DIR": str(folder / "data"), "EDGELAB_TRACKS_DIR": str(PLUGINS)}
        command = [sys.executable, "-m", "gunicorn", "-c", "python:dashboard.hosting.gunicorn_conf"]
        with self.log.open("wb") as output:
            self.process = subprocess.Popen(
                command,
                env={
                    **os.environ,
                    **self.environ,
                    "EDGELAB_BIND": f"127.0.0.1:{self.port}",
                    "WEB_CONCURRENCY": "2",
                    "OPINION_MARKS": str(self.marks),
                },
                cwd=folder / "empty",
                stdout=output,
                stderr=output,
            )
        for _ in range(1200):
            assert self.process.poll() is None, self.log.read_text()[-3000:]
            try:
                if Client(self.port).get("/_health").status_code == 200:
                    break
            except OSError:
                time.sleep(0.1)
        # It only names callbacks; nothing is asked of it.
        self.twin = create_app(Settings.from_environment({**self.environ, "EDGELAB_DESIGNER": "off"}), registry)

    def student(self) -> Student:
        new = Student(self.twin, self.registry, Client(self.port))  # type: ignore[arg-type]
        new.client.get("/")
        new.lock_all(KEY)
        return new

    def runners(self) -> list[psutil.Process]:
        return runners(self.folder / "data")

    def runs(self) -> list[list[str]]:
        return [line.split() for line in self.marks.read_text().splitlines()] if self.marks.exists() else []

    def kill_all(self) -> None:
        """End every process of the server at once, as a host that runs out of memory may."""
        workers = psutil.Process(self.process.pid).children()
        self.process.kill()
        for worker in workers:
            if "gunicorn" in " ".join(worker.cmdline()):
                worker.kill()


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Lab]:
    started = Lab(tmp_path, load_registry(folder=PLUGINS))
    yield started
    if started.process.poll() is None:
        started.process.terminate()
        started.process.wait(60)


def test_many_presses_are_two_processes_and_one_job_a_state(lab: Lab) -> None:
    students = [lab.student() for _ in range(8)]
    states = [SLOW * (1 + n / 100) for n in range(4)]
    presses = [(student, states[(n + k) % 4]) for n, student in enumerate(students) for k in range(3)]
    assert len(presses) == 24
    with ThreadPoolExecutor(8) as browsers:
        told = list(browsers.map(lambda press: asked(press[0], model_bytes=press[1]), presses))
    assert len({one["digest"] for one in told}) == len(states)
    assert max(int(n) for one in told for n in re.findall(r"Place (\d+)", one["note"])) <= 2

    alive = []

    def all_done() -> bool:
        """Whether every press has its answer; each look counts the processes at work."""
        alive.append(len(lab.runners()))
        return all(looked(student, one)["stage"] == "done" for (student, _), one in zip(presses, told, strict=True))

    wait_for(all_done)
    assert max(alive) == SLOTS
    begun = [float(run[3]) for run in lab.runs() if run[0] == "begin20"]
    assert sorted(begun) == sorted(states), "each state was computed once"
    assert "Traceback" not in lab.log.read_text()


def stop(lab: Lab) -> None:
    lab.process.terminate()


def interrupt(lab: Lab) -> None:
    lab.process.send_signal(signal.SIGINT)


def kill_the_master(lab: Lab) -> None:
    lab.process.kill()


@pytest.mark.parametrize(
    "end",
    [
        pytest.param(stop, marks=pytest.mark.sweep),
        pytest.param(interrupt, marks=pytest.mark.sweep),
        pytest.param(kill_the_master, marks=pytest.mark.sweep),
        Lab.kill_all,
    ],
)
def test_no_job_outlives_the_server_or_holds_its_port(lab: Lab, end: Callable[[Lab], None]) -> None:
    students = [lab.student() for _ in range(3)]
    for n, student in enumerate(students):
        asked(student, model_bytes=HANGS, rate_bit_per_s=1e6 * (n + 1))
    wait_for(lambda: len(lab.runs()) == SLOTS)
    alive = lab.runners()
    assert len(alive) == SLOTS
    listening = {connection.laddr.port for process in alive for connection in process.net_connections()}
    assert lab.port not in listening
    end(lab)
    lab.process.wait(60)
    gone, left = psutil.wait_procs(alive, timeout=60)
    assert (len(gone), left) == (SLOTS, [])
    with socket.socket() as again:
        again.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as every server does
        wait_for(lambda: bound(again, lab.port))
    assert lab.runners() == []


def bound(to: socket.socket, port: int) -> bool:
    """Bind a socket; workers whose master was killed notice it after a moment."""
    try:
        to.bind(("127.0.0.1", port))
    except OSError:
        return False
    return True
