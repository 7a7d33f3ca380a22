"""A slider's answer that is kept is the one that would be made: for this state, this screen and these marks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from dash import Dash
from werkzeug.test import TestResponse

from dashboard.app import create_app
from dashboard.callbacks import kept_answers
from dashboard.callbacks.kept_answers import KeptAnswers
from dashboard.lab import SCREEN_COOKIE
from dashboard.ledger.migrations import upgrade
from dashboard.settings import Settings
from tests.dashboard.callbacks.test_at_rest import in_flight
from tests.http_student import Student
from tracks.api.bench import Bench
from tracks.api.outcome import Outcome
from tracks.common.cache import switched_off
from tracks.loading.registry import Registry

PARADOX, CONVERGENCE = "edge_guardian/paradox", "edge_guardian/convergence"
WITH_VIEWS = "edge_guardian/memory"


@pytest.fixture
def keeping(tmp_path: Path, registry: Registry) -> Callable[[], Dash]:
    """A function that starts a lab which keeps its answers in this test's folder: called twice, it is a restart."""

    def start() -> Dash:
        settings = Settings.from_environment({"EDGELAB_DATA_DIR": str(tmp_path / "data")})
        upgrade(settings.database_url)
        return create_app(settings, registry, answers=KeptAnswers(tmp_path / "answers", 10**8))

    return start


