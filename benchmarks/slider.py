"""How long one slider change takes: on the server, in the browser, and how long a bench takes to load.

    python benchmarks/slider.py [--rounds 400] [--presses 40] [--only convergence --only privacy] [--processor]

Everything is measured in one run on one machine, in turns, because only ratios carry over to other machines. The server
is called in process with whole requests; the reference is a Dash callback that does nothing. In the browser time runs
from the key press to the last redraw of both panels; the reference is a bare ``Plotly.react`` of the same figures.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import socket
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from urllib.error import URLError

import orjson
from harness import FLOOR_BODY, do_nothing, fresh_settings, interleaved, lab, quantiles
from playwright.sync_api import Browser, Page, sync_playwright

from dashboard.web import ids
from tests.http_student import UPDATE, Student
from tracks.api.controls import Slider
from tracks.loading.registry import load_registry

CLOSED_FORM_TARGET_MS = 1.6
CRISIS_TARGET_MS = 12.0
SLOW_MS = 100.0


@dataclass(frozen=True, kw_only=True)
class Sweep:
    """What is moved: one slider, a second one between its sweeps, the rest held.

    ``first`` and ``second`` may stay empty: then they are the bench's first two sliders. ``moving`` asks for what a
    bench shows while the slider moves, otherwise for the full answer when it rests.
    """

    label: str = ""
    first: str = ""
    second: str = ""
    held: Mapping[str, Any] = field(default_factory=dict)
    target_ms: float = CLOSED_FORM_TARGET_MS
    moving: bool = False


SCAFFOLD = {"algorithm": "scaffold"}
PRIVATE = {"deployment": "federated_dp"}
SWEEPS = {
    # Whole federated runs: one while the slider moves; three, the run of all clients and trials of fixes when it rests.
    "convergence": (
        Sweep(label="FedAvg, moving", moving=True, target_ms=40.0),
        Sweep(label="SCAFFOLD, moving", held=SCAFFOLD, moving=True, target_ms=50.0),
        Sweep(label="FedAvg, at rest", target_ms=110.0),
        Sweep(label="SCAFFOLD, at rest", held=SCAFFOLD, target_ms=140.0),
    ),
    # One run while the slider moves; three when it rests, with those of the curves and of the fixes.
    "privacy": (
        Sweep(label="eps, moving", first="epsilon", second="clip_norm", held=PRIVATE, moving=True, target_ms=120.0),
        Sweep(label="rounds, moving", first="rounds", second="epsilon", held=PRIVATE, moving=True, target_ms=120.0),
        Sweep(label="eps, at rest", first="epsilon", second="clip_norm", held=PRIVATE, target_ms=500.0),
        Sweep(label="rounds, at rest", first="rounds", second="epsilon", held=PRIVATE, target_ms=500.0),
    ),
    "crisis": (Sweep(target_ms=CRISIS_TARGET_MS),),
    "edge_guardian/crisis": (
        Sweep(label="FedAvg, moving", moving=True, target_ms=40.0),
        Sweep(label="FedAvg, at rest", target_ms=110.0),
    ),
}
COLD_TARGET_S = 2.0


def server(rounds: int, only: Sequence[str], clock: Callable[[], float]) -> None:
    """Print server time per slider change for every bench or some, beside the callback that does nothing."""
    registry = load_registry()
    floor_client = do_nothing().server.test_client()
    floor_body = orjson.dumps(FLOOR_BODY)

    def floor() -> None:
        floor_client.post(UPDATE, data=floor_body, content_type="application/json")

    kind = "processor time, ms" if clock is time.process_time else "ms"
    print(f"server, in process, {kind} of the whole request (do-nothing Dash callback in the same turns)")
    print(f"{'bench':38}{'p50':>8}{'p95':>8}{'floor p50':>11}{'p95':>8}{'p50 above floor':>17}   target")
    with lab() as app:
        for track in registry.tracks.values():
            for bench in registry.benches(track.id):
                key = ids.bench_key(track.id, bench.id)
                if only and not {bench.id, key} & set(only):
                    continue
                student = Student.of(app, registry)
                student.lock_all(key)
                for sweep in SWEEPS.get(key, SWEEPS.get(bench.id, (Sweep(),))):
                    change = _changes(student, key, sweep)
                    slow = sweep.target_ms >= SLOW_MS
                    for _ in range(5 if slow else 50):
                        change(), floor()
                    took, beside = interleaved(
                        change, floor, rounds=max(20, rounds // 10) if slow else rounds, clock=clock
                    )
                    (p50, p95), (f50, f95) = quantiles(took), quantiles(beside)
                    above = p50 - f50
                    verdict = "met" if above <= sweep.target_ms else "MISSED"
                    name = f"{key} {sweep.label}".strip()
                    row = f"{name:38}{p50:8.2f}{p95:8.2f}{f50:11.2f}{f95:8.2f}{above:17.2f}"
                    print(f"{row}   <= {sweep.target_ms} {verdict}")


def _changes(student: Student, key: str, sweep: Sweep) -> Callable[[], None]:
    """A function that moves a slider one position further at each call.

    Each sweep starts from another position of the second slider, so that no state comes twice and none is answered
    from a cache of whole states.
    """
    bench = student.bench(key)
    sliders = [control for control in bench.controls if isinstance(control, Slider) and control.role == "decision"]
    by_id = {control.id: control for control in sliders}
    slider = by_id[sweep.first] if sweep.first else sliders[0]
    other = by_id[sweep.second] if sweep.second else next(item for item in sliders if item is not slider)
    states = list(dict.fromkeys((first, second) for second in other.positions(11) for first in slider.positions(97)))
    if sweep.target_ms >= SLOW_MS:
        random.Random(0).shuffle(states)  # too few requests for a whole sweep: any of its states, in no order
    bodies = [
        orjson.dumps(
            student.update_body(
                key,
                {**bench.defaults(), **sweep.held, slider.id: first, other.id: second},
                moved=slider.id,
                moving=sweep.moving,
            )
        )
        for first, second in states
    ]
    turn = count()

    def change() -> None:
        body = bodies[next(turn) % len(bodies)]
        answer = student.client.post(UPDATE, data=body, content_type="application/json")
        assert answer.status_code == 200

    return change


@contextmanager
def served() -> Iterator[str]:
    """A lab in a process of its own, as ``make run`` starts it."""
    with fresh_settings() as settings, socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        environment = {**os.environ, "EDGELAB_DATA_DIR": str(settings.data_dir), "EDGELAB_LIMITS_STORE": "none"}
        quiet = subprocess.DEVNULL
        command = [sys.executable, "-m", "dashboard", "--port", str(port)]
        process = subprocess.Popen(command, env=environment, stdout=quiet, stderr=quiet)
        url = f"http://127.0.0.1:{port}"
        try:
            for _ in range(200):
                try:
                    urllib.request.urlopen(f"{url}/_health", timeout=2).read()
                    break
                except (URLError, ConnectionError):
                    time.sleep(0.1)
            yield url
        finally:
            process.terminate()
            process.wait(10)


# Both times run to the last `plotly_afterplot` of the figures that are redrawn.
_WATCH = """() => {
    window.__drawn = [];
    document.querySelectorAll('.js-plotly-plot').forEach((graph, n) => {
        graph.on('plotly_afterplot', () => { window.__drawn[n] = performance.now(); });
    });
    const range = document.querySelector('.explore input[type=range]');
    range.addEventListener('keydown', () => { window.__drawn = []; window.__pressed = performance.now(); });
    range.focus();
}"""
_TOOK = """count => new Promise(done => {
    const look = () => {
        const drawn = window.__drawn.filter(Boolean);
        if (drawn.length === count) done(Math.max(...drawn) - window.__pressed);
        else setTimeout(look, 1);
    };
    look();
})"""
_KEEP = "() => Array.from(document.querySelectorAll('.js-plotly-plot')).map(g => ({data: g.data, layout: g.layout}))"
_BARE = """async figures => {
    const graphs = Array.from(document.querySelectorAll('.js-plotly-plot'));
    const start = performance.now();
    // With the graph's own configuration: another one would make plotly draw everything anew, now and the next time.
    await Promise.all(graphs.map((g, n) => Plotly.react(g, figures[n].data, figures[n].layout, { ...g._context })));
    return performance.now() - start;
}"""


def _lock(page: Page, url: str, key: str) -> None:
    page.goto(f"{url}/{key}")
    page.get_by_label("Your value").fill("1")
    page.locator(".predict-card .radios input").first.check()
    page.locator(".segmented").get_by_label("guess").check(force=True)
    page.get_by_role("button", name="Review").click()
    page.get_by_role("button", name="Lock this prediction").click()
    page.get_by_role("button", name="Open the instruments").click()
    page.wait_for_selector(".is-unlocked .js-plotly-plot .scatterlayer")
    page.wait_for_timeout(800)


def browser(presses: int) -> None:
    """Print key press to last redraw beside a bare redraw, and the time a bench takes to load in a new browser."""
    chromium = shutil.which("chromium") or "/usr/bin/chromium"
    quiet = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
    with served() as url, sync_playwright() as playwright:
        engine = playwright.chromium.launch(executable_path=chromium, args=quiet)
        print(f"\nbrowser, {presses} key presses, ms from key press to the last redraw of both panels")
        _redraws(engine, url, presses)
        print("\ncold load of a bench in a new browser, s from navigation to both panels drawn")
        _cold(engine, url)
        engine.close()


def _redraws(engine: Browser, url: str, presses: int) -> None:
    page = engine.new_page(viewport={"width": 1440, "height": 900}, bypass_csp=True)
    _lock(page, url, "edge_guardian/paradox")
    panels = page.locator(".js-plotly-plot").count()
    page.evaluate(_WATCH)
    whole: list[float] = []
    bare: list[float] = []
    previous: Any = None
    for turn in range(presses + 5):
        page.keyboard.press("ArrowRight" if turn % 2 == 0 else "ArrowLeft")
        took = page.evaluate(_TOOK, panels)
        page.wait_for_timeout(30)
        now = page.evaluate(_KEEP)
        if previous is not None:
            # Bare redraws of the two states in turn, the last one back to what the page shows.
            page.evaluate(_BARE, previous)
            beside = page.evaluate(_BARE, now)
            if turn >= 5:
                whole.append(took)
                bare.append(beside)
        previous = now
        page.wait_for_timeout(500)
    (w50, w95), (b50, b95) = quantiles(whole), quantiles(bare)
    target = 1.5 * b50 + 20
    print(f"key press to redraw  p50 {w50:6.1f}  p95 {w95:6.1f}")
    print(f"bare Plotly.react    p50 {b50:6.1f}  p95 {b95:6.1f}")
    print(f"target 1.5 x bare + 20 ms = {target:.1f}: {'met' if w50 <= target else 'MISSED'}")
    page.close()


def _cold(engine: Browser, url: str) -> None:
    times = []
    for _ in range(5):
        context = engine.new_context(viewport={"width": 1440, "height": 900}, bypass_csp=True)
        page = context.new_page()
        start = time.perf_counter()
        page.goto(f"{url}/edge_guardian/paradox")
        page.wait_for_function("document.querySelectorAll('.js-plotly-plot .xaxislayer-above').length >= 2")
        times.append(time.perf_counter() - start)
        context.close()
    worst = max(times)
    print(f"p50 {statistics.median(times):.2f}  worst of {len(times)} {worst:.2f}  target < {COLD_TARGET_S:g}: "
          f"{'met' if worst < COLD_TARGET_S else 'MISSED'}")  # fmt: skip


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--rounds", type=int, default=400, help="requests per bench")
    parser.add_argument("--presses", type=int, default=40, help="key presses in the browser")
    parser.add_argument("--only", action="append", default=[], help="a bench, as convergence or edge_guardian/crisis")
    parser.add_argument("--processor", action="store_true", help="processor time of the server, without the browser")
    chosen = parser.parse_args()
    server(chosen.rounds, chosen.only, time.process_time if chosen.processor else time.perf_counter)
    if not chosen.processor:
        browser(chosen.presses)
