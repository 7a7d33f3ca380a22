"""An operator reads why the database does not work, part by part; a student reads less, and nobody a password."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy.engine import make_url

from dashboard.ledger import LedgerUnavailable, Store, upgrade
from dashboard.ledger.database import BUSY, FULL, SILENT
from dashboard.ledger.reasons import reason
from tests.dashboard.conftest import Run
from tests.dashboard.test_main import check_sentence, shell
from tracks.commands.terminal import ExitCode

__all__ = ["shell"]

PASSWORD = "correct horse/battery@staple"
WRONG = "hunter2hunter2"
KEY = {"EDGELAB_SECRET_KEY": "k" * 48}


@pytest.fixture
def guarded(cluster: Any) -> Iterator[Callable[..., str]]:
    """URLs of a server that asks the user ada for a password, and on which ada owns nothing."""
    rules = cluster.folder / "data" / "pg_hba.conf"
    before = rules.read_text()
    folder = str(cluster.folder)
    with psycopg.connect(host=folder, user="edgelab", dbname="postgres", autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS guarded")
        connection.execute("DROP ROLE IF EXISTS ada")
        connection.execute("DROP ROLE IF EXISTS nobody_logs_in")
        connection.execute(psycopg.sql.SQL("CREATE ROLE ada LOGIN PASSWORD {}").format(PASSWORD))
        connection.execute("CREATE ROLE nobody_logs_in")
        connection.execute("CREATE DATABASE guarded")
        rules.write_text(f"local all ada scram-sha-256\n{before}")
        connection.execute("SELECT pg_reload_conf()")
        # The server reads its rules soon after; until then it asks nobody for a password.
        while _opens(folder):
            pass

    def url(*, user: str = "ada", password: str | None = PASSWORD, database: str = "guarded") -> str:
        whole = make_url(f"postgresql+psycopg:///{database}?host={folder}").set(username=user, password=password)
        return whole.render_as_string(hide_password=False)

    yield url
    rules.write_text(before)


def _opens(folder: str) -> bool:
    try:
        psycopg.connect(host=folder, user="ada", dbname="postgres", password=WRONG).close()
    except psycopg.OperationalError:
        return False
    return True


def refused(url: str) -> LedgerUnavailable:
    with pytest.raises(LedgerUnavailable) as problem:
        upgrade(url, patience_s=2)
    return problem.value


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"password": WRONG}, "The password of the user ada is wrong"),
        ({"password": None}, "asks for a password of the user ada, and the URL has none"),
        ({"database": "gone"}, "There is no database gone at the socket in"),
        ({"user": "bob"}, "There is no user bob"),
        ({"user": "nobody_logs_in"}, "The user nobody_logs_in may not log in"),
        ({}, "The user ada lacks a privilege in the database guarded"),  # to make tables in its schema
    ],
)
def test_what_a_server_refuses_is_a_sentence_each(
    guarded: Callable[..., str], edgelab: Run, asked: dict[str, Any], said: str
) -> None:
    """A message of libpq is all there is; a change of its words would show here as "cannot be used"."""
    url = guarded(**asked)
    problem = refused(url)
    assert said in problem.reason
    assert str(problem) == SILENT, "a student is told no user and no host"
    process = edgelab("db", "upgrade", env={"EDGELAB_DATABASE_URL": url, **KEY})
    check_sentence(process, ExitCode.DATABASE, said)
    for secret in (PASSWORD, WRONG, "correct%20horse", "correct+horse"):
        assert secret not in problem.reason + process.stderr


def test_a_privilege_that_is_taken_away_while_the_lab_runs_is_named(
    guarded: Callable[..., str], cluster: Any, events: Any, new_store: Callable[..., Store]
) -> None:
    upgrade(guarded(user="edgelab"))
    store = new_store(guarded())
    with pytest.raises(LedgerUnavailable) as problem:
        store.append(events.attempt(payload={"answer": "forty-two"}))
    assert "The user ada lacks a privilege in the database guarded" in problem.value.reason
    assert "permission denied for table" in problem.value.reason
    assert "forty-two" not in problem.value.reason


def test_a_server_without_a_free_connection_is_busy_and_says_so(guarded: Callable[..., str], cluster: Any) -> None:
    """A student may send the same again, which SILENT would say only once the server is back."""
    with psycopg.connect(host=str(cluster.folder), user="edgelab", dbname="postgres", autocommit=True) as connection:
        connection.execute("ALTER ROLE ada CONNECTION LIMIT 0")
    problem = refused(guarded())
    assert str(problem) == BUSY
    assert "no connection left" in problem.reason


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("127.0.0.1:1/edgelab", "The server at 127.0.0.1:1 does not answer: nothing listens there"),
        ("db.invalid/edgelab", "No machine is called db.invalid"),
        ("/edgelab?host=/nowhere", "The server at the socket in /nowhere does not answer: nothing listens there"),
    ],
)
def test_a_host_that_is_not_reached_is_told_from_a_server_that_refuses(place: str, said: str) -> None:
    problem = refused(f"postgresql+psycopg://ada:{WRONG}@{place}")
    assert said in problem.reason
    assert WRONG not in problem.reason


def test_a_host_that_accepts_and_is_silent_is_told(tmp_path: Path) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        problem = refused(f"postgresql+psycopg://ada@127.0.0.1:{silent.getsockname()[1]}/edgelab")
    assert "the host is not reachable from here" in problem.reason


def test_words_that_are_not_known_are_quoted_in_one_line_without_the_password() -> None:
    """A server with German messages, whose password is among them, and a line break that would forge a log."""
    url = make_url(f"postgresql+psycopg://ada:{WRONG}@db/edgelab?sslpassword=tls-secret")
    words = f"FATAL:  Verbindung mit {WRONG} und tls-secret abgelehnt\x1b[31m\nINFO forged"
    said = reason(psycopg.OperationalError(words), url)
    assert said == (
        "The database edgelab at db:5432 cannot be used. (It says: FATAL: Verbindung mit *** und *** abgelehnt [31m)"
    )


# --- SQLite ----------------------------------------------------------------------------------------------------------


def test_a_folder_that_may_not_be_written_is_named(shell: Run, tmp_path: Path) -> None:
    folder = tmp_path / "shut"
    folder.mkdir()
    folder.chmod(0o500)
    url = f"sqlite:///{folder / 'ledger.sqlite3'}"
    process = shell("db", "upgrade", env={"EDGELAB_DATABASE_URL": url}, unprivileged=True)
    check_sentence(process, ExitCode.DATABASE, f"The folder {folder} cannot be written by this user")


def test_a_file_that_may_not_be_written_is_told_from_its_folder(shell: Run, tmp_path: Path) -> None:
    file = tmp_path / "ledger.sqlite3"
    upgrade(f"sqlite:///{file}")
    file.chmod(0o400)
    process = shell("db", "upgrade", env={"EDGELAB_DATABASE_URL": f"sqlite:///{file}"}, unprivileged=True)
    check_sentence(process, ExitCode.DATABASE, f"This user may not read and write the file {file}")


@pytest.mark.parametrize("content", [b"no database" * 1000, b"SQLite format 3\0" + b"\xff" * 5000])
def test_a_file_that_is_no_database_is_named(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "notes.txt"
    file.write_bytes(content)
    assert f"{file} is no SQLite database" in refused(f"sqlite:///{file}").reason


def test_a_disk_without_room_is_named(sqlite_url: str, events: Any, new_store: Callable[..., Store]) -> None:
    """SQLite itself refuses a file that may not grow, by the error that a full disk gives."""
    store = new_store(sqlite_url)
    with store._database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count = 1")
    attempt = events.attempt(payload={"filling": ["x" * 3000] * 3})
    with pytest.raises(LedgerUnavailable) as problem:
        store.append(attempt)
    assert str(problem.value) == FULL
    assert problem.value.reason.startswith(f"The disk of {make_url(sqlite_url).database.rpartition('/')[0]} is full")


def test_a_folder_that_is_gone_while_the_lab_runs_is_named(tmp_path: Path, new_store: Callable[..., Store]) -> None:
    store = new_store(f"sqlite:///{tmp_path / 'gone' / 'ledger.sqlite3'}")
    with pytest.raises(LedgerUnavailable) as problem:
        store.is_current()
    assert f"The folder {tmp_path / 'gone'} of the ledger is not there" in problem.value.reason


def test_a_ledger_without_tables_says_what_to_run(empty_url: str, events: Any, new_store: Callable[..., Store]) -> None:
    with pytest.raises(LedgerUnavailable) as problem:
        new_store(empty_url).append(events.attempt())
    assert "run: edgelab db upgrade" in problem.value.reason
