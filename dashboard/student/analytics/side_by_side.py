"""The same question on several tracks: the same physics, other numbers, and where the answer turns round."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from dashboard.student.analytics.locks import LockRecord
from tracks.api.quantities import in_words


@dataclass(frozen=True, kw_only=True, slots=True)
class SideBySide:
    """One question that is locked and revealed on two tracks or more.

    Attributes:
        bench, prediction: its ids. title: the bench's name. question: as it was asked on the last of the tracks.
        asked_on: that track's name where the question names each track's own numbers, else "".
        unit: of the answers, "" for a choice.
        locks: one of each track, in the order of the tracks.
        is_reversed: whether computed ratios lie on both sides of 1, or the right options differ.
        sentence: what the tracks have in common and where it turns round.
    """

    bench: str
    prediction: str
    title: str
    question: str
    asked_on: str
    unit: str
    locks: tuple[LockRecord, ...]
    is_reversed: bool
    sentence: str


def side_by_side(locks: Iterable[LockRecord]) -> tuple[SideBySide, ...]:
    """Return every question with a revealed lock on two tracks or more."""
    found: dict[tuple[str, str, str], dict[str, LockRecord]] = {}
    for item in locks:
        if item.is_revealed and item.right is not None:
            # Crises share an id and ask different things: a question is the same where it has one name and one unit.
            found.setdefault((item.place.bench, item.prediction, item.unit), {})[item.place.track] = item
    return tuple(
        _compared(bench, prediction, unit, tuple(own.values()))
        for (bench, prediction, unit), own in found.items()
        if len(own) > 1
    )


def _compared(bench: str, prediction: str, unit: str, locks: tuple[LockRecord, ...]) -> SideBySide:
    is_reversed, sentence = _reversal(unit, locks)
    return SideBySide(
        bench=bench,
        prediction=prediction,
        title=locks[0].label,
        question=locks[-1].question,
        asked_on=locks[-1].place.track_name if len({item.question for item in locks}) > 1 else "",
        unit=unit,
        locks=locks,
        is_reversed=is_reversed,
        sentence=sentence,
    )


def _reversal(unit: str, locks: tuple[LockRecord, ...]) -> tuple[bool, str]:
    numbers = [(item.place.track_name, item.truth) for item in locks if item.truth is not None]
    if len(numbers) < len(locks):
        answers = dict.fromkeys(item.computed for item in locks)
        if len(answers) == 1:
            return (
                False,
                f"The same answer on {_names([item.place.track_name for item in locks])}: {locks[0].computed}.",
            )
        parts = [
            f"{answer} on {_names([item.place.track_name for item in locks if item.computed == answer])}"
            for answer in answers
        ]
        return True, f"The answer turns round: {'; '.join(parts)}."
    ordered = sorted(numbers, key=lambda item: item[1])
    (low_name, low), (high_name, high) = ordered[0], ordered[-1]
    span = f"from {in_words(low, unit)} on {low_name} to {in_words(high, unit)} on {high_name}"
    if unit == "x" and low < 1 < high:
        below = _names([name for name, value in ordered if value < 1])
        above = _names([name for name, value in ordered if value > 1])
        return True, f"The answer turns round: below 1 on {below}, above 1 on {above}; {span}."
    if low > 0 and high > low:
        return False, f"The same physics, {in_words(high / low, 'x')} apart: {span}."
    if high > low:
        return False, f"The same physics, {in_words(high - low, unit)} apart: {span}."
    return False, f"The same number on all of them: {in_words(low, unit)}."


def _names(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
