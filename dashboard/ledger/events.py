"""An event before and after it is stored: what it may hold, its canonical text and its hash."""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal, get_args

Kind = Literal[
    "lock",
    "opening",
    "try",
    "observation",
    "reflection",
    "revision",
    "defence",
    "decision",
    "opinion",
    "hint",
    "review",
    "import",
]
KINDS: tuple[Kind, ...] = get_args(Kind)
# Written again and again on a bench, where the newest stands. Of every other kind a bench has only so many.
REPLACED: tuple[Kind, ...] = ("reflection", "revision", "defence", "decision")
TIME = "%Y-%m-%dT%H:%M:%S.%fZ"  # as it is hashed and exported, in UTC
LEARNT = "learnt"  # the name of the one revision of a bench that no later one replaces
LockKey = tuple[str, str, str, str, int]

PAYLOAD_BYTES = 32_768  # of canonical JSON
TEXT_CHARACTERS = 4_000  # of any one text: three slots of three sentences fit several times over
PAYLOAD_DEPTH = 8
MAX_ATTEMPTS = 99
NO_HASH = "0" * 64  # what the first event of a student has before it

_STUDENT = re.compile(r"[0-9a-f]{32}")
_ID = re.compile(r"[a-z][a-z0-9_]{0,47}")
_CLASS = re.compile(r"[A-Za-z0-9-]{1,32}")
_VERSION = re.compile(r"[!-~]{1,64}")
_KEY = re.compile(r"[A-Za-z0-9_.:/-]{1,200}")


