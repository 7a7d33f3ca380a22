"""A write is stored once under its key however often it is sent, and never for another student than its page's."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from dash import Dash
from werkzeug.test import TestResponse

from dashboard.ledger.identity import COOKIE
from dashboard.web.page_headers import ANOTHER_STUDENT, KEY, NO_COOKIE, SAVED, STUDENT
from tests.http_student import Student, said
from tracks.loading.registry import Registry

BENCH = "edge_guardian/downlink"
WRITTEN = {"why": "The ratio.", "change": "A smaller model.", "check": "smaller"}
FIRST, SECOND = "a" * 32, "b" * 32


@pytest.fixture
def opened(student: Student) -> Student:
    student.lock_all(BENCH)
    return student


@pytest.fixture
def stored(tmp_path: Path) -> Callable[[str], int]:
    """How many events of a kind the ledger of this test holds."""

    def count(kind: str) -> int:
        with closing(sqlite3.connect(tmp_path / "data" / "ledger.sqlite3")) as connection:
            return int(connection.execute("SELECT count(*) FROM events WHERE kind = ?", (kind,)).fetchone()[0])

    return count


def keyed(student: Student, key: str) -> Student:
    """The same student, whose next requests carry a key."""
    student.headers = {KEY: key}
    return student


def marks(*given: int) -> dict[str, str]:
    return {f"mark{n}": f"m{mark}" for n, mark in enumerate(given)}


class TestKeys:
    def test_a_try_sent_again_is_the_first_one_and_says_so_as_the_first_did(self, opened: Student, stored) -> None:
        first = keyed(opened, FIRST).record(BENCH)
        again = opened.record(BENCH)
        assert stored("try") == 1
        assert "already" not in said(again)
        assert again.headers[SAVED] == first.headers[SAVED]
        assert datetime.fromisoformat(first.headers[SAVED]).tzinfo is not None

    def test_one_sent_again_after_another_was_recorded_adds_nothing(self, opened: Student, stored) -> None:
        keyed(opened, FIRST).record(BENCH)
        keyed(opened, SECOND).record(BENCH, cached=True)
        assert SAVED in keyed(opened, FIRST).record(BENCH).headers
        assert stored("try") == 2

    def test_the_same_press_sent_from_eight_places_at_once_is_one_try(self, opened: Student, stored) -> None:
        def send(_: int) -> TestResponse:
            own = Student(opened.app, opened.registry, opened.app.server.test_client(), {KEY: FIRST})
            own.client.set_cookie(COOKIE, opened.client.get_cookie(COOKIE).value)
            return own.record(BENCH)

        with ThreadPoolExecutor(4) as pool:
            answers = list(pool.map(send, range(8)))
        assert {answer.headers[SAVED] for answer in answers} == {answers[0].headers[SAVED]}
        assert stored("try") == 1

    def test_a_lock_sent_again_is_acknowledged_and_another_is_not(self, student: Student, stored) -> None:
        prediction = student.bench("edge_guardian/paradox").predictions[0]
        first = keyed(student, FIRST).lock("edge_guardian/paradox", prediction, value="3")
        again = student.lock("edge_guardian/paradox", prediction, value="3")
        other = keyed(student, SECOND).lock("edge_guardian/paradox", prediction, value="4")
        assert first.headers[SAVED] == again.headers[SAVED]
        assert "first lock stands" not in said(again)
        assert SAVED not in other.headers
        assert "Your first lock stands: 3×" in said(other)
        assert stored("lock") == 1

    def test_the_later_marks_count_though_they_were_given_before(self, opened: Student, stored) -> None:
        opened.try_once(BENCH)
        opened.write(BENCH, "reflect", WRITTEN)
        for key, given in zip(("c" * 32, "d" * 32, "e" * 32), (0, 2, 0), strict=True):
            assert SAVED in keyed(opened, key).write(BENCH, "mark", marks(*[given] * 4)).headers
        assert "0 of 8 saved" in said(opened.page(f"/{BENCH}"))
        keyed(opened, "d" * 32).write(BENCH, "mark", marks(2, 2, 2, 2))  # the second arrives once more, late
        assert "0 of 8 saved" in said(opened.page(f"/{BENCH}"))
        assert stored("revision") == 3

    def test_a_press_again_changes_nothing(self, opened: Student, stored) -> None:
        opened.try_once(BENCH)
        for _ in range(3):  # without a key, as three presses have three
            answers = (
                opened.write(BENCH, "reflect", WRITTEN),
                opened.write(BENCH, "mark", marks(1, 1, 1, 1)),
                opened.act(BENCH, {"do": "carry", "try": 1}),
            )
            assert all(SAVED in answer.headers for answer in answers)
        assert [stored(kind) for kind in ("reflection", "revision", "decision")] == [1, 1, 1]

    def test_marks_given_in_part_are_kept_on_the_page_and_not_saved(self, opened: Student, stored) -> None:
        opened.try_once(BENCH)
        opened.write(BENCH, "reflect", WRITTEN)
        answer = opened.write(BENCH, "mark", {**marks(2, 0), "mark2": None, "mark3": "m9"})
        assert "2 of 4 points have a mark" in said(answer)
        assert said(answer).count('"value": "m2"') == 4 + 1  # an option of four points, and the one that is chosen
        assert SAVED not in answer.headers
        assert stored("revision") == 0

    def test_two_tabs_that_carry_at_once_both_count(self, opened: Student, stored) -> None:
        opened.record(BENCH)
        opened.record(BENCH, cached=True)
        for key, number in ((FIRST, 1), (SECOND, 2), ("c" * 32, 1)):
            keyed(opened, key).act(BENCH, {"do": "carry", "try": number})
        assert stored("decision") == 3

    @pytest.mark.parametrize("key", ["", "short", "x" * 65, "a b" * 8, "ü" * 16, "a" * 31 + "'"])
    def test_what_is_no_key_is_refused(self, opened: Student, stored, key: str) -> None:
        assert keyed(opened, key).record(BENCH).status_code == 422
        assert stored("try") == 0

    def test_a_second_answer_to_what_the_figure_showed_is_said_to_be_too_late(self, opened: Student) -> None:
        key = "edge_guardian/convergence"
        opened.lock_all(key)
        opened.record(key)
        opened.observe(key, "much")
        assert "Your first answer stands" in said(opened.observe(key, "nothing"))


class TestWhosePage:
    def test_a_page_is_told_whose_it_is_and_a_file_is_not(self, student: Student) -> None:
        layout = student.client.get("/_dash-layout")
        assert len(layout.headers[STUDENT]) == 16
        assert layout.headers[STUDENT] == student.page("/").headers[STUDENT]
        for path in ("/", "/_health"):
            assert STUDENT not in student.client.get(path).headers

    def test_its_requests_are_refused_once_the_browser_is_another_students(
        self, app: Dash, registry: Registry, opened: Student, stored
    ) -> None:
        opened.headers = {STUDENT: opened.client.get("/_dash-layout").headers[STUDENT]}
        assert opened.record(BENCH).status_code == 200
        other = Student.of(app, registry)
        other.headers = opened.headers
        for answer in (other.record(BENCH), other.page("/"), other.update(BENCH, other.bench(BENCH).defaults())):
            assert (answer.status_code, answer.get_json()["error"]) == (403, ANOTHER_STUDENT)
        assert stored("try") == 1

    def test_without_an_identity_that_is_said_before_anything_else(self, app: Dash, opened: Student) -> None:
        nobody = Student(app, opened.registry, app.server.test_client(use_cookies=False))
        values = nobody.bench(BENCH).defaults()
        asked: list[Callable[[], Any]] = [
            lambda: nobody.update(BENCH, values),
            lambda: nobody.record(BENCH),
            lambda: nobody.write(BENCH, "reflect", WRITTEN),
            lambda: nobody.ask_opinion(BENCH, values),
        ]
        for ask in asked:
            answer = ask()
            assert (answer.status_code, answer.get_json()["error"]) == (403, NO_COOKIE)
        nobody.headers = {STUDENT: opened.client.get("/_dash-layout").headers[STUDENT]}
        assert nobody.page("/").get_json()["error"] == NO_COOKIE


def test_a_ledger_that_is_silent_is_a_503_for_every_write(opened: Student, tmp_path: Path) -> None:
    """The page then keeps the write and sends it again; a 200 with a sentence would end it."""
    opened.try_once(BENCH)
    connection = sqlite3.connect(tmp_path / "data" / "ledger.sqlite3", isolation_level=None)
    connection.execute("ALTER TABLE events RENAME TO elsewhere")
    prediction = opened.bench("edge_guardian/paradox").predictions[0]
    answers = [
        opened.record(BENCH, cached=True),
        opened.write(BENCH, "reflect", WRITTEN),
        opened.lock("edge_guardian/paradox", prediction),
    ]
    assert [answer.status_code for answer in answers] == [503, 503, 503]
    assert all("edgelab db upgrade" in answer.get_json()["error"] for answer in answers)
    connection.close()
