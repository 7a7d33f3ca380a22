"""The acts of a bench: states of its world in which it is won one after the other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tracks.api.checks import (
    check_id,
    check_items,
    check_text,
    check_unique,
    frozen_mapping,
    is_finite_number,
    refuse,
)
from tracks.api.controls import BadValue, Control, Slider, Value

if TYPE_CHECKING:
    from tracks.api.bench import Bench

MAX_ACTS = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class Act:
    """One state of the world in which a bench is won anew: a crisis opens in its first act and goes on in the others.

    All acts of a bench share its lock and its tries. Their limits are the bench's verdicts, judged in the act's world.
    The first act is the track's own world; the others start from the last act's try and may be declined.

    Parameters
    ----------
    id, title : str
        Of the act.
    speaker : str
        A role ("Safety lead"), never a real person.
    alarm : str
        What broke, when, and who is waiting.
    accepted : str
        What the speaker says once a recorded try holds in this world.
    world : Mapping[str, Value]
        Environment control id -> value, where the world differs from the track's; empty for the first act.
    needs : Mapping[str, tuple[Value, ...]]
        What every win of the act must have, which its certificate checks: decision control id -> the options that
        count, or a slider's (low, high).
    """

    id: str
    title: str
    speaker: str
    alarm: str
    accepted: str
    world: Mapping[str, Value] = field(default_factory=dict)
    needs: Mapping[str, tuple[Value, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        check_id("Act", self.id)
        owner = f"Act '{self.id}'"
        for name in ("title", "speaker", "alarm", "accepted"):
            check_text(owner, name, getattr(self, name))
        for name in ("world", "needs"):
            object.__setattr__(self, name, frozen_mapping(owner, name, getattr(self, name)))
        for name, values in self.needs.items():
            check_items(owner, f"needs of '{name}'", values, (str, bool, int, float))

    def is_world_of(self, controls: Iterable[Control], values: Mapping[str, Value]) -> bool:
        """Whether a state stands in the act's world, every environment control where the act has it."""
        return all(
            values[control.id]
            == (control.read(self.world[control.id]) if control.id in self.world else control.default)
            for control in controls
            if control.role == "environment"
        )

    def has_what_it_needs(self, controls: Mapping[str, Control], values: Mapping[str, Value]) -> bool:
        """Whether a state has what every win of the act must have."""
        for name, allowed in self.needs.items():
            if isinstance(controls[name], Slider):
                low, high = (float(end) for end in allowed)
                if not low <= float(values[name]) <= high:
                    return False
            elif values[name] not in allowed:
                return False
        return True


def check_acts(bench: Bench) -> None:
    """Refuse acts that a bench cannot play.

    Raises
    ------
    SpecError
        Not two or three of different ids and worlds, a first act with a world of its own, a world that the bench's
        environment controls cannot reach, a need that is no decision or no value of it, or a bench with nothing to win.
    """
    owner, acts = f"Bench '{bench.id}'", bench.acts
    check_items(owner, "acts", acts, Act)
    check_unique(owner, "acts", (act.id for act in acts))
    if not acts:
        return
    if bench.exploratory or bench.case_of:
        raise refuse(owner, "acts are won, and share the lock of a bench of their own; it is exploratory or a case")
    if not 2 <= len(acts) <= MAX_ACTS:
        raise refuse(owner, f"has {len(acts)} act{'s' if len(acts) > 1 else ''}; a crisis has two or {MAX_ACTS}")
    if acts[0].world:
        raise refuse(owner, f"act '{acts[0].id}' is the first, so its world is the track's own; give it none")
    by_id = bench.control_map()
    for number, act in enumerate(acts):
        for name in act.world:
            if name in by_id and by_id[name].role != "environment":
                raise refuse(owner, f"act '{act.id}': '{name}' is a {by_id[name].role} control, and no part of a world")
        check_values(f"{owner}, act '{act.id}'", act.world, by_id)
        for name in act.needs:
            if name not in by_id or by_id[name].role != "decision":
                raise refuse(owner, f"act '{act.id}' needs '{name}', which is no decision control")
            _check_need(f"{owner}, act '{act.id}'", by_id[name], act.needs[name])
        state = {control.id: control.default for control in bench.controls}
        state |= {name: by_id[name].read(value) for name, value in act.world.items()}
        same = next((other for other in acts[:number] if other.is_world_of(bench.controls, state)), None)
        if same is not None:
            raise refuse(owner, f"acts '{same.id}' and '{act.id}' have one world; an act is a world of its own")


def _check_need(owner: str, control: Control, allowed: tuple[Value, ...]) -> None:
    if not isinstance(control, Slider):
        for value in allowed:
            check_values(owner, {control.id: value}, {control.id: control})
    elif len(allowed) != 2 or not all(map(is_finite_number, allowed)) or float(allowed[0]) > float(allowed[1]):
        raise refuse(owner, f"needs of '{control.id}' are its lowest and its highest value, got {allowed!r:.80}")


def check_values(owner: str, values: Mapping[str, Value], controls: Mapping[str, Control]) -> None:
    """Refuse values that the controls cannot have.

    Raises
    ------
    SpecError
        No control, no value of it, or between two positions of a slider.
    """
    for name, value in values.items():
        if name not in controls:
            raise refuse(owner, f"'{name}' is not a control; there are {', '.join(controls)}")
        try:
            read = controls[name].read(value)
        except BadValue as problem:
            raise refuse(owner, str(problem)) from None
        if is_finite_number(value) and abs(float(read) - float(value)) > 1e-9 * abs(float(value)):
            raise refuse(owner, f"{name}={value:g} is not on its slider; the nearest is {read:g}")
