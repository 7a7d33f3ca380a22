"""Files that somebody drops on the page: what each of them is."""

from __future__ import annotations

from dash import Dash
from flask import Response, jsonify

from dashboard.callbacks.records.answers import uploaded
from dashboard.lab import Lab
from dashboard.ledger.exports.verification import MAX_FILE, verify


def register(app: Dash, lab: Lab) -> None:
    """Register the address that verifies files on one app; nothing of a file is kept."""

    @app.server.post(f"{lab.settings.url_prefix}ledger/verify")
    def verify_files() -> Response:
        rows = []
        for file in uploaded():
            found = verify(file.stream.read(MAX_FILE + 1), lab.settings.secret_keys)
            rows.append(
                {
                    "file": file.filename,
                    "result": found.result,
                    "word": found.word,
                    "sentences": list(found.sentences),
                    "told": [text for text in (found.text("pseudonym"), found.text("name")) if text],
                }
            )
        return jsonify(files=rows)
