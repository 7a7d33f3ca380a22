"""A prediction as a student enters it and as the ledger keeps it: read tolerantly, checked once, then frozen."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from dashboard.student.drawn_curve import Points, Undrawn, agrees, as_stored, heights, in_one_line, stored_points
from tracks.api.controls import Option
from tracks.api.declared import ANCHORS
from tracks.api.quantities import NO_POWER_FOLLOWS, PREFIXES, in_words, quantity, read_quantity, three_digits
from tracks.api.teaching import CONFIDENCE, Prediction, Truth

MAX_ENTRY = 40
NEAR = 0.1  # of a lock, within which a value explains it
NEAR_DECADES = 1 / 3  # the same where the question asks for decades
WORTH_A_FACTOR = 1.2  # from here on a gap between shares is also said as a factor
# A point before three digits, and no power of ten behind them.
_TWO_WAYS = re.compile(rf"(?<![\d.,])[1-9]\d{{0,2}}\.\d{{3}}(?![\d.,]){NO_POWER_FOLLOWS}", re.IGNORECASE)
_BARE = re.compile(r"[+-]?[\d.,' eE^+-]+")  # bytes are never entered without a unit
_HAIR = 1e-9  # what subtracting floats may miss a tolerance by


@dataclass(frozen=True, kw_only=True, slots=True)
class Kept:
    """What a lock said when it was made, as the ledger has it: a question may be worded or asked otherwise by now.

    Attributes:
        question, answer, reason: as they were shown, "" in a ledger from before they were stored.
        number, unit: of a numeric answer, None where it is none or was not stored.
        curve: what was drawn, as it was stored; None where nothing was.
    """

    question: str = ""
    answer: str = ""
    reason: str = ""
    number: float | None = None
    unit: str | None = None
    curve: Any = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Draft:
    """What stands in the card: the raw entry, the reason's id, the confidence's id; None where nothing is chosen.

    ``anchors`` are the heights of a drawn curve as they were entered, "" for a missing one, or none at all. ``kept`` is
    what the ledger stored beside them; None before the lock.
    """

    value: str | None = None
    mechanism: str | None = None
    confidence: str | None = None
    anchors: tuple[str, ...] = ()
    kept: Kept | None = None

    def as_dict(self) -> dict[str, str | None]:
        """Return the three parts as JSON."""
        return {"value": self.value, "mechanism": self.mechanism, "confidence": self.confidence}

    def number(self, prediction: Prediction) -> float:
        """Return the entry in the prediction's unit; ``problems`` or ``is_comparable`` has to have passed."""
        if self.kept is not None and self.kept.number is not None:
            return self.kept.number
        return read_quantity(self.value or "", prediction.unit)

    def is_comparable(self, prediction: Prediction) -> bool:
        """Whether a lock answers the question as it is asked now: an option that still stands, a number in its unit."""
        if prediction.options:
            return bool(_text(prediction.options, self.value))
        if self.kept is not None and self.kept.unit not in (None, prediction.unit):
            return False
        try:
            self.number(prediction)
        except ValueError:
            return False
        return True

    def has_changed(self, prediction: Prediction) -> bool:
        """Whether the question, its options or its reasons are other than those that a lock answered."""
        asked = self.kept.question if self.kept is not None else ""
        is_other = bool(asked) and asked != prediction.question
        return is_other or not self.is_comparable(prediction) or not _text(prediction.mechanisms, self.mechanism)

    def question_in_words(self, prediction: Prediction) -> str:
        """Return the question as it was asked."""
        return (self.kept.question if self.kept is not None else "") or prediction.question

    def answer_parts(self, prediction: Prediction) -> tuple[str, str]:
        """Return the answer as number and unit, or the option's text and nothing."""
        kept = self.kept
        if kept is not None and kept.number is not None and kept.unit is not None:
            return quantity(kept.number, kept.unit)
        if prediction.options or (kept is not None and not self.is_comparable(prediction)):
            return self.answer_in_words(prediction), ""
        return quantity(self.number(prediction), prediction.unit)

    def answer_in_words(self, prediction: Prediction) -> str:
        """Return the answer as one text: as it was shown where the ledger has it."""
        if self.kept is not None and self.kept.answer:
            return self.kept.answer
        if prediction.options:
            return _text(prediction.options, self.value)
        return in_words(self.number(prediction), prediction.unit)

    def mechanism_in_words(self, prediction: Prediction) -> str:
        """Return the reason's text, as it was shown where the ledger has it."""
        kept = self.kept.reason if self.kept is not None else ""
        return kept or _text(prediction.mechanisms, self.mechanism)

    def as_locked(self, prediction: Prediction) -> dict[str, Any]:
        """Return what the ledger keeps: the ids, beside them the words, the number and the unit that were shown.

        What was asked before an implausible number was locked is kept too.
        """
        is_number = not prediction.options
        asked = doubt(prediction, self)
        drawn = self.drawn(prediction)
        return (
            self.as_dict()
            | ({"doubt": asked} if asked else {})
            | ({"curve": as_stored(prediction.curve, drawn)} if prediction.curve and drawn else {})
            | {
                "question": prediction.question,
                "answer": self.answer_in_words(prediction),
                "reason": self.mechanism_in_words(prediction),
                "number": self.number(prediction) if is_number else None,
                "unit": prediction.unit if is_number else None,
            }
        )

    def drawn(self, prediction: Prediction) -> tuple[float, ...]:
        """Return the heights of the curve that was drawn; none where nothing was, or what was drawn is no curve."""
        with suppress(Undrawn):
            return heights(prediction.curve, self.anchors) if prediction.curve and self.anchors else ()
        return ()

    def drawing_problem(self, prediction: Prediction) -> str:
        """Return why what was drawn is no curve, in one sentence, or "": it stops no lock."""
        try:
            if prediction.curve and self.anchors:
                heights(prediction.curve, self.anchors)
        except Undrawn as problem:
            return str(problem)
        return ""

    def with_read_off(self, prediction: Prediction) -> Draft:
        """Return the draft with the number that is read off the drawing where none was entered."""
        drawn = self.drawn(prediction)
        if self.value is not None or prediction.curve is None or not drawn:
            return self
        return replace(self, value=f"{prediction.curve.number(drawn):.4g}")

    def confidence_in_words(self) -> str:
        """Return the confidence's text."""
        return _text(CONFIDENCE, self.confidence)


