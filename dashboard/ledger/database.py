"""The connection to the ledger's database: one engine per process, made after the fork, and errors people can read."""

from __future__ import annotations

import errno
import os
import re
import sqlite3
import time
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, NullPool, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, IntegrityError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from dashboard.ledger.events import canonical
from dashboard.ledger.reasons import reason

BUSY = "The ledger is busy: other writers held the database too long. Send the same again."
FULL = "The ledger is full: the disk of the database has no room. Free some, then send the same again."
NOT_READY = "The ledger has no tables for this version yet. Run `edgelab db upgrade`, then send the same again."
UNREADABLE = "The ledger holds a row that cannot be read. Restore the database from its backup."
SILENT = "The ledger does not answer: the database cannot be reached. Send the same again when it is back."

_SQLITE_SENTENCES = {
    sqlite3.SQLITE_BUSY: BUSY,
    sqlite3.SQLITE_LOCKED: BUSY,
    sqlite3.SQLITE_FULL: FULL,
    sqlite3.SQLITE_CORRUPT: UNREADABLE,
    sqlite3.SQLITE_NOTADB: UNREADABLE,
}
_POSTGRESQL_SENTENCES = {
    "55P03": BUSY,  # lock_not_available
    "57014": BUSY,  # query_canceled, by statement_timeout
    "40001": BUSY,  # serialization_failure
    "40P01": BUSY,  # deadlock_detected
    "53300": BUSY,  # too_many_connections
    "53100": FULL,  # disk_full
    "42P01": NOT_READY,  # undefined_table
    "42703": NOT_READY,  # undefined_column
}
# A connection that is refused has no code.
_NO_ROOM = re.compile(r"too many (clients|connections)|remaining connection slots")


class LedgerUnavailable(Exception):
    """The database did not do what was asked; the sentence says what to do. A write may be sent again as it was.

    Attributes:
        reason: why, for whoever runs the lab and not for students; without passwords.
    """

    def __init__(self, sentence: str, reason: str = "") -> None:
        super().__init__(sentence)
        self.reason = reason or sentence


