"""One line an event on standard error: a JSON object, or a text for a person. All loggers of the process end here.

An event holds ids of tracks and benches, kinds of addresses, times and counts; no answer, no name, no cookie, and
nothing of an address behind its question mark.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import threading
from typing import TYPE_CHECKING, Any

import orjson
import structlog
from structlog.stdlib import ExtraAdder, ProcessorFormatter

if TYPE_CHECKING:
    from structlog.typing import EventDict, Processor

    from dashboard.settings.reading import LogFormat
    from dashboard.web.instrumentation import Record

FORMAT = "EDGELAB_LOG_FORMAT"
_OURS = ("dashboard", "tracks", "physics", "gunicorn")
_FIRST = ("time", "level", "event")
# Of a request; what a library adds to its events is left out.
_FIELDS = (
    "request_id", "method", "route", "status", "duration_ms", "track", "bench", "solve_ms", "kept", "reason", "detail",
)  # fmt: skip
_REQUESTS = logging.getLogger("dashboard.requests")
_UNCAUGHT = logging.getLogger("dashboard.uncaught")


def set_up(log_format: LogFormat, *, are_requests_logged: bool) -> None:
    """Write what is logged in this process from now on, in those that it forks, and in those that it starts.

    Args:
        log_format: "json" or "text". are_requests_logged: each of them, or only those that failed.
    """
    os.environ[FORMAT] = log_format
    handler = logging.StreamHandler()
    handler.setFormatter(formatter(log_format))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    for name in _OURS:
        logging.getLogger(name).setLevel(logging.INFO)
    _REQUESTS.setLevel(logging.INFO if are_requests_logged else logging.ERROR)
    logging.captureWarnings(capture=True)
    sys.excepthook = _log_uncaught
    threading.excepthook = _log_thread


def formatter(log_format: LogFormat) -> logging.Formatter:
    """Return what makes a line of a record."""
    as_json: list[Processor] = [_in_order, structlog.processors.JSONRenderer(_as_json)]
    as_text: list[Processor] = [_printable, _TEXT]
    parts: list[Processor] = [
        ProcessorFormatter.remove_processors_meta,
        structlog.processors.format_exc_info,
        *(as_json if log_format == "json" else as_text),
    ]
    before: list[Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
        structlog.contextvars.merge_contextvars,
        ExtraAdder(_FIELDS),
        _add_process,
    ]
    return ProcessorFormatter(processors=parts, foreign_pre_chain=before)


_TEXT = structlog.dev.ConsoleRenderer(
    colors=False,
    timestamp_key="time",
    sort_keys=False,
    pad_event_to=0,
    exception_formatter=structlog.dev.plain_traceback,  # another one shows the values of local names
)


def log_request(record: Record) -> None:
    """Write the line of a request that was answered."""
    level = logging.ERROR if record.status >= 500 else logging.INFO
    if not _REQUESTS.isEnabledFor(level):
        return
    fields: dict[str, Any] = {
        "request_id": record.id,
        "method": record.method,
        "route": record.route,
        "status": record.status,
        "duration_ms": round(record.seconds * 1e3, 1),
    }
    if record.track:
        fields |= {"track": record.track, "bench": record.bench}
    if record.solved:
        fields["solve_ms"] = round(sum(seconds for _, _, seconds in record.solved) * 1e3, 1)
    if record.kept:
        fields["kept"] = record.kept
    if record.reason:
        fields["reason"] = record.reason
    if record.detail:
        fields["detail"] = record.detail
    _REQUESTS.log(level, "request", extra=fields)


def _as_json(event: EventDict, **how: Any) -> str:
    try:
        return orjson.dumps(event, **how).decode()
    except TypeError:  # half a character that a client has sent, which JSON can hold by its number alone
        return json.dumps(event, **how)


def _add_process(_logger: Any, _name: str, event: EventDict) -> EventDict:
    event["process"] = os.getpid()
    return event


def _in_order(_logger: Any, _name: str, event: EventDict) -> EventDict:
    first = {name: event[name] for name in _FIRST if name in event}
    return {**first, **event}


def _printable(_logger: Any, _name: str, event: EventDict) -> EventDict:
    """Leave nothing in a text that steers a terminal or begins a line, but the lines of a traceback."""
    return {
        name: _escaped(value, kept="\n" if name == "exception" else "") if isinstance(value, str) else value
        for name, value in event.items()
    }


def _escaped(text: str, *, kept: str) -> str:
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c in kept else c.encode("unicode_escape").decode() for c in text)


def _log_uncaught(kind: type[BaseException], problem: BaseException, traceback: Any) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, problem, traceback)
        return
    _UNCAUGHT.critical("the process ends", exc_info=(kind, problem, traceback))


def _log_thread(arguments: threading.ExceptHookArgs) -> None:
    if arguments.exc_value is not None and not issubclass(arguments.exc_type, SystemExit):
        about = (arguments.exc_type, arguments.exc_value, arguments.exc_traceback)
        _UNCAUGHT.error("a thread has ended", exc_info=about)
