"""The convergence bench in a real browser: real federated runs behind both panels, alive while a slider moves."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.bench_scripts import TRACKS
from tests.browser.page_actions import at_rest, go, lock, open_instruments, reading, slider, until
from tests.sweeps import swept

pytestmark = pytest.mark.browser


def open_convergence(page: Page, track: str = "edge_guardian", value: str = "0") -> None:
    go(page, f"/{track}/convergence")
    lock(page, value=value)
    open_instruments(page)
    expect(reading(page, "mean_accuracy")).not_to_be_empty()


def drawn(page: Page, panel: int) -> list[dict]:
    """Every trace of a panel: its name, how thick its line is, and its y values."""
    return page.evaluate(
        """panel => document.querySelectorAll('.js-plotly-plot')[panel].data.map(trace => ({
              name: trace.name, width: trace.line ? trace.line.width : null, y: Array.from(trace.y) }))""",
        panel,
    )


def test_three_seeds_thin_their_mean_thick_and_the_worst_city_beside(student_page) -> None:  # P11 P19 N2
    page, _ = student_page()
    open_convergence(page)
    for panel in (0, 1):
        thin = [trace for trace in drawn(page, panel) if trace["width"] == 1]
        assert len(thin) % 3 == 0
        assert thin
        assert len({tuple(trace["y"]) for trace in thin}) == len(thin), "every seed drew its own run"
    thick = [trace for trace in drawn(page, 0) if trace["width"] and trace["width"] > 2]
    assert len(thick) == 2  # the fleet and the worst city
    last = {trace["name"]: trace["y"][-1] for trace in thick}
    fleet = last.pop("fleet")
    (worst,) = last.values()
    assert worst < fleet < 1
    expect(page.get_by_text("cap 5 GB").first).to_be_visible()
    expect(page.locator(".status-word")).not_to_have_text("")


def test_both_panels_follow_a_dragged_slider_and_a_chosen_algorithm(student_page) -> None:  # P11 P12
    page, watch = student_page()
    open_convergence(page)
    before = [drawn(page, 0), drawn(page, 1)]
    steps = slider(page, "Local steps")
    box = steps.bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.64, box["y"] + box["height"] / 2)
    page.mouse.down()
    for share in (0.5, 0.45, 0.4, 0.35, 0.3):
        page.mouse.move(box["x"] + box["width"] * share, box["y"] + box["height"] / 2)
        page.wait_for_timeout(40)
    page.mouse.up()
    until(
        page,
        "before => JSON.stringify(Array.from(document.querySelectorAll('.js-plotly-plot')[1].data[0].y)) !== before",
        arg=page.evaluate("ys => JSON.stringify(ys)", before[1][0]["y"]),
    )
    at_rest(page)
    assert drawn(page, 0) != before[0]
    assert drawn(page, 1) != before[1]
    few_steps = reading(page, "loss_above_best").inner_text()
    sent = watch.updates()
    page.get_by_role("radio", name="SCAFFOLD").check(force=True)
    at_rest(page)
    assert watch.updates() == sent + 1
    expect(reading(page, "loss_above_best")).not_to_have_text(few_steps)


def test_the_lock_is_answered_by_the_same_run_for_everybody(student_page) -> None:  # P10
    gaps = []
    for _ in range(2):
        page, _ = student_page()
        go(page, "/edge_guardian/convergence")
        lock(page, value="5")
        gaps.append(page.locator(".gap-line").inner_text())
    assert gaps[0] == gaps[1]
    assert "points high" in gaps[0]


@pytest.mark.parametrize("track", swept(TRACKS, kept=["edge_guardian"]))
def test_every_track_fails_at_its_default_for_a_named_reason(student_page, track: str) -> None:
    page, _ = student_page()
    open_convergence(page, track)
    expect(page.locator('.status[data-state="fail"]')).to_be_visible()
    expect(page.locator(".status-word")).to_be_visible()
    expect(page.get_by_role("button", name="Which control?")).to_be_visible()
