"""How fast a ledger is written and read: events a second of several writers, and pages as a ledger grows.

    python benchmarks/ledger.py [--writers 4] [--seconds 10] [--rounds 20] [--sizes 50 500 5000] [--processor]
                                [--database-url postgresql+psycopg://...]

As many processes as there are writers append tries of students of their own, each as fast as it is answered; what is
printed is acknowledged events a second and how long one takes. Then pages are asked for in process with whole requests,
as their callbacks answer them: the ledger, each of its tabs, a bench and the first page. The same student grows: first
every bench of every track is locked and tried ten times, then what can be written again (reflections, marks, what is
carried) is written until the ledger has as many events. At 50 events that is one track. All of it is done on a new
SQLite file, and where a URL is given on that database, too. ``--writers 0`` or ``--sizes`` without a number leaves a
part out.
"""

from __future__ import annotations

import argparse
import random
import secrets
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import islice
from multiprocessing import Queue, get_context

from harness import fresh_settings, interleaved, quantiles

from dashboard.app import served_app
from dashboard.lab import MODEL_VERSION
from dashboard.layouts.ledger.page import TABS
from dashboard.ledger.events import Event, StoredEvent, write_name
from dashboard.ledger.identity import COOKIE
from dashboard.ledger.identity import read as read_cookie
from dashboard.ledger.migrations import upgrade
from dashboard.ledger.store import Store
from dashboard.settings import Settings
from tests.dashboard.ledger_requests import chain_told, open_tab
from tests.http_student import Student
from tracks.loading.registry import Registry, load_registry

BENCH = "/edge_guardian/memory"
TARGET_MS = 300.0  # of server time, p95
TRIES = 10


def further(events: tuple[StoredEvent, ...], chance: random.Random) -> Iterator[Event]:
    """Yield events without end: nine more tries of every bench, then what is written again."""
    tries = [event for event in events if event.kind == "try"]
    serial = 0

    def made(event: StoredEvent, kind: str, name: str, payload: dict[str, object]) -> Event:
        return Event(
            student=event.student, track=event.track, bench=event.bench, kind=kind, payload=payload,  # type: ignore
            idempotency_key=write_name(kind, event.track, event.bench, name), model_version=MODEL_VERSION,
        )  # fmt: skip

    for event in tries:
        for number in range(2, TRIES + 1):
            values = {
                name: value * (1 + number / 100) if isinstance(value, float) else value
                for name, value in event.payload["values"].items()
            }
            yield made(event, "try", f"{number}", {**event.payload, "number": number, "values": values})
    while True:
        serial += 1
        event = chance.choice(tries)
        kind, payload = chance.choice(
            [
                ("reflection", {"why": f"{serial} words on the figure " * 8, "change": "more of it", "check": "a"}),
                ("revision", {"marks": [serial % 3, 1, 2, 0]}),
                ("decision", {"try": serial % TRIES + 1, "decision": event.payload["decision"]}),
            ]
        )
        yield made(event, kind, f"again-{serial}", payload)


def tab(student: Student, name: str) -> None:
    assert open_tab(student, name).status_code == 200


def page(student: Student, path: str) -> None:
    assert student.page(path).status_code == 200


def grown(settings: Settings, registry: Registry, size: int) -> Student:
    """Return a student whose ledger has that many events."""
    app = served_app(settings, registry)
    student = Student.of(app, registry)
    only = dict(registry.missions) if size > 50 else {"edge_guardian": registry.missions["edge_guardian"]}
    for track, benches in only.items():
        for bench in benches:
            student.lock_all(f"{track}/{bench}")
            student.try_once(f"{track}/{bench}")
    cookie = student.client.get_cookie(COOKIE)
    name = read_cookie(cookie.value, settings.secret_keys) if cookie else None
    assert name is not None
    store = Store(settings.database_url)
    events = store.events(name)
    for event in islice(further(events, random.Random(0)), max(0, size - len(events))):
        store.append(event)
    every, read_now = sum(store.counts(name).values()), len(store.standing_events(name))
    print(f"\n{kind(settings.database_url)}, {every:,} events, of which a page reads {read_now:,}", flush=True)
    return student


def kind(url: str) -> str:
    """Return which database a URL names."""
    return url.partition(":")[0].partition("+")[0]


def append(url: str, seconds: float, durations: Queue[list[float]]) -> None:
    """Append tries for some seconds and report how long each took [ms]."""
    store, student, times = Store(url), secrets.token_hex(16), []
    payload = {"number": 1, "values": {f"control_{n}": n / 7 for n in range(10)}, "readings": {}}
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        start = time.perf_counter()
        store.append(
            Event(
                student=student, track="edge_guardian", bench="memory", kind="try", payload=payload,
                idempotency_key=f"{len(times)}", model_version=MODEL_VERSION,
            )
        )  # fmt: skip
        times.append((time.perf_counter() - start) * 1e3)
    durations.put(times)


def write(url: str, writers: int, seconds: float) -> None:
    """Let several processes write at once, and print what they reached."""
    context = get_context("spawn")
    durations: Queue[list[float]] = context.Queue()
    processes = [context.Process(target=append, args=(url, seconds, durations)) for _ in range(writers)]
    for process in processes:
        process.start()
    times = [item for _ in processes for item in durations.get()]
    for process in processes:
        process.join()
    median, late = quantiles(times)
    rate = f"{len(times) / seconds:,.0f} events/s"
    print(f"{kind(url)}, {writers} writers: {rate}, median {median:.1f} ms, p95 {late:.1f} ms", flush=True)


def read(settings: Settings, registry: Registry, size: int, *, rounds: int, clock: Callable[[], float]) -> None:
    """Print how long the pages take with a ledger of some size."""
    student = grown(settings, registry, size)
    actions = {
        "ledger": lambda: page(student, "/ledger"),
        "its chain checked": lambda: chain_told(student),
        **{f"tab {name}": lambda name=name: tab(student, name) for name in TABS},  # type: ignore[misc]
        "bench": lambda: page(student, BENCH),
        "first page": lambda: page(student, "/"),
    }
    for action in actions.values():
        action()
    for name, times in zip(actions, interleaved(*actions.values(), rounds=rounds, clock=clock), strict=True):
        median, late = quantiles(times)
        note = "" if late <= TARGET_MS else f"  above {TARGET_MS:g} ms"
        print(f"  {name:<18} median {median:7.1f} ms   p95 {late:7.1f} ms{note}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--sizes", type=int, nargs="*", default=[50, 500, 5000])
    parser.add_argument(
        "--processor", action="store_true", help="count processor time of pages, which other load lengthens less"
    )
    parser.add_argument("--writers", type=int, default=4)
    parser.add_argument("--seconds", type=float, default=10.0, help="for which they write")
    parser.add_argument("--database-url", help="measure this database, too")
    options = parser.parse_args()
    clock = time.process_time if options.processor else time.perf_counter
    registry = load_registry() if options.sizes else None
    for url in filter(None, ["sqlite", options.database_url]):
        with fresh_settings() as fresh:
            settings = fresh if url == "sqlite" else replace(fresh, database_url=url)
            upgrade(settings.database_url)
            if options.writers:
                write(settings.database_url, options.writers, options.seconds)
            for size in options.sizes:
                read(settings, registry, size, rounds=options.rounds, clock=clock)


if __name__ == "__main__":
    main()
