"""A student's way through the first bench, in a real browser."""

from __future__ import annotations

import base64
import csv
import re

import pytest
from playwright.sync_api import expect

from tests.browser.bench_scripts import ask_value, observe, own_tries, record
from tests.browser.page_actions import (
    answer,
    at_rest,
    curve,
    go,
    lock,
    moved_from,
    open_instruments,
    open_paradox,
    points,
    reading,
    slider,
)

pytestmark = pytest.mark.browser


def test_pick_a_track_predict_lock_drag_reload(student_page) -> None:  # L1 L5 L6 L7 L8 L9 L10 P2
    page, _ = student_page()
    go(page, "/")
    expect(page).to_have_title(re.compile("edgelab"))
    page.get_by_role("link", name="Start Edge Guardian").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Edge Guardian")
    page.locator('main a[href$="/paradox"]').first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Paradox")
    expect(page.locator(".js-plotly-plot")).to_have_count(2)
    expect(page.get_by_role("slider").first).to_be_disabled()

    lock(page, value="0.5")
    open_instruments(page)
    expect(reading(page, "ratio")).to_contain_text("2.56")
    before = [points(page, 0), points(page, 1)]

    handle = slider(page, "Participating share")
    box = handle.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    for step in range(1, 11):
        page.mouse.move(box["x"] + box["width"] * (0.5 + 0.04 * step), box["y"] + box["height"] / 2)
    page.mouse.up()
    dragged = moved_from(page, before)

    handle.focus()
    for _ in range(3):
        page.keyboard.press("ArrowLeft")
    moved_from(page, dragged)
    at_rest(page)

    shown = reading(page, "ratio").inner_text()
    page.reload()
    expect(page.locator(".locked .value")).to_have_text("0.5")
    at_rest(page)
    expect(reading(page, "ratio")).to_have_text(shown)  # the controls stand where they stood


def test_review_shows_what_freezes_and_enter_never_locks(student_page) -> None:
    page, _ = student_page()
    go(page, "/tiny_pioneer/paradox")
    answer(page, value="0,002")
    expect(page.locator(".echo")).to_have_text("Read as 0.002×")
    page.get_by_label("Your value").press("Enter")
    page.wait_for_timeout(300)
    expect(page.locator(".locked")).to_have_count(0)
    page.get_by_role("button", name="Review").click()
    expect(page.get_by_role("heading", name="This will freeze")).to_be_visible()
    page.get_by_role("button", name="Back to edit").click()
    expect(page.get_by_label("Your value")).to_have_value("0,002")  # nothing was lost


def test_a_forgotten_answer_is_named_and_nothing_is_lost(student_page) -> None:
    page, _ = student_page()
    go(page, "/mobile_nomad/paradox")
    page.get_by_label("Your value").fill("many")
    page.get_by_role("button", name="Review").click()
    expect(page.locator(".echo")).to_contain_text("No number found")
    expect(page.get_by_text("Choose the reason that carries your answer.")).to_be_visible()
    expect(page.get_by_label("Your value")).to_have_value("many")


@pytest.mark.parametrize(
    ("track", "ratio"),
    [("cloud_titan", "524"), ("edge_guardian", "2.56"), ("mobile_nomad", "0.0641"), ("tiny_pioneer", "4.34")],
)
def test_every_track_opens_at_its_own_ratio(student_page, track: str, ratio: str) -> None:  # P1 P2 P3 P4
    page, _ = student_page()
    open_paradox(page, track)
    expect(reading(page, "ratio")).to_contain_text(ratio)


def test_a_fix_button_moves_its_control_and_helps(student_page) -> None:  # L16
    page, _ = student_page()
    open_paradox(page, "cloud_titan", "100")
    expect(page.locator(".status-word")).to_have_text(re.compile("Dearer"))
    own_tries(page, "cloud_titan/paradox")
    page.get_by_role("button", name="Reset", exact=True).click()
    at_rest(page)
    before = reading(page, "ratio").inner_text()
    ask_value(page)
    page.locator(".fix:visible").first.click()
    at_rest(page)
    assert reading(page, "ratio").inner_text() != before


