"""A bench is played while its server is stopped, killed and started 20 times: what was acknowledged is stored, once."""

from __future__ import annotations

import random
import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Response, expect

from tests.browser.bench_scripts import set_state
from tests.browser.conftest import free_port
from tests.browser.nothing_lost.forked_server import ForkedServer, forked_server
from tests.browser.nothing_lost.steps import KEY, is_write, student_of
from tests.browser.page_actions import at_rest, open_paradox, until

pytestmark = pytest.mark.browser

RESTARTS, TRIES = 20, 10


def stored_keys(server: ForkedServer, page: Page) -> list[str]:
    """The browser's keys of the tries and decisions in the ledger; a try has it inside, since its number is its key."""
    with closing(sqlite3.connect(server.data / "ledger.sqlite3")) as connection:
        rows = connection.execute(
            "SELECT coalesce(json_extract(payload, '$.key'), idempotency_key) FROM events "
            "WHERE student = ? AND kind IN ('try', 'decision')",
            (student_of(page),),
        )
        return [name.rpartition(":")[2] for (name,) in rows]


def play(page: Page, server: ForkedServer) -> None:
    """Record ten tries, then choose the carried one ten times; the server goes at each."""
    chance = random.Random(20)
    for number in range(RESTARTS):
        at_rest(page)
        if number < TRIES:
            set_state(page, KEY, {"rounds_per_day": number + 2.0})
            press = page.get_by_role("button", name="Record this try")
        else:
            press = page.get_by_role("button", name=f"Carry try {number % 2 + 1} forward")
        if number % 3 == 0:
            server.tell("stop")
            press.click()
        else:  # the press is on its way: perhaps it is stored, perhaps its answer is lost
            press.click()
            page.wait_for_timeout(chance.choice([0, 5, 20, 60]))
            server.tell("kill")
        server.tell("start")
        until(page, "() => /^Saved/.test(document.getElementById('saved').textContent)")
        if number < TRIES:
            expect(page.locator(".tries tbody tr")).to_have_count(number + 1)
        else:
            expect(page.locator(".tries-section .carried-line")).to_contain_text(f"Try {number % 2 + 1}, chosen by you")


def test_what_is_acknowledged_is_stored_once_however_often_the_server_goes(browser: Browser, tmp_path: Path) -> None:
    acknowledged: Counter[str] = Counter()

    def on_response(response: Response) -> None:
        if is_write(response.request.post_data) and response.headers.get("edgelab-saved"):
            acknowledged[response.request.headers["idempotency-key"]] += 1

    with (
        forked_server(tmp_path / "data", free_port()) as server,
        closing(browser.new_context(base_url=server.url, viewport={"width": 1440, "height": 900})) as context,
    ):
        page = context.new_page()
        page.set_default_timeout(30_000)
        open_paradox(page)
        page.on("response", on_response)
        play(page, server)
        stored = stored_keys(server, page)
    print(f"{RESTARTS} restarts: {len(acknowledged)} acknowledged, {len(stored)} stored, "
          f"{len(stored) - len(set(stored))} duplicated")  # fmt: skip
    assert len(stored) == RESTARTS
    assert set(stored) == set(acknowledged)
    assert len(set(stored)) == len(stored)
