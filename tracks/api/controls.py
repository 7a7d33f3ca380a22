"""What a student can move: sliders, choices and toggles, and how a value sent by a browser is read."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from tracks.api.checks import (
    check_id,
    check_items,
    check_number,
    check_one_of,
    check_text,
    check_unique,
    frozen_mapping,
    is_finite_number,
    refuse,
)
from tracks.api.quantities import in_words

Group = Literal["primary", "advanced"]
Role = Literal["decision", "environment", "view"]
Scale = Literal["linear", "log"]
Value = float | int | str | bool
FINEST_STEP = 1e11  # steps in the largest value; beyond, 12 digits do not distinguish two neighbours
SAME = 1e-9  # of a step: numbers that differ by less are one, since sums of steps have rounding errors


class BadValue(ValueError):
    """A control value from outside that cannot be read; its text is a sentence for whoever sent it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Option:
    """One answer that can be picked.

    Parameters
    ----------
    id : str
        What ``solve`` receives, or what the ledger keeps.
    text : str
        The text on the page.
    feedback : str
        What is said to whoever picked it, where it is an answer.
    points : tuple[tuple[str, str], ...]
        What it means, by aspect: ("Privacy", "raw data stay"). Of a control they stand on a card beside those of the
        other options, which are dimmed.
    """

    id: str
    text: str
    feedback: str = ""
    points: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        check_id("Option", self.id)
        check_items(f"Option '{self.id}'", "points", self.points, tuple)
        for point in self.points:
            if len(point) != 2:
                raise refuse(f"Option '{self.id}'", f"a point is an aspect and a text, got {point!r:.80}")
            for part in point:
                check_text(f"Option '{self.id}'", "points", part)
        check_text(f"Option '{self.id}'", "text", self.text)
        check_text(f"Option '{self.id}'", "feedback", self.feedback, optional=True)


def _check_common(kind: str, control: Slider | Choice | Toggle) -> str:
    check_id(kind, control.id)
    owner = f"{kind} '{control.id}'"
    if control.id in ("seed", "track", "fixes"):
        raise refuse(owner, f"'{control.id}' is a reserved keyword of solve and preview; choose another id")
    check_text(owner, "label", control.label)
    check_one_of(owner, "group", control.group, ("primary", "advanced"))
    check_one_of(owner, "role", control.role, ("decision", "environment", "view"))
    check_text(owner, "carried", control.carried, optional=True)
    check_text(owner, "source", control.source, optional=True)
    if control.carried and control.carried.count(".") != 1:
        raise refuse(owner, f"carried {control.carried!r} must read 'bench.name', like 'memory.payload_bytes'")
    return owner


