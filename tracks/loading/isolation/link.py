"""Messages between the lab and a plugin's process: bytes with their length before them, over a pair of sockets."""

from __future__ import annotations

import socket
import struct

_LENGTH = struct.Struct("!Q")
_CHUNK = 1 << 20


class Link:
    """One end of a connection.

    Args:
        end: a connected socket, which is closed with the link.
    """

    def __init__(self, end: socket.socket) -> None:
        self._end = end

    def send(self, message: bytes) -> None:
        """Send a message.

        Raises:
            OSError: the other end is closed.
        """
        self._end.settimeout(None)
        self._end.sendall(_LENGTH.pack(len(message)) + message)

    def receive(self, limit_s: float) -> bytes:
        """Return the next message.

        Raises:
            TimeoutError: there is none within the limit. EOFError, OSError: the other end is closed.
        """
        self._end.settimeout(max(limit_s, 1e-3))
        head = self._read(_LENGTH.size)
        return self._read(*_LENGTH.unpack(head))

    def _read(self, size: int) -> bytes:
        first = self._end.recv(min(size, _CHUNK))
        if len(first) == size:
            return first
        parts, left = [first], size - len(first)
        while left and parts[-1]:
            parts.append(self._end.recv(min(left, _CHUNK)))
            left -= len(parts[-1])
        if left:
            raise EOFError
        return b"".join(parts)

    def close(self) -> None:
        """Close this end."""
        self._end.close()
