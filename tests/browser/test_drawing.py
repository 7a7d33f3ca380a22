"""A prediction is drawn by one stroke, by keys and by boxes; the drawing survives a reload and lies over the curve."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.page_actions import go, until
from tests.browser.test_access import findings, too_wide
from tests.sweeps import swept

pytestmark = pytest.mark.browser
KEY = "edge_guardian/convergence"


def heights(page: Page) -> list[str]:
    return [box.input_value() for box in page.locator(".anchor input").all()]


@pytest.mark.parametrize(("theme", "width"), swept([("light", 1440), ("dark", 390)], kept=[("light", 1440)]))
def test_a_stroke_draws_keys_correct_and_the_lock_keeps_both(student_page, theme: str, width: int) -> None:
    page, _ = student_page(width=width, theme=theme)
    go(page, f"/{KEY}")
    figure = page.locator(".draw-place svg")
    expect(figure).to_be_visible()
    assert heights(page) == [""] * 5, "nothing is drawn beforehand"
    assert findings(page) == []
    size = figure.bounding_box()
    figure.hover(
        position={"x": 40 + (size["width"] - 40) * 0.1, "y": size["height"] * 0.8}
    )  # waits until it stands still
    box = figure.bounding_box()
    columns = [box["x"] + 40 + (box["width"] - 40) * (n + 0.5) / 5 for n in range(5)]
    levels = [box["y"] + box["height"] * share for share in (0.8, 0.6, 0.4, 0.3, 0.2)]
    page.mouse.move(columns[0], levels[0])
    page.mouse.down()
    for x, y in zip(columns[1:], levels[1:], strict=True):
        page.mouse.move(x, y, steps=5)
    page.mouse.up()
    expect(page.locator(".draw-handle.is-set")).to_have_count(5)
    drawn = [float(text) for text in heights(page)]
    assert drawn == sorted(drawn)
    value = page.get_by_label("Your value")
    expect(value).to_have_value(f"{drawn[4] - drawn[3]:.3g}")
    last = page.get_by_role("slider", name="accuracy after so many rounds: 100")
    last.focus()
    page.keyboard.press("End")
    expect(last).to_have_attribute("aria-valuetext", "100 %")
    page.locator(".anchor input").nth(3).fill("97")
    expect(value).to_have_value("3")
    kept = heights(page)
    page.reload()
    expect(page.locator(".draft-note").first).to_contain_text("Draft kept")
    expect(page.locator(".draw-handle.is-set")).to_have_count(5)
    assert heights(page) == kept
    assert too_wide(page) == []
    page.locator(".predict-card fieldset", has_text="Because").get_by_role("radio").first.check()
    page.locator(".segmented").get_by_label("guess").check(force=True)
    page.get_by_role("button", name="Review").click()
    expect(page.locator(".review")).to_contain_text("97%, 100%")
    page.get_by_role("button", name="Back to edit").click()
    expect(page.locator(".draw-handle.is-set")).to_have_count(5)
    page.get_by_role("button", name="Review").click()
    page.get_by_role("button", name="Lock this prediction").click()
    expect(page.locator(".reveal-why")).to_contain_text("Your drawing")
    until(
        page,
        """() => [...document.querySelectorAll('.reveal-figure .js-plotly-plot')]
              .some(plot => plot.data?.some(trace => trace.name === 'your drawing' && trace.y.at(-1) === 1))""",
    )


def touch(page: Page, *points: tuple[float, float]) -> None:
    """Put a finger down, move it through the points and lift it, as a touch screen reports it."""
    devtools = page.context.new_cdp_session(page)
    for n, (x, y) in enumerate(points):
        point = [{"x": x, "y": y}]
        devtools.send("Input.dispatchTouchEvent", {"type": "touchMove" if n else "touchStart", "touchPoints": point})
        page.wait_for_timeout(30)
    devtools.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    devtools.detach()
    page.wait_for_timeout(300)


def along(start: tuple[float, float], end: tuple[float, float], steps: int = 10) -> list[tuple[float, float]]:
    return [tuple(a + (b - a) * n / steps for a, b in zip(start, end, strict=True)) for n in range(steps + 1)]


def test_a_finger_scrolls_over_the_drawing_and_draws_across_it_or_from_an_anchor(student_page) -> None:
    page, _ = student_page(width=390)
    go(page, f"/{KEY}")
    figure = page.locator(".draw-place svg")
    expect(figure).to_be_visible()
    figure.evaluate("node => node.scrollIntoView({ block: 'center' })")
    page.wait_for_timeout(300)

    def places() -> tuple[list[float], list[float]]:
        box = figure.bounding_box()
        columns = [box["x"] + 40 + (box["width"] - 40) * (n + 0.5) / 5 for n in range(5)]
        return columns, [box["y"] + box["height"] * share for share in (0.8, 0.6, 0.4, 0.3, 0.2)]

    def scrolled() -> float:
        return page.evaluate("scrollY")

    before = scrolled()
    columns, levels = places()
    between = (columns[1] + columns[2]) / 2
    touch(page, *along((between, levels[1]), (between, levels[1] - 160)))
    assert scrolled() - before > 80, "the page went up under the finger"
    assert heights(page) == [""] * 5, "and nothing was drawn"
    before = scrolled()
    columns, levels = places()
    touch(page, *along((columns[0], levels[0]), (columns[4], levels[4]), 20))
    expect(page.locator(".draw-handle.is-set")).to_have_count(5)
    drawn = [float(text) for text in heights(page)]
    assert drawn == sorted(drawn)
    assert drawn[0] < drawn[4]
    last = page.locator(".draw-handle").nth(4).locator(".draw-dot").bounding_box()
    middle = (last["x"] + last["width"] / 2, last["y"] + last["height"] / 2)
    touch(page, *along(middle, (middle[0], middle[1] + 60)))
    assert float(heights(page)[4]) < drawn[4] - 5
    touch(page, (columns[2], levels[4]))
    assert float(heights(page)[2]) > drawn[2] + 5, "a finger that is lifted where it was put draws there"
    assert scrolled() == before, "no stroke of these moved the page"
