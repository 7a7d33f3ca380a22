"""A plugin whose every text is an attack, in a real browser: nothing of it runs, and it is read as it was written."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.attacks.hostile import ATTACKS
from tests.browser.conftest import Server
from tests.browser.page_actions import at_rest, go, open_instruments

pytestmark = pytest.mark.browser
PLUGIN = Path(__file__).parents[1] / "attacks"


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A lab with the hostile plugin beside the course."""
    data = tmp_path_factory.mktemp("attacked") / "data"
    running = Server(data, EDGELAB_TRACKS_DIR=str(PLUGIN), HOSTILE_WITH_COURSE="1")
    running.start()
    yield running
    running.stop()


def check_nothing_arose(page: Page) -> None:
    """Fail if a script ran, or an element, a handler or a link stands on the page that the lab did not write."""
    found = page.evaluate("""() => ({
        attacked: window.attacked === undefined ? null : window.attacked,
        handlers: [...document.querySelectorAll("*")].flatMap(element => element.getAttributeNames())
            .filter(name => name.startsWith("on")),
        elements: document.querySelectorAll("#content img, #content iframe, #content style, #content script").length,
        links: [...document.querySelectorAll("a")].map(a => a.getAttribute("href") || a.getAttribute("xlink:href"))
            .filter(to => to && !/^(https:[/][/]|[/]|#)/.test(to)),
    })""")
    assert found == {"attacked": None, "handlers": [], "elements": 0, "links": []}


def check_is_read(page: Page, *attacks: str) -> None:
    words = page.locator("body").inner_text()
    for attack in attacks:
        assert attack in words


def test_a_hostile_plugin_is_read_and_does_nothing(student_page) -> None:
    page, _ = student_page()
    for path in ("/", "/designer", "/hostile"):
        go(page, path)
        check_nothing_arose(page)
    check_is_read(page, *ATTACKS[:2])

    go(page, "/hostile/downlink?codec=<img src=x onerror=window.attacked=1>")
    expect(page.locator(".js-plotly-plot")).to_have_count(2)
    check_nothing_arose(page)
    for _ in range(2):
        card = page.locator(".predict-card")
        if card.get_by_role("textbox").count():
            card.get_by_role("textbox").first.fill("1")
        for group in card.locator("fieldset").all():
            group.get_by_role("radio").first.check(force=True)
        page.get_by_role("button", name="Review").click()
        check_nothing_arose(page)
        before = page.locator(".locked").count()
        page.get_by_role("button", name="Lock this prediction").click()
        expect(page.locator(".locked")).to_have_count(before + 1)
    open_instruments(page)
    page.get_by_role("slider").first.focus()
    page.keyboard.press("ArrowRight")
    at_rest(page)
    page.locator("[data-peek], [aria-expanded=false]").first.click()
    check_nothing_arose(page)
    drawn = page.locator(".js-plotly-plot .annotation-text").all_text_contents()
    assert any("<" in text or "javascript:" in text for text in drawn), drawn
    check_is_read(page, *ATTACKS[:3])

    page.get_by_role("button", name="Record this try").click()
    expect(page.locator(".tries tbody tr")).to_have_count(1)
    go(page, "/ledger")
    for name in ("Timeline", "Tries", "Tracks side by side", "Decisions", "Again after a week", "Predictions"):
        with page.expect_response(lambda answer: "_dash-update-component" in answer.url):
            page.locator(".ledger-tabs").get_by_label(name).check(force=True)
        page.wait_for_function("() => !document.querySelector('.ledger-tab [data-html]')")
        check_nothing_arose(page)
