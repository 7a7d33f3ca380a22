"""Whether a file is what a server signed: genuine, altered, cut off, of another server, or of another schema."""

from __future__ import annotations

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from dashboard.ledger.chain import ChainProblem, chain_problems, in_sentences
from dashboard.ledger.events import StoredEvent
from dashboard.ledger.exports import page
from dashboard.ledger.exports.document import (
    SCHEMA,
    NoDocument,
    event_from,
    fingerprint,
    read,
    salvage,
    signature,
    spell,
)

Result = Literal["genuine", "altered", "cut", "foreign", "older", "newer", "unreadable"]

MAX_FILE = 20 * 1024 * 1024  # bytes; 10,000 events of a mission take 12 million

IN_WORDS: Mapping[Result, str] = {
    "genuine": "genuine",
    "altered": "altered",
    "cut": "cut off",
    "foreign": "another server",
    "older": "older schema",
    "newer": "newer schema",
    "unreadable": "no export",
}
PROVES = (
    "A genuine file holds exactly what this server stored under one pseudonym, in this order and at these times, and "
    "all of it up to the last event it names. It does not say who sat at the browser, that nobody helped, or that the "
    "same person has no second pseudonym; and a name in it is what was typed."
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Verification:
    """What is found about one file.

    Attributes:
        sentences: what it means, the first one complete in itself.
        events: those that can be read, first one first, whatever they are worth.
        signed: how many the signature says there are, or None where it is not to be trusted.
        altered: the numbers of events that were changed.
        imported: how many of the events were brought in from another file.
        fields: the document's fields but its events, {} where there is none to be read.
    """

    result: Result
    sentences: tuple[str, ...]
    events: tuple[StoredEvent, ...] = field(default=(), repr=False)
    signed: int | None = None
    altered: tuple[int, ...] = ()
    imported: int = 0
    fields: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @property
    def word(self) -> str:
        """The result in a word or two: of a genuine file also whether it was imported, wholly or in part."""
        if not self.imported:
            return IN_WORDS[self.result]
        part = "" if self.imported + 1 == len(self.events) else "partly "  # the mark of the import itself is not
        return f"{IN_WORDS[self.result]}, {part}imported"

    def text(self, name: str) -> str:
        """Return a field of the document, or "" where it has none that is a text."""
        found = self.fields.get(name)
        return found if isinstance(found, str) else ""


def verify(data: bytes, keys: Sequence[str]) -> Verification:
    """Return what a file is, as a server with these keys can tell; no file raises anything.

    Args:
        data: the file, JSON or HTML. keys: the server's secret keys, all that it still accepts.
    """
    if len(data) > MAX_FILE:
        return _unreadable(f"It has {len(data) / 1e6:.0f} MB; an export has at most {MAX_FILE / 1e6:.0f}.")
    found_page = None if data[:1] == b"{" else page.split(data)
    if data[:1] != b"{" and found_page is None:
        return _unreadable("It is neither the JSON nor the HTML file of a ledger.")
    text = (found_page[1] if found_page else data).decode("latin-1")  # every byte a character: none is lost
    try:
        fields, left, is_whole = read(text), 0, True
    except NoDocument as problem:
        try:
            fields, left = salvage(text)
        except (NoDocument, RecursionError):
            return _unreadable(str(problem))
        is_whole = False
    try:
        return _verified(fields, keys, _Text(text=text, page=found_page, is_whole=is_whole, left=left))
    except (ValueError, TypeError, RecursionError):  # texts and numbers that no lab writes
        return Verification(result="altered", sentences=("It was altered: it holds what no lab writes.",))


@dataclass(frozen=True, kw_only=True, slots=True)
class _Text:
    """How a document stands in its file: ``left`` lines could not be read where it is not whole."""

    text: str
    page: tuple[bytes, bytes, bytes] | None
    is_whole: bool
    left: int

    @property
    def is_cut(self) -> bool:
        """Whether the file ends in the middle of the document."""
        return not self.is_whole and self.left == 0 and (self.page is None or not self.page[2])

    def is_as_written(self, fields: Mapping[str, Any]) -> bool:
        """Whether the text is the only spelling of what it holds."""
        try:
            return self.is_whole and spell(fields) == self.text
        except (ValueError, TypeError, RecursionError):  # infinity, say, which JSON reads as 1e999
            return False

    def is_page_signed(self, fields: Mapping[str, Any]) -> bool:
        """Whether the page around the document is the one that was signed; also where there is none."""
        if self.page is None:
            return True
        before, _, rest = self.page
        return fields.get("page") == page.digest(before, rest.removeprefix(page.CLOSING))


def _unreadable(sentence: str) -> Verification:
    return Verification(result="unreadable", sentences=(f"This is no export of a ledger. {sentence}",))


def _verified(fields: dict[str, Any], keys: Sequence[str], file: _Text) -> Verification:
    told = {name: value for name, value in fields.items() if name != "events"}
    schema = fields.get("schema")
    if type(schema) is int and schema != SCHEMA:
        return _other_schema(schema, told)
    events, unreadable = _events(fields)
    problems = list(chain_problems(events))
    if unreadable:
        sentence = f"Event {unreadable} is not one that a lab writes."
        problems.append(ChainProblem(sequence=unreadable, sentence=sentence))
    key = next((key for key in keys if fields.get("key") == fingerprint(key)), None)
    if key is None and "key" in fields:
        return _foreign(events, problems, told, is_intact=file.is_as_written(fields) and file.is_page_signed(fields))
    is_signed = key is not None and hmac.compare_digest(
        str(fields.get("signature")).encode(), signature(fields, key).encode()
    )
    count = fields.get("count")
    signed = count if is_signed and type(count) is int else None
    there = len(events)
    if signed is not None and not problems and there <= signed and (file.is_cut or (there < signed and file.is_whole)):
        what = f"{there} of the {signed} events that the signature names are there"
        sentence = f"It was cut off: {what}." if there < signed else f"It was cut off behind its last event; {what}."
        return Verification(result="cut", sentences=(sentence,), events=events, signed=signed, fields=told)
    said = in_sentences(problems)
    if not is_signed:
        said.append("What the signature covers was changed: number of events, name, summary, or the signature itself.")
    elif not file.is_whole:
        what = f"Event {there + 1}" if signed is None or there < signed else "The text behind the last event"
        said.append(f"{what} was changed.")
    elif signed is not None and there > signed:
        said.append(f"Events were added: there are {there}, and the signature names {signed}.")
    elif not problems and events and fields.get("head") != events[-1].hash:
        said.append("Its last event is another than the one that was signed.")
    if not said and not file.is_as_written(fields):
        said.append("Every event is as it was signed, but the file was written anew by another program.")
    if not file.is_page_signed(fields):
        said.append("The page around the events was changed: its figures, tables or texts are not what was signed.")
    if said:
        altered = [item.sequence for item in problems]
        where = " in the server’s own database, before it was handed in" if is_signed and "faults" in fields else ""
        if not file.is_whole and signed is not None and there < signed:
            altered.append(there + 1)
        return Verification(
            result="altered",
            sentences=(f"It was altered{where}. {said[0]}", *said[1:]),
            events=events,
            signed=signed,
            altered=tuple(dict.fromkeys(altered)),
            fields=told,
        )
    what = (
        "The one event is as this server stored it"
        if signed == 1
        else f"All {signed} events are as this server stored them"
    )
    what = what if signed else "It holds no event"
    marks = [event for event in events if event.kind == "import"]
    imported = marks[-1].sequence - 1 if marks else 0  # an import goes into an empty ledger: all before its mark
    whose = f", and {imported} of its {signed} events were imported from another file" if marks else ""
    return Verification(
        result="genuine",
        sentences=(f"It is genuine{whose}. {what}.", *[str(mark.payload.get("sentence", "")) for mark in marks]),
        events=events,
        signed=signed,
        imported=imported,
        fields=told,
    )


def _events(fields: Mapping[str, Any]) -> tuple[tuple[StoredEvent, ...], int]:
    """Return the events up to the first that is none, and the number of that one or 0."""
    student = fields.get("student")
    events: list[StoredEvent] = []
    for number, item in enumerate(fields["events"], 1):
        try:
            events.append(event_from(item, student if isinstance(student, str) else ""))
        except (ValueError, TypeError, RecursionError):
            return tuple(events), number
    return tuple(events), 0


def _other_schema(schema: int, told: Mapping[str, Any]) -> Verification:
    if schema < SCHEMA:
        sentence = (
            f"It is of an older schema: {schema}, and this version checks {SCHEMA}. "
            "The version that wrote it can check it, or the same ledger can be handed in again."
        )
        return Verification(result="older", sentences=(sentence,), fields=told)
    sentence = f"It is of a newer schema: {schema}, and this version checks {SCHEMA}. Check it with a newer edgelab."
    return Verification(result="newer", sentences=(sentence,), fields=told)


def _foreign(
    events: tuple[StoredEvent, ...], problems: Sequence[ChainProblem], told: Mapping[str, Any], *, is_intact: bool
) -> Verification:
    sentence = (
        "It was signed by another server, or with a key that this one no longer has: only a server with that key can "
        "say whether it is genuine."
    )
    hold = f"Its {len(events)} events hold together, which whoever made it could also have arranged."
    second = hold if is_intact and not problems else "Its parts do not hold together, so it was changed since."
    return Verification(result="foreign", sentences=(sentence, second), events=events, fields=told)