@pytest.fixture
def ready(keeping: Callable[[], Dash], registry: Registry) -> Student:
    student = Student.of(keeping(), registry)
    student.lock_all(PARADOX)
    return student


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The bench of every state that is solved from here on."""
    made: list[str] = []
    own = Bench.run

    def run(self: Bench, *positional: Any, **named: Any) -> Outcome:
        made.append(self.id)
        return own(self, *positional, **named)

    monkeypatch.setattr(Bench, "run", run)
    return made


def sent(student: Student, key: str = PARADOX, *, coding: str = "br", **asked: Any) -> TestResponse:
    values = {**student.bench(key).defaults(), **asked.pop("values", {})}
    body = student.update_body(key, values, **asked)
    headers = {**student.headers, "Accept-Encoding": coding}
    return student.client.post("/_dash-update-component", json=body, headers=headers)


def test_every_bench_answers_the_same_from_what_is_kept(
    ready: Student, new_app: Callable[[], Dash], runs: list[str]
) -> None:
    """Both labs have one ledger and one cookie; the second keeps nothing, so it makes what the first had kept."""
    registry, other = ready.registry, new_app()
    ours = {name for one in registry.found if one.kind == "built-in" for name in one.benches}
    for bench in (bench for name, bench in registry.missions["tiny_pioneer"].items() if name in {*ours, "crisis"}):
        key = f"tiny_pioneer/{bench.id}"
        ready.lock_all(key)
        for coding in ("br", "gzip", ""):
            first = sent(ready, key, coding=coding)
            assert first.status_code == 200
            del runs[:]
            again = sent(ready, key, coding=coding)
            assert runs == [], "it was solved again"
            assert (again.data, again.headers.get("Content-Encoding")) == (
                first.data,
                first.headers.get("Content-Encoding"),
            )
        made = Student(other, registry, other.server.test_client())
        cookie = ready.client.get_cookie("edgelab_student")
        made.client.set_cookie("edgelab_student", cookie.value)
        assert sent(made, key, coding="").get_json() == again.get_json()
    assert runs, "the lab that keeps nothing solves"


def test_it_is_kept_for_other_students_other_workers_and_after_a_restart(
    ready: Student, keeping: Callable[[], Dash], registry: Registry, runs: list[str]
) -> None:
    first = sent(ready)
    other = Student.of(keeping(), registry)
    other.lock_all(PARADOX)
    del runs[:]
    assert sent(other).data == first.data
    assert runs == []


def test_who_has_not_locked_is_refused_whatever_is_kept(ready: Student, registry: Registry) -> None:
    assert sent(ready).status_code == 200
    assert sent(Student.of(ready.app, registry)).status_code == 403
    nobody = Student(ready.app, registry, ready.app.server.test_client())
    assert sent(nobody).status_code == 403


def test_each_student_sees_the_own_lock(ready: Student, registry: Registry) -> None:
    other = Student.of(ready.app, registry)
    for prediction in other.bench(PARADOX).predictions:
        low, high = prediction.low, prediction.high
        parts = {} if prediction.options else {"value": low + (high - low) / 7}
        assert other.lock(PARADOX, prediction, **parts).status_code == 200
    assert other.open(PARADOX).status_code == 200
    assert "your lock" in sent(ready, coding="").text
    assert sent(ready, coding="").text != sent(other, coding="").text


@pytest.mark.parametrize("change", ["screen", "view", "state", "moving"])
def test_another_question_is_another_answer(ready: Student, change: str, runs: list[str]) -> None:
    key = WITH_VIEWS if change == "view" else CONVERGENCE
    ready.lock_all(key)
    first = sent(ready, key, coding="")
    del runs[:]
    bench, asked = ready.bench(key), {}
    if change == "screen":
        ready.client.set_cookie(SCREEN_COOKIE, "dark.narrow")
    elif change == "view":
        panel = next(panel for panel in bench.panels if panel.views)
        asked["views"] = {panel.id: panel.views[0].id}
    elif change == "state":
        asked["values"] = {"rounds": 17}
    else:
        asked["moving"] = True
    second = sent(ready, key, coding="", **asked)
    assert second.text != first.text
    assert runs == [bench.id]
    assert sent(ready, key, coding="", **asked).text == second.text
    assert runs == [bench.id]


def test_what_is_put_off_is_not_kept_in_place_of_the_full_answer(ready: Student) -> None:
    ready.lock_all(CONVERGENCE)
    with switched_off(), in_flight(ready.app.server):
        put_off = sent(ready, CONVERGENCE, coding="", values={"rounds": 19}).text
    full = sent(ready, CONVERGENCE, coding="", values={"rounds": 19}).text
    assert ('"preview":true' in put_off, '"preview":true' in full) == (True, False)
    with in_flight(ready.app.server):
        assert sent(ready, CONVERGENCE, coding="", values={"rounds": 19}).text == full


def test_a_student_s_own_tries_are_never_kept(ready: Student, runs: list[str]) -> None:
    assert ready.record(PARADOX, moved_bytes=1e6).status_code == 200
    with_try = sent(ready, coding="", compare=[1]).text
    del runs[:]
    assert sent(ready, coding="", compare=[1]).text == with_try
    assert runs, "it was made again"
    assert sent(ready, coding="").text != with_try


def test_an_author_s_track_is_drawn_anew(ready: Student, runs: list[str]) -> None:
    """Its file may be another one at the next start, under the same name."""
    key = next(
        f"edge_guardian/{bench}" for one in ready.registry.found if one.kind != "built-in" for bench in one.benches
    )
    ready.lock_all(key)
    for _ in range(2):
        del runs[:]
        assert sent(ready, key).status_code == 200
        assert runs


def test_another_program_makes_its_own(
    keeping: Callable[[], Dash], ready: Student, registry: Registry, runs: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    sent(ready)
    monkeypatch.setattr(kept_answers, "digest_of", lambda _: b"another file")
    other = Student.of(keeping(), registry)
    other.lock_all(PARADOX)
    del runs[:]
    assert sent(other).status_code == 200
    assert runs


def test_a_folder_that_cannot_be_used_costs_time_alone_and_is_said_once(
    tmp_path: Path,
    keeping: Callable[[], Dash],
    registry: Registry,
    runs: list[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    (tmp_path / "answers").write_text("no folder")
    student = Student.of(keeping(), registry)
    student.lock_all(PARADOX)
    del runs[:]
    assert sent(student).data == sent(student).data
    assert len(runs) == 2
    said = [record.getMessage() for record in caplog.records if "answers cannot be kept" in record.getMessage()]
    assert len(said) == 1
    assert str(tmp_path / "answers") in said[0]
