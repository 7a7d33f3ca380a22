"""The ledger in a browser: two tracks played, read on every tab, in both themes, with nothing out of reach."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from dashboard.lab import MODEL_VERSION
from dashboard.ledger import store as ledger_store
from dashboard.ledger.events import Event, write_name
from dashboard.ledger.identity import COOKIE, read
from dashboard.ledger.store import Store
from dashboard.settings import Settings
from dashboard.student.predictions import Draft
from tests.browser.bench_scripts import LAB, record
from tests.browser.page_actions import go, open_paradox, slider, until
from tests.browser.test_access import findings, too_wide
from tests.sweeps import swept

pytestmark = pytest.mark.browser

TRACKS = {"cloud_titan": "0.002", "edge_guardian": "0.5"}
# The tabs in the order in which they are opened, each with the heading that shows that it is there.
TABS = {
    "Timeline": "Timeline",
    "Tries": "Tries",
    "Tracks side by side": "The same physics on several tracks",
    "Decisions": "Decisions",
    "Again after a week": "Again after a week",
    "Predictions": "Prediction against truth",
}
COLOURS = "() => document.querySelector('.ledger .js-plotly-plot').data.map(t => t.line?.color ?? t.marker?.color)"


def play(page: Page) -> None:
    """Lock two tracks' paradox and record two tries on the second."""
    for track, value in TRACKS.items():
        open_paradox(page, track, value)
        record(page, 1)
    slider(page, "Participating share").press("End")
    record(page, 2)


def open_tab(page: Page, name: str) -> None:
    page.locator(".ledger-tabs").get_by_label(name).check(force=True)
    expect(page.locator(".ledger-tab h2").first).to_have_text(TABS[name.partition(" (")[0]])
    until(page, "() => !document.querySelector('.ledger-tab [data-html]')")


@pytest.mark.parametrize(("theme", "width"), swept([("light", 1440), ("dark", 390)], kept=[("light", 1440)]))
def test_two_tracks_are_played_and_the_ledger_is_read(student_page, theme: str, width: int) -> None:  # N8 N13
    page, _ = student_page(width=1440, theme=theme)
    play(page)
    page.get_by_role("link", name="Ledger").click()
    expect(page.get_by_role("heading", name="Ledger", level=1)).to_be_visible()
    assert page.title() == "Ledger · edgelab"
    page.set_viewport_size({"width": width, "height": 900})
    first = page.locator(".ledger-sentences li")
    page.locator(".ledger-tabs").get_by_label("Predictions").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator(".ledger-timelines")).to_be_visible()
    page.keyboard.press("ArrowLeft")
    expect(first).to_have_count(3)
    expect(page.locator(".ledger-facts")).to_contain_text("The chain of their hashes holds.")
    expect(first.nth(1)).to_contain_text("2 tries on one bench")
    expect(page.get_by_role("link", name="Hand in")).to_be_visible()
    expect(page.locator(".ledger-figure .js-plotly-plot")).to_have_count(1)
    assert findings(page) == []
    assert too_wide(page) == []

    page.locator(".ledger-first").get_by_label("Cloud Titan").check(force=True)
    expect(first.nth(1)).to_contain_text("1 try on one bench")
    page.get_by_label("Track", exact=True).select_option("cloud_titan")
    expect(page.locator(".ledger-figure .answer").first).to_contain_text("of 1 revealed locks")

    for name in TABS:
        open_tab(page, name)
        for fold in page.locator(".ledger-fold > summary").all():
            fold.click()
        if name == "Tries":
            expect(page.locator(".ledger-pair .js-plotly-plot")).to_have_count(2)
            expect(page.locator(".ledger-comparison")).to_contain_text("One control differs: Participating share")
            page.get_by_label("Other").select_option("1")
            expect(page.locator(".ledger-comparison")).to_contain_text("Both tries are the same state.")
        if name == "Tracks side by side":
            expect(page.locator(".ledger-tab")).to_contain_text("below 1 on Edge Guardian, above 1 on Cloud Titan")
        if name == "Timeline":
            moment = page.locator(".ledger-lines time").first
            today = datetime.now().strftime("%-d %b ")
            expect(moment).to_have_text(today + moment.inner_text()[-5:])
            page.get_by_label("Track", exact=True).select_option("cloud_titan")
            expect(page.locator("[data-timeline]")).to_have_attribute("data-timeline", "cloud_titan/paradox")
            expect(moment).to_have_text(today + moment.inner_text()[-5:])
        assert findings(page) == [], name
        assert too_wide(page) == [], name
    before = page.evaluate(COLOURS)
    page.get_by_role("button", name="Theme").click()
    until(page, f"before => JSON.stringify(({COLOURS})()) !== JSON.stringify(before)", arg=before)


def test_a_confident_miss_comes_back_after_a_week(student_page, server, monkeypatch: pytest.MonkeyPatch) -> None:
    page, _ = student_page()
    go(page, "/")
    settings = Settings.from_environment({"EDGELAB_DATA_DIR": str(server.data)})
    cookie = next(item["value"] for item in page.context.cookies() if item["name"] == COOKIE)
    student = read(cookie, settings.secret_keys)
    assert student is not None

    class EightDaysAgo(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> datetime:
            return datetime.now(tz) - timedelta(days=8)

    monkeypatch.setattr(ledger_store, "datetime", EightDaysAgo)
    (asked,) = LAB.bench("cloud_titan", "paradox").predictions
    draft = Draft(value="0.002", mechanism=asked.mechanisms[0].id, confidence="certain")
    Store(settings.database_url).append(
        Event(
            student=student,
            track="cloud_titan",
            bench="paradox",
            kind="lock",
            payload=draft.as_locked(asked),
            idempotency_key=write_name("lock", "cloud_titan", "paradox", asked.id),
            model_version=MODEL_VERSION,
            prediction=asked.id,
        )
    )
    go(page, "/ledger")
    open_tab(page, "Again after a week (1)")
    asks = page.locator(".review")
    expect(asks).to_contain_text("How many bytes does a federated day move for each byte of a centralised one?")
    asks.get_by_role("button", name="Answer").click()
    expect(asks.get_by_role("alert")).to_have_text("Enter a number first; a guess will do.")
    asks.get_by_label("Your value").fill("1500")
    asks.get_by_role("button", name="Answer").click()
    expect(asks.locator(".review-result")).to_contain_text("Right.")
    expect(asks.get_by_role("button", name="Answer")).to_be_disabled()
    page.reload()
    open_tab(page, "Again after a week")
    expect(page.locator(".ledger-tab")).to_contain_text("right since")
