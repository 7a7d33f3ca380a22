"""Second opinions of several hosts: asked on one and polled on another, computed once, by workers that may die."""

# N17

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from dashboard.app import create_app
from dashboard.ledger.migrations import upgrade
from dashboard.second_opinions.jobs import NO_WORKER, QueueUnavailable
from dashboard.second_opinions.runner import NOT_HERE
from dashboard.second_opinions.shared_queue import (
    _LOCKED_S,
    FULL,
    LOST_S,
    NAME,
    OTHER_KEY,
    UNREACHABLE,
    SharedQueue,
    connect,
)
from dashboard.settings import Settings
from tests.dashboard.second_opinions.conftest import (
    AGREES,
    HANGS,
    KEY,
    PLUGINS,
    SLOW,
    STUCK,
    asked,
    finished,
    looked,
    wait_for,
)
from tests.http_student import Student
from tests.redis_server import redis_port, redis_server, url
from tracks.loading.registry import Registry

__all__ = ["redis_port"]

ROOT = Path(__file__).parents[3]
SECRET = "k" * 40


@dataclass
class Hosts:
    """Two hosts with folders and ledgers of their own, one broker, and workers."""

    folder: Path
    port: int
    registry: Registry
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def environ(self, host: str, **changes: str) -> dict[str, str]:
        return {
            "EDGELAB_DATA_DIR": str(self.folder / host),
            "EDGELAB_TRACKS_DIR": str(PLUGINS),
            "EDGELAB_SECRET_KEY": SECRET,
            "EDGELAB_BROKER_URL": url(self.port),
            **changes,
        }

    def student(self, host: str, **changes: str) -> Student:
        """A student of a host whose bench is open."""
        settings = Settings.from_environment(self.environ(host, **changes))
        upgrade(settings.database_url)
        new = Student.of(create_app(settings, self.registry), self.registry)
        new.lock_all(KEY)
        return new

    def same_on(self, host: str, student: Student) -> Student:
        """The same browser on another host."""
        other = self.student(host)
        for cookie in student.client._cookies.values():
            other.client.set_cookie(cookie.key, cookie.value)
        return other

    def start_worker(self, jobs: int = 2, **changes: str) -> subprocess.Popen[bytes]:
        """Start a worker and wait until it is heard of."""
        queue = SharedQueue(connect(url(self.port)), [SECRET], 600)
        before = len(queue.workers())
        environ = {**os.environ, **self.environ(f"worker{len(self.workers)}", **changes), "PYTHONPATH": str(ROOT)}
        environ |= {"OPINION_MARKS": str(self.folder / "marks")}
        with (self.folder / "log").open("ab") as log:
            started = subprocess.Popen(
                [sys.executable, "-m", "dashboard", "worker", "--jobs", str(jobs)],
                env=environ, cwd=self.folder, stdout=log, stderr=log,
            )  # fmt: skip
        self.workers.append(started)
        wait_for(lambda: started.poll() is not None or len(queue.workers()) > before)
        assert started.poll() is None, self.log()
        return started

    def log(self) -> str:
        return (self.folder / "log").read_text()

    def runs(self) -> list[list[str]]:
        marks = self.folder / "marks"
        return [line.split() for line in marks.read_text().splitlines()] if marks.exists() else []


@contextmanager
def hosts_of(folder: Path, port: int, registry: Registry) -> Iterator[Hosts]:
    found = Hosts(folder, port, registry)
    try:
        yield found
    finally:
        for worker in found.workers:
            worker.terminate()
        for worker in found.workers:
            worker.wait(60)


@pytest.fixture
def hosts(tmp_path: Path, redis_port: int, patient_registry: Registry) -> Iterator[Hosts]:
    with redis_server(tmp_path, redis_port), hosts_of(tmp_path, redis_port, patient_registry) as found:
        yield found


def is_alive(process: str) -> bool:
    return Path(f"/proc/{process}").exists() and "(python) Z" not in Path(f"/proc/{process}/stat").read_text()


