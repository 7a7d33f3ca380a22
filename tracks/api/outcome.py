"""What a bench answers: readings, limits, verdicts with their fixes, and the outcome that holds them all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from tracks.api.checks import (
    check_id,
    check_items,
    check_number,
    check_one_of,
    check_text,
    check_unique,
    frozen_mapping,
    refuse,
)
from tracks.api.controls import Value
from tracks.api.figures import Drawing

Level = Literal["ok", "warn", "fail"]
LEVELS = ("ok", "warn", "fail")


def level_of(quantity: float, warn: float, limit: float) -> Level:
    """Return how a quantity stands to a limit from above, with a warning between ``warn`` and it."""
    return "fail" if quantity > limit else "warn" if quantity > warn else "ok"


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """A number with its limit.

    Attributes:
        id, label: label of 18 characters at most, so that it fits its column.
        value: the number in ``unit``, or a few words where the reading is no number.
        limit: what it may not pass, or None; at_most: whether the limit is an upper one.
        warn: where the warning begins, between comfort and the limit, or None.
        note: the limit in words ("cap 5 GB"); formula: the formula with the student's numbers;
        meaning: one sentence; source: where the inputs come from, or "assumed: ...".
    """

    id: str
    label: str
    value: float | str
    unit: str = ""
    limit: float | None = None
    at_most: bool = True
    warn: float | None = None
    note: str = ""
    formula: str = ""
    meaning: str = ""
    source: str = ""

    def __post_init__(self) -> None:
        check_id("Reading", self.id)
        owner = f"Reading '{self.id}'"
        check_text(owner, "label", self.label)
        if len(self.label) > 18:
            raise refuse(owner, f"label {self.label!r} has {len(self.label)} characters; 18 fit")
        if isinstance(self.value, str):
            check_text(owner, "value", self.value)
        else:
            check_number(owner, "value", self.value)
        for name in ("unit", "note", "formula", "meaning", "source"):
            check_text(owner, name, getattr(self, name), optional=True)
        check_number(owner, "limit", self.limit, optional=True)
        check_number(owner, "warn", self.warn, optional=True)

    @property
    def level(self) -> Level | None:
        """How the value stands to its limit; None where there is no limit to pass."""
        if self.limit is None or isinstance(self.value, str):
            return None
        sign = 1 if self.at_most else -1
        if sign * self.value > sign * self.limit:
            return "fail"
        if self.warn is not None and sign * self.value > sign * self.warn:
            return "warn"
        return "ok"


@dataclass(frozen=True, kw_only=True, slots=True)
class Fix:
    """One change that helps: a control of the bench and the value to set it to."""

    control: str
    value: Value

    def __post_init__(self) -> None:
        check_id("Fix", self.control)


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """One judgement on a state.

    Attributes:
        code: a failure the bench declares, or any id for "ok".
        level: "ok", "warn" or "fail".
        title: what it is called ("City left behind"); measure: what the quantity is ("Dusty Mesa").
        quantity, limit, unit: the number and what it may not pass; at_most: whether the limit is an upper one.
        cause: one sentence, naming one quantity.
        fixes: up to three one-change fixes, best first.
        scale: what the margin is measured in; |limit| unless given.
    """

    code: str
    level: Level
    title: str
    measure: str
    quantity: float
    limit: float
    unit: str
    at_most: bool = True
    cause: str
    fixes: tuple[Fix, ...] = ()
    scale: float | None = None

    def __post_init__(self) -> None:
        check_id("Verdict", self.code)
        owner = f"Verdict '{self.code}'"
        check_one_of(owner, "level", self.level, LEVELS)
        for name in ("title", "measure", "cause"):
            check_text(owner, name, getattr(self, name))
        check_text(owner, "unit", self.unit, optional=True)
        check_number(owner, "quantity", self.quantity)
        check_number(owner, "limit", self.limit)
        check_items(owner, "fixes", self.fixes, Fix)
        if len(self.fixes) > 3:
            raise refuse(owner, f"{len(self.fixes)} fixes; three at most")
        check_number(owner, "scale", self.scale, low=0, optional=True)
        if self.scale == 0 or (self.scale is None and self.limit == 0):
            raise refuse(owner, "needs a scale above 0, because its limit is 0")

    @property
    def margin(self) -> float:
        """Distance to the limit in units of ``scale``: positive inside, negative outside."""
        scale = abs(self.limit) if self.scale is None else self.scale
        distance = (self.limit - self.quantity) / scale
        return distance if self.at_most else -distance


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """All that follows from one state of the controls; card, chart, table and export read this one object.

    Attributes:
        panels: panel id -> Drawing.
        readings: in the order of the page.
        verdicts: any order; the page shows the worst first.
        decision: what later benches inherit, by name.
    """

    panels: Mapping[str, Drawing]
    readings: tuple[Reading, ...]
    verdicts: tuple[Verdict, ...] = ()
    decision: Mapping[str, Value] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in ("panels", "decision"):
            object.__setattr__(self, name, frozen_mapping("Outcome", name, getattr(self, name)))
        check_items("Outcome", "readings", self.readings, Reading)
        check_items("Outcome", "verdicts", self.verdicts, Verdict)
        check_unique("Outcome", "readings", (reading.id for reading in self.readings))
        for panel, drawing in self.panels.items():
            if not isinstance(drawing, Drawing):
                raise refuse("Outcome", f"panels['{panel}'] must be a Drawing, got {drawing!r}")

    def reading(self, reading_id: str) -> Reading:
        """Return the reading of that id."""
        for reading in self.readings:
            if reading.id == reading_id:
                return reading
        raise KeyError(f"no reading '{reading_id}'; there are {', '.join(r.id for r in self.readings)}")

    def ranked_verdicts(self) -> tuple[Verdict, ...]:
        """Return the verdicts, the one that binds first: by level, then by margin."""
        return tuple(sorted(self.verdicts, key=lambda v: (-LEVELS.index(v.level), v.margin)))
