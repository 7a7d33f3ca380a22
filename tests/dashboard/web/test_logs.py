"""The log says what was asked, how it went and why it failed, in one line; not who asked, and not what was entered."""

from __future__ import annotations

import io
import json
import logging
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from dash import Dash

from dashboard.app import create_app
from dashboard.ledger import upgrade
from dashboard.ledger.identity import COOKIE, handle, pseudonym
from dashboard.settings import Settings
from dashboard.web.instrumentation import ID_HEADER
from dashboard.web.logs import formatter
from tests.http_student import Student
from tracks.loading.registry import Registry

KEY = "edge_guardian/paradox"
Lines = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def written() -> Iterator[Callable[[str], io.StringIO]]:
    """Write what is logged in this process to a text for as long as a test lasts."""
    root, ours = logging.getLogger(), logging.getLogger("dashboard")
    handlers, level = [], ours.level

    def start(log_format: Any) -> io.StringIO:
        text = io.StringIO()
        handler = logging.StreamHandler(text)
        handler.setFormatter(formatter(log_format))
        root.addHandler(handler)
        ours.setLevel(logging.INFO)
        handlers.append(handler)
        return text

    yield start
    ours.setLevel(level)
    for handler in handlers:
        root.removeHandler(handler)


@pytest.fixture
def lines(written: Callable[[str], io.StringIO]) -> Lines:
    text = written("json")
    return lambda: [json.loads(line) for line in text.getvalue().splitlines()]


def test_a_slider_is_one_line_of_known_fields(student: Student, lines: Lines) -> None:
    student.lock_all(KEY)
    before = len(lines())
    answer = student.update(KEY, student.bench(KEY).defaults())
    (line,) = lines()[before:]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z", line.pop("time"))
    assert 0 <= line.pop("solve_ms") <= line.pop("duration_ms")
    assert line.pop("process") > 0
    assert line == {
        "level": "info",
        "event": "request",
        "logger": "dashboard.requests",
        "request_id": answer.headers[ID_HEADER],
        "method": "POST",
        "route": "slider",
        "status": 200,
        "track": "edge_guardian",
        "bench": "paradox",
    }


def test_no_line_holds_what_a_student_entered_or_is(student: Student, lines: Lines) -> None:
    entered = "my-very-own-words"
    student.lock(KEY, student.bench(KEY).predictions[0], mechanism=entered)
    student.lock_all("edge_guardian/memory")
    student.try_once("edge_guardian/memory")
    student.write("edge_guardian/memory", "reflect", dict.fromkeys(("surprise", "rule"), entered))
    student.client.get(f"/{KEY}?participation={entered}", headers={"Referer": f"http://x/?{entered}"})
    student.client.get(f"/{entered}")
    student.post({"output": entered})
    student.client.post("/ledger/resume", data={"code": entered})
    cookie = student.client.get_cookie(COOKIE)
    assert cookie is not None
    who = cookie.value.split(".")[0]
    said = json.dumps(lines())
    assert {line["route"] for line in lines()} >= {"page", "callback", "unknown", "records"}
    for private in (entered, cookie.value, who, handle(who), pseudonym(who), "127.0.0.1"):
        assert private not in said


@pytest.mark.parametrize(
    ("proxies", "given", "is_taken"),
    [
        ("1", "f7d2c1aa-0b3e-4c55", True),
        ("0", "f7d2c1aa-0b3e-4c55", False),  # a client's own
        ("1", "short", False),
        ("1", "x" * 65, False),
        ("1", 'id" onload="alert(1)', False),
        ("1", "näme-of-a-request", False),
    ],
)
def test_a_trusted_proxy_names_a_request(
    tmp_path: Path, registry: Registry, lines: Lines, proxies: str, given: str, is_taken: bool
) -> None:
    settings = Settings.from_environment({"EDGELAB_DATA_DIR": str(tmp_path), "EDGELAB_TRUSTED_PROXIES": proxies})
    answer = create_app(settings, registry).server.test_client().get("/_health", headers={ID_HEADER: given})
    (line,) = lines()
    assert answer.headers.getlist(ID_HEADER) == [line["request_id"]]
    assert (line["request_id"] == given) is is_taken


