"""The process from which those of plugins are made: it has the lab's own modules loaded, and forks for each file.

    python -m tracks.loading.isolation.server DESCRIPTOR MODULE...

It has one thread and never runs a plugin itself. Its socket is the lab's: when that closes, it ends with all that it
has made.
"""

from __future__ import annotations

import importlib
import os
import select
import signal
import socket
import sys
from collections.abc import Sequence
from contextlib import suppress

from tracks.loading.isolation.hosting import host
from tracks.loading.isolation.link import Link

IDLE_S = 600.0
FORK, END = b"F", b"E"


def serve(orders: socket.socket) -> None:
    """Fork and end processes as the lab asks, until it ends, or nothing was asked for and nothing runs."""
    children = _Children()
    while True:
        if not select.select([orders], [], [], IDLE_S)[0]:
            children.look()
            if children.running:
                continue
            return
        message, descriptors, _, _ = socket.recv_fds(orders, 64, 1)
        if not message:
            break
        if message[:1] == FORK:
            pid = os.fork()
            if pid == 0:
                orders.close()
                _become(Link(socket.socket(fileno=descriptors[0])))
            os.close(descriptors[0])
            children.add(pid)
            orders.sendall(f"{pid}\n".encode())
        elif message[:1] == END:
            orders.sendall(f"{children.end(int(message[1:]))}\n".encode())
    for pid in list(children.running):
        children.end(pid)


class _Children:
    """The processes that were forked, and how those ended that have."""

    def __init__(self) -> None:
        self.running: set[int] = set()
        self._ended: dict[int, int] = {}

    def add(self, pid: int) -> None:
        """Add one that was forked; an earlier one may have had its id."""
        self.look()
        self.running.add(pid)
        self._ended.pop(pid, None)

    def look(self) -> None:
        """Take note of those that have ended."""
        for pid in list(self.running):
            self._wait(pid, os.WNOHANG)

    def end(self, pid: int) -> int:
        """Kill one unless it has ended, and return how it ended: its exit status, or less than 0 for a signal.

        An id is only ever used for a process of ours: one that was not waited for yet keeps its id.
        """
        if pid in self.running:
            self._wait(pid, os.WNOHANG)
        if pid in self.running:
            os.kill(pid, signal.SIGKILL)
            self._wait(pid, 0)
        return self._ended.get(pid, 0)

    def _wait(self, pid: int, options: int) -> None:
        found, status = os.waitpid(pid, options)
        if found:
            self.running.discard(pid)
            self._ended[pid] = os.waitstatus_to_exitcode(status)


def _become(link: Link) -> None:
    """Be the process of one plugin, and end without what the lab's modules do at their end."""
    status = 0
    try:
        host(link)
    except (EOFError, OSError):
        pass  # the lab has closed the link, or nobody has asked for long
    except BaseException:
        status = 1
        raise
    finally:
        with suppress(Exception):
            link.close()
        os._exit(status)


def main(arguments: Sequence[str]) -> None:
    """Load the lab's modules and serve."""
    descriptor, *modules = arguments
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    orders = socket.socket(fileno=int(descriptor))
    os.dup2(2, 1)  # whatever writes past Python goes where errors go
    for name in modules:
        importlib.import_module(name)
    serve(orders)


if __name__ == "__main__":
    main(sys.argv[1:])
