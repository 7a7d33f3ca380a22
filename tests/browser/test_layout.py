"""What keeps its place and what makes room: strip, curves, popovers, fields, and the read-out of a phone."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.bench_scripts import TRACKS, ask_value, bench_of, own_tries, set_state, unlock_bench
from tests.browser.nothing_lost.steps import WHY, open_reflection
from tests.browser.page_actions import at_rest, go, lock, open_paradox, slider, until
from tests.browser.page_student import PageStudent
from tests.sweeps import swept

pytestmark = pytest.mark.browser
MEMORY, PRIVACY, PARADOX = "edge_guardian/memory", "edge_guardian/privacy", "tiny_pioneer/paradox"
NAMES = "() => document.querySelectorAll('.js-plotly-plot')[0].data.map(trace => trace.name)"
INSIDE = """node => { const box = node.getBoundingClientRect();
  return box.width > 0 && box.left >= 0 && box.right <= document.documentElement.clientWidth; }"""

# Words that end in an ellipsis, or in fewer lines than they have; a unit in its box may.
ENDED_EARLY = """() => [...document.querySelectorAll('body *')].filter(node => node.checkVisibility()).filter(node => {
    const style = getComputedStyle(node);
    const isEnded = style.textOverflow === 'ellipsis' || style.webkitLineClamp !== 'none'
      || node.matches('.fix, .also');
    return isEnded && (node.scrollWidth > node.clientWidth + 1 || node.scrollHeight > node.clientHeight + 1)
      && node.clientWidth > 0 && !node.matches('.suffix');
  }).map(node => `${node.className}: ${node.textContent}`)"""


def top_of(page: Page, selector: str) -> float:
    """Return where an element stands on the page, whatever is scrolled [px]."""
    return page.evaluate(
        "selector => document.querySelector(selector).getBoundingClientRect().top + window.scrollY", selector
    )


def test_values_that_go_with_the_next_move_leave_the_readings_where_they_are(student_page) -> None:
    page, _ = student_page()
    unlock_bench(page, MEMORY)
    own_tries(page, MEMORY)
    set_state(page, MEMORY, bench_of(MEMORY).defaults())
    before = top_of(page, ".readings")
    ask_value(page)
    standing = top_of(page, ".readings")
    assert standing > before  # else this state shows nothing
    set_state(page, MEMORY, {"batch": 2})
    at_rest(page)
    expect(page.locator(".fix:visible")).to_have_count(0)
    assert top_of(page, ".readings") == standing


def test_the_curves_stay_in_grey_while_a_slider_moves(student_page) -> None:
    page, _ = student_page()
    unlock_bench(page, PRIVACY)
    set_state(page, PRIVACY, {"deployment": "federated_dp"})
    at_rest(page)
    until(page, f"({NAMES})().includes('central')")
    seen = page.evaluate(
        f"""() => new Promise(done => {{
            const input = document.querySelector('[data-control="clip_norm"] input[type=range]');
            const set = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set;
            const seen = [];
            const looked = setInterval(() => seen.push({{
                names: ({NAMES})(), said: document.querySelector('.panel .answer').textContent,
            }}), 20);
            let steps = 0;
            const moved = setInterval(() => {{
                if (++steps > 30) {{ clearInterval(moved); clearInterval(looked); done(seen); return; }}
                set.call(input, String(Number(input.value) + Number(input.step)));
                input.dispatchEvent(new Event('input', {{ bubbles: true }}));
            }}, 100);
        }})"""
    )
    for shown in seen:
        drawn = set(shown["names"])
        assert {"central", "local"} <= drawn or {"central, before", "local, before"} <= drawn
    assert any("central, before" in shown["names"] for shown in seen)
    assert any(shown["said"].endswith("In grey: the curves before this move.") for shown in seen)
    at_rest(page)
    until(page, f"({NAMES})().includes('central')")
    expect(page.locator(".panel .answer").first).not_to_contain_text("In grey")


def test_what_a_reading_says_of_itself_stays_in_the_window_and_goes_with_escape(student_page) -> None:
    for width in (1440, 390):
        page, _ = student_page(width=width)
        open_paradox(page)
        for number in (0, 1):
            reading = page.locator(".reading").nth(number)
            reading.scroll_into_view_if_needed()
            reading.hover()
            popover = reading.locator(".popover")
            expect(popover).to_be_visible()
            assert popover.evaluate(INSIDE)
            page.keyboard.press("Escape")
            expect(popover).to_be_hidden()


def test_a_field_grows_with_what_is_written_and_without_that_has_room_for_five_lines(student_page) -> None:
    page, _ = student_page()
    open_reflection(page)
    field = page.get_by_label(WHY, exact=True)
    empty = field.evaluate("node => node.offsetHeight")
    field.fill("\n".join(f"Line {number}." for number in range(8)))
    assert field.evaluate("node => node.scrollHeight <= node.clientHeight")
    assert field.evaluate("node => node.offsetHeight") > empty
    field.evaluate("node => { node.style.fieldSizing = 'fixed'; node.style.height = '118px'; }")
    assert field.evaluate("node => node.clientHeight") >= 5 * 20


def test_a_phone_offers_the_controls_once_there_is_something_to_control(student_page) -> None:
    page, _ = student_page(width=390)
    go(page, f"/{PARADOX}")
    button = page.locator(".sheet-button")
    expect(button).to_be_hidden()
    unlock_bench(page, PARADOX)
    expect(button).to_be_visible()
    at_rest(page)
    cut = page.evaluate(
        """() => [...document.querySelectorAll('.hud .gauge b')]
             .filter(node => node.scrollWidth > node.clientWidth).map(node => node.textContent)"""
    )
    assert cut == []  # the ratio has a power of ten: 4.34 × 10⁻⁵


def test_a_percentage_is_read_as_a_ratio_and_echoed(student_page) -> None:
    page, _ = student_page()
    go(page, f"/{PARADOX}")
    page.get_by_label("Your value").fill("4 %")
    expect(page.locator(".echo")).to_have_text("Read as 0.04×")


def test_a_box_says_beside_itself_what_it_did_not_take_as_it_was_typed(student_page) -> None:
    page, _ = student_page()
    open_paradox(page)
    row = page.locator('[data-control="participation"]')
    box, note = row.locator(".box input"), row.locator(".box-note")
    for typed, said in (("50", "10% is the most here."), ("a few", "“a few” cannot be read; 10% stays.")):
        box.fill(typed)
        box.press("Enter")
        expect(note).to_have_text(said)
        at_rest(page)
        expect(box).to_have_value("10")
    slider(page, "Participating share").press("ArrowLeft")
    expect(note).to_be_empty()
    box.fill("0.01")
    page.get_by_role("button", name="Record this try").click()
    expect(page.locator(".tries tbody tr")).to_have_count(1)
    expect(note).to_have_text("0.1% is the least here.")


@pytest.mark.parametrize("width", [1440, 390])
def test_a_number_box_is_as_wide_as_its_number(student_page, width: int) -> None:
    """A hundred million was cut after its seventh zero."""
    page, _ = student_page(width=width)
    unlock_bench(page, "edge_guardian/keyboard")
    if width < 800:
        page.get_by_role("button", name="Controls").click()
    page.locator("details.advanced > summary").click()
    box = page.locator('[data-control="fleet"] .box input')
    expect(box).to_have_value("100\u202f000\u202f000")
    assert box.evaluate("input => input.scrollWidth - input.clientWidth") <= 0


@pytest.mark.parametrize("width", [360, 390])
def test_what_is_saved_stands_clear_of_the_longest_track_name(student_page, width: int) -> None:
    page, _ = student_page()
    go(page, "/edge_guardian/paradox")
    lock(page, value="0.5")
    page.set_viewport_size({"width": width, "height": 844})
    expect(page.locator("#saved")).not_to_be_empty()
    gap = page.evaluate(
        """() => document.querySelector('.saved').getBoundingClientRect().left
              - document.querySelector('.bar-track').lastElementChild.getBoundingClientRect().right"""
    )
    assert gap >= 8


def test_the_seven_steps_of_a_track_are_whole_beside_what_is_saved(student_page) -> None:
    """The last one was cut where a case stood open with its name."""
    page, _ = student_page()
    PageStudent(page).unlock("edge_guardian/recommendation")
    for bench in ("recommendation", "paradox"):
        go(page, f"/edge_guardian/{bench}")
        for width in (1440, 1366, 1280, 1200, 1024, 820):
            page.set_viewport_size({"width": width, "height": 900})
            cut = page.locator(".stepper").evaluate("node => node.scrollWidth - node.clientWidth")
            assert cut <= 0, (bench, width)
            expect(page.locator('.stepper [aria-current="step"] .step-label')).to_be_visible()


@pytest.mark.parametrize("track", swept(TRACKS, kept=["edge_guardian"]))
def test_no_number_ends_in_an_ellipsis_and_a_fix_is_whole_with_what_it_changes(student_page, track: str) -> None:
    """At the default the fixes are longest: what changes, its present value, its new value."""
    page, _ = student_page()
    for bench in ("memory",) if track == "edge_guardian" else ("paradox", "memory", "privacy", "crisis"):
        key = f"{track}/{bench}"
        unlock_bench(page, key)
        asked = bench != "paradox"
        if asked:
            own_tries(page, key)
            set_state(page, key, bench_of(key).defaults())
            ask_value(page)
        for width in (1440, 1240, 820, 390):
            page.set_viewport_size({"width": width, "height": 900})
            assert page.evaluate(ENDED_EARLY) == [], (key, width)
        for fix in page.locator(".fix:visible").all():
            old, new = (fix.locator(part).first.inner_text() for part in (".fix-old", ".fix-new"))
            assert old
            assert new not in ("", old)
        page.set_viewport_size({"width": 1440, "height": 900})


def test_before_the_scripts_arrive_the_page_has_a_shape(student_page) -> None:
    """On a slow line styles come seconds before the bundle: header, title and figure stand in grey until then."""
    page, _ = student_page()
    held: list[Route] = []
    page.route(re.compile(r"/bundle/"), lambda route: held.append(route))
    page.goto(f"/{MEMORY}", wait_until="commit")
    shape = page.locator("._dash-loading")
    expect(shape).to_be_visible()
    until(page, "() => document.fonts.status === 'loaded' && document.styleSheets.length > 5")
    image = shape.evaluate("node => getComputedStyle(node).backgroundImage")
    assert image.count("linear-gradient") == 4
    assert shape.bounding_box()["height"] >= 900
    assert held
    for route in held:
        route.continue_()
    expect(page.locator("h1")).to_be_visible()
    expect(shape).to_have_count(0)
