"""Results of pure functions, kept in a folder that every process of a host shares, bounded in bytes.

Behind the folder may stand a store that several hosts share (``shared``): what it has is kept in the folder, too.

A result is found by its function's name, the arguments and the version of the model (``version``). Whatever is wrong
with the folder costs time and nothing else: it is said once in the log, and results are computed.
"""

from __future__ import annotations

import hashlib
import logging
import os
import pickle
import sqlite3
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import fields, is_dataclass
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec, Protocol, TypeVar

from diskcache import Cache, Timeout

from tracks.common.cache.cancellation import check_cancelled
from tracks.common.cache.version import model_version

P = ParamSpec("P")
R = TypeVar("R")

MISSING = object()
_CHECK = 16  # bytes before a result that say whether it is whole
_INLINE = 2**20  # bytes up to which a result is a row of the database, and not a file of its own
_WAIT_S = 1.0  # for another process that is writing, before a result is not kept
_LOG = logging.getLogger(__name__)


# What is told of each look-up, True where a result was found; whoever wants to know sets it in a context of its own.
LOOKED_UP: ContextVar[Callable[[bool], None] | None] = ContextVar("looked_up", default=None)


class Unusable(OSError):
    """A folder in which nothing can be kept; the text says why."""


class Results:
    """The results in one folder.

    Args:
        folder: made if it is missing, for this user alone. max_bytes: on disk; what was stored longest ago goes first.

    Raises:
        Unusable: the folder cannot be written, or somebody else could write it.
    """

    def __init__(self, folder: Path, max_bytes: int) -> None:
        self.folder, self.max_bytes = folder, max_bytes
        self._usable = self._writable = True
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            _check_own(folder)
            # Nothing is written when a result is read, and no file is mapped into memory, where a damaged one would
            # end the process.
            self._cache = Cache(
                str(folder), timeout=_WAIT_S, size_limit=max_bytes, eviction_policy="least-recently-stored",
                disk_min_file_size=_INLINE, sqlite_mmap_size=0, sqlite_cache_size=512,
            )  # fmt: skip
        except (OSError, sqlite3.Error, Timeout) as problem:
            raise Unusable(str(problem)) from None

    def get(self, key: str) -> Any:
        """Return the result of a key, or ``MISSING`` where there is none that is whole."""
        if not self._usable:
            return MISSING
        try:
            stored = self._cache.get(key)
        except (OSError, sqlite3.Error, Timeout) as problem:
            self._usable = False
            _say(self.folder, problem)
            return MISSING
        if not isinstance(stored, bytes) or stored[:_CHECK] != _check(key, stored[_CHECK:]):
            return MISSING
        return pickle.loads(stored[_CHECK:])

    def put(self, key: str, result: Any) -> None:
        """Keep a result, unless the folder cannot be written now."""
        if not (self._usable and self._writable):
            return
        content = pickle.dumps(result, protocol=pickle.HIGHEST_PROTOCOL)
        try:
            self._cache.set(key, _check(key, content) + content)
        except Timeout:
            return  # others write; the next process that needs it keeps it
        except (OSError, sqlite3.Error) as problem:
            self._writable = False
            _say(self.folder, problem)

    def count(self) -> int:
        """Return how many results are kept."""
        return len(self._cache)

    def size(self) -> int:
        """Return how much they take on disk [B]."""
        return int(self._cache.volume())

    def clear(self) -> None:
        """Forget every result."""
        self._cache.clear()

    def close(self) -> None:
        """Close what this thread has open; it is opened again when it is needed."""
        self._cache.close()


def _check_own(folder: Path) -> None:
    """Refuse a folder that another user made or may write, for results are read with pickle."""
    if os.name != "posix":
        return
    found = folder.stat()
    if found.st_uid != os.geteuid():
        raise Unusable("it belongs to another user")
    if stat.S_IMODE(found.st_mode) & 0o022:
        raise Unusable(f"others on this machine may write it; run chmod 700 '{folder}'")


def _check(key: str, content: bytes) -> bytes:
    return hashlib.blake2b(key.encode() + content, digest_size=_CHECK).digest()


def _say(folder: Path, problem: BaseException) -> None:
    _LOG.warning("results cannot be kept in %s (%s): they are computed anew; the lab answers the same", folder, problem)


# --- the folder of this process ---------------------------------------------------------------------------------------


class Store(Protocol):
    """Where results are found and kept by their keys; a fault in it is its own matter."""

    def get(self, key: str) -> Any:
        """Return the result of a key, or ``MISSING``."""

    def put(self, key: str, result: Any) -> object:
        """Keep a result if that can be done."""


