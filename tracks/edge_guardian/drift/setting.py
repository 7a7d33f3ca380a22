"""One state of the Fleet Learning Drift, what its sliders reach, and where a vehicle may learn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from physics.units import DAYS_PER_MONTH
from tracks import Track, Value
from tracks.common.proxy_fleet import CITIES, CLIENTS

Algorithm = Literal["fedavg", "fedprox", "scaffold"]
Selection = Literal["random", "reliable_first", "city_balanced"]
When = Literal["driving", "parked", "depot"]
Range = tuple[float, float]

DUSTY = CITIES - 1  # the last city is the one in the dust
HORIZON_DAYS = DAYS_PER_MONTH

LOCAL_STEPS: Range = (1, 100)
VEHICLES: Range = (2, CLIENTS)
ROUNDS_PER_DAY: Range = (0.5, 6)
MU: Range = (0, 1)
KERNEL_S: Range = (1e-4, 1e-2)
LINK: Range = (0.2, 1)
STORM: Range = (0, 0.9)

DEFAULT_LOCAL_STEPS, DEFAULT_VEHICLES, DEFAULT_ROUNDS_PER_DAY = 20, 25, 4.0
DEFAULT_ALGORITHM: Algorithm = "fedavg"
DEFAULT_SELECTION: Selection = "random"
DEFAULT_WHEN: When = "driving"
DEFAULT_MU, DEFAULT_KERNEL_S, DEFAULT_STORM = 0.3, 5e-3, 0.5
LEARNING_RATE = 0.8  # assumed: half of the largest step that is stable on the proxy task

ALGORITHMS: Mapping[str, str] = {"fedavg": "FedAvg", "fedprox": "FedProx", "scaffold": "SCAFFOLD"}
SELECTIONS: Mapping[str, str] = {
    "random": "random",
    "reliable_first": "reliable first",
    "city_balanced": "city-balanced",
}
WHENS: Mapping[str, str] = {"driving": "driving", "parked": "parked", "depot": "in the depot"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """What learning meets where a vehicle stands or drives.

    Attributes:
        beside_loop: whether the control loop runs meanwhile. present: share of the invited that are there.
        stay_s: mean undisturbed time there; stays end at any moment alike [s]. slowdown: of learning.
        link_factor: on the city's own link. own_link: of the place, whatever the city's weather; or None.
        rounds_per_day: at most, or None.
    """

    beside_loop: bool
    present: float
    stay_s: float
    slowdown: float
    link_factor: float
    own_link: float | None
    rounds_per_day: float | None


# All assumed: trips of 20 minutes; parked a quarter of the power, two hours undisturbed and a tenth of the link lost
# to walls; in the depot seven vehicles in ten, one night a day, ten hours, a link that no storm reaches.
PLACES: Mapping[str, Place] = {
    "driving": Place(
        beside_loop=True,
        present=1.0,
        stay_s=1200.0,
        slowdown=1.0,
        link_factor=1.0,
        own_link=None,
        rounds_per_day=None,
    ),
    "parked": Place(
        beside_loop=False,
        present=1.0,
        stay_s=7200.0,
        slowdown=4.0,
        link_factor=0.9,
        own_link=None,
        rounds_per_day=None,
    ),
    "depot": Place(
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
        storm: part of the dusty city's link that the storm takes.
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

    @property
    def place(self) -> Place:
        """What learning meets there."""
        return PLACES[self.when]

    @property
    def proximal(self) -> float:
        """The pull towards the received model, which FedProx alone has."""
        return self.mu if self.algorithm == "fedprox" else 0.0

    @property
    def rounds(self) -> int:
        """Rounds over the horizon, no more a day than the place allows."""
        most = self.place.rounds_per_day
        daily = self.rounds_per_day if most is None else min(self.rounds_per_day, most)
        return max(1, round(HORIZON_DAYS * daily))

    @property
    def links(self) -> tuple[float, ...]:
        """Each city's share of uploads that arrive, the dusty one last."""
        own = self.place.own_link
        if own is not None:
            return (own,) * CITIES
        clear = self.clear_link * self.place.link_factor
        return (*(clear,) * DUSTY, self.dusty_link * (1 - self.storm) * self.place.link_factor)


def setting_of(values: Mapping[str, Value]) -> Setting:
    """Return the state that the bench's controls describe."""
    return Setting(**values)  # type: ignore[arg-type]


def default_clear_link(track: Track) -> float:
    """Return the clear cities' link for which the fleet's mean in the storm is the track's own, 1 at most."""
    mean = track.fleet.reliability
    left = (CITIES * mean - mean * (1 - DEFAULT_STORM)) / DUSTY
    return min(LINK[1], max(LINK[0], round(left, 3)))


def default_setting(track: Track) -> Setting:
    """Return the state in which a track's crisis opens."""
    return Setting(
        local_steps=DEFAULT_LOCAL_STEPS,
        vehicles_per_round=DEFAULT_VEHICLES,
        algorithm=DEFAULT_ALGORITHM,
        selection=DEFAULT_SELECTION,
        mu=DEFAULT_MU,
        rounds_per_day=DEFAULT_ROUNDS_PER_DAY,
        when=DEFAULT_WHEN,
        kernel_s=DEFAULT_KERNEL_S,
        dusty_link=min(LINK[1], max(LINK[0], track.fleet.reliability)),
        clear_link=default_clear_link(track),
        storm=DEFAULT_STORM,
    )
