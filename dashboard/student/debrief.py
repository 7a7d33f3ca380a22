"""The closing debrief: what a student's decisions added up to, and their defence, from the ledger's own records."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from dashboard.lab import Lab, is_unlocked
from dashboard.ledger.events import StoredEvent
from dashboard.student.acts import act_in_words, is_closed
from dashboard.student.mission import closes_mission, defended, is_of_mission
from dashboard.student.progress import Opinion, Progress, Try, decided_in_words, progress
from dashboard.student.standing import FINISHED, Standing, defence_event
from dashboard.student.summary import fact_text, rights
from tracks.api.bench import Bench
from tracks.api.controls import BadValue
from tracks.api.outcome import Reading
from tracks.api.quantities import in_sentence, in_words
from tracks.api.teaching import CONFIDENCE, Reflection
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
        act: of the carried try, "act 2: The storm grows", or "".
        won: whether the carried try counts as won. helped: whether a hint gave a value for it.
        opinion: what the second engine said of the carried try, where that won.
        right, asked: locks that were right, of those that were revealed.
    """

    title: str
    decided: str
    results: tuple[tuple[str, str, str], ...]
    outcome: str
    act: str
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
        act=act_in_words(bench, carried) if carried is not None else "",
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
        outcome = "won" if carried.won else f"fails: {in_sentence(carried.binding)}"
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


# --- the student's own numbers beside what is written --------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnNumbers:
    """A table of a student's own numbers, all in words; ``note`` says why there is none, or what holds of it."""

    caption: str
    head: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    note: str = ""


def ablated(lab: Lab, track: Track, bench: Bench, here: Progress) -> OwnNumbers | None:
    """Return the carried try beside the same design without a part, None where the reflection compares nothing."""
    ablation, carried = bench.reflection.ablation if bench.reflection else None, here.carried
    if ablation is None or carried is None:
        return None
    caption = f"Try {carried.number}, which you carry, and {in_sentence(ablation.name)}"
    try:
        own = bench.read(dict(carried.values))
    except BadValue:  # recorded when the controls were others
        return OwnNumbers(caption=caption, note=f"The bench has changed since try {carried.number}; record a new one.")
    other = {**own, **ablation.values}
    if other == own:
        note = f"Try {carried.number} has nothing to take away: carry a try that has, to see what it costs."
        return OwnNumbers(caption=caption, note=note)
    one, without = (lab.outcome(track, bench, values) for values in (own, other))
    return OwnNumbers(
        caption=caption,
        head=("", f"Your try {carried.number}", ablation.name),
        rows=tuple(
            (one.reading(name).label, _with_note(one.reading(name)), _with_note(without.reading(name)))
            for name in ablation.readings
        ),
    )


def _with_note(reading: Reading) -> str:
    words = _words(reading.value, reading.unit)
    return f"{words}, {reading.note}" if reading.note and reading.limit is None else words


@dataclass(frozen=True, kw_only=True, slots=True)
class Defence:
    """The strategy of a track as it is defended after its last bench.

    Attributes:
        asked: the question, its rubric and its model answer. numbers: what each bench came to.
        waits_for: what has to be done before it opens, in words, "" once it is open.
        saved: the texts, what was asked, marks and rubric as they were saved last, or None.
    """

    asked: Reflection
    numbers: OwnNumbers
    waits_for: str
    saved: Mapping[str, Any] | None

    @property
    def marks(self) -> tuple[int, ...] | None:
        """The marks that the student gave, or None."""
        marks = (self.saved or {}).get("marks")
        return tuple(int(mark) for mark in marks) if isinstance(marks, list) else None

    @property
    def rubric(self) -> tuple[str, ...] | None:
        """The points that these marks were given for, or None."""
        rubric = (self.saved or {}).get("rubric")
        return tuple(str(point) for point in rubric) if isinstance(rubric, list) else None


def defence(
    lab: Lab, track: Track, bench: Bench, events: Iterable[StoredEvent], found: Mapping[str, Standing]
) -> Defence | None:
    """Return the defence of a track's strategy on the bench that closes it, None elsewhere or where nothing is asked.

    It opens once every bench of the mission is finished, a crisis in acts by a win of its first, and the reflection of
    the closing bench is saved, so that a page never asks for more than two texts. ``found`` is the student's standing
    on the track's benches.
    """
    asked = defended(lab.registry, track) if closes_mission(lab.registry, track, bench) else None
    if asked is None:
        return None
    events = list(events)
    saved = defence_event(events, track.id)
    recorded = {event.bench for event in events if event.kind == "try" and event.track == track.id}
    benches = [one for one in lab.registry.benches(track.id) if one.id in recorded]
    rows = []
    for one in benches:
        carried = progress(events, track, one).carried
        if carried is not None:
            numbers = "; ".join(f"{label} {number}" for label, number, _ in _results(one, carried))
            decided = carried.decided or decided_in_words(one, carried.values)
            outcome = ", ".join(part for part in (_outcome(one, carried), act_in_words(one, carried)) if part)
            rows.append((one.step_label, decided or "–", numbers or "–", outcome))
    table = OwnNumbers(
        caption="What you carried, bench by bench",
        head=("Part", "Decided", "Your numbers", "Outcome"),
        rows=tuple(rows),
    )
    return Defence(
        asked=asked,
        numbers=table,
        waits_for="" if saved else _waits_for(lab, track, bench, events, found),
        saved=saved.payload if saved else None,
    )


def _waits_for(lab: Lab, track: Track, bench: Bench, events: list[StoredEvent], found: Mapping[str, Standing]) -> str:
    open_ = [
        one.step_label
        for one in lab.registry.benches(track.id)
        if is_of_mission(track, one) and one is not bench and found.get(one.id) not in FINISHED
    ]
    waits = [f"{', '.join(open_)} {'is' if len(open_) == 1 else 'are'} finished"] if open_ else []
    here = progress(events, track, bench)
    if here.reflection is None:
        waits.append("the reflection above is saved")
    if not is_closed(bench, here):
        waits.append("a try of the first act holds, or all tries are used")
    return " and ".join(waits)
