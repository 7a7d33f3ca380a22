"""What is known of each request while it is answered, for the metrics and the log: never what it holds."""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from flask import Flask, request
from structlog.contextvars import bind_contextvars, reset_contextvars

from dashboard.web import ids
from tracks.api.bench import Bench
from tracks.api.controls import Value
from tracks.api.outcome import Outcome
from tracks.api.track import Track
from tracks.common.cache import LOOKED_UP

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

ID_HEADER = "X-Request-ID"
_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
# Of a refusal that does not say its reason itself.
_REASONS = {
    400: "malformed",
    403: "forbidden",
    404: "unknown_address",
    405: "method",
    413: "too_large",
    415: "content_type",
    422: "unfit",
    429: "limit",
    503: "unavailable",
}


@dataclass(kw_only=True, slots=True)
class Record:
    """One request as the metrics and the log know it.

    Attributes:
        id: goes through the log and back to the client. method: of HTTP, "other" where it has no name here.
        route: the kind of address (``ROUTES``). status: of the answer. seconds: until the answer was made.
        track, bench: ids of what was asked about, "" where nothing was. reason: of a refusal, a word.
        detail: for whoever runs the lab, why a request could not be answered.
        solved: track, bench and seconds of each state that was solved. hits, misses: results that were kept, or not.
        kept: of a slider's answer, "hit" where it was kept, "miss" where it was not; "" where none is kept.
    """

    id: str
    method: str
    route: str = "file"
    status: int = 500
    seconds: float = 0.0
    track: str = ""
    bench: str = ""
    reason: str = ""
    detail: str = ""
    solved: list[tuple[str, str, float]] = field(default_factory=list)
    hits: int = 0
    misses: int = 0
    kept: str = ""

    def count(self, is_found: bool) -> None:
        """Count a look-up among the results that are kept."""
        if is_found:
            self.hits += 1
        else:
            self.misses += 1

    @property
    def is_refused(self) -> bool:
        """Whether the request was not done, for a reason that has a name; a fault of the lab has none."""
        return 400 <= self.status < 500 or self.status == 503


_CURRENT: ContextVar[Record | None] = ContextVar("request", default=None)

# What a request may be, besides a file: a page; what Dash asks for before it draws one; a slider's new figures; another
# callback; a form or a file of a student's records; a probe of the host; an address that there is not.
ROUTES = ("file", "page", "setup", "slider", "callback", "records", "probe", "unknown")


def current() -> Record | None:
    """Return what is known of the request that this context answers, or None outside one."""
    return _CURRENT.get()


def is_about(track: str, bench: str) -> None:
    """Let the current request be about a bench that there is."""
    record = _CURRENT.get()
    if record is not None:
        record.track, record.bench = track, bench


def is_slider() -> None:
    """Let the current request be a slider's."""
    record = _CURRENT.get()
    if record is not None:
        record.route = "slider"


def is_kept(is_found: bool) -> None:
    """Let the current request be one whose answer was looked for among those that are kept."""
    record = _CURRENT.get()
    if record is not None:
        record.kept = "hit" if is_found else "miss"


def is_refused(reason: str, detail: str = "") -> None:
    """Let the current request be refused for a reason, one of a fixed set of words."""
    record = _CURRENT.get()
    if record is not None:
        record.reason, record.detail = reason, detail


def solved(track: Track, bench: Bench, values: Mapping[str, Value], **options: Any) -> Outcome:
    """Return ``bench.run(track, values, **options)``, and let the current request know how long it took."""
    record = _CURRENT.get()
    if record is None:
        return bench.run(track, values, **options)
    start = time.perf_counter()
    outcome = bench.run(track, values, **options)
    record.solved.append((track.id, bench.id, time.perf_counter() - start))
    return outcome


def install(server: Flask, *, prefix: str, are_ids_trusted: bool, done: Sequence[Callable[[Record], None]]) -> None:
    """Keep a record of every request of a server, files included, and hand each over when its answer is made.

    Args:
        are_ids_trusted: whether a proxy in front may name a request by ``X-Request-ID``.
        done: each is called with the record.
    """
    inner = server.wsgi_app

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        given = environ.get("HTTP_X_REQUEST_ID", "") if are_ids_trusted else ""
        method = environ["REQUEST_METHOD"]
        record = Record(
            id=given if _ID.fullmatch(given) else secrets.token_hex(8),
            method=method if method in _METHODS else "other",
        )

        def start(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
            record.status = int(status[:3])
            headers.append((ID_HEADER, record.id))
            return start_response(status, headers, *more)

        began = time.perf_counter()
        own, lookups = _CURRENT.set(record), LOOKED_UP.set(record.count)
        named = bind_contextvars(request_id=record.id)
        try:
            return inner(environ, start)
        finally:
            record.seconds = time.perf_counter() - began
            LOOKED_UP.reset(lookups)
            if record.status == 404:
                record.route = "unknown"
            if record.is_refused and not record.reason:
                record.reason = _REASONS.get(record.status, "other")
            for tell in done:
                tell(record)
            reset_contextvars(**named)
            _CURRENT.reset(own)

    server.wsgi_app = answer  # type: ignore[method-assign]

    @server.before_request
    def tell_route() -> None:
        record = _CURRENT.get()
        if record is not None:
            record.route = route_of(request.path.removeprefix(prefix.rstrip("/")), request.method)

    # Before any other, so that a request that those refuse has its route.
    hooks = server.before_request_funcs[None]
    hooks.insert(0, hooks.pop())


def route_of(path: str, method: str) -> str:
    """Return what kind of address a path is, as ``ROUTES`` names them; the path has no prefix.

    >>> route_of("/edge_guardian/paradox", "GET"), route_of("/ledger", "GET"), route_of("/_ready", "GET")
    ('page', 'page', 'probe')
    """
    first = path.split("/", 2)[1] if path.startswith("/") else path
    if first == ids.UPDATE:
        return "callback"
    if first in ("_dash-layout", "_dash-dependencies"):
        return "setup"
    if first in ("_health", "_ready", "_metrics"):
        return "probe"
    if first in ("assets", "_dash-component-suites", "_favicon.ico"):
        return "file"
    if first == "ledger" and (method not in ("GET", "HEAD") or "." in path):
        return "records"
    return "page"
