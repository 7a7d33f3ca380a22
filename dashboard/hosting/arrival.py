"""gunicorn's threaded worker, which reads a request before a thread has it.

A thread of gunicorn's own ``gthread`` reads headers and body itself and waits for as long as a client takes to send
them. Eight clients that send a byte a second then hold every thread of two workers. Here the worker's main loop, which
waits for all connections at once, collects what arrives; a thread gets a request that is there as a whole.
"""

from __future__ import annotations

import json
import socket
import time
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from selectors import EVENT_READ
from typing import Any

from gunicorn.workers.gthread import ThreadWorker  # type: ignore[import-untyped]

READ_AHEAD = 64 * 1024  # bytes of one request; the largest that a page sends in ordinary work takes 19,000
REQUEST_S = 10.0  # from a request's first byte to its last
CLOSING_S = 2.0  # how long a client may take to close a connection that the worker has closed
STREAMS = 1  # threads of a worker that read a request themselves, because it is larger or does not say how large it is

_SENTENCE = f"The request did not arrive within {REQUEST_S:.0f} seconds; send it again."
_BODY = json.dumps({"error": _SENTENCE}).encode()
_TOO_SLOW = (
    b"HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Type: application/json\r\n"
    b"Content-Length: %d\r\n\r\n%b" % (len(_BODY), _BODY)
)


def request_size(received: bytes | bytearray) -> int | None:
    """Return the bytes that the first request in ``received`` takes, headers and body together.

    None while its headers are not all there. 0 where only gunicorn's parser can tell, which refuses what is malformed:
    chunks, a client that waits to be told to continue, lengths that contradict each other, lines without CR.

    >>> request_size(b"POST / HTTP/1.1\\r\\nContent-Length: 3\\r\\n\\r\\n")
    41
    >>> request_size(b"POST / HTTP/1.1\\r\\nContent-Le") is None
    True
    """
    end = received.find(b"\r\n\r\n")
    head = bytes(received[: end if end >= 0 else len(received)])
    if head.count(b"\n") != head.count(b"\r\n") or end == 0:
        return 0
    if end < 0:
        return None
    length: bytes | None = None
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        name, value = name.strip().lower(), value.strip()
        if name in (b"transfer-encoding", b"expect"):
            return 0
        if name == b"content-length":
            if length is not None or not value.isdigit() or len(value) > 15:
                return 0
            length = value
    return end + 4 + int(length or 0)


@dataclass(slots=True)
class _Arrival:
    """What has come of a request so far, and until when the rest has to be there."""

    received: bytearray
    deadline: float
    size: int | None = None
    is_watched: bool = False  # whether the poller tells of more


