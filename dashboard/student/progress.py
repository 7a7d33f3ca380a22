"""How far a student has come on a bench, read from the ledger: tries, observation, reflection, what is carried."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from dashboard.ledger.events import StoredEvent
from dashboard.student.hints import GivenValue, given_values, is_helped, is_own
from tracks.api.bench import Bench
from tracks.api.controls import BadValue, Value
from tracks.api.outcome import Outcome
from tracks.api.track import Track

EARNED_TRIES = 2  # for writing what was learnt, once every try is used


@dataclass(frozen=True, kw_only=True, slots=True)
class Try:
    """A recorded state and what it led to, as it was answered then.

    Attributes:
        number: 1 for the bench's first. values: every control by id.
        readings: reading id -> {"label", "value", "unit", "level"}, and {"limit", "at_most"} where it has a limit.
        level: of the verdict that binds first; binding: its title, or "".
        what_if: labels of the environment controls that stood away from the track's environment.
        won: no verdict at "fail", in the track's own environment.
        decision: what later benches inherit. decided: the primary decisions in words, "" in older ledgers.
        act: the id of the act in whose world it stands, "" for none; None in a ledger from before there were acts.
        consequence: what the world answered, or "". still_open: what failed, the worst first: title, measure, cause.
        own: it differs from the start and from every earlier try, and was made without help.
        helped: it was made after a hint had given a value, or keeps such a value.
    """

    number: int
    values: Mapping[str, Value]
    readings: Mapping[str, Mapping[str, Any]]
    level: str
    binding: str
    what_if: tuple[str, ...]
    won: bool
    decision: Mapping[str, Value]
    decided: str = ""
    act: str | None = None
    consequence: str = ""
    still_open: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    own: bool = True
    helped: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Opinion:
    """What the second engine said of a try that won; the try counts whatever it says.

    Attributes:
        agrees: whether that engine wins there too. seeds: of how many runs. sentence: with its numbers.
    """

    agrees: bool
    seeds: int
    sentence: str

    @property
    def word(self) -> str:
        """What the tries' table says."""
        return "agrees" if self.agrees else "contested"

    @property
    def words(self) -> str:
        """The same in sentences."""
        verdict = "wins here too" if self.agrees else "does not win here; the try still counts"
        return f"The second engine {verdict}. {self.sentence}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Progress:
    """What a student has done on one bench after the lock.

    Attributes:
        opened: whether the instruments were opened after the reveal.
        tries: recorded so far. limit: how many may be recorded by now. earned: whether the two further ones were.
        observed: the answer to what the figure showed, as it is stored, or None.
        chosen: the try that is carried, if one was named.
        reflection: as saved last, or None; marks: the newest the student gave it.
        rubric: the points that these marks were given for, None in an older ledger.
        opinions: what the second engine said of winning tries, by number; that of the most seeds.
        given: every value that a hint gave on the bench.
    """

    opened: bool
    tries: tuple[Try, ...]
    limit: int
    earned: bool
    observed: Mapping[str, Any] | None
    chosen: int | None
    reflection: Mapping[str, Any] | None
    marks: tuple[int, ...] | None
    opinions: Mapping[int, Opinion]
    given: tuple[GivenValue, ...] = ()
    rubric: tuple[str, ...] | None = None

    @property
    def carried(self) -> Try | None:
        """The try that later benches inherit: the one that was named, or else the newest."""
        if not self.tries:
            return None
        return next((item for item in self.tries if item.number == self.chosen), self.tries[-1])

    @property
    def own_tries(self) -> int:
        """How many tries are the student's own."""
        return sum(item.own for item in self.tries)

    def judged(self, bench: Bench, values: Mapping[str, Value]) -> tuple[bool, bool]:
        """Return whether a state that is recorded next would be an own try, and whether one with help."""
        start = bench.defaults()
        unhelped = [start, *(item.values for item in self.tries if not item.helped)]
        helped = is_helped(bench, values, self.given, tries=len(self.tries), unhelped=unhelped)
        own = not helped and is_own(bench, values, [item.values for item in self.tries], start=start)
        return own, helped

    def is_observed(self, bench: Bench) -> bool:
        """Whether the reflection is due: a try is recorded, and the question about the figure is answered."""
        return bool(self.tries) and (bench.observation is None or self.observed is not None)


def of_bench(events: Iterable[StoredEvent], track: Track, bench: Bench) -> list[StoredEvent]:
    """Return the events of one bench, first one first."""
    return [event for event in events if (event.track, event.bench) == (track.id, bench.id)]


