"""Contact sheets: one picture of each page at each width, with all its states side by side, light and dark.

    python -m tools.sheets [--out build/sheets] [--only memory] [--track edge_guardian] [--widths 1440 820 390]

A server and a browser are started; each state is the state that a student comes to. The pictures are for the eye: look
for words that are cut, struck or covered, and for what has no room.
"""

from __future__ import annotations

import argparse
import base64
import html
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from playwright.sync_api import Browser, Page, expect, sync_playwright

from benchmarks.load.serving import served
from tests import system_programs
from tests.browser.bench_scripts import ask_value, bench_of, observe, own_tries, set_state, unlock_bench
from tests.browser.page_actions import answer, at_rest, go, until
from tests.browser.page_student import LAB, PageStudent

ROOT = Path(__file__).resolve().parents[1]
HEIGHTS = {1440: 900, 820: 1180, 390: 844}
PATIENCE_MS = 60_000
NARROWEST = 390  # px of a picture on its sheet; a wide page is shown at half of its size
# What stays in place while a page scrolls would lie over the middle of a picture of the whole page.
IN_PLACE = ".hud, .bar, .rail-inner, .reveal-go { position: static !important; max-height: none !important; }"
PAGES = ("", "ledger", "ledger/data", "ledger/handin", "designer", "about", "accessibility", "privacy", "nowhere")
Take = Callable[[str], None]


def bench_states(page: Page, key: str, take: Take) -> None:
    """Go through a bench as a student does and take each state."""
    bench = bench_of(key)
    go(page, f"/{key}")
    take("before the lock")
    if bench.predictions:
        first = bench.predictions[0]
        if not first.options:
            page.get_by_label("Your value").fill("about a lot")
        page.get_by_role("button", name="Review").click()
        page.wait_for_timeout(500)
        take("an entry that is refused")
        if first.options:
            answer(page, option=first.options[0].text)
        else:
            answer(page, value=f"{first.reference[1] if first.reference else max(first.low, 1.0):g} {first.unit}")
        page.get_by_role("button", name="Review").click()
        expect(page.get_by_role("button", name="Lock this prediction")).to_be_visible()
        take("under review")
        student = PageStudent(page)
        for prediction in bench.predictions:
            student.lock(key, prediction)
        go(page, f"/{key}")
        take("the reveal")
    unlock_bench(page, key)
    take("the default")
    page.emulate_media(color_scheme="dark")
    page.wait_for_timeout(700)
    take("the default, dark")
    page.emulate_media(color_scheme="light")
    page.wait_for_timeout(700)
    if page.locator(".sheet-button").is_visible():
        page.locator(".sheet-button").click()
        page.wait_for_timeout(400)
        take("the sheet")
        page.locator(".sheet-button").click()
    own_tries(page, key)
    page.locator(".tries input[type=checkbox], [data-do=compare]").first.click(timeout=2000, force=True)
    take("two tries")
    set_state(page, key, bench.defaults())
    if page.locator(".ask:visible").count():
        ask_value(page)
        take("a value that was asked for")
    if page.locator("details.peek:has(.peek-lines)").count():
        page.locator("details.peek:has(.peek-lines) > summary").click()
        page.wait_for_timeout(300)
        take("Peek")
    observe(page, key)
    take("observed")


def sheet(engine: Browser, target: Path, title: str, taken: list[tuple[str, bytes]], column: int) -> None:
    """Lay pictures out on one page and take it."""
    cells = "".join(
        f"<figure><img src='data:image/jpeg;base64,{base64.b64encode(picture).decode()}'>"
        f"<figcaption>{html.escape(name)}</figcaption></figure>"
        for name, picture in taken
    )
    page = engine.new_page(viewport={"width": min(4, len(taken)) * (column + 16) + 16, "height": 600})
    page.set_content(
        "<style>body{margin:8px;font:16px sans-serif;background:#999}main{display:flex;flex-wrap:wrap;gap:16px}"
        f"figure{{margin:0;width:{column}px}}img{{width:100%}}</style><h1>{html.escape(title)}</h1><main>{cells}</main>"
    )
    page.wait_for_timeout(500)
    page.screenshot(path=target, full_page=True)
    page.close()


def wanted(only: str, track: str) -> Iterator[tuple[str, str]]:
    """Yield each page's name and its path: those of no track, a track's briefing, its benches."""
    yield from ((path or "home", path) for path in PAGES)
    yield f"{track}", track
    for bench in LAB.benches(track):
        if not only or only in bench.id:
            yield f"{track}-{bench.id}", f"{track}/{bench.id}"


def main() -> None:
    """Make the sheets."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "sheets")
    parser.add_argument("--only", default="", help="a part of the name of a page")
    parser.add_argument("--track", default="edge_guardian", choices=list(LAB.tracks))
    parser.add_argument("--widths", type=int, nargs="+", default=list(HEIGHTS), help="of the window [px]")
    asked = parser.parse_args()
    asked.out.mkdir(parents=True, exist_ok=True)
    chromium = system_programs.chromium()
    if chromium is None:
        parser.error("there is no Chromium; make browser installs it")
    with (
        tempfile.TemporaryDirectory() as folder,
        served(Path(folder), environ={"EDGELAB_DESIGNER": "on"}) as server,
        sync_playwright() as playwright,
    ):
        engine = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        for width in asked.widths:
            for name, path in wanted(asked.only, asked.track):
                if asked.only in name:
                    _page(engine, f"http://127.0.0.1:{server.port}", asked.out, name, path, width)
        engine.close()


def _page(engine: Browser, base: str, out: Path, name: str, path: str, width: int) -> None:
    """One page at one width, by a student of its own; what cannot be taken is said and left out."""
    size = {"width": width, "height": HEIGHTS.get(width, 900)}
    context = engine.new_context(base_url=base, viewport=size, has_touch=width < 800, color_scheme="light")  # type: ignore[arg-type]
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    taken: list[tuple[str, bytes]] = []

    def take(state: str) -> None:
        if page.locator(".bench.is-unlocked").count():
            until(page, "Object.values(window.edgelab.benchStates).some(bench => bench.sent)")
            at_rest(page)
        page.wait_for_timeout(300)
        taken.append((state, page.screenshot(full_page=True, type="jpeg", quality=80, style=IN_PLACE)))

    try:
        if "/" in path and path.split("/")[0] in LAB.tracks:
            bench_states(page, path, take)
        else:
            go(page, f"/{path}")
            take("light")
            page.emulate_media(color_scheme="dark")
            take("dark")
    except Exception as problem:  # a state that cannot be reached must not cost the others
        print(f"{name}, {width} px: after {len(taken)} states: {str(problem).splitlines()[0]}")
    context.close()
    if taken:
        sheet(
            engine,
            out / f"{name.replace('/', '-')}-{width}.png",
            f"{name}, {width} px",
            taken,
            max(NARROWEST, width // 2),
        )
        print(f"{name}, {width} px: {len(taken)} states")


if __name__ == "__main__":
    main()
