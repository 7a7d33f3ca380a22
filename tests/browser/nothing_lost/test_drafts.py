"""What was entered and not saved survives, for its student alone; of two tabs the later save counts."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.bench_scripts import bench_of, record
from tests.browser.nothing_lost.steps import (
    KEY,
    WHY,
    mark,
    mark_all,
    open_marks,
    open_reflection,
    payloads,
    write_reflection,
)
from tests.browser.page_actions import answer, go, lock, open_instruments, open_paradox

pytestmark = pytest.mark.browser


class TestDrafts:
    def test_a_prediction_survives_reload_back_and_a_closed_tab_and_goes_with_its_lock(self, student_page) -> None:
        page, _ = student_page()
        go(page, "/edge_guardian")
        page.locator('main a[href$="/paradox"]').first.click()
        answer(page, value="0.125", sure="sure")
        expect(page.locator(".draft-note")).to_have_text("Draft kept on this device until it is saved.")

        def stands(where: Page) -> None:
            expect(where.get_by_label("Your value")).to_have_value("0.125")
            expect(where.locator("fieldset", has_text="Because").get_by_role("radio").first).to_be_checked()
            expect(where.locator(".predict-card .draft-note")).to_contain_text("Draft kept")

        page.reload()
        stands(page)
        page.go_back()
        expect(page.get_by_role("heading", level=1)).to_have_text("Edge Guardian")
        page.go_forward()
        stands(page)
        page.close()
        page, _ = student_page(context=page.context)
        go(page, f"/{KEY}")
        stands(page)
        page.get_by_role("button", name="Review").click()
        page.reload()
        stands(page)
        page.get_by_role("button", name="Review").click()
        page.get_by_role("button", name="Lock this prediction").click()
        expect(page.locator(".locked .value")).to_have_text("0.125")
        assert page.evaluate("() => Object.keys(localStorage).filter(n => /draft/.test(n))") == []

    def test_a_reflection_and_marks_given_in_part_survive_a_reload(self, student_page, server) -> None:
        page, _ = student_page()
        open_reflection(page)
        page.get_by_label(WHY, exact=True).fill("Bytes a day.")
        page.locator(".reflect .check").get_by_role("radio").nth(1).check()
        page.reload()
        expect(page.get_by_label(WHY, exact=True)).to_have_value("Bytes a day.")
        expect(page.locator(".reflect .check").get_by_role("radio").nth(1)).to_be_checked()
        write_reflection(page)
        page.get_by_role("button", name="Save reflection").click()
        expect(page.get_by_role("heading", name="Model answer")).to_be_visible()
        mark(page, 0, 2)
        mark(page, 2, 0)
        page.get_by_role("button", name="Save marks").click()
        expect(page.locator(".reflect .problem")).to_contain_text("2 of 4 points have a mark")
        for _ in range(2):
            expect(page.locator(".mark-row").nth(0).get_by_label("2", exact=True)).to_be_checked()
            expect(page.locator(".mark-row").nth(2).get_by_label("0", exact=True)).to_be_checked()
            page.reload()
        assert payloads(server, page, "revision") == []
        mark_all(page, 1)
        assert page.evaluate("() => Object.keys(localStorage).filter(n => /draft/.test(n))") == []

    def test_another_student_on_this_device_sees_none_of_it(self, student_page) -> None:
        page, _ = student_page()
        go(page, f"/{KEY}")
        answer(page, value="0.125")
        page.context.clear_cookies()
        page.reload()
        expect(page.get_by_label("Your value")).to_have_value("")
        assert page.evaluate("() => Object.keys(localStorage).filter(n => /draft/.test(n))") == []

    def test_a_draft_of_another_question_is_shown_and_not_filled_in(self, student_page) -> None:
        page, _ = student_page()
        go(page, f"/{KEY}")
        answer(page, value="0.125")
        page.evaluate(
            """() => { for (const name of Object.keys(localStorage).filter(n => /draft/.test(n))) {
                const draft = localStorage.getItem(name);
                localStorage.setItem(name, draft.replace(/"definition":"./, '"definition":"-'));
            } }"""
        )
        page.reload()
        expect(page.locator(".draft-note")).to_contain_text("The question has changed since your draft")
        expect(page.locator(".draft-note")).to_contain_text("0.125")
        expect(page.get_by_label("Your value")).to_have_value("")
        page.get_by_label("Your value").fill("7")
        page.reload()
        expect(page.get_by_label("Your value")).to_have_value("7")

    def test_what_the_figure_showed_survives_a_reload_until_it_is_said(self, student_page) -> None:
        page, _ = student_page()
        open_paradox(page)
        record(page, 1)
        text = bench_of(KEY).observation.options[0].text
        page.locator(".observe").get_by_label(text, exact=True).check()
        expect(page.locator(".happened .draft-note")).to_contain_text("Draft kept on this device")
        page.reload()
        expect(page.locator(".observe").get_by_label(text, exact=True)).to_be_checked()
        page.get_by_role("button", name="Say what it showed").click()
        expect(page.locator(".observed")).to_be_visible()
        assert page.evaluate("() => Object.keys(localStorage).filter(n => /draft/.test(n))") == []

    @pytest.mark.parametrize("trouble", ["full", "refused"])
    def test_without_storage_it_is_said_and_all_else_works(self, student_page, server, trouble: str) -> None:
        page, _ = student_page()
        page.add_init_script(
            {
                "full": "Storage.prototype.setItem = () => { throw new DOMException('', 'QuotaExceededError'); };",
                "refused": """Object.defineProperty(window, 'localStorage',
                    { get() { throw new DOMException('', 'SecurityError'); } });""",
            }[trouble]
        )
        go(page, f"/{KEY}")
        page.get_by_label("Your value").fill("0.5")
        expect(page.locator(".draft-note")).to_contain_text("No draft is kept")
        lock(page, value="0.5")
        open_instruments(page)
        record(page, 1)
        assert len(payloads(server, page, "try")) == 1


class TestTwoTabs:
    def test_marks_given_again_are_the_later_ones(self, student_page, server) -> None:
        page, _ = student_page()
        open_marks(page)
        mark_all(page, 0)
        second, _ = student_page(context=page.context)
        go(second, f"/{KEY}")
        mark_all(second, 2)
        mark(page, 0, 1)
        mark_all(page, 0)
        assert [item["marks"][0] for item in payloads(server, page, "revision")] == [0, 2, 0]
        page.reload()
        expect(page.locator(".reflect .save-line")).to_contain_text("0 of 8 saved")

    def test_a_second_lock_says_that_the_first_stands_and_what_was_not_taken(self, student_page) -> None:
        page, _ = student_page()
        second, _ = student_page(context=page.context)
        go(second, f"/{KEY}")
        answer(second, value="9")
        second.get_by_role("button", name="Review").click()
        expect(second.get_by_role("button", name="Lock this prediction")).to_be_visible()
        open_paradox(page, value="7")
        second.get_by_role("button", name="Lock this prediction").click()
        expect(second.locator(".locked .value")).to_have_text("7")
        expect(second.locator(".predict .problem")).to_contain_text("Your first lock stands: 7×")
        expect(second.locator(".predict .problem")).to_contain_text("was not taken: 9×")
