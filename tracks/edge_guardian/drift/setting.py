"""One state of the Fleet Learning Drift, the ranges of its sliders, and where a vehicle may learn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from physics.sources import Sourced, source
from tracks import Track, Value
from tracks.common.federated_runs import Algorithm, Selection
from tracks.common.proxy_fleet import CITIES, CLIENTS
from tracks.common.traffic import HORIZON_DAYS

When = Literal["driving", "parked", "depot"]
Range = tuple[float, float]

DUSTY = CITIES - 1  # the last city is the dusty one

LOCAL_STEPS: Range = (1, 100)
VEHICLES: Range = (2, CLIENTS)
ROUNDS_PER_DAY: Range = (0.5, 6)
MU: Range = (0.001, 0.05)
KERNEL_S: Range = (1e-4, 1e-2)
LINK: Range = (0.2, 1)
STORM: Range = (0, 0.9)
NIGHTS: Range = (1, 14)

LEARNING_RATE = 24.0  # assumed: a long step, with which a few local steps a round suffice; where convergence starts
# Where the controls start, by their ids; the values of the links are the track's own, by ``default_setting``.
DEFAULTS: Mapping[str, Sourced[Any]] = {
    "local_steps": Sourced(35, source("assumed: more than convergence starts with, because computing is cheap")),
    "vehicles_per_round": Sourced(25, source("assumed: half of the simulated fleet")),
    "rounds_per_day": Sourced(4.0, source("assumed: one every six hours")),
    "algorithm": Sourced("fedavg", source("assumed: FedAvg, where most begin (McMahan et al. 2017)")),
    "selection": Sourced("random", source("assumed: uniform at random, as in McMahan et al. 2017")),
    "mu": Sourced(0.01, source("assumed: a middle of the range; Li et al. 2020 (FedProx) tune it task by task")),
    "when": Sourced("driving", source("assumed: while driving, when the data are fresh")),
    "kernel_s": Sourced(5e-3, source("assumed: whole layers in one launch")),
    "storm": Sourced(0.5, source("assumed: the storm takes half of what would arrive")),
    "depot_nights": Sourced(1, source("assumed: a vehicle comes there every night")),
}
LINK_SOURCES = {
    "dusty_link": source("assumed: in clear air as good as the fleet’s mean"),
    "clear_link": source("assumed: so that the fleet’s mean in the storm is the track’s own"),
}

TRAINING_TIMES: Mapping[When, str] = {"driving": "driving", "parked": "parked", "depot": "in the depot"}


@dataclass(frozen=True, kw_only=True, slots=True)
class TrainingContext:
    """The conditions of learning where a vehicle is parked or drives.

    Attributes:
        beside_loop: whether the control loop runs meanwhile. present: share of the invited that are there.
        stay_s: mean undisturbed time there; stays end at any moment alike [s]. slowdown: of learning.
        link_factor: on the city's own link. own_link: the location's own, whatever the city's weather; or None.
        rounds_per_day: at most, or None.
    """

    beside_loop: bool
    present: float
    stay_s: float
    slowdown: float
    link_factor: float
    own_link: float | None
    rounds_per_day: float | None


# All assumed: trips of 20 minutes; parked a quarter of the power, 2 hours undisturbed and 10% of the link lost
# to walls; in the depot seven vehicles in ten, one night a day, ten hours, a link that no storm reaches.
TRAINING_CONTEXTS: Mapping[When, TrainingContext] = {
    "driving": TrainingContext(
        beside_loop=True,
        present=1.0,
        stay_s=1200.0,
        slowdown=1.0,
        link_factor=1.0,
        own_link=None,
        rounds_per_day=None,
    ),
    "parked": TrainingContext(
        beside_loop=False,
        present=1.0,
        stay_s=7200.0,
        slowdown=4.0,
        link_factor=0.9,
        own_link=None,
        rounds_per_day=None,
    ),
    "depot": TrainingContext(
        beside_loop=False,
        present=0.7,
        stay_s=36000.0,
        slowdown=1.0,
        link_factor=1.0,
        own_link=0.95,
        rounds_per_day=1.0,
    ),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Setting:
    """One state of the controls, by their ids.

    Attributes:
        local_steps, vehicles_per_round: whole numbers; vehicles of 50. rounds_per_day: asked for.
        algorithm, selection, when: by name. mu: proximal weight of FedProx. kernel_s: longest stretch of learning
            that cannot be interrupted [s].
        dusty_link, clear_link: share of uploads that arrive in clear air, in the dusty city and in the others.
        storm: part of the dusty city's link that the storm takes. depot_nights: from one night in the depot
            to the next.
    """

    local_steps: int
    vehicles_per_round: int
    algorithm: Algorithm
    selection: Selection
    mu: float
    rounds_per_day: float
    when: When
    kernel_s: float
    dusty_link: float
    clear_link: float
    storm: float
    depot_nights: int

    @property
    def context(self) -> TrainingContext:
        """The conditions of learning there."""
        there = TRAINING_CONTEXTS[self.when]
        return replace(there, rounds_per_day=1 / self.depot_nights) if self.when == "depot" else there

    @property
    def proximal(self) -> float:
        """The weight of the proximal term, which FedProx alone has."""
        return self.mu if self.algorithm == "fedprox" else 0.0

    @property
    def rounds(self) -> int:
        """Rounds over the horizon, no more a day than the context allows."""
        limit = self.context.rounds_per_day
        daily = self.rounds_per_day if limit is None else min(self.rounds_per_day, limit)
        return max(1, round(HORIZON_DAYS * daily))

    @property
    def links(self) -> tuple[float, ...]:
        """Each city's share of uploads that arrive, the dusty one last."""
        own = self.context.own_link
        if own is not None:
            return (own,) * CITIES
        clear = self.clear_link * self.context.link_factor
        return (*(clear,) * DUSTY, self.dusty_link * (1 - self.storm) * self.context.link_factor)


def setting_of(values: Mapping[str, Value]) -> Setting:
    """Return the state that the bench's controls describe."""
    return Setting(**values)  # type: ignore[arg-type]


def default_clear_link(track: Track) -> float:
    """Return the clear cities' link for which the fleet's mean in the storm is the track's own, 1 at most."""
    mean = track.fleet.reliability
    storm: float = DEFAULTS["storm"].value
    left = (CITIES * mean - mean * (1 - storm)) / DUSTY
    return min(LINK[1], max(LINK[0], round(left, 3)))


def default_setting(track: Track) -> Setting:
    """Return the state in which a track's crisis opens."""
    return Setting(
        **{name: default.value for name, default in DEFAULTS.items()},
        dusty_link=min(LINK[1], max(LINK[0], track.fleet.reliability)),
        clear_link=default_clear_link(track),
    )


def default_source(control: str) -> str:
    """Return where the default of a control comes from."""
    return (LINK_SOURCES[control] if control in LINK_SOURCES else DEFAULTS[control].source).text
