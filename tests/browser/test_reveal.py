"""A lock is answered at once, in the state that was asked about, before the instruments open."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.bench_scripts import bench_of, lock_here, record, set_state
from tests.browser.page_actions import answer, at_rest, go, lock, open_instruments, reading, until

pytestmark = pytest.mark.browser

MEMORY = "cloud_titan/memory"
NAMES = (
    "panel => (({data, layout}) => [...data, ...layout.shapes].map(drawn => drawn.name))"
    "(document.querySelectorAll('.js-plotly-plot')[panel])"
)
WORDS = "panel => document.querySelectorAll('.js-plotly-plot')[panel].layout.annotations.map(note => note.text)"


def lock_memory(page: Page, value: str = "800 GiB") -> None:
    go(page, f"/{MEMORY}")
    lock(page, value=value)
    expect(page.locator(".reveal-beat")).to_be_visible()


def test_a_lock_is_answered_in_the_state_that_was_asked_about(student_page) -> None:
    """The figure is of the last 3 blocks, 201 GiB, with the lock in it, and none of LoRA's 865 GiB is on the page."""
    page, _ = student_page()
    lock_memory(page)
    expect(page.locator(".reveal-title")).to_be_focused()
    expect(page.locator(".gap")).to_have_text("3.99× high")
    assert page.locator(".gap").evaluate("node => getComputedStyle(node).fontSize") == "40px"
    expect(page.locator(".js-plotly-plot")).to_have_count(1)
    assert {"your lock", "computed"} <= set(page.evaluate(NAMES, 0))
    words = page.evaluate(WORDS, 0)
    assert "<b>your lock: 800\u00a0GiB</b>" in [text.replace("</b><br><b>", " ") for text in words]
    said = [text for text in words if "201" in text or "computed" in text]
    assert said == ["<b>201\u00a0GiB</b>"], "once, at the bar's end"
    expect(page.locator(".route")).to_contain_text("One way to 800\u00a0GiB: inference multiplied by six")
    expect(page.locator(".route")).to_contain_text("5.13% of the weights train")
    expect(page.locator(".stage")).not_to_contain_text("865")
    expect(page.get_by_role("button", name="Record this try")).to_be_disabled()


def test_it_survives_a_reload_and_exploring_begins_at_the_start(student_page) -> None:
    page, _ = student_page()
    lock_memory(page)
    page.reload()
    expect(page.locator(".gap")).to_have_text("3.99× high")
    open_instruments(page)
    expect(page.locator("[data-locked]")).to_be_focused()
    at_rest(page)
    assert page.evaluate(f"() => window.edgelab.benchStates['{MEMORY}'].values.method") == "lora"
    page.reload()
    expect(page.locator(".bench.is-unlocked")).to_be_visible()
    expect(page.locator(".reveal-beat")).to_have_count(0)
    page.locator(".reveal-again summary").click()
    expect(page.locator(".reveal-again .gap")).to_have_text("3.99× high")


def test_while_exploring_the_lock_is_drawn_in_the_questions_state_alone(student_page) -> None:
    page, _ = student_page()
    lock_memory(page)
    open_instruments(page)
    at_rest(page)
    assert "your lock" not in page.evaluate(NAMES, 0)
    page.get_by_role("button", name="Go to the question’s state").click()
    until(page, f"({NAMES})(0).includes('your lock')")
    expect(reading(page, "total")).to_have_text("201")
    set_state(page, MEMORY, {**bench_of(MEMORY).asked_state(bench_of(MEMORY).predictions[0]), "batch": 4})
    until(page, f"!({NAMES})(0).includes('your lock')")


def test_a_crisis_draws_no_lock_beside_another_state(student_page) -> None:
    page, _ = student_page()
    go(page, "/cloud_titan/crisis")
    lock(page, value="80%")
    expect(page.locator(".gap")).to_have_text("44 points high, 2.2×")
    expect(page.locator(".route")).to_contain_text("the rule that the head takes 80%")
    open_instruments(page)
    at_rest(page)
    assert "your lock" not in page.evaluate(NAMES, 0)


def test_a_number_is_answered_by_its_route_and_a_choice_by_its_case(student_page) -> None:
    page, _ = student_page()
    go(page, "/edge_guardian/privacy")
    answer(page, value="8")
    page.get_by_role("button", name="Review").click()
    page.get_by_role("button", name="Lock this prediction").click()
    expect(page.locator(".gap")).to_have_text("5.33× high")
    expect(page.locator(".route")).to_contain_text("an eighth of ε, so eight times the updates")
    go(page, "/edge_guardian/recommendation")
    page.get_by_label("C: federated + DP").check()
    answer(page)
    page.get_by_role("button", name="Review").click()
    page.get_by_role("button", name="Lock this prediction").click()
    expect(page.locator(".gap")).to_have_text("C: federated + DP")
    expect(page.locator(".reveal-beat")).not_to_contain_text("as computed")
    # Right, and for another reason than the one that was chosen.
    expect(page.locator(".reveal-block").first).to_contain_text("this reason does not lead to it")


