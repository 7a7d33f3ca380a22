"""What every callback needs to know, made once at start and never changed: settings, registry, ledger."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from flask import request

from dashboard.ledger.events import Event, Kind, StoredEvent
from dashboard.ledger.identity import current_student
from dashboard.ledger.store import Store
from dashboard.rendering.figures.style import Screen
from dashboard.rendering.second_opinions import SecondOpinions
from dashboard.settings import Settings
from dashboard.student.predictions import Locked, draft_from
from dashboard.web import ids
from dashboard.web.request_checks import RequestRefused
from tracks.api.bench import Bench, Fact
from tracks.api.controls import Choice, Value
from tracks.api.outcome import Outcome
from tracks.api.track import Track
from tracks.loading.registry import Registry

MODEL_VERSION = "physics-1"  # stored with every event; changes when the physics answers differently
SCREEN_COOKIE = "edgelab_screen"  # written by boot.js: "dark.narrow", "light.wide"

REMEMBERED_OUTCOMES = 256  # of recorded states, which are drawn again and again as earlier_tries

Values = tuple[tuple[str, Value], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Lab:
    """The parts of one running lab."""

    settings: Settings
    registry: Registry
    store: Store
    second_opinions: SecondOpinions
    _remembered: Callable[[str, str, Values], Outcome] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        def run(track_id: str, bench_id: str, values: Values) -> Outcome:
            return self.registry.bench(track_id, bench_id).run(self.registry.track(track_id), dict(values))

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
        if parts[0] not in self.registry.tracks or len(parts) > 2:
            return False
        return len(parts) == 1 or any(bench.id == parts[1] for bench in self.registry.benches(parts[0]))

    def steps(self, track: Track) -> list[Step]:
        """Return the stepper of a track: its mission, its crisis even while there is none, then every other bench."""
        mission = [_step(track, bench) for bench in self.mission(track)]
        if track.crisis is None:
            mission.append(Step(label=track.crisis_name, title=track.crisis_name))
        others = [bench for bench in self.registry.benches(track.id) if not is_of_mission(track, bench)]
        return mission + [_step(track, bench) for bench in others]

    def mission(self, track: Track) -> tuple[Bench, ...]:
        """Return the benches that have a place in a track's mission, in its order, the crisis last."""
        return tuple(bench for bench in self.registry.benches(track.id) if is_of_mission(track, bench))

    def read_out(self, track: Track, bench: Bench) -> ReadOut:
        """Return what a bench's read-out tells: all that the mission declares on its benches, else the bench's own."""
        benches = self.mission(track) if is_of_mission(track, bench) else (bench,)
        choices: dict[str, Choice] = {}
        for control in (control for item in benches for control in item.controls):
            if isinstance(control, Choice) and control.role == "view":
                choices.setdefault(control.id, control)
        facts = tuple((item.id, fact) for item in benches for fact in item.facts)
        return ReadOut(choices=tuple(choices.values()), facts=facts)

    def bench(self, key: str) -> tuple[Track, Bench]:
        """Return track and bench of a bench key from a client.

        Raises:
            RequestRefused: there is no such bench.
        """
        try:
            track_id, bench_id = ids.split_bench_key(key)
            return self.registry.track(track_id), self.registry.bench(track_id, bench_id)
        except (ValueError, LookupError) as problem:
            raise RequestRefused(str(problem)) from None

    def locks(self, student: str | None, track: Track, bench: Bench) -> dict[str, Locked]:
        """Return what the student has locked on a bench, by prediction."""
        if student is None:
            return {}
        stored = {item.id: self.store.lock(student, track.id, bench.id, item.id) for item in bench.predictions}
        return {name: locked_from(event) for name, event in stored.items() if event is not None}

    def save(
        self, student: str, track: Track, bench: Bench, kind: Kind, key: str, payload: Mapping[str, Any]
    ) -> StoredEvent:
        """Append one event of a bench; ``key`` names this write among those of its kind.

        Raises:
            LedgerUnavailable: nothing was written.
            EventRefused: it can never be written as it is.
        """
        return self.store.append(
            Event(
                student=student,
                track=track.id,
                bench=bench.id,
                kind=kind,
                payload=payload,
                idempotency_key=f"{kind}:{track.id}/{bench.id}:{key}",
                model_version=MODEL_VERSION,
                seed=0 if kind == "try" else None,
            )
        )

    def done(self, events: Iterable[StoredEvent]) -> dict[str, set[str]]:
        """Return, by track, the benches whose every prediction is locked in these events."""
        locked: dict[tuple[str, str], set[str | None]] = {}
        for event in events:
            if event.kind == "lock":
                locked.setdefault((event.track, event.bench), set()).add(event.prediction)
        done: dict[str, set[str]] = {}
        for track_id in self.registry.tracks:
            for bench in self.registry.benches(track_id):
                asked = {item.id for item in bench.predictions}
                if asked and asked <= locked.get((track_id, bench.id), set()):
                    done.setdefault(track_id, set()).add(bench.id)
        return done


def is_unlocked(bench: Bench, locks: Mapping[str, Locked]) -> bool:
    """Whether every prediction of a bench is locked, so that its instruments and answers may be seen."""
    return all(item.id in locks for item in bench.predictions)


@lru_cache(maxsize=8192)
def locked_from(event: StoredEvent) -> Locked:
    """Return a stored lock as the page needs it."""
    return Locked(draft=draft_from(event.payload), time=event.time.isoformat(timespec="seconds"))


def is_crisis(track: Track, bench: Bench) -> bool:
    """Whether a bench is the track's crisis."""
    return track.crisis is not None and bench.id == track.crisis.id


def is_of_mission(track: Track, bench: Bench) -> bool:
    """Whether a bench has a place in the track's mission: a declared one, or the crisis' at its end."""
    return bench.order is not None or is_crisis(track, bench)


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One step of a track's stepper.

    Attributes:
        label: in the stepper. title: in the briefing. bench: None while nothing serves the step.
        minutes: about how long it takes, 0 where the bench does not say.
    """

    label: str
    title: str
    bench: Bench | None = None
    minutes: int = 0

    @property
    def id(self) -> str | None:
        """The bench's id, or None while there is no bench."""
        return None if self.bench is None else self.bench.id


def _step(track: Track, bench: Bench) -> Step:
    title = track.crisis_name if is_crisis(track, bench) else bench.title
    return Step(label=bench.step_label, title=title, bench=bench, minutes=bench.minutes)


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


def this_screen() -> Screen:
    """Return the theme and width that the browser of the current request reports."""
    words = request.cookies.get(SCREEN_COOKIE, "").split(".")
    return Screen(dark="dark" in words, narrow="narrow" in words)
