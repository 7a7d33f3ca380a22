"""Every request that is slow or fails is seen, can be sent again and given up."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.nothing_lost.steps import KEY, UPDATES, payloads, student_of
from tests.browser.page_actions import at_rest, drawn_at, go, open_paradox, reading, slider

pytestmark = pytest.mark.browser


class TestRequests:
    @pytest.mark.parametrize("first", ["_dash-layout", "_dash-dependencies", "_dash-update-component"])
    def test_a_502_on_a_first_answer_is_said_and_the_page_comes_after_it(self, student_page, first: str) -> None:
        page, watch = student_page()
        left = [502, 502]

        def proxy(route) -> None:
            if left:
                route.fulfill(status=left.pop(), body="<html>Bad gateway</html>", content_type="text/html")
            else:
                route.continue_()

        page.route(f"**/{first}*", proxy)
        page.goto(f"/{KEY}")
        expect(page.locator(".request-bar")).to_contain_text("The server could not answer")
        expect(page.get_by_role("button", name="Try again")).to_be_visible()
        expect(page.locator("#content")).to_be_visible()
        expect(page.locator(".request-bar")).to_be_hidden()
        watch.trouble.clear()

    def test_a_script_that_does_not_arrive_is_said_with_the_way_on(self, student_page) -> None:
        page, watch = student_page()
        left = [502]

        def proxy(route) -> None:
            if left:
                route.fulfill(status=left.pop(), body="<html>Bad gateway</html>", content_type="text/html")
            else:
                route.continue_()

        page.route("**/assets/bundle/*.js", proxy)
        page.goto(f"/{KEY}")
        expect(page.get_by_role("alert")).to_contain_text("A part of this page did not arrive")
        page.get_by_role("button", name="Load the page again").click()
        expect(page.locator("#content")).to_be_visible()
        watch.trouble.clear()

    def test_a_page_that_never_comes_can_be_asked_for_again_and_given_up(self, student_page) -> None:
        page, watch = student_page()
        held = []

        def hang(route) -> None:
            if len(held) < 2:
                held.append(route)
            else:
                route.continue_()

        page.route(UPDATES, hang)
        page.goto(f"/{KEY}")
        expect(page.locator(".request-bar")).to_contain_text("takes long")
        page.get_by_role("button", name="Try again").click()
        page.wait_for_timeout(300)
        assert len(held) == 2
        page.get_by_role("button", name="Stop").click()
        expect(page.locator(".request-bar")).to_contain_text("Stopped")
        page.get_by_role("button", name="Reload").click()
        expect(page.locator("#content")).to_be_visible()
        watch.trouble.clear()

    def test_a_state_that_never_comes_does_not_freeze_the_bench(self, student_page) -> None:
        page, watch = student_page()
        open_paradox(page)
        at_rest(page)
        shown = reading(page, "ratio").inner_text()
        held = []

        def hang(route) -> None:
            if not held and '"property":"figure"' in (route.request.post_data or ""):
                held.append(route)
            else:
                route.continue_()

        page.route(UPDATES, hang)
        slider(page, "Participating share").focus()
        page.keyboard.press("End")
        expect(page.locator(".notice")).to_contain_text("did not answer", timeout=15_000)
        page.locator(".notice").get_by_role("button", name="Try again").click()
        expect(reading(page, "ratio")).not_to_have_text(shown)
        expect(page.locator(".notice")).to_be_hidden()
        watch.trouble.clear()

    def test_no_connection_is_said_until_it_is_back(self, student_page) -> None:
        page, watch = student_page()
        open_paradox(page)
        at_rest(page)
        page.route(UPDATES, lambda route: route.abort())
        slider(page, "Participating share").focus()
        page.keyboard.press("End")
        expect(page.locator(".notice")).to_contain_text("No connection")
        page.unroute_all()
        drawn_at(page, 0, 0.1)  # the control stands where it was moved
        expect(page.locator(".notice")).to_be_hidden()
        expect(page.locator(".request-bar")).to_be_hidden()
        expect(page.locator("body")).not_to_contain_text("No connection")
        watch.trouble.clear()

    def test_a_lost_identity_is_said_before_anything_else(self, student_page, server) -> None:
        page, watch = student_page()
        open_paradox(page)
        student = student_of(page)
        page.context.clear_cookies()
        slider(page, "Participating share").focus()
        page.keyboard.press("End")
        expect(page.locator(".notice")).to_contain_text("This browser sends no identity")
        page.get_by_role("button", name="Record this try").click()
        expect(page.locator(".request-bar")).to_contain_text("This browser sends no identity")
        expect(page.locator("#saved")).to_contain_text("Not saved, 1 event kept here")
        other, _ = student_page(context=page.context)
        go(other, f"/{KEY}")  # the browser is another student's from now on
        assert student_of(page) != student
        page.get_by_role("button", name="Retry", exact=True).click()
        expect(page.locator("#saved")).to_have_attribute("title", re.compile("belongs to another identity"))
        assert payloads(server, other, "try") == []
        watch.trouble.clear()
