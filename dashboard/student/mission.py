"""The steps of a track: the benches of its mission in order, the crisis last, then every other bench.

A case stands beside the bench it belongs to. It is no part of the mission: a student may leave it out.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from tracks.api.bench import Bench
from tracks.api.teaching import Reflection
from tracks.api.track import Track
from tracks.loading.registry import Registry


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One step of a track's stepper.

    Attributes:
        label: in the stepper. title: in the briefing. bench: None while nothing serves the step.
        number: its place among the steps that are no cases, from 1; 0 for a case.
        minutes: about how long it takes, 0 where the bench does not say.
    """

    label: str
    title: str
    bench: Bench | None = None
    number: int = 0
    minutes: int = 0

    @property
    def id(self) -> str | None:
        """The bench's id, or None while there is no bench."""
        return None if self.bench is None else self.bench.id

    @property
    def is_case(self) -> bool:
        """Whether it may be left out."""
        return self.bench is not None and bool(self.bench.case_of)


def steps_of(registry: Registry, track: Track) -> list[Step]:
    """Return the stepper of a track: its mission, its crisis even while there is none, then every other bench."""
    benches = registry.benches(track.id)
    placed = [bench for bench in benches if is_of_mission(track, _home(benches, bench))]
    steps = [_step(track, bench) for bench in placed]
    if track.crisis is None:
        steps.append(Step(label=track.crisis_name, title=track.crisis_name))
    steps += [_step(track, bench) for bench in benches if bench not in placed]
    numbers = iter(range(1, len(steps) + 1))
    return [step if step.is_case else replace(step, number=next(numbers)) for step in steps]


def _home(benches: tuple[Bench, ...], bench: Bench) -> Bench:
    """Return the bench that a case belongs to, or the bench itself."""
    return next((other for other in benches if other.id == bench.case_of), bench)


def mission(registry: Registry, track: Track) -> tuple[Bench, ...]:
    """Return the benches that have a place in a track's mission, in its order, the crisis last."""
    return tuple(bench for bench in registry.benches(track.id) if is_of_mission(track, bench))


def is_crisis(track: Track, bench: Bench) -> bool:
    """Whether a bench is the track's crisis."""
    return track.crisis is not None and bench.id == track.crisis.id


def closes_mission(registry: Registry, track: Track, bench: Bench) -> bool:
    """Whether a bench is the last of the track's mission: its crisis, unless the course leaves it out."""
    return [bench.id] == [other.id for other in mission(registry, track)[-1:]]


def defended(registry: Registry, track: Track) -> Reflection | None:
    """Return what is asked about the whole track at its end, below the reflection of the bench that closes it.

    None where no bench of the mission asks, or where the closing one has no reflection.
    """
    benches = mission(registry, track)
    if not benches or benches[-1].reflection is None:
        return None
    asked = [bench.reflection.defence for bench in benches if bench.reflection]
    return next((item for item in reversed(asked) if item is not None), None)


def is_of_mission(track: Track, bench: Bench) -> bool:
    """Whether a bench has a place in the track's mission: a declared one, or the crisis' at its end."""
    return not bench.case_of and (bench.order is not None or is_crisis(track, bench))


def _step(track: Track, bench: Bench) -> Step:
    title = track.crisis_name if is_crisis(track, bench) else bench.title
    return Step(label=bench.step_label, title=title, bench=bench, minutes=bench.minutes)
