"""Everybody can use it: no serious finding of axe-core, a whole bench by keyboard, both themes, every width."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.bench_scripts import (
    LAB,
    TRACKS,
    ask_value,
    bench_of,
    lock_here,
    observe,
    own_tries,
    record,
    set_state,
)
from tests.browser.page_actions import at_rest, go, open_paradox, reading, slider, until
from tests.sweeps import swept

pytestmark = pytest.mark.browser

EACH = (
    "cloud_titan/crisis",
    "edge_guardian/memory",
    "edge_guardian/crisis",
    "mobile_nomad/convergence",
    "mobile_nomad/crisis",
    "tiny_pioneer/privacy",
    "tiny_pioneer/crisis",
)

AXE = (Path(__file__).parents[1] / "data" / "axe" / "axe.min.js").read_text()


def findings(page: Page) -> list[str]:
    """The serious and critical findings of axe-core on a page as it stands."""
    page.evaluate(AXE)
    result = page.evaluate("() => axe.run(document, { resultTypes: ['violations'] })")
    return [
        f"{item['impact']}: {item['id']} at {item['nodes'][0]['target']}: {item['nodes'][0]['failureSummary'][:300]}"
        for item in result["violations"]
        if item["impact"] in ("serious", "critical")
    ]


@pytest.mark.parametrize(
    ("theme", "width"),
    swept(product(("light", "dark"), (1440, 390)), kept=[("dark", 390)]),
)
def test_no_page_has_a_serious_finding(student_page, theme: str, width: int) -> None:  # N13
    page, watch = student_page(width=width, theme=theme)
    for path in ("/", "/edge_guardian", "/designer", "/edge_guardian/paradox"):
        go(page, path)
        assert findings(page) == [], path
    open_paradox(page)
    assert findings(page) == []
    record(page, 1)
    observe(page, "edge_guardian/paradox")
    for summary in page.locator("details:not([open]) > summary").all():
        if summary.is_visible():
            summary.click()
    if width < 800:
        page.locator(".sheet-button").click()
    assert findings(page) == []
    page.goto("/nowhere")
    expect(page.get_by_role("heading", name="There is no such page")).to_be_visible()
    assert findings(page) == []
    watch.trouble[:] = [line for line in watch.trouble if "404" not in line]  # the browser reports the page's status


def too_wide(page: Page) -> list[str]:
    """What makes the page wider than its window once the figures have followed it; tables may scroll by themselves."""
    for _ in range(15):
        if page.evaluate("document.documentElement.scrollWidth <= innerWidth"):
            return []
        page.wait_for_timeout(200)
    return page.evaluate(
        """() => ['the page', ...Array.from(document.querySelectorAll('body *'))
              .filter(e => e.getBoundingClientRect().right > innerWidth + 1)
              .filter(e => !e.closest('.tries-scroll, .table-scroll'))
              .map(e => `${e.tagName}.${e.className}`).slice(0, 5)]"""
    )


def spilt(page: Page) -> list[str]:
    """The fixes whose words are cut or do not stay inside their frames; a part without words is not drawn."""
    return page.evaluate(
        """() => Array.from(document.querySelectorAll('.fix'))
              .filter(fix => fix.offsetParent && Array.from(fix.children).some(part => part.offsetParent
                && (part.scrollWidth > part.clientWidth + 1
                || part.getBoundingClientRect().right > fix.getBoundingClientRect().right
                || part.getBoundingClientRect().left < fix.getBoundingClientRect().left)))
              .map(fix => fix.innerText)"""
    )


@pytest.mark.parametrize("key", swept(EACH, kept=["edge_guardian/crisis"]), ids=lambda key: key.replace("/", "-"))
def test_every_bench_shut_and_done_in_both_themes_and_on_phones(student_page, key: str) -> None:  # N13
    """Axe finds nothing serious before the lock and after the reveal; nothing overflows or is too small to touch."""
    page, _ = student_page()
    theme = page.get_by_role("button", name="Theme")

    def clean_in_both_themes(state: str) -> None:
        for _ in range(2):
            page.wait_for_timeout(300)  # colours take 120 ms to change
            at_rest(page)
            assert findings(page) == [], (state, page.evaluate("document.documentElement.dataset.theme"))
            theme.click()

    go(page, f"/{key}")
    clean_in_both_themes("locked out")
    lock_here(page, key)
    own_tries(page, key)
    observe(page, key)
    set_state(page, key, bench_of(key).defaults())
    if page.get_by_role("button", name="Which control?").is_visible():
        ask_value(page)
    for summary in page.locator("details:not([open]) > summary").all():
        if summary.is_visible():
            summary.click()
    clean_in_both_themes("done")
    for width in (1366, 1200, 820):
        page.set_viewport_size({"width": width, "height": 900})
        assert spilt(page) == [], width
    for width in (390, 320):
        page.set_viewport_size({"width": width, "height": 844})
        page.wait_for_timeout(200)
        assert too_wide(page) == [], width
        assert too_small(page, 44) == [], width


@pytest.mark.parametrize("track", swept(TRACKS, kept=["mobile_nomad"]))
def test_the_steps_of_every_bench_stay_within_a_phone(student_page, track: str) -> None:  # N13
    """Where the steps of a track are wider than a phone they scroll in their own row; the page does not."""
    page, _ = student_page(width=320)
    for step in LAB.benches(track):
        for width in (320, 390):
            page.set_viewport_size({"width": width, "height": 844})
            if width == 320:
                go(page, f"/{track}/{step.id}")
            assert too_wide(page) == [], (step.id, width)
            expect(page.locator('[aria-current="step"] .step-label')).to_be_in_viewport(ratio=1)


def test_a_bench_can_be_done_with_the_keyboard_alone(student_page) -> None:  # N13
    page, _ = student_page()
    go(page, "/mobile_nomad/paradox")
    keys = page.keyboard

    def tab_to(name: str, kind: str = "*", limit: int = 60) -> None:
        for _ in range(limit):
            keys.press("Tab")
            label = page.evaluate(
                "() => { const a = document.activeElement; return (a.innerText || a.ariaLabel || '') + '|' + "
                "(a.labels ? Array.from(a.labels).map(l => l.innerText).join(' ') : ''); }"
            )
            if name in label and page.evaluate("kind => document.activeElement.matches(kind)", kind):
                return
        raise AssertionError(f"no way to {name!r} by Tab")

    tab_to("Your value")
    keys.type("0.5")
    keys.press("Tab")
    keys.press("Space")  # the first reason
    keys.press("ArrowDown")
    expect(page.locator(".predict-card .radios input").nth(1)).to_be_checked()
    keys.press("Tab")
    keys.press("Space")
    keys.press("ArrowRight")
    expect(page.locator(".locked")).to_have_count(0)  # arrows select, they never commit
    tab_to("Review")
    keys.press("Enter")
    expect(page.get_by_role("heading", name="This will freeze")).to_be_focused()  # where the next Tab goes on from
    tab_to("Lock this prediction")
    keys.press("Enter")
    expect(page.locator(".reveal-title")).to_be_focused()
    tab_to("Open the instruments")
    keys.press("Enter")
    expect(page.locator(".is-unlocked")).to_be_visible()
    before = reading(page, "ratio").inner_text()
    tab_to("Participating share", "input[type=range]")
    keys.press("ArrowRight")
    keys.press("PageUp")
    at_rest(page)
    assert reading(page, "ratio").inner_text() != before
    keys.press("Control+z")
    at_rest(page)
    tab_to("Record this try", "button")
    keys.press("Enter")
    expect(page.locator(".tries tbody tr")).to_have_count(1)
    tab_to(bench_of("mobile_nomad/paradox").observation.options[0].text, "input[type=radio]")
    keys.press("Space")
    tab_to("Say what it showed")
    keys.press("Enter")
    expect(page.locator(".observed")).to_be_focused()


def test_sliders_say_their_name_and_value(student_page) -> None:
    page, _ = student_page()
    open_paradox(page)
    for handle in page.locator(".explore input[type=range]:visible").all():
        assert handle.get_attribute("aria-valuetext")
        name = handle.evaluate("e => e.labels[0] && e.labels[0].innerText")
        assert name
    share = slider(page, "Participating share")
    expect(share).to_have_attribute("aria-valuetext", "1%")
    share.press("End")
    expect(share).to_have_attribute("aria-valuetext", "10%")


def test_the_status_is_spoken_after_the_hand_rests(student_page) -> None:
    page, _ = student_page()
    open_paradox(page, "cloud_titan", "100")
    page.wait_for_timeout(1200)
    slider(page, "Participating share").press("End")
    at_rest(page)
    spoken_at_once = page.locator("#announcer").inner_text()
    page.wait_for_timeout(1200)
    said = page.locator("#announcer").inner_text()
    assert said
    assert said != spoken_at_once
    assert said.startswith(page.locator(".status-word").inner_text())


def test_nothing_overflows_sideways_at_any_width(student_page) -> None:
    page, _ = student_page()

    def fits_everywhere() -> None:
        for width in (1920, 1440, 1200, 1024, 820, 390, 320):
            page.set_viewport_size({"width": width, "height": 900})
            page.wait_for_timeout(200)
            assert too_wide(page) == [], (width, page.url)

    for path in ("/", "/edge_guardian", "/edge_guardian/paradox"):
        go(page, path)
        fits_everywhere()
    open_paradox(page)
    fits_everywhere()


def too_small(page: Page, least: int) -> list[str]:
    """What a finger or a pointer must meet that is smaller than so many pixels."""
    return page.evaluate(
        """least => Array.from(document.querySelectorAll('button, a[href], summary, input[type=range], select'))
            .filter(e => e.offsetParent && !e.closest('.visually-hidden, .skip'))
            .map(e => [e.innerText || e.className, e.getBoundingClientRect()])
            .filter(([, r]) => r.width && (r.width < least - 0.5 || r.height < least - 0.5))
            .map(([name, r]) => `${name} ${r.width}x${r.height}`)""",
        least,
    )


def test_targets_are_large_enough(student_page) -> None:
    for width, smallest in ((1440, 24), (390, 44)):
        page, _ = student_page(width=width)
        go(page, "/edge_guardian/paradox")
        assert too_small(page, smallest) == [], width
        open_paradox(page)
        if width < 800:
            page.locator(".sheet-button").click()
        assert too_small(page, smallest) == [], width


def test_the_theme_follows_the_system_can_be_chosen_and_reaches_the_figures(student_page) -> None:
    page, _ = student_page(theme="dark")
    open_paradox(page)
    ink = "() => document.querySelector('.js-plotly-plot').layout.font.color"
    dark = page.evaluate(ink)
    page.get_by_role("button", name="Theme").click()
    at_rest(page)
    until(page, f"() => ({ink})() !== '{dark}'")
    assert page.evaluate("document.documentElement.dataset.theme") == "light"
    page.reload()
    expect(page.locator(".is-unlocked")).to_be_visible()
    assert page.evaluate("document.documentElement.dataset.theme") == "light"  # the choice is kept


def test_the_theme_reaches_figures_before_the_lock_and_keeps_what_was_typed(student_page) -> None:
    page, _ = student_page()
    go(page, "/edge_guardian/paradox")
    page.get_by_label("Your value").fill("3")
    ink = "() => document.querySelector('.js-plotly-plot').layout.font.color"
    light = page.evaluate(ink)
    page.get_by_role("button", name="Theme").click()
    until(page, f"() => ({ink})() !== '{light}'")
    expect(page.get_by_label("Your value")).to_have_value("3")


def test_on_a_phone_the_instruments_are_in_a_sheet(student_page) -> None:
    page, _ = student_page(width=390)
    open_paradox(page, "tiny_pioneer", "0.001")
    expect(page.locator(".explore")).not_to_be_in_viewport()
    page.locator(".sheet-button").click()
    expect(page.locator(".explore")).to_be_in_viewport()
