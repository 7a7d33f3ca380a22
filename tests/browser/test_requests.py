"""When a change is sent: one request at a time, the newest wins, and a bundle that comes late loses none."""

from __future__ import annotations

import time

import pytest
from playwright.sync_api import expect

from tests.browser.bench_scripts import set_state, unlock_bench
from tests.browser.page_actions import (
    at_rest,
    drawn_at,
    moved_from,
    open_paradox,
    points,
    slider,
    until,
)

pytestmark = pytest.mark.browser


def test_one_request_at_a_time_the_newest_wins_and_the_last_is_never_lost(student_page) -> None:
    page, watch = student_page()
    open_paradox(page)
    page.evaluate(
        """() => {
            const own = window.fetch, flight = window.flight = { now: 0, most: 0 };
            window.fetch = (...all) => {
                if (!String(all[1]?.body).includes('"property":"figure"')) return own(...all);
                flight.most = Math.max(flight.most, ++flight.now);
                return own(...all).finally(() => { flight.now -= 1; });
            };
        }"""
    )
    before = watch.updates()
    page.evaluate(
        """() => new Promise(done => {
            const input = document.querySelector('[data-control="participation"] input[type=range]');
            const set = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set;
            let n = 0;
            const timer = setInterval(() => {
                set.call(input, String(-3 + 0.02 * n));
                input.dispatchEvent(new Event('input', { bubbles: true }));
                if (++n > 80) { clearInterval(timer); done(); }
            }, 4);
        })"""
    )
    at_rest(page)
    assert page.evaluate("flight.most") == 1
    sent = watch.updates() - before
    assert sent < 80, "values that were overtaken are never sent"
    assert sent >= 2, "what was overtaken is sent when the answer has come"
    expect(slider(page, "Participating share")).to_have_attribute("aria-valuetext", "3.98%")
    drawn_at(page, 0, 10**-1.4)


def test_what_was_moved_while_an_answer_was_due_goes_out_with_it_once(student_page) -> None:
    """The hand rests before the answer comes, so that no later move and no commit of the boxes sends the last value."""
    page, watch = student_page()
    open_paradox(page)
    at_rest(page)
    page.evaluate(
        """() => {
            const own = window.fetch;
            const held = new Promise(free => { window.release = free; });
            window.fetch = (...all) => String(all[1]?.body).includes('"property":"figure"')
                ? held.then(() => own(...all)) : own(...all);
        }"""
    )
    before = watch.updates()
    slider(page, "Participating share").focus()
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    until(page, "Object.values(window.edgelab.benchStates).every(d => d.committed === d.values && d.waiting)")
    page.wait_for_timeout(100)
    assert watch.updates() == before
    page.evaluate("() => window.release()")
    drawn_at(page, 0, 10**-1.9)
    at_rest(page)
    assert watch.updates() - before == 2


def test_one_slider_change_is_one_request(student_page) -> None:
    page, watch = student_page()
    open_paradox(page)
    slider(page, "Participating share").focus()
    before = watch.updates()
    for _ in range(5):
        page.keyboard.press("ArrowRight")
        at_rest(page)
        page.wait_for_timeout(150)  # the box is written between two presses, when the slider has rested a little
    assert watch.updates() - before == 5


def test_a_bundle_that_comes_two_seconds_late_changes_nothing(student_page) -> None:
    """Dash's renderer waits for it: a classic script before its own."""
    page, _ = student_page()
    late = []

    def slowly(route) -> None:
        time.sleep(2)
        late.append(route.request.url)
        route.continue_()

    page.route("**/assets/bundle/*.js", slowly)
    open_paradox(page)
    assert len(late) == 1
    before = [points(page, 0), points(page, 1)]
    slider(page, "Participating share").focus()
    page.keyboard.press("End")
    moved_from(page, before)
    drawn_at(page, 0, 0.1)
    own = "() => Object.keys(window).filter(name => /edgelab/i.test(name))"
    assert page.evaluate(own) == ["edgelab"]
    assert page.evaluate("() => Object.keys(window.edgelab).sort()") == ["benchStates", "command", "switchTheme"]


def test_on_return_to_a_state_that_was_left_no_other_state_is_judged(student_page) -> None:
    """The server draws a page at its defaults; their verdict is none on the controls that this visit left elsewhere."""
    page, _ = student_page()
    key, held = "edge_guardian/convergence", []
    unlock_bench(page, key)
    at_default = page.locator(".status-line").inner_text()
    set_state(page, key, {"local_steps": 5})
    until(page, "key => JSON.parse(sessionStorage.getItem(`edgelab:${key}`))?.local_steps === 5", arg=key)
    left = page.locator(".status-line").inner_text()
    assert left != at_default

    def hold(route) -> None:
        if '"property":"figure"' in (route.request.post_data or ""):
            held.append(route)
        else:
            route.continue_()

    page.route("**/_dash-update-component*", hold)
    page.reload()
    until(page, "key => window.edgelab?.benchStates[key]?.busy", arg=key)
    for claim in (".status-word", ".figures .graph", ".figures .answer", ".reading-value .number", ".gauge b span"):
        expect(page.locator(claim).first).to_be_hidden()
    expect(page.locator("[data-state-words]")).to_have_text("The state that you left here is being computed.")
    assert len(held) == 1
    held[0].continue_()
    expect(page.locator(".status-word")).to_be_visible()
    assert page.locator(".status-line").inner_text() == left
    assert page.locator(".figures .js-plotly-plot").count() == page.locator(".figures .graph").count()
