"""How long pages take as a ledger grows: the ledger, each of its tabs, a bench and the first page.

    python benchmarks/ledger.py [--rounds 20] [--sizes 50 500 5000] [--processor]

Pages are asked for in process with whole requests, as their callbacks answer them. The same student grows: first every
bench of every track is locked and tried ten times, then what can be written again (reflections, marks, what is carried)
is written until the ledger has as many events. At 50 events that is one track.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Iterator
from itertools import islice

from harness import fresh_settings, interleaved, quantiles

from dashboard.app import create_app
from dashboard.lab import MODEL_VERSION
from dashboard.layouts.ledger.page import TABS
from dashboard.ledger.events import Event, StoredEvent, write_name
from dashboard.ledger.identity import COOKIE, read
from dashboard.ledger.store import Store
from dashboard.settings import Settings
from dashboard.web import ids
from tests.http_student import Student
from tracks.loading.registry import Registry, load_registry

BENCH = "/edge_guardian/memory"
TARGET_MS = 300.0  # of server time for the ledger of the largest size
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
    answer = student.post(
        {
            "output": f"{ids.LEDGER_TAB}.children",
            "outputs": {"id": ids.LEDGER_TAB, "property": "children"},
            "inputs": [{"id": ids.LEDGER_TABS, "property": "value", "value": name}],
            "changedPropIds": [f"{ids.LEDGER_TABS}.value"],
        }
    )
    assert answer.status_code == 200


def page(student: Student, path: str) -> None:
    assert student.page(path).status_code == 200


def grown(settings: Settings, registry: Registry, size: int) -> Student:
    """Return a student whose ledger has that many events."""
    app = create_app(settings, registry)
    student = Student.of(app, registry)
    only = dict(registry.missions) if size > 50 else {"edge_guardian": registry.missions["edge_guardian"]}
    for track, benches in only.items():
        for bench in benches:
            student.lock_all(f"{track}/{bench}")
            student.try_once(f"{track}/{bench}")
    cookie = student.client.get_cookie(COOKIE)
    name = read(cookie.value, settings.secret_keys) if cookie else None
    assert name is not None
    store = Store(settings.database_url)
    events = store.events(name)
    for event in islice(further(events, random.Random(0)), max(0, size - len(events))):
        store.append(event)
    print(f"\n{sum(store.counts(name).values()):,} events, of which a page reads {len(store.standing_events(name)):,}")
    return student


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--sizes", type=int, nargs="+", default=[50, 500, 5000])
    parser.add_argument(
        "--processor", action="store_true", help="count processor time, which other load lengthens less"
    )
    options = parser.parse_args()
    registry = load_registry()
    for size in options.sizes:
        with fresh_settings() as settings:
            student = grown(settings, registry, size)
            actions = {
                "ledger": lambda: page(student, "/ledger"),  # noqa: B023 - called before the next size
                **{f"tab {name}": lambda name=name: tab(student, name) for name in TABS},  # type: ignore # noqa: B023
                "bench": lambda: page(student, BENCH),  # noqa: B023
                "first page": lambda: page(student, "/"),  # noqa: B023
            }
            for action in actions.values():
                action()
            clock = time.process_time if options.processor else time.perf_counter
            found = interleaved(*actions.values(), rounds=options.rounds, clock=clock)
            for name, times in zip(actions, found, strict=True):
                median, late = quantiles(times)
                note = "" if name != "ledger" or median <= TARGET_MS else f"  above {TARGET_MS:g} ms"
                print(f"  {name:<18} median {median:7.1f} ms   p95 {late:7.1f} ms{note}")


if __name__ == "__main__":
    main()
