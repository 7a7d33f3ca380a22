"""A lecture hall: hundreds of students who drag sliders at once, in front of ``edgelab serve`` with two workers.

    python -m benchmarks.hall [--students 30 100 300] [--seconds 12] [--warm-up 60] [--only closed mix] [--help]

The lab starts with an empty cache and an empty SQLite ledger; every student has a cookie and has locked what is asked.
Requests leave at their planned times whatever the answers do, and latency is counted from the planned time. The load
comes from a process of its own on the same machine, whose processor time is reported. Beside it, in the same run,
stands a Dash callback that does nothing, behind the same server settings.

* closed forms: paradox and memory, each student two updates a second
* mix: each student an update in two seconds, 30% paradox, 25% memory, 25% convergence, 10% privacy, 10% crisis
* a full answer that the server puts off is asked for again as the page does, and is told apart from the first one
* states: of 40 a bench and track by Zipf's law, 20% fresh ones; every update is at rest, so it asks for the full answer
* knee: the rate rises by a quarter until p95 is above its target
* first loads: browsers that have nothing load a bench, all within five seconds
* memory: closed forms for many requests, with the workers' proportional memory after each quarter of them

No time is asserted; targets stand beside what was measured.
"""

from __future__ import annotations

import argparse
import random
import re
import signal
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import numpy as np
import orjson

from benchmarks.harness import FLOOR_BODY
from benchmarks.load.generator import Plan, Report, run
from benchmarks.load.serving import FLOOR, Served, served
from benchmarks.load.students import Bodies, States, twin
from dashboard.web import ids
from tracks.loading.registry import load_registry

CLOSED = {"paradox": 0.5, "memory": 0.5}
MIX = {"paradox": 0.3, "memory": 0.25, "convergence": 0.25, "privacy": 0.1, "crisis": 0.1}
PREVIEWED = frozenset({"convergence", "privacy", "crisis"})  # whose full answer may be put off
CLOSED_RATE, MIX_RATE = 2.0, 0.5  # updates a second of a student
CLOSED_P95_S, MIX_P95_S, PAGE_S, MEMORY_MB = 0.050, 0.250, 5.0, 100.0
BROWSERS, ARRIVING_S = 100, 5.0
PAGE = "/edge_guardian/paradox"
KNEE_STEP, KNEE_STEPS = 1.25, 8
HEADINGS = (
    "load",
    "students",
    "updates/s",
    "p50 ms",
    "p95 ms",
    "p99 ms",
    "errors",
    "server ms",
    "generator",
    "late p99",
)


