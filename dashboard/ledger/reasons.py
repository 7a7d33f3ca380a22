"""Why a database did not do what was asked, for whoever runs the lab: which part failed, and what would be right.

Students are told less (``LedgerUnavailable``). These sentences name host, user and folder, and never a password.

A server that refuses a connection says so in words alone, which it may have translated: what is not recognised here is
quoted as it was said.
"""

from __future__ import annotations

import errno
import os
import re
import sqlite3
from pathlib import Path

from sqlalchemy.engine import URL

MAX_QUOTED = 300  # characters of what a database says itself

_NEEDS_PRIVILEGE = (
    "The user {user} lacks a privilege in the database {database}: make it the owner "
    '(ALTER DATABASE "{database}" OWNER TO "{user}"), or grant it what is named here.'
)
_NEEDS_UPGRADE = "The tables are not those of this version; run: edgelab db upgrade."
_POSTGRESQL_CODES = {
    "42P01": _NEEDS_UPGRADE,  # undefined_table
    "42703": _NEEDS_UPGRADE,  # undefined_column
    "42501": _NEEDS_PRIVILEGE,  # insufficient_privilege
    "25006": "The database {database} at {place} is read-only, a standby perhaps; name the primary server.",
    "53300": "The server at {place} has no connection left: raise max_connections, or run fewer workers.",
    "53100": "The disk of the server at {place} is full; free some room there.",
    "57P03": "The server at {place} is starting or stopping; it will answer when that is done.",
    "57P01": "The server at {place} is being stopped.",
    "55P03": "Another transaction has held the table for too long.",
    "57014": "The database took longer than the lab waits for it.",
}
# A connection that is refused has no code, only words.
_POSTGRESQL_WORDS = (
    (r"password authentication failed", "The password of the user {user} is wrong, or there is no such user."),
    (r"no password supplied", "The server at {place} asks for a password of the user {user}, and the URL has none."),
    (r'database "[^"]*" does not exist', 'There is no database {database} at {place}; make it: createdb "{database}".'),
    (r'role "[^"]*" does not exist', 'There is no user {user} at {place}; make it: createuser "{user}".'),
    (r"permission denied|must be owner", _NEEDS_PRIVILEGE),
    (r"(peer|ident) authentication failed", "The server knows users of this machine by their system account, and this process does not run as {user}."),  # noqa: E501 - a sentence is one text
    (r"no pg_hba.conf entry", "The server at {place} lets the user {user} not in from this machine: pg_hba.conf has no line for it."),  # noqa: E501
    (r"not permitted to log in", "The user {user} may not log in: ALTER ROLE \"{user}\" LOGIN."),
    (r"too many clients|remaining connection slots|too many connections", _POSTGRESQL_CODES["53300"]),
    (r"is (starting up|shutting down)|in recovery mode", _POSTGRESQL_CODES["57P03"]),
    (r"(translate|resolve) host|name or service not known", "No machine is called {host}: the name has no address."),
    (r"does not support SSL", "The server at {place} has no TLS, and the URL requires it (sslmode)."),
    (r"certificate", "The certificate of the server at {place} was not accepted."),
    (r"connection refused|no such file or directory", "The server at {place} does not answer: nothing listens there."),
    (r"timeout|timed out|no route to host|unreachable", "The server at {place} does not answer: the host is not reachable from here."),  # noqa: E501
    (r"closed the connection|connection (was |is )?(lost|reset|closed|bad)|terminating connection", "The server at {place} does not answer any more: it has cut the connection."),  # noqa: E501
)  # fmt: skip


def reason(cause: BaseException | None, url: URL) -> str:
    """Return why a database failed, in a sentence and in the database's own words; "" where there is nothing to say.

    Args:
        cause: what the driver or the system raised. url: of the database.
    """
    if cause is None:
        return ""
    if isinstance(cause, sqlite3.Error):
        said = _of_sqlite(cause, Path(url.database or ""))
    elif isinstance(cause, OSError) and url.get_backend_name() == "sqlite":
        said = _of_folder(cause, Path(url.database or ""))
    else:
        said = _of_postgresql(cause, url)
    quoted = _quoted(cause, url)
    return f"{said} (It says: {quoted})" if quoted else said


def _of_postgresql(cause: BaseException, url: URL) -> str:
    host = _text(url.host or url.query.get("host") or "this machine")
    place = f"{host}:{url.port or url.query.get('port') or 5432}"
    names = {
        "host": host,
        "place": place if not host.startswith("/") else f"the socket in {host}",
        "user": url.username or url.query.get("user") or "of this process",
        "database": url.database or url.username or "of the user's name",
    }
    code = getattr(cause, "sqlstate", None) or getattr(cause, "pgcode", None)
    sentence = _POSTGRESQL_CODES.get(code or "")
    if sentence is None:
        words = str(cause)
        found = (text for pattern, text in _POSTGRESQL_WORDS if re.search(pattern, words, re.IGNORECASE))
        sentence = next(found, "The database {database} at {place} cannot be used.")
    return sentence.format(**names)


def _of_sqlite(cause: sqlite3.Error, file: Path) -> str:
    if "no such table" in str(cause) or "no such column" in str(cause):
        return _NEEDS_UPGRADE
    code = getattr(cause, "sqlite_errorcode", 0) & 0xFF  # the low byte is the kind of error
    if code == sqlite3.SQLITE_NOTADB:
        return f"{file} is no SQLite database; name another file, or restore the ledger from its copy."
    if code == sqlite3.SQLITE_CORRUPT:
        return f"{file} is damaged and cannot be read; restore the ledger from its copy: edgelab db restore."
    if code == sqlite3.SQLITE_FULL:
        return f"The disk of {file.parent} is full; free some room there."
    if code in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM):
        return _why_not_opened(file)
    if code == sqlite3.SQLITE_IOERR:
        return f"The disk of {file.parent} failed while {file.name} was read or written."
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return f"Another process has held {file} for too long."
    return f"The ledger {file} cannot be used."


def _of_folder(cause: OSError, file: Path) -> str:
    if cause.errno == errno.ENOSPC:
        return f"The disk of {file.parent} is full; free some room there."
    return _why_not_opened(file)


def _why_not_opened(file: Path) -> str:
    """Return what stands in the way of a file that SQLite could not open or write."""
    folder = file.parent
    try:
        if not folder.is_dir():
            return f"The folder {folder} of the ledger is not there."
        if file.is_dir():
            return f"{file} is a folder; name a file in it."
        if file.exists() and not os.access(file, os.R_OK | os.W_OK):
            return f"This user may not read and write the file {file}."
        if not os.access(folder, os.W_OK | os.X_OK):
            return f"The folder {folder} cannot be written by this user; SQLite keeps its journal beside {file.name}."
    except OSError as problem:
        return f"The ledger {file} cannot be looked at ({problem.strerror})."
    return f"The ledger {file} cannot be opened."


def _quoted(cause: BaseException, url: URL) -> str:
    """Return the first line of what was said, without any password of the URL.

    Further lines may hold what was to be stored.
    """
    words = cause.strerror or str(cause) if isinstance(cause, OSError) else str(cause)
    for secret in (url.password, *(value for name, value in url.query.items() if "password" in name)):
        if secret:
            words = words.replace(_text(secret), "***")
    words = next(iter(words.splitlines()), "")
    words = " ".join("".join(letter if letter.isprintable() else " " for letter in words).split())
    return words if len(words) <= MAX_QUOTED else f"{words[:MAX_QUOTED]}…"


def _text(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)
