"""The small figure in Peek under the hand: it follows its own sliders, and the bench knows nothing of them."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.page_actions import at_rest, go, lock, open_instruments, slider, until
from tests.browser.test_access import findings, too_wide
from tests.sweeps import swept

pytestmark = pytest.mark.browser
KEY = "edge_guardian/convergence"
STEPS = "Local steps"


def open_peek(page: Page) -> Locator:
    """Come to the bench, lock its prediction and open Peek; returns the demonstration."""
    go(page, f"/{KEY}")
    lock(page, value="0")
    open_instruments(page)
    at_rest(page)
    peek = page.locator(".peek:not(.run-view)")
    peek.locator("> summary").click()
    shown = peek.locator(".demonstration")
    expect(shown).to_be_visible()
    return shown


def settled(shown: Locator) -> list[float]:
    """Where the figure marks that rounds settle."""
    return shown.locator(".js-plotly-plot").evaluate(
        "plot => { const t = plot.data.find(t => t.name === 'rounds settle'); return [t.x[0], t.y[0]]; }"
    )


FRACTIONS = """() => [...document.querySelectorAll('.equation')].flatMap(line =>
  [...line.querySelectorAll('mfrac')].map(fraction => {
    const [above, below] = [...fraction.children].map(part => part.getBoundingClientRect());
    const [outer, own] = [line.getBoundingClientRect(), fraction.getBoundingClientRect()];
    const inner = ({ paddingTop, paddingBottom }) => parseFloat(paddingTop) + parseFloat(paddingBottom);
    const gaps = [...fraction.children].map(part => inner(getComputedStyle(part)));
    return { inside: own.top >= outer.top - 0.5 && own.bottom <= outer.bottom + 0.5,
      apart: below.top - above.bottom + gaps[0] + gaps[1] };
  }))"""


def test_a_fraction_is_whole_and_clear_of_its_bar(student_page) -> None:
    """A numerator was cut by the upper edge of its line, and letters touched the bar."""
    page, _ = student_page()
    open_peek(page)
    found = page.evaluate(FRACTIONS)
    assert len(found) >= 3
    assert all(fraction["inside"] and fraction["apart"] >= 5 for fraction in found), found


def test_a_key_moves_the_figure_its_sentence_and_its_table_and_no_control_of_the_bench(student_page) -> None:
    page, _ = student_page()
    shown = open_peek(page)
    steps, sentence = shown.get_by_role("slider", name=STEPS), shown.locator(".answer")
    before, place = sentence.inner_text(), settled(shown)
    own = slider(page, STEPS).first
    stood = own.get_attribute("aria-valuetext")
    values = page.evaluate("key => window.edgelab.benchStates[key].values", KEY)
    kept = page.evaluate("() => JSON.stringify(sessionStorage)")
    expect(steps).to_have_attribute("aria-valuetext", re.compile(r"^20\ssteps$"))
    steps.focus()
    page.keyboard.press("ArrowRight")
    expect(sentence).not_to_have_text(before)
    expect(steps).to_have_attribute("aria-valuetext", re.compile(r"^21\ssteps$"))
    assert settled(shown)[0] < place[0], "more steps settle nearer to the plain average at 0"
    page.keyboard.press("Home")
    expect(sentence).to_contain_text("0 bias: with one local step")
    expect(shown.locator("tbody tr", has_text="rounds settle").locator("td").last).to_have_text("0")
    assert page.evaluate("key => window.edgelab.benchStates[key].values", KEY) == values
    assert page.evaluate("() => JSON.stringify(sessionStorage)") == kept
    assert own.get_attribute("aria-valuetext") == stood
    expect(page.locator("#announcer")).to_contain_text("0 bias")


def test_a_drag_asks_once_at_a_time_and_ends_where_it_was_left(student_page) -> None:
    page, watch = student_page()
    shown = open_peek(page)
    sent = watch.updates()
    page.evaluate(
        """() => new Promise(done => {
            const input = document.querySelector('[data-slider="distance"] input');
            const set = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set;
            let left = 30;
            const timer = setInterval(() => {
                set.call(input, String(Number(input.value) - 0.1));
                input.dispatchEvent(new Event('input', { bubbles: true }));
                if (!--left) { clearInterval(timer); done(); }
            }, 4);
        })"""
    )
    expect(shown.locator(".answer")).to_contain_text("0 bias: both clients have the same best model")
    page.wait_for_timeout(500)
    assert 2 <= watch.updates() - sent < 30


def test_a_failed_request_is_said_and_sent_again_and_the_moves_since_then_are_answered(student_page) -> None:
    page, watch = student_page()
    shown = open_peek(page)
    is_down = True

    def lose(route: Route) -> None:
        if is_down and "demonstration_values" in (route.request.post_data or ""):
            route.abort()
        else:
            route.continue_()

    page.route("**/_dash-update-component*", lose)
    steps, sentence = shown.get_by_role("slider", name=STEPS), shown.locator(".answer")
    bar = page.locator(".request-bar")
    before = sentence.inner_text()
    steps.focus()
    page.keyboard.press("ArrowRight")
    expect(bar).to_contain_text("No connection")
    page.keyboard.press("Home")
    assert sentence.inner_text() == before
    is_down = False
    expect(sentence).to_contain_text("0 bias: with one local step")
    expect(bar).to_be_hidden()
    watch.trouble.clear()  # the browser reports each request that was broken off


@pytest.mark.parametrize(("theme", "width"), swept([("light", 1440), ("dark", 390)], kept=[("dark", 390)]))
def test_it_is_read_by_everybody_at_every_width(student_page, theme: str, width: int) -> None:
    page, _ = student_page(width=width, theme=theme)
    shown = open_peek(page)
    assert findings(page) == []
    assert too_wide(page) == []
    box, plot = shown.bounding_box(), shown.locator(".js-plotly-plot").bounding_box()
    assert plot["width"] > 0.45 * box["width"]
    assert plot["height"] > 150


def test_another_theme_recolours_it(student_page) -> None:
    page, _ = student_page()
    shown = open_peek(page)
    colour = "plot => plot.layout.font.color"
    before = shown.locator(".js-plotly-plot").evaluate(colour)
    page.locator('[data-do="theme"]').click()
    until(
        page,
        "before => document.querySelector('.peek:not(.run-view) .js-plotly-plot').layout.font.color !== before",
        arg=before,
    )
