"""What a bench answers: readings, limits, verdicts with their fixes, and the outcome that holds them all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import copy
from dataclasses import dataclass, field
from functools import partial
from importlib.metadata import entry_points
from typing import Any, Literal, NamedTuple

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
from tracks.api.declared.earlier import with_own_numbers
from tracks.api.figures import Drawing

Level = Literal["ok", "warn", "fail"]
LEVELS = ("ok", "warn", "fail")
MAX_FIXES = 3
_OF_THE_READING: Any = None  # the default of a verdict's texts that its reading has too


class Limit(NamedTuple):
    """One quantity against what it may not pass.

    Parameters
    ----------
    quantity, limit : float
        What is judged, and what it may not pass, in the same unit.
    at_most : bool
        Whether the limit is an upper one.
    warn : float | None
        Where the warning begins, between comfort and the limit, or None.
    scale : float | None
        What the margin is counted in, above 0; the size of the limit unless given.
    """

    quantity: float
    limit: float
    at_most: bool = True
    warn: float | None = None
    scale: float | None = None

    @property
    def level(self) -> Level:
        """Level of the quantity: "fail" past the limit, "warn" past the warning, else "ok"."""
        if self.fails_at(self.quantity):
            return "fail"
        sign = 1 if self.at_most else -1
        if self.warn is not None and sign * self.quantity > sign * self.warn:
            return "warn"
        return "ok"

    def fails_at(self, quantity: float) -> bool:
        """Whether another quantity would be past the limit."""
        return quantity > self.limit if self.at_most else quantity < self.limit

    def judged(
        self, code: str, *, label: str, titles: tuple[str, str], cause: str, fixes: Offered = (), **texts: str
    ) -> tuple[Reading, Verdict]:
        """Return the reading of the quantity and the verdict on it, both at its level.

        Parameters
        ----------
        code, label, cause : str
            The failure that it is past the limit, the reading's name, and one sentence that names one quantity.
        titles : tuple[str, str]
            What the verdict is called inside the limit, and outside.
        fixes : tuple[Fix, ...] or callable
            As of ``Verdict``, read only where the limit is passed or near; ``changes`` finds them.
        **texts : str
            The reading's ``id`` (the code unless given), ``unit``, ``note``, ``formula``, ``meaning`` and ``source``.

        Returns
        -------
        (Reading, Verdict)
            The reading, and the verdict on it.
        """
        reading = Reading.of(self, **{"id": code, "label": label, **texts})
        words: dict[str, Any] = {"title": titles[self.level == "fail"], "fixes": () if self.level == "ok" else fixes}
        return reading, Verdict(code=code, reading=reading, cause=cause, **words)

    def at(self, quantity: float) -> Limit:
        """Return another quantity against the same limit."""
        return Limit(quantity, self.limit, self.at_most, self.warn, self.scale)

    @property
    def margin(self) -> float:
        """Distance to the limit in units of the scale: positive inside, negative outside."""
        return self._distance_to(self.limit)

    @property
    def comfort(self) -> float:
        """Distance to where the warning begins, or to the limit where nothing warns, in units of the scale."""
        return self._distance_to(self.limit if self.warn is None else self.warn)

    def _distance_to(self, level: float) -> float:
        distance = (level - self.quantity) / (abs(self.limit) if self.scale is None else self.scale)
        return distance if self.at_most else -distance


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """A number with its limit.

    Parameters
    ----------
    id, label : str
        Its id, and its name of 18 characters at most, so that it fits its column.
    value : float | str
        The number in ``unit``, or a short text where the reading is no number.
    unit : str
        A unit of ``tracks.api.quantities`` or plain words.
    limit : float | None
        What it may not pass, or None.
    at_most : bool
        Whether the limit is an upper one.
    warn : float | None
        Where the warning begins, between comfort and the limit, or None.
    scale : float | None
        As in ``Limit``.
    note : str
        The limit as a text ("cap 5 GB").
    formula : str
        The formula with the student's numbers.
    meaning : str
        One sentence.
    source : str
        Where the inputs come from, or "assumed: ...".
    """

    id: str
    label: str
    value: float | str
    unit: str = ""
    limit: float | None = None
    at_most: bool = True
    warn: float | None = None
    scale: float | None = None
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
        check_number(owner, "scale", self.scale, low=0, optional=True)

    @classmethod
    def of(cls, limit: Limit, **texts: Any) -> Reading:
        """Return the reading of a quantity against its limit; ``texts`` are the other attributes."""
        numbers = limit._asdict()
        return cls(value=numbers.pop("quantity"), **numbers, **texts)

    @property
    def against(self) -> Limit | None:
        """The value against its limit; None where there is no limit to pass."""
        if self.limit is None or isinstance(self.value, str):
            return None
        return Limit(
            quantity=float(self.value), limit=self.limit, at_most=self.at_most, warn=self.warn, scale=self.scale
        )

    @property
    def level(self) -> Level | None:
        """Level of the value at its limit; None where there is no limit to pass."""
        against = self.against
        return against.level if against else None


@dataclass(frozen=True, kw_only=True, slots=True)
class Fix:
    """One change that helps.

    Parameters
    ----------
    control : str
        The id of a control of the bench.
    value : Value
        What to set it to.
    is_limit : bool
        Whether the value is the limit itself, which the verdict names anyway: a budget for ε, a bound on δ. The page
        gives such a value before the student has recorded a try.
    """

    control: str
    value: Value
    is_limit: bool = False

    def __post_init__(self) -> None:
        check_id("Fix", self.control)


Fixes = tuple[Fix, ...]
Offered = Fixes | Callable[[], Fixes]  # fixes, or what finds them when they are first read


class _FixesWhenRead:
    """The fixes of a verdict: as they were given or, where a function was given, as it finds them when read."""

    def __get__(self, verdict: Verdict | None, owner: type) -> Fixes:
        given: Offered = () if verdict is None else verdict.__dict__["_fixes"]  # none: a dataclass asks for the default
        if callable(given) and verdict is not None:
            given = given()
            for check in (partial(_check_fixes, verdict), *verdict.__dict__.get("_checks", ())):
                check(given)
            if any(fix.is_limit for fix in given):
                raise refuse(f"Verdict '{verdict.code}'", "a fix that sets the limit itself must be given, not found")
            self.__set__(verdict, given)
        return given  # type: ignore[return-value]

    def __set__(self, verdict: Verdict, given: Offered) -> None:
        verdict.__dict__["_fixes"] = given


def _check_fixes(verdict: Verdict, fixes: Fixes) -> None:
    check_items(f"Verdict '{verdict.code}'", "fixes", fixes, Fix)
    if len(fixes) > MAX_FIXES:
        raise refuse(f"Verdict '{verdict.code}'", f"{len(fixes)} fixes; three at most")


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """One judgement on a state, made of a reading that has a limit.

    Parameters
    ----------
    code : str
        A failure the bench declares, or any id for "ok".
    reading : Reading
        The number that is judged; it need not be among the readings of the page.
    title : str
        What it is called ("City left behind").
    cause : str
        One sentence, naming one quantity.
    fixes : tuple[Fix, ...] or callable
        Up to three one-change fixes, best first; or, where finding them takes long, a function without arguments that
        returns them. It is called when they are first read: no page reads them before a student asks for a hint.
    measure : str
        What the quantity is ("Dusty Mesa"); the reading's label unless given.
    unit : str
        The reading's unit unless given.
    level : Level
        "ok", "warn" or "fail"; the reading's level at its limit unless given.
    """

    code: str
    reading: Reading
    title: str
    cause: str
    fixes: _FixesWhenRead = _FixesWhenRead()
    measure: str = _OF_THE_READING
    unit: str = _OF_THE_READING
    level: Level = _OF_THE_READING

    def __post_init__(self) -> None:
        check_id("Verdict", self.code)
        owner = f"Verdict '{self.code}'"
        if not isinstance(self.reading, Reading):
            raise refuse(owner, f"reading must be a Reading, got {self.reading!r:.80}")
        against = self.reading.against
        if against is None:
            raise refuse(owner, f"reading '{self.reading.id}' has no limit, so there is nothing to judge")
        if against.scale == 0 or (against.scale is None and against.limit == 0):
            raise refuse(owner, f"reading '{self.reading.id}' needs a scale above 0, because its limit is 0")
        for name in ("title", "cause"):
            check_text(owner, name, getattr(self, name))
        if not callable(self.__dict__["_fixes"]):
            _check_fixes(self, self.fixes)
        for name, value in (("measure", self.reading.label), ("unit", self.reading.unit), ("level", against.level)):
            if getattr(self, name) is _OF_THE_READING:
                object.__setattr__(self, name, value)
        check_text(owner, "measure", self.measure)
        check_text(owner, "unit", self.unit, optional=True)
        check_one_of(owner, "level", self.level, LEVELS)

    def with_checked_fixes(self, check: Callable[[Fixes], None]) -> Verdict:
        """Return the verdict with its fixes checked: now where they were given, otherwise when they are found."""
        given = self.__dict__["_fixes"]
        if not callable(given):
            check(given)
            return self

        checked = copy(self)
        checked.__dict__["_checks"] = (check,)
        return checked

    @property
    def gives_limit(self) -> bool:
        """Whether a fix sets the limit itself; such a fix was given with the verdict."""
        given = self.__dict__["_fixes"]
        return not callable(given) and any(fix.is_limit for fix in given)

    @property
    def against(self) -> Limit:
        """The quantity against its limit."""
        against = self.reading.against
        assert against is not None  # refused when the verdict was made
        return against

    @property
    def quantity(self) -> float:
        """The number that is judged."""
        return self.against.quantity

    @property
    def limit(self) -> float:
        """What the quantity may not pass."""
        return self.against.limit

    @property
    def at_most(self) -> bool:
        """Whether the limit is an upper one."""
        return self.reading.at_most

    @property
    def scale(self) -> float | None:
        """What the margin is counted in; None where that is |limit|."""
        return self.reading.scale

    @property
    def margin(self) -> float:
        """Distance to the limit in units of the scale: positive inside, negative outside."""
        return self.against.margin


Verdict.__init__ = with_own_numbers(Verdict.__init__, Reading)  # type: ignore[method-assign]


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """All that follows from one state of the controls; card, chart, table and export all read this object.

    Parameters
    ----------
    panels : Mapping[str, Drawing]
        Panel id -> Drawing.
    readings : tuple[Reading, ...]
        In the order of the page.
    verdicts : tuple[Verdict, ...]
        Any order; the page shows the worst first.
    decision : Mapping[str, Value]
        What later benches carry, by name.
    shown_as : tuple[object, object, object] | None
        Set by ``Bench.run(name=value)`` for a notebook: the bench, its track and the values.
    """

    panels: Mapping[str, Drawing]
    readings: tuple[Reading, ...]
    verdicts: tuple[Verdict, ...] = ()
    decision: Mapping[str, Value] = field(default_factory=dict)
    shown_as: tuple[object, object, object] | None = field(default=None, compare=False, repr=False)

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

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        """Return what a notebook shows: readings, verdicts and figures, styled as on the page, light and dark."""
        # By an entry point, since tracks know nothing of the page; the lab declares it in setup.cfg.
        shown = [point.load() for point in entry_points(group="edgelab.notebook") if point.name == "outcome"]
        return dict(shown[0](self)) if shown else {"text/plain": repr(self)}

    def ranked_verdicts(self) -> tuple[Verdict, ...]:
        """Return the verdicts, the binding one first: by level, then by margin."""
        return tuple(sorted(self.verdicts, key=lambda v: (-LEVELS.index(v.level), v.margin)))
