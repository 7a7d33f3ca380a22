"""A student's progress on a track in a few texts, for the read-out at the foot of a bench."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from dashboard.lab import Lab
from dashboard.ledger.events import StoredEvent
from dashboard.student.hints import OWN_TRIES, missing_tries
from dashboard.student.predictions import Locked, gap
from dashboard.student.progress import Progress
from tracks.api.bench import Bench
from tracks.api.controls import Value
from tracks.api.declared import Fact
from tracks.api.quantities import in_words
from tracks.api.track import Track
from tracks.loading.carried import Decisions

NONE_YET = "–"


def rights(track: Track, bench: Bench, locks: Mapping[str, Locked]) -> dict[str, bool]:
    """Return, by prediction, whether what was locked is right in the question's own measure."""
    gaps = {
        item.id: gap(item, locks[item.id].draft, bench.truth(track, item))
        for item in bench.predictions
        if item.id in locks
    }
    return {name: found.right for name, found in gaps.items() if found.compared}


def fact_text(fact: Fact, decision: Mapping[str, Value]) -> str:
    """Return a fact's value in a decision as it is written, or "" where there is none."""
    value = decision.get(fact.decision)
    if value is None or value == fact.none:
        return ""
    return value if isinstance(value, str) else in_words(float(value), fact.unit)


def progress_summary(
    lab: Lab,
    student: str | None,
    track: Track,
    here: Progress,
    events: Iterable[StoredEvent],
    decided: Decisions,
    facts: Iterable[tuple[str, Fact]],
) -> dict[str, Any]:
    """Return the texts of the read-out that change with what is recorded, and when the newest of it was saved."""
    events = list(events)
    locked = sum(len(lab.locks(student, track, other)) for other in lab.registry.benches(track.id))
    return {
        "tries": f"{len(here.tries)} of {here.limit}",
        "locks": f"{locked} locked" if locked else NONE_YET,
        "hints": {str(level): missing_tries(level, here.own_tries) for level in OWN_TRIES},
        "facts": [fact_text(fact, decided.get(bench_id, {})) or NONE_YET for bench_id, fact in facts],
        "saved": max((event.time.isoformat(timespec="seconds") for event in events), default=""),
    }