def test_a_setting_has_an_address_that_another_student_opens(student_page) -> None:  # N15
    """It carries the controls and no answer: who has not locked yet finds them set once the instruments are open."""
    page, _ = student_page()
    open_paradox(page)
    slider(page, "Participating share").focus()
    page.keyboard.press("End")
    page.wait_for_timeout(600)
    at_rest(page)
    shown = reading(page, "ratio").inner_text()
    page.get_by_role("button", name="Copy the address of this setting").click()
    page.wait_for_url("**/paradox?*s=participation*")
    address = page.url
    other, _ = student_page()
    go(other, address)
    expect(slider(other, "Participating share")).to_be_disabled()
    lock(other, value="0.5")
    open_instruments(other)
    expect(reading(other, "ratio")).to_have_text(shown)
    assert "s=" not in other.url, "what is moved afterwards stands"


def test_undo_redo_reset_and_presets_move_only_controls(student_page) -> None:  # N15
    page, _ = student_page()
    open_paradox(page)
    start = reading(page, "ratio").inner_text()
    slider(page, "Participating share").focus()
    page.keyboard.press("End")
    page.wait_for_timeout(600)
    at_rest(page)
    end = reading(page, "ratio").inner_text()
    assert end != start
    page.get_by_role("button", name="Undo").click()
    at_rest(page)
    expect(reading(page, "ratio")).to_have_text(start)
    page.get_by_role("button", name="Redo").click()
    at_rest(page)
    expect(reading(page, "ratio")).to_have_text(end)
    page.get_by_role("button", name="Reset", exact=True).click()
    at_rest(page)
    expect(reading(page, "ratio")).to_have_text(start)
    expect(page.locator(".locked")).to_have_count(1)


def test_a_number_can_be_typed_with_its_unit_and_nonsense_changes_nothing(student_page) -> None:
    page, _ = student_page()
    open_paradox(page)
    box = page.locator('[data-control="moved_bytes"] .box input')
    box.fill("2 GB")
    box.press("Enter")
    at_rest(page)
    expect(page.locator('[data-suffix="moved_bytes"]')).to_have_text("GB")
    expect(slider(page, "What moves")).to_have_attribute("aria-valuetext", "2\u00a0GB")
    shown = reading(page, "ratio").inner_text()
    for nonsense in ("", "much", "NaN", "1e999", "-", "2 parsec", "<b>"):
        box.fill(nonsense)
        box.press("Enter")
        page.wait_for_timeout(50)
    at_rest(page)
    expect(reading(page, "ratio")).to_have_text(shown)
    expect(box).to_have_value("2")


def test_the_reveal_says_how_far_off_and_why(student_page) -> None:  # L10
    page, _ = student_page()
    go(page, "/mobile_nomad/paradox")
    lock(page, value="0.641")
    expect(page.locator(".gap")).to_have_text("10× high")
    expect(page.locator(".reveal-title")).to_be_focused()
    expect(page.locator(".bell")).to_be_visible()
    expect(page.locator(".gap-analysis")).to_contain_text("With rounds a day counted twice")  # N6: the factor of ten


def test_reflection_with_its_check_opens_the_model_answer(student_page) -> None:  # L11
    page, _ = student_page()
    open_paradox(page)
    expect(page.locator(".reflect")).to_contain_text("Opens once")
    record(page, 1)
    observe(page, "edge_guardian/paradox")
    check = page.locator(".reflect .check").get_by_role("radio")
    for number in range(check.count()):
        check.nth(number).check()
        expect(page.locator(".reflect .check .feedback")).not_to_be_empty()
    page.get_by_label("What did the figure show, and why?").fill("The federated line lies far below: raw bytes a day.")
    page.get_by_label("What would change your mind?").fill("A larger model.")
    page.get_by_role("button", name="Save reflection").click()
    expect(page.get_by_role("heading", name="Model answer")).to_be_visible()
    page.reload()
    expect(page.get_by_role("heading", name="Model answer")).to_be_visible()
    expect(page.get_by_text("Raw bytes a day.")).to_be_visible()


