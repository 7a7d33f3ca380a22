"""The closing debrief: what a student's decisions added up to, from the ledger's own records."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from dashboard.lab import Lab, is_unlocked
from dashboard.ledger.events import StoredEvent
from dashboard.student.progress import Opinion, Try, decided_in_words, progress
from dashboard.student.summary import fact_text, rights
from tracks.api.bench import Bench
from tracks.api.quantities import in_words
from tracks.api.teaching import CONFIDENCE
from tracks.api.track import Track

WITH_HELP = ", with help"
TASK_MET = "task met"


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """One bench of the mission as the ledger has it.

    Attributes:
        title: of the bench, up to its colon.
        decided: the primary decisions of the carried try, or "" where none is recorded.
        results: (label, number with unit, level) of the bench's three main readings, as recorded.
        outcome: "won", "fails: ...", "what if", "explored", "task met" or "not recorded", and ", with help" where a
        hint gave a value.
        won: whether the carried try counts as won. helped: whether a hint gave a value for it.
        opinion: what the second engine said of the carried try, where that won.
        right, asked: locks that were right, of those that were revealed.
    """

    title: str
    decided: str
    results: tuple[tuple[str, str, str], ...]
    outcome: str
    won: bool
    helped: bool
    opinion: Opinion | None
    right: int
    asked: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Debrief:
    """All parts, and what they add up to in a few sentences."""

    parts: tuple[Part, ...]
    sentences: tuple[str, ...]


def debrief(lab: Lab, student: str, track: Track, events: Iterable[StoredEvent]) -> Debrief:
    """Return what the ledger says of a student's way through a track."""
    events = list(events)
    recorded = {event.bench for event in events if event.kind == "try" and event.track == track.id}
    benches = tuple(one for one in lab.registry.benches(track.id) if not one.case_of or one.id in recorded)
    parts = tuple(_part(lab, student, track, bench, events) for bench in benches)
    return Debrief(parts=parts, sentences=tuple(_sentences(lab, student, track, benches, parts, events)))


def _part(lab: Lab, student: str, track: Track, bench: Bench, events: list[StoredEvent]) -> Part:
    here = progress(events, track, bench)
    locks = lab.locks(student, track, bench)
    answers = rights(track, bench, locks) if is_unlocked(bench, locks) else {}
    carried = here.carried
    return Part(
        title=bench.short_title,
        decided=(carried.decided or decided_in_words(bench, carried.values)) if carried else "",
        results=_results(bench, carried) if carried else (),
        outcome=_outcome(bench, carried),
        won=carried is not None and carried.won,
        helped=carried is not None and carried.helped,
        opinion=here.opinions.get(carried.number) if carried is not None and carried.won else None,
        right=sum(answers.values()),
        asked=len(answers),
    )


def _results(bench: Bench, carried: Try) -> tuple[tuple[str, str, str], ...]:
    found = [carried.readings[name] for name in bench.hud if name in carried.readings]
    return tuple((str(item["label"]), _words(item["value"], str(item["unit"])), str(item["level"])) for item in found)


def _words(value: object, unit: str) -> str:
    return in_words(float(value), unit) if isinstance(value, (int, float)) else str(value)


def _outcome(bench: Bench, carried: Try | None) -> str:
    if carried is None:
        return "not recorded"
    if bench.exploratory:
        outcome = TASK_MET if carried.won else "explored"
    elif carried.what_if:
        outcome = "what if"
    else:
        outcome = "won" if carried.won else f"fails: {carried.binding.lower()}"
    return f"{outcome}{WITH_HELP}" if carried.helped else outcome


def _sentences(
    lab: Lab, student: str, track: Track, benches: tuple[Bench, ...], parts: tuple[Part, ...], events: list[StoredEvent]
) -> Iterable[str]:
    unjudged = ("not recorded", "explored", TASK_MET)
    played = [part for part in parts if part.outcome.removesuffix(WITH_HELP) not in unjudged]
    won = [part for part in played if part.won]
    helped = sum(part.helped for part in won)
    with_help = f", {helped} of them with help" if helped else ""
    yield f"{len(won)} of {len(played)} recorded designs hold in this track’s own environment{with_help}."
    contested = sum(part.opinion is not None and not part.opinion.agrees for part in won)
    if contested:
        counts = "it counts" if contested == 1 else "they count"
        yield f"The second engine contests {contested} of these; {counts} all the same."
    asked, right = sum(part.asked for part in parts), sum(part.right for part in parts)
    if asked:
        yield f"{right} of {asked} predictions were right; {_calibration(lab, student, track, benches)}."
    tries = sum(1 for event in events if event.kind == "try" and event.track == track.id)
    yield f"They took {tries} recorded {'try' if tries == 1 else 'tries'}."
    for bench in benches:
        yield from _facts(bench, progress(events, track, bench).carried)


def _calibration(lab: Lab, student: str, track: Track, benches: tuple[Bench, ...]) -> str:
    """Say how often the student was right at each confidence that was used, surest first."""
    counts: dict[str, list[bool]] = {}
    for bench in benches:
        locks = lab.locks(student, track, bench)
        if is_unlocked(bench, locks):
            for name, is_right in rights(track, bench, locks).items():
                counts.setdefault(str(locks[name].draft.confidence), []).append(is_right)
    said = [(option.text, counts[option.id]) for option in reversed(CONFIDENCE) if option.id in counts]
    return ", ".join(f"“{text}” {sum(found)} of {len(found)}" for text, found in said)


def _facts(bench: Bench, carried: Try | None) -> Iterable[str]:
    """Yield what a bench's facts say in closing: of the carried decision in one sentence, or of its absence."""
    if carried is None:
        yield from (fact.missing for fact in bench.facts if fact.missing)
        return
    texts = [(fact.closing, fact_text(fact, carried.decision)) for fact in bench.facts]
    found = [closing.replace("{}", text) for closing, text in texts if closing and text]
    if found:
        yield f"{', '.join(found)}."