@dataclass(frozen=True, kw_only=True, slots=True)
class Locked:
    """A draft that was committed, and when (ISO 8601, UTC)."""

    draft: Draft
    time: str


def _text(options: tuple[Option, ...], chosen: str | None) -> str:
    return next((option.text for option in options if option.id == chosen), "")


def draft_from(parts: Any) -> Draft:
    """Return a draft from whatever a client sent; anything but a short text counts as not chosen."""
    if not isinstance(parts, Mapping):
        return Draft()
    kept = {}
    for name in ("value", "mechanism", "confidence"):
        part = parts.get(name)
        if isinstance(part, (int, float)) and not isinstance(part, bool):
            part = repr(part)
        if isinstance(part, str) and part.strip() and len(part) <= MAX_ENTRY:
            kept[name] = part.strip()
    drawn = parts.get("anchors")
    if not isinstance(drawn, list):
        drawn = [parts.get(f"anchor_{number}") for number in range(ANCHORS)]
    anchors = tuple(
        text.strip() if isinstance(text, str) and len(text) <= MAX_ENTRY else "" for text in drawn[:ANCHORS]
    )
    return Draft(
        value=kept.get("value"),
        mechanism=kept.get("mechanism"),
        confidence=kept.get("confidence"),
        anchors=anchors if any(anchors) else (),
    )


def locked_draft(payload: Mapping[str, Any]) -> Draft:
    """Return a lock as the ledger has it."""
    words = {name: str(payload.get(name) or "") for name in ("question", "answer", "reason")}
    number, unit = payload.get("number"), payload.get("unit")
    kept = Kept(
        **words,
        number=float(number) if isinstance(number, (int, float)) else None,
        unit=unit if isinstance(unit, str) else None,
        curve=payload.get("curve"),
    )
    return replace(draft_from(payload), kept=kept)


