"""Hints in a real browser: asked for, opened by own tries, marked; nothing advised where nothing fails."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from dashboard.web import ids
from tests.browser.bench_scripts import ask_value, bench_of, own_tries, record, set_state, unlock_bench
from tests.browser.page_actions import at_rest
from tests.sweeps import swept

pytestmark = pytest.mark.browser

MEMORY, PRIVACY, CONVERGENCE = "edge_guardian/memory", "edge_guardian/privacy", "mobile_nomad/convergence"
GREEN = {"rounds": 60, "local_steps": 5, "payload_bytes": 770_000.0}  # of Mobile Nomad's convergence


def ask(page: Page, words: str) -> Locator:
    return page.get_by_role("button", name=words)


def start_over(page: Page, key: str) -> None:
    set_state(page, key, bench_of(key).defaults())


def test_cause_always_then_control_then_value_and_the_win_is_marked_with_help(student_page) -> None:  # L16
    page, _ = student_page()
    unlock_bench(page, MEMORY)
    expect(page.locator(".cause")).to_contain_text("Activations are ")
    expect(ask(page, "Which control?")).to_have_attribute("aria-disabled", "true")
    expect(page.locator(".fixes")).to_contain_text("After one try of your own")
    own_tries(page, MEMORY, 1)
    start_over(page, MEMORY)
    ask(page, "Which control?").click()
    expect(page.locator(".hint-text")).to_contain_text("Batch, lower")
    expect(page.locator(".hint-text")).to_be_focused()
    expect(ask(page, "Show the value")).to_have_attribute("aria-disabled", "true")
    expect(page.locator(".fixes")).to_contain_text("After two tries of your own, 1 so far")
    expect(page.locator(".fix:visible")).to_have_count(0)
    set_state(page, MEMORY, {"optimizer": "sgd"})
    record(page, 2)
    start_over(page, MEMORY)
    ask_value(page)
    expect(page.locator(".fixes")).to_contain_text("A try made with it is marked “with help”")
    for _ in range(6):
        if page.locator('.status[data-state="fail"]').count() == 0:
            break
        ask_value(page)
        page.locator(".fix:visible").first.click()
        at_rest(page)
    expect(page.locator(".status-word")).to_have_text("All 2 targets met, 1 warning")
    record(page, 3)
    row = page.locator(".tries tbody tr").nth(2)
    expect(row).to_have_attribute("data-won", "true")
    expect(row.locator(".with-help")).to_have_text("with help")
    expect(page.locator(".tries .with-help")).to_have_count(1)
    page.reload()
    expect(page.locator(".tries tbody tr").nth(2).locator(".with-help")).to_be_visible()


@pytest.mark.parametrize("key", swept(["mobile_nomad/memory", "mobile_nomad/crisis"], kept=["mobile_nomad/memory"]))
def test_neither_the_untouched_start_twice_nor_a_request_by_hand_gives_a_value(student_page, key: str) -> None:
    """These were won by the first fix alone, in two presses each."""
    page, _ = student_page()
    unlock_bench(page, key)
    expect(page.locator(".fix:visible")).to_have_count(0)
    record(page, 1)
    page.get_by_role("button", name="Record this try").click()
    expect(page.locator(".tries-section .problem")).to_contain_text("is try 1 already")
    expect(ask(page, "Which control?")).to_have_attribute("aria-disabled", "true")
    with page.expect_response(lambda answer: "hint_asked" in (answer.request.post_data or "")) as answered:
        page.evaluate(
            """([place, values]) => window.dash_clientside.set_props(
                  place, { data: { at: 1, level: 3, values } })""",
            [ids.slot(key, "hint_asked"), dict(bench_of(key).defaults())],
        )
    (told,) = (part["data"] for part in answered.value.json()["response"].values())
    assert (told["level"], told["fixes"]) == (1, [])
    expect(page.locator(".fix:visible")).to_have_count(0)
    expect(page.locator('.status[data-state="fail"]')).to_be_visible()


def test_a_value_that_breaks_another_target_says_so_on_its_button(student_page) -> None:
    page, _ = student_page()
    unlock_bench(page, MEMORY)
    own_tries(page, MEMORY)
    set_state(page, MEMORY, {**bench_of(MEMORY).defaults(), "method": "full"})
    ask_value(page)
    harmful = page.locator(".fix:visible", has=page.locator(".fix-harm", has_text="then fails: "))
    assert harmful.count() > 0
    named = harmful.last.locator(".fix-harm").inner_text().removeprefix("then fails: ")
    harmful.last.click()
    at_rest(page)
    expect(page.locator(".status")).to_have_attribute("data-state", "fail")
    expect(page.locator(".status")).to_contain_text(re.compile(named.split(", ")[0], re.IGNORECASE))


def test_strip_and_read_out_advise_one_thing_of_this_state_or_nothing(student_page) -> None:  # N7
    page, _ = student_page()
    unlock_bench(page, CONVERGENCE)
    own_tries(page, CONVERGENCE)
    eased = page.locator(".hud-sensitivity")
    start_over(page, CONVERGENCE)
    ask(page, "Which control?").click()
    expect(eased).to_contain_text("eased most by ")
    first = eased.inner_text().removeprefix("eased most by ")
    assert page.locator(".hint-text").inner_text().startswith(first)
    ask_value(page)
    words = page.locator(".fix:visible").first
    assert words.locator(".fix-label").inner_text() == first.split(",")[0]
    expect(eased).to_contain_text(words.locator(".fix-new").inner_text())
    words.click()
    at_rest(page)
    for name in ("Undo", "Redo", "Undo", "Redo"):
        page.get_by_role("button", name=name).click()
        at_rest(page)
        is_asked = name == "Undo"  # back in the very state whose hint was given
        expect(page.locator(".hint-text")).to_have_text(re.compile("^Payload, lower" if is_asked else "^$"))
        expect(eased).to_have_text(re.compile("^eased most by Payload 18.5" if is_asked else "^$"))
        assert page.locator(".fix:visible").count() == (3 if is_asked else 0)
    set_state(page, CONVERGENCE, GREEN)
    expect(page.locator(".status")).to_have_attribute("data-state", "ok")
    page.wait_for_timeout(1500)  # longer than the hand had to rest for advice
    expect(eased).to_have_text("")
    expect(page.locator(".status button:visible")).to_have_count(0)


def test_a_win_names_every_target_with_its_tick_the_tightest_last(student_page) -> None:
    page, _ = student_page()
    unlock_bench(page, CONVERGENCE)
    expect(page.locator(".met")).to_be_hidden()
    set_state(page, CONVERGENCE, GREEN)
    expect(page.locator(".status-word")).to_have_text("All 4 targets met")
    expect(page.locator(".met li")).to_have_count(4)
    expect(page.locator('.met li .shape[data-shape="ok"]')).to_have_count(4)
    expect(page.locator(".met li").last).to_have_text("Failed uploads 20%, at most 21%")


def test_the_read_out_counts_locks_and_keeps_right_and_wrong_to_itself(student_page) -> None:
    page, _ = student_page()
    unlock_bench(page, PRIVACY)
    expect(page.locator(".hud-small")).to_contain_text("1 locked")
    unlock_bench(page, MEMORY)
    expect(page.locator(".hud-small")).to_contain_text("2 locked")
    expect(page.locator(".hud-small")).not_to_contain_text(re.compile("right|wrong"))


def test_a_bound_that_the_strip_names_is_set_by_one_press_at_once(student_page) -> None:
    page, _ = student_page()
    unlock_bench(page, PRIVACY)
    state = {"deployment": "federated_dp", "noise": "central", "clip_norm": 1.0, "epsilon": 0.98, "delta": 1e-3}
    set_state(page, PRIVACY, state)
    expect(page.locator(".status-word")).to_have_text("δ too large")
    ask(page, "Show the value").click()
    page.locator(".fix:visible").first.click()
    at_rest(page)
    expect(page.locator(".status")).not_to_have_attribute("data-state", "fail")
    record(page, 1)
    expect(page.locator(".tries .with-help")).to_be_visible()