def test_peek_shows_the_students_own_numbers(student_page) -> None:  # L12
    page, _ = student_page()
    open_paradox(page, "mobile_nomad")
    page.locator(".peek:not(.run-view) > summary").click()
    first = page.locator(".peek:not(.run-view) .numbers").all_inner_texts()
    slider(page, "Participating share").focus()
    page.keyboard.press("End")
    at_rest(page)
    assert page.locator(".peek:not(.run-view) .numbers").all_inner_texts() != first


def test_two_tabs_of_one_student_share_the_lock_and_two_browsers_do_not(student_page) -> None:
    page, _ = student_page()
    second, _ = student_page(context=page.context)
    stranger, _ = student_page()
    go(second, "/edge_guardian/paradox")
    go(stranger, "/edge_guardian/paradox")
    open_paradox(page, value="7")
    answer(second, value="9")  # the second tab still shows the open card
    second.get_by_role("button", name="Review").click()
    expect(second.locator(".locked .value")).to_have_text("7")  # the first lock stands
    expect(second.locator(".is-unlocked")).to_be_visible()  # the first tab has opened the instruments
    stranger.reload()
    expect(stranger.get_by_role("button", name="Review")).to_be_visible()


def test_a_restarted_server_keeps_the_lock(student_page, server) -> None:
    page, _ = student_page()
    open_paradox(page, "cloud_titan", "12")
    page.wait_for_load_state("networkidle")
    server.stop()
    server.start()
    page.reload()
    expect(page.locator(".locked .value")).to_have_text("12")


def test_back_and_forward_follow_the_address(student_page) -> None:
    page, _ = student_page()
    go(page, "/")
    page.get_by_role("link", name="Start Tiny Pioneer").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Tiny Pioneer")
    page.locator('main a[href$="/paradox"]').first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Paradox")
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("Tiny Pioneer")
    page.go_forward()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Paradox")
    expect(page).to_have_title(re.compile("Paradox"))


def test_nothing_comes_from_another_host(student_page, server) -> None:  # N14
    page, watch = student_page()
    go(page, "/")
    go(page, "/edge_guardian")
    open_paradox(page)
    go(page, "/designer")
    assert watch.requests
    assert all(url.startswith((server.url, "data:", "blob:")) for url in watch.requests)
    plotly = [url for url in watch.requests if "plotly" in url]
    assert len(set(plotly)) == 1
    assert re.search(r"plotly-basic-[\d.]+\.[0-9a-f]{12}\.min\.js", plotly[0])


def test_the_table_says_what_the_figure_draws(student_page) -> None:
    page, _ = student_page()
    open_paradox(page)
    page.get_by_role("button", name="Table").first.click()
    expect(page.locator(".data-table")).to_have_count(1)
    cells = [
        float(v) for v in page.locator(".data-table td[data-value]").evaluate_all("c => c.map(x => x.dataset.value)")
    ]
    for value in curve(page, 0):
        assert any(abs(cell - value) <= 1e-5 * abs(value) for cell in cells)
    page.get_by_role("button", name="Table").first.click()
    expect(page.locator(".data-table")).to_have_count(0)


def test_csv_is_the_table(student_page) -> None:
    page, _ = student_page()
    open_paradox(page)
    with page.expect_download() as file:
        page.get_by_role("button", name="CSV").first.click()
    rows = list(csv.reader(file.value.path().read_bytes().decode().splitlines()))
    assert file.value.suggested_filename.startswith("edge-guardian-paradox-")
    page.get_by_role("button", name="Table").first.click()
    table = page.locator(".data-table").first
    expect(table).to_be_visible()
    cells = table.locator("tbody tr").evaluate_all(
        "rows => rows.map(row => Array.from(row.cells, cell => cell.dataset.value ?? cell.innerText))"
    )
    shown = [[float(cell) if cell[-1:].isdigit() else cell for cell in row] for row in cells]
    assert [[float(cell) if cell[-1:].isdigit() else cell for cell in row] for row in rows[-len(cells) :]] == shown


