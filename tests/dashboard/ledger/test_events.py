"""An event refuses what must not be stored, and what it accepts has one text and one hash."""

import hashlib
import json
import string
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.ledger.events import KINDS, NO_HASH, PAYLOAD_BYTES, Event, EventRefused, StoredEvent, canonical

STUDENT = "0123456789abcdef" * 2
FIELDS: dict[str, Any] = {
    "student": STUDENT,
    "track": "edge_guardian",
    "bench": "paradox",
    "kind": "try",
    "payload": {"value": 1},
    "idempotency_key": "a1",
    "model_version": "1.0",
}
STORED = StoredEvent(
    student=STUDENT,
    track="edge_guardian",
    bench="paradox",
    kind="lock",
    payload_text='{"value":3.0}',
    idempotency_key="a1",
    model_version="1.0",
    seed=7,
    class_code=None,
    prediction="ratio",
    attempt=1,
    sequence=1,
    time=datetime(2026, 2, 3, 4, 5, 6, 78, tzinfo=UTC),
    previous_hash=NO_HASH,
    hash="",
)


def nested(levels: int) -> Any:
    value: Any = 0
    for _ in range(levels):
        value = [value]
    return value


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_can_be_made(kind: str) -> None:
    lock = {"prediction": "ratio"} if kind == "lock" else {}
    assert Event(**{**FIELDS, "kind": kind, **lock}).kind == kind


def test_a_lock_is_a_first_attempt_unless_said_otherwise() -> None:
    lock = Event(**{**FIELDS, "kind": "lock", "prediction": "ratio"})
    assert lock.lock_key == (STUDENT, "edge_guardian", "paradox", "ratio", 1)
    assert Event(**FIELDS).lock_key is None


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"student": "ada"}, "32 hexadecimal digits"),
        ({"student": STUDENT.upper()}, "32 hexadecimal digits"),  # two spellings would be two students
        ({"student": STUDENT + "\n"}, "32 hexadecimal digits"),
        ({"student": None}, "32 hexadecimal digits"),
        ({"track": "Edge Guardian"}, "track"),
        ({"bench": "../paradox"}, "bench"),
        ({"bench": "p" * 49}, "48 at most"),
        ({"kind": "guess"}, "is not one of lock, opening, try"),
        ({"kind": ["lock"]}, "is not one of lock, opening, try"),
        ({"idempotency_key": ""}, "1 to 200"),
        ({"idempotency_key": "a b"}, "1 to 200"),
        ({"idempotency_key": "a" * 201}, "1 to 200"),
        ({"model_version": ""}, "1 to 64"),
        ({"model_version": "v" * 65}, "1 to 64"),
        ({"class_code": ""}, "1 to 32"),
        ({"class_code": "x" * 33}, "1 to 32"),
        ({"seed": 1.5}, "seed must be a whole number"),
        ({"seed": True}, "seed must be a whole number"),
        ({"seed": 2**63}, "seed is outside"),
        ({"prediction": "ratio"}, "only a lock names a prediction"),
        ({"attempt": 1}, "only a lock names a prediction"),
        ({"kind": "lock"}, "the id of the prediction that is locked"),
        ({"kind": "lock", "prediction": "Ratio?"}, "the id of the prediction that is locked"),
        ({"kind": "lock", "prediction": "ratio", "attempt": 0}, "attempt is outside 1..99"),
        ({"payload": [1]}, "payload must be a mapping, got list"),
        ({"payload": {"x": float("nan")}}, "payload 'x' must be a finite number, got nan"),
        ({"payload": {"x": [float("inf")]}}, "payload 'x' must be a finite number, got inf"),
        ({"payload": {"x": 2**63}}, "payload 'x' is outside"),  # no JSON reader agrees on such a number
        ({"payload": {"x": 10**5000}}, "payload 'x' is outside"),  # and Python itself refuses to print it
        ({"payload": {"x": b"y"}}, "payload 'x' is a bytes"),
        ({"payload": {1: "x"}}, "a key that is a int"),
        ({"payload": {"x": "a" * 4001}}, "payload 'x' has 4,001 characters; at most 4,000"),
        ({"payload": {"a" * 4001: 1}}, "at most 4,000"),
        ({"payload": {"x": "a\0b"}}, "a character that is no text"),  # PostgreSQL would refuse it late
        ({"payload": {"x": "\ud83d"}}, "a character that is no text"),  # half of an emoji
        ({"payload": {f"x{n}": "a" * 4000 for n in range(9)}}, "at most 32,768"),
        ({"payload": {"x": nested(9)}}, "deeper than 8 levels"),
        ({"payload": {"x": nested(100_000)}}, "deeper than 8 levels"),
    ],
)
def test_what_must_not_be_stored_is_refused_in_one_sentence(changes: dict[str, Any], says: str) -> None:
    with pytest.raises(EventRefused) as refused:
        Event(**{**FIELDS, **changes})
    assert says in str(refused.value)
    assert len(str(refused.value)) < 300  # a hostile value is not echoed at length


def test_the_limits_themselves_are_accepted() -> None:
    assert Event(**{**FIELDS, "payload": {"x": nested(7), "y": "ä" * 4000, "z": 2**63 - 1}})
    room = PAYLOAD_BYTES - len(canonical({"x": []}))
    assert len(Event(**{**FIELDS, "payload": {"x": ["a" * 997] * (room // 1000)}}).payload_text()) > 32_000


def test_the_payload_is_a_copy_of_plain_values() -> None:
    inner = [1, 2]
    event = Event(**{**FIELDS, "payload": MappingProxyType({"x": inner, "y": (1, None)})})
    inner.append(3)
    assert event.payload == {"x": [1, 2], "y": [1, None]}


texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40)
values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | texts,
    lambda children: st.lists(children, max_size=4) | st.dictionaries(texts, children, max_size=4),
    max_leaves=12,
)


def depth(value: Any) -> int:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    return 0 if inner is None else 1 + max((depth(item) for item in inner), default=0)


@given(st.dictionaries(texts, values, max_size=5).filter(lambda payload: depth(payload) <= 8))
@settings(max_examples=150, deadline=None)
def test_any_accepted_payload_reads_back_as_it_was(payload: dict[str, Any]) -> None:
    text = Event(**{**FIELDS, "payload": payload}).payload_text()
    assert json.loads(text) == payload
    assert canonical(json.loads(text)) == text  # so a hash can be computed again from what was stored
    assert set(text) <= set(string.printable)


def test_the_hash_is_sha256_of_a_text_that_others_can_write() -> None:
    written_by_hand = (
        '{"attempt":1,"bench":"paradox","class":null,"idempotency_key":"a1","kind":"lock","model_version":"1.0",'
        '"payload":{"value":3.0},"prediction":"ratio","previous_hash":"' + "0" * 64 + '","seed":7,"sequence":1,'
        '"student":"' + STUDENT + '","time":"2026-02-03T04:05:06.000078Z","track":"edge_guardian"}'
    )
    assert STORED.expected_hash() == hashlib.sha256(written_by_hand.encode()).hexdigest()


def test_the_hash_does_not_depend_on_how_a_database_tells_the_time() -> None:
    berlin = STORED.time.astimezone(timezone(timedelta(hours=1)))
    assert replace(STORED, time=berlin).expected_hash() == STORED.expected_hash()


def test_a_stored_payload_cannot_be_changed_through_its_copy() -> None:
    STORED.payload["value"] = 4.0
    assert STORED.payload == {"value": 3.0}
