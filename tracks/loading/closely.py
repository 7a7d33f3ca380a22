"""What is looked at in a plugin's bench beside one run: some states off the defaults, its drawings, texts and units."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from tracks.api.bench import Bench
from tracks.api.checks import SpecError, refuse
from tracks.api.controls import Choice, Control, Slider, Toggle, Value
from tracks.api.demonstration import Peek
from tracks.api.figures import Scene
from tracks.api.outcome import Outcome
from tracks.api.quantities import PREFIXES, SPELLED
from tracks.api.track import Track
from tracks.loading.discovery import PluginFailed, PluginRefused
from tracks.loading.equations import BadEquation, line_parts
from tracks.loading.isolation.plain_figures import check_figure, check_table, where

MOST_TEXT = 10_000  # characters; a page shows some hundred
STATES_S = 1.0  # after which no further state is tried
RANDOM_STATES = 4

# Names of multiples of units, as a page writes them; a number is given in the unit itself.
_MULTIPLES = {
    name: (unit, factor) for unit, rows in PREFIXES.items() for _, factor, name in rows if name not in PREFIXES
}
_COUNTED = {"min", "h", "days", "years"}  # of a clock, which a bench may count in


def check_texts(owner: str, part: Any) -> None:
    """Refuse a text that no page can hold, anywhere in a track or a bench.

    Raises:
        SpecError: with the field that holds it.
    """
    for name, text in texts_in(part):
        if len(text) > MOST_TEXT:
            raise refuse(owner, f"{name.lstrip('.')} has {len(text)} characters; {MOST_TEXT} at most")


def texts_in(part: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """Yield every text of a track or a bench, after the field that holds it; of a bench not those of its track."""
    if isinstance(part, str):
        yield name, part
    elif is_dataclass(part) and not isinstance(part, type):
        for one in fields(part):
            if one.name not in ("crisis", "own_track"):  # which are looked at themselves
                yield from texts_in(getattr(part, one.name), f"{name}.{one.name}")
    elif isinstance(part, Mapping):
        for key, value in part.items():
            yield from texts_in(value, f"{name}[{key!s:.40}]")
    elif isinstance(part, tuple):
        for number, value in enumerate(part):
            yield from texts_in(value, f"{name}[{number}]")


def check_unit(owner: str, unit: str) -> None:
    """Refuse a unit that is a multiple or another spelling of one that is known; plain words ("rounds") pass.

    Raises:
        SpecError: with the unit that is meant.
    """
    if unit in PREFIXES or unit in _COUNTED:
        return
    if unit in _MULTIPLES:
        base, factor = _MULTIPLES[unit]
        raise refuse(owner, f"unit '{unit}' is a multiple; give the number times {factor:g}, with unit='{base}'")
    known = {name.lower(): name for name in PREFIXES} | {name.lower(): base for name, (base, _) in _MULTIPLES.items()}
    meant = known.get(unit.lower()) or known.get(SPELLED.get(unit.lower(), "").lower())
    if meant:
        raise refuse(owner, f"unit '{unit}' is not known; write '{meant}'")


def texts_fit(bench: Bench, track: Track) -> None:
    """Every text of the bench and of its track fits on a page."""
    check_texts(f"Bench '{bench.id}'", bench)
    check_texts(f"Track '{track.id}'", track)


def units_are_known(bench: Bench, track: Track) -> None:
    """Every unit is one that the lab writes and reads, or plain words."""
    owner = f"Bench '{bench.id}'"
    for control in bench.controls:
        if isinstance(control, Slider):
            check_unit(f"{owner}, slider '{control.id}'", control.unit)
    for view in (view for panel in bench.panels for view in (panel, *panel.views)):
        check_unit(f"{owner}, panel '{view.id}', x", view.x.unit)
        check_unit(f"{owner}, panel '{view.id}', y", view.y.unit)
    for prediction in bench.predictions:
        check_unit(f"{owner}, prediction '{prediction.id}'", prediction.unit)
    for reading in _outcome(bench, track, bench.defaults()).readings:
        check_unit(f"{owner}, reading '{reading.id}'", reading.unit)


def default_is_drawn(bench: Bench, track: Track) -> None:
    """At the defaults every panel, and no other, has a figure that a browser can draw, and a table."""
    for view in (view for panel in bench.panels for view in (panel, *panel.views)):
        if view.limits is not None:
            check_figure(f"Bench '{bench.id}', limits of panel '{view.id}'{where(view.limits)}", view.limits())
    _checked(bench, track, bench.defaults())


def answers_repeat(bench: Bench, track: Track) -> None:
    """The same state gives the same readings, however often it is solved."""
    first, second = (_outcome(bench, track, bench.defaults()) for _ in range(2))
    _check_same(f"Bench '{bench.id}'", first, second)


def truths_lie_in_range(bench: Bench, track: Track) -> None:
    """Every truth can be entered, and every lock is drawn in a panel that there is."""
    for prediction in bench.predictions:
        owner = f"Bench '{bench.id}', prediction '{prediction.id}'"
        truth = bench.truth(track, prediction)
        if isinstance(truth.value, str):
            continue
        if not prediction.low <= truth.value <= prediction.high:
            raise refuse(
                owner,
                f"its truth is {truth.value:g}, outside its low..high of {prediction.low:g}..{prediction.high:g}, so "
                "that nobody could enter it; widen the range or correct the truth",
            )
        if prediction.marks is not None:
            _check_marks(owner, bench, prediction.marks(track, float(truth.value)))


def pages_are_served(bench: Bench, track: Track) -> None:
    """Peek, scene, script and run view give what a page shows of them."""
    values = bench.defaults()
    _check_extras(f"Bench '{bench.id}'", bench, track, _outcome(bench, track, values), values)


def states_answer(bench: Bench, track: Track) -> None:
    """States off the defaults, one end of a control at a time and some at random, are answered and drawn, too."""
    defaults, until = bench.defaults(), time.monotonic() + STATES_S
    for state in _states(bench):
        if time.monotonic() > until:
            return
        try:
            _checked(bench, track, state)
        except (PluginFailed, SpecError) as problem:
            at = ", ".join(f"{name} {value}" for name, value in state.items() if value != defaults[name])
            raise PluginRefused(f"at {at}: {problem}") from problem


LOOKS: tuple[Callable[[Bench, Track], None], ...] = (
    texts_fit,
    default_is_drawn,
    units_are_known,
    answers_repeat,
    truths_lie_in_range,
    pages_are_served,
    states_answer,
)


def check_closely(bench: Bench, track: Track) -> None:
    """Try a plugin's bench as students will, lightly: its figures and tables, further states, what a page calls.

    Raises:
        PluginRefused, SpecError: something cannot be shown; the text says where and what would be right.
    """
    for look in LOOKS:
        look(bench, track)


def _outcome(bench: Bench, track: Track, values: Mapping[str, Value]) -> Outcome:
    return bench.run(track, values, preview=True, fixes=bench.preview is None)


def _checked(bench: Bench, track: Track, values: Mapping[str, Value]) -> Outcome:
    """Return the outcome of a state after everything in it was drawn."""
    outcome = _outcome(bench, track, values)
    owner = f"Bench '{bench.id}'"
    known = [view.id for panel in bench.panels for view in (panel, *panel.views)]
    for name, drawing in outcome.panels.items():
        if name not in known:
            raise refuse(
                owner, f"its outcome draws '{name}', which is no panel; there are {', '.join(known)}, so take it out"
            )
        check_figure(f"The figure of panel '{name}'{where(drawing.figure)}", drawing.figure())
        check_table(f"The table of panel '{name}'{where(drawing.table)}", drawing.table())
    for name, value in outcome.decision.items():
        if not isinstance(value, (int, float, str, bool)):
            raise refuse(owner, f"decision['{name}'] is a {type(value).__name__}; decide numbers, texts or True, False")
    for verdict in outcome.verdicts if bench.preview is None else ():
        _ = verdict.fixes  # found when read, and then checked
    return outcome


def _check_same(owner: str, first: Outcome, second: Outcome) -> None:
    """Refuse a solve that is no function of its state: a try that is looked at again would say something else."""
    for one, other in zip(first.readings, second.readings, strict=False):
        if one.id == other.id and one.value != other.value:
            raise refuse(
                owner,
                f"solve gives {one.value} for reading '{one.id}', and then {other.value} for the same state; let it "
                "depend on the controls and on seed alone, np.random.default_rng(seed)",
            )


def _check_marks(owner: str, bench: Bench, marks: Any) -> None:
    known = [view.id for panel in bench.panels for view in (panel, *panel.views)]
    if not isinstance(marks, Mapping):
        raise refuse(owner, f"marks must return {{panel id: (x, y)}}, got a {type(marks).__name__}")
    for name, place in marks.items():
        if name not in known:
            raise refuse(owner, f"marks name the panel '{name}'; there are {', '.join(known)}")
        if not isinstance(place, tuple) or len(place) != 2:
            raise refuse(owner, f"marks['{name}'] must be (x, y), got {place!r:.80}")


def _check_extras(owner: str, bench: Bench, track: Track, outcome: Outcome, values: Mapping[str, Value]) -> None:
    """Call what a page calls beside solve."""
    if bench.peek is not None:
        peek = bench.peek(track, outcome, **values)
        if not isinstance(peek, Peek):
            raise refuse(owner, f"peek must return a Peek, got a {type(peek).__name__}")
        for line in peek.lines:
            try:
                line_parts(line.latex)
            except BadEquation as problem:
                raise refuse(owner, f"peek, line '{line.name}': {problem}") from None
    if bench.scene is not None:
        for shown in (None, outcome):
            scene = bench.scene(track, shown)
            if not isinstance(scene, Scene):
                raise refuse(owner, f"scene must return a Scene, got a {type(scene).__name__}")
    if bench.script is not None:
        script = bench.script(track, seed=0, **values)
        if not isinstance(script, str):
            raise refuse(owner, f"script must return a text, got a {type(script).__name__}")
    if bench.run_view is not None:
        drawing = bench.run_view.drawn(track, values, 1)
        check_figure(f"{owner}, the figure of its run view", drawing.figure())
        check_table(f"{owner}, the table of its run view", drawing.table())


def _states(bench: Bench) -> Iterator[dict[str, Value]]:
    """Yield states off the defaults: one control at a time at each end, then some at random, the same each time."""
    defaults = bench.defaults()
    ends = {control.id: _ends(control) for control in bench.controls}
    for name, values in ends.items():
        for value in values:
            if value != defaults[name]:
                yield {**defaults, name: value}
    drawn = random.Random(0)
    for _ in range(RANDOM_STATES if len(ends) > 1 else 0):
        yield {name: drawn.choice(values) for name, values in ends.items()}


def _ends(control: Control) -> tuple[Value, ...]:
    if isinstance(control, Slider):
        return (control.read(control.minimum), control.read(control.maximum))
    if isinstance(control, Toggle):
        return (False, True)
    assert isinstance(control, Choice)
    return tuple(option.id for option in control.options)
