"""Whatever tabs, retries, restarts and imports do in turn: nothing is lost, nothing doubled, and every chain holds.

A model that is a plain list says what a student's ledger must be after each step; the real store has to agree, on
SQLite and on PostgreSQL.
"""

from __future__ import annotations

import itertools
import uuid
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from dashboard.ledger import Event, EventRefused, Store, StoredEvent
from dashboard.ledger.erasure import StudentErased
from dashboard.ledger.exports.document import compose
from dashboard.ledger.exports.verification import verify
from dashboard.ledger.restoring import restored

KEYS = ("k" * 40,)
TABS = 3
EXAMPLES = {"sqlite": 8, "postgresql": 4}  # each some hundred statements
ALONE = settings(deadline=None, suppress_health_check=list(HealthCheck), database=None)

Line = tuple[str, str | None, Any]  # kind, prediction, payload: what must survive


def line(event: Event | StoredEvent) -> Line:
    return event.kind, event.prediction, dict(event.payload)


@dataclass
class Known:
    """What the model knows of one student."""

    student: str
    lines: list[Line] = field(default_factory=list)
    by_key: dict[str, Line] = field(default_factory=dict)
    locks: dict[str, Line] = field(default_factory=dict)
    mark: str = ""  # the head of the file that the ledger ends with, where it was imported and nothing came after
    is_erased: bool = False


class Ledgers(RuleBasedStateMachine):
    """Two students, each in up to three tabs; files that were taken; the same store opened by several processes."""

    url = ""

    @initialize()
    def begin(self) -> None:
        self.stores = [Store(self.url) for _ in range(TABS)]
        self.known = [Known(uuid.uuid4().hex) for _ in range(2)]
        self.sent: list[Event] = []
        self.files: list[tuple[tuple[StoredEvent, ...], Known]] = []

    def teardown(self) -> None:
        for store in getattr(self, "stores", ()):
            store.close()

    def send(self, tab: int, event: Event) -> None:
        """Append an event in a tab, and let the model do the same."""
        known = next(item for item in self.known if item.student == event.student)
        if known.is_erased:
            with pytest.raises(StudentErased):
                self.stores[tab].append(event)
            return
        stored = self.stores[tab].append(event)
        first = known.locks.get(event.prediction or "") or known.by_key.get(event.idempotency_key)
        if first is None:
            first = line(event)
            known.lines.append(first)
            known.mark = ""
            if event.prediction:
                known.locks[event.prediction] = first
        known.by_key.setdefault(event.idempotency_key, first)
        assert line(stored) == first

    @rule(tab=st.integers(0, TABS - 1), who=st.integers(0, 1), name=st.integers(0, 5), value=st.integers(0, 3))
    def record(self, tab: int, who: int, name: int, value: int) -> None:
        event = self.made(who, f"try:{name}", "try", {"value": value})
        self.sent.append(event)
        self.send(tab, event)

    @rule(tab=st.integers(0, TABS - 1), who=st.integers(0, 1), asked=st.sampled_from("ab"), value=st.integers(0, 3))
    def lock(self, tab: int, who: int, asked: str, value: int) -> None:
        event = self.made(who, f"lock:{asked}", "lock", {"value": value}, prediction=asked)
        self.sent.append(event)
        self.send(tab, event)

    def made(self, who: int, key: str, kind: Any, payload: Any, prediction: str | None = None) -> Event:
        return Event(
            student=self.known[who].student, track="edge_guardian", bench="paradox", kind=kind, payload=payload,
            idempotency_key=key, model_version="1", prediction=prediction,
        )  # fmt: skip

    @precondition(lambda self: self.sent)
    @rule(tab=st.integers(0, TABS - 1), at=st.integers(0, 99))
    def retry(self, tab: int, at: int) -> None:
        self.send(tab, self.sent[at % len(self.sent)])

    @rule(tab=st.integers(0, TABS - 1))
    def restart(self, tab: int) -> None:
        self.stores[tab].close()
        self.stores[tab] = Store(self.url)

    @rule(tab=st.integers(0, TABS - 1), who=st.integers(0, 1))
    def take_a_file(self, tab: int, who: int) -> None:
        known = self.known[who]
        events = self.stores[tab].events(known.student)
        document = compose(events, KEYS, student=known.student, program="1", model_version="1")
        found = verify(document.encode(), KEYS)
        assert (found.result, found.events) == ("genuine", events)
        if events:
            self.files.append((events, Known(known.student, list(known.lines), dict(known.by_key), dict(known.locks))))

    @precondition(lambda self: self.files)
    @rule(tab=st.integers(0, TABS - 1), who=st.integers(0, 1), at=st.integers(0, 99))
    def bring_back(self, tab: int, who: int, at: int) -> None:
        events, then = self.files[at % len(self.files)]
        known, head = self.known[who], events[-1].hash
        chain = restored(events, known.student, said=f"from {head}", model_version="1")
        if known.is_erased:
            with pytest.raises(StudentErased):
                self.stores[tab].restore(chain)
        elif known.lines and known.mark != head:
            with pytest.raises(EventRefused, match="empty ledger"):
                self.stores[tab].restore(chain)
        else:
            self.stores[tab].restore(chain)
            if not known.lines:
                mark = line(chain[-1])
                known.lines, known.locks = [*then.lines, mark], dict(then.locks)
                known.by_key = {event.idempotency_key: line(event) for event in chain}
                known.mark = head
            for other, _ in self.files:  # what is there stands, and only the same file may be sent again
                if other[-1].hash != known.mark:
                    again = restored(other, known.student, said="from another", model_version="1")
                    with pytest.raises(EventRefused, match="empty ledger"):
                        self.stores[tab].restore(again)

    @rule(tab=st.integers(0, TABS - 1), who=st.integers(0, 1), sure=st.integers(0, 3))
    def erase_and_begin_again(self, tab: int, who: int, sure: int) -> None:
        known = self.known[who]
        if sure or known.is_erased:  # seldom
            return
        receipt = self.stores[tab].erase(known.student)
        assert receipt is not None
        assert receipt.events == len(known.lines)
        known.is_erased, known.lines = True, []

    @invariant()
    def the_store_is_what_the_model_is(self) -> None:
        for known, store in itertools.product(getattr(self, "known", ()), getattr(self, "stores", ())):
            events = store.events(known.student)  # what one tab wrote, the others see
            assert [line(event) for event in events] == known.lines
            assert [event.sequence for event in events] == list(range(1, len(events) + 1))
            assert store.verify_chain(known.student) == ()
            locks = {event.prediction: line(event) for event in events if event.kind == "lock"}
            assert locks == ({} if known.is_erased else known.locks)
            for asked in "ab":  # each store remembers locks, and lets go of those that another one erased
                found = store.lock(known.student, "edge_guardian", "paradox", asked)
                assert (found and line(found)) == locks.get(asked)


