"""Further cases of a bench: the same questions of physics in a world of their own.

A case is a bench in everything but its place: it has its own id and page, is locked, tried and recorded by itself, and
has its certificate where it can be won. A plugin registers it among its benches. It may be written out as a
``Bench(case_of="memory", ...)``, or made from the bench it belongs to, with another fleet and another message::

    def at_sea(track):
        devices = sourced(300, "assumed: the buoys of one bay")
        return replace(track, fleet=replace(track.fleet, devices=devices, unit="buoys"))


    BUOYS = as_case(PARADOX, id="buoys", title="Buoys: three hundred of them", world=at_sea, brief=...)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from functools import lru_cache, wraps
from types import MappingProxyType
from typing import Any

from tracks.api.bench import Bench
from tracks.api.checks import SpecError, check_function, refuse
from tracks.api.controls import Choice, Control, Slider, Toggle, Value
from tracks.api.teaching import Prediction
from tracks.api.track import Track

World = Callable[[Track], Track]

NOT_SHARED: Mapping[str, Any] = MappingProxyType(
    {"presets": (), "facts": (), "order": None, "label": "", "minutes": 0, "once": False, "task": None}
    | {"acts": (), "consequences": {}}
)
_OF_THE_TRACK = ("brief", "controls", "panels", "predictions", "presets", "reflection", "task")
_CALLED_WITH_IT = ("solve", "preview", "peek", "second_opinion", "script")
_REMEMBERED = 64  # worlds, one for each track of a lab


def as_case(
    bench: Bench, *, id: str, title: str, world: World, start: Mapping[str, Value] = MappingProxyType({}), **parts: Any
) -> Bench:
    """Return a further case of a bench: its parts in another world, each replaced where ``parts`` has it.

    Every function of a part is called with the world in place of the track. The controls carry nothing from other
    benches; presets, facts, task, acts, order, label and minutes are the case's own.

    Parameters
    ----------
    bench : Bench
        The bench that the case belongs to, as it is registered.
    id, title : str
        Of the case.
    world : Callable[[Track], Track]
        ``world(track) -> Track``, what the case takes for the track: fleet, model, device, targets, texts.
    start : Mapping[str, Value]
        Control id -> value, where the case starts elsewhere than its controls do.
    **parts : Any
        Any other part of a ``Bench``, a value or a function of the track.

    Returns
    -------
    Bench
        To be registered beside the others, with ``case_of`` set.

    Raises
    ------
    SpecError
        A part that no bench has. On a track, once the case is settled there: a start that no control can reach.
    """
    if bench.case_of:
        raise refuse(f"Case '{id}'", f"'{bench.id}' is a case itself; make it from the bench '{bench.case_of}'")
    check_function(f"Case '{id}'", "world", world)
    known = {item.name for item in fields(Bench)} - {"id", "title", "case_of"}
    unknown = sorted(set(parts) - known)
    if unknown:
        raise refuse(f"Case '{id}'", f"'{unknown[0]}' is no part of a bench; there are {', '.join(sorted(known))}")
    there = _remembered(world)
    shared = {name: getattr(bench, name) for name in known}
    made = {**shared, **NOT_SHARED, **parts}
    for name in _OF_THE_TRACK:
        if callable(made[name]) or name in ("controls", "predictions"):
            made[name] = _settled(name, made[name], there)
    controls = made["controls"]
    made["controls"] = lambda track: _started(id, bench.id, controls(track), start)
    for name in _CALLED_WITH_IT:
        if made[name] is not None:
            made[name] = _moved(made[name], there)
    return Bench(id=id, title=title, case_of=bench.id, **made)


def _remembered(world: World) -> World:
    """Return the world as a function that makes it once for each track."""

    @lru_cache(maxsize=_REMEMBERED)
    def made(same: _Same) -> Track:
        found = world(same.track)
        if not isinstance(found, Track):
            raise SpecError(f"A world must be a Track, got {found!r:.80}")
        return found

    return lambda track: made(_Same(track))


class _Same:
    """A track by identity: its mappings cannot be hashed, and one registry has one of each."""

    def __init__(self, track: Track) -> None:
        self.track = track

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.track is other.track

    def __hash__(self) -> int:
        return id(self.track)


def _moved(function: Callable[..., Any], there: World) -> Callable[..., Any]:
    """Return a function of the track, and more, that is called with the world instead."""

    @wraps(function)
    def in_the_world(track: Track, *given: Any, **named: Any) -> Any:
        return function(there(track), *given, **named)

    return in_the_world


def _settled(name: str, part: Any, there: World) -> Callable[[Track], Any]:
    """Return a part as a function of the track that is settled in the world."""

    def settled(track: Track) -> Any:
        found = part(there(track)) if callable(part) else part
        return tuple(_asked(item, there) for item in found) if name == "predictions" else found

    return settled


def _asked(prediction: Prediction, there: World) -> Prediction:
    """Return a prediction whose truth, routes, marks and case are computed in the world."""
    return replace(
        prediction,
        truth=_moved(prediction.truth, there),
        marks=None if prediction.marks is None else _moved(prediction.marks, there),
        routes=tuple(replace(route, value=_moved(route.value, there)) for route in prediction.routes),
        case=None if prediction.case is None else _moved(prediction.case, there),
    )


def _started(case: str, bench: str, controls: tuple[Control, ...], start: Mapping[str, Value]) -> tuple[Control, ...]:
    """Return the controls with the values the case starts at; none carries what another bench decided."""
    unknown = sorted(set(start) - {control.id for control in controls})
    owner = f"Case '{case}'"
    if unknown:
        raise refuse(owner, f"start has '{unknown[0]}', which is no control of bench '{bench}'")
    made: list[Slider | Choice | Toggle] = []
    for control in controls:
        value: Any = start.get(control.id, control.default)
        try:
            made.append(replace(control, default=value, carried=""))
        except SpecError as problem:
            raise refuse(owner, f"its world cannot be reached by the controls of bench '{bench}': {problem}") from None
    return tuple(made)
