"""What benches declare: which constants and texts of a track they read, what is recorded, carried and asked again.

A bench lists in ``Bench.extras`` and ``Bench.texts`` what it reads beyond a track's fixed fields. A track may add
constants that only its own table shows (``Track.extras``). Any other name in a track's ``extras`` or ``texts`` is
refused with the nearest right one.
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

from tracks.api.checks import (
    SpecError,
    check_id,
    check_items,
    check_number,
    check_one_of,
    check_text,
    frozen_mapping,
    refuse,
)
from tracks.api.controls import Value

if TYPE_CHECKING:
    from tracks.api.bench import Bench
    from tracks.api.teaching import Prediction
    from tracks.api.track import Track

Part = Literal["device", "targets"]
ANCHORS = 5  # of a curve that is drawn


@dataclass(frozen=True, kw_only=True, slots=True)
class Again:
    """Other numbers for a question of a number, with which the ledger asks it again a week after a confident miss.

    The truth stays the prediction's own, in the new state.

    Parameters
    ----------
    values : Mapping[str, tuple[Value, ...]]
        Control id -> the values to take in turn, none of them the scenario's; printed with the question.
    question : str
        The sentence without the numbers that change, or "" where the prediction's own has none of them.
    given : tuple[tuple[str, str], ...]
        The further facts that hold for all these values.
    """

    values: Mapping[str, tuple[Value, ...]]
    question: str = ""
    given: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "values", frozen_mapping("Again", "values", self.values))
        if not self.values:
            raise refuse("Again", "values names no control; without other numbers nothing is asked again")
        for name, values in self.values.items():
            check_items("Again", f"values of '{name}'", values, (str, bool, int, float))
            if not values:
                raise refuse("Again", f"values of '{name}' are none")
        check_text("Again", "question", self.question, optional=True)
        check_items("Again", "given", self.given, tuple)

    def asked(self, prediction: Prediction, number: int) -> Prediction:
        """Return a question with the numbers of the asking of that number, 0 for the first."""
        return replace(
            prediction,
            question=self.question or prediction.question,
            scenario={**prediction.scenario, **self.scenario(number)},
            given=self.given,
            marks=None,
            routes=(),
            case=None,
            again=None,
            curve=None,
        )

    def scenario(self, number: int) -> dict[str, Value]:
        """Return the values of the asking of that number, 0 for the first: every combination comes before one twice."""
        state: dict[str, Value] = {}
        for name, values in self.values.items():
            number, place = divmod(number, len(values))
            state[name] = values[(place + number) % len(values)]
        return state


@dataclass(frozen=True, kw_only=True, slots=True)
class Curve:
    """A prediction that may be drawn: five anchors, off which the number asked for is read.

    A student drags them or types their heights; the drawn shape is locked with the number and stands over the real
    curve in the reveal. A number alone can be locked as well.

    Parameters
    ----------
    panel : str
        The panel, or a view of one, in which it is revealed; its y axis is that of the heights.
    label : str
        What the heights are and of what ("accuracy after so many rounds").
    at : tuple[tuple[str, float], ...]
        The five anchors from left to right: a word or two each, and the place on the panel's x axis, ascending.
    weights : tuple[float, ...]
        One for each anchor: the number asked for, in the prediction's unit, is the sum of weight times height.
    unit : str
        Of a height, as the panel's y axis has it.
    low, high : float
        The least and the greatest height; an anchor outside leaves the drawing out of the lock.
    """

    panel: str
    label: str
    at: tuple[tuple[str, float], ...]
    weights: tuple[float, ...]
    unit: str = ""
    low: float = 0.0
    high: float = 1.0

    def __post_init__(self) -> None:
        check_id("Curve", self.panel)
        for name in ("label", "unit"):
            check_text("Curve", name, getattr(self, name), optional=name == "unit")
        for name, kind in (("at", tuple), ("weights", (int, float))):
            check_items("Curve", name, getattr(self, name), kind)
            if len(getattr(self, name)) != ANCHORS:
                raise refuse("Curve", f"{name} has {len(getattr(self, name))} entries; there are five anchors")
        for anchor in self.at:
            if len(anchor) != 2:
                raise refuse("Curve", f"an anchor of at is (words, place), got {anchor!r:.80}")
            check_text("Curve", "words of an anchor", anchor[0])
            check_number("Curve", f"place of '{anchor[0]}'", anchor[1])
        places = [place for _, place in self.at]
        if any(one >= other for one, other in pairwise(places)):
            raise refuse("Curve", f"the places of at must ascend, got {places}")
        for name in ("low", "high"):
            check_number("Curve", name, getattr(self, name))
        if not self.low < self.high:
            raise refuse("Curve", f"low {self.low:g} must be below high {self.high:g}")

    @property
    def step(self) -> float:
        """The least difference between two heights that a hand can draw."""
        return (self.high - self.low) / 500

    def number(self, heights: Sequence[float]) -> float:
        """Return the number asked for, read off the anchors' heights."""
        return math.fsum(weight * height for weight, height in zip(self.weights, heights, strict=True))


