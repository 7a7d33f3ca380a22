"""The debrief adds up what the ledger holds, and nothing else."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from itertools import product
from pathlib import Path

import pytest

from dashboard.ledger.events import Event
from dashboard.ledger.store import Store
from tests.http_student import Student, an_answer, said

TRACK = "mobile_nomad"
STEPS = ("paradox", "memory", "convergence", "privacy", "crisis")


@pytest.fixture
def through(student: Student) -> Student:
    """A student who locked, recorded and observed every bench of a track once."""
    for step in STEPS:
        key = f"{TRACK}/{step}"
        student.lock_all(key)
        student.try_once(key)
    return student


def test_it_closes_the_crisis_once_the_gap_is_shown(student: Student) -> None:
    key = f"{TRACK}/crisis"
    student.lock_all(key)
    assert "Debrief" not in said(student.page(f"/{key}"))
    student.record(key)
    assert "Debrief" not in said(student.page(f"/{key}"))
    assert "Debrief" in said(student.observe(key))
    assert "Debrief" in said(student.page(f"/{key}"))
    student.lock_all(f"{TRACK}/paradox")
    student.try_once(f"{TRACK}/paradox")
    assert "Debrief" not in said(student.page(f"/{TRACK}/paradox"))


def test_each_part_stands_with_what_was_recorded(through: Student) -> None:  # L20
    page = said(through.page(f"/{TRACK}/crisis"))
    for step in STEPS:
        bench = through.bench(f"{TRACK}/{step}")
        assert f'scope=\\"row\\">{bench.title.split(":")[0]}<' in page
    assert "explored" in page
    assert page.count("</span> fails: ") == 4, "every default fails"
    assert "0 of 4 recorded designs hold in this track’s own environment." in page
    assert "They took 5 recorded tries." in page
    assert "The guarantee of the run recorded on privacy: " in page


def test_a_win_and_a_what_if_are_told_apart(through: Student) -> None:
    key = f"{TRACK}/convergence"
    through.record(key, reliability=1.0)
    assert "what if" in said(through.page(f"/{TRACK}/crisis"))
    through.act(key, {"do": "carry", "try": 1})
    assert "what if<" not in said(through.page(f"/{TRACK}/crisis"))


@pytest.mark.parametrize("agrees", [True, False])
def test_a_win_says_whether_the_second_engine_agrees(through: Student, tmp_path: Path, agrees: bool) -> None:
    """As in the table of tries; of three seeds and of twenty the twenty count, and a contested win counts as won."""
    key = f"{TRACK}/memory"
    bench, track = through.bench(key), through.registry.track(TRACK)
    tried = product(bench.control_map()["method"].positions(9), (1.0, 2.0, 4.0, 8.0))
    states = ({**bench.defaults(), "method": method, "batch": batch} for method, batch in tried)
    win = next(state for state in states if bench.wins(state, bench.run(track, state)))
    through.act(key, {"do": "record", "values": win})
    path = tmp_path / "data" / "ledger.sqlite3"
    with closing(sqlite3.connect(path)) as connection:
        ((student,),) = connection.execute("SELECT DISTINCT student FROM events")
    store = Store(f"sqlite:///{path}")
    for seeds, says in ((3, not agrees), (20, agrees)):
        payload = {"try": 2, "agrees": says, "seeds": seeds, "sentence": f"{seeds} runs."}
        store.append(
            Event(student=student, track=TRACK, bench="memory", kind="opinion", payload=payload,
                  idempotency_key=f"opinion-{seeds}", model_version="1")
        )  # fmt: skip
    store.close()
    page = said(through.page(f"/{TRACK}/crisis"))
    assert "1 of 4 recorded designs hold" in page
    assert (f'data-word=\\"{"agrees" if agrees else "contested"}\\"' in page) is True
    assert "20 runs." in page
    assert "3 runs." not in page
    assert ("contests 1 of these; it counts all the same." in page) == (not agrees)


def test_a_task_that_is_met_is_told_from_a_design_that_holds(through: Student) -> None:
    through.record(f"{TRACK}/paradox", raw_bytes=3.7e6)
    page = said(through.page(f"/{TRACK}/crisis"))
    assert "</span> task met" in page
    assert "0 of 4 recorded designs hold" in page


def test_a_further_try_brings_it_up_to_date_and_leaves_the_reflection_alone(through: Student) -> None:
    answer = through.record(f"{TRACK}/crisis", minutes=1.0)
    parts = answer.get_json()["response"]
    assert "They took 6 recorded tries." in str(next(part for name, part in parts.items() if '"debrief"' in name))
    assert not any('"after"' in name for name in parts), "what is being written there would be lost"


def test_locks_are_counted_by_how_sure_the_student_was(student: Student) -> None:
    key = f"{TRACK}/crisis"
    (item,) = student.bench(key).predictions
    truth = student.bench(key).truth(student.registry.track(TRACK), item)
    student.lock(key, item, **{**an_answer(item), "value": repr(truth.value), "confidence": "certain"})
    student.try_once(key)
    page = said(student.page(f"/{key}"))
    assert "1 of 1 predictions were right; “certain” 1 of 1." in page
    assert "No guarantee was recorded" in page
