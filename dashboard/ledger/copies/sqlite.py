"""A copy of a SQLite ledger while it is in use, and a ledger that comes back from one."""

from __future__ import annotations

import os
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy.engine import URL

from dashboard.ledger.copies.inspection import Inspection, inspect
from dashboard.ledger.migrations import upgrade

BESIDE = ("-wal", "-shm")  # what SQLite keeps beside a file that is open


class CopyRefused(Exception):
    """A copy that is not made, or not put in place; the sentence says why, and nothing was changed."""


def sqlite_url(file: Path) -> str:
    """Return the URL of a SQLite file."""
    return URL.create("sqlite", database=str(file)).render_as_string()


def back_up(ledger: Path, file: Path) -> Inspection:
    """Write one consistent state of a ledger, which may be in use, to a new file, and look at what was written.

    The file appears under its name whole, for its owner's eyes only. It is kept also where a chain does not hold: the
    ledger is then as damaged as its copy.

    Raises:
        CopyRefused: there is such a file, or it cannot be written.
        LedgerUnavailable: the ledger cannot be read.
    """
    with draft_of(file) as draft:
        _copied(ledger, draft, immutable=False)
        found = inspect_copy(draft)
        appear(draft, file)
    return found


def restore(file: Path, ledger: Path, *, replace: bool) -> tuple[Inspection, Path | None]:
    """Put a copy in the place of a ledger after looking at it, brought up to date; the copy itself stays as it is.

    Args:
        replace: keep a ledger that is there under a dated name beside the restored one; else it may only be absent or
            without any events and receipts.

    Returns:
        What was found in the copy, and where the old ledger is now, None where there was none. Where a chain of the
        copy does not hold, nothing was put in place.

    Raises:
        CopyRefused: the file is no copy of a ledger, there is a ledger already, or somebody uses it.
        LedgerUnavailable: the copy is of a newer edgelab.
    """
    if not file.is_file():
        raise CopyRefused(f"{file} is not there; name a file that edgelab db backup has written")
    filled = _settled(ledger)
    if filled and not replace:
        raise CopyRefused(
            f"{ledger} holds a ledger already; restore with --replace, which keeps it beside the restored one"
        )
    with draft_of(ledger) as draft:
        waiting = file.with_name(f"{file.name}-wal")
        _copied(file, draft, immutable=not (waiting.exists() and waiting.stat().st_size))
        if not _has_events(draft):
            raise CopyRefused(f"{file} is no copy of a ledger: it has no table of events")
        upgrade(sqlite_url(draft))
        found = inspect(sqlite_url(draft))
        _in_one_file(draft)
        if not found.holds:
            return found, None
        _settled(ledger)  # somebody may have opened it meanwhile
        kept = _put_aside(ledger) if filled else None
        if not filled:
            ledger.unlink(missing_ok=True)
        try:
            appear(draft, ledger)
        except CopyRefused:
            if kept is not None:
                kept.rename(ledger)
            raise
    return found, kept


def inspect_copy(file: Path) -> Inspection:
    """Look at a copy without changing it: one with older tables is brought up to date in a copy of its own."""
    found = inspect(sqlite_url(file))
    _in_one_file(file)
    if found.current:
        return found
    with draft_of(file) as newer:
        _copied(file, newer, immutable=True)
        upgrade(sqlite_url(newer))
        return inspect(sqlite_url(newer))


@contextmanager
def draft_of(file: Path) -> Iterator[Path]:
    """Yield an empty file beside another, for its owner's eyes only, which is gone afterwards.

    Raises:
        CopyRefused: it cannot be made or written.
    """
    draft = file.with_name(f".{file.name}.{os.getpid()}.{secrets.token_hex(4)}")
    try:
        os.close(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        yield draft
    except OSError as problem:
        raise CopyRefused(f"{file} cannot be written ({problem.strerror})") from None
    finally:
        for path in (draft, *(draft.with_name(draft.name + end) for end in BESIDE)):
            with suppress(OSError):
                path.unlink(missing_ok=True)


def appear(draft: Path, file: Path) -> None:
    """Give a finished draft its name, unless that is taken.

    Raises:
        CopyRefused: there is such a file.
    """
    descriptor = os.open(draft, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    try:
        os.link(draft, file)
    except FileExistsError:
        raise CopyRefused(f"{file} is there already and is not overwritten; name a new file") from None


def _copied(source: Path, target: Path, *, immutable: bool) -> None:
    """Copy one state of a database; one that nobody else opens is read without a file beside it."""
    way = "immutable=1" if immutable else "mode=rw"
    try:
        with (
            closing(sqlite3.connect(f"{source.absolute().as_uri()}?{way}", uri=True, timeout=30)) as old,
            closing(sqlite3.connect(target, timeout=30)) as new,
        ):
            old.backup(new)
    except sqlite3.Error as problem:
        if getattr(problem, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR):
            raise CopyRefused(f"{target.parent} has no room for the copy, or cannot be written ({problem})") from None
        raise CopyRefused(f"{source} cannot be read as a ledger ({problem})") from None
    _in_one_file(target)


def _in_one_file(file: Path) -> None:
    """Let a database be one file, without what SQLite keeps beside one that is written."""
    with closing(sqlite3.connect(file, timeout=30)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")


def _has_events(file: Path) -> bool:
    with closing(sqlite3.connect(file)) as connection:
        query = "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'events'"
        return bool(connection.execute(query).fetchone()[0])


def _settled(ledger: Path) -> bool:
    """Return whether there is a ledger with something in it, or one that cannot be read; nobody may be using it.

    Only the last connection to a file may end its write-ahead log, which is how others are noticed: those of a lab stay
    open from its first answer on. What stood in the log is in the file afterwards.

    Raises:
        CopyRefused: somebody uses it.
    """
    if not ledger.exists():
        return False
    try:
        with closing(sqlite3.connect(ledger, timeout=1)) as connection:
            connection.execute("PRAGMA journal_mode = DELETE")
            tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            held = (table for table in ("events", "erasures") if table in tables)
            return any(connection.execute(f"SELECT EXISTS (SELECT 1 FROM {table})").fetchone()[0] for table in held)
    except sqlite3.Error as problem:
        if getattr(problem, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            raise CopyRefused(f"{ledger} is in use; stop the lab first, then restore") from None
        return True


def _put_aside(ledger: Path) -> Path:
    """Give a ledger a dated name beside its own; of one that is damaged also what lies beside it."""
    kept = ledger.with_name(f"{ledger.stem}-until-{datetime.now(UTC):%Y-%m-%dT%H-%M-%SZ}{ledger.suffix}")
    os.link(ledger, kept)
    ledger.unlink()
    for end in BESIDE:
        with suppress(FileNotFoundError):
            ledger.with_name(ledger.name + end).rename(kept.with_name(kept.name + end))
    return kept