def problems(prediction: Prediction, draft: Draft) -> dict[str, str]:
    """Return what stops a draft from being locked, by part, each in one sentence; empty when nothing does."""
    found: dict[str, str] = {}
    if draft.value is None:
        number = draft.drawing_problem(prediction) or "Enter a number first; a guess will do."
        found["value"] = "Choose an answer first." if prediction.options else number
    elif prediction.options:
        if not _text(prediction.options, draft.value):
            found["value"] = "Choose one of the answers."
    else:
        sentence = value_problem(prediction, draft.value) or _other_number(prediction, draft)
        if sentence:
            found["value"] = sentence
    if not _text(prediction.mechanisms, draft.mechanism):
        found["mechanism"] = "Choose the reason that carries your answer."
    if not _text(CONFIDENCE, draft.confidence):
        found["confidence"] = "Say how sure you are."
    return found


def drawn_curve(prediction: Prediction, draft: Draft) -> tuple[Points, str]:
    """Return the points of the curve in a lock and what they say in words, or none and why; none and "" without one."""
    kept = draft.kept
    if prediction.curve is None or kept is None or kept.curve is None:
        return (), ""
    try:
        points = stored_points(prediction.curve, kept.curve)
    except Undrawn as problem:
        return (), str(problem)
    return points, f"Your drawing, {in_one_line(prediction.curve, [height for _, height in points])}."


def _other_number(prediction: Prediction, draft: Draft) -> str:
    """Return that a number is another than the one read off the drawing beside it, or an empty text."""
    curve, drawn = prediction.curve, draft.drawn(prediction)
    if curve is None or not drawn or agrees(curve, drawn, draft.number(prediction)):
        return ""
    read, typed = (in_words(v, prediction.unit) for v in (curve.number(drawn), draft.number(prediction)))
    return f"Your drawing reads {read}, the number {typed}; change one of the two, or clear the drawing."


def value_problem(prediction: Prediction, text: str) -> str:
    """Return why an entry is no answer to the question, or an empty text."""
    try:
        number = read_quantity(text, prediction.unit)
    except ValueError as problem:
        return str(problem)
    if two_ways := _TWO_WAYS.search(text):
        digits = two_ways.group()
        thousands, decimal = digits.replace(".", ""), digits.rstrip("0").rstrip(".")
        return f"“{digits}” is {thousands} to some and {decimal} to others; write it in one of these ways."
    if prediction.unit in ("B", "iB") and _BARE.fullmatch(text.strip()):
        first, second = (f"{text.strip()} {name}" for name in _likely_units(prediction, number))
        return f"{text.strip()} of what? Write {first} or {second}."
    said = in_words(number, prediction.unit)
    if number < prediction.low:
        return f"{said} lies below {in_words(prediction.low, prediction.unit)}; is the unit right?"
    if number > prediction.high:
        return f"{said} lies above {in_words(prediction.high, prediction.unit)}; is the unit right?"
    return ""


def _likely_units(prediction: Prediction, number: float) -> list[str]:
    """Return the two units of bytes in which a bare number comes closest to what its question compares it with."""
    if prediction.reference is None or number <= 0:
        return ["MB", "GB"]
    _, value, _ = prediction.reference
    rows = [(abs(math.log(number * factor / value)), factor, name) for _, factor, name in PREFIXES[prediction.unit][1:]]
    return [name for _, _, name in sorted(sorted(rows)[:2], key=lambda row: row[1])]


def doubt(prediction: Prediction, draft: Draft) -> str:
    """Return what is asked before an implausible number is locked, or an empty text; ``problems`` has found nothing."""
    if prediction.reference is None:
        return ""
    words, value, factor = prediction.reference
    number = draft.number(prediction)
    times = max(number / value, value / number)
    if times <= factor * (1 + _HAIR):
        return ""
    side = "more" if number > value else "less"
    return f"“{draft.value}” is {three_digits(times)} times {side} than {words}. Lock it anyway?"


def not_taken(prediction: Prediction, first: Draft, second: Draft) -> str:
    """Return what of a second lock was not taken, because the first one stands; "" where both say the same."""
    if first.as_dict() == second.as_dict():
        return ""
    kept, refused = (_in_one_line(prediction, draft) for draft in (first, second))
    return f"Your first lock stands: {kept}. What you entered here was not taken: {refused}."


def _in_one_line(prediction: Prediction, draft: Draft) -> str:
    problem = prediction.options or draft.value is None or value_problem(prediction, draft.value)
    value = draft.answer_in_words(prediction) if prediction.options or not problem else draft.value
    parts = [value or "no value", draft.confidence_in_words(), draft.mechanism_in_words(prediction)]
    return ", ".join(part for part in parts if part)


