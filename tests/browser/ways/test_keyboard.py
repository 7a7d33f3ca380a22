"""A mission with keys alone, through what a screen reader gets: names, values, states, and what is said."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.bench_scripts import an_entry, ask_value, bench_of, own_tries, set_state, unlock_bench
from tests.browser.page_actions import at_rest, go
from tests.browser.ways.reader import Reader
from tests.sweeps import swept

pytestmark = pytest.mark.browser

TRACK = "edge_guardian"
MISSION = tuple(f"{TRACK}/{step}" for step in ("paradox", "memory", "convergence", "privacy", "crisis"))


def lock(reader: Reader, key: str) -> None:
    """Answer every question, review and lock; a card with gaps comes back at the first of them."""
    for number, item in enumerate(bench_of(key).predictions):
        reader.tab_to("button", "Review")
        reader.press("Enter")
        if item.options:
            reader.hears("3 entries are to be mended.")
            reader.press("Space")
        else:
            reader.hears("3 entries are to be mended.")
            node = reader.focused()
            assert (node.role, node.name) == ("textbox", "Your value"), node
            assert item.question in node.description
            assert node.states.get("invalid") == "true", node
            reader.page.keyboard.type(an_entry(item))
        reader.press("Tab", "Space")
        assert reader.focused().role == "radio"
        reader.press("Tab", "Space")
        reader.tab_to("button", "Review")
        reader.press("Enter")
        reader.comes_to("This will freeze", "heading")
        reader.tab_to("button", "Lock this prediction")
        reader.press("Enter")
        is_last = number + 1 == len(bench_of(key).predictions)
        reader.hears("Locked. Here is what is computed." if is_last else "Locked. The next question follows.")


def move(reader: Reader, key: str) -> None:
    """Move a slider by its keys: its value is said in words, and what it leads to once it rests."""
    first = next(control for control in bench_of(key).controls if hasattr(control, "minimum"))
    before = reader.tab_to("slider", first.label)
    reader.press("ArrowRight" if before.value != str(first.maximum) else "ArrowLeft")
    for _ in range(3):
        reader.press("PageDown")
    at_rest(reader.page)
    after = reader.focused()
    assert (after.name, after.role) == (before.name, "slider")
    assert after.states.get("valuetext") or after.value != before.value
    reader.hears(reader.page.locator(".status-word").inner_text())
    stands = reader.page.locator("[data-state-words]").inner_text()
    assert reader.page.locator(".status-word").inner_text() in stands
    assert "Tries: 0 of 10." in stands


def write(reader: Reader, key: str) -> None:
    """Say what the figure showed, write and save the reflection, and mark it."""
    bench = bench_of(key)
    if bench.observation is not None:
        right = next(option for option in bench.observation.options if option.id == bench.observation.answer)
        reader.tab_to("radio", "")
        while reader.focused().name != right.text:
            reader.press("ArrowDown")
        reader.press("Space")
        reader.tab_to("button", "Say what it showed")
        reader.press("Enter")
        reader.comes_to("You saw")
    reader.tab_to("button", "Save reflection")
    reader.press("Enter")
    expect(reader.page.locator(".reflect textarea").first).to_be_focused()
    assert "Not saved yet" in reader.focused().description
    reader.page.keyboard.type("Bytes a day.")
    reader.tab_to("textbox", "What would change your mind?")
    reader.page.keyboard.type("A larger model.")
    reader.tab_to("radio", "")
    reader.press("Space")
    reader.tab_to("button", "Save reflection")
    reader.press("Enter")
    reader.hears("Your reflection is saved. The model answer follows.")
    reader.comes_to("Model answer", "heading")
    for _ in bench.reflection.rubric:
        reader.tab_to("radio", "0")
        reader.press("Space", "ArrowRight")
    reader.tab_to("button", "Save marks")
    reader.press("Enter")
    reader.hears("Your marks are saved.")
    assert reader.focused().name == "Save marks"


@pytest.mark.parametrize("part", swept(["memory", "mission"], kept=["memory"]))
def test_a_mission_with_keys_alone(student_page, part: str) -> None:  # N13
    benches = MISSION if part == "mission" else (f"{TRACK}/{part}",)
    page, _ = student_page()
    reader = Reader(page)
    go(page, f"/{benches[0]}")
    for key in benches:
        expect(page.locator(f'[data-bench="{key}"]')).to_be_visible()
        lock(reader, key)
        reader.tab_to("button", "Open the instruments")
        reader.press("Enter")
        reader.hears("The instruments are open.")
        move(reader, key)
        reader.tab_to("button", "Record this try")
        reader.press("Enter")
        reader.hears("Recorded. Tries: 1 of 10.")
        assert reader.focused().name == "Record this try"
        write(reader, key)
        if key != benches[-1]:
            page.locator(f'.stepper a[href="/{benches[benches.index(key) + 1]}"]').focus()
            reader.press("Enter")


def test_after_the_first_of_two_locks_nothing_says_that_the_instruments_are_open(student_page) -> None:  # N13
    page, _ = student_page()
    reader = Reader(page)
    go(page, "/edge_guardian/downlink")
    card = page.locator(".predict-card")
    for legend in ("Your answer", "Because"):
        group = card.locator("fieldset", has_text=legend)
        if group.count():
            group.get_by_role("radio").first.check()
    if page.get_by_label("Your value").count():
        page.get_by_label("Your value").fill("1")
    page.locator(".segmented").get_by_label("guess").check(force=True)
    page.get_by_role("button", name="Review").click()
    page.get_by_role("button", name="Lock").click()
    reader.hears("Locked. The next question follows.")
    expect(card.locator(".question")).to_be_focused()


class TestFocus:
    """The focus is never lost to a part that comes, goes or is made anew."""

    def test_a_fix_that_is_pressed_twice_is_taken_once_and_leaves_the_focus_at_the_verdict(self, student_page) -> None:
        page, _ = student_page()
        key = "edge_guardian/memory"
        unlock_bench(page, key)
        own_tries(page, key)
        set_state(page, key, bench_of(key).defaults())
        ask_value(page)
        fix = page.locator(".fix:visible").first
        expect(fix).to_be_focused()
        page.keyboard.press("Enter")
        page.keyboard.press("Enter")
        at_rest(page)
        expect(page.locator(".status-line")).to_be_focused()
        values = page.evaluate("key => window.edgelab.benchStates[key].values", key)
        assert sum(values[name] != usual for name, usual in bench_of(key).defaults().items()) == 1

    def test_escape_closes_what_a_term_opens_and_the_focus_is_back_at_its_word(self, student_page) -> None:
        page, _ = student_page()
        unlock_bench(page, "edge_guardian/memory")
        word = page.get_by_role("button", name="What is LoRA rank?").first
        word.focus()
        page.keyboard.press("Enter")
        expect(page.locator("#term")).to_contain_text("Hu et al.")
        page.keyboard.press("Escape")
        expect(page.locator("#term")).to_be_hidden()
        expect(word).to_be_focused()

    def test_keys_are_explained_and_single_ones_act_only_when_they_are_switched_on(self, student_page) -> None:
        page, _ = student_page()
        unlock_bench(page, "edge_guardian/memory")
        page.locator("h1").click()
        page.keyboard.press("r")
        expect(page.locator(".tries tbody tr")).to_have_count(0)
        help_button = page.get_by_role("button", name="Keyboard", exact=True)
        help_button.focus()
        page.keyboard.press("Enter")
        dialog = page.get_by_role("dialog", name="Keyboard")
        expect(dialog).to_contain_text("records this try")
        dialog.get_by_role("button", name="Single keys: off").press("Enter")
        page.keyboard.press("Escape")
        expect(dialog).to_be_hidden()
        expect(help_button).to_be_focused()
        page.keyboard.press("r")
        expect(page.locator(".tries tbody tr")).to_have_count(1)

    def test_a_number_that_is_refused_is_tied_to_its_box(self, student_page) -> None:
        page, _ = student_page()
        unlock_bench(page, "edge_guardian/memory")
        reader = Reader(page)
        box = page.locator('[data-control="batch"] .box input')
        box.fill("a few")
        box.press("Enter")
        expect(box).to_have_attribute("aria-invalid", "true")
        node = reader.focused()
        assert node.role == "textbox"
        assert node.name.startswith("Batch")
        assert "cannot be read" in node.description
        assert "From 1" in node.description
        box.fill("4")
        box.press("Enter")
        expect(box).not_to_have_attribute("aria-invalid", "true")

    def test_buttons_of_one_name_are_told_apart_by_their_figure(self, student_page) -> None:
        page, _ = student_page()
        key = "edge_guardian/memory"
        unlock_bench(page, key)
        for panel in bench_of(key).panels:
            for words in ("Table", "CSV", "PNG"):
                expect(page.get_by_role("button", name=f"{words}: {panel.question}")).to_have_count(1)
        table = page.get_by_role("button", name=f"Table: {bench_of(key).panels[0].question}")
        table.press("Enter")
        expect(table).to_have_attribute("aria-expanded", "true")
        expect(table).to_be_focused()
