"""How often one student, or one address, may ask for something: counted for all workers, with the time to wait said.

A student is counted by the identity of the cookie. An address is counted only where there is no identity yet, and
generously, since a lecture hall shares one. A limit bounds how many requests there are; how many events a student may
store is a bound of the ledger (``dashboard.ledger.store``).
"""

from __future__ import annotations

import hashlib
import logging
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from flask import Flask, request
from limits import RateLimitItemPerSecond
from limits.storage import Storage, storage_from_string
from limits.strategies import FixedWindowRateLimiter

from dashboard.ledger import identity
from dashboard.settings import Settings
from dashboard.web import ids
from dashboard.web.limit_store import HostStore
from dashboard.web.request_checks import RequestRefused

SILENT_S = 30.0  # how long a store that failed is not asked again
REDIS_PATIENCE_S = 0.5  # for a connection, and for an answer

_log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A limit.

    Attributes:
        name: under which it is counted. most: how many within the span. span_s: in seconds, from the first one on.
        sentence: what is said when it is met; {most} and {wait} stand for the number and for the time to wait.
    """

    name: str
    most: int
    span_s: int
    sentence: str

    @cached_property
    def item(self) -> RateLimitItemPerSecond:
        """The limit as the library has it."""
        return RateLimitItemPerSecond(self.most, self.span_s, namespace=f"edgelab/{self.name}")


# A hand on a slider sends at most one request for each answer, some ten a second.
REQUESTS = Rule(
    name="requests",
    most=1200,
    span_s=60,
    sentence="{most} requests came from you within a minute, which is all that one student may send. What you entered "
    "is kept; it goes on in {wait}.",
)
# A track at full speed has some 300 within an hour; what was kept without a connection is sent at once.
WRITES = Rule(
    name="writes",
    most=120,
    span_s=60,
    sentence="{most} entries came from you within a minute, which is all that one student may save. What you entered "
    "is kept here and can be saved in {wait}.",
)
OPINIONS = Rule(
    name="opinions",
    most=20,
    span_s=60,
    sentence="You asked for {most} second opinions within a minute, which is all that one student may ask for; ask "
    "again in {wait}.",
)
# Three hundred students behind one address, each of whom opens the lab five times before the cookie is there.
IDENTITIES = Rule(
    name="identities",
    most=1500,
    span_s=60,
    sentence="{most} new students came from your address within a minute, which is all that one address may bring. "
    "Keep this page open; it loads again by itself in {wait}.",
)
# A code has 128 random bits: this spares the database, nobody finds one by guessing.
WRONG_CODES = Rule(
    name="wrong_codes",
    most=60,
    span_s=600,
    sentence="{most} codes that nobody has came from this address within ten minutes. Enter the words as they were "
    "written down in {wait}.",
)


class LimitMet(RequestRefused):
    """One has done all that a limit allows; the sentence and the header say how long to wait."""

    def __init__(self, sentence: str, *, wait_s: int) -> None:
        super().__init__(sentence, code=429)
        self.wait_s = wait_s

    def get_headers(self, *arguments: object, **named: object) -> list[tuple[str, str]]:
        """Return the headers of the answer."""
        return [*super().get_headers(*arguments, **named), ("Retry-After", str(self.wait_s))]  # type: ignore[arg-type]


class RateLimits:
    """The limits of one lab.

    A store that fails stops nothing: for half a minute nothing is counted, which one line in the log says, and then it
    is asked again.

    Args:
        store: where is counted; None for no limits at all. key: makes of a student or an address what the store has of
            them. clock: of seconds, for tests.
    """

    def __init__(self, store: Storage | None, *, key: str = "", clock: Callable[[], float] = time.monotonic) -> None:
        self._limiter = None if store is None else FixedWindowRateLimiter(store)
        self._key = hashlib.sha256(key.encode()).digest()
        self._clock = clock
        self._silent_until: float | None = None

    def count(self, rule: Rule, who: str) -> None:
        """Count one more.

        Raises:
            LimitMet: there were as many as the rule allows already.
        """
        self._ask(rule, who, lambda limiter, item, name: limiter.hit(item, name))

    def check(self, rule: Rule, who: str) -> None:
        """Count nothing, and refuse what could not be counted.

        Raises:
            LimitMet: there were as many as the rule allows already.
        """
        self._ask(rule, who, lambda limiter, item, name: limiter.test(item, name))

    def _ask(
        self, rule: Rule, who: str, ask: Callable[[FixedWindowRateLimiter, RateLimitItemPerSecond, str], bool]
    ) -> None:
        if self._limiter is None or (self._silent_until is not None and self._clock() < self._silent_until):
            return
        item, name = rule.item, self._name(who)
        try:
            may = ask(self._limiter, item, name)
            ends = 0.0 if may else self._limiter.get_window_stats(item, name).reset_time
        except Exception as problem:  # each store has its own
            if self._silent_until is None:
                _log.warning(
                    "edgelab: limits are not counted, since their store does not answer (%s); the lab goes on without, "
                    "and asks again every %d s",
                    " ".join(str(problem).split()) or type(problem).__name__,
                    SILENT_S,
                )
            self._silent_until = self._clock() + SILENT_S
            return
        if self._silent_until is not None:
            self._silent_until = None
            _log.warning("edgelab: limits are counted again")
        if not may:
            wait_s = min(max(1, math.ceil(ends - time.time())), rule.span_s)
            raise LimitMet(rule.sentence.format(most=f"{rule.most:,}", wait=_in_words(wait_s)), wait_s=wait_s)

    def _name(self, who: str) -> str:
        return hashlib.blake2b(who.encode(), key=self._key, digest_size=12).hexdigest()


def _in_words(seconds: int) -> str:
    if seconds < 90:
        return "1 second" if seconds == 1 else f"{seconds} seconds"
    return f"{math.ceil(seconds / 60)} minutes"


def open_store(settings: Settings) -> Storage | None:
    """Return where a lab counts: a file that its workers share, Redis for several hosts, or None for no limits.

    Nothing is opened before the first count.
    """
    if settings.limits_store == "none":
        return None
    if settings.limits_store == "host":
        return HostStore(settings.cache_dir / "limits.sqlite3")
    patience = {"socket_connect_timeout": REDIS_PATIENCE_S, "socket_timeout": REDIS_PATIENCE_S}
    store: Storage = storage_from_string(settings.limits_store, **patience)  # type: ignore[assignment]
    return store


def install(server: Flask, limits: RateLimits, *, prefix: str) -> None:
    """Count the requests of a server: of a student all that are computed and all forms, of an address new students.

    Called after the checks of requests, so that what is refused anyway is not counted.
    """
    update, forms = f"{prefix}{ids.UPDATE}", f"{prefix}ledger/"

    @server.before_request
    def count() -> None:
        if request.method == "POST":
            student = identity.current_student()
            if student is not None and request.path == update:
                limits.count(REQUESTS, student)
            elif student is not None and request.path.startswith(forms):
                limits.count(WRITES, student)
        elif request.method == "GET" and identity.is_page_path() and identity.current_student() is None:
            limits.count(IDENTITIES, request.remote_addr or "")
