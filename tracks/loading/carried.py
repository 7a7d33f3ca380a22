"""Decisions carried from bench to bench: what a bench offers of what an earlier one decided, all of it or nothing."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tracks.api.bench import Bench
from tracks.api.controls import BadValue, Control, Slider, Value

Decisions = Mapping[str, Mapping[str, Value]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Offer:
    """What a bench can take over of one earlier bench's decision, by one press.

    Parameters
    ----------
    bench : str
        Whose decision it is.
    title : str
        That bench's short title.
    values : Mapping[str, Value]
        What the press sets, by control; empty where the decision does not fit here.
    text : str
        What it changes of the start, in words: "LoRA, rank 8, 770 kB"; "" where that is nothing.
    misfit : str
        Why none of it can be taken over, as part of a sentence, or "".
    """

    bench: str
    title: str
    values: Mapping[str, Value]
    text: str
    misfit: str = ""


def sources(bench: Bench) -> dict[str, tuple[Control, ...]]:
    """Return the controls that earlier benches' decisions can set, by the bench that decides, in their order."""
    found: dict[str, tuple[Control, ...]] = {}
    for control in bench.controls:
        if control.carried:
            source = control.carried.split(".")[0]
            found[source] = (*found.get(source, ()), control)
    return found


def offers(benches: Iterable[Bench], bench: Bench, decided: Decisions) -> tuple[Offer, ...]:
    """Return what a bench offers of what was decided on the others, one offer a bench.

    All of a decision that the bench has controls for is offered, or none of it: one value off its control's scale and
    nothing is. What a decision does not name (the rank of what has no adapters) leaves its control alone.

    Parameters
    ----------
    benches : Iterable[Bench]
        Those of the track, for their titles.
    bench : Bench
        Where the decisions arrive, on its track.
    decided : Decisions
        By bench, what a recorded state of it decided (``Outcome.decision``).

    Returns
    -------
    tuple[Offer, ...]
        None of a bench that decided nothing for this one.
    """
    titles = {other.id: other.short_title for other in benches}
    found = []
    for source, controls in sources(bench).items():
        decision = decided.get(source, {})
        named = [(control, _name(control)) for control in controls if decision.get(_name(control)) is not None]
        if not named or source not in titles:
            continue
        misfit = next(filter(None, (_misfit(control, decision[name]) for control, name in named)), "")
        values = {} if misfit else {control.id: control.read(decision[name]) for control, name in named}
        changed = [
            _in_words(control, values[control.id], decision.get(f"{name}_label"))
            for control, name in named
            if not misfit and values[control.id] != control.default
        ]
        found.append(Offer(bench=source, title=titles[source], values=values, text=", ".join(changed), misfit=misfit))
    return tuple(found)


def _name(control: Control) -> str:
    return control.carried.split(".")[1]


def _in_words(control: Control, value: Value, label: Value | None) -> str:
    """Write a value with the name that the earlier bench gave it, or else with its control's."""
    return f"{label}, {control.text(value)}" if label else f"{control.label} {control.text(value)}"


def _misfit(control: Control, value: Value) -> str:
    """Return why a decision cannot be set here, or ""; a slider's step nearest to it is where it belongs."""
    try:
        read = control.read(value)
    except BadValue as problem:
        return str(problem)
    if not isinstance(control, Slider) or isinstance(value, str):
        return ""
    if control.minimum <= value <= control.maximum or math.isclose(float(read), float(value), rel_tol=1e-9):
        return ""
    ends = f"{control.text(control.minimum)} to {control.text(control.maximum)}"
    return f"{control.label} {control.text(value)}, here {ends}"
