"""The queue: one job a state, two at a time, in order, with room for all who ask and a sentence for the rest."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from diskcache import Cache

from dashboard.second_opinions import host_queue as module
from dashboard.second_opinions.host_queue import HostQueue
from dashboard.second_opinions.jobs import (
    FORGOTTEN_S,
    MAX_OWN,
    MAX_STARTS,
    MAX_WAITING,
    ROOM,
    QueueUnavailable,
    Refused,
    Standing,
)
from dashboard.second_opinions.slots import SLOTS, Slots


class Host:
    """A queue with a clock of its own, and processes that are the locked files they would hold."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.queue = HostQueue(folder, 60.0)
        self.now = 1000.0
        monkeypatch.setattr(module.time, "monotonic", lambda: self.now)
        self.held: dict[int, int] = {}

    def ask(self, state: str, asker: str = "", *, seeds: int = 20, automatic: bool = False) -> Standing:
        asker = asker or f"student of {state}"
        return self.queue.ask(state, "t", "b", {"n": 1}, seeds=seeds, asker=asker, automatic=automatic)

    def automatic(self, state: str) -> Standing:
        return self.ask(state, seeds=3, automatic=True)

    def tend(self) -> list[int]:
        """The slots in which a process was started."""
        started: list[int] = []

        def start(slot: int, descriptor: int) -> None:
            started.append(slot)
            self.held[slot] = descriptor

        self.queue.tend(start)
        return started

    def end(self, slot: int) -> None:
        """The process in a slot ends, in whatever way."""
        os.close(self.held.pop(slot))

    def claim(self, slot: int) -> str | None:
        job = self.queue.claim(f"runner {slot}", slot)
        return job and job.state


@pytest.fixture
def host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    made = Host(tmp_path / "queue", monkeypatch)
    yield made
    for slot in list(made.held):
        made.end(slot)


def test_a_state_is_one_job_whoever_asks_and_however_often(host: Host) -> None:
    for n in range(500):
        host.ask("a", f"student {n % 7}")
    host.ask("b")
    assert host.tend() == [1, 2]
    assert [host.claim(1), host.claim(2), host.claim(1)] == ["a", "b", None]


def test_two_run_at_a_time_and_the_rest_are_told_their_place(host: Host) -> None:
    places = [host.ask(f"s{n}").place for n in range(6)]
    assert places == [0, 0, 1, 2, 3, 4]
    assert host.tend() == [1, 2]
    assert host.tend() == [], "a process that is starting counts"
    assert [host.claim(1), host.claim(2)] == ["s0", "s1"]
    assert host.tend() == []
    assert host.queue.look("s2", "student of s2") == Standing(stage="waiting", place=1)
    host.queue.report("s0", "runner 1", 3, 20)
    assert host.queue.look("s0", "student of s0") == Standing(stage="running", done=3, of=20)
    host.queue.finish("s0", "runner 1")
    assert host.queue.look("s0", "student of s0") is None
    assert host.claim(1) == "s2"


def test_a_long_and_a_short_job_leave_no_slot_idle(host: Host) -> None:
    host.ask("long")
    assert host.tend() == [1]
    assert host.claim(1) == "long"
    host.ask("short")
    assert host.tend() == [2]


def test_what_nobody_asked_for_comes_last_and_is_dropped_first(host: Host) -> None:
    host.automatic("auto")
    host.ask("asked")
    host.tend()
    assert host.claim(1) == "asked"
    for n in range(ROOM):
        host.ask(f"s{n}")
    assert host.queue.look("auto", "student of auto") is None, "dropped by what was asked for"
    with pytest.raises(Refused, match="left out"):
        host.automatic("another")


def test_what_nobody_asked_for_gives_its_place_to_what_was_asked_for(host: Host) -> None:
    host.automatic("a")
    host.automatic("b")
    host.tend()
    assert [host.claim(1), host.claim(2)] == ["a", "b"]
    assert host.queue.check("a", "runner 1")
    host.ask("asked")
    assert not host.queue.check("a", "runner 1")
    assert host.queue.check("b", "runner 2"), "one place is enough for one"
    host.end(1)
    assert host.tend() == [1]
    assert host.claim(1) == "asked"


def test_who_asks_for_more_seeds_than_run_gets_them_and_the_state_stays_one_job(host: Host) -> None:
    host.automatic("a")
    host.tend()
    host.claim(1)
    assert host.ask("a", "another").stage == "waiting"
    assert not host.queue.check("a", "runner 1"), "the process with three seeds ends"
    host.end(1)
    host.tend()
    job = host.queue.claim("runner 1", 1)
    assert job is not None
    assert (job.seeds, job.automatic, len(job.askers)) == (20, False, 2)
    host.automatic("a")
    assert host.queue.check("a", "runner 1"), "three seeds are not asked while twenty run"


def test_one_student_and_all_students_can_ask_for_so_many(host: Host) -> None:
    for n in range(MAX_OWN):
        host.ask(f"own{n}", "ada")
    with pytest.raises(Refused, match="Wait for one, or stop one"):
        host.ask("more", "ada")
    assert host.ask("own0", "ada").stage == "waiting", "what was asked for already is joined"
    for n in range(MAX_WAITING - MAX_OWN):
        host.ask(f"s{n}")
    with pytest.raises(Refused, match=f"{MAX_WAITING} second opinions wait already"):
        host.ask("last")


def test_who_leaves_ends_a_job_that_nobody_else_waits_for(host: Host) -> None:
    host.ask("a", "ada")
    host.ask("a", "bob")
    host.tend()
    host.claim(1)
    host.queue.leave("a", "eve")
    host.queue.leave("a", "ada")
    assert host.queue.check("a", "runner 1"), "bob waits"
    assert host.queue.look("a", "ada") is None
    host.queue.leave("a", "bob")
    assert not host.queue.check("a", "runner 1")


