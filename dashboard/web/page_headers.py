"""What a page's own requests carry in headers: whose page it is, and the key of a write.

A page keeps what the server has not acknowledged and sends it again. So every write has a key that the browser made
(``Idempotency-Key``): what was stored under it is not stored again. And every request says whose page it comes from
(``Edgelab-Student``, a digest of the student's id): what one student wrote is never stored for another who has the
browser now. An answer that stored an event says when (``Edgelab-Saved``).
"""

from __future__ import annotations

import re
import secrets
from datetime import datetime

from flask import Flask, Response, g, request

from dashboard.ledger.events import StoredEvent
from dashboard.ledger.identity import current_student, handle
from dashboard.web import ids
from dashboard.web.request_checks import RequestRefused

STUDENT = "Edgelab-Student"
KEY = "Idempotency-Key"
SAVED = "Edgelab-Saved"
NO_COOKIE = (
    "This browser sends no identity: its cookie was deleted or is not allowed, so nothing can be saved. Copy what you "
    "wrote, allow this site's cookie, then reload the page."
)
ANOTHER_STUDENT = (
    "This page belongs to another identity than this browser has now, so nothing from it can be saved. Copy what you "
    "wrote, then reload the page."
)
_KEY = re.compile(r"[A-Za-z0-9-]{16,64}")


def install(server: Flask, *, prefix: str) -> None:
    """Refuse what a page of another student sends, and tell a page whose it is, on one server.

    The refusal is a 403 and comes before anything else is read of the request.
    """
    paths = tuple(f"{prefix}{name}" for name in ids.PAGES_OWN)

    @server.before_request
    def check_student() -> None:
        claimed = request.headers.get(STUDENT)
        if not claimed:
            return
        student = current_student()
        if student is None:
            raise RequestRefused(NO_COOKIE, code=403, reason="no_identity")
        if claimed != handle(student):
            raise RequestRefused(ANOTHER_STUDENT, code=403, reason="another_identity")

    @server.after_request
    def tell_page(response: Response) -> Response:
        if request.path in paths:
            student = current_student()
            if student is not None:
                response.headers[STUDENT] = handle(student)
            saved: datetime | None = g.get("edgelab_saved")
            if saved is not None:
                response.headers[SAVED] = saved.isoformat(timespec="seconds")
        return response


def write_key() -> str:
    """Return the key of the write that the current request asks for: the browser's, or a new one where it sent none.

    Raises:
        RequestRefused: it is no key.
    """
    key = request.headers.get(KEY)
    if key is None:
        return secrets.token_hex(16)
    if not _KEY.fullmatch(key):
        raise RequestRefused(f"{KEY} must be 16 to 64 letters, digits and hyphens; reload the page.")
    return key


def acknowledge(event: StoredEvent) -> None:
    """Let the answer to the current request say that an event is stored."""
    g.edgelab_saved = event.time
