"""Limits: a lecture hall never meets one, whoever does is told when to go on, and a store that fails stops nothing."""

from __future__ import annotations

import json
import logging
import re
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from dash import Dash
from limits.storage import Storage

from dashboard.app import create_app
from dashboard.ledger.migrations import upgrade
from dashboard.ledger.store import Store
from dashboard.settings import Settings
from dashboard.web import limit_store, rate_limits
from dashboard.web.limit_store import HostStore
from dashboard.web.rate_limits import IDENTITIES, OPINIONS, REQUESTS, WRITES, LimitMet, RateLimits, open_store
from tests.http_student import Student
from tests.redis_server import redis_port, redis_server
from tracks.loading.registry import Registry

__all__ = ["redis_port"]

KEY = "edge_guardian/downlink"
FEW = replace(WRITES, most=3)
VISIT = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Those of this test's lab."""
    found = Settings.from_environment({"EDGELAB_DATA_DIR": str(tmp_path / "data")})
    upgrade(found.database_url)
    return found


@pytest.fixture
def limited(settings: Settings, registry: Registry) -> Callable[[], Dash]:
    """Make a lab that counts as one does that serves."""
    return lambda: create_app(settings, registry, open_store(settings))


# --- what a class and a student meet ---------------------------------------------------------------------------------


def test_a_hall_of_three_hundred_behind_one_address_comes_in_at_once(
    limited: Callable[[], Dash], registry: Registry
) -> None:
    app = limited()
    for _ in range(300):
        browser = app.server.test_client()
        assert [browser.get("/", headers=VISIT).status_code for _ in range(2)] == [200, 200]  # a reload has its cookie
    early = Student.of(app, registry)
    for _ in range(IDENTITIES.most - 301):  # browsers that keep no cookie are new each time
        app.server.test_client().get("/nowhere", headers=VISIT)
    late = app.server.test_client().get("/", headers=VISIT)
    assert late.status_code == 429
    assert "Set-Cookie" not in late.headers
    assert late.mimetype == "text/html"
    assert re.search("1,500 new students came from your address .* in [0-9]+ seconds?", late.text)
    assert 0 < int(late.headers["Retry-After"]) == int(late.headers["Refresh"]) <= 60, "a browser loads it again then"
    assert early.client.get("/", headers=VISIT).status_code == 200, "who is here goes on"
    assert app.server.test_client().get("/_health").status_code == 200
    elsewhere = {"REMOTE_ADDR": "192.0.2.7"}
    assert app.server.test_client().get("/", environ_overrides=elsewhere).status_code == 200


