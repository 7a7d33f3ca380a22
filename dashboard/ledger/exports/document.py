"""The signed export as one text: what it holds, its only spelling, and its signature.

The document is JSON in ASCII with one top-level field a line and one event a line, so that a file that was cut or
damaged still shows in which event. ``<``, ``>`` and ``&`` are escaped, so that the same text may stand in a script
element of a page. It has exactly one spelling: whoever reads it writes it again and compares.

The signature is an HMAC over every field but the events. Those are bound by ``count`` and ``head``, the number of
events and the hash of the last one, which binds all before it.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from dashboard.ledger.chain import chain_problems, in_sentences
from dashboard.ledger.events import NO_HASH, TIME, StoredEvent, canonical
from dashboard.ledger.identity import pseudonym

FORMAT = "edgelab.ledger"
SCHEMA = 1

_PURPOSE = b"edgelab.export.1"
_ESCAPES = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"})
_EVENT_FIELDS = frozenset(
    {
        "attempt",
        "bench",
        "class",
        "hash",
        "idempotency_key",
        "kind",
        "model_version",
        "payload",
        "prediction",
        "previous_hash",
        "seed",
        "sequence",
        "time",
        "track",
    }
)


class NoDocument(ValueError):
    """A text that is no signed export; the sentence says what about it is not."""


def compose(
    events: Sequence[StoredEvent],
    keys: Sequence[str],
    *,
    student: str,
    program: str,
    model_version: str,
    name: str = "",
    summary: Sequence[Mapping[str, Any]] = (),
    page: str | None = None,
) -> str:
    """Return a student's events as a signed document; the same events give the same text.

    Events that were changed in the server's own database are in it as they stand, with what is wrong with them.

    Args:
        events: all of the student's, first one first.
        keys: the server's secret keys, newest first; the newest signs.
        program: the version of edgelab. model_version: of the physics that computes now.
        name: what the student typed for this file, or "".
        summary: what each track came to, for another program to read.
        page: SHA-256 of the page around the document, where it stands in one.
    """
    last = events[-1] if events else None
    fields: dict[str, Any] = {
        "format": FORMAT,
        "schema": SCHEMA,
        "edgelab": program,
        "model_version": model_version,
        "student": student,
        "pseudonym": pseudonym(student),
        "name": name,
        "count": len(events),
        "head": last.hash if last else NO_HASH,
        "last_time": last.time.astimezone(UTC).strftime(TIME) if last else None,
        "summary": list(summary),
        "page": page,
        "key": fingerprint(keys[0]),
    }
    if faults := in_sentences(chain_problems(events)):
        fields["faults"] = faults
    fields["signature"] = signature(fields, keys[0])
    fields["events"] = [event_fields(event) for event in events]
    return spell(fields)


def spell(fields: Mapping[str, Any]) -> str:
    """Return the one text of a document's fields.

    Raises:
        ValueError, TypeError, RecursionError: a field is not what JSON can carry.
    """
    lines = [f"{canonical(name)}:{canonical(value)}" for name, value in fields.items() if name != "events"]
    events = ",\n".join(canonical(event) for event in fields["events"])
    lines.append(f'"events":[\n{events}\n]' if events else '"events":[]')
    return ("{\n" + ",\n".join(lines) + "\n}\n").translate(_ESCAPES)


def read(text: str) -> dict[str, Any]:
    """Return the fields of a document's text, whatever they hold.

    Raises:
        NoDocument: it is no JSON object, or not one with events.
    """
    try:
        fields = json.loads(text, parse_constant=_refuse_constant, object_pairs_hook=_once)
    except (ValueError, RecursionError) as problem:
        raise NoDocument("It is not JSON as a lab writes it.") from problem
    if not isinstance(fields, dict) or fields.get("format") != FORMAT or not isinstance(fields.get("events"), list):
        raise NoDocument("It is JSON, but no export of a ledger.")
    return fields


def salvage(text: str) -> tuple[dict[str, Any], int]:
    """Return what can be read of a text that is no JSON any more: its fields, and how many lines were left over.

    Of the fields before the events a damaged one is left out. The events end with the last that can be read; the second
    number is 0 where the text ends there, or in the middle of the next one, so that it was cut off.

    Raises:
        NoDocument: not even its beginning is that of a document.
    """
    fields: dict[str, Any] = {}
    lines = text.split("\n")
    at = 1
    while at < len(lines) and lines[at] != '"events":[':
        with suppress(ValueError, RecursionError):
            fields |= read_line("{" + lines[at].removesuffix(",") + "}")
        at += 1
    if fields.get("format") != FORMAT:
        raise NoDocument("It does not begin as an export of a ledger does.")
    events: list[Any] = []
    for number, line in enumerate(lines[at + 1 :], at + 2):
        try:
            events.append(read_line(line.removesuffix(",")))
        except (ValueError, RecursionError):
            return {**fields, "events": events}, len(lines) - number
    return {**fields, "events": events}, 0


def read_line(line: str) -> dict[str, Any]:
    """Return the object of one line.

    Raises:
        ValueError, RecursionError: it is none.
    """
    found = json.loads(line, parse_constant=_refuse_constant, object_pairs_hook=_once)
    if not isinstance(found, dict):
        raise ValueError("not an object")
    return found


def signature(fields: Mapping[str, Any], key: str) -> str:
    """Return the HMAC-SHA-256 over every field but the events and the signature itself, in hexadecimal."""
    covered = {name: value for name, value in fields.items() if name not in ("events", "signature")}
    return hmac.new(_derived(key), canonical(covered).encode("ascii"), hashlib.sha256).hexdigest()


def fingerprint(key: str) -> str:
    """Return a public name of a secret key, 16 hexadecimal digits: it tells servers apart and opens nothing."""
    return hashlib.sha256(b"edgelab.export.key" + _derived(key)).hexdigest()[:16]


def _derived(key: str) -> bytes:
    """Return the key that signs exports alone, so that no signature of a cookie is one of a file."""
    return hmac.new(key.encode(), _PURPOSE, hashlib.sha256).digest()


def event_fields(event: StoredEvent) -> dict[str, Any]:
    """Return an event as the document has it: every field but the student, who is the same for all."""
    return {
        "sequence": event.sequence,
        "time": event.time.astimezone(UTC).strftime(TIME),
        "track": event.track,
        "bench": event.bench,
        "kind": event.kind,
        "prediction": event.prediction,
        "attempt": event.attempt,
        "class": event.class_code,
        "model_version": event.model_version,
        "seed": event.seed,
        "idempotency_key": event.idempotency_key,
        "payload": event.payload if event.holds else event.payload_text,  # which may be no JSON any more
        "previous_hash": event.previous_hash,
        "hash": event.hash,
    }


def event_from(fields: Any, student: str) -> StoredEvent:
    """Return an event as a document has it; ``event_fields`` is its inverse.

    Raises:
        ValueError: it is none.
    """
    if not isinstance(fields, dict) or fields.keys() != _EVENT_FIELDS:
        raise ValueError("an event has other fields")
    texts = ("time", "track", "bench", "kind", "model_version", "idempotency_key", "previous_hash", "hash")
    is_whole = [type(fields[name]) is int for name in ("sequence",)]
    is_whole += [fields[name] is None or type(fields[name]) is int for name in ("seed", "attempt")]
    is_text = [isinstance(fields[name], str) for name in texts]
    is_text += [fields[name] is None or isinstance(fields[name], str) for name in ("prediction", "class")]
    if not all(is_whole + is_text):
        raise ValueError("a field of an event is of another type")
    time = datetime.strptime(fields["time"], TIME).replace(tzinfo=UTC)
    if time.strftime(TIME) != fields["time"]:
        raise ValueError("a time is spelled in another way")
    values = {name: fields[name] for name in fields if name not in ("time", "class", "payload")}
    return StoredEvent(
        student=student,
        time=time,
        class_code=fields["class"],
        payload_text=canonical(fields["payload"]),
        **values,
    )


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key twice")
    return found
