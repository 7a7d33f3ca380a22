"""A winning try gets the second engine's word in the tries' table by itself, and keeps it."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.bench_scripts import record, set_state, unlock_bench
from tests.browser.page_actions import at_rest

pytestmark = pytest.mark.browser

KEY = "edge_guardian/convergence"
WINS = {
    "algorithm": "scaffold",
    "local_steps": 18,
    "clients_per_round": 5,
    "rounds": 31,
    "payload_bytes": 1.25e6,
    "compression": 1.46,
    "selection": "city_balanced",
    "attempts": 1,
    "learning_rate": 19.1,
}


def test_a_win_gets_its_agreement_and_keeps_it_over_a_reload(student_page) -> None:  # N2
    page, _ = student_page()
    unlock_bench(page, KEY)
    set_state(page, KEY, {"rounds": 20})
    record(page, 1)
    expect(page.locator(".tries [data-agreement]")).to_have_count(0)
    set_state(page, KEY, WINS)
    at_rest(page)
    record(page, 2)
    cell = page.locator('.tries [data-agreement="2"]')
    expect(cell).to_have_text("waiting")
    expect(cell).to_have_text("agrees", timeout=120_000)
    assert "over 3 seeds" in cell.get_attribute("title")
    expect(page.locator("#announcer")).to_have_text("Try 2, second engine: agrees.")
    expect(page.get_by_role("columnheader", name="2nd engine")).to_be_visible()
    page.reload()
    expect(cell).to_have_text("agrees")
    assert "wins here too" in cell.get_attribute("title")
