"""A database that something changed past the lab: every page and every file says which event, and none fails."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from collections.abc import Callable
from contextlib import closing

import pytest
from sqlalchemy.engine import make_url

from dashboard.__main__ import main
from dashboard.ledger.exports.verification import verify
from dashboard.ledger.identity import pseudonym
from dashboard.ledger.store import Store
from dashboard.settings import Settings
from dashboard.web import ids
from tests.dashboard.callbacks.records.conftest import KEY
from tests.dashboard.callbacks.records.test_own_data import send
from tests.dashboard.ledger_requests import chain_told, chosen, filtered, open_tab
from tests.http_student import Student, said
from tracks.commands.terminal import ExitCode

CHANGES = ("payload = '{}'", "payload = 'not JSON'", "payload = replace(payload, 'a', 'b')", "time = 'yesterday'")
WORK = ("/", "/edge_guardian", f"/{KEY}", "/edge_guardian/memory", "/ledger")


@pytest.fixture
def edit(settings: Settings) -> Callable[[str], None]:
    """Edit the file as a program would that knows nothing of the lab."""

    def run(statement: str) -> None:
        with closing(sqlite3.connect(make_url(settings.database_url).database or "")) as connection, connection:
            for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
                connection.execute(f"DROP TRIGGER {name}")
            connection.execute(statement)

    return run


@pytest.mark.parametrize("kind", ["lock", "try", "reflection"])
@pytest.mark.parametrize("change", CHANGES)
def test_every_page_and_every_answer_names_the_event(
    played: Student, edit: Callable[[str], None], store: Store, id_of: Callable[[Student], str], kind: str, change: str
) -> None:
    number = next(event.sequence for event in store.events(id_of(played)) if event.kind == kind)
    edit(f"UPDATE events SET {change} WHERE kind = '{kind}'")
    fault = "cannot be read" if change.startswith("time") else "was changed after it was stored"
    named = f"Event {number} ({kind}, {KEY}) {fault}."
    for path in WORK:
        assert named in said(played.page(path)), path
    for answer in (
        open_tab(played, "timeline"),
        filtered(played, "all", "all"),
        chosen(played, ids.LEDGER_TRIES, ids.LEDGER_TRIES_BENCH, KEY),
        played.record(KEY, codec="int8"),
    ):
        assert answer.status_code == 503
        assert answer.get_json()["error"].startswith(named)
    assert named in said(played.page("/ledger/data"))
    assert send(played, "leave", agreed="yes").status_code == 200


def test_what_no_page_reads_any_more_is_found_when_the_ledger_is_opened(
    played: Student, edit: Callable[[str], None], store: Store, id_of: Callable[[Student], str]
) -> None:
    """An older text that was saved again since, and an event that is gone: nothing on the pages shows either."""
    for why in ("B", "C"):
        written = {"why": why, "change": "A smaller model.", "check": "smaller"}
        assert played.write(KEY, "reflect", written).status_code == 200
    assert "holds" in said(chain_told(played))
    first, *_ = (event.sequence for event in store.events(id_of(played)) if event.kind == "reflection")
    edit(f"UPDATE events SET payload = '{{}}' WHERE sequence = {first}")
    assert played.page(f"/{KEY}").status_code == 200
    assert f"Event {first} (reflection, {KEY}) was changed after it was stored." in said(chain_told(played))
    edit(f"DELETE FROM events WHERE sequence = {first}")
    assert f"Event {first + 1} (reflection, {KEY}) follows event {first - 1}" in said(chain_told(played))


@pytest.mark.parametrize("change", CHANGES[:3])
def test_every_file_is_taken_and_names_the_event(
    played: Student,
    edit: Callable[[str], None],
    settings: Settings,
    store: Store,
    id_of: Callable[[Student], str],
    change: str,
) -> None:
    number = next(event.sequence for event in store.events(id_of(played)) if event.kind == "try")
    edit(f"UPDATE events SET {change} WHERE kind = 'try'")
    named = f"Event {number} (try, {KEY}) was changed after it was stored."
    assert played.page("/ledger/handin").status_code == 200
    files = {kind: played.client.get(f"/ledger/handin.{kind}") for kind in ("html", "json", "csv", "md")}
    assert {kind: answer.status_code for kind, answer in files.items()} == dict.fromkeys(files, 200)
    assert named in files["html"].get_data(as_text=True)
    assert named in files["md"].get_data(as_text=True).replace("\\", "")
    rows = list(csv.reader(io.StringIO(files["csv"].get_data(as_text=True))))
    assert rows[1][0] == named, "no row of the try that was changed"
    for kind in ("html", "json"):
        found = verify(files[kind].data, settings.secret_keys)
        assert found.result == "altered"
        assert found.sentences[0] == f"It was altered in the server’s own database, before it was handed in. {named}"
        assert found.altered == (number,)
    assert json.loads(files["json"].data)["faults"] == [named]


def test_the_command_names_every_ledger_that_was_changed(
    played: Student,
    edit: Callable[[str], None],
    settings: Settings,
    store: Store,
    id_of: Callable[[Student], str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    other = Student.of(played.app, played.registry)
    other.lock_all(KEY)
    monkeypatch.setenv("EDGELAB_DATABASE_URL", settings.database_url)

    def check(*options: str) -> tuple[int, str]:
        capsys.readouterr()
        return main(["db", "check", *options]), capsys.readouterr().out

    assert check()[0] == ExitCode.OK
    number = next(event.sequence for event in store.events(id_of(played)) if event.kind == "try")
    edit("UPDATE events SET payload = '{}' WHERE kind = 'try'")
    named = f"Event {number} (try, {KEY}) was changed after it was stored."
    code, text = check()
    assert code == ExitCode.FAILED
    assert named in " ".join(text.split())
    code, text = check("--json")
    (problem,) = json.loads(text)["problems"]
    assert (code, problem["event"], problem["sentence"]) == (ExitCode.FAILED, number, named)
    assert problem["ledger"].startswith(pseudonym(id_of(played)))
    edit("UPDATE events SET time = 'yesterday' WHERE kind = 'try'")
    code, text = check()
    assert f"Event {number} (try, {KEY}) cannot be read." in " ".join(text.split())
