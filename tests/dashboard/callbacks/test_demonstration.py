"""The figure in Peek answers its own sliders once the bench is unlocked, and leaves no trace."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from dashboard.web import ids
from tests.http_student import Student, said

KEY = "edge_guardian/convergence"
PLAIN = "edge_guardian/paradox"


@pytest.fixture
def unlocked(student: Student) -> Student:
    for key in (KEY, PLAIN):
        student.lock_all(key)
    return student


def drawn(student: Student, **changes: Any) -> dict[str, Any]:
    """Sentence, table and figure at the defaults with these changes."""
    answer = student.demonstrate(KEY, {"values": student.bench(KEY).demonstration.defaults() | changes})
    assert answer.status_code == 200, answer.get_data(as_text=True)[:500]
    parts = answer.get_json()["response"]
    return {json.loads(name)["name"]: next(iter(part.values())) for name, part in parts.items()}


def test_sentence_figure_and_table_are_those_of_the_values(unlocked: Student) -> None:
    for steps in (1, 50):
        parts = drawn(unlocked, local_steps=steps)
        demonstration = unlocked.bench(KEY).demonstration
        drawing = demonstration.drawn(demonstration.defaults() | {"local_steps": steps})
        assert parts["demonstration_summary"] == drawing.summary
        names = {trace["name"] for trace in parts["demonstration"]["data"]}
        assert {"client 1", "client 2", "average loss", "plain average", "best", "rounds settle"} <= names
        assert repr(drawing.table().rows[1][1]) in json.dumps(parts["demonstration_table"])


def test_a_value_past_an_end_is_drawn_at_the_end(unlocked: Student) -> None:
    assert drawn(unlocked, local_steps=1e9) == drawn(unlocked, local_steps=100)


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (None, "drawn at the values of its sliders"),
        ({"values": [1, 2]}, "drawn at the values of its sliders"),
        ({"values": {}}, "'local_steps' has no value"),
        ({"local_steps": "20"}, "'local_steps' must be a number in 1..100"),
        ({"local_steps": None}, "'local_steps' has no value"),
        ({"local_steps": True}, "'local_steps' must be a number"),
        ({"rounds": 1}, "'rounds' is not a control of the demonstration"),
    ],
)
def test_what_cannot_be_read_is_refused_in_one_sentence(unlocked: Student, asked: Any, words: str) -> None:
    if isinstance(asked, dict) and "values" not in asked:
        asked = {"values": unlocked.bench(KEY).demonstration.defaults() | asked}
    answer = unlocked.demonstrate(KEY, asked)
    assert answer.status_code == 422
    assert words in answer.get_json()["error"]


def test_nothing_is_drawn_before_the_lock_or_for_a_bench_without_one(student: Student) -> None:
    asked = {"values": student.bench(KEY).demonstration.defaults()}
    assert student.demonstrate(KEY, asked).status_code == 403
    assert "demonstration_summary" not in said(student.page(f"/{KEY}"))
    student.lock_all(PLAIN)
    answer = student.demonstrate(PLAIN, asked)
    assert answer.status_code == 422
    assert "has no demonstration" in answer.get_json()["error"]
    assert "demonstration_summary" not in said(student.page(f"/{PLAIN}"))


def test_the_page_has_a_named_slider_for_each_and_stores_none_of_them(unlocked: Student, tmp_path: Path) -> None:
    page = said(unlocked.page(f"/{KEY}"))
    for slider in unlocked.bench(KEY).demonstration.sliders:
        own = ids.demonstration_slider(KEY, slider.id)
        assert json.dumps(ids.dom(own)) in page, "a label is tied to it"
        assert slider.label in page
    with closing(sqlite3.connect(tmp_path / "data" / "ledger.sqlite3")) as ledger:
        count = "SELECT count(*) FROM events"
        before = ledger.execute(count).fetchone()
        drawn(unlocked, distance=1)
        assert ledger.execute(count).fetchone() == before