def progress(events: Iterable[StoredEvent], track: Track, bench: Bench) -> Progress:
    """Return how far a student has come on a bench."""
    own = of_bench(events, track, bench)
    payloads: dict[str, list[dict[str, Any]]] = {}
    for event in own:
        payloads.setdefault(event.kind, []).append(event.payload)
    tries = tuple(try_from(payload) for payload in payloads.get("try", []))
    observed = payloads.get("observation", [])
    decisions = payloads.get("decision", [])
    reflections = payloads.get("reflection", [])
    revisions = payloads.get("revision", [])
    marked: dict[str, Any] = next((item for item in reversed(revisions) if isinstance(item.get("marks"), list)), {})
    marks, rubric = marked.get("marks"), marked.get("rubric")
    earned = any("learnt" in item for item in revisions)
    return Progress(
        opened=any(event.kind not in ("lock", "import") for event in own),
        tries=tries,
        limit=bench.tries + (EARNED_TRIES if earned else 0),
        earned=earned,
        observed=observed[-1] if observed else None,
        chosen=decisions[-1].get("try") if decisions else None,
        reflection=reflections[-1] if reflections else None,
        marks=tuple(int(mark) for mark in marks) if marks is not None else None,
        opinions=MappingProxyType(opinions_of(payloads.get("opinion", []))),
        given=given_values(payloads.get("hint", [])),
        rubric=tuple(str(point) for point in rubric) if rubric is not None else None,
    )


def opinions_of(payloads: Iterable[Mapping[str, Any]]) -> dict[int, Opinion]:
    """Return the opinion of the most seeds on each try."""
    found: dict[int, Opinion] = {}
    for payload in payloads:
        number, opinion = int(payload["try"]), opinion_from(payload)
        if number not in found or found[number].seeds < opinion.seeds:
            found[number] = opinion
    return found


def opinion_from(payload: Mapping[str, Any]) -> Opinion:
    """Return a stored opinion as the page needs it."""
    return Opinion(agrees=bool(payload["agrees"]), seeds=int(payload["seeds"]), sentence=str(payload["sentence"]))


def try_from(payload: Mapping[str, Any]) -> Try:
    """Return a recorded try as the page needs it."""
    return Try(
        number=int(payload["number"]),
        values=MappingProxyType(dict(payload["values"])),
        readings=MappingProxyType(dict(payload["readings"])),
        level=str(payload["level"]),
        binding=str(payload["binding"]),
        what_if=tuple(payload["what_if"]),
        won=bool(payload["won"]),
        decision=MappingProxyType(dict(payload["decision"])),
        decided=str(payload.get("decided", "")),
        act=None if payload.get("act") is None else str(payload["act"]),
        consequence=str(payload.get("consequence", "")),
        still_open=MappingProxyType({str(failure["code"]): failure for failure in payload.get("open", ())}),
        own=bool(payload.get("own", True)),  # tries of before there were hints
        helped=bool(payload.get("helped", False)),
    )


def decided_in_words(bench: Bench, values: Mapping[str, Value]) -> str:
    """Return the primary decisions of a state, as far as the bench's controls can read them."""
    said = []
    for control in bench.controls:
        if control.role == "decision" and control.group == "primary" and control.id in values:
            with suppress(BadValue):  # recorded when the control was another
                said.append(f"{control.label} {control.text(control.read(values[control.id]))}")
    return ", ".join(said)


def try_payload(
    number: int,
    bench: Bench,
    values: Mapping[str, Value],
    outcome: Outcome,
    right: Mapping[str, bool],
    *,
    own: bool,
    helped: bool,
) -> dict[str, Any]:
    """Return what the ledger keeps of a try: state, readings, verdicts, how the locks stood to physics, whose it is."""
    ranked = outcome.ranked_verdicts()
    objecting = [verdict for verdict in ranked if verdict.level != "ok"]
    away = bench.away_from_environment(values)
    return {
        "number": number,
        "values": dict(values),
        "readings": {
            item.id: {"label": item.label, "value": item.value, "unit": item.unit, "level": item.level or ""}
            | ({} if item.limit is None else {"limit": item.limit, "at_most": item.at_most})
            for item in outcome.readings
        },
        "verdicts": [{"code": item.code, "level": item.level, "margin": round(item.margin, 6)} for item in ranked],
        "level": ranked[0].level if ranked else "ok",
        "binding": objecting[0].title if objecting else "",
        "what_if": list(away),
        "won": bench.wins(values, outcome),
        "decision": dict(outcome.decision),
        "decided": decided_in_words(bench, values),
        "locks": dict(right),
        "own": own,
        "helped": helped,
    }
