"""What a student does with mouse and keyboard, as functions."""

from __future__ import annotations

import time
from typing import Any

from playwright.sync_api import Error, Locator, Page, expect

from tests.browser.page_student import PageStudent

PATIENCE_S = 12


def until(page: Page, script: str, arg: Any = None) -> None:
    """Wait until a script of a page is true; Playwright's own way evaluates a text in it, which our CSP refuses.

    While a page gives way to another there is nobody to ask.
    """
    end = time.monotonic() + PATIENCE_S
    while True:
        try:
            if page.evaluate(script, arg):
                return
        except Error as problem:
            if "context was destroyed" not in problem.message:
                raise
        assert time.monotonic() < end, f"not within {PATIENCE_S} s: {script}"
        page.wait_for_timeout(20)


def go(page: Page, path: str) -> None:
    """Open an address and wait until its page stands."""
    page.goto(path)
    expect(page.locator("#content")).to_be_visible()


def answer(page: Page, *, value: str | None = None, option: str | None = None, sure: str = "fairly sure") -> None:
    """Fill in the prediction card."""
    if value is not None:
        page.get_by_label("Your value").fill(value)
    if option is not None:
        page.get_by_label(option).check()
    page.locator(".predict-card fieldset", has_text="Because").get_by_role("radio").first.check()
    page.locator(".segmented").get_by_label(sure).check(force=True)


def lock(page: Page, **entry: str) -> None:
    """Answer, review, lock."""
    answer(page, **entry)
    page.get_by_role("button", name="Review").click()
    page.get_by_role("button", name="Lock this prediction").click()
    expect(page.locator(".locked")).to_have_count(1)


def open_instruments(page: Page) -> None:
    """Leave the reveal for the instruments."""
    page.get_by_role("button", name="Open the instruments").click()
    expect(page.locator(".bench.is-unlocked")).to_be_visible()


def open_paradox(page: Page, track: str = "edge_guardian", value: str = "0.5") -> None:
    """Come to a track's paradox bench whose prediction is locked and whose instruments are open."""
    PageStudent(page).unlock(f"{track}/paradox", value)
    go(page, f"/{track}/paradox")
    until_answered(page)
    expect(reading(page, "ratio")).not_to_be_empty()


def until_answered(page: Page) -> None:
    """Wait until a bench whose instruments are open has its first answer, and none is due."""
    expect(page.locator(".bench.is-unlocked")).to_be_visible()
    until(page, "Object.values(window.edgelab.benchStates).some(bench => bench.sent)")
    at_rest(page)


def reading(page: Page, name: str) -> Locator:
    """Where a reading's number stands."""
    return page.locator(f'[data-paint="readings.{name}.value"]').first


def slider(page: Page, label: str) -> Locator:
    """A slider by its accessible name."""
    return page.get_by_role("slider", name=label)


def curve(page: Page, panel: int, trace: int = 0) -> list[float]:
    """The y values that a panel's figure draws now."""
    return page.evaluate(
        "([panel, trace]) => Array.from(document.querySelectorAll('.js-plotly-plot')[panel].data[trace].y)",
        [panel, trace],
    )


def points(page: Page, panel: int) -> list[list[float]]:
    """Every single-point trace of a panel, as [x, y]."""
    return page.evaluate(
        """panel => document.querySelectorAll('.js-plotly-plot')[panel].data
              .filter(trace => trace.x.length === 1).map(trace => [trace.x[0], trace.y[0]])""",
        panel,
    )


def at_rest(page: Page) -> None:
    """Wait until no answer is due and the last one, a full one, is painted."""
    until(
        page,
        """Object.values(window.edgelab.benchStates).every(d =>
             !d.busy && !d.waiting && !d.isMoving && !d.isPreview && !d.isPutOff)""",
    )
    page.wait_for_timeout(60)


def drawn_at(page: Page, panel: int, x: float) -> None:
    """Wait until a panel draws a point at that x; drawing follows the answer by as much as the machine needs."""
    until(
        page,
        """([panel, x]) => document.querySelectorAll('.js-plotly-plot')[panel].data
              .some(trace => trace.x.length === 1 && Math.abs(trace.x[0] / x - 1) < 0.01)""",
        arg=[panel, x],
    )


def moved_from(page: Page, before: list[list[list[float]]]) -> list[list[list[float]]]:
    """Wait until every panel draws its points elsewhere than before, and return where."""
    until(
        page,
        """before => before.every((points, panel) => JSON.stringify(
              document.querySelectorAll('.js-plotly-plot')[panel].data
                .filter(trace => trace.x.length === 1)
                .map(trace => [trace.x[0], trace.y[0]])) !== JSON.stringify(points))""",
        arg=before,
    )
    at_rest(page)
    return [points(page, panel) for panel in range(len(before))]
