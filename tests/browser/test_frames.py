"""In a frame of another site, where Chromium keeps no cookie of ours: said on arrival, with the way into a tab."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Server

pytestmark = pytest.mark.browser


class Course(BaseHTTPRequestHandler):
    """A page of a learning platform that shows the address after the question mark in a frame."""

    def do_GET(self) -> None:
        shown = self.path.partition("?")[2]
        page = f'<!DOCTYPE html><title>course</title><iframe src="{shown}" width="1300" height="800"></iframe>'.encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        self.wfile.write(page)

    def log_message(self, *_: object) -> None:
        """Log nothing."""


@pytest.fixture(scope="module")
def course() -> Iterator[str]:
    platform = ThreadingHTTPServer(("127.0.0.1", 0), Course)
    thread = threading.Thread(target=platform.serve_forever)
    thread.start()
    yield f"http://localhost:{platform.server_port}"  # for a browser another site than 127.0.0.1
    platform.shutdown()
    thread.join()
    platform.server_close()


@pytest.fixture(scope="module")
def framed(course: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    lab = Server(tmp_path_factory.mktemp("framed") / "data", EDGELAB_FRAME_ANCESTORS=f"self {course}")
    lab.start()
    yield lab
    lab.stop()


def test_a_frame_whose_cookie_does_not_come_back_takes_no_entry_and_leads_to_a_tab(
    page: Page, framed: Server, course: str
) -> None:
    page.set_default_timeout(60_000)
    bench = f"{framed.url}/edge_guardian/paradox"
    page.goto(f"{course}/?{bench}")
    inside = page.frame_locator("iframe")
    notice = inside.get_by_role("alert").filter(has_text="keeps no cookie")
    expect(notice).to_contain_text("nothing can be locked or saved here", timeout=60_000)
    assert inside.locator(".rail").get_attribute("inert") is not None
    with page.context.expect_page() as opened:
        notice.get_by_role("link", name="Open the lab in a new tab").click()
    tab = opened.value
    expect(tab.locator("[data-bench]").first).to_be_visible(timeout=60_000)
    assert tab.url == bench
    assert tab.locator(".no-identity").count() == 0, "a tab of its own keeps the cookie"
    assert tab.locator(".rail").get_attribute("inert") is None
