"""Under a path: a proxy in front keeps the path of the lab in what it asks, or takes it off and says so."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import unquote
from wsgiref.types import StartResponse, WSGIEnvironment

from flask import Flask, request

from dashboard.web.request_checks import RequestRefused


def install(server: Flask, *, prefix: str) -> None:
    """Bring each request under the lab's prefix; one that nobody says belongs there is refused in a sentence.

    The prefix stands in the path already, or decoded, as WSGI has it where it is written with ``%``. Where a proxy has
    taken it off, as nginx with a path in ``proxy_pass`` and JupyterHub's proxy without ``/absolute/`` do, the header
    X-Forwarded-Prefix has it. The header is believed from everybody: it can only lead to where the lab is anyway.
    """
    if prefix == "/":
        return
    inner = server.wsgi_app
    # WSGI has each byte of a path as one character.
    decoded = unquote(prefix, encoding="latin-1")

    def under_prefix(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        taken_off = environ.get("HTTP_X_FORWARDED_PREFIX", "").rpartition(",")[2].strip().rstrip("/") + "/"
        if decoded != prefix and path.startswith(decoded):
            environ["PATH_INFO"] = prefix + path.removeprefix(decoded)
        elif not path.startswith(prefix) and taken_off in (prefix, decoded):
            environ["PATH_INFO"] = prefix + path.removeprefix("/")
        return inner(environ, start_response)

    server.wsgi_app = under_prefix  # type: ignore[method-assign]

    @server.before_request
    def check_prefix() -> None:
        if not f"{request.path}/".startswith((prefix, decoded)):
            raise RequestRefused(
                f"This lab is served under {prefix} (EDGELAB_URL_PREFIX). A proxy in front keeps that path, or takes "
                f"it off and sends X-Forwarded-Prefix: {prefix.rstrip('/')}.",
                code=404,
            )
