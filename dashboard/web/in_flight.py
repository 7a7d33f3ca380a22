"""Which callback requests a worker answers now: work for a page at rest gives way to those that somebody waits for."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask, request

from dashboard.web import ids
from tracks.common.cache import cancelled_when

COUNTED = "edgelab.in_flight"
MOST_AT_REST = 2  # of a worker's threads; the others stay free for what is quick
MOST_PUT_OFF = 1  # times that one state is put off: each time costs a preview more, which a full lab has not to spare


class InFlight:
    """The callback requests that one process is answering."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._all = self._at_rest = 0

    def install(self, server: Flask) -> None:
        """Count the callback requests of a server from their arrival to their end."""

        def arrives() -> None:
            if request.path.endswith(f"/{ids.UPDATE}"):
                request.environ[COUNTED] = True
                with self._lock:
                    self._all += 1

        def ends(_problem: BaseException | None) -> None:
            if request.environ.pop(COUNTED, False):
                with self._lock:
                    self._all -= 1

        server.before_request(arrives)
        server.teardown_request(ends)

    def _is_waited_for(self) -> bool:
        return self._all > self._at_rest

    @contextmanager
    def giving_way(self) -> Iterator[None]:
        """Compute within for a page at rest, on behalf of one request.

        Raises:
            Cancelled: another request came that is not for a page at rest, or as many of these are computed as may be.
        """
        with self._lock:
            is_one_too_many = self._at_rest >= MOST_AT_REST
            self._at_rest += 1
        try:
            with cancelled_when(lambda: is_one_too_many or self._is_waited_for()):
                yield
        finally:
            with self._lock:
                self._at_rest -= 1