class Database:
    """The ledger's database as one process sees it.

    The engine is made on first use in each process: a connection that two processes share after a fork would mix
    their answers, so a child leaves its parent's engine alone and makes its own.
    """

    def __init__(self, url: str, *, patience_s: float, pooled: bool = True) -> None:
        self._url = make_url(url)
        self._patience_s = patience_s
        self._pooled = pooled
        self._engines: dict[int, Engine] = {}  # by process; a parent's is kept so that nothing closes it
        weakref.finalize(self, _close_own, self._engines)  # Python 3.13 warns of a connection that nobody closed

    @property
    def is_sqlite(self) -> bool:
        """Whether the database is a SQLite file."""
        return self._url.get_backend_name() == "sqlite"

    @property
    def engine(self) -> Engine:
        """This process's engine."""
        process = os.getpid()
        engine = self._engines.get(process)
        if engine is None:  # two threads may both get here; neither engine has connected yet, and one is kept
            engine = self._engines.setdefault(process, self._make_engine())
        return engine

    def _make_engine(self) -> Engine:
        # Students' answers stay out of tracebacks, and what is stored is the text that was hashed.
        options: dict[str, Any] = {"hide_parameters": True, "json_serializer": canonical}
        if not self._pooled:
            options["poolclass"] = NullPool
        else:
            options["pool_timeout"] = self._patience_s
        if self.is_sqlite:
            # No isolation level: the driver would begin its own, deferred transactions.
            options["connect_args"] = {"timeout": self._patience_s, "isolation_level": None}
            engine = create_engine(self._url, **options)
            event.listen(engine, "connect", _configure_sqlite)
            event.listen(engine, "begin", _begin_sqlite)
            return engine
        options["isolation_level"] = "READ COMMITTED"
        options["pool_pre_ping"] = True  # after a restart of the server the next query works
        if self._url.get_driver_name() in ("psycopg", "psycopg2"):
            limit_ms = int(self._patience_s * 1000)
            options["connect_args"] = {"connect_timeout": max(2, round(self._patience_s)), "tcp_user_timeout": limit_ms}
        engine = create_engine(self._url, **options)
        event.listen(engine, "connect", self._configure_postgresql)
        return engine

    def _configure_postgresql(self, connection: Any, _record: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"SET statement_timeout = {int(self._patience_s * 1000)}")  # waiting for locks included
        connection.commit()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that sees one consistent state.

        Raises:
            LedgerUnavailable: the database does not answer.
        """
        with self._in_sentences(), self.engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that is committed, on disk, when the block is left; on SQLite it is alone from the start.

        Raises:
            IntegrityError: another writer was faster; nothing was written.
            LedgerUnavailable: the database does not answer; what was written may have to be sent again.
        """
        with (
            self._in_sentences(),
            self.engine.connect().execution_options(edgelab_begin="BEGIN IMMEDIATE") as connection,
            connection.begin(),
        ):
            yield connection

    def prepare_file(self) -> None:
        """Make the SQLite file, for this user's eyes only, and let its readers and its writer work side by side.

        SQLite does not wait its turn when two processes ask for the write-ahead log at once, so the waiting is done
        here; the file remembers the answer.

        Raises:
            LedgerUnavailable: the file cannot be made, or stays busy.
        """
        file = Path(self._url.database or "")
        try:
            file.touch(mode=0o600)
            if not os.access(file, os.R_OK | os.W_OK):  # SQLite would open it for reading and fail at the first write
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        except OSError as problem:
            sentence = FULL if problem.errno == errno.ENOSPC else SILENT
            raise LedgerUnavailable(sentence, reason(problem, self._url)) from problem
        deadline = time.monotonic() + self._patience_s
        while True:
            try:
                with self._in_sentences(), self.engine.connect().execution_options(edgelab_begin="") as connection:
                    connection.exec_driver_sql("PRAGMA journal_mode = WAL")
                    return
            except LedgerUnavailable as problem:
                if str(problem) != BUSY or time.monotonic() > deadline:
                    raise
                time.sleep(0.02)

    @contextmanager
    def _in_sentences(self) -> Iterator[None]:
        try:
            yield
        except IntegrityError:
            raise
        except PoolTimeout as problem:
            raise LedgerUnavailable(BUSY, "Every connection of this process is in use.") from problem
        except DBAPIError as problem:
            raise LedgerUnavailable(_sentence(problem.orig), reason(problem.orig, self._url)) from problem
        except SQLAlchemyError as problem:
            raise LedgerUnavailable(SILENT) from problem

    def close(self) -> None:
        """Close this process's connections; the next use makes new ones."""
        _close_own(self._engines)


def _close_own(engines: dict[int, Engine]) -> None:
    engine = engines.pop(os.getpid(), None)
    if engine is not None:
        engine.dispose()


def _configure_sqlite(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA synchronous = FULL")  # a commit is on the disk, not only with the operating system
    cursor.execute("PRAGMA secure_delete = ON")  # what is erased is overwritten, not only out of reach
    cursor.execute("PRAGMA recursive_triggers = ON")  # INSERT OR REPLACE may not delete past the trigger
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    # A deferred transaction that writes later fails at once when another writer came between; an immediate one waits
    # its turn before it reads.
    statement = connection.get_execution_options().get("edgelab_begin", "BEGIN")
    if statement:
        connection.exec_driver_sql(statement)


def _sentence(cause: BaseException | None) -> str:
    if isinstance(cause, sqlite3.Error):
        if "no such table" in str(cause) or "no such column" in str(cause):
            return NOT_READY
        # The low byte is the kind of error, the rest says which of it.
        return _SQLITE_SENTENCES.get(getattr(cause, "sqlite_errorcode", 0) & 0xFF, SILENT)
    code = getattr(cause, "sqlstate", None) or getattr(cause, "pgcode", None)
    if code is None and _NO_ROOM.search(str(cause)):
        return BUSY
    return _POSTGRESQL_SENTENCES.get(code or "", SILENT)
