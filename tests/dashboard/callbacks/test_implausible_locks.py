"""An implausible lock is asked about once: the server decides, and nothing is stored before the student says so."""

from __future__ import annotations

import pytest

from tests.http_student import Student, said

KEY, SLIP, MEANT = "cloud_titan/memory", "5 PB", "200 GB"
ASKED = "times more than inference takes, 133"


def pressed(student: Student, action: str, value: str, **more: object) -> str:
    (item,) = student.bench(KEY).predictions
    parts = {"value": value, "mechanism": item.mechanisms[0].id, "confidence": "guess"}
    if action == "review":
        return said(student.press(KEY, "review", entered=parts, prediction=item.id))
    return said(student.press(KEY, "lock", draft={"prediction": item.id, **parts, **more}, prediction=item.id))


def test_the_review_asks_and_its_lock_counts(student: Student, ledger_of) -> None:
    shown = pressed(student, "review", SLIP)
    assert ASKED in shown
    assert "Lock it anyway" in shown
    assert '"confirmed": "5 PB"' in shown
    assert ledger_of(student, "lock") == []
    assert "data-reveal" in pressed(student, "lock", SLIP, confirmed=SLIP)
    (kept,) = ledger_of(student, "lock")
    assert kept.payload["number"] == 5e15
    assert ASKED in kept.payload["doubt"]


@pytest.mark.parametrize("confirmed", [None, True, "", "4 PB", ["5 PB"], {}, 5e15])
def test_a_request_without_the_answer_gets_the_question(student: Student, ledger_of, confirmed: object) -> None:
    shown = pressed(student, "lock", SLIP, confirmed=confirmed)
    assert ASKED in shown
    assert "Lock it anyway" in shown
    assert ledger_of(student, "lock") == []


def test_a_plausible_number_is_not_asked_about(student: Student, ledger_of) -> None:
    shown = pressed(student, "review", MEANT)
    assert "Lock this prediction" in shown
    assert "anyway" not in shown
    assert "data-reveal" in pressed(student, "lock", MEANT)
    (kept,) = ledger_of(student, "lock")
    assert "doubt" not in kept.payload


@pytest.mark.parametrize("value", ["many", "-5 GB", "0 GB", "1e99 GB", "5e400 GB"])
def test_what_is_no_possible_number_stays_refused(student: Student, ledger_of, value: str) -> None:
    assert "Lock" not in pressed(student, "review", value)
    pressed(student, "lock", value, confirmed=value)
    assert ledger_of(student, "lock") == []
