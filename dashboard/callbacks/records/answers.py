"""What these addresses share: whole uploads of a bounded size, and answers as sentences."""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify, request
from werkzeug.datastructures import FileStorage

from dashboard.ledger.exports.verification import MAX_FILE
from dashboard.web.request_checks import RequestRefused, read_upload

MAX_UPLOAD = 2 * MAX_FILE  # bytes of one request: several files, and what stands between them
TOO_LARGE = f"What was sent is larger than {MAX_UPLOAD / 1e6:.0f} MB. Send fewer files at once."


def answer(*sentences: str, go: str = "", **more: Any) -> Response:
    """Return what a form shows: sentences, and the address it goes to where something else stands there now."""
    return jsonify(sentences=list(sentences), go=go, **more)


def uploaded() -> list[FileStorage]:
    """Return the files of the current request.

    Raises:
        RequestRefused: there is none, or too much was sent.
    """
    read_upload(MAX_UPLOAD, TOO_LARGE)
    files = [file for file in request.files.getlist("file") if file.filename]
    if not files:
        raise RequestRefused("Choose a file first.")
    return files
