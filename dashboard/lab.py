"""What every callback needs to know, made once at start and never changed: settings, registry, ledger."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from flask import request

from dashboard.ledger.events import Event, Kind, StoredEvent, write_name
from dashboard.ledger.identity import current_student
from dashboard.ledger.store import Store
from dashboard.rendering.figures.style import Screen
from dashboard.second_opinions.service import SecondOpinions
from dashboard.settings import Settings, SettingsError, course_refusal
from dashboard.student.mission import is_of_mission, mission
from dashboard.student.predictions import Locked, locked_draft
from dashboard.web import ids
from dashboard.web.in_flight import InFlight
from dashboard.web.instrumentation import is_about, solved
from dashboard.web.page_headers import NO_COOKIE, acknowledge
from dashboard.web.rate_limits import WRITES, RateLimits
from dashboard.web.request_checks import RequestRefused
from tracks.api.bench import Bench
from tracks.api.controls import Choice, Value
from tracks.api.declared import Fact
from tracks.api.outcome import Outcome
from tracks.api.track import Track
from tracks.loading.course import CourseError
from tracks.loading.discovery import PluginFailed
from tracks.loading.registry import Registry

MODEL_VERSION = "physics-1"  # stored with every event; changes when the physics answers differently
SCREEN_COOKIE = "edgelab_screen"  # written by boot.js: "dark.narrow", "light.wide", "light.wide.low"

WRITES_PER_HOUR = 1000  # events of one student; a track at full speed takes some 300
# Beside the tracks and their benches.
PAGES = (
    *(("ledger",), ("ledger", "verify"), ("ledger", "handin"), ("ledger", "data")),
    *(("privacy",), ("about",), ("accessibility",)),
)
RECEIPT = ("ledger", "receipt")  # and a hash behind it

REMEMBERED_OUTCOMES = 256  # of recorded states, which are drawn again and again as earlier_tries

Values = tuple[tuple[str, Value], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Lab:
    """The parts of one running lab.

    Attributes:
        settings: as checked at start. loaded: every track and bench that was found. registry: those that the course
            uses, which are all that a student meets. store: the ledger. second_opinions: who asks the second engine.
        in_flight: the requests that this process is answering.
        limits: how often one may ask for something.
    """

    settings: Settings
    loaded: Registry
    registry: Registry = field(init=False, repr=False)
    store: Store
    second_opinions: SecondOpinions
    in_flight: InFlight = field(default_factory=InFlight, repr=False)
    limits: RateLimits
    _remembered: Callable[[str, str, Values], Outcome] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Settle what the course uses.

        Raises:
            SettingsError: the course names what is not there.
        """
        self.use(self.loaded)

    def use(self, loaded: Registry) -> None:
        """Use what was loaded: at start, and in a preview whenever a file was saved.

        Raises:
            SettingsError: the course names what is not there; then nothing has changed.
        """
        try:
            registry = self.settings.course.used(loaded)
        except CourseError as problem:
            raise SettingsError(course_refusal(problem)) from None

        def run(track_id: str, bench_id: str, values: Values) -> Outcome:
            return solved(registry.track(track_id), registry.bench(track_id, bench_id), dict(values))

        object.__setattr__(self, "loaded", loaded)
        object.__setattr__(self, "registry", registry)
        object.__setattr__(self, "_remembered", lru_cache(maxsize=REMEMBERED_OUTCOMES)(run))

    def outcome(self, track: Track, bench: Bench, values: Mapping[str, Value]) -> Outcome:
        """Return the outcome of a recorded state, remembered by this process: the state never changes."""
        return self._remembered(track.id, bench.id, tuple(sorted(values.items())))

    def knows(self, path: str) -> bool:
        """Whether a path (without the prefix) is a page."""
        parts = ids.path_parts(path)
        if not parts:
            return True
        if parts == ("designer",):
            return self.settings.designer
        if parts in PAGES or (len(parts) == 3 and parts[:2] == RECEIPT):
            return True
        if parts[0] not in self.registry.tracks or len(parts) > 2:
            return False
        return len(parts) == 1 or any(bench.id == parts[1] for bench in self.registry.benches(parts[0]))

    def left_out(self, track_id: str, bench_id: str = "") -> str:
        """Return why there is no page of a track, or of a bench, that was found: in a sentence, "" otherwise."""
        course = self.settings.course.name
        if track_id in self.loaded.tracks and track_id not in self.registry.tracks:
            return f"{self.loaded.tracks[track_id].name} is not part of this course ({course})."
        own = self.loaded.missions.get(track_id, {})
        if bench_id in own and bench_id not in self.registry.missions[track_id]:
            track = self.registry.tracks[track_id]
            return f"{own[bench_id].short_title} of {track.name} is not part of this course ({course})."
        return ""

    def read_out(self, track: Track, bench: Bench) -> ReadOut:
        """Return what a bench's read-out tells: all that the mission declares on its benches, else the bench's own.

        A bench's own facts are left out: its readings say the same of the state on the page, and beside them what was
        recorded of another state would be taken for a second answer.
        """
        benches = mission(self.registry, track) if is_of_mission(track, bench) else (bench,)
        choices: dict[str, Choice] = {}
        for control in (control for item in benches for control in item.controls):
            if isinstance(control, Choice) and control.role == "view":
                choices.setdefault(control.id, control)
        facts = tuple((item.id, fact) for item in benches if item.id != bench.id for fact in item.facts)
        return ReadOut(choices=tuple(choices.values()), facts=facts)

    def bench(self, key: str) -> tuple[Track, Bench]:
        """Return track and bench of a bench key from a client.

        Raises:
            RequestRefused: there is no such bench, or the course leaves it out.
        """
        try:
            track_id, bench_id = ids.split_bench_key(key)
        except ValueError as problem:
            raise RequestRefused(str(problem)) from None
        try:
            found = self.registry.track(track_id), self.registry.bench(track_id, bench_id)
        except LookupError as problem:
            raise RequestRefused(self.left_out(track_id, bench_id) or str(problem)) from None
        is_about(track_id, bench_id)
        return found

    def locks(self, student: str | None, track: Track, bench: Bench) -> dict[str, Locked]:
        """Return what the student has locked on a bench, by prediction."""
        if student is None:
            return {}
        stored = {item.id: self.store.lock(student, track.id, bench.id, item.id) for item in bench.predictions}
        return {name: locked_from(event) for name, event in stored.items() if event is not None}

    def save(
        self, student: str, track: Track, bench: Bench, kind: Kind, key: str, payload: Mapping[str, Any]
    ) -> StoredEvent:
        """Append one event of a bench and let the answer say so; ``key`` names this write among those of its kind.

        Raises:
            LimitMet: the student has written too often within a minute.
            LedgerUnavailable: nothing was written.
            EventRefused: it can never be written as it is.
        """
        self.limits.count(WRITES, student)
        stored = self.store.append(
            Event(
                student=student,
                track=track.id,
                bench=bench.id,
                kind=kind,
                payload=payload,
                idempotency_key=write_name(kind, track.id, bench.id, key),
                model_version=MODEL_VERSION,
                seed=0 if kind == "try" else None,
            )
        )
        acknowledge(stored)
        return stored

    def save_change(
        self, student: str, track: Track, bench: Bench, kind: Kind, key: str, payload: Mapping[str, Any]
    ) -> StoredEvent:
        """Append one event of a bench as ``save`` does, unless the newest of its kind and parts says the same.

        Then that one is returned: a press again changes nothing, and what was said before it may be said again.

        Raises:
            LedgerUnavailable: nothing was written.
            EventRefused: it can never be written as it is.
        """
        for event in reversed(self.store.standing_events(student)):
            if (event.track, event.bench, event.kind) != (track.id, bench.id, kind):
                continue
            if event.payload.keys() == payload.keys():
                if event.payload != dict(payload):
                    break
                acknowledge(event)
                return event
        return self.save(student, track, bench, kind, key, payload)


