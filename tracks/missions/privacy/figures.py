"""The privacy bench in two figures: accuracy against epsilon, and the budget spent round by round."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache, partial

import numpy as np

from physics.validation import Floats
from tracks import Axis, Drawing, Figure, Panel, Table, Track
from tracks.api import charts
from tracks.api.figures import Cell
from tracks.api.quantities import three_digits
from tracks.common.accuracy_figure import sampled_rounds
from tracks.common.provenance import quantity_text
from tracks.missions.privacy.accounting import MAX_ROUNDS, calibrated_noise
from tracks.missions.privacy.runs import LearningTask, curve_seeds, learning_task, mean_of
from tracks.missions.privacy.setting import DEPLOYMENTS, EPSILON, NOISES, Noise
from tracks.missions.privacy.state import GAP_LIMIT, Least, State

FRONTIER, BUDGET = "accuracy_by_epsilon", "epsilon_by_round"
PLACES: tuple[Noise, ...] = ("central", "local")  # secure aggregation has the central curve
SERIES = {"central": 0, "local": 1}

EPSILONS = (0.1, 0.14, 0.2, 0.28, 0.4, 0.56, 0.8, 1.0, 1.4, 2.0, 2.8, 4.0, 5.6, 8.0, 10.0)
ACCURACY_SHOWN = (0.6, 1.0)
SPENT_SHOWN = (0.01, 20.0)
SAME_LINE = 0.001  # of accuracy: two limits as near as that are one line
MAX_POINTS = 100  # of a line: more than a screen resolves


def panels(track: Track) -> tuple[Panel, Panel]:
    """Return the two panels of a track, with its safety accuracy."""
    return panels_with(track, Least(track.targets.safety_accuracy), MAX_ROUNDS)


def panels_with(track: Track, least: Least, last_round: int) -> tuple[Panel, Panel]:
    """Return the two panels, with axes that never move; ``least`` and ``last_round`` as in a state."""
    targets = track.targets
    frontier, budget = _axes(targets.epsilon, targets.epsilon_unit, last_round)
    return (
        Panel(
            id=FRONTIER,
            question="What accuracy does the promise leave?",
            x=frontier[0],
            y=frontier[1],
            limits=partial(_bare_frontier, least),
        ),
        Panel(
            id=BUDGET,
            question="Does the budget last?",
            x=budget[0],
            y=budget[1],
            limits=partial(_bare_budget, targets.epsilon),
        ),
    )


def drawings(state: State) -> dict[str, Drawing]:
    """Return both drawings of a state."""
    return {FRONTIER: _frontier_drawing(state), BUDGET: _budget_drawing(state)}


@lru_cache(maxsize=64)
def _axes(bound: float, unit: str, last: int) -> tuple[tuple[Axis, Axis], tuple[Axis, Axis]]:
    high = max(SPENT_SHOWN[1], 2 * bound)
    return (
        (
            Axis(label=f"ε per {unit}, all rounds", low=EPSILON[0], high=EPSILON[1], scale="log"),
            Axis(label="accuracy", unit="share", low=ACCURACY_SHOWN[0], high=ACCURACY_SHOWN[1]),
        ),
        (
            Axis(label="round", low=0, high=last),
            Axis(label=f"ε spent per {unit}", low=SPENT_SHOWN[0], high=high, scale="log"),
        ),
    )


def _frontier_limits(least: Least) -> Iterator[charts.Part]:
    words = f"{least.label} {quantity_text(least.accuracy, 'share')}"
    yield charts.band(least.accuracy, ACCURACY_SHOWN[1])
    yield charts.limit(least.accuracy, words, kind="target", place="limit-y")


def _gap_limit(least: Least, top: float) -> Iterator[charts.Part]:
    """Where an accuracy lies too far below the ceiling, unless the other line is that already."""
    lowest = top - GAP_LIMIT / 100
    if abs(lowest - least.accuracy) > SAME_LINE:
        words = f"{three_digits(GAP_LIMIT)} points below the ceiling {quantity_text(lowest, 'share')}"
        yield charts.limit(lowest, words, kind="floor", place="limit-y-right-below")


def _bare_frontier(least: Least) -> Figure:
    return charts.figure(*_frontier_limits(least))


def _bare_budget(bound: float) -> Figure:
    return charts.figure(_officer(bound))


def _officer(bound: float) -> charts.Part:
    return charts.limit(bound, f"officer ≤ {three_digits(bound)}")


# --- accuracy against epsilon ----------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Frontier:
    """Accuracy by epsilon for one placement, from where it enters the axis: mean, least and best of the seeds."""

    epsilons: Floats
    mean: Floats
    low: Floats
    high: Floats


@lru_cache(maxsize=128)
def _frontier(task: LearningTask, noise: Noise, fleet: int, delta: float) -> tuple[tuple[float, ...], ...]:
    """Return the accuracy of each seed at the last of EPSILONS, read between runs, from where it enters the axis."""
    points: list[tuple[float, ...]] = []
    for one in reversed(EPSILONS):
        points.insert(0, _seeds_at(task, noise, one, fleet, delta))
        if max(points[0]) < ACCURACY_SHOWN[0]:
            break  # stronger promises lie below the axis too
    return tuple(points)


def _seeds_at(task: LearningTask, noise: Noise, epsilon: float, fleet: int, delta: float) -> tuple[float, ...]:
    clip = task.clip_norm or math.inf  # a frontier is of private runs, which have one
    added = calibrated_noise(noise, epsilon, clip, task.cohort, fleet, task.rounds, delta)
    return curve_seeds(task, added.on_average)


def frontier(state: State, noise: Noise) -> Frontier:
    """Return the frontier of a setting for a placement, with the student's own epsilon among its points.

    That point is the setting's own runs where the noise is added as the setting has it.
    """
    setting, own = state.setting, state.task
    private = replace(setting, deployment="federated_dp", noise=noise)
    task = learning_task(state.track, private, seed=own.seed, seeds=own.seeds)
    clean = replace(task, noise_multiplier=0.0, local=False)  # one curve for every promise
    kept = _frontier(clean, noise, setting.fleet, setting.delta)
    points = dict(zip(EPSILONS[-len(kept) :], kept, strict=True))
    if task == own:
        points[setting.epsilon] = state.result.seeds
    elif setting.epsilon >= min(points):
        points[setting.epsilon] = _seeds_at(clean, noise, setting.epsilon, setting.fleet, setting.delta)
    epsilons = sorted(points)
    seeds = [points[one] for one in epsilons]
    return Frontier(
        epsilons=np.array(epsilons),
        mean=np.array([mean_of(one) for one in seeds]),
        low=np.min(seeds, axis=1),
        high=np.max(seeds, axis=1),
    )


def _frontier_drawing(state: State) -> Drawing:
    """Return accuracy against epsilon with the noise added at the centre or by each client.

    A moving slider has the student's point alone: each curve takes runs of its own at several levels of noise. The page
    keeps the curves of the state before.
    """
    return Drawing(
        figure=partial(_frontier_figure, state),
        summary=frontier_summary(state),
        table=partial(_frontier_table, state),
        point=(state.setting.epsilon, state.result.accuracy),
        keeps_lines=state.moving,
    )


def frontier_summary(state: State) -> str:
    """Return the message of the first panel: what is left, and against what the context measures it."""
    setting, mean, least = state.setting, state.result.accuracy, state.least
    start = quantity_text(mean, "share")
    if not setting.private:
        return f"{start}, and no promise: {DEPLOYMENTS[setting.deployment]} learning adds no noise, so no ε holds."
    where = f"{start} at ε = {three_digits(setting.epsilon)}, {NOISES[setting.noise]} noise"
    if setting.context == "centralised":
        return f"{where}: {three_digits(state.gap)} points below all data in one place."
    away = round(100 * (mean - least.accuracy), 1)
    side = "above" if away >= 0 else "below"
    return f"{where}: {three_digits(abs(away))} points {side} {least.name}."


def _frontier_figure(state: State) -> Figure:
    track, setting = state.track, state.setting
    (x_axis, y_axis), _ = _axes(track.targets.epsilon, track.targets.epsilon_unit, state.last_round)
    bands, lines = [], []
    for noise in () if state.moving else PLACES:
        line = frontier(state, noise)
        low, mean, high = (np.clip(one, *ACCURACY_SHOWN) for one in (line.low, line.mean, line.high))
        name, series = noise, SERIES[noise]
        bands.append(charts.spread(line.epsilons, low, high, name=f"{name}, {state.task.seeds} seeds", series=series))
        lines.append(charts.curve(line.epsilons, mean, name=name, series=series, label=name.capitalize()))
    top = state.ceiling
    side = "limit-y-right" if setting.context == "federated" else "limit-y"
    roof = charts.limit(top, f"ceiling {quantity_text(top, 'share')}, all data in one place", kind="floor", place=side)
    here = charts.point(
        x_axis.place(setting.epsilon),
        y_axis.place(state.result.accuracy),
        name="here",
        series=SERIES["local" if setting.noise == "local" and setting.private else "central"],
        role="you" if setting.private else "other",
        label="you" if setting.private else "no noise",
        value=quantity_text(state.result.accuracy, "share"),
        place="below-right",
    )
    return charts.figure(*_frontier_limits(state.least), *_gap_limit(state.least, top), roof, *bands, *lines, here)


def _frontier_table(state: State) -> Table:
    own = state.setting.epsilon
    if state.moving:
        return Table(
            columns=("", "ε, all rounds", "ceiling, of 1", "yours, of 1"),
            rows=(("your setting", own, state.ceiling, state.result.accuracy),),
        )
    central, local = (frontier(state, noise) for noise in PLACES)
    rows = tuple(
        (
            "your setting" if one == own else "",
            one,
            *_cells(central, one),
            *_cells(local, one),
            state.ceiling,
            state.result.accuracy if one == own else "",
        )
        for one in sorted({*EPSILONS, own})
    )
    heads = tuple(f"{noise}, {kind}, of 1" for noise in PLACES for kind in ("mean", "least seed", "best seed"))
    return Table(columns=("", "ε, all rounds", *heads, "ceiling, of 1", "yours, of 1"), rows=rows)


def _cells(line: Frontier, epsilon: float) -> tuple[Cell, ...]:
    """Return mean, least and best seed of a row; stronger promises than were run lie below the axis."""
    place = np.flatnonzero(line.epsilons == epsilon)
    if not place.size:
        return (f"< {three_digits(ACCURACY_SHOWN[0])}",) * 3
    return tuple(float(column[place[0]]) for column in (line.mean, line.low, line.high))


# --- the budget by round ---------------------------------------------------------------------------------------------


def _budget_drawing(state: State) -> Drawing:
    """Return epsilon spent by round, and where the officer's bound stops the run."""
    spent = None if state.spent is None else float(state.spent[state.setting.rounds])
    return Drawing(
        figure=partial(_budget_figure, state),
        summary=budget_summary(state),
        table=partial(_budget_table, state),
        point=None if spent is None else (state.setting.rounds, spent),
    )