def echo(prediction: Prediction, text: Any) -> str:
    """Return the entry as it was read, or why it was not."""
    if not isinstance(text, str) or not text.strip():
        return ""
    problem = value_problem(prediction, text)
    return problem or f"Read as {in_words(read_quantity(text, prediction.unit), prediction.unit)}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Gap:
    """How far a lock was from what physics computes, in the question's own measure.

    Attributes:
        headline: the gap as a number, or the computed answer of a choice. computed: the computed value in words.
        compared: whether the lock answers the question as it is asked now; otherwise nothing is right or wrong.
    """

    right: bool
    headline: str
    sentence: str
    computed: str
    compared: bool = True


def gap(prediction: Prediction, draft: Draft, truth: Truth) -> Gap:
    """Return the gap between a locked draft and the truth."""
    if not draft.is_comparable(prediction):
        sentence = (
            f"You locked {draft.answer_in_words(prediction)}. The question has changed since, so it is not compared."
        )
        return Gap(right=False, headline="–", sentence=sentence, computed="–", compared=False)
    if isinstance(truth.value, str):
        right = draft.value == truth.value
        computed = _text(prediction.options, truth.value)
        said = "the same" if right else f"“{draft.answer_in_words(prediction)}”"
        return Gap(right=right, headline=computed, sentence=f"You locked {said}.", computed=computed)
    locked, computed_value = draft.number(prediction), float(truth.value)
    said, computed = (in_words(v, prediction.unit) for v in (locked, computed_value))
    same = said == computed  # the lab shows all digits that a student can compare
    headline, right = ("as computed", True) if same else _measured(prediction, locked, computed_value)
    sentence = f"You locked {said}; the same physics computes {computed}."
    return Gap(right=right, headline=headline, sentence=sentence, computed=computed)


def is_near(prediction: Prediction, value: float, locked: float) -> bool:
    """Whether a value explains a lock: within 10% of it, or a third of a decade where the question asks for decades."""
    if prediction.right == "decade":
        return value > 0 and locked > 0 and abs(math.log10(value / locked)) <= NEAR_DECADES + _HAIR
    return abs(value - locked) <= NEAR * abs(locked) + _HAIR * abs(value)


def _measured(prediction: Prediction, locked: float, computed: float) -> tuple[str, bool]:
    """Return the gap in words, and whether it is within the tolerance."""
    if prediction.right in ("factor", "decade"):
        factor = max(locked / computed, computed / locked)
        decades = math.log10(factor)
        if float(f"{factor:.3g}") == 1:
            return "as computed", True
        off = factor / (1 + _HAIR) if prediction.right == "factor" else decades - _HAIR
        return f"{in_words(factor, 'x')} {_side(locked, computed)}", off <= prediction.tolerance
    if prediction.right == "relative":
        off = abs(locked / computed - 1) if computed else abs(locked)
        if off < 0.0005:
            return "as computed", True
        return _far(prediction, locked, computed), off <= prediction.tolerance + _HAIR
    off = abs(locked - computed) * (100 if prediction.unit == "share" else 1)
    if off < 0.005:
        return "as computed", True
    return _far(prediction, locked, computed), off <= prediction.tolerance + _HAIR


def _far(prediction: Prediction, locked: float, computed: float) -> str:
    """Return a difference: of shares and points in points, of others in percent; far above also as a factor."""
    side, off = _side(locked, computed), abs(locked - computed)
    factor = max(locked / computed, computed / locked) if locked > 0 and computed > 0 else 0.0
    if prediction.unit == "share" or prediction.right == "points":
        points = off * 100 if prediction.unit == "share" else off
        number, name = quantity(float(f"{points:.2g}") if prediction.unit == "share" else points, "points")
        words = f"{number.lstrip('+')} {name} {side}"
        if prediction.unit == "share" and factor >= WORTH_A_FACTOR:
            words += f", {in_words(float(f'{factor:.2g}'), 'x')}"
        return words
    if factor >= 2 or not computed:
        return f"{in_words(factor, 'x')} {side}" if factor else f"{in_words(off, prediction.unit)} {side}"
    return f"{in_words(off / abs(computed), 'share')} {side}"


def _side(locked: float, computed: float) -> str:
    return "high" if locked > computed else "low"
