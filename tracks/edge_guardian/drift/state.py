"""Everything that one state of the Fleet Learning Drift gives, in one object."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from physics.validation import Floats
from tracks import Track
from tracks.common.proxy_fleet import problem
from tracks.edge_guardian.drift.fleet import Costs, Loop, costs, loop
from tracks.edge_guardian.drift.runs import Learning, Runs, fixed, learning_of, runs
from tracks.edge_guardian.drift.setting import Setting


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Found:
    """Everything that one state gives.

    Attributes:
        learning: what its runs depend on. runs, costs, loop: as their own docstrings say.
    """

    learning: Learning
    runs: Runs
    costs: Costs
    loop: Loop

    @property
    def mean(self) -> float:
        """The fleet's final accuracy, 0..1."""
        return float(self.runs.mean[-1])

    @property
    def worst(self) -> float:
        """The worst city's final accuracy, 0..1."""
        return float(self.runs.cities[-1, self.runs.worst])

    @property
    def moved(self) -> Floats:
        """What a vehicle has moved after each round, (R+1,) [B]."""
        found: Floats = self.costs.per_round * np.arange(self.learning.rounds + 1.0)
        return found

    @property
    def bias(self) -> float:
        """Loss above the least where endless rounds of all would end, each heard alike; 0 for SCAFFOLD."""
        if self.learning.algorithm == "scaffold":
            return 0.0
        own = self.learning
        return float(fixed(own.fleet_seed, own.alpha, own.local_steps, own.proximal).excess_loss)

    @property
    def excess(self) -> float:
        """Final loss above the least there is."""
        return self.runs.loss - problem(self.learning.fleet_seed, self.learning.alpha).optimal_loss

    @property
    def fall(self) -> float:
        """How far the loss fell over the last fifth of the rounds; below 0 where it rose."""
        return self.runs.earlier_loss - self.runs.loss


def found(track: Track, setting: Setting, *, seed: int) -> Found:
    """Return what a setting gives on a track; ``seed`` draws other rounds on the same partition."""
    spent = costs(track, setting)
    learning = learning_of(track, setting, spent.heard, seed=seed)
    return Found(learning=learning, runs=runs(learning), costs=spent, loop=loop(track, setting))