@dataclass
class Hall:
    """A served lab with its students, and one row for each load that was measured."""

    lab: Served
    floor: Served
    bodies: Bodies
    students: int
    seed: int
    cookies: list[str] = field(default_factory=list)
    states: dict[str, States] = field(default_factory=dict)
    unlocked: set[str] = field(default_factory=set)
    answered: int = 0

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)
        self.cookies = [""] * self.students
        self.tracks = list(self.bodies.registry.tracks)
        self.floor_body = self.bodies.number(orjson.dumps(FLOOR_BODY))

    def keys(self, student: int, benches: Sequence[str]) -> list[str]:
        """Return the benches of a student, who stays on one track."""
        return [ids.bench_key(self.tracks[student % len(self.tracks)], bench) for bench in benches]

    def arrive(self, benches: Sequence[str]) -> None:
        """Let every student open the lab, and lock what some benches ask that was not locked before."""
        benches = [bench for bench in benches if bench not in self.unlocked]
        self.unlocked.update(benches)
        if not benches:
            return
        plan = Plan(
            port=self.lab.port,
            bodies=self.bodies.all,
            cookies=self.cookies,
            arrivals=[
                [number for key in self.keys(student, benches) for number in self.bodies.unlocking(key)]
                for student in range(self.students)
            ],
        )
        report = self.carry_out(plan)
        self.cookies = report.cookies
        times = [latency for _, latency, _, _ in report.answers]
        wrong = sum(status != 200 for _, _, status, _ in report.answers)
        print(
            f"\n{self.students} students arrived and locked {', '.join(benches)}: {len(times)} requests,"
            f" p95 {np.percentile(times, 95) * 1e3:.0f} ms, {wrong} errors",
            flush=True,
        )
        tell_sentences(report)

    def carry_out(self, plan: Plan) -> Report:
        report = run(plan)
        if plan.port == self.lab.port:
            self.answered += len(report.answers)
        return report

    def planned(
        self, shares: dict[str, float], students: int, rate: float, seconds: float
    ) -> Iterator[tuple[float, int, int, str]]:
        """Yield when which student sends which body: an update in each slot of 1/rate, anywhere in the slot."""
        benches, weights = list(shares), list(shares.values())
        for student in range(students):
            for slot in range(round(seconds * rate)):
                bench = self.chance.choices(benches, weights)[0]
                (key,) = self.keys(student, [bench])
                if key not in self.states:
                    self.states[key] = States(self.bodies, key, self.seed)
                yield (slot + self.chance.random()) / rate, student, self.states[key].next(), bench

    def load(
        self, label: str, shares: dict[str, float], students: int, rate: float, seconds: float, skip: float = 0.0
    ) -> float:
        """Measure a load and print its row; return p95 [s]. What was planned in the first ``skip`` seconds is apart."""
        timed = list(self.planned(shares, students, rate, seconds))
        plan = Plan(
            port=self.lab.port,
            bodies=self.bodies.all,
            cookies=self.cookies[:students],
            timed=timed,
            previewed=PREVIEWED & shares.keys(),
        )
        return self._measure(self.lab, label, plan, rate, skip)

    def nothing(self, students: int, rate: float, seconds: float) -> float:
        """Measure the callback that does nothing in the same way."""
        timed = [
            ((slot + self.chance.random()) / rate, student, self.floor_body, "nothing")
            for student in range(students)
            for slot in range(round(seconds * rate))
        ]
        plan = Plan(port=self.floor.port, bodies=self.bodies.all, cookies=[""] * students, timed=timed)
        return self._measure(self.floor, "nothing", plan, rate, 0.0)

    def _measure(self, server: Served, label: str, plan: Plan, rate: float, skip: float) -> float:
        before = server.processor_s()
        report = self.carry_out(plan)
        used = (server.processor_s() - before) / max(1, len(plan.timed))
        if skip:
            print_row(f"{label}, first {skip / 6:.0f} s", plan, rate, report, used, until=skip / 6)
        p95 = print_row(label, plan, rate, report, used, since=skip)
        if len(shares := {item[3] for item in report.answers}) > 2:
            print_benches(report.answers, sorted(shares), "", skip)
        if report.full:
            print_benches(report.full, sorted({item[3] for item in report.full}), " in full", skip)
            print(f"| ... {report.put_off} full answers were put off, and asked for again | | | | | | | | | |")
        tell_sentences(report)
        return p95


def print_row(
    label: str, plan: Plan, rate: float, report: Report, used_s: float, *, since: float = 0.0, until: float = np.inf
) -> float:
    """Print one row of the table, of what was planned within a span of time; return p95 [s]."""
    chosen = [item for item in report.answers if since <= item[0] < until]
    times = np.array([latency for _, latency, _, _ in chosen] or [np.nan])
    p50, p95, p99 = np.percentile(times, [50, 95, 99], method="higher")
    cells = (
        label, len(plan.cookies), f"{rate * len(plan.cookies):.0f}", f"{p50 * 1e3:.1f}", f"{p95 * 1e3:.1f}",
        f"{p99 * 1e3:.1f}", sum(status != 200 for _, _, status, _ in chosen), f"{used_s * 1e3:.2f}",
        f"{report.processor_s / report.elapsed_s:.0%}", f"{np.percentile(report.late, 99) * 1e3:.1f} ms",
    )  # fmt: skip
    print("| " + " | ".join(str(cell) for cell in cells) + " |", flush=True)
    return float(p95)


