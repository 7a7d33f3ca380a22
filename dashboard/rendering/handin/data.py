"""The hand-in as data: what each track came to, for another program; the tries as CSV; everything as Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from dashboard.rendering.table_csv import csv_text, unit_in_head
from dashboard.student.analytics.locks import LockRecord
from dashboard.student.analytics.overview import Overview, TrackOverview
from dashboard.student.analytics.places import find
from dashboard.student.analytics.tries import TryRecord
from tracks.api.figures import Cell
from tracks.loading.registry import Registry

RUBRIC = (
    ("Numbers", "Are the numbers there, with their units and limits, and do they support what is claimed?"),
    ("Why", "Does the explanation name the mechanism behind the gap between prediction and computed value?"),
    ("Trade-off", "Is it said what the decision costs, and under which conditions another one would be better?"),
)
MARKS = ("0 missing", "1 in part", "2 whole")


def summary(found: Overview) -> list[dict[str, Any]]:
    """Return what each track came to, as the signed export holds it (docs/hosting/export.md lists the fields)."""
    return [_track_summary(item) for item in found.tracks]


def _track_summary(item: TrackOverview) -> dict[str, Any]:
    record = item.record
    return {
        "track": item.track,
        "track_name": item.name,
        **{field.id: field.value for field in record.fields},
        "predictions": [_prediction(lock) for lock in record.predictions],
        "decisions": [{"bench": place.bench, "decided": words} for place, words in record.decision],
        "constraints": [{"bench": place.bench, "binding": words} for place, words in record.constraint],
        "result": record.result or None,
        "defence": _defence(item),
        "missing": [f"{bench}: {what}" for bench, what in item.missing],
    }


def _defence(item: TrackOverview) -> dict[str, Any] | None:
    said = item.defence
    if said is None:
        return None
    answers = [{"asked": label, "answer": text} for label, text in said.answers]
    return {"asked": said.prompt, "answers": answers, "numbers": list(said.numbers), "marks": list(said.marks or ())}


def _prediction(lock: LockRecord) -> dict[str, Any]:
    return {
        "bench": lock.place.bench,
        "prediction": lock.prediction,
        "attempt": lock.attempt,
        "question": lock.question,
        "answer": lock.answer,
        "number": lock.number,
        "unit": lock.unit or None,
        "reason": lock.reason,
        "confidence": lock.confidence,
        "computed": lock.computed or None,
        "truth": lock.truth,
        "right": lock.right,
        "gap": lock.gap or None,
        "route": lock.route or None,
    }


def missing(found: Overview) -> list[str]:
    """Return everything that is not done yet, a sentence each."""
    if not found.tracks:
        return ["Nothing is recorded yet: no prediction, no try and no text on any track."]
    return [f"{item.name}, {bench}: {what}." for item in found.tracks for bench, what in item.missing]


# --- CSV -------------------------------------------------------------------------------------------------------------

_FIRST = ("track", "bench", "try", "act", "time (UTC)", "carried", "outcome", "binding", "own", "with help", "what if")


def tries_csv(registry: Registry, found: Overview, faults: Sequence[str] = ()) -> str:
    """Return every try as a row; controls and readings are columns, with their units in the head.

    A column belongs to a bench, so those of others stay empty. Texts that a spreadsheet would run get an apostrophe.
    What is wrong with the ledger stands in rows of its own at the end.
    """
    rows, columns = [], dict[str, None]()
    for bench in found.tries:
        for item in bench.tries:
            values = _values(registry, item)
            columns |= dict.fromkeys(values)
            rows.append((item, values))
    written: list[tuple[Cell, ...]] = [(*_FIRST, *columns)]
    for item, values in rows:
        first = (
            item.place.track,
            item.place.bench,
            item.number,
            item.act,
            item.time.isoformat(timespec="seconds").replace("+00:00", "Z"),
            "yes" if item.is_carried else "no",
            item.outcome,
            item.binding,
            "yes" if item.own else "no",
            "yes" if item.helped else "no",
            ", ".join(item.what_if),
        )
        written.append((*first, *(values.get(name, "") for name in columns)))
    return csv_text([*written, *((sentence,) for sentence in faults)])


def _values(registry: Registry, item: TryRecord) -> dict[str, Cell]:
    here = find(registry, item.place.track, item.place.bench)
    known = here[1].control_map() if here else {}
    found: dict[str, Cell] = {}
    for control in item.controls:
        unit = getattr(known.get(control.id), "unit", "")
        found[_head(item.place.bench, control.label, str(unit))] = (
            str(control.value) if isinstance(control.value, bool) else control.value
        )
    for reading in item.readings:
        found[_head(item.place.bench, reading.label, reading.unit)] = reading.value
    return found


def _head(bench: str, label: str, unit: str) -> str:
    return f"{bench}: {label} ({unit_in_head(unit) or '1'})"


# --- Markdown --------------------------------------------------------------------------------------------------------


def markdown(found: Overview, *, pseudonym: str, name: str, about: Sequence[str]) -> str:
    """Return the hand-in as Markdown; ``about`` says where it comes from, a sentence each."""
    return "\n".join(_lines(found, pseudonym, name, about)) + "\n"


def _lines(found: Overview, pseudonym: str, name: str, about: Sequence[str]) -> Iterable[str]:
    yield from (f"# Ledger of {_plain(name or pseudonym)}", "")
    yield from (f"* {_plain(sentence)}" for sentence in about)
    open_ = missing(found)
    yield from ("", "## Not done yet" if open_ else "Nothing is missing.", "")
    yield from (f"* {_plain(sentence)}" for sentence in open_)
    for track in found.tracks:
        yield from ("", f"## {_plain(track.name)}", "", *(f"* {_plain(sentence)}" for sentence in track.sentences), "")
        yield from _table(
            ("Question", "Locked", "Reason", "How sure", "Computed", "Gap"),
            (
                (
                    item.question,
                    item.answer,
                    item.reason,
                    item.confidence_text,
                    item.computed or "not revealed",
                    item.gap,
                )
                for item in track.record.predictions
            ),
        )
        for bench in (item for item in found.tries if item.place.track == track.track):
            yield from ("", f"### {_plain(bench.place.bench_name)}: tries", "")
            yield from _table(
                ("Try", "Decided", "Outcome"),
                (
                    (f"{item.name}{' (carried)' if item.is_carried else ''}", item.decided, item.outcome)
                    for item in bench.tries
                ),
            )
        for part in (item for item in found.parts if item.place.track == track.track and item.reflection):
            yield from ("", f"### {_plain(part.place.bench_name)}: reflection", "")
            yield from (f"> {_plain(text)}\n" for text in written(part.reflection))
        if track.defence is not None:
            yield from ("", "### Defence of the strategy", "", _plain(track.defence.prompt), "")
            for label, text in track.defence.answers:
                yield from (f"{_plain(label)}", "", f"> {_plain(text)}", "")
            yield from (f"* {_plain(line)}" for line in track.defence.numbers)
    yield from ("", "## For whoever grades", "")
    yield from _table(("Question", *MARKS), ((f"{title}. {text}", *(" " for _ in MARKS)) for title, text in RUBRIC))


def written(reflection: Any) -> list[str]:
    """Return the texts of a reflection that a student wrote, without the answer to its check question."""
    return [text for name, text in reflection.items() if name != "check" and text]


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterable[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{' --- |' * len(head)}"
    for row in rows:
        yield f"| {' | '.join(_plain(cell) or ' ' for cell in row)} |"


def _plain(text: str) -> str:
    """Return a text in one line that Markdown shows as it is: no element, link, heading or table of its own."""
    return re.sub(r"([\\`*_{}\[\]<>#|!~&])", r"\\\1", " ".join(text.split()))
