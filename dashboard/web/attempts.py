"""How often an address may be wrong: counted in this process, within a span of time."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from threading import Lock

REMEMBERED = 10_000  # addresses; the one that was wrong longest ago is forgotten first


class Attempts:
    """Wrong attempts by address; right ones are not counted.

    Args:
        most: wrong attempts of one address within the span. span_s: in seconds. clock: of seconds, for tests.
    """

    def __init__(self, *, most: int, span_s: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._most, self._span_s, self._clock = most, span_s, clock
        self._wrong: OrderedDict[str, list[float]] = OrderedDict()
        self._lock = Lock()

    def may_try(self, address: str) -> bool:
        """Whether an address was wrong less often than it may."""
        with self._lock:
            return len(self._recent(address)) < self._most

    def was_wrong(self, address: str) -> None:
        """Count a wrong attempt of an address."""
        with self._lock:
            self._wrong[address] = [*self._recent(address), self._clock()]
            self._wrong.move_to_end(address)
            while len(self._wrong) > REMEMBERED:
                self._wrong.popitem(last=False)

    def _recent(self, address: str) -> list[float]:
        since = self._clock() - self._span_s
        return [moment for moment in self._wrong.get(address, ()) if moment > since]
