"""What a student has done alone: which tries are their own, which were made with help, and which hints are open.

A hint on a failing verdict has three levels: what is wrong and why, which stands on the page; which control and which
direction; and the value. The second opens after one own try on the bench, the third after two.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from tracks.api.bench import Bench
from tracks.api.controls import Control, Slider, Value

Level = Literal[1, 2, 3]
CONTROL, VALUE = 2, 3  # the levels that are asked for
OWN_TRIES: Mapping[int, int] = {CONTROL: 1, VALUE: 2}  # that open a level
OWN_DISTANCE = 0.1  # of a slider's scale: a try that moved less is no other try
LINK = "link"  # in place of a level and of a verdict: the values came with the address of a setting
NO_TRY = -1  # after which no try is made with help for being the next one
_ROUNDING = 1e-9

State = Mapping[str, Value]


@dataclass(frozen=True, kw_only=True, slots=True)
class GivenValue:
    """A value that the third level of a hint named, as the ledger has it.

    Attributes:
        control: its id. value: what the hint would set it to. after: how many tries had been recorded.
    """

    control: str
    value: Value
    after: int


def given_values(payloads: Iterable[Mapping[str, Any]]) -> tuple[GivenValue, ...]:
    """Return every value that stored hints gave."""
    return tuple(
        GivenValue(control=str(item["control"]), value=item["value"], after=int(payload["after"]))
        for payload in payloads
        for item in payload["values"]
    )


def is_same(control: Control, one: Value, other: Value) -> bool:
    """Whether two values of a control count as one: the same option, or less than a tenth of the scale apart."""
    if not isinstance(control, Slider) or isinstance(one, str) or isinstance(other, str):
        return one == other  # also where a slider was a choice when the other was recorded
    low, high = control.position(control.minimum), control.position(control.maximum)
    apart = abs(control.position(float(one)) - control.position(float(other)))
    return apart < (OWN_DISTANCE - _ROUNDING) * (high - low)


def differs(bench: Bench, one: State, other: State) -> bool:
    """Whether two states differ in a decision: in an option, or by a tenth of a slider's scale."""
    decisions = (control for control in bench.controls if control.role == "decision")
    return any(
        not is_same(control, one[control.id], other[control.id])
        for control in decisions
        if control.id in one and control.id in other
    )


def is_own(bench: Bench, values: State, earlier: Iterable[State], *, start: State) -> bool:
    """Whether a state is a try of the student's own: it differs from the start and from every earlier try."""
    return all(differs(bench, values, other) for other in (start, *earlier))


def is_helped(
    bench: Bench,
    values: State,
    given: Sequence[GivenValue],
    *,
    tries: int,
    unhelped: Iterable[State],
) -> bool:
    """Whether a try is made with help: it is the first after a value was given, or it keeps a value that was.

    Args:
        values: of the try. given: every value that hints gave on this bench. tries: how many were recorded before.
        unhelped: the start and the tries without help; a value that stood in one of them was the student's own.
    """
    if any(item.after == tries for item in given):
        return True
    controls, unhelped = bench.control_map(), list(unhelped)
    return any(
        is_same(control, values[control.id], item.value)
        and not any(is_same(control, state[control.id], item.value) for state in unhelped if control.id in state)
        for item in given
        if (control := controls.get(item.control)) is not None
    )


def missing_tries(level: int, own: int) -> str:
    """Return why a level of hints is not open yet, in words; "" where it is open."""
    needed = OWN_TRIES[level]
    if own >= needed:
        return ""
    wanted = "one try" if needed == 1 else "two tries"
    so_far = "" if needed == 1 else f", {own} so far"
    return f"After {wanted} of your own{so_far}: moved from the start in an option or by a tenth of a slider."