def test_what_is_asked_on_one_host_is_polled_on_another_and_computed_once(hosts: Hosts) -> None:
    ada = hosts.student("one")
    assert asked(ada)["note"] == NO_WORKER, "nothing is promised that cannot come"
    hosts.start_worker(jobs=3)
    told = asked(ada, model_bytes=SLOW)
    elsewhere = hosts.same_on("two", ada)
    assert looked(elsewhere, told)["stage"] in ("waiting", "running")
    bob = hosts.student("two")
    asked(bob, model_bytes=SLOW)
    wait_for(lambda: "of 20 done" in looked(elsewhere, told)["note"])
    assert finished(elsewhere, told)["stage"] == "done"
    assert finished(ada, told)["stage"] == "done"
    assert finished(bob, asked(bob, model_bytes=SLOW))["stage"] == "done"
    assert [run[0] for run in hosts.runs()] == ["begin20", "end"]
    many = [asked(ada, model_bytes=HANGS, rate_bit_per_s=1e6 * (n + 1)) for n in range(3)]
    more = asked(bob, model_bytes=HANGS, rate_bit_per_s=9e6)
    wait_for(lambda: len(hosts.runs()) == 5)
    assert looked(bob, more)["note"] == "Place 1 in the queue; 3 are computed at a time"
    for one in many:
        ada.stop_opinion(one["ticket"])
    wait_for(lambda: not any(is_alive(run[1]) for run in hosts.runs()[2:5]))
    wait_for(lambda: len(hosts.runs()) == 6)
    assert looked(bob, more)["stage"] == "running"
    bob.stop_opinion(more["ticket"])
    assert "Traceback" not in hosts.log()


def test_a_worker_that_dies_is_missed_and_another_does_its_job(hosts: Hosts) -> None:
    first = hosts.start_worker(jobs=1)
    ada = hosts.student("one")
    told = asked(ada, model_bytes=SLOW)
    (run,) = wait_for(hosts.runs)
    hosts.start_worker(jobs=1)
    first.send_signal(signal.SIGKILL)
    wait_for(lambda: not is_alive(run[1]))
    assert finished(ada, told)["stage"] == "done"
    assert [run[0] for run in hosts.runs()] == ["begin20", "begin20", "end"]


def test_who_is_killed_within_a_transaction_holds_nobody_up(hosts: Hosts) -> None:
    """Its lock is still there, and nobody gives it back."""
    client = connect(url(hosts.port))
    assert client.lock(f"{NAME}:lock", timeout=_LOCKED_S).acquire()
    SharedQueue(client, [SECRET], 600).ended("a" * 20, "runner")


@pytest.mark.sweep
def test_a_job_that_holds_the_interpreter_is_stopped_at_its_limit_and_a_stopped_worker_leaves_its_job(
    hosts: Hosts,
) -> None:
    first = hosts.start_worker(jobs=1, EDGELAB_OPINION_SECONDS="15")
    ada = hosts.student("one", EDGELAB_OPINION_SECONDS="15")
    told = asked(ada, model_bytes=STUCK)
    wait_for(hosts.runs)
    assert "took longer than 15 s and was stopped" in finished(ada, told)["note"]
    wait_for(lambda: not is_alive(hosts.runs()[0][1]))
    told = asked(ada, model_bytes=SLOW)
    wait_for(lambda: len(hosts.runs()) == 2)
    first.terminate()
    assert first.wait(LOST_S * 6) == 0, "it waits for no job"
    hosts.start_worker(jobs=1)
    assert finished(ada, told)["stage"] == "done"
    assert "Traceback" not in hosts.log()


def test_a_worker_with_another_key_computes_nothing_and_says_so(hosts: Hosts) -> None:
    hosts.start_worker(EDGELAB_SECRET_KEY="j" * 40)
    ada = hosts.student("one")
    assert finished(ada, asked(ada, model_bytes=AGREES))["note"] == OTHER_KEY
    assert hosts.runs() == []
    assert hosts.log().count("not signed with a key of this worker") == 1


def test_a_worker_without_the_track_file_says_so(hosts: Hosts, tmp_path: Path) -> None:
    (tmp_path / "none").mkdir()
    hosts.start_worker(EDGELAB_TRACKS_DIR=str(tmp_path / "none"))
    ada = hosts.student("one")
    assert finished(ada, asked(ada, model_bytes=AGREES))["note"] == NOT_HERE
    assert "has no bench 'patience'" in hosts.log()


