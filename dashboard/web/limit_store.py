"""Where one host counts what its limits bound: a SQLite file that all workers share and that nobody needs a copy of."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import threading
import time
from pathlib import Path

from limits.storage import Storage

PATIENCE_S = 1.0  # for another worker's count, which takes some 20 microseconds
CLEANED_AFTER = 10_000  # counts of one connection, after which those that are over are deleted

_COUNT = """
insert into counts values (:key, :amount, :now + :expiry) on conflict (key) do update set
    count = case when until <= :now then excluded.count else count + excluded.count end,
    until = case when until <= :now then excluded.until else until end
returning count
"""


class HostStore(Storage):
    """Counts that the processes of one host share.

    A machine that stops loses some minutes of counting, so no count waits for the disk (``synchronous = off``). A
    connection belongs to one thread of one process; none is made before the first count, nor carried over a fork.

    Args:
        path: of the file; its folder is made on the first count.
    """

    STORAGE_SCHEME = None

    def __init__(self, path: Path) -> None:
        self._path = path
        self._own = threading.local()
        super().__init__()

    @property
    def base_exceptions(self) -> tuple[type[Exception], ...]:
        """What a file that cannot be used raises."""
        return (sqlite3.Error, OSError)

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Add to a count and return it; one whose time is over begins anew."""
        connection = self._connection()
        now = time.time()
        asked = {"key": key, "amount": amount, "now": now, "expiry": expiry}
        ((count,),) = connection.execute(_COUNT, asked).fetchall()
        self._own.left -= 1
        if self._own.left <= 0:
            self._own.left = CLEANED_AFTER
            connection.execute("delete from counts where until <= ?", (now,))
        return int(count)

    def get(self, key: str) -> int:
        """Return a count, 0 without one."""
        row = self._row(key)
        return row[0] if row else 0

    def get_expiry(self, key: str) -> float:
        """Return when a count is over, in seconds since the epoch; now without one."""
        row = self._row(key)
        return row[1] if row else time.time()

    def check(self) -> bool:
        """Whether the file can be used."""
        try:
            self._row("")
        except self.base_exceptions:
            return False
        return True

    def reset(self) -> int:
        """Forget every count and return how many there were."""
        return self._connection().execute("delete from counts").rowcount

    def clear(self, key: str) -> None:
        """Forget a count."""
        self._connection().execute("delete from counts where key = ?", (key,))

    def _row(self, key: str) -> tuple[int, float] | None:
        query = "select count, until from counts where key = ? and until > ?"
        found: tuple[int, float] | None = self._connection().execute(query, (key, time.time())).fetchone()
        return found

    def _connection(self) -> sqlite3.Connection:
        if getattr(self._own, "process", None) != os.getpid():
            self._own.connection, self._own.left = _opened(self._path), CLEANED_AFTER
            self._own.process = os.getpid()
        connection: sqlite3.Connection = self._own.connection
        return connection


def _opened(path: Path) -> sqlite3.Connection:
    """Return a connection to the file, made with its table where it is missing."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    connection = sqlite3.connect(path, timeout=PATIENCE_S, isolation_level=None, check_same_thread=False)
    try:
        with contextlib.suppress(OSError):
            path.chmod(0o600)
        connection.execute("pragma journal_mode = wal")
        connection.execute("pragma synchronous = off")
        connection.execute(
            "create table if not exists counts (key text primary key, count integer not null, until real not null) "
            "without rowid"
        )
        connection.execute("delete from counts where until <= ?", (time.time(),))
    except BaseException:
        connection.close()
        raise
    return connection
