"""The places of a host: as many files as jobs may run at a time, each locked by the process that runs one."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

SLOTS = 2  # jobs at a time on a host


class Slots:
    """The lock files of one folder.

    The kernel holds each lock for an open file: whoever inherits the file holds the lock, and it is free as soon as the
    last such process has ended, in whatever way. So a lock can be handed to a process that has not started yet.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def take(self, slot: int) -> int | None:
        """Return the open file that holds a slot, which the caller closes or hands on; None where it is taken.

        Raises:
            OSError: the file cannot be made or locked.
        """
        descriptor = os.open(self._folder / f"slot-{slot}.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return None
        except OSError:
            os.close(descriptor)
            raise
        return descriptor

    def is_free(self, slot: int) -> bool:
        """Whether no process holds a slot."""
        descriptor = self.take(slot)
        if descriptor is None:
            return False
        os.close(descriptor)
        return True