class BufferingWorker(ThreadWorker):  # type: ignore[misc] # gunicorn is not typed
    """A threaded worker whose threads are given whole requests.

    A request of up to ``READ_AHEAD`` bytes has ``REQUEST_S`` to arrive and costs no thread meanwhile; then it is
    answered 408. What is larger, or does not say how large it is, is read by ``STREAMS`` threads at a time, and its
    connection is closed for reading after ``REQUEST_S``. A connection on which nothing was sent is closed without an
    answer after gunicorn's ``keepalive``. TLS, which is the proxy's matter, is left to gunicorn.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._arriving: dict[Any, _Arrival] = {}
        self._streams: dict[Any, float] = {}  # connections that a thread reads, each with its deadline
        self._closing: dict[Any, float] = {}
        self._waiting: deque[Any] = deque()  # connections for which no such thread is free

    def enqueue_req(self, conn: Any) -> None:
        """Collect the next request of a connection, then give it to a thread; called by gunicorn's main loop."""
        if self.cfg.is_ssl:
            super().enqueue_req(conn)
            return
        conn.init()
        conn.sock.setblocking(False)
        pipelined = bytearray(conn.parser.unreader.take_buffered())
        patience = REQUEST_S if pipelined else self.cfg.keepalive
        self._arriving[conn] = _Arrival(pipelined, time.monotonic() + patience)
        self._receive(conn)

    def _receive(self, conn: Any, *_: Any) -> None:
        arrival = self._arriving[conn]
        try:
            more = conn.sock.recv(READ_AHEAD)
        except BlockingIOError:
            more = None
        except OSError:
            more = b""
        if more:
            if not arrival.received:
                arrival.deadline = time.monotonic() + REQUEST_S
            arrival.received += more
        if arrival.size is None:
            arrival.size = request_size(arrival.received)
        size, there = arrival.size, len(arrival.received)
        if more == b"" and not arrival.received:
            self._drop(conn)
        elif more == b"" or (size and there >= size):
            self._forget(conn)
            self._hand_over(conn, arrival)
        elif size == 0 or max(size or 0, there) > READ_AHEAD:
            self._forget(conn)
            conn.parser.unreader.unread(bytes(arrival.received))
            self._waiting.append(conn)
            self._start_streams()
        elif not arrival.is_watched:
            arrival.is_watched = True
            self.poller.register(conn.sock, EVENT_READ, partial(self._receive, conn))

    def _hand_over(self, conn: Any, arrival: _Arrival) -> None:
        conn.parser.unreader.unread(bytes(arrival.received))
        super().enqueue_req(conn)

    def _start_streams(self) -> None:
        while self._waiting and len(self._streams) < STREAMS:
            conn = self._waiting.popleft()
            self._streams[conn] = time.monotonic() + REQUEST_S
            super().enqueue_req(conn)

    def finish_request(self, conn: Any, fs: Any) -> None:
        """Let the next request that a thread has to read begin, where this was one, and close what is to be closed.

        gunicorn would wait up to two seconds in this loop, and so with all connections, for the client to close, too.
        """
        if self._streams.pop(conn, None) is not None:
            self._start_streams()
        if self.cfg.is_ssl or fs.cancelled() or fs.exception() is not None or fs.result() is not False:
            super().finish_request(conn, fs)
        else:
            self._close_gently(conn)

    def _close_gently(self, conn: Any) -> None:
        """Close a connection once the client has, or after ``CLOSING_S``: until then its last answer is on the way."""
        try:
            conn.sock.setblocking(False)
            conn.sock.shutdown(socket.SHUT_WR)
            self.poller.register(conn.sock, EVENT_READ, partial(self._drain, conn))
        except (OSError, ValueError):  # the client has closed it
            self._close(conn)
        else:
            self._closing[conn] = time.monotonic() + CLOSING_S

    def _drain(self, conn: Any, *_: Any) -> None:
        try:
            is_over = not conn.sock.recv(READ_AHEAD)
        except BlockingIOError:
            is_over = False
        except OSError:
            is_over = True
        if is_over:
            self._end_closing(conn)

    def _end_closing(self, conn: Any) -> None:
        del self._closing[conn]
        self.poller.unregister(conn.sock)
        self._close(conn)

    def _close(self, conn: Any) -> None:
        self.nr_conns -= 1
        conn.close()

    def murder_pending(self) -> None:
        """End what has had its time; gunicorn's main loop calls this about once a second, while it stops, too."""
        super().murder_pending()
        now = time.monotonic()
        for conn in [conn for conn, arrival in self._arriving.items() if arrival.deadline <= now]:
            self._drop(conn, _TOO_SLOW if self._arriving[conn].received else b"")
        for conn in [conn for conn, deadline in self._streams.items() if deadline <= now]:
            # The thread's next read finds the end of the request; an answer can still be sent.
            with suppress(OSError):
                conn.sock.shutdown(socket.SHUT_RD)
        for conn in [conn for conn, deadline in self._closing.items() if deadline <= now]:
            self._end_closing(conn)

    def _cap_keepalive(self, deadline: float) -> None:
        super()._cap_keepalive(deadline)
        for arrival in self._arriving.values():
            if not arrival.received:
                arrival.deadline = min(arrival.deadline, deadline)

    def _forget(self, conn: Any) -> None:
        if self._arriving.pop(conn).is_watched:
            self.poller.unregister(conn.sock)

    def _drop(self, conn: Any, answer: bytes = b"") -> None:
        self._forget(conn)
        if not answer:
            self._close(conn)
            return
        self.log.info("A request did not arrive within %.0f s and was answered 408.", REQUEST_S)
        with suppress(OSError):
            conn.sock.send(answer)
        self._close_gently(conn)
