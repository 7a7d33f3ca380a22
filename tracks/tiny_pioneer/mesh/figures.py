"""The Mesh Update in three figures: error by round, the map of the hall, and the joules of a day."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache, partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from physics.units import SECONDS_PER_DAY
from physics.validation import Floats, as_float
from tracks import Axis, Drawing, Figure, Panel, Table, Track
from tracks.api import charts
from tracks.api.quantities import in_words, three_digits
from tracks.tiny_pioneer.mesh.airtime import airtime_panel
from tracks.tiny_pioneer.mesh.model.costs import Costs
from tracks.tiny_pioneer.mesh.model.places import cells, hall, places
from tracks.tiny_pioneer.mesh.model.quality import SETTLED, Quality, error_by_round, quality
from tracks.tiny_pioneer.mesh.setting import (
    FLOOD,
    GOSSIP,
    HUB,
    MODES,
    NODES,
    NOISE_VARIANCE,
    PLACES,
    ROUNDS,
    Setting,
    default_setting,
)
from tracks.tiny_pioneer.mesh.state import OVER_POWER, State

ERROR, MAP, ENERGY = "error_by_round", "mesh_map", "energy_day"
GOSSIP_SERIES, MODE_SERIES, FAR_SERIES = 0, 1, 2
KINDS = ("café", "subway", "office", "street")
ERROR_SHOWN = (0.05, 20.0)
BUDGETS_SHOWN = 2.0
# Below the hall, which is 1 wide and high, is room for a line of words under the lowest node.
MAP_FOOT, LEGEND = -0.26, -0.17
FAR = 0.8  # 80% of the nodes err no more than this line
_BARS = ("Learning", "Listening", "Sending", "Total")
Pairs = NDArray[np.int64]


def panels(track: Track) -> tuple[Panel, Panel, Panel]:
    """Return the three panels of a track, with axes that never move."""
    budget = day_budget_j(track)
    return (
        Panel(
            id=ERROR,
            question="Does another round still help?",
            x=Axis(label="round", low=0, high=ROUNDS.high),
            y=Axis(
                label="profile error, variances of one estimate", low=ERROR_SHOWN[0], high=ERROR_SHOWN[1], scale="log"
            ),
            label="error",
            limits=partial(_target_limit, default_setting(track).target),
            views=(airtime_panel(),),
        ),
        Panel(
            id=MAP,
            question="Who is worse off for having listened?",
            x=Axis(label="", low=-0.02, high=1.02, scale="none"),
            y=Axis(label="", low=MAP_FOOT, high=1.02, scale="none"),
        ),
        Panel(
            id=ENERGY,
            question="Does a day stay within the budget?",
            x=Axis(label="", scale="category", categories=_BARS),
            y=Axis(label="energy a day", unit="J", low=0, high=BUDGETS_SHOWN * budget),
            limits=partial(_budget_limit, budget),
        ),
    )


def day_budget_j(track: Track) -> float:
    """Return what learning and radio may spend in a day [J]."""
    return as_float("learning_power_w", track.device.learning_power_w, low=0, low_open=True) * SECONDS_PER_DAY


def _target_limit(target: float) -> Figure:
    return charts.figure(_target(target))


def _target(target: float) -> charts.Part:
    return charts.limit(target, f"target {three_digits(target)}", kind="target", place="limit-y-right")


def _budget_limit(budget: float) -> Figure:
    return charts.figure(charts.limit(budget, f"budget {in_words(budget, 'J')}"))


# --- error by round --------------------------------------------------------------------------------------------------


def error_drawing(state: State) -> Drawing:
    """Return the error of gossip by round, of the chosen mode where it is another, and of local-only."""
    good = state.quality
    return Drawing(
        figure=partial(_error_figure, state),
        summary=error_summary(state.setting, good),
        table=partial(_error_table, state),
        point=(good.rounds, good.error),
    )


def error_summary(setting: Setting, good: Quality) -> str:
    """Return whether a further round lowers the error, with the best number of rounds."""
    alone = f"local-only errs {three_digits(good.local)}"
    if not setting.talks:
        return f"No: nobody talks, and the profile errs {three_digits(good.error)}; the target is " + (
            f"{three_digits(setting.target)}."
        )
    curve, best, now = by_round(setting, good), good.best_round, good.rounds
    here, there = three_digits(good.error), three_digits(float(curve[best]))
    if best == 0:
        return f"No: silence is best here; {alone}, round {now} {here}."
    if best > now:
        return f"Yes: {here} after round {now}, {there} after {best}; {alone}."
    if best == now:
        return f"No: round {now} is the best, with {here}; {alone}."
    if curve[now] > SETTLED * curve[best]:
        return f"No: round {now} is past the best, {best}: {here} instead of {there}; {alone}."
    return f"No: round {best} comes within a hundredth of it; {here} after round {now}, {alone}."


def by_round(setting: Setting, good: Quality) -> Floats:
    """Return the error of a profile by round, all its parts together."""
    curve: Floats = good.coarse + error_by_round(good.mixing, setting, good.rounding)
    return curve


def far_by_round(setting: Setting, good: Quality) -> Floats:
    """Return the error that 80% of the nodes do not exceed, by round."""
    mixed = good.mixing
    own = NOISE_VARIANCE * mixed.noise + good.rounding * mixed.rounding
    return _far(mixed.foreign.tobytes(), mixed.foreign.shape) * setting.diversity + own + good.coarse


@lru_cache(maxsize=32)
def _far(foreign: bytes, shape: tuple[int, ...]) -> Floats:
    nodes = np.frombuffer(foreign).reshape(shape[0], -1)
    line: Floats = np.quantile(nodes, FAR, axis=1)
    return line


def _gossip(state: State) -> tuple[Setting, Quality]:
    """Return the same state with gossip as its mode: what the other modes are measured against."""
    if state.setting.mode == GOSSIP:
        return state.setting, state.quality
    other = replace(state.setting, mode=GOSSIP)
    return other, quality(state.track, other, seed=state.seed)


def _curves(state: State) -> list[tuple[str, int, Floats]]:
    setting, good = state.setting, state.quality
    other, gossip = _gossip(state)
    found = [
        ("gossip", GOSSIP_SERIES, by_round(other, gossip)),
        ("gossip, four nodes in five", FAR_SERIES, far_by_round(other, gossip)),
    ]
    if setting.mode in (FLOOD, HUB):
        found.append((MODES[setting.mode].lower(), MODE_SERIES, by_round(setting, good)))
    return found


def _error_figure(state: State) -> Figure:
    setting, good = state.setting, state.quality
    low, high = ERROR_SHOWN
    rounds = np.arange(len(good.mixing.noise))
    lines = [
        charts.curve(rounds, np.clip(values, low, high), name=name, series=series, label=label)
        for (name, series, values), label in zip(
            _curves(state), ("Gossip", "4 in 5", MODES[setting.mode]), strict=False
        )
    ]
    other, gossip = _gossip(state)
    best = gossip.best_round
    marks = [
        charts.point(
            best,
            float(np.clip(by_round(other, gossip)[best], low, high)),
            name="best round of gossip",
            series=GOSSIP_SERIES,
            role="other",
            label=f"best: {best}",
            place="below-right",
        ),
        charts.point(
            good.rounds,
            min(max(good.error, low), high),
            name="here",
            series=GOSSIP_SERIES if setting.mode == GOSSIP else MODE_SERIES,
            label="you",
            value=three_digits(good.error),
            place="above-right",
        ),
    ]
    local = charts.limit(
        min(max(good.local, low), high), f"local-only {three_digits(good.local)}", kind="floor", place="limit-y"
    )
    return charts.figure(_target(min(max(setting.target, low), high)), local, *lines, *marks)


def _error_table(state: State) -> Table:
    good = state.quality
    curves = _curves(state)
    rows = tuple(
        ("your setting" if number == good.rounds else "", number, good.local, *(float(v[number]) for _, _, v in curves))
        for number in range(len(good.mixing.noise))
    )
    heads = (f"{name}, variances of one estimate" for name, _, _ in curves)
    return Table(columns=("", "round", "local-only, variances of one estimate", *heads), rows=rows)


# --- the map ---------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=64)
def kinds(topology: str, map_seed: int) -> tuple[int, ...]:
    """Return the kind of each place, 0..3, so that neighbouring places are rarely of one kind."""
    place, links = places(topology, map_seed), hall(topology, map_seed).links
    borders = np.zeros((PLACES, PLACES), dtype=np.int64)
    np.add.at(borders, (place[links[:, 0]], place[links[:, 1]]), 1)
    borders = borders + borders.T
    found: list[int] = []
    for place_number in range(PLACES):
        shared = [
            sum(int(borders[place_number, p]) for p, kind in enumerate(found) if kind == k) for k in range(len(KINDS))
        ]
        used = [found.count(k) for k in range(len(KINDS))]
        found.append(min(range(len(KINDS)), key=lambda k: (shared[k], used[k])))
    return tuple(found)


@lru_cache(maxsize=64)
def used_links(mode: str, topology: str, map_seed: int) -> tuple[Pairs, Pairs]:
    """Return the links that a mode can use, within a place and between places."""
    links = hall(topology, map_seed).links
    if mode == HUB:
        served_by, _ = cells(topology, map_seed)
        members = np.flatnonzero(served_by != np.arange(NODES))
        links = np.column_stack([members, served_by[members]])
    elif mode not in (FLOOD, GOSSIP):
        links = links[:0]
    place = places(topology, map_seed)
    crosses = place[links[:, 0]] != place[links[:, 1]]
    return links[~crosses], links[crosses]


def worse_off(setting: Setting, good: Quality) -> NDArray[np.bool_]:
    """Return which nodes err more than alone, in the first sample."""
    own = good.noise + good.rounded
    found: NDArray[np.bool_] = own + setting.diversity * good.mixing.foreign[good.rounds, 0] > NOISE_VARIANCE * (
        1 + 1e-9
    )
    return found


def map_drawing(state: State) -> Drawing:
    """Return the hall with its places, the links in use, and hollow where a node errs more than alone."""
    setting, good, map_seed = state.setting, state.quality, state.track.fleet.seed
    within, between = used_links(setting.mode, setting.topology, map_seed)
    worse = int(worse_off(setting, good).sum())
    total = len(within) + len(between)
    links = (
        f"{in_words(len(between) / total, 'share')} of {total} links join two places" if total else "no link is used"
    )
    return Drawing(
        figure=partial(_map_figure, map_seed, setting, good),
        summary=f"{worse} of {NODES} hearables err more than alone; {links}.",
        table=partial(_map_table, map_seed, setting, good),
    )


@lru_cache(maxsize=64)
def _names(topology: str, map_seed: int) -> tuple[tuple[float, float, str], ...]:
    """Return a name for each kind of place, at the middle of its largest one."""
    place, kind = places(topology, map_seed), kinds(topology, map_seed)
    spots = hall(topology, map_seed).positions
    sizes = np.bincount(place, minlength=PLACES)
    found = []
    for colour, name in enumerate(KINDS):
        largest = max((p for p in range(PLACES) if kind[p] == colour), key=lambda p: int(sizes[p]))
        x, y = spots[place == largest].mean(axis=0)
        found.append((float(x), float(y), name))
    return tuple(found)


def _map_figure(map_seed: int, setting: Setting, good: Quality) -> Figure:
    topology = setting.topology
    spots, kind = hall(topology, map_seed).positions, np.array(kinds(topology, map_seed))
    # Arrays are not converted: as lists of pairs they would take longer than the drawing.
    ends: tuple[Any, Any] = used_links(setting.mode, topology, map_seed)
    drawn = charts.mesh(
        spots[:, 0],
        spots[:, 1],
        place=kind[places(topology, map_seed)].tolist(),
        stale=worse_off(setting, good).tolist(),
        links=ends[0],
        bridges=ends[1],
        names=_names(topology, map_seed),
    )
    return charts.figure(drawn, charts.note(0.0, LEGEND, "hollow: worse off;  dashed: between places"))


def _map_table(map_seed: int, setting: Setting, good: Quality) -> Table:
    network, place = hall(setting.topology, map_seed), places(setting.topology, map_seed)
    kind, worse = kinds(setting.topology, map_seed), worse_off(setting, good)
    foreign = good.mixing.foreign[good.rounds, 0]
    errors = good.coarse + good.noise + good.rounded + setting.diversity * foreign
    rows = tuple(
        (
            node + 1,
            f"{KINDS[kind[place[node]]]} {int(place[node]) + 1}",
            int(network.neighbours[node]),
            float(errors[node]),
            "worse than alone" if worse[node] else "",
        )
        for node in range(NODES)
    )
    return Table(columns=("node", "place", "neighbours in range", "error, variances of one estimate", ""), rows=rows)


# --- joules of a day -------------------------------------------------------------------------------------------------


def energy_drawing(state: State) -> Drawing:
    """Return the joules of a day: learning, listening, sending and their sum against the budget."""
    budget = day_budget_j(state.track)
    joules = day_j(state.costs)
    total, answer = joules[-1], "No" if state.limits[OVER_POWER].level == "fail" else "Yes"
    return Drawing(
        figure=partial(_energy_figure, budget, joules),
        summary=f"{answer}: {in_words(total, 'J')} a day of {in_words(budget, 'J')}; listening takes "
        f"{in_words(joules[1] / total if total else 0.0, 'share')}.",
        table=partial(_energy_table, budget, joules),
    )


def day_j(spent: Costs) -> tuple[float, ...]:
    """Return the joules of a day: learning, listening, sending, total."""
    watts = (spent.learning_w, spent.listening_w, spent.sending_w, spent.power_w)
    return tuple(watt * SECONDS_PER_DAY for watt in watts)


def _energy_figure(budget: float, joules: tuple[float, ...]) -> Figure:
    top = BUDGETS_SHOWN * budget
    return charts.figure(
        charts.limit(budget, f"budget {in_words(budget, 'J')}"),
        charts.bars([min(j, top) for j in joules], name="energy a day", labels=[in_words(j, "J") for j in joules]),
    )


def _energy_table(budget: float, joules: tuple[float, ...]) -> Table:
    rows = (*zip(_BARS, joules, strict=True), ("Budget", budget))
    return Table(columns=("part", "energy a day, J"), rows=tuple(rows))
