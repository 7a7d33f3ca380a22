"""The words a track is written in: frozen, keyword-only dataclasses that refuse nonsense when they are made.

Controls live in ``controls``, figures in ``figures``, personas in ``track``, questions in ``teaching``; this module
holds what a bench answers and the bench itself. ``tracks`` is the one place to import them all from.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from tracks.api.checks import (
    SpecError,
    check_function,
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
from tracks.api.controls import BadValue, Choice, Control, Option, Slider, Toggle, Value
from tracks.api.figures import Axis, Drawing, Figure, Panel, Table
from tracks.api.teaching import (
    CONFIDENCE,
    Brief,
    Peek,
    PeekLine,
    Prediction,
    Question,
    Reflection,
    SecondOpinion,
    Term,
    Truth,
)
from tracks.api.track import Colour, Device, Fleet, Model, Targets, Track

__all__ = [
    "CONFIDENCE",
    "Axis",
    "BadValue",
    "Bench",
    "Brief",
    "Choice",
    "Colour",
    "Control",
    "Device",
    "Drawing",
    "Figure",
    "Fix",
    "Fleet",
    "Model",
    "Option",
    "Outcome",
    "Panel",
    "Peek",
    "PeekLine",
    "Prediction",
    "Preset",
    "Question",
    "Reading",
    "Reflection",
    "SecondOpinion",
    "Slider",
    "SpecError",
    "Table",
    "Targets",
    "Term",
    "Toggle",
    "Track",
    "Truth",
    "Value",
    "Verdict",
]

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


@dataclass(frozen=True, kw_only=True, slots=True)
class Preset:
    """A named setting of some controls; the others go to their defaults."""

    id: str
    label: str
    values: Mapping[str, Value]
    note: str = ""

    def __post_init__(self) -> None:
        check_id("Preset", self.id)
        check_text(f"Preset '{self.id}'", "label", self.label)
        check_text(f"Preset '{self.id}'", "note", self.note, optional=True)
        object.__setattr__(self, "values", frozen_mapping(f"Preset '{self.id}'", "values", self.values))


@dataclass(frozen=True, kw_only=True, slots=True)
class Bench:
    """Controls, one pure ``solve`` and named panels; every part of a mission and every crisis is one.

    ``brief``, ``controls``, ``panels``, ``predictions``, ``presets`` and ``reflection`` may each be a value or a
    function of the track; ``on(track)`` settles them.

    Attributes:
        solve: ``solve(track, *, seed, **controls) -> Outcome``, pure; the keywords are the controls' ids.
        observation: what the figure showed, as a Question. hud: three reading ids.
        failures: every code its verdicts can have at level "fail" or "warn".
        peek: ``peek(track, outcome, **controls) -> Peek``, the equations with the student's numbers.
        second_opinion: ``second_opinion(track, *, report, **controls) -> SecondOpinion``, a slower, independent engine
            on the same state, or None; ``report(done, of)`` tells how far it has come.
        tries: how many settings may be recorded. exploratory: whether there is nothing to win.
    """

    id: str
    title: str
    brief: Any
    controls: Any
    panels: Any
    solve: Callable[..., Outcome]
    predictions: Any = ()
    observation: Question | None = None
    reflection: Any = None
    hud: tuple[str, ...] = ()
    failures: tuple[str, ...] = ()
    presets: Any = ()
    peek: Callable[..., Peek] | None = None
    second_opinion: Callable[..., Any] | None = None
    tries: int = 10
    exploratory: bool = False

    def __post_init__(self) -> None:
        check_id("Bench", self.id)
        owner = f"Bench '{self.id}'"
        check_text(owner, "title", self.title)
        check_function(owner, "solve", self.solve)
        check_function(owner, "peek", self.peek, optional=True)
        check_function(owner, "second_opinion", self.second_opinion, optional=True)
        check_items(owner, "hud", self.hud, str)
        if len(self.hud) > 3:
            raise refuse(owner, f"hud has {len(self.hud)} readings; three fit")
        check_items(owner, "failures", self.failures, str)
        check_number(owner, "tries", self.tries, low=1, high=100)
        if self.observation is not None and not isinstance(self.observation, Question):
            raise refuse(owner, f"observation must be a Question, got {self.observation!r}")
        self._check_parts(owner)

    def _check_parts(self, owner: str) -> None:
        """Check each part that is a value already; functions of the track are checked by ``on``."""
        kinds: dict[str, type | tuple[type, ...]] = {
            "controls": (Slider, Choice, Toggle),
            "panels": Panel,
            "predictions": Prediction,
            "presets": Preset,
        }
        for name, kind in kinds.items():
            part = getattr(self, name)
            if callable(part):
                continue
            check_items(owner, name, part, kind)
            check_unique(owner, name, (item.id for item in part))
        if not callable(self.brief) and not isinstance(self.brief, Brief):
            raise refuse(owner, f"brief must be a Brief or a function of the track, got {self.brief!r}")
        if not (self.reflection is None or callable(self.reflection) or isinstance(self.reflection, Reflection)):
            raise refuse(owner, f"reflection must be a Reflection, got {self.reflection!r}")
        if not callable(self.panels) and not 1 <= len(self.panels) <= 3:
            raise refuse(owner, f"needs one to three panels, got {len(self.panels)}")
        if callable(self.controls):
            return
        by_id = self.control_map()
        if not callable(self.presets):
            for preset in self.presets:
                self._check_values(f"{owner}, preset '{preset.id}'", preset.values, by_id)
        if not callable(self.predictions):
            for prediction in self.predictions:
                self._check_values(f"{owner}, prediction '{prediction.id}'", prediction.scenario, by_id)

    def _check_values(self, owner: str, values: Mapping[str, Value], by_id: Mapping[str, Control]) -> None:
        for name, value in values.items():
            if name not in by_id:
                raise refuse(owner, f"'{name}' is not a control; there are {', '.join(by_id)}")
            try:
                read = by_id[name].read(value)
            except BadValue as problem:
                raise refuse(owner, str(problem)) from None
            if is_finite_number(value) and abs(float(read) - float(value)) > 1e-9 * abs(float(value)):
                raise refuse(owner, f"{name}={value:g} is not on its slider; the nearest is {read:g}")

    def on(self, track: Track) -> Bench:
        """Return this bench for one track, every function of the track settled and checked."""
        settled: dict[str, Any] = {}
        for name in ("brief", "controls", "panels", "predictions", "presets", "reflection"):
            part = getattr(self, name)
            if callable(part):
                settled[name] = part(track)
                if callable(settled[name]):
                    raise refuse(f"Bench '{self.id}'", f"{name} must be a value for the track, got {settled[name]!r}")
        return replace(self, **settled) if settled else self

    def control_map(self) -> dict[str, Control]:
        """Return the controls by id, in the order of the page."""
        return {control.id: control for control in self.controls}

    def defaults(self) -> dict[str, Value]:
        """Return every control's default by id."""
        return {control.id: control.default for control in self.controls}

    def read(self, raw: Mapping[str, Any]) -> dict[str, Value]:
        """Return the values that ``solve`` may receive for what a client sent.

        Raises:
            BadValue: a control is missing or unreadable, or there is one the bench does not have.
        """
        by_id = self.control_map()
        unknown = [name for name in raw if name not in by_id]
        if unknown:
            raise BadValue(f"'{str(unknown[0])[:48]}' is not a control of {self.id}; there are {', '.join(by_id)}")
        return {name: control.read(raw.get(name)) for name, control in by_id.items()}

    def run(self, track: Track, values: Mapping[str, Value], *, seed: int = 0) -> Outcome:
        """Solve one state and hold the answer against what the bench declares.

        Raises:
            SpecError: the outcome lacks a panel or a HUD reading, or has a verdict or fix that was not declared.
        """
        outcome = self.solve(track, seed=seed, **values)
        owner = f"Bench '{self.id}'"
        if not isinstance(outcome, Outcome):
            raise refuse(owner, f"solve must return an Outcome, got {type(outcome).__name__}")
        for panel in self.panels:
            for name in (panel.id, *(view.id for view in panel.views)):
                if name not in outcome.panels:
                    raise refuse(owner, f"the outcome has no drawing for panel '{name}'")
        readings = {reading.id for reading in outcome.readings}
        for name in self.hud:
            if name not in readings:
                raise refuse(owner, f"the outcome has no reading '{name}' for the HUD")
        controls = self.control_map()
        for verdict in outcome.verdicts:
            if verdict.level != "ok" and verdict.code not in self.failures:
                raise refuse(owner, f"verdict '{verdict.code}' is not among its failures")
            for fix in verdict.fixes:
                if fix.control not in controls:
                    raise refuse(owner, f"verdict '{verdict.code}' has a fix for '{fix.control}', which is no control")
                try:
                    controls[fix.control].read(fix.value)
                except BadValue as problem:
                    raise refuse(owner, f"verdict '{verdict.code}' has a fix that cannot be set: {problem}") from None
        return outcome

    def truth(self, track: Track, prediction: Prediction) -> Truth:
        """Return what the bench's own physics computes for the scenario of the question.

        Raises:
            SpecError: no number where a number was asked for, none of the options, or no factor of it could be told.
        """
        truth = prediction.truth(track, **{**self.defaults(), **prediction.scenario})
        owner = f"Bench '{self.id}', prediction '{prediction.id}'"
        if not isinstance(truth, Truth):
            raise refuse(owner, f"truth must return a Truth, got {type(truth).__name__}")
        if prediction.options:
            check_one_of(owner, "truth", str(truth.value), [option.id for option in prediction.options])
        elif isinstance(truth.value, str):
            raise refuse(owner, f"asks for a number, but its truth is {truth.value!r}")
        elif prediction.right in ("factor", "decade") and truth.value <= 0:
            raise refuse(owner, f"measured as a {prediction.right}, its truth must be above 0, got {truth.value:g}")
        return truth
