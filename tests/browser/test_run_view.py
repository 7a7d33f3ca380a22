"""The look into a run under the hand: opened by its fold, scrubbed by keys, and left alone by the controls."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.page_actions import at_rest, go, lock, open_instruments, slider
from tests.browser.test_access import findings, too_wide
from tests.sweeps import swept

pytestmark = pytest.mark.browser
KEY = "edge_guardian/convergence"


def asked(page: Page) -> list[str]:
    """Collect the requests for a round from now on."""
    found: list[str] = []
    page.on("request", lambda request: "run_view_values" in (request.post_data or "") and found.append(request.url))
    return found


@pytest.mark.parametrize(("theme", "width"), swept([("light", 1440), ("dark", 390)], kept=[("dark", 390)]))
def test_rounds_are_scrubbed_by_keys_and_controls_change_nothing_in_it(student_page, theme: str, width: int) -> None:
    page, _ = student_page(width=width, theme=theme)
    sent = asked(page)
    go(page, f"/{KEY}")
    lock(page, value="0")
    open_instruments(page)
    at_rest(page)
    assert sent == [], "nothing is computed before the fold is opened"
    fold = page.locator("details.run-view")
    fold.locator("summary").focus()
    page.keyboard.press("Enter")
    sentence, rounds = fold.locator(".answer"), fold.get_by_role("slider", name="Round")
    expect(sentence).to_contain_text("of 25 invited updates arrived")
    first = sentence.inner_text()
    rounds.focus()
    page.keyboard.press("End")
    expect(rounds).to_have_attribute("aria-valuetext", "100 of 100")
    expect(sentence).not_to_have_text(first)
    expect(page.locator("#announcer")).to_contain_text("invited updates arrived")
    assert findings(page) == []
    assert too_wide(page) == []
    other, last, count = fold.locator(".run-view-other"), sentence.inner_text(), len(sent)
    expect(other).to_be_hidden()
    if width < 800:
        return
    slider(page, "Rounds").first.focus()
    page.keyboard.press("Home")
    at_rest(page)
    expect(other).to_be_visible()
    assert sentence.inner_text() == last
    assert len(sent) == count, "a control that moves asks for no round"
    other.get_by_role("button").click()
    expect(other).to_be_hidden()
    expect(rounds).to_have_attribute("aria-valuetext", "10 of 10")
    expect(rounds).to_have_attribute("max", "10")
