"""The load generator counts from the planned time, sends again what a closed connection lost, and reads all answers."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from benchmarks.load.generator import Plan, run
from benchmarks.load.students import FRESH, STATES, Bodies, States, twin
from tracks.loading.registry import Registry

STALL_S = 1.5


@contextmanager
def answering(*, stalls_at: int = 0, closes: bool = False, chunked: bool = False) -> Iterator[tuple[int, list[str]]]:
    """A server that answers one request at a time, and what it was asked; one of its answers may take long."""
    asked: list[str] = []
    turn = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            with turn:
                asked.append(f"{self.command} {self.path} {self.headers.get('Cookie', '')}")
                if len(asked) == stalls_at:
                    threading.Event().wait(STALL_S)
            self.send_response(503 if self.path == "/broken" else 200)
            self.send_header("Set-Cookie", "who=me; Path=/")
            if chunked:
                self.send_header("Transfer-Encoding", "chunked")
                self.end_headers()
                self.wfile.write(b"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n")
            else:
                self.send_header("Content-Length", "5")
                self.end_headers()
                self.wfile.write(b"abcde")
            self.close_connection = closes  # without a word of it, as a server that is stopped does

        do_POST = do_GET

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.server_address[1], asked
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_a_stall_is_counted_in_every_request_that_was_planned_during_it() -> None:
    """A generator that waited for each answer would find one slow request in forty: coordinated omission."""
    timed = [(number / 40, 0, 0, "all") for number in range(40)]
    with answering(stalls_at=5) as (port, asked):
        report = run(Plan(port=port, bodies=[b"{}"], cookies=["who=me"], timed=timed))
    assert len(asked) == len(report.answers) == 40
    assert {status for _, _, status, _ in report.answers} == {200}
    # All that came during the stall waited for its end.
    ends = [at + latency for at, latency, _, _ in report.answers if at >= 5 / 40]
    assert min(ends) >= STALL_S, "no request that came during the stall was answered before its end"
    assert sum(latency > STALL_S / 3 for _, latency, _, _ in report.answers) >= 20


@pytest.mark.parametrize("chunked", [False, True])
def test_students_arrive_with_a_cookie_and_keep_it(chunked: bool) -> None:
    with answering(chunked=chunked) as (port, asked):
        arrived = run(Plan(port=port, bodies=[b"a", b"b"], cookies=["", ""], arrivals=[[0, 1], [0]]))
        run(Plan(port=port, bodies=[b"a"], cookies=arrived.cookies, timed=[(0.0, 1, 0, "one")]))
    assert arrived.cookies == ["who=me", "who=me"]
    assert asked.count("GET / ") == 2
    assert asked.count("POST /_dash-update-component who=me") == 4


def test_a_connection_that_was_closed_without_a_word_is_no_error() -> None:
    timed = [(number / 10, 0, 0, "all") for number in range(5)]
    with answering(closes=True) as (port, asked):
        report = run(Plan(port=port, bodies=[b""], cookies=["who=me"], timed=timed))
    assert [status for _, _, status, _ in report.answers] == [200] * 5
    assert len(asked) == 5
    assert report.resent == 4


def test_what_nobody_answers_is_an_error_and_a_page_is_as_good_as_its_worst_file() -> None:
    with answering() as (port, _):
        pages = [(0.0, "/", 0), (0.1, "/broken", 0)]
        loaded = run(Plan(port=port, bodies=[b""], pages=pages, files=["/a", "/b"]))
    assert sorted(status for _, _, status, _ in loaded.answers) == [200, 503]
    gone = run(Plan(port=port, bodies=[b""], cookies=[""], timed=[(0.0, 0, 0, "all")]))
    assert [status for _, _, status, _ in gone.answers] == [0]
    assert gone.sentences


def test_states_are_mostly_those_that_a_class_passes_round(registry: Registry) -> None:
    bodies = Bodies(twin(registry), registry)
    states = States(bodies, "edge_guardian/paradox", seed=0)
    drawn = [states.next() for _ in range(2000)]
    known = set(states.known)
    assert len(known) == STATES
    share = sum(number in known for number in drawn) / len(drawn)
    assert abs(share - (1 - FRESH)) < 0.04  # 2,000 draws have a standard deviation of 0.009
    harmonic = sum(1 / rank for rank in range(1, STATES + 1))
    first = drawn.count(states.known[0]) / len(drawn)
    assert abs(first - (1 - FRESH) / harmonic) < 0.04
    again = States(bodies, "edge_guardian/paradox", seed=0)
    assert [again.next() for _ in range(50)] == drawn[:50], "the same seed asks for the same states"
