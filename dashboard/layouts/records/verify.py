"""The page that says of a file whether this server signed it."""

from __future__ import annotations

from dash import html

from dashboard.layouts.parts import Component
from dashboard.layouts.records.parts import file_field, form, page, section
from dashboard.ledger.exports.verification import MAX_FILE, PROVES

ANSWERS = (
    ("genuine", "every event, and the page around them, is as this server stored and signed it"),
    ("genuine, imported", "the same, but its events were brought in from another file, perhaps of somebody else"),
    ("genuine, partly imported", "the first events were brought in from another file, the later ones were made here"),
    ("altered", "something was changed since; the events concerned are named"),
    ("cut off", "the file ends before the last event that its signature names"),
    ("another server", "signed with a key that this server does not have, so it cannot say more"),
    ("older or newer schema", "written by another version, which can check it"),
    ("no export", "something else, or damaged beyond reading"),
)


def verify_page(prefix: str) -> Component:
    """Return the page; ``prefix`` is the path under which the lab is served."""
    field = file_field(
        "Files that were handed in",
        "The JSON or the HTML of a ledger. Drop them here, or choose them.",
        accept=".json,.html,application/json,text/html",
        largest=MAX_FILE,
        several=True,
    )
    answers = [html.Li([html.B(word), f": {meaning}."]) for word, meaning in ANSWERS]
    return page(
        "Verify a file",
        "Is a file that was handed in what this server signed? Nothing of it is kept.",
        [
            form(f"{prefix}ledger/verify", field, "Verify", kind="primary", drop=True),
            section("What the answer can be", [html.Ul(answers, className="exists")]),
            section(
                "What a signature proves, and what it does not",
                [
                    html.P(PROVES),
                    html.P(
                        [
                            "For many files at once: ",
                            html.Code("edgelab verify FILE..."),
                            ", with a table, an exit code, and JSON on request.",
                        ]
                    ),
                ],
            ),
        ],
    )