def test_any_turns_of_tabs_retries_restarts_and_imports_are_one_ledger(database_url: str) -> None:
    class Here(Ledgers):
        url = database_url

    examples = EXAMPLES[database_url.partition(":")[0].partition("+")[0]]
    run_state_machine_as_test(Here, settings=settings(ALONE, max_examples=examples, stateful_step_count=25))


def test_an_imported_ledger_takes_its_file_again_and_no_other(sqlite_url: str) -> None:
    store, writer, student = Store(sqlite_url), uuid.uuid4().hex, uuid.uuid4().hex
    files = []
    for number in range(2):
        store.append(
            Event(
                student=writer, track="edge_guardian", bench="paradox", kind="try", payload={"number": number},
                idempotency_key=f"{number}", model_version="1",
            )
        )  # fmt: skip
        files.append(restored(store.events(writer), student, said="from a file", model_version="1"))
    store.restore(files[0])
    before = store.events(student)
    store.restore(files[0])
    with pytest.raises(EventRefused, match="empty ledger"):
        store.restore(files[1])
    assert store.events(student) == before
    store.close()


NAMES = ("lock:a", "lock:b", "try:1", "try:2", "try:3", "reflection:1", "reflection:2", "reflection:3")
WRITES = st.lists(st.sampled_from(NAMES), unique=True, min_size=3)


@given(data=st.data(), names=WRITES)
@settings(ALONE, max_examples=15)
def test_retries_in_other_tabs_and_a_move_to_another_browser_change_no_state(
    sqlite_url: str, data: st.DataObject, names: list[str]
) -> None:
    """The same writes, once each in turn, and with retries between them and an import on the way, are one state."""
    tabs = [Store(sqlite_url) for _ in range(TABS)]

    def write(tab: int, student: str, name: str) -> None:
        kind, _, which = name.partition(":")
        event = Event(
            student=student, track="edge_guardian", bench="paradox", kind=kind, payload={"of": name},  # type: ignore
            idempotency_key=name, model_version="1", prediction=which if kind == "lock" else None,
        )  # fmt: skip
        assert line(tabs[tab].append(event)) == (kind, event.prediction, {"of": name})

    plain, mixed = uuid.uuid4().hex, uuid.uuid4().hex
    for name in names:
        write(0, plain, name)
    moves = data.draw(st.integers(0, len(names)))
    for number, name in enumerate(names):
        if number == moves and number:
            events = tabs[0].events(mixed)
            moved = uuid.uuid4().hex
            tabs[1].restore(restored(events, moved, said="from a file", model_version="1"))
            mixed = moved
        write(data.draw(st.integers(0, TABS - 1)), mixed, name)
        for again in data.draw(st.lists(st.sampled_from(names[: number + 1]), max_size=3)):
            write(data.draw(st.integers(0, TABS - 1)), mixed, again)

    replaced = [name for name in names if name.startswith("reflection")][:-2]  # pages read the newest two
    for student, (read, left_out) in itertools.product(
        (plain, mixed), ((tabs[2].events, []), (tabs[2].standing_events, replaced))
    ):
        own = [event.payload["of"] for event in read(student) if event.kind != "import"]
        assert own == [name for name in names if name not in left_out]
    assert tabs[2].verify_chain(mixed) == ()
    for store in tabs:
        store.close()
