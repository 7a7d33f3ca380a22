"""A bench with a preview under the hand: coarse while a slider moves, in full when it rests, and kept in full."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.bench_scripts import ask_value, record, set_state
from tests.browser.conftest import Server
from tests.browser.page_actions import at_rest, go, lock, open_instruments, reading, slider, until
from tests.states import own_changes
from tracks.api.quantities import quantity
from tracks.loading.registry import Registry, load_registry

pytestmark = pytest.mark.browser
KEY = "harbour_crane/crisis"
PLUGINS = Path(__file__).parents[1] / "preview_plugins"


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A lab that has the track whose crisis has a preview."""
    running = Server(tmp_path_factory.mktemp("previews") / "data", EDGELAB_TRACKS_DIR=str(PLUGINS))
    running.start()
    yield running
    running.stop()


@pytest.fixture
def bench_page(student_page) -> tuple[Page, object]:
    page, watch = student_page()
    go(page, f"/{KEY}")
    lock(page, value="1")
    open_instruments(page)
    expect(draws(page)).to_have_text("draws: 3")
    at_rest(page)
    return page, watch


@pytest.fixture(scope="module")
def lab() -> Registry:
    """The lab that the server runs, to ask it for what a state's full answer is."""
    return load_registry(folder=PLUGINS)


@pytest.fixture
def hinted_page(bench_page, lab: Registry) -> tuple[Page, object]:
    """The bench at its start after two own tries, with the value of a fix asked for and given."""
    page, watch = bench_page
    bench = lab.bench(*KEY.split("/"))
    for number, change in enumerate(islice(own_changes(bench), 2), 1):
        set_state(page, KEY, bench.defaults() | change)
        record(page, number)
    set_state(page, KEY, bench.defaults())
    ask_value(page)
    return page, watch


def draws(page: Page) -> Locator:
    """The note that says how many draws the answer on the page is made of."""
    return page.locator('[data-paint="readings.airtime.note"]').first


def dragged(page: Page, *, steps: int) -> list[dict]:
    """Move Rounds by so many steps of its slider, one each 50 ms; returns what the page showed before each."""
    return page.evaluate(
        """steps => new Promise(done => {
            const input = document.querySelector('[data-control="rounds"] input[type=range]');
            const set = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set;
            const shown = [];
            const timer = setInterval(() => {
                shown.push({
                    draws: document.querySelector('[data-paint="readings.airtime.note"]').textContent,
                    fixes: document.querySelectorAll('.fix:not([hidden])').length,
                });
                if (shown.length > steps) { clearInterval(timer); done(shown); return; }
                set.call(input, String(Number(input.value) - Number(input.step)));
                input.dispatchEvent(new Event('input', { bubbles: true }));
            }, 50);
        })""",
        steps,
    )


def hold_answers(page: Page) -> None:
    """Let no answer of the bench through until ``release()``."""
    page.evaluate(
        """() => {
            const own = window.fetch;
            const held = new Promise(free => { window.release = free; });
            window.fetch = (...all) => String(all[1]?.body).includes('"property":"figure"')
                ? own(...all).then(answer => held.then(() => answer)) : own(...all);
        }"""
    )


def values_of(page: Page) -> dict:
    return page.evaluate("key => window.edgelab.benchStates[key].values", KEY)


def test_a_drag_shows_previews_and_its_end_the_full_answer_which_is_what_is_recorded(hinted_page, lab) -> None:
    page, watch = hinted_page
    before = watch.updates()
    first, *moving = dragged(page, steps=25)
    assert first["draws"] == "draws: 3"
    assert first["fixes"] > 0
    assert {seen["fixes"] for seen in moving} == {0}, "a fix of another state stands under the hand"
    assert [seen["draws"] for seen in moving[-10:]] == ["draws: 1"] * 10
    expect(draws(page)).to_have_text("draws: 3")
    at_rest(page)
    sent = watch.updates() - before
    page.wait_for_timeout(800)
    assert watch.updates() - before == sent, "nothing more is asked for once the full answer is there"

    full = lab.bench(*KEY.split("/")).run(lab.track("harbour_crane"), values_of(page)).reading("airtime")
    number, _ = quantity(full.value, full.unit)
    expect(reading(page, "airtime")).to_have_text(number)
    record(page, 3)
    expect(page.locator(".tries tbody tr").last).to_contain_text(number)


def test_a_fix_is_pressed_for_the_state_it_was_computed_for(hinted_page) -> None:
    """It goes with the first move, before any answer, and comes back with its state."""
    page, _ = hinted_page
    fix = page.locator(".fix").first
    start = values_of(page)
    hold_answers(page)
    slider(page, "Rounds").focus()
    page.keyboard.press("ArrowRight")
    moved = values_of(page)
    assert moved != start
    expect(fix).to_be_hidden()
    fix.evaluate("node => node.click()")
    page.wait_for_timeout(100)
    assert values_of(page) == moved
    page.evaluate("() => window.release()")
    at_rest(page)
    expect(fix).to_be_hidden()
    page.get_by_role("button", name="Undo").click()
    at_rest(page)
    assert values_of(page) == start
    fix.click()
    at_rest(page)
    changed = {name for name, value in values_of(page).items() if value != start[name]}
    assert len(changed) == 1


def test_a_preview_that_comes_late_never_stays(bench_page) -> None:
    """The hand has rested before the preview comes: the full answer is asked for after it, and stays."""
    page, watch = bench_page
    hold_answers(page)
    before = watch.updates()
    slider(page, "Rounds").focus()
    page.keyboard.press("ArrowRight")
    until(page, "key => window.edgelab.benchStates[key].waiting", arg=KEY)
    assert watch.updates() - before == 1
    page.evaluate("() => window.release()")
    expect(draws(page)).to_have_text("draws: 3")
    at_rest(page)
    page.wait_for_timeout(300)
    expect(draws(page)).to_have_text("draws: 3")
    assert watch.updates() - before == 2


def test_what_is_no_drag_is_answered_in_full_by_one_request(bench_page) -> None:
    page, watch = bench_page
    slider(page, "Rounds").focus()
    page.keyboard.press("ArrowRight")
    expect(draws(page)).to_have_text("draws: 3")
    for way in ("choice", "box", "undo", "reset"):
        page.wait_for_timeout(600)
        at_rest(page)
        before = watch.updates()
        if way == "choice":
            page.get_by_label("depot").check(force=True)
        elif way == "box":
            box = page.locator('[data-control="rounds"] .box input')
            box.fill("20")
            box.press("Enter")
        else:
            page.get_by_role("button", name=re.compile(way, re.IGNORECASE), exact=False).first.click()
        page.wait_for_timeout(900)
        at_rest(page)
        expect(draws(page)).to_have_text("draws: 3")
        assert watch.updates() - before == 1, way


def test_a_bench_without_a_preview_asks_once(student_page) -> None:
    page, watch = student_page()
    go(page, "/edge_guardian/paradox")
    lock(page, value="1")
    open_instruments(page)
    at_rest(page)
    before = watch.updates()
    slider(page, "Participating share").focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_timeout(900)
    assert watch.updates() - before == 1


def test_a_page_left_while_a_slider_moves_asks_for_nothing_more(bench_page) -> None:
    page, watch = bench_page
    slider(page, "Rounds").focus()
    page.keyboard.press("ArrowRight")
    page.evaluate("() => document.querySelector('a[href=\"/harbour_crane\"]').click()")
    expect(page.get_by_role("heading", level=1)).to_have_text("Harbour Crane")
    before = watch.updates()
    page.wait_for_timeout(900)
    assert watch.updates() == before