@dataclass(frozen=True, kw_only=True, slots=True)
class Recorded:
    """A field of the record that the ledger keeps of a track: what of the carried try a later lab reads.

    Where several benches of a track declare one id, the last of them that has a carried try gives its value.

    Parameters
    ----------
    id : str
        Its name in a file.
    label : str
        Its name on a page.
    decision : str
        Its name in ``Outcome.decision``, or "" where it is a reading.
    reading : str
        The id of the reading that it is, or "".
    unit : str
        Of a number in the decision, as in ``tracks.api.quantities``; a reading brings its own.
    """

    id: str
    label: str
    decision: str = ""
    reading: str = ""
    unit: str = ""

    def __post_init__(self) -> None:
        check_id("Recorded", self.id)
        owner = f"Recorded '{self.id}'"
        check_text(owner, "label", self.label)
        if bool(self.decision) == bool(self.reading):
            raise refuse(owner, "names either a part of the decision or a reading, not both and not none")
        check_id(owner, self.decision or self.reading)
        check_text(owner, "unit", self.unit, optional=True)


@dataclass(frozen=True, kw_only=True, slots=True)
class Extra:
    """A constant in the ``extras`` of a track's device or targets.

    Parameters
    ----------
    name : str
        Its key, which carries its unit ("radio_j_per_byte").
    unit : str
        In brackets on the page ("J/B").
    meaning : str
        What it is, in a few words.
    part : Part
        "device" or "targets".
    otherwise : str
        What the bench takes where a track lacks it, as a text; "" where a track must have it.
    """

    name: str
    unit: str
    meaning: str
    part: Part = "device"
    otherwise: str = ""

    def __post_init__(self) -> None:
        check_id("Extra", self.name)
        owner = f"Extra '{self.name}'"
        check_one_of(owner, "part", self.part, ("device", "targets"))
        check_text(owner, "unit", self.unit, optional=True)
        check_text(owner, "meaning", self.meaning)
        check_text(owner, "otherwise", self.otherwise, optional=True)

    @property
    def path(self) -> str:
        """Its dotted name on a track: "device.extras.radio_j_per_byte"."""
        return f"{self.part}.extras.{self.name}"


@dataclass(frozen=True, kw_only=True, slots=True)
class TextKey:
    """A text that a track may replace by its own.

    Parameters
    ----------
    name : str
        Its key in ``Track.texts`` ("paradox_text").
    meaning : str
        Where it is on the page.
    otherwise : str
        What is shown where a track has no such text, as a text; "" where every track must have one.
    """

    name: str
    meaning: str
    otherwise: str = ""

    def __post_init__(self) -> None:
        check_id("TextKey", self.name)
        check_text(f"TextKey '{self.name}'", "meaning", self.meaning)
        check_text(f"TextKey '{self.name}'", "otherwise", self.otherwise, optional=True)


def brief_texts(bench_id: str) -> tuple[TextKey, ...]:
    """Return the three texts with which a track replaces the brief of a bench."""
    own = "the bench's own words"
    return (
        TextKey(name=f"{bench_id}_speaker", meaning="who opens the bench, a role", otherwise=own),
        TextKey(name=f"{bench_id}_text", meaning="the message that opens the bench", otherwise=own),
        TextKey(name=f"{bench_id}_short", meaning="the same in one sentence", otherwise=own),
    )


