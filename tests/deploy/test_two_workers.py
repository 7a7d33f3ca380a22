"""Two gunicorn workers that share nothing give the answers that one process gives."""

from __future__ import annotations

import http.client
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from dashboard.app import create_app
from dashboard.ledger.identity import BIRDS, COLOURS
from dashboard.settings import Settings
from tests.browser.conftest import free_port
from tests.http_student import Student
from tracks.loading.registry import Registry

ROOT = Path(__file__).parents[2]
PLUGINS = ROOT / "tests" / "plugins"
KEY = "edge_guardian/paradox"


class Reply:
    """What the test client's answers offer, of a real response."""

    def __init__(self, response: http.client.HTTPResponse) -> None:
        self.status_code = response.status
        self.headers = response.headers
        self.body = response.read()

    def get_data(self, *, as_text: bool = True) -> str:
        return self.body.decode()

    def get_json(self) -> Any:
        return json.loads(self.body)


class Client:
    """A browser's connection: a new one per request, so that any worker may take it, and one cookie."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.cookie = ""

    def _send(self, method: str, path: str, body: bytes | None = None, more: Mapping[str, str] | None = None) -> Reply:
        headers = {"Cookie": self.cookie, "Content-Type": "application/json", "Connection": "close", **(more or {})}
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)) as connection:
            connection.request(method, path, body, headers)
            reply = Reply(connection.getresponse())
        if not self.cookie and (given := reply.headers.get("Set-Cookie")):
            self.cookie = given.split(";")[0]
        return reply

    def get(self, path: str) -> Reply:
        return self._send("GET", path)

    def post(self, path: str, *, json: Any, headers: Mapping[str, str] | None = None) -> Reply:
        return self._send("POST", path, _dumps(json), headers)


def _dumps(value: Any) -> bytes:
    return json.dumps(value).encode()


@pytest.fixture
def gunicorn(tmp_path: Path) -> Iterator[tuple[int, Path]]:
    """The lab behind gunicorn as the README starts it, and its log."""
    port = free_port()
    environment = {
        **os.environ,
        "EDGELAB_DATA_DIR": str(tmp_path / "data"),
        "EDGELAB_TRACKS_DIR": str(PLUGINS),
        "EDGELAB_BIND": f"127.0.0.1:{port}",
        "WEB_CONCURRENCY": "2",
    }
    start = tmp_path / "empty"
    start.mkdir()
    log = tmp_path / "log"
    command = [sys.executable, "-m", "gunicorn", "-c", "python:dashboard.hosting.gunicorn_conf"]
    with log.open("wb") as output:
        process = subprocess.Popen(command, env=environment, cwd=start, stdout=output, stderr=output)
    try:
        for _ in range(2400):  # a busy machine makes the lab in a minute or two
            assert process.poll() is None, log.read_text()[-3000:]
            try:
                if Client(port).get("/_health").status_code == 200:
                    break
            except OSError:
                time.sleep(0.1)
        yield port, log
    finally:
        process.terminate()
        process.wait(20)


def test_two_workers_answer_as_one_process_does(gunicorn, tmp_path: Path, registry: Registry) -> None:  # N16
    port, log = gunicorn
    settings = Settings.from_environment(
        {"EDGELAB_DATA_DIR": str(tmp_path / "data"), "EDGELAB_TRACKS_DIR": str(PLUGINS), "EDGELAB_DESIGNER": "off"}
    )
    alone = Student.of(create_app(settings, registry), registry)
    behind = Student(alone.app, registry, Client(port))  # type: ignore[arg-type]
    behind.client.get("/")
    prediction = registry.bench(*KEY.split("/")).predictions[0]
    for student in (alone, behind):
        assert student.update(KEY, student.bench(KEY).defaults()).status_code == 403
        assert student.lock(KEY, prediction, value="7").status_code == 200
    defaults = alone.bench(KEY).defaults()
    states = [{**defaults, "participation": share} for share in (0.001, 0.01, 0.1)] * 3
    expected = [alone.update(KEY, state).get_json() for state in states]
    with ThreadPoolExecutor(len(states)) as browsers:
        for _ in range(100):  # the system decides which worker a connection wakes: ask until each has been asked
            answers = browsers.map(lambda state: behind.update(KEY, state).get_json(), states)
            assert list(answers) == expected
            if len(workers_of(log)) == 2:
                break
    for path in ("/", "/edge_guardian", "/edge_guardian/paradox", "/nowhere"):
        assert _without_times(behind.page(path)) == _without_times(alone.page(path))
        assert behind.client.get(path).status_code == alone.client.get(path).status_code
    assert behind.post({"output": "nonsense"}).status_code < 500
    assert "Traceback" not in log.read_text()
    assert len(workers_of(log)) == 2, "both workers answered"
    if Path("/proc/self/fd").is_dir():
        (master,) = [event["process"] for event in events_of(log) if event["event"].startswith("Starting gunicorn")]
        data = str(tmp_path / "data")
        assert [path for path in open_files(master) if path.startswith(data)] == [], "what it opens, its forks share"
        for worker in workers_of(log):
            assert f"{data}/ledger.sqlite3" in open_files(worker)


def events_of(log: Path) -> list[dict[str, Any]]:
    """What the lab has logged, each line a JSON object."""
    return [json.loads(line) for line in log.read_text().splitlines()]


def open_files(process: int) -> list[str]:
    """The files that a process has open, by Linux."""
    return [str(link.readlink()) for link in Path(f"/proc/{process}/fd").iterdir()]


def workers_of(log: Path) -> set[int]:
    """Which workers have answered an update, by the log."""
    return {event["process"] for event in events_of(log) if event.get("route") in ("slider", "callback")}


def _without_times(reply: Any) -> str:
    """The answer without times and without the name of the student, a colour, a bird and a number."""
    plain = re.sub(r"\d{4}-\d\d-\d\dT[\d:.+]+", "TIME", json.dumps(reply.get_json(), sort_keys=True))
    return re.sub(rf"({'|'.join(COLOURS)}) ({'|'.join(BIRDS)}) \d\d", "STUDENT", plain)