def failed_plugin(problem: PluginFailed) -> str:
    """Return what a student is told of a plugin that did not answer; why is for its author, and may tell an answer."""
    return (
        f"The plugin of this bench ({problem.source}) {problem.what}. Everything else works, and nothing of yours is "
        "lost: set the control back, or try again."
    )


def is_unlocked(bench: Bench, locks: Mapping[str, Locked]) -> bool:
    """Whether every prediction of a bench is locked, so that its instruments and answers may be seen."""
    return all(item.id in locks for item in bench.predictions)


@lru_cache(maxsize=8192)
def locked_from(event: StoredEvent) -> Locked:
    """Return a stored lock as the page needs it."""
    return Locked(draft=locked_draft(event.payload), time=event.time.isoformat(timespec="seconds"))


@dataclass(frozen=True, kw_only=True, slots=True)
class ReadOut:
    """What the read-out at the foot of a bench tells besides the bench's own numbers, as benches declare it.

    Attributes:
        choices: those of role "view", which are kept from bench to bench. facts: each with its bench's id.
    """

    choices: tuple[Choice, ...] = ()
    facts: tuple[tuple[str, Fact], ...] = ()


def this_student() -> str | None:
    """Return the pseudonymous id behind the current request, or None without a valid cookie."""
    return current_student()


def asked_student() -> str:
    """Return the student of a request that is about their own records.

    Raises:
        RequestRefused: there is none.
    """
    student = this_student()
    if student is None:
        raise RequestRefused(NO_COOKIE, code=403, reason="no_identity")
    return student


def this_screen() -> Screen:
    """Return the theme and size that the browser of the current request reports."""
    words = request.cookies.get(SCREEN_COOKIE, "").split(".")
    return Screen(dark="dark" in words, narrow="narrow" in words, low="low" in words)