# What a picture holds: its size, and in each of its rows how many pixels differ from its first one.
PICTURE = """async data => {
    const image = new Image();
    image.src = `data:image/png;base64,${data}`;
    await image.decode();
    const canvas = document.createElement('canvas');
    canvas.width = image.width;
    canvas.height = image.height;
    const context = canvas.getContext('2d');
    context.drawImage(image, 0, 0);
    const pixels = new Uint32Array(context.getImageData(0, 0, image.width, image.height).data.buffer);
    const rows = Array.from({ length: image.height }, (_, y) =>
      pixels.subarray(y * image.width, (y + 1) * image.width).reduce((sum, one) => sum + (one !== pixels[0]), 0));
    return { width: image.width, height: image.height, rows };
}"""


def test_a_png_is_the_figure_with_its_question_answer_and_settings_made_in_the_browser(student_page) -> None:
    """By key: twice the figure's pixels, a margin of 24 px, words above and below it, nothing asked of another host."""
    page, watch = student_page(theme="dark")
    open_paradox(page)
    before = len(watch.requests)
    page.get_by_role("button", name="PNG").first.focus()
    with page.expect_download() as png:
        page.keyboard.press("Enter")
    content = png.value.path().read_bytes()
    seen = page.evaluate(PICTURE, base64.b64encode(content).decode())
    graph = page.locator(".js-plotly-plot").first.bounding_box()
    assert seen["width"] == 2 * (round(graph["width"]) + 48)
    title, figure = 2 * (24 + 24), 2 * round(graph["height"])  # px: the margin and one line; the drawing
    drawn = [sum(row > 0 for row in part) for part in (
        seen["rows"][:title], seen["rows"][title : title + figure], seen["rows"][title + figure :])]  # fmt: skip
    assert drawn[0] >= 20
    assert drawn[1] >= figure / 2
    assert drawn[2] >= 80  # answer, settings and place: at least three lines
    assert seen["rows"][:20] == [0] * 20 == seen["rows"][-20:]
    asked = [url for url in watch.requests[before:] if not url.startswith(("blob:", "data:"))]
    assert all(".woff2" in url for url in asked)


def test_a_plugins_bench_works_like_the_courses_own(student_page) -> None:  # N9
    page, _ = student_page()
    go(page, "/cloud_titan/downlink")
    lock(page, value="90 s")
    page.wait_for_selector(".locked")
    answer(page, option="the slowest link")
    page.get_by_role("button", name="Review").click()
    page.get_by_role("button", name="Lock this prediction").click()
    open_instruments(page)
    expect(reading(page, "time")).to_have_text("6.35")
    page.get_by_label("int8").check(force=True)
    at_rest(page)
    expect(reading(page, "time")).to_have_text("95.2")
    page.locator(".advanced summary").click()
    page.locator('[data-control="cached"] input').check()
    at_rest(page)
    expect(reading(page, "time")).to_have_text("47.6")
    expect(page.locator(".status-word")).to_have_text("The target is met")


def test_the_contexts_stand_side_by_side_and_the_other_one_recedes(student_page) -> None:  # L2
    page, _ = student_page()
    open_paradox(page)
    cards = page.locator('[data-control="context"] .option-card')
    expect(cards).to_have_count(2)
    for card in cards.all():
        for aspect in ("Privacy", "Bandwidth", "Compute"):
            expect(card).to_contain_text(aspect)
    tops = [(card.bounding_box() or {}).get("y") for card in cards.all()]
    assert tops[0] == tops[1]
    weight = "node => getComputedStyle(node.querySelector('b')).fontWeight"
    assert [card.evaluate(weight) for card in cards.all()] == ["400", "600"]
    page.locator('[data-control="context"]').get_by_label("centralised").check(force=True)
    assert [card.evaluate(weight) for card in cards.all()] == ["600", "400"]