class EventRefused(ValueError):
    """An event that must not be stored; the sentence names what would be right."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """An event to append; it refuses nonsense when made.

    Attributes:
        student: 32 hexadecimal digits.
        track, bench: ids as in the plugin API.
        kind: one of ``KINDS``.
        payload: JSON of at most 32 KiB, eight levels deep, texts of at most 4,000 characters; copied when made.
        idempotency_key: the sender's name for this write, the same when it is sent again.
        model_version: which physics answered, 1 to 64 printable characters.
        seed: of the outcome, 64 bits with sign, or None.
        class_code: the class the student was in, or None.
        prediction, attempt: what a lock locks, attempt 1 unless said otherwise; None for every other kind.
    """

    student: str
    track: str
    bench: str
    kind: Kind
    payload: Mapping[str, Any]
    idempotency_key: str
    model_version: str
    seed: int | None = None
    class_code: str | None = None
    prediction: str | None = None
    attempt: int | None = None

    def __post_init__(self) -> None:
        _check_match("student", self.student, _STUDENT, "32 hexadecimal digits")
        _check_match("track", self.track, _ID, "an id: lower-case letters, digits and underscores, 48 at most")
        _check_match("bench", self.bench, _ID, "an id: lower-case letters, digits and underscores, 48 at most")
        if self.kind not in KINDS:
            raise EventRefused(f"Event: kind {self.kind!r:.60} is not one of {', '.join(KINDS)}")
        _check_match("idempotency_key", self.idempotency_key, _KEY, "1 to 200 letters, digits and _ . : / -")
        _check_match("model_version", self.model_version, _VERSION, "1 to 64 printable characters")
        if self.class_code is not None:
            _check_match("class_code", self.class_code, _CLASS, "1 to 32 letters, digits and hyphens")
        if self.seed is not None:
            _check_whole("seed", self.seed)
        self._check_lock()
        if not isinstance(self.payload, Mapping):
            raise EventRefused(f"Event: payload must be a mapping, got {type(self.payload).__name__}")
        object.__setattr__(self, "payload", _clean("payload", self.payload, PAYLOAD_DEPTH))
        size = len(self.payload_text().encode())
        if size > PAYLOAD_BYTES:
            raise EventRefused(f"Event: payload takes {size:,} bytes; at most {PAYLOAD_BYTES:,}")

    def _check_lock(self) -> None:
        if self.kind != "lock":
            if self.prediction is not None or self.attempt is not None:
                raise EventRefused(f"Event: only a lock names a prediction and an attempt, this is a {self.kind}")
            return
        _check_match("prediction", self.prediction, _ID, "the id of the prediction that is locked")
        if self.attempt is None:
            object.__setattr__(self, "attempt", 1)
        _check_whole("attempt", self.attempt, low=1, high=MAX_ATTEMPTS)

    def payload_text(self) -> str:
        """Return the payload as it is stored and hashed."""
        return canonical(self.payload)

    @property
    def lock_key(self) -> LockKey | None:
        """What a lock is unique by; None for every other kind."""
        if self.prediction is None or self.attempt is None:
            return None
        return self.student, self.track, self.bench, self.prediction, self.attempt


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredEvent:
    """An event as the ledger holds it; what ``Event`` says of its attributes holds here too.

    Attributes:
        sequence: 1 for the student's first event, without gaps.
        time: when the server stored it, UTC.
        previous_hash: the hash of the student's event before, or 64 zeros; hash: SHA-256 of everything above.
    """

    student: str
    track: str
    bench: str
    kind: str
    payload_text: str
    idempotency_key: str
    model_version: str
    seed: int | None
    class_code: str | None
    prediction: str | None
    attempt: int | None
    sequence: int
    time: datetime
    previous_hash: str
    hash: str

    @property
    def payload(self) -> dict[str, Any]:
        """The payload, a fresh copy each time: a stored event cannot be changed through it."""
        loaded: dict[str, Any] = json.loads(self.payload_text)
        return loaded

    @property
    def holds(self) -> bool:
        """Whether the event is as it was stored."""
        return self.expected_hash() == self.hash

    def expected_hash(self) -> str:
        """Return SHA-256 over the canonical JSON of every field but ``hash``.

        The payload has that form already and is not read for it: a page hashes every event that it reads.
        """
        before = {
            "attempt": self.attempt,
            "bench": self.bench,
            "class": self.class_code,
            "idempotency_key": self.idempotency_key,
            "kind": self.kind,
            "model_version": self.model_version,
        }
        behind = {
            "prediction": self.prediction,
            "previous_hash": self.previous_hash,
            "seed": self.seed,
            "sequence": self.sequence,
            "student": self.student,
            "time": self.time.astimezone(UTC).strftime(TIME),
            "track": self.track,
        }
        text = f'{canonical(before)[:-1]},"payload":{self.payload_text},{canonical(behind)[1:]}'
        return hashlib.sha256(text.encode()).hexdigest()


def write_name(kind: str, track: str, bench: str, name: str) -> str:
    """Return the idempotency key of a write on a bench; ``name`` tells it from the others of its kind.

    >>> write_name("try", "edge_guardian", "memory", "3")
    'try:edge_guardian/memory:3'
    """
    return f"{kind}:{track}/{bench}:{name}"


def canonical(value: Any) -> str:
    """Return the one JSON text of a value: keys sorted, no spaces, ASCII, shortest floats.

    >>> canonical({"b": 1.0, "a": ["µ", None]})
    '{"a":["\\\\u00b5",null],"b":1.0}'
    """
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)


def _check_match(name: str, value: Any, pattern: re.Pattern[str], right: str) -> None:
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise EventRefused(f"Event: {name} {value!r:.60} must be {right}")


def _check_whole(name: str, value: Any, *, low: int = -(2**63), high: int = 2**63 - 1) -> None:
    if isinstance(value, bool) or not isinstance(value, int):
        raise EventRefused(f"Event: {name} must be a whole number, got {type(value).__name__}")
    if not low <= value <= high:
        raise EventRefused(f"Event: {name} is outside {low}..{high}")


def _clean(where: str, value: Any, depth: int) -> Any:
    """Return a copy of plain JSON types; refuse what another reader could not read back as it was."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return _clean_text(where, value)
    if isinstance(value, int):
        _check_whole(where, value)
        return int(value)
    if isinstance(value, float):
        if not math.isfinite(value):
            raise EventRefused(f"Event: {where} must be a finite number, got {value}")
        return float(value)
    if depth == 0:
        raise EventRefused(f"Event: payload is nested deeper than {PAYLOAD_DEPTH} levels")
    if isinstance(value, Mapping):
        for key in value:
            if not isinstance(key, str):
                raise EventRefused(f"Event: {where} has a key that is a {type(key).__name__}; keys are texts")
        return {_clean_text(where, key): _clean(f"payload '{key:.48}'", item, depth - 1) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_clean(where, item, depth - 1) for item in value]
    raise EventRefused(f"Event: {where} is a {type(value).__name__}, which is not JSON")


def _clean_text(where: str, text: str) -> str:
    if len(text) > TEXT_CHARACTERS:
        raise EventRefused(f"Event: {where} has {len(text):,} characters; at most {TEXT_CHARACTERS:,}")
    if "\0" in text or any("\ud800" <= character <= "\udfff" for character in text):
        raise EventRefused(f"Event: {where} holds a character that is no text; send it without")
    return str(text)