def print_heading(title: str) -> None:
    print(f"\n{title}\n\n| {' | '.join(HEADINGS)} |\n|{'---|' * len(HEADINGS)}", flush=True)


def print_benches(
    answers: Sequence[tuple[float, float, int, str]], benches: Sequence[str], what: str, since: float
) -> None:
    for bench in benches:
        chosen = [item for item in answers if item[3] == bench and item[0] >= since]
        times = [latency * 1e3 for _, latency, _, _ in chosen]
        if not times:
            continue
        p50, p95, p99 = np.percentile(times, [50, 95, 99], method="higher")
        wrong = sum(status != 200 for _, _, status, _ in chosen)
        print(f"| ... {bench}{what} | | | {p50:.1f} | {p95:.1f} | {p99:.1f} | {wrong} | | | |", flush=True)


def tell_sentences(report: Report) -> None:
    if report.resent:
        print(f"  ({report.resent} requests met a connection that the server had closed, and were sent again)")
    for sentence in sorted(set(report.sentences))[:5]:
        print(f"  an answer was {sentence}")


def tell_target(what: str, seconds: float, target: float) -> None:
    print(f"  {what} {seconds * 1e3:.0f} ms, target {target * 1e3:.0f} ms: {'met' if seconds < target else 'MISSED'}")


def tell_memory(hall: Hall) -> None:
    workers = ", ".join(f"{mb:.0f}" for mb in hall.lab.proportional_mb())
    print(
        f"  proportional memory of the workers after {hall.answered:,} requests: {workers} MB, target < {MEMORY_MB:.0f}"
    )


def knee(measure: Callable[[float], float], rate: float, limit_s: float) -> None:
    """Raise the rate until p95 is above its limit, or answers fail to come."""
    held = 0.0
    for _ in range(KNEE_STEPS):
        if measure(rate) > limit_s:
            break
        held, rate = rate, rate * KNEE_STEP
    print(f"  the knee: p95 stays below {limit_s * 1e3:.0f} ms up to {held:.2f} updates a second of each student")


def files_of(server: Served) -> list[str]:
    """Return what a browser loads with a page: scripts, style sheets and fonts, the layout and the callbacks."""
    with urllib.request.urlopen(f"http://127.0.0.1:{server.port}{PAGE}", timeout=60) as answer:
        page = answer.read().decode()
    found = re.findall(r'(?:src|href)="(/[^"#]+)"', page)
    return [*dict.fromkeys(found), "/_dash-layout", "/_dash-dependencies"]


def first_loads(hall: Hall, browsers: int) -> None:
    """Let browsers that have nothing load a bench, all within five seconds."""
    files = files_of(hall.lab)
    number = hall.bodies.page(PAGE)
    pages = [(browser * ARRIVING_S / browsers, PAGE, number) for browser in range(browsers)]
    report = hall.carry_out(Plan(port=hall.lab.port, bodies=hall.bodies.all, pages=pages, files=files))
    times = [latency for _, latency, _, _ in report.answers]
    wrong = sum(status != 200 for _, _, status, _ in report.answers)
    p50, p95 = np.percentile(times, [50, 95])
    print(
        f"\n{browsers} first loads of {PAGE} in {ARRIVING_S:.0f} s, {len(files) + 2} requests and"
        f" {report.received / browsers / 1e3:.0f} kB each: p50 {p50:.2f} s, p95 {p95:.2f} s, {wrong} errors;"
        f" generator {report.processor_s / report.elapsed_s:.0%} of a core"
    )
    tell_target("last byte of the slowest after", max(times), PAGE_S)
    tell_sentences(report)


