"""Missions in a real browser: from the picker through the benches to a recorded win, every failure repaired."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from playwright.sync_api import Page, expect

from tests.browser.bench_scripts import (
    LAB,
    TRACKS,
    bench_of,
    first_verdict,
    lock_here,
    observe,
    own_tries,
    provoke_and_repair,
    record,
    set_state,
    survey,
    unlock_bench,
)
from tests.browser.page_actions import at_rest, go, reading, slider, until
from tests.sweeps import swept
from tracks.api.controls import Slider
from tracks.api.quantities import in_words

pytestmark = pytest.mark.browser

GUARDIAN = "edge_guardian/convergence"
NEW = ("memory", "convergence", "privacy")


@pytest.mark.parametrize("track", swept(TRACKS, kept=["cloud_titan"]))
def test_from_the_picker_through_four_benches_to_a_win(student_page, track: str) -> None:  # P5 P6 P10 P15
    page, _ = student_page()
    go(page, "/")
    page.locator(f'a[href="/{track}"]').first.click()
    page.locator(f'a[href="/{track}/paradox"]').first.click()
    for step in ("paradox", "memory", "convergence", "privacy"):
        key = f"{track}/{step}"
        expect(page.locator(f'[data-bench="{key}"]')).to_be_visible()
        expect(page.get_by_role("button", name="Record this try")).to_be_disabled()
        lock_here(page, key)
        record(page, 1)
        observe(page, key)
        if step != "paradox":
            expect(page.locator(".tries tr").nth(1)).to_have_attribute("data-won", "false")
        if step == "convergence":
            assert survey(key).is_win(survey(key).path[-1])
            set_state(page, key, survey(key).path[-1])
            record(page, 2)
            expect(page.locator(".tries tr").nth(2)).to_have_attribute("data-won", "true")
            expect(page.locator(".hud")).to_contain_text("2 of 10")
        following = {"paradox": "memory", "memory": "convergence", "convergence": "privacy"}.get(step)
        if following:
            page.locator(f'.stepper a[href="/{track}/{following}"]').click()
    expect(page.locator(".stepper .is-locked, .stepper .is-won")).to_have_count(3)  # the fourth is the one on the page


@pytest.mark.parametrize("bench", swept(NEW, kept=["memory"]))
def test_every_failure_is_seen_and_repaired_by_its_fix(student_page, bench: str) -> None:  # L16 P13
    left = set(bench_of(f"edge_guardian/{bench}").failures)
    assert left
    for track in TRACKS:
        if not left:
            break
        page, _ = student_page()
        key = f"{track}/{bench}"
        unlock_bench(page, key)
        own_tries(page, key)
        left -= {code for code in sorted(left) if provoke_and_repair(page, key, code)}
    assert left == set()


@pytest.mark.parametrize("key", [GUARDIAN, "tiny_pioneer/memory"])
def test_a_win_by_hand_with_boxes_and_segments(student_page, key: str) -> None:  # P11 P13
    """Each move of the shortest way that is known, made as a student makes it: a typed number, a chosen option."""
    page, _ = student_page()
    unlock_bench(page, key)
    expect(page.locator('.status[data-state="fail"]')).to_be_visible()
    page.locator(".advanced > summary").click()
    path = survey(key).path
    for before, after in pairwise(path):
        for name in (name for name in after if after[name] != before[name]):
            row = page.locator(f'[data-control="{name}"]')
            control = bench_of(key).control_map()[name]
            if isinstance(control, Slider):
                row.locator(".box input").fill(in_words(float(after[name]), control.unit))
                row.locator(".box input").press("Enter")
            else:
                row.get_by_label(control.text(after[name]), exact=True).check(force=True)
            at_rest(page)
            page.wait_for_timeout(300)
    expect(page.locator(".status")).not_to_have_attribute("data-state", "fail")
    record(page, 1)
    expect(page.locator(".tries tr").nth(1)).to_have_attribute("data-won", "true")


class TestTries:
    def test_pin_compare_restore_carry_and_all_of_it_after_a_reload(self, student_page) -> None:  # N15
        page, _ = student_page()
        unlock_bench(page, GUARDIAN)
        record(page, 1)
        set_state(page, GUARDIAN, {"local_steps": 5})
        record(page, 2)
        traces = "() => document.querySelectorAll('.js-plotly-plot')[0].data.map(trace => trace.name)"
        assert "try 1" not in page.evaluate(traces)
        page.get_by_role("button", name="Pin try 1").click()
        until(page, f"({traces})().includes('try 1')")
        expect(page.get_by_role("button", name="Pin try 1")).to_have_attribute("aria-pressed", "true")
        page.get_by_role("button", name="Compare").click()  # unpins
        until(page, f"!({traces})().includes('try 1')")
        page.get_by_role("button", name="Compare").click()  # both
        until(page, f"({traces})().includes('try 1') && ({traces})().includes('try 2')")
        page.get_by_role("button", name="Restore the controls of try 1").click()
        until(page, "key => window.edgelab.benchStates[key].values.local_steps === 25", arg=GUARDIAN)
        expect(page.locator(".carried-line").last).to_contain_text("Try 2, the newest")
        page.get_by_role("button", name="Carry try 1 forward").click()
        expect(page.locator(".carried-line").last).to_contain_text("Try 1, chosen by you")
        page.reload()
        expect(page.locator(".tries tbody tr")).to_have_count(2)
        expect(page.locator(".carried-line").last).to_contain_text("Try 1, chosen by you")
        until(page, f"({traces})().includes('try 1') && ({traces})().includes('try 2')")

    def test_two_tabs_of_one_student_lose_nothing(self, student_page) -> None:
        one, _ = student_page()
        unlock_bench(one, GUARDIAN)
        other, _ = student_page(context=one.context)
        go(other, f"/{GUARDIAN}")
        expect(other.locator(".bench.is-unlocked")).to_be_visible()
        at_rest(other)
        set_state(other, GUARDIAN, {"local_steps": 5})
        one.get_by_role("button", name="Record this try").click()
        other.get_by_role("button", name="Record this try").click()
        for tab in (one, other):  # whichever was answered first may know of its own try alone
            expect(tab.locator(".tries tbody tr").first).to_be_visible()
        for tab in (one, other):
            tab.reload()
            expect(tab.locator(".tries tbody tr")).to_have_count(2)

    def test_after_ten_the_way_out_is_on_the_page(self, student_page) -> None:
        page, _ = student_page()
        key = "edge_guardian/paradox"
        unlock_bench(page, key)
        for n in range(10):
            set_state(page, key, {"rounds_per_day": 11 + n})
            record(page, n + 1)
        set_state(page, key, {"rounds_per_day": 50})
        page.get_by_role("button", name="Record this try").click()
        expect(page.locator(".tries-section .problem")).to_contain_text("All 10 tries are used")
        page.get_by_label("What did you learn?").fill("Fewer rounds move fewer bytes.")
        page.get_by_role("button", name="Earn two more tries").click()
        expect(page.locator(".tries-section")).to_contain_text("10 of 12")
        record(page, 11)

    def test_what_binds_and_what_eases_it_stand_in_the_read_out(self, student_page) -> None:  # N7 L21
        page, _ = student_page()
        unlock_bench(page, GUARDIAN)
        binds = first_verdict(GUARDIAN, bench_of(GUARDIAN).defaults())
        assert binds.level == "fail"
        expect(page.locator(".hud-binding")).to_contain_text(binds.title)
        expect(page.locator(".hud-sensitivity")).to_have_text("")
        own_tries(page, GUARDIAN, 1)
        set_state(page, GUARDIAN, bench_of(GUARDIAN).defaults())
        page.get_by_role("button", name="Which control?").click()
        expect(page.locator(".hud-sensitivity")).to_contain_text("eased most by")


class TestSecondOpinion:  # N2
    def ask(self, page: Page) -> None:
        page.get_by_role("button", name="Ask for a second opinion").click()

    def test_asked_watched_stopped_and_finished(self, student_page) -> None:
        page, _ = student_page()
        unlock_bench(page, GUARDIAN)
        set_state(page, GUARDIAN, {"rounds": 200, "local_steps": 25, "clients_per_round": 50})
        note, said = page.locator("[data-opinion-note]"), page.locator(".opinion-said")
        self.ask(page)
        expect(note).to_have_text(re.compile(r"\d+ of 20 done"), timeout=60_000)
        set_state(page, GUARDIAN, {"rounds": 150})  # the bench answers while the other engine computes
        expect(reading(page, "mean_accuracy")).not_to_be_empty()
        page.get_by_role("button", name="Stop").click()
        expect(note).to_have_text("Stopped; the bench is as it was")
        expect(said).to_be_empty()
        set_state(page, GUARDIAN, {"rounds": 10, "local_steps": 1, "clients_per_round": 5})
        self.ask(page)
        expect(said).to_contain_text("After 10 rounds the network is at", timeout=60_000)
        names = "() => document.querySelectorAll('.js-plotly-plot')[0].data.map(trace => trace.name)"
        until(page, f"({names})().includes('network, mean')")
        set_state(page, GUARDIAN, {"rounds": 12})
        expect(said).to_be_empty()
        assert "network, mean" not in page.evaluate(names)


def test_the_run_on_the_page_is_taken_away_as_a_script(student_page) -> None:
    page, _ = student_page()
    unlock_bench(page, GUARDIAN)
    set_state(page, GUARDIAN, {"rounds": 12})
    for _ in range(2):  # the same state once more
        with page.expect_download() as script:
            page.get_by_role("button", name="Download as Python").click()
    assert script.value.suggested_filename == "edge_guardian_convergence.py"
    assert "3 runs of 12 rounds" in script.value.path().read_text(encoding="utf-8")


def test_a_panel_switches_between_its_views(student_page) -> None:  # P8
    page, _ = student_page()
    key = "edge_guardian/memory"
    unlock_bench(page, key)
    panel = bench_of(key).panels[0]
    kinds = "() => document.querySelectorAll('.js-plotly-plot')[0].data.map(t => t.type + (t.orientation || 'v'))"
    assert "barh" not in page.evaluate(kinds)
    page.get_by_role("button", name=panel.views[0].label, exact=True).click()
    until(page, f"({kinds})().includes('barh')")
    slider(page, "Batch").press("ArrowLeft")
    at_rest(page)
    assert "barh" in page.evaluate(kinds), "the view stays while a slider moves"
    page.get_by_role("button", name=panel.label, exact=True).click()
    until(page, f"!({kinds})().includes('barh')")


def test_the_context_stays_from_bench_to_bench_and_in_the_address(student_page) -> None:  # L2
    page, _ = student_page()
    unlock_bench(page, "edge_guardian/paradox")
    page.get_by_label("centralised", exact=False).first.check(force=True)
    expect(page.locator("[data-kept='context']")).to_have_text("centralised")
    expect(page).to_have_url(re.compile(r"context=centralised"))
    page.locator('.stepper a[href="/edge_guardian/convergence"]').click()
    expect(page.locator('[data-bench="edge_guardian/convergence"]')).to_be_visible()
    expect(page.locator("[data-kept='context']")).to_have_text("centralised")
    go(page, "/edge_guardian/convergence?context=federated")
    expect(page.locator("[data-kept='context']")).to_have_text("federated")
    go(page, "/edge_guardian/paradox?context=centralised")
    until(page, "window.edgelab.benchStates['edge_guardian/paradox'].values.context === 'centralised'")


def test_one_press_takes_over_what_memory_decided_and_a_reload_keeps_it(student_page) -> None:  # N5
    page, _ = student_page()
    unlock_bench(page, "mobile_nomad/memory")
    record(page, 1)
    page.locator('.stepper a[href="/mobile_nomad/convergence"]').click()
    expect(page.locator(".bench.is-locked-out")).to_be_visible()
    expect(page.locator(".offer")).to_have_count(0)
    lock_here(page, "mobile_nomad/convergence")
    offer = page.get_by_role("button", name="Use what you carried from Memory: LoRA, rank 8")
    expect(offer).to_have_attribute("aria-pressed", "false")
    expect(offer).to_contain_text("no longer fails: Over the cap")
    payload = "() => window.edgelab.benchStates['mobile_nomad/convergence'].values.payload_bytes"
    assert page.evaluate(payload) == bench_of("mobile_nomad/convergence").defaults()["payload_bytes"]
    offer.click()
    at_rest(page)
    decided = LAB.bench("mobile_nomad", "memory").run(
        LAB.track("mobile_nomad"), bench_of("mobile_nomad/memory").defaults()
    ).decision  # fmt: skip
    assert page.evaluate(payload) == pytest.approx(decided["payload_bytes"])
    expect(offer).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_role("button", name="Undo", exact=True)).to_be_enabled()
    page.reload()
    expect(offer).to_have_attribute("aria-pressed", "true")
    assert page.evaluate(payload) == pytest.approx(decided["payload_bytes"])
    record(page, 1)
    page.get_by_role("button", name="Reset", exact=True).click()
    expect(offer).to_have_attribute("aria-pressed", "false")
