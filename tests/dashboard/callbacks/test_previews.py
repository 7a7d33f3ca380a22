"""A slider in motion is answered by the bench's preview; whatever is kept, compared or explained is solved in full."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from dash import Dash

from dashboard.app import create_app
from dashboard.ledger.migrations import upgrade
from dashboard.settings import Settings
from tests.http_student import Student, said
from tracks.api.bench import Bench
from tracks.api.outcome import Outcome
from tracks.loading.registry import Registry, load_registry

KEY = "harbour_crane/crisis"
PLAIN = "harbour_crane/memory"


@pytest.fixture(scope="module")
def harbour() -> Registry:
    """The course with a track whose crisis has a preview."""
    return load_registry(folder=Path(__file__).parents[2] / "preview_plugins")


@pytest.fixture
def app(harbour: Registry, tmp_path: Path) -> Dash:
    settings = Settings.from_environment({"EDGELAB_DATA_DIR": str(tmp_path / "data")})
    upgrade(settings.database_url)
    return create_app(settings, harbour)


@pytest.fixture
def student(app: Dash, harbour: Registry) -> Student:
    """One student who has locked every question of the bench with the preview and of one without."""
    one = Student.of(app, harbour)
    one.lock_all(KEY)
    one.lock_all(PLAIN)
    return one


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, bool]]:
    """Every run of a bench from here on: its id, and whether it was a preview."""
    made: list[tuple[str, bool]] = []
    own = Bench.run

    def run(self: Bench, *positional: Any, preview: bool = False, **named: Any) -> Outcome:
        made.append((self.id, preview))
        return own(self, *positional, preview=preview, **named)

    monkeypatch.setattr(Bench, "run", run)
    return made


def texts(student: Student, key: str = KEY, **options: Any) -> dict[str, Any]:
    answer = student.post(student.update_body(key, student.bench(key).defaults(), **options))
    assert answer.status_code == 200, answer.get_data(as_text=True)[:500]
    parts = answer.get_json()["response"]
    return next(part["data"] for name, part in parts.items() if '"name":"texts"' in name)


def test_a_moving_slider_gets_the_preview_and_a_resting_one_the_full_answer(student: Student) -> None:
    moving, resting = texts(student, moving=True), texts(student)
    assert (moving["preview"], moving["readings"]["airtime"]["note"]) == (True, "draws: 1")
    assert (resting["preview"], resting["readings"]["airtime"]["note"]) == (False, "draws: 3")
    assert moving["status"]["fails"] == resting["status"]["fails"]


@pytest.mark.parametrize("moving", [None, False, 1, "true", [True], {"moving": True}])
def test_only_true_asks_for_a_preview(student: Student, moving: Any) -> None:
    """A page of an older release sends nothing, and a client may send anything: both get the full answer."""
    assert texts(student, moving=moving)["preview"] is False


def test_a_page_says_from_which_state_a_slider_moves(student: Student) -> None:
    """The lines that a preview lacks are those of that state; values that cannot be read are refused in a sentence."""
    values = student.bench(KEY).defaults()
    assert texts(student, moving={"from": values})["preview"] is True
    answer = student.post(student.update_body(KEY, values, moving={"from": {**values, "rounds": "many"}}))
    assert answer.status_code == 422
    assert "must be a number in" in answer.get_data(as_text=True)


def test_a_bench_without_a_preview_is_solved_in_full_while_it_moves(student: Student) -> None:
    moving = texts(student, PLAIN, moving=True)
    assert moving["preview"] is False
    assert moving == texts(student, PLAIN)


def test_what_is_recorded_compared_or_tabulated_is_solved_in_full(
    student: Student, runs: list[tuple[str, bool]], tmp_path: Path
) -> None:
    values = student.bench(KEY).defaults()
    full = student.bench(KEY).run(student.registry.track("harbour_crane"), values).reading("airtime")
    runs.clear()
    for answer in (
        student.page(f"/{KEY}"),
        student.record(KEY),
        student.table(KEY, "shift"),
    ):
        assert answer.status_code == 200
    assert len(runs) >= 3
    assert not any(preview for _, preview in runs)
    with closing(sqlite3.connect(tmp_path / "data" / "ledger.sqlite3")) as ledger:
        ((payload,),) = ledger.execute("SELECT payload FROM events WHERE kind = 'try'")
    assert json.loads(payload)["readings"]["airtime"]["value"] == pytest.approx(full.value)
    runs.clear()
    texts(student, moving=True, compare=[1])
    assert runs == [("crisis", False), ("crisis", True)]  # the try beside the moving state is the one that was recorded


def test_the_page_says_which_sliders_ask_for_previews(student: Student) -> None:
    page = said(student.page(f"/{KEY}"))
    assert page.count('"preview": true') == sum(hasattr(c, "minimum") for c in student.bench(KEY).controls)
    assert '"preview": true' not in said(student.page(f"/{PLAIN}"))
