"""What the server did not acknowledge waits in the browser and arrives once."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import expect

from tests.browser.bench_scripts import record
from tests.browser.nothing_lost.steps import KEY, UPDATES, is_write, mark, open_marks, payloads, student_of
from tests.browser.page_actions import answer, at_rest, go, open_paradox, slider

pytestmark = pytest.mark.browser


class TestOutbox:
    def test_a_try_recorded_while_the_server_was_down_is_there_after_it_comes_back(self, student_page, server) -> None:
        page, watch = student_page()
        open_paradox(page)
        page.wait_for_load_state("networkidle")
        server.stop()
        try:
            page.get_by_role("button", name="Record this try").click()
            expect(page.locator("#saved")).to_contain_text("Not saved, 1 event kept here: ")
            with page.expect_download() as file:
                page.get_by_role("button", name="Download", exact=True).click()
            (entry,) = json.loads(file.value.path().read_bytes())
            assert (entry["bench"], entry["name"]) == (KEY, "record")
        finally:
            server.start()
        page.get_by_role("button", name="Retry", exact=True).click()
        expect(page.locator(".tries tbody tr")).to_have_count(1)
        expect(page.locator("#saved")).to_contain_text("Saved")
        expect(page.locator("#saved")).not_to_contain_text("Not saved")
        expect(page.locator(".request-bar")).to_be_hidden()
        assert len(payloads(server, page, "try")) == 1
        watch.trouble.clear()

    def test_an_answer_that_was_lost_on_its_way_stores_the_try_once(self, student_page, server) -> None:
        page, watch = student_page()
        open_paradox(page)
        lost = []

        def lose(route) -> None:
            if is_write(route.request.post_data) and len(lost) < 3:
                lost.append(route.fetch().status)
                route.abort()
            else:
                route.continue_()

        page.route(UPDATES, lose)
        page.get_by_role("button", name="Record this try").click()
        expect(page.locator(".tries tbody tr")).to_have_count(1)
        expect(page.locator(".tries-section .problem")).to_have_count(0)
        assert lost == [200, 200, 200]
        assert len(payloads(server, page, "try")) == 1
        watch.trouble.clear()

    @pytest.mark.parametrize("what", ["try", "lock"])
    def test_what_was_not_sent_before_a_reload_is_stored_and_shown_after_it(
        self, student_page, server, what: str
    ) -> None:
        page, watch = student_page()
        if what == "try":
            open_paradox(page)
        else:
            go(page, f"/{KEY}")
            answer(page, value="0.5")
            page.get_by_role("button", name="Review").click()
        page.route(UPDATES, lambda route: route.abort() if is_write(route.request.post_data) else route.continue_())
        name = "Record this try" if what == "try" else "Lock this prediction"
        page.get_by_role("button", name=name).click()
        expect(page.locator("#saved")).to_contain_text("Not saved, 1 event kept here")
        page.unroute_all()
        page.reload()
        expect(page.locator(".tries tbody tr" if what == "try" else ".locked")).to_have_count(1)
        assert len(payloads(server, page, what)) == 1
        watch.trouble.clear()

    def test_what_was_forged_is_not_sent_and_can_be_taken_away(self, student_page, server) -> None:
        page, _ = student_page()
        open_paradox(page)
        handle = page.evaluate("async () => (await fetch('/_dash-layout')).headers.get('Edgelab-Student')")
        body = json.dumps({"output": "page.children", "outputs": {"id": "page", "property": "children"}})
        forged = ["no JSON", "[]", json.dumps({"key": "x", "at": "now", "body": body}), json.dumps({"body": 7})]
        for number, text in enumerate(forged):
            page.evaluate("([n, t]) => localStorage.setItem(n, t)", [f"edgelab-outbox:{handle}:{number:032x}", text])
        page.evaluate("n => localStorage.setItem(n, '{}')", "edgelab-outbox:0123456789abcdef:" + "0" * 32)
        before = student_of(page)
        page.reload()
        expect(page.locator("#saved")).to_contain_text("Not saved, 4 events kept here")
        with page.expect_download() as file:
            page.get_by_role("button", name="Download", exact=True).click()
        assert len(json.loads(file.value.path().read_bytes())) == 4
        page.get_by_role("button", name="Discard", exact=True).click()
        expect(page.locator("#saved")).to_contain_text("Saved")
        page.reload()
        expect(page.locator("#saved")).to_contain_text("Saved")
        assert student_of(page) == before
        assert payloads(server, page, "try") == []

    def test_ten_thousand_presses_are_one_event_each(self, student_page, server) -> None:
        page, _ = student_page()
        open_marks(page)
        for point in range(4):
            mark(page, point, 1)
        many = "node => { for (let n = 0; n < 10000; n += 1) node.click(); }"
        page.get_by_role("button", name="Save marks").evaluate(many)
        expect(page.locator(".reflect .save-line")).to_contain_text("4 of 8 saved")
        slider(page, "Participating share").focus()
        page.keyboard.press("End")
        at_rest(page)
        page.get_by_role("button", name="Record this try").evaluate(many)
        expect(page.locator(".tries tbody tr")).to_have_count(2)
        page.wait_for_load_state("networkidle")
        assert len(payloads(server, page, "revision")) == 1
        assert len(payloads(server, page, "try")) == 2

    def test_a_clock_that_jumps_back_holds_no_press(self, student_page, server) -> None:
        page, _ = student_page(again=False)
        page.clock.install()
        open_paradox(page)
        record(page, 1)
        slider(page, "Participating share").focus()
        page.keyboard.press("End")
        at_rest(page)
        page.evaluate("() => { const now = Date.now; Date.now = () => now() - 86400000; }")
        record(page, 2)
        assert len(payloads(server, page, "try")) == 2
