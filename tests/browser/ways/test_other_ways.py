"""Links, paper, forced colours, other text: a bench that is opened and shown in ways that are not the usual one."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.bench_scripts import TRACKS, bench_of, record, set_state, unlock_bench
from tests.browser.page_actions import at_rest, go, until, until_answered
from tests.sweeps import swept

pytestmark = pytest.mark.browser

KEY = "edge_guardian/memory"
VALUES = "key => window.edgelab.benchStates[key].values"


def test_a_link_opens_its_setting_and_nonsense_says_what_of_it_was_ignored(student_page) -> None:  # N15
    page, _ = student_page()
    unlock_bench(page, KEY)
    usual = dict(bench_of(KEY).defaults())
    for text, batch, said in (
        ("batch:4", 4, "A try that keeps one of them is marked “with help”."),
        ("batch:4;nothing:1", 4, "“nothing:1”. The rest of it is set."),
        ("%00<script>;batch", usual["batch"], "The controls stand at their defaults."),
    ):
        page.goto(f"/{KEY}?s={text}")
        until_answered(page)
        until(page, "([key, batch]) => window.edgelab.benchStates[key].values.batch === batch", arg=[KEY, batch])
        bar = page.locator("#request-bar")
        expect(bar).to_contain_text(said)
        if batch != usual["batch"]:
            expect(bar).to_contain_text("came with the address")
        expect(page).to_have_url(re.compile(rf"/{KEY}(\?context=\w+)?$"))
    page.goto(f"/{KEY}?s=batch:4")
    at_rest(page)
    record(page, 1)
    expect(page.locator(".with-help")).to_have_count(1)
    set_state(page, KEY, {**usual, "method": "tinytl_bias"})
    record(page, 2)
    expect(page.locator(".with-help")).to_have_count(1)
    page.get_by_role("button", name="Link").click()
    expect(page).to_have_url(re.compile("s=method(%3A|:)tinytl_bias"))
    assert "lock" not in page.url
    page.goto(page.url)
    until_answered(page)
    expect(page.locator("#request-bar")).to_have_count(0)  # this browser made it


def test_a_page_is_there_from_right_to_left_and_without_scripts(student_page, browser, server) -> None:
    page, _ = student_page()
    unlock_bench(page, KEY)
    page.evaluate("document.documentElement.dir = 'rtl'")
    expect(page.locator("h1")).to_be_in_viewport(ratio=1)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    plain = browser.new_context(base_url=server.url, java_script_enabled=False)
    bare = plain.new_page()
    bare.goto(f"/{KEY}")
    expect(bare.locator("noscript h1, h1")).to_have_text("edgelab needs JavaScript")
    plain.close()


def cut(page: Page) -> list[str]:
    """Words that do not fit what holds them and are cut there."""
    return page.evaluate(
        """() => {
              const apart = '.visually-hidden, .graph, .advanced-line, option';
              const isCut = node => node.clientWidth > 1 && node.scrollWidth > node.clientWidth + 2
                && getComputedStyle(node).overflowX !== 'visible';
              return [...document.querySelectorAll('body *')]
                .filter(node => !node.children.length && node.textContent.trim() && node.checkVisibility())
                .filter(node => !node.closest(apart) && isCut(node))
                .map(node => `${node.className}: ${node.textContent}`); }"""
    )


@pytest.mark.parametrize("width", swept([1440, 1024, 390], kept=[390]))
def test_text_spacing_cuts_nothing(student_page, width: int) -> None:  # N13
    """WCAG 1.4.12: lines of 1.5, letters 0.12 em, words 0.16 em and paragraphs 2 em apart."""
    page, _ = student_page(width=width)
    unlock_bench(page, KEY)
    page.add_style_tag(
        content="* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important; }"
        " p { margin-bottom: 2em !important; }"
    )
    assert cut(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("width", swept([1440, 390], kept=[1440]))
def test_letters_grow_with_the_browsers_own_size_and_none_is_cut(student_page, width: int) -> None:  # N13
    """A browser whose standard size is 20 px rather than 16, which is the root's size in rem."""
    page, _ = student_page(width=width)
    unlock_bench(page, KEY)
    page.add_style_tag(content="html { font-size: 125%; }")
    for part, usual in (("h1", 24 if width > 800 else 22), (".cause, .answer", 16), (".control-label", 14)):
        size = page.locator(part).first.evaluate("node => parseFloat(getComputedStyle(node).fontSize)")
        assert size == pytest.approx(1.25 * usual), part
    assert cut(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_paper_is_light_and_has_nothing_in_place_over_its_text(student_page) -> None:
    page, _ = student_page(theme="dark")
    unlock_bench(page, KEY)
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    ink = page.evaluate("document.querySelector('.js-plotly-plot').layout.font.color")
    widths = page.evaluate("[...document.querySelectorAll('.main-svg')].map(svg => svg.getBoundingClientRect().width)")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert max(widths) <= 680
    for part in (".bar", ".hud", ".rail-inner"):
        assert page.locator(part).first.evaluate("node => getComputedStyle(node).position") == "static", part
    expect(page.locator(".record")).to_be_hidden()
    page.emulate_media(media="screen")
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    until(page, "ink => document.querySelector('.js-plotly-plot').layout.font.color !== ink", arg=ink)
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"


def test_forced_colours_leave_icons_choices_and_sliders_in_sight(student_page) -> None:  # N13
    page, _ = student_page()
    unlock_bench(page, KEY)
    page.emulate_media(forced_colors="active")
    paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
    for part in (".row-tool .icon, .head-tools .icon", ".segment-input:checked + .segment", ".bar-fill"):
        found = page.locator(part).first
        assert found.evaluate("node => getComputedStyle(node).backgroundColor") != paper, part
    page.emulate_media(forced_colors="none")


@pytest.mark.parametrize("key", swept([KEY, "tiny_pioneer/convergence"], kept=[KEY]))
def test_on_a_laptop_all_that_moves_stands_on_one_screen(student_page, key: str) -> None:
    page, _ = student_page(width=1440, height=780)
    go(page, f"/{key}")
    expect(page.get_by_role("button", name="Review")).to_be_in_viewport(ratio=1)
    unlock_bench(page, key)
    for part in (".record", ".status", ".figures", ".hud"):
        expect(page.locator(part)).to_be_in_viewport(ratio=1)
    strip, read_out = (page.locator(part).bounding_box() for part in (".status", ".hud"))
    assert strip["y"] + strip["height"] <= read_out["y"]
    if key == KEY:
        assert page.locator(".rail-inner").evaluate("node => node.scrollHeight - node.clientHeight") <= 0


@pytest.mark.parametrize("track", swept(TRACKS, kept=["tiny_pioneer"]))
def test_a_crisis_fits_a_laptop_below_its_alarm(student_page, track: str) -> None:
    """Its three figures, verdict, read-out and *Record* are in view at once; the alarm above them is scrolled away."""
    page, _ = student_page(width=1440, height=780)
    unlock_bench(page, f"{track}/crisis")
    page.locator(".figures").evaluate("node => window.scrollTo(0, node.getBoundingClientRect().top + scrollY - 64)")
    for part in (".record", ".figures", ".status", ".hud", ".explore input[type=range] >> nth=0"):
        expect(page.locator(part)).to_be_in_viewport(ratio=0.98)
    strip, read_out = (page.locator(part).bounding_box() for part in (".status", ".hud"))
    assert strip["y"] + strip["height"] <= read_out["y"]


@pytest.mark.parametrize(
    ("key", "size"),
    swept(
        [(KEY, (1024, 768)), (KEY, (1093, 614)), *((f"{track}/crisis", (1024, 768)) for track in TRACKS)],
        kept=[(KEY, (1024, 768)), (KEY, (1093, 614))],
    ),
)
def test_on_a_narrow_laptop_the_figure_is_in_view_while_its_slider_is_dragged(
    student_page, key: str, size: tuple[int, int]
) -> None:
    page, _ = student_page(width=size[0], height=size[1])
    unlock_bench(page, key)
    figure, thumb = page.locator(".panel .graph").first, page.locator(".explore input[type=range]").first
    figure.evaluate("node => window.scrollTo(0, node.getBoundingClientRect().top + scrollY - 150)")
    thumb.scroll_into_view_if_needed()
    box = thumb.bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + box["height"] / 2)
    page.mouse.down()
    for step in (0.55, 0.65, 0.75):
        page.mouse.move(box["x"] + box["width"] * step, box["y"] + box["height"] / 2)
        expect(figure).to_be_in_viewport(ratio=0.9)
        expect(thumb).to_be_in_viewport(ratio=0.9)
    page.mouse.up()
    at_rest(page)


def test_the_designers_page_fits_a_phone(student_page) -> None:
    page, _ = student_page(width=390)
    go(page, "/designer")
    until(page, "() => document.documentElement.scrollWidth <= innerWidth")
