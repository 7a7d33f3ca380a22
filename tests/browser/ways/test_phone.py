"""A mission on a touch screen of 390 px, with taps and swipes."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.bench_scripts import an_entry, bench_of, unlock_bench
from tests.browser.page_actions import at_rest, go, until
from tests.sweeps import swept

pytestmark = pytest.mark.browser

TRACK = "tiny_pioneer"
MISSION = tuple(f"{TRACK}/{step}" for step in ("paradox", "memory", "convergence", "privacy", "crisis"))


def swipe(page: Page, start: tuple[float, float], dx: float, dy: float) -> None:
    """Move a finger over the screen, as the browser gets it from the system."""
    session = page.context.new_cdp_session(page)
    x, y = start
    session.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
    for part in range(1, 9):
        at = {"x": x + dx * part / 8, "y": y + dy * part / 8}
        session.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [at]})
    session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    session.detach()


def thumb(slider: Locator) -> tuple[float, float]:
    """Where a slider's thumb is."""
    slider.evaluate("input => input.scrollIntoView({ block: 'center' })")  # the pinned Record may cover the lowest
    box = slider.bounding_box()
    assert box is not None
    share = slider.evaluate("input => (input.value - input.min) / (input.max - input.min)")
    return box["x"] + 14 + share * (box["width"] - 28), box["y"] + box["height"] / 2


def sliders(page: Page) -> list[Locator]:
    return page.locator(".explore input[type=range]:visible").all()


def lock_by_taps(page: Page, key: str) -> None:
    for item in bench_of(key).predictions:
        card = page.locator(".predict-card")
        if item.options:
            card.locator("fieldset", has_text="Your answer").get_by_role("radio").first.tap()
        else:
            field = page.get_by_label("Your value")
            assert field.get_attribute("inputmode") == (
                "text" if item.unit in ("B", "iB") or item.low < 0 else "decimal"
            )
            field.tap()
            page.keyboard.type(an_entry(item))
        card.locator("fieldset", has_text="Because").get_by_role("radio").first.tap()
        page.locator(".segmented").get_by_label("guess").tap(force=True)
        page.get_by_role("button", name="Review").tap()
        page.get_by_role("button", name="Lock this prediction").tap()
    page.get_by_role("button", name="Open the instruments").tap()
    expect(page.locator(".status-word")).not_to_be_empty()


@pytest.mark.parametrize("part", swept(["memory", "mission"], kept=["memory"]))
def test_a_mission_with_taps_and_swipes(student_page, part: str) -> None:  # N13
    benches = MISSION if part == "mission" else (f"{TRACK}/{part}",)
    page, _ = student_page(width=390, height=844)
    go(page, f"/{benches[0]}")
    for key in benches:
        expect(page.locator(f'[data-bench="{key}"]')).to_be_visible()
        expect(page.locator(".sheet-button")).to_be_hidden()
        lock_by_taps(page, key)
        page.get_by_role("button", name="Controls").tap()
        expect(page.locator(".panel").first.get_by_role("heading")).to_be_in_viewport(ratio=1)
        expect(page.locator(".panel .answer").first).to_be_in_viewport(ratio=1)
        until(
            page,
            """() => { const bottom = node => document.querySelector(node).getBoundingClientRect();
                  return bottom('.panel .graph').bottom <= bottom('.hud').top
                    && bottom('.panel .main-svg').bottom <= bottom('.hud').top + 1; }""",
        )
        value = page.evaluate("key => JSON.stringify(window.edgelab.benchStates[key].values)", key)
        for control in sliders(page):
            x, y = thumb(control)
            swipe(page, (x + 40 if x < 200 else x - 40, y), 0, -90)  # on its track, where a tap would move it
        assert page.evaluate("key => JSON.stringify(window.edgelab.benchStates[key].values)", key) == value
        page.locator(".explore").evaluate("node => node.scrollTo(0, 0)")
        x, y = thumb(sliders(page)[0])
        swipe(page, (x, y), 70 if x < 200 else -70, 2)
        until(page, "([key, was]) => JSON.stringify(window.edgelab.benchStates[key].values) !== was", arg=[key, value])
        at_rest(page)
        record = page.get_by_role("button", name="Record this try")
        expect(record).to_be_in_viewport(ratio=1)
        record.tap()
        expect(page.locator("[data-recorded]")).to_have_text("Recorded, 1 of 10")
        expect(page.locator("[data-recorded]")).to_be_in_viewport(ratio=1)
        page.get_by_role("button", name="Close").tap()
        question = bench_of(key).observation
        if question is not None:
            page.locator(".observe").get_by_label(question.options[0].text, exact=True).tap()
            page.get_by_role("button", name="Say what it showed").tap()
            expect(page.locator(".observed")).to_be_visible()
        if key != benches[-1]:
            page.locator(f'.stepper a[href="/{benches[benches.index(key) + 1]}"]').tap()


def test_a_phone_on_its_side_keeps_nothing_in_place_and_has_its_controls_in_the_page(student_page) -> None:  # N13
    page, _ = student_page(width=390, height=844)
    unlock_bench(page, "edge_guardian/memory")
    page.get_by_role("button", name="Controls").tap()
    for width, height in ((844, 390), (667, 375)):
        page.set_viewport_size({"width": width, "height": height})
        until(page, "() => !document.body.classList.contains('has-sheet')")
        stays = page.evaluate(
            """() => [...document.querySelectorAll('body *')].filter(node => node.checkVisibility()
                  && ['sticky', 'fixed'].includes(getComputedStyle(node).position)
                  && ['top', 'bottom'].some(side => getComputedStyle(node)[side] !== 'auto'))
                  .map(node => node.className)"""
        )
        assert stays == [], (width, stays)
        page.locator('[data-control="batch"] .box input').scroll_into_view_if_needed()
        expect(page.locator('[data-control="batch"] .box input')).to_be_in_viewport()
