"""A crisis in three acts as a student plays it by mouse, from the alarm to the post-mortem on paper."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.bench_scripts import TRACKS, bench_of, observe, record, set_state, unlock_bench
from tests.browser.page_actions import at_rest, go
from tests.sweeps import swept

pytestmark = pytest.mark.browser


def values(page: Page, key: str) -> dict[str, object]:
    """Where the controls stand."""
    return dict(page.evaluate("key => ({ ...window.edgelab.benchStates[key].values })", key))


@pytest.mark.parametrize("track", swept(TRACKS, kept=["edge_guardian"]))
def test_a_crisis_is_played_in_three_acts_to_its_post_mortem(student_page, track: str) -> None:  # L16
    page, _ = student_page()
    key = f"{track}/crisis"
    bench = bench_of(key)
    unlock_bench(page, key)
    acts = page.locator(".acts")
    buttons = acts.locator(".act")
    expect(buttons).to_have_count(3)
    expect(acts.get_by_role("heading")).to_have_text(f"Act 1 of 3: {bench.acts[0].title}")
    expect(acts.locator(".alarm")).to_contain_text(bench.acts[0].alarm)
    for later in (1, 2):
        expect(buttons.nth(later)).to_be_disabled()
    # the alarm moves with the controls: what is painted below it is the state of the page
    expect(acts.locator(".alarm-now")).to_contain_text(page.locator(".status-word").inner_text())
    record(page, 1)
    observe(page, key)
    answers = [acts.locator(".answered").inner_text()]
    decision = next(c for c in bench.controls if c.role == "decision")
    for number, act in enumerate(bench.acts[1:], start=2):
        held = values(page, key)
        set_state(page, key, {decision.id: decision.positions(9)[number]})  # left behind: an act starts from the try
        expect(buttons.nth(number - 1)).to_be_enabled()
        expect(buttons.nth(number - 1)).to_contain_text("optional")
        buttons.nth(number - 1).click()
        expect(acts.get_by_role("heading")).to_have_text(f"Act {number} of 3: {act.title}")
        expect(acts.locator(".alarm")).to_contain_text(act.alarm)
        at_rest(page)
        assert values(page, key) == {**held, **act.world, **{
            c.id: c.default for c in bench.controls if c.role == "environment" and c.id not in act.world}}  # fmt: skip
        expect(buttons.nth(number - 1)).to_have_attribute("aria-pressed", "true")
        record(page, number)
        expect(page.locator(".tries tbody tr").nth(number - 1)).to_contain_text(f"act {number}")
        expect(page.locator(".tries tbody tr").nth(number - 1)).not_to_contain_text("what if")
        answers.append(acts.locator(".answered").inner_text())
    assert len(page.locator(".predict .locked").all()) == 1  # one lock for all of them
    told = page.locator(".post-mortem")
    expect(told.locator("tbody tr")).to_have_count(3)
    for number, answer in enumerate(answers):
        expect(told.locator("tbody tr").nth(number)).to_contain_text(answer.removeprefix("The world answers").strip())
    for width in (390, 820):
        page.set_viewport_size({"width": width, "height": 900})
        wide = "place => place.scrollWidth > place.clientWidth"
        assert not told.locator(".table-scroll").evaluate(wide), f"a try is cut at {width} px"
    page.set_viewport_size({"width": 1440, "height": 900})
    page.emulate_media(media="print")
    for shown in (".post-mortem", ".figures", ".happened", ".reflect"):  # the browser's own command prints the page
        expect(page.locator(shown)).to_be_visible()
    page.evaluate("""() => { window.print = () => { const at = (name) => document.querySelector(name).checkVisibility();
                       window.printed = [".post-mortem", ".rail", ".hud", ".figures"].map(at); }; }""")
    told.get_by_role("button", name="Print", include_hidden=True).dispatch_event("click")
    assert page.evaluate("window.printed") == [True, False, False, False], "the button prints the post-mortem alone"
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    expect(page.locator(".figures")).to_be_visible()
    page.emulate_media(media="screen")
    go(page, f"/{key}")  # and all of it is the ledger's
    expect(page.locator(".post-mortem tbody tr")).to_have_count(3)
    expect(page.locator(".acts .answered")).to_have_text(answers[-1])