@dataclass(frozen=True, kw_only=True, slots=True)
class Slider:
    """A number in a range.

    Parameters
    ----------
    id : str
        The keyword that ``solve`` receives.
    label : str
        What the page calls it.
    unit : str
        A unit of ``tracks.api.quantities`` ("share", "B", "iB", "bit/s", "s", "J", "W", "x") or plain words
        ("steps", "a day"). A share is a fraction here and a percentage on the page.
    minimum, maximum : float
        The range, in the unit, minimum < maximum.
    step : float
        Distance between two positions: in the unit on a linear scale, in decades on a logarithmic one.
    default : float
        Where it starts, within the range.
    scale : Scale
        "linear" or "log" (then minimum > 0).
    whole : bool
        Whether only whole numbers make sense.
    out_of_range : Literal['clamp', 'refuse']
        "clamp" moves a value from outside to the nearer end, "refuse" answers with a sentence.
    group : Group
        "primary" is visible, "advanced" is behind a disclosure.
    role : Role
        "decision" is the student's, "environment" the track's, "view" changes only what is emphasised.
    carried : str
        "bench.name" of a recorded decision that one press sets it to, with all that the bench carries from there.
    source : str
        Where the default comes from, or "assumed: ..." .
    """

    id: str
    label: str
    unit: str
    minimum: float
    maximum: float
    step: float
    default: float
    scale: Scale = "linear"
    whole: bool = False
    out_of_range: Literal["clamp", "refuse"] = "clamp"
    group: Group = "primary"
    role: Role = "decision"
    carried: str = ""
    source: str = ""

    def __post_init__(self) -> None:
        owner = _check_common("Slider", self)
        check_text(owner, "unit", self.unit, optional=True)
        for name in ("minimum", "maximum", "default"):
            check_number(owner, name, getattr(self, name))
        check_one_of(owner, "scale", self.scale, ("linear", "log"))
        check_one_of(owner, "out_of_range", self.out_of_range, ("clamp", "refuse"))
        if not self.minimum < self.maximum:
            raise refuse(owner, f"minimum {self.minimum:g} must be below maximum {self.maximum:g}")
        if self.scale == "log" and self.minimum <= 0:
            raise refuse(owner, f"a log scale needs a minimum above 0, got {self.minimum:g}")
        low, high = self._ends()
        check_number(owner, "step", self.step)
        if not 0 < self.step <= high - low:
            raise refuse(owner, f"step {self.step:g} must lie in (0, {high - low:g}], the length of the scale")
        if not math.isfinite(high - low) or max(abs(low), abs(high)) / self.step > FINEST_STEP:
            raise refuse(
                owner, f"step {self.step:g} is too fine for {low:g}..{high:g}; take a larger one, or a log scale"
            )
        if not self.minimum <= self.default <= self.maximum:
            raise refuse(owner, f"default {self.default:g} is outside {self.minimum:g}..{self.maximum:g}")
        if self.scale == "linear" and any(0 < abs(self.default - end) < SAME * self.step for end in (low, high)):
            raise refuse(owner, f"default {self.default:g} is a billionth of a step from an end; make it that end")
        if self.whole and any(v != int(v) for v in (self.minimum, self.maximum, self.default)):
            raise refuse(owner, "whole numbers only, but minimum, maximum or default is not whole")

    def read(self, raw: Any) -> float | int:
        """Return the value that ``solve`` may receive for what a client sent.

        Raises
        ------
        BadValue
            Missing, null, not a number, NaN or infinite, or out of range where that is refused.
        """
        value = self._number(raw)
        if not self.minimum <= value <= self.maximum and self.out_of_range == "refuse":
            raise BadValue(f"'{self.id}' {value:g} is outside {self.minimum:g}..{self.maximum:g}")
        return self._on_scale(self._within(value))

    def text(self, value: Value) -> str:
        """Return a value as a student reads it: "8 steps", "1.2 MB"."""
        return in_words(float(value), self.unit)

    def value_at(self, position: float) -> float | int:
        """Return the value at a position: the unit's own on a linear scale, log10 of it on a logarithmic one.

        Raises
        ------
        BadValue
            As ``read`` does.
        """
        if self.scale == "linear":
            return self.read(position)
        position, (low, high) = self._number(position), self._ends()
        if abs(position - math.log10(self.default)) < self.step / 2:
            return round(self.default) if self.whole else self.default
        value = float(f"{10 ** min(position, 308.0):.3g}")
        # An end rounded to 3 digits, or computed in a browser, may lie past the end itself.
        inside = low - 1e-9 <= position <= high + 1e-9
        return self.read(self._within(value) if inside else value)

    def position(self, value: float) -> float:
        """Return the position of a value on its slider: the value itself, or log10 of it on a logarithmic scale."""
        return round(math.log10(value), 6) if self.scale == "log" else value

    def positions(self, count: int) -> tuple[float | int, ...]:
        """Return ``count`` >= 2 values equally spaced along the slider's own scale, both ends included."""
        low, high = self._ends()
        between = [low + (high - low) * i / (count - 1) for i in range(1, count - 1)]
        values = [10**place for place in between] if self.scale == "log" else between
        return tuple(self.read(self._within(value)) for value in (self.minimum, *values, self.maximum))

    def _ends(self) -> tuple[float, float]:
        """Return where the slider starts and ends: in the unit, or log10 of it."""
        if self.scale == "log":
            return math.log10(self.minimum), math.log10(self.maximum)
        return self.minimum, self.maximum

    def _number(self, raw: Any) -> float:
        if raw is None:
            raise BadValue(f"'{self.id}' has no value; send a number in {self.minimum:g}..{self.maximum:g}")
        if isinstance(raw, bool) or not isinstance(raw, (int, float)):
            raise BadValue(f"'{self.id}' must be a number in {self.minimum:g}..{self.maximum:g}")
        if not is_finite_number(raw):
            raise BadValue(f"'{self.id}' must be a finite number in {self.minimum:g}..{self.maximum:g}")
        return float(raw)

    def _own_stops(self) -> tuple[float, float, float]:
        """Return the numbers that the author wrote: each is met exactly, also between two steps."""
        return self.default, self.minimum, self.maximum

    def _within(self, value: float) -> float:
        return min(max(value, self.minimum), self.maximum)

    def _on_scale(self, value: float) -> float | int:
        """Return the nearest of the steps, the ends and the default, which may lie between two steps."""
        if self.scale == "linear":
            step = self.minimum + math.floor((value - self.minimum) / self.step + 0.5) * self.step
            step = self._within(float(f"{step:.12g}"))
            value = min((*self._own_stops(), step), key=lambda stop: abs(value - stop))
            # Sums of steps have rounding errors; return the author's own number then: .3, not .30000000000000004.
            near = (stop for stop in (*self._own_stops(), 0.0) if abs(value - stop) < SAME * self.step)
            value = next(near, value)
        return math.floor(value + 0.5) if self.whole else value  # a half is rounded up, as in the browser


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """One of a few named options; ``solve`` receives the option's id.

    Parameters
    ----------
    id : str
        The keyword that ``solve`` receives.
    label : str
        What the page calls it.
    options : tuple[Option, ...]
        What to choose from.
    default : str
        The id of the option it starts at.
    group, role, carried, source : str
        As in ``Slider``.
    """

    id: str
    label: str
    options: tuple[Option, ...]
    default: str
    group: Group = "primary"
    role: Role = "decision"
    carried: str = ""
    source: str = ""

    def __post_init__(self) -> None:
        owner = _check_common("Choice", self)
        check_items(owner, "options", self.options, Option)
        if len(self.options) < 2:
            raise refuse(owner, f"needs two options or more, got {len(self.options)}")
        check_unique(owner, "options", (option.id for option in self.options))
        check_one_of(owner, "default", self.default, [option.id for option in self.options])

    def read(self, raw: Any) -> str:
        """Return the option's id.

        Raises
        ------
        BadValue
            Not the id of an option; the sentence lists them.
        """
        for option in self.options:
            if isinstance(raw, str) and raw == option.id:
                return option.id
        allowed = ", ".join(option.id for option in self.options)
        raise BadValue(f"'{self.id}' must be one of {allowed}")

    def text(self, value: Value) -> str:
        """Return a value as a student reads it: the text of the option."""
        return next(option.text for option in self.options if option.id == value)

    def positions(self, count: int) -> tuple[str, ...]:  # noqa: ARG002 - the signature all controls share
        """Return every option's id."""
        return tuple(option.id for option in self.options)


