"""A plugin whose every text is an attack, in a real browser: nothing of it runs, and it is read as it was written."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.attacks.hostile import ATTACKS
from tests.browser.conftest import Server
from tests.browser.page_actions import at_rest, go, open_instruments, until

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


# The two pictures of a scene are the lab's own: they have no attributes but these, and show nothing but its marks.
FOREIGN = """() => {
    const marks = ["svg", "line", "text", "circle", "rect"];
    const looks = ["viewBox", "width", "height", "x", "y", "x1", "y1", "x2", "y2", "cx", "cy", "r", "rx", "fill",
        "stroke", "stroke-width", "font-family", "font-size", "xmlns"];
    const isMark = mark => marks.includes(mark.tagName) && mark.getAttributeNames().every(name => looks.includes(name));
    const isPicture = element => {
        const [start, written] = (element.getAttribute("src") || "").split(",");
        if (!element.matches(".scene[role=img] > img:is(.of-light, .of-dark)[alt='']")
            || element.getAttributeNames().sort().join() !== "alt,class,src"
            || start !== "data:image/svg+xml;base64") return false;
        const bytes = Uint8Array.from(atob(written), letter => letter.charCodeAt(0));
        const drawn = new DOMParser().parseFromString(new TextDecoder().decode(bytes), "image/svg+xml");
        return [...drawn.querySelectorAll("*")].every(isMark);
    };
    return [...document.querySelectorAll("#content :is(img, iframe, style, script)")]
        .filter(element => !isPicture(element)).map(element => element.outerHTML.slice(0, 200));
}"""


def check_nothing_arose(page: Page) -> None:
    """Fail if a script ran, or an element, a handler or a link stands on the page that the lab did not write."""
    found = page.evaluate("""() => ({
        attacked: window.attacked === undefined ? null : window.attacked,
        handlers: [...document.querySelectorAll("*")].flatMap(element => element.getAttributeNames())
            .filter(name => name.startsWith("on")),
        links: [...document.querySelectorAll("a")].map(a => a.getAttribute("href") || a.getAttribute("xlink:href"))
            .filter(to => to && !/^(https:[/][/]|[/]|#)/.test(to)),
    })""")
    assert found == {"attacked": None, "handlers": [], "links": []}
    assert page.evaluate(FOREIGN) == []


def check_foreign_pictures_are_found(page: Page) -> None:
    """Fail if an element that is put beside or into the scene of a page passes as the lab's own."""
    page.evaluate("""() => {
        const own = document.querySelector(".scene img");
        const drawn = atob(own.getAttribute("src").split(",")[1]);
        const copies = [0, 1, 2].map(() => own.parentElement.appendChild(own.cloneNode()));
        copies[0].setAttribute("src", "data:,x");
        copies[1].setAttribute("title", "x");
        copies[2].src = own.src.split(",")[0] + "," + btoa(drawn.replace("</svg>", "<script/></svg>"));
        copies.push(own.cloneNode(), document.createElement("style"));
        document.querySelector("#content").append(copies[3], copies[4]);
        window.put = copies;
    }""")
    assert len(page.evaluate(FOREIGN)) == 5
    page.evaluate("() => window.put.forEach(element => element.remove())")
    check_nothing_arose(page)


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
    expect(page.locator(".scene img")).to_have_count(2)
    check_foreign_pictures_are_found(page)

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
        until(page, "() => !document.querySelector('.ledger-tab [data-html]')")
        check_nothing_arose(page)
