"""States of a bench that its author or a notebook names: checked against its controls, and solved with its defaults."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tracks.api.checks import check_number, check_one_of, refuse
from tracks.api.controls import BadValue
from tracks.api.declared.acts import check_acts, check_values
from tracks.api.declared.versions import meant

if TYPE_CHECKING:
    from tracks.api.bench import Bench
    from tracks.api.outcome import Outcome
    from tracks.api.teaching import Prediction, Route, Truth
    from tracks.api.track import Track


def check_settings(bench: Bench) -> None:
    """Check the values that a bench sets its controls to: presets, questions, acts, the ablation, the observation."""
    owner = f"Bench '{bench.id}'"
    by_id = bench.control_map()
    if not callable(bench.presets):
        for preset in bench.presets:
            check_values(f"{owner}, preset '{preset.id}'", preset.values, by_id)
    if not callable(bench.predictions):
        for prediction in bench.predictions:
            where = f"{owner}, prediction '{prediction.id}'"
            check_values(where, prediction.scenario, by_id)
            for name, values in (prediction.again.values if prediction.again else {}).items():
                for value in values:
                    check_values(f"{where}, again", {name: value}, by_id)
    if not callable(bench.acts):
        check_acts(bench)
    reflection = bench.reflection
    if reflection is not None and not callable(reflection) and reflection.ablation is not None:
        check_values(f"{owner}, ablation", reflection.ablation.values, by_id)
    for setting in bench.observation.settings if bench.observation else ():
        check_values(f"{owner}, observation, setting '{setting.id}'", setting.values, by_id)


def run_by_names(bench: Bench, track: Track | None, named: Mapping[str, Any], **options: Any) -> Outcome:
    """Solve the state in which some controls are named and all others stand at their defaults.

    Raises
    ------
    SpecError
        No track is given, and the bench was settled for none.
    BadValue
        There is no such control, or its value cannot be read.
    """
    own = track or bench.own_track
    if own is None:
        raise refuse(f"Bench '{bench.id}'", "run needs a track; write bench.on(track).run(...)")
    if bench.own_track is None:
        bench = bench.on(own)
    known = bench.control_map()
    for name in named:
        if name not in known:
            raise BadValue(f"Bench '{bench.id}' has no control '{name}'; {meant(name, known)}")
    values = {
        name: known[name].read(named[name]) if name in named else default for name, default in bench.defaults().items()
    }
    outcome = bench.run(own, values, **options)
    return replace(outcome, shown_as=(bench, own, values))


def checked_truth(bench: Bench, track: Track, prediction: Prediction, kind: type[Truth]) -> Truth:
    """Return what the bench's own physics computes for a question; refuse what is no answer to it.

    Raises
    ------
    SpecError
        No number where a number was asked for, none of the options, or not above 0 where it is a factor.
    """
    truth = prediction.truth(track, **bench.asked_state(prediction))
    owner = f"Bench '{bench.id}', prediction '{prediction.id}'"
    if not isinstance(truth, kind):
        raise refuse(owner, f"truth must return a Truth, got {type(truth).__name__}")
    if prediction.options:
        check_one_of(owner, "truth", str(truth.value), [option.id for option in prediction.options])
    elif isinstance(truth.value, str):
        raise refuse(owner, f"asks for a number, but its truth is {truth.value!r}")
    elif prediction.right in ("factor", "decade") and truth.value <= 0:
        raise refuse(owner, f"measured as a {prediction.right}, its truth must be above 0, got {truth.value:g}")
    return truth


def checked_routes(bench: Bench, track: Track, prediction: Prediction) -> tuple[tuple[Route, float], ...]:
    """Return the tempting wrong ways of a question, each with the value it leads to; refuse what is no finite number.

    Raises
    ------
    SpecError
        A route leads to something else.
    """
    state, found = bench.asked_state(prediction), []
    for route in prediction.routes:
        value = route.value(track, **state)
        check_number(f"Bench '{bench.id}', prediction '{prediction.id}', route '{route.name}'", "value", value)
        found.append((route, float(value)))
    return tuple(found)
