"""A copy of a PostgreSQL ledger by PostgreSQL's own programs; its events are looked at in the file."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy import inspect as schema_of
from sqlalchemy.engine import URL, make_url

from dashboard.ledger.copies.inspection import Inspection, inspect
from dashboard.ledger.copies.sqlite import CopyRefused, appear, draft_of, sqlite_url
from dashboard.ledger.database import Database
from dashboard.ledger.erasure import ERASURES
from dashboard.ledger.migrations import upgrade
from dashboard.ledger.models import EVENTS

_DUMP = ("pg_dump", "--format=custom", "--no-owner", "--no-privileges")
_RESTORE = ("pg_restore", "--exit-on-error", "--single-transaction", "--no-owner", "--no-privileges", "--clean", "--if-exists")  # fmt: skip # noqa: E501
_COPY = re.compile(r"COPY \S*events \((.+)\) FROM stdin;")
_ESCAPES = {"\\\\": "\\", "\\t": "\t", "\\n": "\n", "\\r": "\r", "\\b": "\b", "\\f": "\f", "\\v": "\v"}
_ROWS = 1000  # written at a time


def back_up(database_url: str, file: Path) -> Inspection:
    """Write one consistent state of a ledger, which may be in use, to a new file, and look at what was written.

    Raises:
        CopyRefused: there is such a file, it cannot be written, or pg_dump is not there or fails.
    """
    with draft_of(file) as draft:
        _run([*_DUMP, f"--file={draft}"], database_url, said=[*_DUMP, f"--file={file}"])
        found = inspect_dump(draft)
        appear(draft, file)
    return found


def restore(file: Path, database_url: str) -> Inspection:
    """Put a copy into a database without events after looking at it, all or nothing, and bring it up to date.

    Where a chain of the copy does not hold, nothing is put in place.

    Raises:
        CopyRefused: the file is no copy, the database has events, or pg_restore is not there or fails.
        LedgerUnavailable: the database does not answer.
    """
    if not file.is_file():
        raise CopyRefused(f"{file} is not there; name a file that edgelab db backup has written")
    if _is_filled(database_url):
        raise CopyRefused(
            "the database holds a ledger already; make an empty one with createdb, name it in EDGELAB_DATABASE_URL and "
            "restore there, so that the old one stays as it is"
        )
    found = inspect_dump(file)
    if not found.holds:
        return found
    _run([*_RESTORE, str(file)], database_url, said=[*_RESTORE, str(file)])
    upgrade(database_url)
    return inspect(database_url)


def inspect_dump(file: Path) -> Inspection:
    """Look at the events in a file of pg_dump, written into a SQLite ledger that is thrown away.

    Raises:
        CopyRefused: it is no such file, or pg_restore is not there.
    """
    with draft_of(file) as scratch:
        upgrade(sqlite_url(scratch))
        with closing(sqlite3.connect(scratch)) as ledger:
            for (trigger,) in ledger.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
                ledger.execute(f"DROP TRIGGER {trigger}")  # a row that does not fit is to be found, not refused
            ledger.execute("DROP INDEX IF EXISTS ix_events_by_kind")
            for number, (columns, values) in enumerate(_events_in(file), 1):
                names, places = ", ".join(f'"{name}"' for name in columns), ", ".join("?" * len(columns))
                ledger.execute(f"INSERT INTO events ({names}) VALUES ({places})", values)
                if number % _ROWS == 0:
                    ledger.commit()
            ledger.execute("CREATE INDEX ix_events_by_kind ON events (student, kind, track, bench, sequence)")
            ledger.commit()
        return inspect(sqlite_url(scratch))


def _events_in(file: Path) -> Iterator[tuple[list[str], list[str | None]]]:
    """Yield the columns and the values of each event in a file of pg_dump, the time as SQLite keeps it."""
    command = [
        _program("pg_restore", ["pg_restore", str(file)]),
        "--data-only",
        "--table=events",
        "--file=-",
        str(file),
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8") as process:  # fmt: skip # noqa: E501
        assert process.stdout is not None
        assert process.stderr is not None
        columns: list[str] | None = None
        seen = False
        for line in process.stdout:
            text = line.removesuffix("\n")
            if columns is None:
                if started := _COPY.fullmatch(text):
                    columns, seen = [name.strip('" ') for name in started[1].split(",")], True
            elif text == "\\.":
                columns = None
            else:
                yield columns, [_value(name, value) for name, value in zip(columns, text.split("\t"), strict=True)]
        why = process.stderr.read()
    if process.returncode or not seen:
        raise CopyRefused(f"{file} is no copy of a ledger ({_first_line(why) or 'it has no table of events'})")


def _value(column: str, written: str) -> str | None:
    if written == "\\N":
        return None
    text = re.sub(r"\\.", lambda found: _ESCAPES.get(found[0], found[0][1:]), written)
    if column != "time":
        return text
    return f"{datetime.fromisoformat(text).astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}"


def _is_filled(database_url: str) -> bool:
    with Database(database_url, patience_s=30, pooled=False).reading() as connection:
        tables = set(schema_of(connection).get_table_names())
        held = (table for table in (EVENTS, ERASURES) if table.name in tables)
        return any(connection.scalar(select(func.count()).select_from(table)) for table in held)


def _run(command: list[str], database_url: str, *, said: list[str]) -> None:
    url = make_url(database_url)
    password = url.password or url.query.get("password")
    query = {name: value for name, value in url.query.items() if name != "password"}
    bare = URL.create("postgresql", url.username, None, url.host, url.port, url.database, query)
    where = f"--dbname={bare.render_as_string()}"
    program = _program(command[0], [*said, where])
    environment: Mapping[str, str] = {**os.environ, **({"PGPASSWORD": str(password)} if password else {})}
    # With a password in no list of processes, and without one nobody is asked for it.
    done = subprocess.run(
        [program, *command[1:], "--no-password", where], env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise CopyRefused(f"{command[0]} failed: {_first_line(done.stderr) or f'exit code {done.returncode}'}")


def _program(name: str, said: list[str]) -> str:
    found = shutil.which(name)
    if found is None:
        raise CopyRefused(
            f"{name} is not on the path; install PostgreSQL's client programs, or run this where they are: "
            f"{shlex.join(said)}"
        )
    return found


def _first_line(text: str) -> str:
    return next((line.strip() for line in text.splitlines() if line.strip()), "")[:300]