def test_a_fault_is_one_line_with_its_traceback_under_the_id_that_the_client_has(app: Dash, lines: Lines) -> None:
    def fails() -> str:
        raise RuntimeError("a fault\nwith a second line")

    app.server.get("/fails")(fails)
    answer = app.server.test_client().get("/fails?value=secret-value")
    fault, request = lines()
    assert answer.status_code == 500
    assert fault["level"] == request["level"] == "error"
    assert "Traceback (most recent call last)" in fault["exception"]
    assert "RuntimeError: a fault\nwith a second line" in fault["exception"]
    assert fault["request_id"] == request["request_id"] == answer.headers[ID_HEADER]
    assert "secret-value" not in json.dumps([fault, request])
    assert "Traceback" not in answer.get_data(as_text=True)


def test_a_refusal_has_its_reason(student: Student, lines: Lines) -> None:
    student.update(KEY, student.bench(KEY).defaults())
    assert (lines()[-1]["status"], lines()[-1]["reason"]) == (403, "not_locked")


def test_a_text_is_one_line_whatever_a_client_sends() -> None:
    """Through the formatter alone: what pytest hears too goes to the main process, which takes no surrogate."""

    def line(message: str, *args: str, **extra: Any) -> str:
        record = {"name": "dashboard.somewhere", "levelno": 30, "levelname": "WARNING", "msg": message, "args": args}
        return formatter("text").format(logging.makeLogRecord({**record, **extra}))

    first = line("path %s", "/x\n2026-01-01T00:00:00Z [error    ] forged\x1b[31m\ud800")
    second = line("request", route="page\r\nforged")
    assert len(first.splitlines()) == len(second.splitlines()) == 1
    assert "\x1b" not in first
    first.encode()
    assert "[warning" in first
    assert "page" in second


# --- how ready a lab is -----------------------------------------------------------------------------------------------

SILENT = {
    "EDGELAB_DATABASE_URL": "postgresql+psycopg://ada:hunter2hunter2@127.0.0.1:1/edgelab",
    "EDGELAB_SECRET_KEY": "k" * 48,
}


def ready(settings: Settings, registry: Registry) -> tuple[int, dict[str, str]]:
    answer = create_app(settings, registry).server.test_client().get("/_ready")
    return answer.status_code, answer.get_json()


# N16
def test_ready_says_which_part_is_not_and_the_log_says_why(tmp_path: Path, registry: Registry, lines: Lines) -> None:
    """A proxy reads the status alone; who looks sees which of the three it is, and no host, user or password."""

    def settings(**environ: str) -> Settings:
        return Settings.from_environment({"EDGELAB_DATA_DIR": str(tmp_path / "data"), **environ})

    code, said = ready(settings(**SILENT), registry)
    assert (code, said["migration"], said["plugins"]) == (503, "not known", "ok")
    assert said["database"] == said["status"]
    assert "does not answer" in said["database"]
    (line,) = lines()
    assert (line["level"], line["reason"]) == ("error", "ledger")
    assert "The server at 127.0.0.1:1 does not answer: nothing listens there" in line["detail"]
    for private in ("ada", "127.0.0.1"):
        assert private not in json.dumps(said)
    assert "hunter2" not in json.dumps([said, line])

    code, said = ready(settings(), registry)
    assert (code, said["database"], said["plugins"]) == (503, "ok", "ok")
    assert "edgelab db upgrade" in said["migration"]

    upgrade(settings().database_url)
    assert ready(settings(), registry) == (
        200,
        dict.fromkeys(("status", "database", "migration", "plugins", "hosts"), "ok"),
    )


def test_a_plugin_that_was_left_out_is_told_and_stops_nothing_else(tmp_path: Path) -> None:
    """A department with one broken file still has its lecture."""
    (tmp_path / "tracks").mkdir()
    (tmp_path / "tracks" / "broken.py").write_text("1 / 0")
    environ = {"EDGELAB_DATA_DIR": str(tmp_path / "data"), "EDGELAB_TRACKS_DIR": str(tmp_path / "tracks")}
    settings = Settings.from_environment(environ)
    upgrade(settings.database_url)
    answer = create_app(settings).server.test_client().get("/_ready")
    assert (answer.status_code, answer.get_json()["status"]) == (200, "ok")
    assert answer.get_json()["plugins"].startswith("1 left out; edgelab tracks list says")
    numbers = create_app(settings).server.test_client().get("/_metrics").get_data(as_text=True)
    assert 'edgelab_plugins{state="left_out"} 1.0' in numbers
