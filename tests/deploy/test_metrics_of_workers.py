"""Whichever worker is asked, the numbers are those of all, and a worker that is killed takes none of them along."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

from tests.dashboard.web.test_metrics import Numbers, read
from tests.deploy.test_two_workers import Client, events_of, gunicorn

__all__ = ["gunicorn"]

PAGES = 40
WORKERS = ("edgelab_workers", frozenset[tuple[str, str]]())
PAGES_COUNTED = ("edgelab_request_seconds_count", frozenset({("route", "page"), ("status", "200")}))


def scrape(port: int) -> Numbers:
    reply = Client(port).get("/_metrics")
    assert reply.status_code == 200
    return read(reply.get_data())


def workers_of(log: Path) -> list[int]:
    return [event["process"] for event in events_of(log) if event["event"].startswith("Booting worker")]


def wait_until_there_are(port: int, workers: int) -> None:
    deadline = time.monotonic() + 60
    while scrape(port)[WORKERS] != workers:
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_two_workers_count_together_and_a_killed_one_loses_nothing(gunicorn: tuple[int, Path]) -> None:  # N16
    port, log = gunicorn
    wait_until_there_are(port, 2)
    before = scrape(port).get(PAGES_COUNTED, 0)
    for _ in range(PAGES):
        assert Client(port).get("/").status_code == 200
    assert {scrape(port)[PAGES_COUNTED] for _ in range(10)} == {before + PAGES}
    first, second = workers_of(log)
    os.kill(first, signal.SIGKILL)
    deadline = time.monotonic() + 60
    while len(workers_of(log)) < 3:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    wait_until_there_are(port, 2)
    numbers = scrape(port)
    assert numbers[PAGES_COUNTED] == before + PAGES
    assert {name for name, _ in numbers} >= {
        "edgelab_info",
        "edgelab_start_time_seconds",
        "edgelab_second_opinions",
        "edgelab_plugins",
        "edgelab_request_seconds_bucket",
    }
    assert second in workers_of(log)