def test_the_job_of_a_process_that_ended_runs_again_and_not_for_ever(host: Host) -> None:
    host.ask("a")
    for _ in range(MAX_STARTS):
        assert host.tend() == [1]
        assert host.claim(1) == "a"
        host.end(1)
    assert host.tend() == []
    told = host.queue.look("a", "student of a")
    assert told is not None
    assert (told.stage, "ended before" in told.problem) == ("failed", True)
    assert host.ask("a").stage == "waiting", "a press asks anew"


def test_a_job_has_its_time_and_a_clock_that_jumps_takes_none_of_it(host: Host) -> None:
    host.ask("a")
    host.tend()
    host.claim(1)
    host.now += 59
    assert host.queue.check("a", "runner 1")
    host.now += 1
    assert not host.queue.check("a", "runner 1")
    told = host.queue.look("a", "student of a")
    assert told is not None
    assert "took longer than 60 s" in told.problem


def test_a_process_that_the_kernel_ended_for_its_time_is_told_as_that(host: Host) -> None:
    host.ask("a")
    host.tend()
    host.claim(1)
    host.now += 66
    host.end(1)
    assert host.tend() == []
    told = host.queue.look("a", "student of a")
    assert told is not None
    assert "took longer" in told.problem


@pytest.mark.parametrize("later", [FORGOTTEN_S + 1, -500.0], ids=["nobody looked", "the host was started anew"])
def test_what_nobody_waits_for_any_more_is_forgotten(host: Host, later: float) -> None:
    host.ask("waits")
    host.ask("runs")
    host.tend()
    host.claim(1)
    host.claim(2)
    host.end(1)
    host.now += later
    host.tend()
    assert host.queue.look("waits", "student of waits") is None
    assert host.claim(1) is None
    assert host.queue.check("runs", "runner 2") or later > 0, "a process that lives goes on within its time"


def test_threads_and_processes_that_ask_at_once_lose_and_double_nothing(tmp_path: Path) -> None:
    queues = [HostQueue(tmp_path / "queue", 60.0) for _ in range(4)]  # each as another process has it

    def ask(n: int) -> None:
        for k in range(10):
            queues[n].ask(f"s{k}", "t", "b", {}, seeds=20, asker=f"student {k}", automatic=False)

    threads = [threading.Thread(target=ask, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    claimed = [job.state for n in range(50) if (job := queues[n % 4].claim(f"r{n}", 1)) is not None]
    assert sorted(claimed) == sorted(f"s{k}" for k in range(10))


def test_what_another_version_stored_is_no_job(tmp_path: Path) -> None:
    with closing(Cache(str(tmp_path / "queue"))) as cache:
        cache.set("jobs", '[{"state": "a", "colour": "red"}]')
    queue = HostQueue(tmp_path / "queue", 60.0)
    assert queue.claim("r", 1) is None
    queue.ask("a", "t", "b", {}, seeds=3, asker="ada", automatic=False)
    assert queue.claim("r", 1) is not None


def broken_file(folder: Path) -> None:
    folder.mkdir()
    (folder / "cache.db").write_bytes(b"no database" * 1000)


def a_file_in_its_place(folder: Path) -> None:
    folder.write_text("")


@pytest.mark.parametrize("damage", [broken_file, a_file_in_its_place])
def test_a_folder_that_cannot_be_used_is_a_sentence(tmp_path: Path, damage: Callable[[Path], None]) -> None:
    damage(tmp_path / "queue")
    queue = HostQueue(tmp_path / "queue", 60.0)
    for do in (
        lambda: queue.ask("a", "t", "b", {}, seeds=3, asker="ada", automatic=False),
        lambda: queue.look("a", "ada"),
        lambda: queue.leave("a", "ada"),
        lambda: queue.claim("r", 1),
        lambda: queue.tend(lambda slot, descriptor: None),
    ):
        with pytest.raises(QueueUnavailable, match="cannot be stored on this server now"):
            do()


def test_a_full_disk_loses_nothing_that_was_queued(tmp_path: Path) -> None:
    """The database may not grow, as on a full disk: what is new is refused, what was there stays."""
    queue = HostQueue(tmp_path / "queue", 60.0)
    queue.ask("first", "t", "b", {}, seeds=20, asker="ada", automatic=False)
    pages = queue._cache._sql("PRAGMA page_count").fetchone()[0]
    queue._cache._sql(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(QueueUnavailable):
        queue.ask("large", "t", "b", {"text": "x" * 500_000}, seeds=20, asker="bob", automatic=False)
    other = HostQueue(tmp_path / "queue", 60.0)
    job = other.claim("r", 1)
    assert job is not None
    assert job.state == "first"


def test_a_slot_is_held_by_the_process_that_inherits_it_and_free_when_it_ends(tmp_path: Path) -> None:
    slots = Slots(tmp_path)
    held = slots.take(1)
    assert held is not None
    assert not slots.is_free(1)
    assert slots.take(1) is None
    reader, writer = os.pipe()
    child = os.posix_spawn(
        sys.executable, [sys.executable, "-c", f"import os; os.read({reader}, 1)"], os.environ,
        file_actions=[(os.POSIX_SPAWN_DUP2, reader, reader), (os.POSIX_SPAWN_DUP2, held, held)],
    )  # fmt: skip
    os.close(held)
    os.close(reader)
    assert not slots.is_free(1), "the child holds it"
    os.close(writer)
    os.waitpid(child, 0)
    assert slots.is_free(1)
    assert slots.is_free(SLOTS)
