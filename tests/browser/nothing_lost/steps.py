"""A bench up to its reflection and its marks, and what the ledger holds of the student, read past the server."""

from __future__ import annotations

import json
import re
import sqlite3
from contextlib import closing
from typing import Any

from playwright.sync_api import Page, expect

from dashboard.ledger.identity import COOKIE
from tests.browser.bench_scripts import observe, record
from tests.browser.conftest import Server
from tests.browser.page_actions import open_paradox

KEY = "edge_guardian/paradox"
UPDATES = "**/_dash-update-component*"
WHY, CHANGE = "What did the figure show, and why? Name one quantity.", "What would change your mind?"


def student_of(page: Page) -> str:
    """The student's id, which the cookie begins with."""
    return next(item["value"] for item in page.context.cookies() if item["name"] == COOKIE)[:32]


def payloads(server: Server, page: Page, kind: str) -> list[dict[str, Any]]:
    """The payloads of the student's events of one kind, first one first."""
    with closing(sqlite3.connect(server.data / "ledger.sqlite3")) as connection:
        rows = connection.execute(
            "SELECT payload FROM events WHERE student = ? AND kind = ? ORDER BY sequence", (student_of(page), kind)
        )
        return [json.loads(payload) for (payload,) in rows]


def open_reflection(page: Page) -> None:
    open_paradox(page)
    record(page, 1)
    observe(page, KEY)
    expect(page.get_by_label(WHY, exact=True)).to_be_visible()


def write_reflection(page: Page) -> None:
    page.locator(".reflect .check").get_by_role("radio").first.check()
    for label, text in ((WHY, "Bytes a day."), (CHANGE, "A larger model.")):
        page.get_by_label(label, exact=True).fill(text)


def open_marks(page: Page) -> None:
    open_reflection(page)
    write_reflection(page)
    page.get_by_role("button", name="Save reflection").click()
    expect(page.get_by_role("heading", name="Model answer")).to_be_visible()


def mark(page: Page, point: int, mark: int) -> None:
    page.locator(".mark-row").nth(point).get_by_label(str(mark), exact=True).check(force=True)


def mark_all(page: Page, value: int) -> None:
    for point in range(4):
        mark(page, point, value)
    with page.expect_response(lambda response: is_write(response.request.post_data)):
        page.get_by_role("button", name="Save marks").click()
    expect(page.locator(".reflect .save-line")).to_contain_text(f"{4 * value} of 8 saved")


def is_write(post_data: str | None) -> bool:
    """Whether a request writes; other callbacks hear of the same press, and store nothing."""
    request = json.loads(post_data or "{}")
    pressed = re.search(r'"name":"(action|lock|reflect|mark)"', "".join(request.get("changedPropIds", [])))
    answers = {"action": "tries", "lock": "predict", "reflect": "reflect", "mark": "reflect"}
    return bool(pressed) and f'"name":"{answers[pressed.group(1)]}"' in request["output"]
