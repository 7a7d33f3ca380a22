"""*Your data*: who one is here, and the ways to continue elsewhere, bring back, leave and erase; and the receipt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from dash import dcc, html
from markupsafe import Markup

from dashboard.layouts.parts import Component, shape
from dashboard.layouts.records.parts import agreed, file_field, form, page, section, text_field
from dashboard.ledger.erasure import Receipt
from dashboard.ledger.events import NO_HASH
from dashboard.ledger.exports.verification import MAX_FILE
from dashboard.rendering.handin.page import TIME
from dashboard.web import ids


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnData:
    """Where a student stands.

    Attributes:
        pseudonym: what the lab calls them. events: how many there are. last: when the newest was stored, or None.
        problems: what is wrong with the chain, a sentence each. code_made: when their resume code was made, or None.
        signed_on: whether a sign-on says who they are, so that no code and no other student is theirs to choose.
    """

    pseudonym: str
    events: int
    last: datetime | None
    problems: Sequence[str]
    code_made: datetime | None
    signed_on: bool = False


CODE, CODE_BUTTON = "code", "code_button"  # what an answer can change on the page: words, and a button's words


def code_words(made: datetime | None) -> str:
    """Return whether there is a resume code, in a sentence."""
    return f"You have one, made {made.strftime(TIME)}." if made else "You have none yet."


def code_button(made: datetime | None) -> str:
    """Return what the button that makes a code says."""
    return "Make another code" if made else "Make a resume code"


def own_data_page(prefix: str, own: OwnData) -> Component:
    """Return the page; ``prefix`` is the path under which the lab is served."""
    at = f"{prefix}ledger"
    known = (
        f"Your sign-on makes you {own.pseudonym} here, in every browser. The lab keeps a number that it computes from "
        "your name there, and not the name."
        if own.signed_on
        else f"In this browser you are {own.pseudonym}. That is all that the lab knows of who you are."
    )
    return page(
        "Your data",
        known,
        [
            _state(own),
            *([] if own.signed_on else [_resume(at, own)]),
            _import(at, own),
            *([] if own.signed_on else [_leave(at, own)]),
            _erase(at, own),
            html.P(
                [dcc.Link("What is stored, where, and for how long", href=ids.PRIVACY_PATH)],
                className="hint",
            ),
        ],
    )


def _state(own: OwnData) -> Component:
    if not own.events:
        return html.P("Nothing is recorded yet.")
    when = f", the newest of {own.last.strftime(TIME)}" if own.last else ""
    if own.problems:
        return html.Div(
            [
                html.P([shape("fail"), f" {own.events} events{when}. The chain of their hashes is broken:"]),
                html.Ul([html.Li(sentence) for sentence in own.problems], className="exists"),
            ]
        )
    return html.P([shape("ok"), f" {own.events} events{when}, and the chain of their hashes holds."])


def _resume(at: str, own: OwnData) -> Component:
    leaving = Markup("")
    if own.events:
        leaving = agreed(
            f"This browser stops being {own.pseudonym}. I have a resume code or a copy of its {own.events} events, or "
            "need none."
        )
    entry = text_field("code", "Resume code", "Twelve words; four letters of each are enough.", longest=300)
    parts = [
        html.P(
            [
                "A resume code is twelve words that open this ledger in another browser. Whoever has them can go on as "
                "you, so keep them as you would a password.",
                " ",
                html.Span(code_words(own.code_made), **{"data-told": CODE}),
            ]
        ),
        form(f"{at}/code", Markup(""), code_button(own.code_made), told=CODE_BUTTON),
        html.Div(
            form(f"{at}/revoke", Markup(""), "Revoke the code"), hidden=own.code_made is None, **{"data-there": CODE}
        ),
    ]
    parts += [html.H3("Continue with a code"), form(f"{at}/resume", entry + leaving, "Continue here")]
    return section("Continue in another browser", parts, name="resume")


def _import(at: str, own: OwnData) -> Component:
    if own.events:
        said = "A file goes into an empty ledger, and this one has events."
        if not own.signed_on:
            said += " Start as another student first."
        return section("Bring a ledger back from its file", [html.P(said)], name="import")
    field = file_field(
        "The JSON or the HTML that you took",
        "It has to be as this lab signed it, and what is imported is marked as imported.",
        accept=".json,.html,application/json,text/html",
        largest=MAX_FILE,
    )
    return section(
        "Bring a ledger back from its file", [form(f"{at}/import", field, "Import", drop=True)], name="import"
    )


def _copy() -> Component:
    return html.P(["Take a copy first: ", dcc.Link("hand in or download", href=ids.HAND_IN_PATH), "."])


def _leave(at: str, own: OwnData) -> Component:
    box = agreed("I have a resume code or a copy, or need none: without them nobody can come back to this ledger.")
    return section(
        f"Not {own.pseudonym}? Start as another student",
        [
            html.P("Ends the session in this browser. The ledger stays on the server, for its resume code."),
            *([_copy()] if own.events else []),
            form(f"{at}/leave", box, "Start as another student"),
        ],
        name="leave",
    )


def _erase(at: str, own: OwnData) -> Component:
    last = " Nothing more can be recorded under my sign-on afterwards." if own.signed_on else ""
    box = agreed(f"Erase all {own.events} events of {own.pseudonym}. This cannot be undone.{last}")
    return section(
        "Erase my data",
        [
            html.P(
                f"Takes every event{'' if own.signed_on else ' and the resume code'} from the server, at once and "
                "for good, and leaves a receipt: when, how many events, and the hash of the last one. Backups of the "
                "server are not reached."
            ),
            *([_copy()] if own.events else []),
            form(f"{at}/erase", box, "Erase my data", kind="danger"),
        ],
        name="erase",
    )


def altered_page(sentence: str) -> Component:
    """Return what stands in place of a page that reads records which were changed past the lab."""
    links = (
        dcc.Link("Your data: all that is wrong, and the way to start as another student", href=ids.OWN_DATA_PATH),
        dcc.Link("Hand in what is as it was stored", href=ids.HAND_IN_PATH),
    )
    return page("Your records were changed", sentence, [html.P(link) for link in links])


def receipt_page(last_hash: str, receipt: Receipt | None) -> Component:
    """Return what is known of a ledger that was erased."""
    if receipt is None or last_hash == NO_HASH:
        said = "There was nothing to erase." if receipt else "No ledger that ended with this hash was erased here."
        return page("Receipt", said, [html.P(dcc.Link("To all tracks", href="/"))])
    who = {"student": "as its student asked", "retention": "after the time for which records are kept"}
    rows = (
        ("Erased", f"{receipt.time.strftime(TIME)}, {who[receipt.reason]}"),
        ("Events", str(receipt.events)),
        ("Hash of the last event", receipt.last_hash),
    )
    return page(
        "Receipt",
        "These records were erased. Whoever has a copy of them can compare its last hash.",
        [
            html.Dl(
                [part for name, text in rows for part in (html.Dt(name), html.Dd(html.Code(text)))], className="receipt"
            ),
            html.P("The address of this page is the receipt; it says nothing about whose records they were."),
            html.P(dcc.Link("To all tracks, as another student", href="/")),
        ],
    )
