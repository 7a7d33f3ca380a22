"""What a student takes away and brings back (N11): handed in, verified, resumed, handed over, erased."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import zlib
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.bench_scripts import record
from tests.browser.conftest import Server
from tests.browser.page_actions import go, open_paradox
from tests.browser.test_access import findings, too_wide

pytestmark = pytest.mark.browser


def who(page: Page) -> str:
    """The pseudonym in the header."""
    return page.locator("[data-who]").get_attribute("data-who") or ""


def play(page: Page) -> None:
    """Two tracks: a lock and a try on each."""
    for track in ("edge_guardian", "tiny_pioneer"):
        open_paradox(page, track)
        record(page, 1)


def take(page: Page, button: str, place: Path) -> Path:
    """Download a file by its button."""
    with page.expect_download() as waiting:
        page.get_by_role("button", name=button, exact=True).click()
    target = place / waiting.value.suggested_filename
    waiting.value.save_as(target)
    return target


def command(server: Server, *files: Path) -> tuple[int, list[dict]]:
    """Run ``edgelab verify`` with the keys of the lab."""
    done = subprocess.run(
        [sys.executable, "-m", "dashboard", "verify", "--json", *map(str, files)],
        env={
            "PATH": "/usr/bin:/bin",
            "PYTHONPATH": str(Path(__file__).parents[2]),
            "EDGELAB_DATA_DIR": str(server.data),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, json.loads(done.stdout)["files"]


def texts_of(pdf: bytes) -> str:
    """The text that can be selected in a PDF: what its fonts' own tables make of the drawn glyphs."""
    streams = []
    for found in re.finditer(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL):
        try:
            streams.append(zlib.decompress(found[1]))
        except zlib.error:
            continue
    letters: set[str] = set()
    for stream in streams:
        for block in re.findall(rb"beginbfchar(.*?)endbfchar", stream, re.DOTALL):
            letters |= {chr(int(code, 16)) for code in re.findall(rb"> <([0-9A-Fa-f]{4})>", block)}
        for block in re.findall(rb"beginbfrange(.*?)endbfrange", stream, re.DOTALL):
            for first, last, code in re.findall(rb"<(\w+)> <(\w+)> <(\w{4})>", block):
                count = int(last, 16) - int(first, 16) + 1
                letters |= {chr(int(code, 16) + n) for n in range(count)}
    return "".join(sorted(letters))


def test_two_tracks_are_handed_in_and_verified(  # N11
    student_page, server: Server, tmp_path: Path, browser: Browser
) -> None:
    page, _ = student_page()
    play(page)
    name = who(page)
    assert re.fullmatch(r"\w+ \w+ \d\d", name)
    go(page, "/ledger")
    page.get_by_role("link", name="Hand in").first.click()
    expect(page.get_by_role("heading", name="Hand in", level=1)).to_be_visible()
    assert findings(page) == []
    preview = page.frame_locator(".handin-preview")
    expect(preview.get_by_role("heading", level=1)).to_have_text(f"Ledger of {name}")
    page.get_by_label("Name").fill("Ann <b>Lee</b>")
    page.get_by_role("button", name="Show the name below").click()
    expect(preview.get_by_role("heading", level=1)).to_have_text("Ledger of Ann <b>Lee</b>")
    files = [take(page, button, tmp_path) for button in ("Download to hand in", "JSON", "CSV", "Markdown")]
    assert [path.suffix for path in files] == [".html", ".json", ".csv", ".md"]
    code, found = command(server, *files[:2])
    assert (code, [row["result"] for row in found]) == (0, ["genuine", "genuine"])
    assert found[0]["name"] == "Ann <b>Lee</b>"
    # On the page, a file that was changed beside one that was not.
    forged = tmp_path / "forged.html"
    forged.write_bytes(files[0].read_bytes().replace(b"nothing fails", b"everything ok"))
    go(page, "/ledger/verify")
    page.locator("input[type=file]").set_input_files([files[0], forged])
    page.get_by_role("button", name="Verify").click()
    expect(page.locator('.answer [data-result="genuine"]')).to_have_count(1)
    expect(page.locator('.answer [data-result="altered"]')).to_contain_text("The page around the events was changed")
    assert findings(page) == []
    opened_from_disk(browser, files[0], tmp_path)


