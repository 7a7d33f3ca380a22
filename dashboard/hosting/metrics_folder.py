"""The folder in which the workers of one server count, emptied of what servers that have ended left behind.

It lies in memory where there is some (/dev/shm). Workers write to files that are mapped into memory, and such a write
ends a process when the disk below is full: a full disk would stop the lab, which can still answer all that stores
nothing.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dashboard.settings import SettingsError

FOLDER = "PROMETHEUS_MULTIPROC_DIR"  # prometheus_client's own; it reads it when it is imported
MEMORY = Path("/dev/shm")
_LOCK = "lock"
_PREFIX = "edgelab-metrics-"


def open_metrics_folder(data_dir: Path, *, memory: Path = MEMORY) -> Path:
    """Make the folder of this server, and let prometheus_client find it there; once, however often it is asked.

    It is this server's until the last of its processes has ended, in whatever way: they hold its lock together. A
    server that takes over another's socket (USR2) makes one of its own, though it inherits the variable.

    Raises:
        SettingsError: neither memory nor the data directory can be written.
    """
    mark = f"{_PREFIX}{os.getpid()}-"
    given = os.environ.get(FOLDER, "")
    if Path(given).name.startswith(mark) and Path(given).is_dir():
        return Path(given)
    place = memory if os.access(memory, os.W_OK | os.X_OK) else data_dir / "cache"
    try:
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        _remove_left(place)
        folder = _made(place, mark)
    except OSError as problem:
        raise SettingsError(
            f"{place} cannot be written, in which the workers count for /_metrics ({problem.strerror}); set "
            "EDGELAB_DATA_DIR to a folder that this user may write"
        ) from None
    os.environ[FOLDER] = str(folder)
    return folder


def remove_metrics_folder() -> None:
    """Remove the folder of this server, of which no other process is left."""
    given = Path(os.environ.get(FOLDER, ""))
    if given.name.startswith(f"{_PREFIX}{os.getpid()}-"):
        shutil.rmtree(given, ignore_errors=True)


def _made(place: Path, mark: str) -> Path:
    while True:
        folder = Path(tempfile.mkdtemp(prefix=mark, dir=place))
        lock = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)  # stays open, and is inherited by a fork alone
        fcntl.flock(lock, fcntl.LOCK_SH)
        if folder.is_dir():  # else a server that started in this moment took it for one that is left
            return folder
        os.close(lock)


def _remove_left(place: Path) -> None:
    for folder in place.glob(f"{_PREFIX}*"):
        with _is_left(folder) as is_left:
            if is_left:
                shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _is_left(folder: Path) -> Iterator[bool]:
    """Give whether no process counts in a folder of this user any more, and keep others from it meanwhile."""
    try:
        if folder.stat().st_uid != os.geteuid():
            yield False
            return
        lock = os.open(folder / _LOCK, os.O_RDWR)
    except OSError:  # another user's, gone by now, or made in this moment
        yield False
        return
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        yield False
    else:
        yield True
    finally:
        os.close(lock)
