"""The cases as a student plays them, by mouse: lock, reveal with its numbers, instruments, preset, try, reflection."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.bench_scripts import observe, record, set_state
from tests.browser.page_actions import at_rest, go, lock, open_instruments, reading

pytestmark = pytest.mark.browser

NEXT = {"cloud_titan": "edge_guardian", "edge_guardian": "mobile_nomad", "mobile_nomad": "tiny_pioneer",
        "tiny_pioneer": "cloud_titan"}  # fmt: skip


def reflect(page: Page) -> None:
    section = page.locator(".reflect")
    for field in section.locator("textarea").all():
        field.fill("One copy weighs more than a day of text.")
    section.get_by_role("radio").first.check()
    section.get_by_role("button", name="Save reflection").click()
    expect(section.get_by_text("Model answer")).to_be_visible()


TRACKS = ["edge_guardian", *(pytest.param(one, marks=pytest.mark.sweep) for one in NEXT if one != "edge_guardian")]


@pytest.mark.parametrize("track", TRACKS)
def test_the_keyboard_fleet_is_played_from_the_briefing_to_the_next_track(student_page, track: str) -> None:  # L22
    page, _ = student_page()
    go(page, f"/{track}")
    expect(page.get_by_role("link", name="Begin with Paradox")).to_have_class("btn primary")
    page.get_by_role("link", name="Optional: Keyboard fleet").click()
    expect(page.locator(f'[data-bench="{track}/keyboard"]')).to_be_visible()
    lock(page, value="1000")
    beat = page.locator(".reveal-beat")
    expect(beat).to_contain_text("One way to 1\u202f000×: a thousand times more, 1\u202f120×.")
    for number in ("4\u00a0PB", "40\u00a0PB", "400\u202f000×", "12\u00a0GB", "44.4\u00a0min", "4\u202f000×",
                   "202\u202f000×", "5.6\u00a0MB", "1\u202f120×"):  # fmt: skip
        expect(beat).to_contain_text(number)
    open_instruments(page)
    expect(reading(page, "ratio")).to_have_text("400\u202f000")
    note = page.get_by_text("(Hard et al. 2018)")
    expect(note).to_be_hidden()
    page.get_by_label("Preset").select_option(label="the model that was shipped")
    expect(note).to_be_visible()
    at_rest(page)
    expect(reading(page, "ratio")).to_have_text("1\u202f120")
    record(page, 1)
    observe(page, f"{track}/keyboard")
    reflect(page)
    expect(page.get_by_role("link", name="Next: Paradox")).to_be_visible()
    go(page, f"/{NEXT[track]}/keyboard")
    expect(page.get_by_text("You finished this case on")).to_be_visible()


@pytest.mark.parametrize("track", TRACKS)
def test_the_recommendation_fleet_is_revealed_fails_twice_and_is_won_by_two_controls(student_page, track: str) -> None:
    """L13 L22: option B is locked; the reveal shows a digit read out of its update; then the trial is mended."""
    page, _ = student_page()
    key = f"{track}/recommendation"
    go(page, f"/{key}")
    expect(page.locator(".brief").first).to_contain_text("lost 8 points of accuracy, and I allow 5")
    lock(page, option="B: federated")
    beat = page.locator(".reveal-beat")
    expect(beat).to_contain_text("The image, to the last pixel: likeness 1.")
    drawn = "() => document.querySelector('.reveal-beat .js-plotly-plot').data.map(trace => trace.name)"
    assert page.evaluate(drawn) == ["a user’s image", "read out of B", "clipped, noised"]
    open_instruments(page)
    expect(reading(page, "gap")).to_have_text("8")
    expect(page.locator(".status-word")).to_have_text("Utility collapse")
    page.get_by_label("Preset").select_option(label="1% of the fleet")
    expect(page.get_by_text("1.33\u00a0PB a day; the network carries 1\u00a0PB.")).to_be_visible()
    at_rest(page)
    expect(reading(page, "moved")).to_have_text("1.33")
    page.get_by_role("button", name="Reset", exact=True).click()
    at_rest(page)
    set_state(page, key, {"delta": 1e-9, "clip_norm": 2.0})
    expect(page.locator(".status")).not_to_have_attribute("data-state", "fail")
    record(page, 1)
    expect(page.locator(".tries tr").nth(1)).to_have_attribute("data-won", "true")