def closed(hall: Hall, students: Sequence[int], seconds: float, find_knee: bool) -> None:
    hall.arrive(list(CLOSED))
    tell_memory(hall)
    print_heading("closed forms, and a callback that does nothing")
    p95 = 0.0
    for number in students:
        p95 = hall.load("closed forms", CLOSED, number, CLOSED_RATE, seconds)
        hall.nothing(number, CLOSED_RATE, seconds)
    tell_target(f"p95 of {students[-1]} students", p95, CLOSED_P95_S)
    if find_knee:
        again = partial(hall.load, "closed forms", CLOSED, students[-1], seconds=seconds / 2)
        knee(again, CLOSED_RATE * KNEE_STEP, CLOSED_P95_S)
        knee(partial(hall.nothing, students[-1], seconds=seconds / 2), CLOSED_RATE * KNEE_STEP, CLOSED_P95_S)
    tell_memory(hall)


def mix(hall: Hall, students: Sequence[int], seconds: float, warm_up: float, find_knee: bool) -> None:
    hall.arrive(list(MIX))
    print_heading("mix")
    most = students[-1]
    p95 = hall.load("mix", MIX, most, MIX_RATE, warm_up + 2 * seconds, skip=warm_up)
    tell_target(f"p95 of {most} students after {warm_up:.0f} s", p95, MIX_P95_S)
    for number in students[:-1]:
        hall.load("mix", MIX, number, MIX_RATE, seconds)
    if find_knee:
        # Downwards first where the target was missed: the rate that holds is what a host has to know.
        rate = MIX_RATE * KNEE_STEP if p95 <= MIX_P95_S else MIX_RATE / KNEE_STEP**6
        knee(partial(hall.load, "mix", MIX, most, seconds=seconds), rate, MIX_P95_S)
    tell_memory(hall)


def memory(hall: Hall, students: int, requests: int, parts: int = 4) -> None:
    """Ask closed forms at the rate of the hall, and tell the workers' memory after each part."""
    print_heading("memory")
    for _ in range(parts):
        seconds = requests / parts / (students * CLOSED_RATE)
        hall.load("closed forms", CLOSED, students, CLOSED_RATE, seconds)
        tell_memory(hall)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parts = ("first-loads", "closed", "mix", "memory")
    parser.add_argument("--students", type=int, nargs="+", default=[30, 100, 300])
    parser.add_argument("--seconds", type=float, default=12.0, help="of a load; the mix is measured for twice as long")
    parser.add_argument("--warm-up", type=float, default=60.0, help="seconds of the mix before it is measured")
    parser.add_argument("--browsers", type=int, default=BROWSERS, help="first loads")
    parser.add_argument("--requests", type=int, default=30_000, help="for the course of memory")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--without-knee", action="store_true")
    parser.add_argument("--only", nargs="+", choices=parts, default=parts)
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the servers end, too
    students = sorted(options.students)
    registry = load_registry()
    bodies = Bodies(twin(registry), registry)
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        start = time.monotonic()
        with (
            served(place / "lab", workers=options.workers, ready="/_ready") as lab,
            served(place / "floor", command=FLOOR, workers=options.workers, ready="/") as floor,
        ):
            print(f"the lab and the app that does nothing started in {time.monotonic() - start:.0f} s")
            hall = Hall(lab, floor, bodies, students[-1], options.seed)
            tell_memory(hall)
            if "first-loads" in options.only:
                first_loads(hall, options.browsers)
            if "closed" in options.only:
                closed(hall, students, options.seconds, not options.without_knee)
            if "mix" in options.only:
                mix(hall, students, options.seconds, options.warm_up, not options.without_knee)
            if "memory" in options.only:
                hall.arrive(list(CLOSED))
                memory(hall, students[-1], options.requests)
            faults = lab.log.count("Traceback")
    print(f"\n{hall.answered:,} requests to the lab, {faults} tracebacks in its log", flush=True)
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