def check_has_what_is_read(bench: Bench, track: Track) -> None:
    """Refuse a track that lacks an extra or a text that the bench requires.

    Raises
    ------
    SpecError
        The sentence names what is missing, its unit and its meaning.
    """
    present = {"device": track.device.extras, "targets": track.targets.extras}
    for extra in bench.extras:
        if not extra.otherwise and extra.name not in present[extra.part]:
            unit = f" [{extra.unit}]" if extra.unit else ""
            raise refuse(
                f"Track '{track.id}'", f"needs {extra.path}{unit} for bench '{bench.id}': {extra.meaning}; add it"
            )
    for text in bench.texts:
        if not text.otherwise and text.name not in track.texts:
            raise refuse(f"Track '{track.id}'", f"needs texts['{text.name}'] for bench '{bench.id}': {text.meaning}")


def check_nothing_unread(track: Track, benches: Iterable[Bench]) -> None:
    """Refuse an extra, a text or a range of a track that none of its benches reads and the track does not declare.

    Raises
    ------
    SpecError
        The sentence names it, the nearest right name and where all are listed.
    """
    benches = tuple(benches)
    _check_names(track, "ranges", track.ranges, {bench.id for bench in benches}, "which is no bench of it")
    declared = (*track.extras, *(extra for bench in benches for extra in bench.extras))
    known_texts = {text.name for bench in benches for text in bench.texts}
    _check_names(track, "texts", track.texts, known_texts)
    for part, extras in (("device", track.device.extras), ("targets", track.targets.extras)):
        _check_names(track, f"{part}.extras", extras, {extra.name for extra in declared if extra.part == part})


def _check_names(
    track: Track, where: str, present: Mapping[str, object], known: set[str], why: str = "which no bench reads"
) -> None:
    for name in present:
        if name in known:
            continue
        near = difflib.get_close_matches(name, sorted(known), n=1)
        advice = f"did you mean '{near[0]}'?" if near else f"there are {', '.join(sorted(known)) or 'none'}."
        own = (
            ""
            if where in ("texts", "ranges")
            else " A constant that only this track's table shows is declared in Track(extras=(Extra(...),))."
        )
        raise SpecError(f"Track '{track.id}': {where} has '{name}', {why}; {advice}{own}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Fact:
    """A part of a bench's carried decision that every other bench of the mission shows the student.

    Parameters
    ----------
    decision : str
        Its name in ``Outcome.decision``.
    label : str
        What the read-out at the foot of a page calls it.
    unit : str
        Of a number, as in ``tracks.api.quantities``.
    none : Value | None
        The value that means there is none ("0 is no formal guarantee"); it is shown like a missing one.
    closing : str
        Its text in the closing debrief with ``{}`` for the value, or "" where the debrief leaves it out.
    missing : str
        What the closing debrief shows instead while nothing is recorded on the bench, or "".
    """

    decision: str
    label: str
    unit: str = ""
    none: Value | None = None
    closing: str = ""
    missing: str = ""

    def __post_init__(self) -> None:
        check_id("Fact", self.decision)
        owner = f"Fact '{self.decision}'"
        check_text(owner, "label", self.label)
        for name in ("unit", "closing", "missing"):
            check_text(owner, name, getattr(self, name), optional=True)
        if self.closing and self.closing.count("{}") != 1:
            raise refuse(owner, f"closing must have one {{}} for the value, got {self.closing!r}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Ablation:
    """A design held against the same design without one of its parts: the student's carried try, beside a reflection.

    Parameters
    ----------
    name : str
        What the second design is called, as the head of its column ("Without noise").
    values : Mapping[str, Value]
        Control id -> value, which takes the part away.
    readings : tuple[str, ...]
        Ids of the readings that are compared.
    """

    name: str
    values: Mapping[str, Value]
    readings: tuple[str, ...]

    def __post_init__(self) -> None:
        check_text("Ablation", "name", self.name)
        check_items("Ablation", "readings", self.readings, str)
        if not self.values or not self.readings:
            raise refuse("Ablation", "it needs the values that take a part away, and the readings to compare")
        object.__setattr__(self, "values", frozen_mapping("Ablation", "values", self.values))
