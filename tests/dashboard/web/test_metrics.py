"""What `/_metrics` counts is what was done, for those who may read it, and says nothing of who did it."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from dash import Dash
from prometheus_client.parser import text_string_to_metric_families

from dashboard.app import create_app
from dashboard.ledger import upgrade
from dashboard.ledger.identity import COOKIE, handle, pseudonym
from dashboard.settings import Settings
from dashboard.web.instrumentation import ROUTES
from tests.http_student import Student
from tracks.common.cache import cached_on_disk, switched_off
from tracks.loading.registry import Registry

KEY = "edge_guardian/paradox"
BENCH = {"track": "edge_guardian", "bench": "paradox"}
TOKEN = "t0ken-of-the.scraper~1234"

Numbers = dict[tuple[str, frozenset[tuple[str, str]]], float]


def read(text: str) -> Numbers:
    """Every sample by its name and labels, as Prometheus' own reader has them."""
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def scraped(student: Student) -> Numbers:
    answer = student.app.server.test_client().get("/_metrics")
    assert answer.status_code == 200
    assert answer.content_type.startswith("text/plain; version=")
    return read(answer.get_data(as_text=True))


def grown(before: Numbers, after: Numbers, name: str, **labels: str) -> float:
    key = (name, frozenset(labels.items()))
    return after.get(key, 0) - before.get(key, 0)


# N16
def test_what_was_done_is_counted_once_each(student: Student) -> None:
    before = scraped(student)
    prediction = student.bench(KEY).predictions[0]
    assert student.update(KEY, student.bench(KEY).defaults()).status_code == 403
    for _ in range(2):  # the second is a repeat: the first stands, and nothing is written
        assert student.lock(KEY, prediction).status_code == 200
    student.open(KEY)
    values = student.bench(KEY).defaults()
    for share in (0.001, 0.01, 0.1):
        assert student.update(KEY, {**values, "participation": share}).status_code == 200
    student.client.get("/nowhere")
    after = scraped(student)
    for name, number, labels in (
        ("edgelab_request_seconds_count", 3, {"route": "slider", "status": "200"}),
        ("edgelab_request_seconds_count", 1, {"route": "slider", "status": "403"}),
        ("edgelab_request_seconds_count", 1, {"route": "unknown", "status": "404"}),
        ("edgelab_request_seconds_bucket", 3, {"route": "slider", "status": "200", "le": "+Inf"}),
        ("edgelab_refusals_total", 1, {"reason": "not_locked"}),
        ("edgelab_ledger_writes_total", 1, {"kind": "lock"}),
        ("edgelab_ledger_writes_total", 1, {"kind": "opening"}),
    ):
        assert grown(before, after, name, **labels) == number, (name, labels)
    assert grown(before, after, "edgelab_solve_seconds_count", **BENCH) >= 3
    assert after[("edgelab_workers", frozenset())] == 1


def test_a_kept_result_is_a_hit_and_a_computed_one_a_miss(app: Dash, registry: Registry) -> None:
    @cached_on_disk
    def doubled(number: float, _run_of_this_test: str) -> float:
        return 2 * number

    name = uuid.uuid4().hex
    app.server.get("/doubled")(lambda: {"answer": doubled(21.0, name)})
    student = Student.of(app, registry)
    before = scraped(student)
    answers = [student.client.get("/doubled").get_json() for _ in range(3)]
    with switched_off():  # nothing is looked for where nothing is kept
        answers.append(student.client.get("/doubled").get_json())
    after = scraped(student)
    assert answers == [{"answer": 42.0}] * 4
    assert grown(before, after, "edgelab_cache_lookups_total", result="miss") == 1
    assert grown(before, after, "edgelab_cache_lookups_total", result="hit") == 2


def test_erasing_is_a_write(student: Student) -> None:
    student.lock(KEY, student.bench(KEY).predictions[0])
    before = scraped(student)
    assert student.client.post("/ledger/erase", data={"agreed": "yes"}).status_code == 200
    assert grown(before, scraped(student), "edgelab_ledger_writes_total", kind="erasure") == 1