def test_over_a_sum_of_zeros_the_autopsy_is_silent(student_page) -> None:
    page, _ = student_page()
    go(page, "/edge_guardian/convergence")
    lock(page, value="10")
    expect(page.locator(".gap")).to_have_text("10 points high")
    expect(page.locator(".gap-analysis")).to_have_count(0)
    expect(page.locator(".reveal-beat .terms")).to_have_count(0)


def test_the_observation_offers_the_settings_that_it_asks_about(student_page) -> None:
    page, _ = student_page()
    go(page, f"/{MEMORY}")
    lock_here(page, MEMORY)
    record(page, 1)
    for name, method in (("Show full fine-tuning", "full"), ("Show LoRA", "lora")):
        page.get_by_role("button", name=name).click()
        at_rest(page)
        assert page.evaluate(f"() => window.edgelab.benchStates['{MEMORY}'].values.method") == method


def test_the_reveal_fits_every_width(student_page) -> None:
    page, _ = student_page(width=390)
    lock_memory(page)
    for width in (390, 1024, 1440):
        page.set_viewport_size({"width": width, "height": 900})
        until(page, "document.documentElement.scrollWidth <= window.innerWidth")
        expect(page.get_by_role("button", name="Open the instruments")).to_be_visible()


def test_the_words_of_the_ruler_stay_in_their_column_and_apart(student_page) -> None:
    """A computed ratio of 2.56 × 10⁻⁶ is longer than its mark is away from the column's end."""
    page, _ = student_page(width=390)
    go(page, "/edge_guardian/paradox")
    lock(page, value="0.5")
    for width in (360, 390, 1024, 1440):
        page.set_viewport_size({"width": width, "height": 900})
        column, first, second = (
            page.locator(part).first.bounding_box()
            for part in (".reveal-why", ".computed .bell-label", ".lock .bell-label")
        )
        for label in (first, second):
            assert label["x"] >= column["x"] - 0.5, width
            assert label["x"] + label["width"] <= column["x"] + column["width"] + 0.5, width
        assert first["x"] + first["width"] <= second["x"], width
        assert first["y"] == pytest.approx(second["y"], abs=0.5)


def test_an_implausible_number_is_asked_about_and_locked_without_a_mouse(student_page) -> None:
    page, _ = student_page(width=390)
    go(page, "/cloud_titan/memory")
    answer(page, value="5 PB")
    page.get_by_role("button", name="Review").press("Enter")
    expect(page.get_by_role("heading", name="This will freeze")).to_be_focused()
    expect(page.get_by_role("alert").filter(has_text="times more than inference takes")).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Lock it anyway")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".reveal-title")).to_be_focused()


@pytest.mark.parametrize("key", ["mobile_nomad/paradox", "tiny_pioneer/privacy"])
def test_the_way_on_from_the_reveal_is_in_view_and_is_named(student_page, key: str) -> None:
    """At 1440 by 900 the button is above the read-out, whatever the length of the reveal; nothing waits for a lock."""
    page, _ = student_page()
    go(page, f"/{key}")
    for n, item in enumerate(bench_of(key).predictions):
        if item.options:
            page.locator(".predict-card fieldset", has_text="Your answer").get_by_role("radio").first.check()
        else:
            page.get_by_label("Your value").fill("1")
        lock_card(page, n)
    button = page.get_by_role("button", name="Open the instruments")
    expect(button).to_be_in_viewport(ratio=1)
    place, bar = button.bounding_box(), page.locator(".hud").bounding_box()
    assert place["y"] + place["height"] <= bar["y"]
    expect(page.locator(".explore .section-head")).to_contain_text("opens with the instruments")
    expect(page.locator(".hud-binding")).to_contain_text("opens with the instruments")


def lock_card(page: Page, before: int) -> None:
    """Give the first reason and a guess, then review and lock."""
    card = page.locator(".predict-card")
    card.locator("fieldset", has_text="Because").get_by_role("radio").first.check()
    page.locator(".segmented").get_by_label("guess").check(force=True)
    page.get_by_role("button", name="Review").click()
    page.get_by_role("button", name="Lock this prediction").click()
    expect(page.locator(".locked")).to_have_count(before + 1)
