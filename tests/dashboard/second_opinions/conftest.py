"""A lab with the patient second engine of tests/opinion_plugins, and what its runs told."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest
from dash import Dash
from diskcache import Cache

from dashboard.app import create_app
from dashboard.ledger.migrations import upgrade
from dashboard.settings import Settings
from tests.http_student import Student
from tracks.loading.registry import Registry, load_registry

PLUGINS = Path(__file__).parents[2] / "opinion_plugins"
KEY = "edge_guardian/patience"
# As in the plugin, by the model's bytes: LONG is there to be stopped, SLOW to be seen at work and waited for.
AGREES, CONTESTS, SLOW, LONG, FAILS, HANGS, STUCK = 1e6, 1e7, 9e8, 1e9, 2e8, 4e8, 8e8
PATIENCE_S = 120


@pytest.fixture(scope="session")
def patient_registry() -> Registry:
    return load_registry(folder=PLUGINS)


def runners(folder: Path) -> list[psutil.Process]:
    """The processes that run second opinions of one lab, those included that have ended and were not reaped."""
    found = []
    for process in psutil.process_iter():
        try:
            if "dashboard.second_opinions.runner" in (words := process.cmdline()) and str(folder / "cache") in words:
                found.append(process)
        except psutil.Error:  # it has ended meanwhile
            continue
    return found


def wait_for(what: Callable[[], Any]) -> Any:
    """Wait until something is true, and return it."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        if found := what():
            return found
        time.sleep(0.1)
    raise AssertionError("it did not come")


@dataclass
class PatientLab:
    """One lab; ``students`` are new ones whose bench is open."""

    folder: Path
    registry: Registry
    app: Dash

    def student(self) -> Student:
        new = Student.of(self.app, self.registry)
        new.lock_all(KEY)
        return new

    def runs(self) -> list[list[str]]:
        """What the engine told: begin with its seeds, or end; process, niceness, bytes of the model."""
        marks = self.folder / "marks"
        return [line.split() for line in marks.read_text().splitlines()] if marks.exists() else []

    def runners(self) -> list[psutil.Process]:
        return runners(self.folder)


@pytest.fixture
def patient(tmp_path: Path, patient_registry: Registry, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("OPINION_MARKS", str(tmp_path / "marks"))

    def start(seconds: int = 600) -> PatientLab:
        settings = Settings.from_environment(
            {
                "EDGELAB_DATA_DIR": str(tmp_path),
                "EDGELAB_TRACKS_DIR": str(PLUGINS),
                "EDGELAB_OPINION_SECONDS": str(seconds),
            }
        )
        upgrade(settings.database_url)
        return PatientLab(tmp_path, patient_registry, create_app(settings, patient_registry))

    yield start
    if (tmp_path / "cache" / "queue").is_dir():
        with closing(Cache(str(tmp_path / "cache" / "queue"))) as queue:
            queue.clear()  # or the labs, which live on in this process, would start the next job
    for process in runners(tmp_path):
        with suppress(psutil.NoSuchProcess):  # it may have ended by itself
            process.kill()
            process.wait(10)


def asked(student: Student, **changes: Any) -> dict[str, Any]:
    """What a press of *Ask for a second opinion* answers, for a state that differs from the defaults in ``changes``."""
    answer = student.ask_opinion(KEY, {**student.bench(KEY).defaults(), **changes})
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return answer.get_json()["response"]["opinion"]["data"]


def looked(student: Student, told: dict[str, Any]) -> dict[str, Any]:
    """What a look answers."""
    answer = student.look_at_opinion(told["ticket"])
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return answer.get_json()["response"]["opinion"]["data"]


def finished(student: Student, told: dict[str, Any]) -> dict[str, Any]:
    """What the page is told at last, looking as it does."""
    return wait_for(lambda: (now := looked(student, told))["stage"] in ("done", "failed") and now)
