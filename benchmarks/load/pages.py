"""What loading a bench costs a browser, first and again, and whether elements and listeners stay level.

    python -m benchmarks.load.pages [--bench edge_guardian/memory] [--times 3] [--changes 20]

Each load is made four times as often as ``--times`` says: as this machine is, with a processor that is slowed down four
times, on a line of 1.6 Mb/s with 150 ms there and back, and both. A bench is interactive once its first figure is drawn
and the first answer is painted, so that a slider would move it. A task is long from 50 ms on. Bytes are those on the
line, with heads and compression. Elements and listeners are those that Chromium keeps after a collection of garbage.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, CDPSession, Page, sync_playwright

from benchmarks.load.serving import served
from tests.browser.page_student import PageStudent

QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
SLOWER = 4
LINE = {"offline": False, "latency": 150, "downloadThroughput": 1.6e6 / 8, "uploadThroughput": 0.75e6 / 8}
CONDITIONS = (("as it is", 1, False), ("processor / 4", SLOWER, False), ("1.6 Mb/s", 1, True), ("both", SLOWER, True))
PATIENCE_MS = 120_000

_WATCH = """() => {
  window.seen = { long: [], ready: 0 };
  new PerformanceObserver(list => seen.long.push(...list.getEntries().map(entry => entry.duration)))
    .observe({ type: 'longtask', buffered: true });
  const isThere = () => document.querySelector('.bench.is-unlocked .js-plotly-plot .xaxislayer-above')
    && Object.values(window.edgelab?.benchStates ?? {}).some(state => state.texts && !state.busy);
  const timer = setInterval(() => {
    if (!isThere()) return;
    clearInterval(timer);
    requestAnimationFrame(() => (seen.ready = performance.now()));
  }, 10);
}"""


@dataclass(frozen=True, slots=True)
class Load:
    """One load: bytes on the line, requests, time to the first interactive figure [s], long tasks and their sum [s]."""

    size: float
    requests: int
    ready_s: float
    long: int
    long_s: float


def load(context: BrowserContext, url: str, slower: float, *, is_slow_line: bool) -> Load:
    """Open a bench in a new page of a context, whose cache is empty or not, and measure it."""
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Emulation.setCPUThrottlingRate", {"rate": slower})
    if is_slow_line:
        session.send("Network.emulateNetworkConditions", LINE)
    finished: list[float] = []
    sent: list[str] = []
    session.on("Network.loadingFinished", lambda event: finished.append(event["encodedDataLength"]))
    session.on("Network.requestWillBeSent", lambda event: sent.append(event["request"]["url"]))
    page.add_init_script(f"({_WATCH})()")
    page.goto(url, timeout=PATIENCE_MS)
    page.wait_for_function("window.seen.ready > 0", timeout=PATIENCE_MS)
    page.wait_for_timeout(1000)
    seen: dict[str, Any] = page.evaluate("window.seen")
    page.close()
    asked = [address for address in sent if address.startswith("http")]
    return Load(sum(finished), len(asked), seen["ready"] / 1e3, len(seen["long"]), sum(seen["long"]) / 1e3)


def loads(engine: Browser, base: str, bench: str, times: int) -> None:
    """Print the median of first loads and of loads again, under each condition."""
    print(f"{bench}: median of {times}; (least, most)")
    print(f"{'':16}{'':7}{'kB':>7}{'requests':>10}{'interactive s':>22}{'long tasks':>12}{'s in them':>11}")
    for name, slower, is_slow_line in CONDITIONS:
        found: dict[str, list[Load]] = {"first": [], "again": []}
        for _ in range(times):
            context = engine.new_context(base_url=base, viewport={"width": 1440, "height": 900}, bypass_csp=True)
            page = context.new_page()
            PageStudent(page).unlock(bench)  # by requests: the browser's cache stays empty
            for kind in found:
                found[kind].append(load(context, f"{base}/{bench}", slower, is_slow_line=is_slow_line))
            context.close()
        for kind, many in found.items():
            ready = [one.ready_s for one in many]
            spread = f"{statistics.median(ready):.2f} ({min(ready):.2f}, {max(ready):.2f})"
            size, requests, long, long_s = (
                statistics.median(getattr(one, part) for one in many) for part in ("size", "requests", "long", "long_s")
            )
            print(f"{name:16}{kind:7}{size / 1e3:7.0f}{requests:10.0f}{spread:>22}{long:12.0f}{long_s:11.2f}")


def counts(session: CDPSession) -> tuple[int, int]:
    """Return how many elements and texts, and how many listeners, a page's process holds now."""
    found = {item["name"]: item["value"] for item in session.send("Performance.getMetrics")["metrics"]}
    return int(found["Nodes"]), int(found["JSEventListeners"])


def changes(engine: Browser, base: str, times: int) -> None:
    """Print elements and listeners while a student goes from bench to bench by the links of a track's steps."""
    context = engine.new_context(base_url=base, viewport={"width": 1440, "height": 900}, bypass_csp=True)
    page: Page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    student = PageStudent(page)
    places = ("edge_guardian/paradox", "edge_guardian/memory")
    for key in places:
        student.unlock(key)
    session = context.new_cdp_session(page)
    session.send("Performance.enable")
    page.goto(f"{base}/{places[0]}")
    print(f"\n{times} changes of bench, by links: elements and texts as they are, and after a collection of garbage; "
          "listeners, the same")  # fmt: skip
    for turn in range(times + 1):
        key = places[turn % 2]
        if turn:
            page.locator(f'.stepper a[href*="/{key}"]').click()
        # By a locator: a handle of an element, as wait_for_selector returns one, keeps the page that it was part of.
        page.locator(f'.bench.is-unlocked[data-bench="{key}"] .js-plotly-plot .xaxislayer-above').first.wait_for()
        page.wait_for_timeout(1500)
        if turn % 4 in (0, 1):
            nodes, listeners = counts(session)
            session.send("HeapProfiler.collectGarbage")
            kept, heard = counts(session)
            print(f"after {turn:3}  {key:24}{nodes:10}{kept:10}{listeners:12}{heard:8}")
    context.close()


def main() -> None:
    """Measure and print; nothing is asserted, since times belong to a machine."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--bench", default="edge_guardian/memory", help="track/bench")
    parser.add_argument("--times", type=int, default=3, help="loads under each condition; 0 leaves them out")
    parser.add_argument("--changes", type=int, default=20, help="changes of bench; 0 leaves them out")
    asked = parser.parse_args()
    chromium = shutil.which("chromium") or "/usr/bin/chromium"
    with tempfile.TemporaryDirectory() as folder, served(Path(folder)) as server, sync_playwright() as playwright:
        engine = playwright.chromium.launch(executable_path=chromium, args=QUIET)
        base = f"http://127.0.0.1:{server.port}"
        if asked.times:
            loads(engine, base, asked.bench, asked.times)
        if asked.changes:
            changes(engine, base, asked.changes)
        engine.close()


if __name__ == "__main__":
    main()
