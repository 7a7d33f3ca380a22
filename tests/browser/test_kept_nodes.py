"""A page that is left goes: what a browser holds does not grow with the benches that were seen."""

from __future__ import annotations

import pytest
from playwright.sync_api import CDPSession, Page, expect

from tests.browser.page_actions import at_rest, go, until_answered
from tests.browser.page_student import PageStudent

pytestmark = pytest.mark.browser
PLACES = ("edge_guardian/paradox", "edge_guardian/memory")


def held(session: CDPSession) -> tuple[int, int]:
    """Elements with texts, and listeners, that stay after a collection of garbage."""
    session.send("HeapProfiler.collectGarbage")
    found = {item["name"]: item["value"] for item in session.send("Performance.getMetrics")["metrics"]}
    return int(found["Nodes"]), int(found["JSEventListeners"])


def change(page: Page, times: int) -> None:
    """Go to the other bench and back by the steps, so many times."""
    for key in (*reversed(PLACES),) * (times // 2):
        page.locator(f'.stepper a[href*="/{key}"]').click()
        expect(page.locator(f'.bench.is-unlocked[data-bench="{key}"]')).to_be_visible()
        until_answered(page)
        at_rest(page)


@pytest.mark.sweep
def test_twenty_changes_of_bench_keep_no_page_that_was_left(student_page) -> None:
    """One page that stays is 1,500 elements and more; a drawing that stays keeps its listeners on the window."""
    page, _ = student_page()
    student = PageStudent(page)
    for key in PLACES:
        student.unlock(key)
    go(page, f"/{PLACES[0]}")
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable")
    change(page, 2)  # both benches are known from here on
    nodes, listeners = held(session)
    change(page, 20)
    after, heard = held(session)
    assert after <= 1.1 * nodes
    assert heard <= 1.1 * listeners
    session.detach()