class _Process:
    """What this process uses, chosen once at its start: its folder, and what several hosts share."""

    results: Results | None = None
    shared: Store | None = None

    @classmethod
    def is_keeping(cls) -> bool:
        return cls.results is not None or cls.shared is not None

    @classmethod
    def get(cls, key: str) -> Any:
        found: Any = MISSING if cls.results is None else cls.results.get(key)
        if found is MISSING and cls.shared is not None:
            found = cls.shared.get(key)
            if found is not MISSING and cls.results is not None:
                cls.results.put(key, found)
        return found

    @classmethod
    def put(cls, key: str, result: Any) -> None:
        if cls.results is not None:
            cls.results.put(key, result)
        if cls.shared is not None:
            cls.shared.put(key, result)


def open_folder(folder: Path, max_bytes: int) -> None:
    """Keep results in a folder from now on, in this process and those that it forks; 0 bytes keep none.

    A folder that is open already stays the one that is used.
    """
    if _Process.results is not None or max_bytes <= 0:
        return
    try:
        _Process.results = Results(folder, max_bytes)
    except Unusable as problem:
        _say(folder, problem)


def share(store: Store) -> None:
    """Share results with other hosts from now on, in this process and those that it forks."""
    _Process.shared = store


def shared_store() -> Store | None:
    """Return what this process shares with other hosts, or None."""
    return _Process.shared


def close() -> None:
    """Keep no results from now on in this process."""
    opened, _Process.results = _Process.results, None
    _Process.shared = None
    if opened is not None:
        opened.close()


def opened_folder() -> tuple[Path, int] | None:
    """Return the folder that this process uses and its bound in bytes, or None."""
    opened = _Process.results
    return None if opened is None else (opened.folder, opened.max_bytes)


@contextmanager
def switched_off() -> Iterator[None]:
    """Compute everything within, and keep nothing of it: for what measures or tests the computation itself."""
    opened, _Process.results = _Process.results, None
    shared, _Process.shared = _Process.shared, None
    try:
        yield
    finally:
        _Process.results, _Process.shared = opened, shared


def _close_before_a_fork() -> None:
    """Leave no connection open that two processes would share."""
    if _Process.results is not None:
        _Process.results.close()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_close_before_a_fork)


# --- functions --------------------------------------------------------------------------------------------------------


def cached_on_disk(function: Callable[P, R]) -> Callable[P, R]:
    """Keep what a pure function returns, for every process of the host.

    Its arguments are numbers, texts, None, and tuples and frozen dataclasses of such; called with others it is
    computed. What it returns is not changed by anyone, and its arrays are read-only.

    What has to be computed is so only where it is not cancelled (``cancelled_when``).
    """
    name = f"{function.__module__}.{function.__qualname__}"

    @wraps(function)
    def cached(*args: P.args, **kwargs: P.kwargs) -> R:
        key = key_of(name, args, kwargs) if _Process.is_keeping() else None
        found: Any = MISSING if key is None else _Process.get(key)
        if key is not None:
            _tell(found)
        if found is MISSING:
            check_cancelled()
            found = function(*args, **kwargs)
            if key is not None:
                _Process.put(key, found)
        answer: R = found
        return answer

    return cached


def _tell(found: Any) -> None:
    told = LOOKED_UP.get()
    if told is not None:
        told(found is not MISSING)


def kept(name: str, arguments: tuple[Any, ...]) -> Any:
    """Return what ``keep`` was last given under a name and plain arguments, or None where nothing is kept."""
    key = key_of(name, arguments, {}) if _Process.is_keeping() else None
    if key is None:
        return None
    found = _Process.get(key)
    _tell(found)
    return None if found is MISSING else found


def keep(name: str, arguments: tuple[Any, ...], result: Any) -> None:
    """Keep a result under a name and plain arguments, in place of what was kept there."""
    key = key_of(name, arguments, {}) if _Process.is_keeping() else None
    if key is not None:
        _Process.put(key, result)


def key_of(name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> str | None:
    """Return the key of a call, or None where an argument is not plain."""
    try:
        words = _words((args, tuple(sorted(kwargs.items()))))
    except TypeError:
        return None
    return hashlib.blake2b(f"{model_version()} {name} {words}".encode(), digest_size=20).hexdigest()


def _words(value: Any) -> str:
    """Return a text that two values have in common only if they are the same, to the last bit.

    Raises:
        TypeError: it is none of the plain kinds.
    """
    if value is None or isinstance(value, bool | int | float | str):
        return repr(value)
    if isinstance(value, tuple):
        return f"({','.join(map(_words, value))})"
    if is_dataclass(value) and not isinstance(value, type):
        parts = (f"{one.name}={_words(getattr(value, one.name))}" for one in fields(value))
        return f"{type(value).__module__}.{type(value).__qualname__}({','.join(parts)})"
    raise TypeError(type(value).__name__)
