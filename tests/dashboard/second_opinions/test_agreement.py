"""A try that won is shown to the second engine by itself; what that says is stored once and takes no win away."""  # N2

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from dashboard.ledger.events import StoredEvent
from dashboard.ledger.store import Store
from tests.dashboard.second_opinions.conftest import (
    AGREES,
    CONTESTS,
    FAILS,
    HANGS,
    KEY,
    LONG,
    PatientLab,
    asked,
    finished,
    wait_for,
)
from tests.http_student import Student, said

Start = Callable[..., PatientLab]
WINS = {"codec": "int8", "cached": True}


def look(student: Student, sent: Any = 1) -> dict[str, Any]:
    answer = student.look_at_agreements(KEY, sent)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    (told,) = answer.get_json()["response"].values()
    return told["data"]


def words(student: Student) -> dict[str, str]:
    return {number: item["word"] for number, item in look(student)["tries"].items()}


def settled(student: Student) -> dict[str, str]:
    wait_for(lambda: not look(student)["is_open"])
    return words(student)


def opinions(lab: PatientLab) -> list[StoredEvent]:
    """Every stored opinion of the lab's only student, whose chain holds."""
    store = Store(f"sqlite:///{lab.folder / 'ledger.sqlite3'}")
    with store._database.reading() as connection:
        (student,) = {row[0] for row in connection.exec_driver_sql("select student from events")}
    assert store.verify_chain(student) == ()
    return [event for event in store.events(student) if event.kind == "opinion"]


def test_a_win_asks_by_itself_and_its_row_says_whether_the_engine_agrees(patient: Start) -> None:
    lab = patient()
    student = lab.student()
    recorded = said(student.record(KEY, model_bytes=AGREES))
    assert re.search(r'data-agreement=\\"1\\"[^>]*data-word=\\"waiting\\"', recorded)
    wait_for(lambda: len(lab.runs()) == 2)  # nobody has looked: the record alone has asked
    begun = lab.runs()[0]
    assert begun[0] == "begin3"
    assert int(begun[2]) >= 19, "at the lowest priority"
    assert settled(student) == {"1": "agrees"}
    student.record(KEY, model_bytes=CONTESTS)
    assert settled(student) == {"1": "agrees", "2": "contested"}
    first, second = opinions(lab)
    assert first.payload == {"try": 1, "agrees": True, "seeds": 3, "sentence": "The patient engine took 3 seeds."}
    assert second.payload["agrees"] is False


def test_it_survives_a_reload_a_restart_and_the_loss_of_every_cached_answer(patient: Start) -> None:
    lab = patient()
    student = lab.student()
    student.record(KEY, model_bytes=CONTESTS)
    settled(student)
    (lab.folder / "cache").rename(lab.folder / "lost")
    page = said(student.page(f"/{KEY}"))
    assert re.search(r'data-agreement=\\"1\\"[^>]*data-word=\\"contested\\"', page)
    assert "does not win here; the try still counts" in page
    assert words(student) == {"1": "contested"}
    assert len(lab.runs()) == 2, "and nothing is computed again"


def test_a_contested_win_is_a_win(patient: Start) -> None:
    student = patient().student()
    student.record(KEY, model_bytes=CONTESTS)
    assert settled(student) == {"1": "contested"}
    page = said(student.page(f"/{KEY}"))
    assert re.search(r'data-won=\\"true\\"', page)


def test_a_try_that_does_not_win_asks_nothing(patient: Start) -> None:
    lab = patient()
    student = lab.student()
    student.record(KEY, model_bytes=9e9)
    student.record(KEY, model_bytes=AGREES, rate_bit_per_s=1e9)  # all targets met, in another world
    assert look(student) == {"tries": {}, "is_open": False}
    assert lab.runners() == []
    assert "data-agreement" not in said(student.page(f"/{KEY}"))


def test_what_was_asked_with_twenty_seeds_answers_for_three(patient: Start) -> None:
    lab = patient()
    student = lab.student()
    finished(student, asked(student, model_bytes=AGREES))
    student.record(KEY, model_bytes=AGREES)
    assert words(student) == {"1": "agrees"}
    assert [run[0] for run in lab.runs()] == ["begin20", "end"]
    assert [event.payload["seeds"] for event in opinions(lab)] == [20]


def test_twenty_seeds_asked_for_later_are_stored_beside_three_and_count(patient: Start) -> None:
    lab = patient()
    student = lab.student()
    student.record(KEY, model_bytes=AGREES)
    settled(student)
    finished(student, asked(student, model_bytes=AGREES))
    for _ in range(3):
        assert "20 seeds" in look(student)["tries"]["1"]["sentence"]
    assert [event.payload["seeds"] for event in opinions(lab)] == [3, 20]


def test_looked_at_a_thousand_times_from_two_tabs_it_is_stored_once(patient: Start) -> None:
    lab = patient()
    student = lab.student()
    student.record(KEY, model_bytes=AGREES)
    settled(student)
    other = Student(student.app, student.registry, student.client)
    for _ in range(150):
        look(student)
        look(other)
    assert len(opinions(lab)) == 1
    assert len(lab.runs()) == 2


@pytest.mark.parametrize(
    "sent", [{"1": "agrees"}, {"try": 1, "agrees": True, "seeds": 20}, ["agrees"], "agrees", {"tries": {"7": "won"}}]
)
def test_what_a_browser_claims_is_not_believed(patient: Start, sent: Any) -> None:
    lab = patient()
    student = lab.student()
    student.record(KEY, model_bytes=HANGS, **WINS)
    student.record(KEY, model_bytes=9e9)
    assert look(student, sent)["tries"].keys() == {"1"}
    assert words(student) == {"1": "waiting"}
    forged = student.act(KEY, {"do": "opinion", "try": 1, "agrees": True})
    assert forged.status_code == 422
    assert opinions(lab) == []


def test_under_load_it_is_left_out_and_the_try_counts(patient: Start) -> None:
    lab = patient()
    for n in range(4):
        crowd = lab.student()
        for k in range(3):
            asked(crowd, model_bytes=LONG * (1 + (3 * n + k) / 100))
    student = lab.student()
    student.record(KEY, model_bytes=AGREES)
    told = look(student)
    assert told["tries"]["1"]["word"] == "not asked"
    assert told["tries"]["1"]["sentence"].endswith("The try counts.")
    assert not told["is_open"]


def test_an_engine_that_fails_is_not_asked_again_and_again(patient: Start) -> None:
    lab = patient()
    student = lab.student()
    student.record(KEY, model_bytes=FAILS, **WINS)
    assert settled(student) == {"1": "not asked"}
    for _ in range(5):
        assert "failed" in look(student)["tries"]["1"]["sentence"]
    assert [run[0] for run in lab.runs()] == ["begin3"]


def test_where_nothing_can_be_stored_the_try_is_recorded_all_the_same(patient: Start) -> None:
    lab = patient()
    (lab.folder / "cache").write_text("no folder")
    student = lab.student()
    assert student.record(KEY, model_bytes=AGREES).status_code == 200
    told = look(student)["tries"]["1"]
    assert told["word"] == "not asked"
    assert "cannot be stored on this server now" in told["sentence"]


def test_without_a_cookie_nothing_is_looked_at(patient: Start) -> None:
    lab = patient()
    stranger = Student(lab.app, lab.registry, lab.app.server.test_client())
    assert stranger.look_at_agreements(KEY).status_code == 403
