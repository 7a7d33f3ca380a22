"""What a browser may do with the lab's pages: load from here alone, run our scripts alone, and be framed by few."""

from __future__ import annotations

from collections.abc import Sequence

from dash import Dash
from flask import Flask, Response, request

YEAR_S = 31_536_000
_POLICY = (
    "default-src 'self'",
    "script-src 'self'{hashes}",
    # Dash and plotly write style attributes and elements; without this a page load has 23 violations.
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors {ancestors}",
)
# None of these is used; a script that got in could not ask for them either.
_PERMISSIONS = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"


def install(app: Dash, *, frame_ancestors: Sequence[str]) -> None:
    """Send the headers with every answer of the app; an answer that has a policy of its own keeps it.

    Called when all callbacks are registered, since Dash writes some of them into the page as scripts, which are allowed
    by their hashes. ``frame_ancestors`` are the sources that may show the lab in a frame, as CSP writes them.
    """
    server: Flask = app.server
    hashes = "".join(f" {one}" for one in app.csp_hashes())
    policy = "; ".join(_POLICY).format(hashes=hashes, ancestors=" ".join(frame_ancestors))

    @server.after_request
    def protect(response: Response) -> Response:
        headers = response.headers
        headers.setdefault("Content-Security-Policy", policy)
        headers.setdefault("X-Content-Type-Options", "nosniff")
        headers.setdefault("Referrer-Policy", "same-origin")
        headers.setdefault("Permissions-Policy", _PERMISSIONS)
        if request.is_secure:
            headers.setdefault("Strict-Transport-Security", f"max-age={YEAR_S}")
        return response
