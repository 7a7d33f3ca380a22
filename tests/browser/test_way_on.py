"""The way from bench to bench: at every width the steps are links, and after reflecting the next bench is named."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.bench_scripts import lock_here, observe, record
from tests.browser.page_actions import answer, go

pytestmark = pytest.mark.browser

TARGET = 44  # pixels of a target for a finger


def test_every_step_and_all_tracks_can_be_reached(student_page) -> None:
    page, _ = student_page()
    go(page, "/mobile_nomad/memory")
    for width in (1440, 820, 390):
        page.set_viewport_size({"width": width, "height": 800})
        for step in ("paradox", "convergence", "privacy", "crisis"):
            link = page.locator(f'.stepper a[href="/mobile_nomad/{step}"]')
            expect(link).to_be_visible()
            box = link.bounding_box()
            assert box is not None
            assert 0 <= box["x"] <= box["x"] + box["width"] <= width, step
            assert width >= 1024 or min(box["width"], box["height"]) >= TARGET, step
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.locator('.stepper a[href="/mobile_nomad/privacy"]').click()
    expect(page.locator('[data-bench="mobile_nomad/privacy"]')).to_be_visible()
    page.get_by_role("link", name="All tracks").click()
    expect(page.locator(".card-track").first).to_be_visible()


def test_after_reflecting_on_a_phone_the_next_bench_is_one_press_away_and_the_mark_says_done(student_page) -> None:
    page, _ = student_page()
    page.set_viewport_size({"width": 390, "height": 844})
    go(page, "/mobile_nomad/paradox")
    lock_here(page, "mobile_nomad/paradox")
    record(page, 1)
    observe(page, "mobile_nomad/paradox")
    _reflect(page)
    following = page.get_by_role("link", name="Next: Memory")
    expect(following).to_be_visible()
    following.click()
    expect(page.locator('[data-bench="mobile_nomad/memory"]')).to_be_visible()
    mark = page.locator('.stepper a[href="/mobile_nomad/paradox"] .disc')
    expect(mark).to_have_attribute("title", "explored")


def _reflect(page: Page) -> None:
    section = page.locator(".reflect")
    for field in section.locator("textarea").all():
        field.fill("The radio costs more than the arithmetic.")
    if section.get_by_role("radio").count():
        section.get_by_role("radio").first.check()
    section.get_by_role("button", name="Save reflection").click()
    expect(section.get_by_text("Model answer")).to_be_visible()


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (390, 844)])
def test_review_shows_and_focuses_all_that_will_freeze(student_page, width: int, height: int) -> None:
    page, _ = student_page()
    page.set_viewport_size({"width": width, "height": height})
    go(page, "/mobile_nomad/paradox")
    answer(page, value="0.5")
    page.get_by_role("button", name="Review").click()
    expect(page.get_by_role("heading", name="This will freeze")).to_be_focused()
    for part in (*page.locator(".review dd").all(), page.get_by_role("button", name="Lock this prediction")):
        expect(part).to_be_in_viewport(ratio=1)
