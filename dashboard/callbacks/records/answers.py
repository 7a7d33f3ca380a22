"""What these addresses share: whole uploads of a bounded size, and answers as sentences."""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify, request
from werkzeug.datastructures import FileStorage

from dashboard.ledger.exports.verification import MAX_FILE
from dashboard.web.request_checks import RequestRefused, read_upload

LONGEST_FORM = 16_384  # bytes of one without files
MAX_UPLOAD = 2 * MAX_FILE  # bytes of one request: several files, and what stands between them
TOO_LARGE = f"What was sent is larger than {MAX_UPLOAD / 1e6:.0f} MB. Send fewer files at once."


def answer(*sentences: str, go: str = "", **more: Any) -> Response:
    """Return what a form shows: sentences, and the address it goes to where something else stands there now."""
    return jsonify(sentences=list(sentences), go=go, **more)


def read_form(too_long: str) -> None:
    """Read the fields of a form without files, which Flask keeps; ``too_long`` is said of one that is too large.

    Raises:
        RequestRefused: it is, or breaks off, or is no form.
    """
    read_upload(LONGEST_FORM, too_long)


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