def budget_summary(state: State) -> str:
    """Return the message of the second panel: whether the budget outlasts the rounds."""
    setting, bound = state.setting, three_digits(state.track.targets.epsilon)
    if state.spent is None:
        return "No: without noise there is nothing to book, and nothing that could last."
    stop, spent = state.stop_round, three_digits(float(state.spent[setting.rounds]))
    if stop is not None and stop <= setting.rounds:
        return f"No: the officer’s {bound} is broken in round {stop} of {setting.rounds}."
    left = f"round {stop} would break {bound}" if stop is not None else f"{state.last_round} rounds stay within {bound}"
    return f"Yes: {setting.rounds} rounds spend {spent}; {left} at this noise."


@lru_cache(maxsize=256)
def _rounds_shown(rounds: int, last: int) -> tuple[int, ...]:
    """Return the rounds at which the line is drawn: the first, the last and the student's own among them."""
    return tuple(sorted({*sampled_rounds(last, MAX_POINTS), rounds}))


def _budget_figure(state: State) -> Figure:
    setting, targets = state.setting, state.track.targets
    bound = targets.epsilon
    _, (_, y_axis) = _axes(bound, targets.epsilon_unit, state.last_round)
    if state.spent is None:
        middle = (y_axis.low * y_axis.high) ** 0.5
        return charts.figure(_officer(bound), charts.note(state.last_round / 2, middle, "no noise, nothing to book"))
    shown = np.clip(state.spent, y_axis.low, y_axis.high)
    rounds = _rounds_shown(setting.rounds, state.last_round)
    run = [one for one in rounds if one <= setting.rounds]
    rest = [one for one in rounds if one >= setting.rounds]
    parts = [_officer(bound)]
    stop = state.stop_round
    if stop is not None:
        parts.append(charts.limit(stop, f"stop: round {stop}", axis="x", kind="floor"))
    if len(rest) > 1:
        parts.append(charts.curve(rest, shown[rest], name="further rounds", role="ghost"))
    parts.append(charts.curve(run, shown[run], name="spent", series=0))
    spent = float(state.spent[setting.rounds])
    parts.append(
        charts.point(
            setting.rounds,
            y_axis.place(spent),
            name="here",
            label=three_digits(spent),
            value=f"after {setting.rounds}",
            place="above-left" if setting.rounds > state.last_round / 2 else "below-right",
        )
    )
    return charts.figure(*parts)


def _budget_table(state: State) -> Table:
    setting, columns = state.setting, ("", "round", "ε spent")
    if state.spent is None:
        return Table(columns=columns, rows=(("your setting", setting.rounds, "no bound"),))
    spent = state.spent
    rows = tuple(
        ("your setting" if one == setting.rounds else "", one, float(spent[one]))
        for one in _rounds_shown(setting.rounds, state.last_round)
    )
    return Table(columns=columns, rows=rows)