def test_a_write_over_the_limit_is_refused_with_the_time_to_wait_and_stores_nothing(
    limited: Callable[[], Dash], registry: Registry, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    most = len(registry.bench(*KEY.split("/")).predictions) + 2
    for module in ("dashboard.lab", "dashboard.callbacks.prediction"):
        monkeypatch.setattr(f"{module}.WRITES", replace(WRITES, most=most))
    now = [time.time()]
    monkeypatch.setattr(limit_store.time, "time", lambda: now[0])
    student, other = (Student.of(limited(), registry) for _ in range(2))
    student.lock_all(KEY)  # the locks and the opening
    assert student.record(KEY).status_code == 200
    store = Store(settings.database_url)
    before = [event.kind for event in store.events(_id(student, settings))]
    refused = student.record(KEY, codec="int8")
    assert refused.status_code == 429
    assert f"{most} entries came from you within a minute" in refused.get_json()["error"]
    assert refused.headers["Retry-After"] == "60"
    assert [event.kind for event in store.events(_id(student, settings))] == before
    other.lock_all(KEY)  # another student's minute is theirs, in another process of the host
    now[0] += int(refused.headers["Retry-After"])
    assert student.record(KEY, codec="int8").status_code == 200


def test_what_is_computed_is_counted_by_student(
    limited: Callable[[], Dash], registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rate_limits, "REQUESTS", replace(REQUESTS, most=5))
    app = limited()
    student = Student.of(app, registry)
    codes = [student.page("/privacy").status_code for _ in range(7)]
    assert codes == [200] * 5 + [429] * 2
    assert Student.of(app, registry).page("/privacy").status_code == 200
    assert student.client.get("/", headers=VISIT).status_code == 200, "a page loads, and its requests wait"
    nobody = Student(app, registry, app.server.test_client(use_cookies=False))
    assert [nobody.page("/privacy").status_code for _ in range(7)] == [200] * 7


def test_a_form_of_a_student_s_records_is_a_write(
    limited: Callable[[], Dash], registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Forms go past the callbacks: a resume code that is guessed, a ledger that is brought back."""
    monkeypatch.setattr(rate_limits, "WRITES", replace(WRITES, most=3))
    app = limited()
    student = Student.of(app, registry)
    codes = [student.client.post("/ledger/data/resume", data={}).status_code for _ in range(5)]
    assert [code == 429 for code in codes] == [False] * 3 + [True] * 2
    assert Student.of(app, registry).client.post("/ledger/data/resume", data={}).status_code != 429


def test_a_second_opinion_that_is_asked_for_is_counted(
    limited: Callable[[], Dash], registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without one left, so that no process has to be started to see it."""
    monkeypatch.setattr("dashboard.callbacks.second_opinion.OPINIONS", replace(OPINIONS, most=0))
    student = Student.of(limited(), registry)
    key = "edge_guardian/convergence"
    student.lock_all(key)
    answer = student.ask_opinion(key, student.bench(key).defaults())
    assert answer.status_code == 429
    assert "second opinions within a minute" in answer.get_json()["error"]


def test_a_quota_of_the_ledger_says_when_in_the_header_too(
    settings: Settings, registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dashboard.app.WRITES_PER_HOUR", len(registry.bench(*KEY.split("/")).predictions) + 1)
    student = Student.of(create_app(settings, registry), registry)
    student.lock_all(KEY)
    full = student.record(KEY)
    assert full.status_code == 429
    assert 3500 < int(full.headers["Retry-After"]) <= 3600


def test_what_counts_has_neither_numbers_nor_addresses_of_anybody(
    limited: Callable[[], Dash], registry: Registry, settings: Settings
) -> None:
    student = Student.of(limited(), registry)
    student.lock_all(KEY)
    file = settings.cache_dir / "limits.sqlite3"
    assert file.stat().st_mode & 0o077 == 0
    held = b"".join(part.read_bytes() for part in file.parent.glob("limits.sqlite3*"))
    assert b"edgelab/writes/" in held
    assert b"127.0.0.1" not in held
    assert _id(student, settings).encode() not in held


def _id(student: Student, settings: Settings) -> str:
    return student.client.get_cookie("edgelab_student").value[:32]


# --- the store of a host ---------------------------------------------------------------------------------------------


COUNTS = """
import sys
from pathlib import Path
from dashboard.web.limit_store import HostStore
store = HostStore(Path(sys.argv[1]))
sys.stdin.readline()
print(max(store.incr("hall", 60) for _ in range(500)))
"""


def test_processes_of_a_host_count_together_and_none_is_lost(tmp_path: Path) -> None:
    path = tmp_path / "made" / "counts"
    command = [sys.executable, "-c", COUNTS, str(path)]
    workers = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    for worker in workers:
        assert worker.stdin
        worker.stdin.write("go\n")
        worker.stdin.flush()
    highest = [int(worker.communicate(timeout=120)[0]) for worker in workers]
    assert max(highest) == 1500
    assert HostStore(path).get("hall") == 1500


FORKS = """
import os, sys
from pathlib import Path
from dashboard.web.limit_store import HostStore
store = HostStore(Path(sys.argv[1]))
store.incr("hall", 60)
before = store._connection()
worker = os.fork()
if not worker:
    os._exit(0 if store.incr("hall", 60) == 2 and store._connection() is not before else 1)
sys.exit(os.waitpid(worker, 0)[1] or store.incr("hall", 60) != 3 or store._connection() is not before)
"""


def test_a_forked_worker_has_a_connection_of_its_own(tmp_path: Path) -> None:
    """SQLite's connections do not survive a fork; the first process may have counted before it made the worker."""
    subprocess.run([sys.executable, "-c", FORKS, tmp_path / "counts"], check=True, timeout=120)


def test_a_count_ends_with_its_time_and_leaves_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [1_000.0]
    monkeypatch.setattr(limit_store.time, "time", lambda: now[0])
    monkeypatch.setattr(limit_store, "CLEANED_AFTER", 4)
    store = HostStore(tmp_path / "counts")
    assert [store.incr("a", 60) for _ in range(2)] == [1, 2]
    now[0] += 59
    assert (store.incr("a", 60), store.get("a"), store.get_expiry("a")) == (3, 3, 1_060.0)
    now[0] += 1
    assert store.get("a") == 0
    store.incr("b", 60)  # the fourth, which cleans
    assert store._connection().execute("select key from counts").fetchall() == [("b",)]
    assert store.incr("a", 60, amount=5) == 5
    store.clear("a")
    assert (store.get("a"), store.reset(), store.get("b")) == (0, 1, 0)


@pytest.mark.parametrize("broken", ["a folder", "no database", "no folder can be made"])
def test_a_store_that_cannot_be_used_stops_nothing_and_says_so_once(
    broken: str, settings: Settings, registry: Registry, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "counts"
    if broken == "a folder":
        path.mkdir()
    elif broken == "no database":
        path.write_bytes(b"no database at all" * 1000)
    else:
        (tmp_path / "file").touch()
        path = tmp_path / "file" / "counts"
    assert not HostStore(path).check()
    student = Student.of(create_app(settings, registry, HostStore(path)), registry)
    student.lock_all(KEY)
    assert student.record(KEY).status_code == 200
    lines = [record.getMessage() for record in caplog.records if record.name == rate_limits.__name__]
    assert len(lines) == 1, lines
    assert re.fullmatch(r"edgelab: limits are not counted, .* \(.+\); the lab goes on without, and .*", lines[0])


def test_a_lab_without_limits_counts_nothing(settings: Settings) -> None:
    assert open_store(replace(settings, limits_store="none")) is None
    limits = RateLimits(None)
    for _ in range(2 * FEW.most):
        limits.count(FEW, "one")


# --- Redis -----------------------------------------------------------------------------------------------------------


def test_hosts_count_together_in_redis_and_go_on_without_it(
    redis_port: int, settings: Settings, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    asked = replace(settings, limits_store=f"redis://:s3cret@127.0.0.1:{redis_port}/0")
    now = [0.0]
    one, other = (RateLimits(_store(asked), key="k", clock=lambda: now[0]) for _ in range(2))
    caplog.set_level(logging.WARNING, rate_limits.__name__)

    def refused(limits: RateLimits) -> bool:
        try:
            limits.count(FEW, "student")
        except LimitMet as problem:
            return 0 < problem.wait_s <= 60
        return False

    with redis_server(tmp_path, redis_port):
        assert [refused(one), refused(other), refused(one), refused(other)] == [False, False, False, True]
    assert not any(refused(each) for each in (one, other, one, other)), "nothing is refused without a store"
    assert len(caplog.records) == 2, "one line for each process"
    assert "s3cret" not in caplog.text
    with redis_server(tmp_path, redis_port):
        assert not any(refused(one) for _ in range(9)), "it is not asked again yet"
        now[0] += rate_limits.SILENT_S
        assert [refused(one) for _ in range(4)] == [False, False, False, True]
    assert caplog.records[-1].getMessage() == "edgelab: limits are counted again"


def _store(settings: Settings) -> Storage:
    store = open_store(settings)
    assert store is not None
    return store


def test_an_answer_that_refuses_is_json_for_a_script(
    limited: Callable[[], Dash], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rate_limits, "IDENTITIES", replace(IDENTITIES, most=1))
    app = limited()
    assert app.server.test_client().get("/").status_code == 200
    answer = app.server.test_client().get("/", headers={"Accept": "*/*"})
    assert (answer.status_code, answer.mimetype) == (429, "application/json")
    assert "new students" in json.loads(answer.data)["error"]
