"""A deed uses what is on the screen, whether or not the field was left before the press."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import expect

from tests.browser.bench_scripts import bench_of, observe, record
from tests.browser.nothing_lost.steps import KEY, WHY, payloads, write_reflection
from tests.browser.page_actions import answer, at_rest, go, lock, open_instruments, open_paradox, slider

pytestmark = pytest.mark.browser

PRESS = "node => node.click()"  # a switch, a pen or a script: no pointer moves, so the box is not left
BOX = '[data-control="participation"] .box input'


class TestWhatIsOnTheScreen:
    def test_a_number_still_in_its_box_is_recorded(self, student_page, server) -> None:
        page, _ = student_page()
        open_paradox(page)
        page.locator(BOX).fill("3.7")
        page.get_by_role("button", name="Record this try").evaluate(PRESS)
        expect(page.locator(".tries tbody tr")).to_have_count(1)
        assert payloads(server, page, "try")[0]["values"]["participation"] == pytest.approx(0.037)
        at_rest(page)
        expect(slider(page, "Participating share")).to_have_attribute("aria-valuetext", "3.7%")

    def test_a_tap_records_it_too(self, student_page, server) -> None:
        page, _ = student_page(width=390, height=844)
        open_paradox(page)
        page.locator(".sheet-button").click()
        page.locator(BOX).fill("3.7")
        page.get_by_role("button", name="Record this try").tap()
        expect(page.locator(".tries tbody tr")).to_have_count(1)
        assert payloads(server, page, "try")[0]["values"]["participation"] == pytest.approx(0.037)

    def test_a_text_that_is_no_number_is_said_and_nothing_is_recorded(self, student_page, server) -> None:
        page, _ = student_page()
        open_paradox(page)
        page.locator(BOX).fill("a few")
        page.get_by_role("button", name="Record this try").evaluate(PRESS)
        expect(page.locator(".request-bar")).to_contain_text("“a few” cannot be read as Participating share")
        assert payloads(server, page, "try") == []

    def test_a_second_opinion_is_asked_on_it(self, student_page) -> None:
        page, _ = student_page()
        go(page, "/edge_guardian/convergence")
        lock(page, value="50")
        open_instruments(page)
        page.locator(".advanced > summary").click()
        row = page.locator(".control:has(.box)").first
        box, name = row.locator(".box input"), row.get_attribute("data-control")
        shown = float(box.input_value())
        with page.expect_request(lambda request: "opinion-asked" in (request.post_data or "")) as asked:
            box.fill(f"{shown * 2:g}")
            page.get_by_role("button", name="Ask for a second opinion").evaluate(PRESS)
        sent = json.loads(asked.value.post_data)["inputs"][0]["value"]["values"]
        assert sent[name] != bench_of("edge_guardian/convergence").defaults()[name]
        page.wait_for_load_state("networkidle")

    def test_what_was_typed_last_is_locked_and_saved(self, student_page, server) -> None:
        page, _ = student_page()
        go(page, f"/{KEY}")
        answer(page, value="0.5")
        page.get_by_label("Your value").fill("0.25")
        page.get_by_role("button", name="Review").evaluate(PRESS)
        page.get_by_role("button", name="Lock this prediction").evaluate(PRESS)
        expect(page.locator(".locked .value")).to_have_text("0.25")
        open_instruments(page)
        record(page, 1)
        observe(page, KEY)
        write_reflection(page)
        page.get_by_label(WHY, exact=True).fill("Bytes a day, again.")
        page.get_by_role("button", name="Save reflection").evaluate(PRESS)
        expect(page.get_by_role("heading", name="Model answer")).to_be_visible()
        assert payloads(server, page, "reflection")[0]["why"] == "Bytes a day, again."