def opened_from_disk(browser: Browser, file: Path, place: Path) -> None:
    """The file with no server and no network: figures, texts, no finding, and a PDF whose text can be selected."""
    context = browser.new_context(offline=True, viewport={"width": 900, "height": 900})
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: asked.append(message.text))
    page.goto(file.as_uri())
    assert asked == [file.as_uri()]
    for heading in ("Edge Guardian", "Tiny Pioneer", "For whoever grades", "The signed events"):
        expect(page.get_by_role("heading", name=heading, exact=True)).to_be_visible()
    for drawn in page.locator("figure svg").all():
        box = drawn.bounding_box()
        assert box
        assert box["width"] > 400
    assert page.locator("figure svg").count() >= 2
    page.set_viewport_size({"width": 390, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    pdf = page.pdf(path=place / "handin.pdf", format="A4")
    letters = texts_of(pdf)
    assert set("Ledger of Ann<b>/ computed") <= set(letters + " "), letters
    assert b"/Subtype /Image" not in pdf.replace(b"/Subtype/Image", b"/Subtype /Image"), "a figure is a picture"
    context.close()
    plain = browser.new_context(viewport={"width": 900, "height": 900}, bypass_csp=True)
    page = plain.new_page()
    page.goto(file.as_uri())
    assert findings(page) == []
    page.set_viewport_size({"width": 390, "height": 800})
    assert findings(page) == []
    plain.close()


def test_a_ledger_goes_on_in_a_second_browser_is_handed_over_and_erased(student_page) -> None:  # N15
    page, _ = student_page()
    open_paradox(page)
    record(page, 1)
    name = who(page)
    go(page, "/ledger/data")
    assert findings(page) == []
    page.get_by_role("button", name="Make a resume code").click()
    words = page.locator(".resume-code").inner_text()
    assert len(words.split()) == 12
    expect(page.get_by_text("You have one, made")).to_be_visible()
    expect(page.get_by_text("You have none yet.")).to_have_count(0)
    expect(page.get_by_role("button", name="Make another code")).to_be_visible()
    expect(page.get_by_role("button", name="Revoke the code")).to_be_visible()
    # A second browser, another student until the words are entered.
    second, watch = student_page(width=390)
    go(second, "/ledger/data")
    assert who(second) != name
    assert too_wide(second) == []
    second.get_by_role("textbox", name="Resume code").fill("abandon abandon")
    second.get_by_role("button", name="Continue here").click()
    expect(second.locator(".answer .problem")).to_have_text("A resume code has 12 words; these are 2.")
    second.get_by_role("textbox", name="Resume code").fill(words.upper())
    second.get_by_role("button", name="Continue here").click()
    expect(second.get_by_role("region", name="Continue where you were")).to_be_visible()
    expect(second).to_have_url(re.compile(r"^http://[^/]+/$"))
    assert who(second) == name
    watch.trouble[:] = [line for line in watch.trouble if "422" not in line]  # the browser reports the refusal
    # Handed over: this browser is another student, the other one is not.
    go(second, "/ledger/data")
    second.get_by_label("nobody can come back to this ledger", exact=False).check()
    second.get_by_role("button", name="Start as another student").click()
    expect(second.locator(".hero")).to_be_visible()
    expect(second.get_by_role("region", name="Continue where you were")).to_have_count(0)
    assert who(second) != name
    expect(second.locator(".lost-identity")).to_have_count(0)
    # Erased in the first.
    page.reload()
    page.get_by_label("This cannot be undone", exact=False).check()
    page.get_by_role("button", name="Erase my data").click()
    expect(page.get_by_role("heading", name="Receipt")).to_be_visible()
    assert findings(page) == []
    assert who(page) not in ("", name)
    go(page, "/ledger/data")
    expect(page.get_by_text("Nothing is recorded yet.")).to_be_visible()


def test_a_lost_cookie_is_said_with_the_way_back(student_page) -> None:
    page, _ = student_page()
    open_paradox(page)
    name = who(page)
    go(page, "/")
    page.context.clear_cookies()
    go(page, "/")
    notice = page.locator(".lost-identity")
    expect(notice).to_contain_text(f"This browser was {name}.")
    assert findings(page) == []
    expect(notice.get_by_role("link")).to_have_attribute("href", re.compile("/ledger/data#resume$"))
    notice.get_by_role("button", name="Go on as another student").click()
    expect(notice).to_have_count(0)
    page.reload()
    expect(page.locator(".hero")).to_be_visible()
    expect(notice).to_have_count(0)


@pytest.mark.parametrize(("theme", "width"), [("dark", 390)])
def test_the_pages_are_read_by_everybody(student_page, theme: str, width: int) -> None:  # N13
    page, _ = student_page(width=width, theme=theme)
    for path in ("/ledger/handin", "/ledger/verify", "/ledger/data", "/privacy", "/about", "/accessibility"):
        go(page, path)
        assert findings(page) == [], path
        assert too_wide(page) == [], path
