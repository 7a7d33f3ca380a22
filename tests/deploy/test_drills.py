"""The fault drills in miniature: what was acknowledged is there, nothing is there twice, whatever is killed or full."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.load.drills import DRILLS, Drill, work
from benchmarks.load.writers import Work


@pytest.fixture(scope="module")
def jobs(tmp_path_factory: pytest.TempPathFactory) -> Work:
    return work(tmp_path_factory.mktemp("results"))


def run(name: str, jobs: Work, folder: Path, times: int) -> Drill:
    drill = DRILLS[name](folder / name, jobs, times=times, writers=3)
    print(drill)  # shown where the test fails
    assert drill.ledger["acknowledged"] >= 5 * times, "faults met work"
    assert drill.holds
    assert drill.tracebacks == 0
    return drill


def test_workers_that_are_killed_lose_nothing_that_was_acknowledged(jobs: Work, tmp_path: Path) -> None:
    assert run("killed", jobs, tmp_path, 3).told.sentences == {}


@pytest.mark.sweep
def test_workers_and_first_process_are_replaced_without_losing_a_request(jobs: Work, tmp_path: Path) -> None:
    drill = run("signals", jobs, tmp_path, 2)
    assert drill.told.failed == 0
    assert drill.told.sentences == {}
    assert drill.further["requests in flight at TERM"] == "8, answered 8"


@pytest.mark.sweep
def test_a_full_disk_is_told_and_loses_nothing(jobs: Work, tmp_path: Path) -> None:
    told = run("disk", jobs, tmp_path, 1).told
    assert told.sentences
    assert all(said.startswith("503: ") for said in told.sentences)


@pytest.mark.parametrize("database", ["postgresql"])  # so it is left out where there is no PostgreSQL
def test_a_database_that_is_killed_loses_nothing_that_was_acknowledged(
    jobs: Work, tmp_path: Path, database: str
) -> None:
    told = run("database", jobs, tmp_path, 1).told
    assert all(said.startswith("503: ") for said in told.sentences)