def test_a_broker_that_is_gone_full_or_emptied_is_a_sentence_and_loses_no_question(
    tmp_path: Path, redis_port: int, patient_registry: Registry, caplog: pytest.LogCaptureFixture
) -> None:
    with hosts_of(tmp_path, redis_port, patient_registry) as hosts:
        with redis_server(tmp_path, redis_port):
            ada = hosts.student("one")
            hosts.start_worker()
            told = asked(ada, model_bytes=SLOW)
            wait_for(hosts.runs)
        gone = looked(ada, told)
        assert (gone["stage"], gone["note"]) == ("failed", UNREACHABLE)
        assert asked(ada)["note"] == UNREACHABLE
        assert caplog.text.count("the Redis of their queue does not do what it is asked") == 1
        with redis_server(tmp_path, redis_port):  # it remembers nothing
            wait_for(lambda: asked(ada, model_bytes=SLOW)["stage"] != "failed")
            assert finished(ada, told)["stage"] == "done"
            full = connect(url(redis_port))
            full.config_set("maxmemory", "100kb")
            assert asked(ada, model_bytes=AGREES)["note"] == FULL
            full.config_set("maxmemory", "0")
            wait_for(lambda: asked(ada, model_bytes=AGREES)["stage"] != "failed")
            assert finished(ada, told)["stage"] == "done"
        assert "s3cret" not in hosts.log()


# --- the queue itself -------------------------------------------------------------------------------------------------


@pytest.fixture
def queue(tmp_path: Path, redis_port: int) -> Iterator[Callable[[], SharedQueue]]:
    with redis_server(tmp_path, redis_port):
        yield lambda: SharedQueue(connect(url(redis_port)), [SECRET], 60.0)


def test_hosts_that_ask_at_once_lose_and_double_nothing(queue: Callable[[], SharedQueue]) -> None:
    queue().is_there("worker", 2)

    def ask(n: int) -> None:
        own = queue()
        for k in range(10):
            own.ask(f"s{(k + n) % 10}", "t", "b", {}, seeds=20, asker=f"student {k}", automatic=False)

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(ask, range(4)))
        claimed = [job for job in threads.map(lambda n: queue().claim(f"r{n}", 0), range(20)) if job is not None]
    assert sorted(job.state for job in claimed) == sorted(f"s{k}" for k in range(10))
    assert all(queue().is_genuine(job) for job in claimed)


def test_a_message_is_sent_for_each_job_that_waits_and_again_where_one_was_lost(
    queue: Callable[[], SharedQueue],
) -> None:
    own, sent = queue(), []
    own.is_there("worker", 2)
    for k in range(3):
        own.ask(f"s{k}", "t", "b", {}, seeds=20, asker=f"student {k}", automatic=False)
    own.tend(lambda: sent.append(own._client.rpush("edgelab-opinions-1", "{}")))
    own.tend(lambda: sent.append(own._client.rpush("edgelab-opinions-1", "{}")))
    assert len(sent) == 3
    own._client.delete("edgelab-opinions-1")
    own.tend(lambda: sent.append(own._client.rpush("edgelab-opinions-1", "{}")))
    assert len(sent) == 6


def test_what_another_program_wrote_into_the_queue_is_not_run(queue: Callable[[], SharedQueue]) -> None:
    own = queue()
    own.is_there("worker", 1)
    own.ask("s", "t", "b", {"n": 1}, seeds=3, asker="ada", automatic=False)
    stored = json.loads(own._client.get(NAME))
    stored[0]["values"] = {"n": 2}
    own._client.set(NAME, json.dumps(stored))
    job = own.claim("r", 0)
    assert job is not None
    assert not own.is_genuine(job)
    own._client.set(NAME, '[{"state": "a", "colour": "red"}]')
    assert own.claim("r", 0) is None


def test_one_that_lost_its_turn_writes_nothing(queue: Callable[[], SharedQueue]) -> None:
    own = queue()
    own.is_there("worker", 1)

    def ask(state: str) -> None:
        queue().ask(state, "t", "b", {}, seeds=3, asker="ada", automatic=False)

    def stand_still() -> None:
        with own._change() as jobs:
            own._client.delete(f"{NAME}:lock")  # as its time does
            ask("another")
            jobs.all.clear()

    ask("one")
    with pytest.raises(QueueUnavailable):
        stand_still()
    assert [job.state for _ in range(2) if (job := own.claim("r", 0))] == ["one", "another"]
