"""What a student does with the whole ledger: continue elsewhere, bring back, leave, erase."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from dash import Dash
from flask import Response, request

from dashboard.callbacks.records.answers import answer, read_form, uploaded
from dashboard.lab import MODEL_VERSION, Lab, asked_student, this_student
from dashboard.layouts.records.own_data import CODE, CODE_BUTTON, code_button, code_words
from dashboard.ledger import identity
from dashboard.ledger.events import EventRefused
from dashboard.ledger.exports.verification import MAX_FILE, verify
from dashboard.ledger.restoring import restored
from dashboard.ledger.resume import BadCode
from dashboard.rendering.handin.page import TIME
from dashboard.web.rate_limits import WRONG_CODES
from dashboard.web.request_checks import RequestRefused
from dashboard.web.sign_on import refuse_signed_on

TOO_LONG = "What was entered is longer than these fields take."
NOBODY = "Nobody has this code: it was revoked, or replaced by a newer one, or its ledger was erased."
AGREE = "Tick the box first; it says what happens."


def _agreed() -> None:
    """Let nothing happen that was not agreed to.

    Raises:
        RequestRefused: the box is not ticked.
    """
    read_form(TOO_LONG)
    if request.form.get("agreed") != "yes":
        raise RequestRefused(AGREE)


def register(app: Dash, lab: Lab) -> None:
    """Register these addresses on one app; each is a form of the page *Your data*."""
    at, home, codes = f"{lab.settings.url_prefix}ledger", lab.settings.url_prefix, lab.store.codes

    def now(student: str) -> dict[str, Any]:
        """What the page says elsewhere of the code, which it had before this answer."""
        made = codes.made(student)
        return {"told": {CODE: code_words(made), CODE_BUTTON: code_button(made)}, "there": {CODE: made is not None}}

    @app.server.post(f"{at}/code")
    def make_code() -> Response:
        refuse_signed_on()
        code = codes.make(asked_student())
        said = "Your resume code. It is shown this once; write it down or copy it:"
        return answer(said, code=code, **now(asked_student()))

    @app.server.post(f"{at}/revoke")
    def revoke_code() -> Response:
        there = codes.revoke(asked_student())
        said = "Revoked: it opens nothing any more." if there else "There was no resume code."
        return answer(said, **now(asked_student()))

    @app.server.post(f"{at}/resume")
    def resume() -> Response:
        refuse_signed_on()
        read_form(TOO_LONG)
        address = request.remote_addr or ""
        lab.limits.check(WRONG_CODES, address)
        try:
            student = codes.student(request.form.get("code", ""))
        except BadCode as problem:
            lab.limits.count(WRONG_CODES, address)
            raise RequestRefused(str(problem)) from None
        if student is None:
            lab.limits.count(WRONG_CODES, address)
            raise RequestRefused(NOBODY)
        here = this_student()
        if here not in (None, student) and lab.store.last_event(here or "") and request.form.get("agreed") != "yes":
            raise RequestRefused(AGREE)
        response = answer(go=home, left=True)
        identity.give(response, student)
        return response

    @app.server.post(f"{at}/leave")
    def leave() -> Response:
        refuse_signed_on()
        _agreed()
        response = answer(go=home, left=True)
        identity.take_away(response)
        return response

    @app.server.post(f"{at}/import")
    def bring_back() -> Response:
        student = asked_student()
        found = verify(uploaded()[0].stream.read(MAX_FILE + 1), lab.settings.secret_keys)
        if found.result == "foreign":
            raise RequestRefused(
                "It was signed by another server, and only what this one can check is imported. Whoever runs this lab "
                "can add that server’s key to EDGELAB_SECRET_KEY."
            )
        if found.result != "genuine":
            raise RequestRefused(f"Only a file that is as it was signed is imported. {found.sentences[0]}")
        said = (
            f"Imported on {datetime.now(UTC).strftime(TIME)} from a file of {found.text('pseudonym')} with "
            f"{len(found.events)} events."
        )
        try:
            lab.store.restore(restored(found.events, student, said=said, model_version=MODEL_VERSION))
        except EventRefused as problem:
            raise RequestRefused(str(problem)) from None
        return answer(go=home)

    @app.server.post(f"{at}/erase")
    def erase() -> Response:
        student = asked_student()
        _agreed()
        receipt = lab.store.erase(student)
        response = answer(go=f"{at}/receipt/{receipt.last_hash}" if receipt else home, left=True, erased=True)
        identity.take_away(response)
        return response