def test_labels_are_few_and_none_says_who_or_what(student: Student, registry: Registry) -> None:
    """Whatever a client sends, the numbers keep their size, or it could fill the memory of the server that scrapes."""
    secret = "my-own-answer-42"
    student.lock(KEY, student.bench(KEY).predictions[0], mechanism=secret)
    values = student.bench(KEY).defaults()
    student.lock_all("edge_guardian/memory")
    for number in range(30):
        student.client.get(f"/{secret}/{number}?s={secret}")
        student.client.get(f"/_{secret}{number}")
        student.client.open(f"/{number}", method=f"{secret.upper()}{number}")
        student.client.post("/_dash-update-component", json={"output": f"{secret}{number}"})
        student.post(foreign_bench(student.update_body(KEY, values), f"{secret}/{number}"))
    numbers = scraped(student)
    text = student.client.get("/_metrics").get_data(as_text=True)
    cookie = student.client.get_cookie(COOKIE)
    assert cookie is not None
    who = cookie.value.split(".")[0]
    for private in (secret, cookie.value, who, handle(who), pseudonym(who)):
        assert private.lower() not in text.lower()
    labels: dict[str, set[str]] = {}
    for _, pairs in numbers:
        for label, value in pairs:
            labels.setdefault(label, set()).add(value)
    assert labels["route"] <= set(ROUTES)
    assert labels["bench"] <= {bench.id for track in registry.tracks for bench in registry.benches(track)}
    assert all(re.fullmatch(r"[1-5][0-9][0-9]", status) for status in labels["status"])
    assert len(labels["status"]) < 10
    assert len(labels["reason"]) < 10


def foreign_bench(body: Any, key: str) -> Any:
    """The body of a request about another bench."""
    return json.loads(json.dumps(body).replace(KEY, key))


Settled = Callable[..., Dash]


@pytest.fixture
def lab(tmp_path: Path, registry: Registry) -> Settled:
    def make(**environ: str) -> Dash:
        settings = Settings.from_environment({"EDGELAB_DATA_DIR": str(tmp_path / "data"), **environ})
        upgrade(settings.database_url)
        return create_app(settings, registry)

    return make


BEARER = {"Authorization": f"Bearer {TOKEN}"}


@pytest.mark.parametrize(
    ("environ", "address", "headers", "is_told"),
    [
        ({}, "127.0.0.1", {}, True),
        ({}, "::1", {"Host": "[::1]"}, True),
        ({}, "::ffff:127.0.0.1", {"Host": "127.0.0.1:8050"}, True),
        ({}, "192.0.2.7", {}, False),
        ({}, "", {}, False),  # of a Unix socket, behind which there is a proxy
        ({}, "127.0.0.1", {"X-Forwarded-For": "192.0.2.7"}, False),  # a proxy on the same host
        ({}, "127.0.0.1", {"X-Forwarded-For": "127.0.0.1"}, False),  # which its client has lied to
        ({}, "127.0.0.1", {"X-Real-IP": "192.0.2.7"}, False),
        ({}, "127.0.0.1", {"Forwarded": "for=192.0.2.7"}, False),
        ({}, "127.0.0.1", {"Host": "lab.example.edu"}, False),  # a proxy that passes the name alone
        ({}, "127.0.0.1", {"Host": "[::1"}, False),
        ({"EDGELAB_TRUSTED_PROXIES": "1"}, "127.0.0.1", {"X-Forwarded-For": "127.0.0.1"}, False),
        ({"EDGELAB_TRUSTED_PROXIES": "1"}, "127.0.0.1", {}, True),  # past the proxy, on the host
        ({"EDGELAB_METRICS_TOKEN": TOKEN}, "192.0.2.7", BEARER, True),
        ({"EDGELAB_METRICS_TOKEN": TOKEN}, "127.0.0.1", {"X-Forwarded-For": "192.0.2.7", **BEARER}, True),
        ({"EDGELAB_METRICS_TOKEN": TOKEN}, "192.0.2.7", {"Authorization": f"Bearer {TOKEN}x"}, False),
        ({"EDGELAB_METRICS_TOKEN": TOKEN}, "192.0.2.7", {"Authorization": f"Basic {TOKEN}"}, False),
        ({"EDGELAB_METRICS_TOKEN": TOKEN}, "192.0.2.7", {"Authorization": "Bearer é"}, False),
        ({"EDGELAB_METRICS_TOKEN": TOKEN}, "192.0.2.7", {}, False),
        ({}, "192.0.2.7", {"Authorization": "Bearer "}, False),  # no token is not the empty one
    ],
)
def test_who_is_told(
    lab: Settled, environ: Mapping[str, str], address: str, headers: Mapping[str, str], is_told: bool
) -> None:
    client = lab(**environ).server.test_client()
    answer = client.get("/_metrics", headers=dict(headers), environ_overrides={"REMOTE_ADDR": address})
    assert (answer.status_code == 200) is is_told
    assert answer.status_code in (200, 400, 403)
    if answer.status_code == 403:
        assert "EDGELAB_METRICS_TOKEN" in answer.get_json()["error"]
        assert b"edgelab_request_seconds" not in answer.get_data()
    assert "Set-Cookie" not in answer.headers
