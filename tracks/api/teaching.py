"""What is asked of the student: brief, prediction, observation, reflection and task."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from tracks.api.checks import (
    check_function,
    check_id,
    check_items,
    check_number,
    check_one_of,
    check_text,
    check_unique,
    frozen_mapping,
    refuse,
)
from tracks.api.controls import Option, Preset, Value
from tracks.api.declared import Ablation, Again, Curve
from tracks.api.figures import Table

if TYPE_CHECKING:
    from tracks.api.outcome import Outcome
    from tracks.api.track import Track

CONFIDENCE = (
    Option(id="guess", text="guess"),
    Option(id="leaning", text="leaning"),
    Option(id="fairly_sure", text="fairly sure"),
    Option(id="certain", text="certain"),
)

Measure = Literal["factor", "relative", "points", "decade"]
MEASURES = ("factor", "relative", "points", "decade")


@dataclass(frozen=True, kw_only=True, slots=True)
class Brief:
    """The stakeholder's message that opens a bench.

    Parameters
    ----------
    speaker : str
        A role ("Safety lead"), never a real person.
    text : str
        The case with its numbers, a few sentences.
    short : str
        One sentence for when it is collapsed.
    invariant : str
        What must be understood before the question, without giving its answer away.
    """

    speaker: str
    text: str
    short: str
    invariant: str = ""

    def __post_init__(self) -> None:
        for name in ("speaker", "text", "short"):
            check_text("Brief", name, getattr(self, name))
        check_text("Brief", "invariant", self.invariant, optional=True)


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """A question with options, one of which is right, and feedback for each.

    Parameters
    ----------
    id : str
        Its id.
    text : str
        The sentence.
    options : tuple[Option, ...]
        What to choose from.
    answer : str
        The id of the right option.
    settings : tuple[Preset, ...]
        Of an observation, the fixed settings it is about, each offered as a button; controls that a setting leaves out
        stand at the bench's own defaults, not at what a student carried.
    """

    id: str
    text: str
    options: tuple[Option, ...]
    answer: str
    settings: tuple[Preset, ...] = ()

    def __post_init__(self) -> None:
        check_id("Question", self.id)
        owner = f"Question '{self.id}'"
        check_text(owner, "text", self.text)
        check_items(owner, "options", self.options, Option)
        check_unique(owner, "options", (option.id for option in self.options))
        if len(self.options) < 2:
            raise refuse(owner, f"needs two options or more, got {len(self.options)}")
        check_one_of(owner, "answer", self.answer, [option.id for option in self.options])
        check_items(owner, "settings", self.settings, Preset)
        check_unique(owner, "settings", (setting.id for setting in self.settings))
        for option in self.options:
            if not option.feedback:
                raise refuse(owner, f"option '{option.id}' has no feedback; say why it is right or wrong")


@dataclass(frozen=True, kw_only=True, slots=True)
class Term:
    """One part of a truth that a prediction may have omitted.

    Parameters
    ----------
    name : str
        What it is called on the page.
    value : float
        A factor of a product or a summand of a sum, as ``Truth.combine`` says.
    """

    name: str
    value: float

    def __post_init__(self) -> None:
        check_text("Term", "name", self.name)
        check_number(f"Term '{self.name}'", "value", self.value)


@dataclass(frozen=True, kw_only=True, slots=True)
class Truth:
    """What physics computes for a question: a value in its unit (or an option's id), with the terms that make it.

    Parameters
    ----------
    value : float | str
        The number, or the id of the right option.
    terms : tuple[Term, ...]
        What it is made of.
    combine : Literal['sum', 'product']
        Whether they multiply or add up.
    interval : tuple[float, float] | None
        (low, high) or None.
    """

    value: float | str
    terms: tuple[Term, ...] = ()
    combine: Literal["sum", "product"] = "sum"
    interval: tuple[float, float] | None = None

    def __post_init__(self) -> None:
        if isinstance(self.value, str):
            check_text("Truth", "value", self.value)
        else:
            check_number("Truth", "value", self.value)
        check_items("Truth", "terms", self.terms, Term)
        check_one_of("Truth", "combine", self.combine, ("sum", "product"))
        if self.terms and not isinstance(self.value, str):
            total = (math.prod if self.combine == "product" else math.fsum)(term.value for term in self.terms)
            if not math.isclose(total, self.value, rel_tol=1e-6, abs_tol=1e-12):
                raise refuse("Truth", f"its terms make {total:g}, not {self.value:g}")
        if self.interval is not None:
            check_items("Truth", "interval", self.interval, (int, float))
            if len(self.interval) != 2 or not self.interval[0] <= self.interval[1]:
                raise refuse("Truth", f"interval must be (low, high) or None, got {self.interval!r}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Route:
    """A tempting way to a wrong answer, which the reveal names where a lock lies near its value.

    Parameters
    ----------
    name : str
        What was done, in a few words ("multiplied inference by six").
    value : Callable[..., float]
        ``value(track, **controls) -> float``, where it leads in the scenario, in the prediction's unit.
    why : str
        Its sum with the numbers, and what is wrong with it, in a sentence or two.
    """

    name: str
    value: Callable[..., float]
    why: str

    def __post_init__(self) -> None:
        check_text("Route", "name", self.name)
        check_function(f"Route '{self.name}'", "value", self.value)
        check_text(f"Route '{self.name}'", "why", self.why)


@dataclass(frozen=True, kw_only=True, slots=True)
class Prediction:
    """A question that is answered, and locked before the instruments are unlocked.

    Parameters
    ----------
    id : str
        Its id, by which the ledger keeps the lock.
    question : str
        The sentence.
    unit : str
        Of the number asked for.
    low, high : float
        What is possible at all; an entry outside is refused.
    reference : tuple[str, float, float] | None
        (words, value, factor): something that the question names and its value in the unit. An entry more than that
        factor above or below it is asked about once, and locked if it is meant; or None.
    scenario : Mapping[str, Value]
        Control id -> value, where it differs from the defaults; printed with the question.
    given : tuple[tuple[str, str], ...]
        Further facts printed with the question, as (name, value) texts.
    truth : Callable[..., Truth]
        ``truth(track, **controls) -> Truth`` for that scenario.
    mechanisms : tuple[Option, ...]
        The reasons to choose from; their feedback is shown with the reveal.
    options : tuple[Option, ...]
        A choice instead of a number; then unit, low and high stay empty.
    right : Measure
        How right is measured: within a factor, relative, in points, or the same decade.
    tolerance : float
        Of that measure (factor 2; relative .2; points 1; decades .5).
    marks : Callable[[Track, float], Mapping[str, tuple[float, float]]] | None
        ``marks(track, value) -> {panel id: (x, y)}``, where the lock is drawn, or None.
    routes : tuple[Route, ...]
        Of a number: the tempting ways to a wrong one. Two or more teach most.
    reason : str
        The mechanism that carries the answer, by id: a right answer for another is told so; "" where none does alone.
    case : Callable[..., Table] | None
        ``case(track, **controls) -> Table``, shown with the reveal: what tells options apart, or else follows; or None.
    again : Again | None
        Of a number: other numbers for a review a week after a confident miss, or None.
    panel : str
        The panel, or a view of one, whose figure stands with the reveal; "" is the bench's first.
    curve : Curve | None
        Of a number: the curve that a student may draw, off which the number is read; or None.
    """

    id: str
    question: str
    unit: str = ""
    low: float = -math.inf
    high: float = math.inf
    reference: tuple[str, float, float] | None = None
    scenario: Mapping[str, Value] = field(default_factory=dict)
    given: tuple[tuple[str, str], ...] = ()
    truth: Callable[..., Truth]
    mechanisms: tuple[Option, ...]
    options: tuple[Option, ...] = ()
    right: Measure = "factor"
    tolerance: float = 2.0
    marks: Callable[[Track, float], Mapping[str, tuple[float, float]]] | None = None
    routes: tuple[Route, ...] = ()
    reason: str = ""
    case: Callable[..., Table] | None = None
    again: Again | None = None
    panel: str = ""
    curve: Curve | None = None

    def __post_init__(self) -> None:
        check_id("Prediction", self.id)
        owner = f"Prediction '{self.id}'"
        check_text(owner, "question", self.question)
        for name in ("unit", "panel"):
            check_text(owner, name, getattr(self, name), optional=True)
        check_function(owner, "truth", self.truth)
        for name in ("marks", "case"):
            check_function(owner, name, getattr(self, name), optional=True)
        check_items(owner, "given", self.given, tuple)
        for name in ("mechanisms", "options"):
            check_items(owner, name, getattr(self, name), Option)
            check_unique(owner, name, (option.id for option in getattr(self, name)))
        check_one_of(owner, "right", self.right, MEASURES)
        check_number(owner, "tolerance", self.tolerance, low=0)
        if self.right == "factor" and self.tolerance < 1:
            raise refuse(owner, f"tolerance {self.tolerance:g} is below 1, but right is within that factor either way")
        if len(self.options) == 1:
            raise refuse(owner, "one option leaves no choice; give two or more, or none and ask for a number")
        for name in ("low", "high"):
            if not isinstance(getattr(self, name), (int, float)):
                raise refuse(owner, f"{name} must be a number, got {getattr(self, name)!r}")
        if not self.options and not self.low < self.high:
            raise refuse(owner, f"low {self.low:g} must be below high {self.high:g}")
        if self.right in ("factor", "decade") and not self.options and self.low <= 0:
            raise refuse(owner, f"measured as a {self.right}, it needs low above 0, got {self.low:g}")
        if self.reference is not None:
            self._check_reference(owner)
        check_items(owner, "routes", self.routes, Route)
        check_unique(owner, "routes", (route.name for route in self.routes))
        if self.reason:
            check_one_of(owner, "reason", self.reason, [option.id for option in self.mechanisms])
        if self.routes and self.options:
            raise refuse(owner, "routes lead to numbers, but it asks for one of its options")
        if not (self.again is None or isinstance(self.again, Again)):
            raise refuse(owner, f"again must be an Again, got {self.again!r:.80}")
        if self.again is not None and self.options:
            raise refuse(owner, "again gives other numbers, but it asks for one of its options")
        if not (self.curve is None or isinstance(self.curve, Curve)):
            raise refuse(owner, f"curve must be a Curve, got {self.curve!r:.80}")
        if self.curve is not None and self.options:
            raise refuse(owner, "a number is read off a curve, but it asks for one of its options")
        object.__setattr__(self, "scenario", frozen_mapping(owner, "scenario", self.scenario))

    def _check_reference(self, owner: str) -> None:
        if not isinstance(self.reference, tuple) or len(self.reference) != 3:
            raise refuse(owner, f"reference must be (words, value, factor) or None, got {self.reference!r}")
        check_text(owner, "reference words", self.reference[0])
        for name, number in zip(("value", "factor"), self.reference[1:], strict=True):
            check_number(owner, f"reference {name}", number)
        if self.options or self.low <= 0 or self.reference[1] <= 0 or self.reference[2] < 1:
            raise refuse(owner, "a reference is a number above 0, as low is, and a factor of 1 or more")


@dataclass(frozen=True, kw_only=True, slots=True)
class Reflection:
    """The last part of a bench: two text fields, a check question, then a model answer.

    Parameters
    ----------
    prompt : str
        The question that the two fields answer.
    rubric : tuple[str, ...]
        Four points, each marked 0, 1 or 2 by the student.
    model_answer, weak_sample, strong_sample : str
        Shown after the student's own answer is saved.
    check : Question | None
        A choice question with feedback for each option, or None.
    ablation : Ablation | None
        The student's own design without one of its parts, shown above the two fields; or None.
    defence : Reflection | None
        What is asked about the whole track once all of its benches are finished, beside what each of them came to; of
        the mission's last bench that has one. It has no check, no ablation and no defence.
    """

    prompt: str
    rubric: tuple[str, ...]
    model_answer: str
    weak_sample: str
    strong_sample: str
    check: Question | None = None
    ablation: Ablation | None = None
    defence: Reflection | None = None

    def __post_init__(self) -> None:
        check_items("Reflection", "rubric", self.rubric, str)
        if len(self.rubric) != 4:
            raise refuse("Reflection", f"the rubric has {len(self.rubric)} points; it needs four")
        for name in ("prompt", "model_answer", "weak_sample", "strong_sample"):
            check_text("Reflection", name, getattr(self, name))
        if self.check is not None and not isinstance(self.check, Question):
            raise refuse("Reflection", f"check must be a Question, got {self.check!r}")
        if self.ablation is not None and not isinstance(self.ablation, Ablation):
            raise refuse("Reflection", f"ablation must be an Ablation, got {self.ablation!r:.80}")
        if self.defence is not None and not isinstance(self.defence, Reflection):
            raise refuse("Reflection", f"defence must be a Reflection, got {self.defence!r:.80}")
        if self.defence and (self.defence.check or self.defence.ablation or self.defence.defence):
            raise refuse("Reflection", "defence is two fields alone: it has no check, ablation or defence")


@dataclass(frozen=True, kw_only=True, slots=True)
class Task:
    """What is to be found on a bench that has nothing else to win; a recorded try that meets it counts as won.

    Parameters
    ----------
    text : str
        What to find, in a sentence.
    reading : str
        The reading that is judged, a number.
    low, high : float
        What it must lie in, in the reading's unit.
    controls : tuple[str, ...]
        Ids of environment controls that may be moved for it.
    """

    text: str
    reading: str
    low: float
    high: float
    controls: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        check_text("Task", "text", self.text)
        check_id("Task", self.reading)
        check_items("Task", "controls", self.controls, str)
        check_number("Task", "low", self.low)
        check_number("Task", "high", self.high, low=self.low)

    def is_met(self, outcome: Outcome) -> bool:
        """Whether the reading of a state lies in what is asked for."""
        value = outcome.reading(self.reading).value
        return isinstance(value, (int, float)) and self.low <= value <= self.high
