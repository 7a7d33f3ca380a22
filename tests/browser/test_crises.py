"""The four crises in a real browser: a failing default, two ways to win, every failure seen and repaired."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.bench_scripts import (
    TRACKS,
    bench_of,
    first_verdict,
    observe,
    own_tries,
    provoke_and_repair,
    record,
    set_state,
    survey,
    unlock_bench,
)
from tests.sweeps import swept

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("track", swept(TRACKS, kept=["mobile_nomad"]))
def test_a_crisis_is_won_from_its_failing_default_by_two_designs(student_page, track: str) -> None:  # P21 P22 P23 P24
    page, _ = student_page()
    key = f"{track}/crisis"
    unlock_bench(page, key)
    seen = survey(key, 512)
    expect(page.locator(".status-word")).to_have_text(first_verdict(key, seen.default).title)
    expect(page.locator(".status")).to_have_attribute("data-state", "fail")
    record(page, 1)
    observe(page, key)
    assert seen.designs is not None
    for number, design in enumerate(seen.designs, start=2):
        set_state(page, key, design)
        expect(page.locator(".status")).not_to_have_attribute("data-state", "fail")
        record(page, number)
        expect(page.locator(".tries tr").nth(number)).to_have_attribute("data-won", "true")


@pytest.mark.parametrize("track", swept(TRACKS, kept=["tiny_pioneer"]))
def test_every_failure_of_a_crisis_is_seen_and_repaired(student_page, track: str) -> None:  # L16
    page, _ = student_page()
    key = f"{track}/crisis"
    unlock_bench(page, key)
    own_tries(page, key)
    seen = [code for code in bench_of(key).failures if provoke_and_repair(page, key, code)]
    assert set(seen) == set(bench_of(key).failures)