@dataclass(frozen=True, kw_only=True, slots=True)
class Toggle:
    """A switch; ``solve`` receives True or False.

    Parameters
    ----------
    id : str
        The keyword that ``solve`` receives.
    label : str
        What the page calls it.
    default : bool
        Where it starts.
    group, role, carried, source : str
        As in ``Slider``.
    """

    id: str
    label: str
    default: bool
    group: Group = "primary"
    role: Role = "decision"
    carried: str = ""
    source: str = ""

    def __post_init__(self) -> None:
        owner = _check_common("Toggle", self)
        if not isinstance(self.default, bool):
            raise refuse(owner, f"default must be True or False, got {self.default!r}")

    def read(self, raw: Any) -> bool:
        """Return the switch's state.

        Raises
        ------
        BadValue
            Neither true nor false.
        """
        if isinstance(raw, bool):
            return raw
        raise BadValue(f"'{self.id}' must be true or false")

    def text(self, value: Value) -> str:
        """Return a value as a student reads it: "on" or "off"."""
        return "on" if value else "off"

    def positions(self, count: int) -> tuple[bool, ...]:  # noqa: ARG002 - the signature all controls share
        """Return both states."""
        return (False, True)


Control = Slider | Choice | Toggle


@dataclass(frozen=True, kw_only=True, slots=True)
class Preset:
    """A named setting of some controls; the others go to their defaults.

    Parameters
    ----------
    id : str
        Its id.
    label : str
        What the page calls it.
    values : Mapping[str, Value]
        Control id -> value.
    note : str
        One sentence beside it, or "".
    """

    id: str
    label: str
    values: Mapping[str, Value]
    note: str = ""

    def __post_init__(self) -> None:
        check_id("Preset", self.id)
        check_text(f"Preset '{self.id}'", "label", self.label)
        check_text(f"Preset '{self.id}'", "note", self.note, optional=True)
        object.__setattr__(self, "values", frozen_mapping(f"Preset '{self.id}'", "values", self.values))


def read_values(owner: str, controls: Mapping[str, Control], raw: Mapping[str, Any]) -> dict[str, Value]:
    """Return the value of every control of ``owner`` for what a client sent, by id.

    Raises
    ------
    BadValue
        A control is missing or unreadable, or there is one that ``owner`` does not have.
    """
    unknown = [name for name in raw if name not in controls]
    if unknown:
        raise BadValue(f"'{str(unknown[0])[:48]}' is not a control of {owner}; there are {', '.join(controls)}")
    return {name: control.read(raw.get(name)) for name, control in controls.items()}
