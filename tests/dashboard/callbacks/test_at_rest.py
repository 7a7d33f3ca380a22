"""A worker on which somebody waits puts off what is computed for a page at rest; what is quick or kept is given."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from typing import Any

import pytest
from flask import Flask
from werkzeug.exceptions import HTTPException

from dashboard.web.in_flight import MOST_AT_REST, MOST_PUT_OFF, InFlight
from tests.http_student import UPDATE, Student
from tracks.common.cache import Cancelled, check_cancelled, switched_off

KEY = "edge_guardian/convergence"


@pytest.fixture(autouse=True)
def nothing_kept() -> Iterator[None]:
    with switched_off():
        yield


@pytest.fixture
def ready(student: Student) -> Student:
    """One student whose instruments are open."""
    student.lock_all(KEY)
    return student


@contextmanager
def in_flight(server: Flask) -> Iterator[None]:
    """A callback request that has come and is not yet answered: its context stands as long as the block."""
    with server.test_request_context(UPDATE, method="POST"):
        with suppress(HTTPException):  # it asks for nothing that could be answered
            server.preprocess_request()
        yield


def answer(student: Student, rounds: int, moving: Any = False) -> dict[str, Any]:
    values = {**student.bench(KEY).defaults(), "rounds": rounds}
    sent = student.post(student.update_body(KEY, values, moving=moving))
    assert sent.status_code == 200, sent.get_data(as_text=True)
    return next(part["data"] for name, part in sent.get_json()["response"].items() if '"name":"texts"' in name)


def test_a_full_answer_is_put_off_while_another_request_waits_and_is_the_same_when_it_comes(ready: Student) -> None:
    with in_flight(ready.app.server):
        put_off = answer(ready, 11)
    assert put_off["preview"]
    full = answer(ready, 11)
    assert not full["preview"]
    with in_flight(ready.app.server):
        again = answer(ready, 11)
    assert again == full, "what this process has computed is given to whoever asks"


def test_it_is_put_off_a_few_times_at_most(ready: Student) -> None:
    with in_flight(ready.app.server):
        for count in range(MOST_PUT_OFF):
            assert answer(ready, 13, {"put_off": count})["preview"]
        assert not answer(ready, 13, {"put_off": MOST_PUT_OFF})["preview"]


@pytest.mark.parametrize("count", [None, True, -1, "3", 3.0, [3], {"put_off": 3}])
def test_what_is_no_count_is_none(ready: Student, count: Any) -> None:
    with in_flight(ready.app.server):
        assert answer(ready, 14, {"put_off": count})["preview"]


def test_a_request_that_was_answered_or_refused_holds_nobody_up(ready: Student) -> None:
    with in_flight(ready.app.server):
        pass
    assert ready.post({"output": "nothing"}).status_code == 422
    assert not answer(ready, 16)["preview"]


def test_as_many_are_computed_at_rest_as_leave_threads_for_others() -> None:
    """They do not put each other off, but one more gives way at once."""
    asked = InFlight()
    with ExitStack() as others:
        for _ in range(MOST_AT_REST - 1):
            others.enter_context(asked.giving_way())
        with asked.giving_way():
            check_cancelled()
            with pytest.raises(Cancelled), asked.giving_way():
                check_cancelled()
    with asked.giving_way():
        check_cancelled()


def test_one_thread_is_not_cancelled_for_what_another_asked() -> None:
    asked, is_set = InFlight(), threading.Event()
    server = Flask("test")
    asked.install(server)

    def elsewhere() -> None:
        is_set.wait(10)
        check_cancelled()

    with ThreadPoolExecutor(1) as pool, in_flight(server), in_flight(server), asked.giving_way():
        other = pool.submit(elsewhere)
        is_set.set()
        other.result()
        with pytest.raises(Cancelled):
            check_cancelled()
