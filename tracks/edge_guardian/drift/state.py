"""Everything that one state of the Fleet Learning Drift gives, in one object, with its limits by failure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from physics.validation import Floats
from tracks import Track
from tracks.api.outcome import Limit
from tracks.common.federated_runs import ExcessLoss, Learning, Runs, best_loss, runs, runs_and_excess
from tracks.common.fleet_accuracy import LEFT_BEHIND, accuracy_limit
from tracks.common.proxy_fleet import CITIES
from tracks.common.traffic import cap_limit
from tracks.edge_guardian.drift.costs import Costs, Loop, by_client, costs, loop
from tracks.edge_guardian.drift.setting import LEARNING_RATE, Setting

DIVERGENCE, OVER_CAP = "divergence", "over_cap"
WASTED, PREEMPTED = "wasted_radio", "loop_preempted"
FAILURES = (DIVERGENCE, LEFT_BEHIND, OVER_CAP, WASTED, PREEMPTED)

WASTE_LIMIT = 1 / 3  # of the radio's energy, assumed
LOOP_WARN = 0.95  # of the deadline
HEARD_LITTLE = 0.8 / CITIES  # of the updates that arrive: a city below sends clearly less than an equal share


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class State:
    """Everything that one state gives.

    Attributes:
        learning: what its runs depend on. runs, costs, loop: as their own docstrings say.
        parts: why the loss is above that of the best model of all data; None while a slider moves.
        limits: what each failure judges, by its code.
    """

    track: Track
    setting: Setting
    learning: Learning
    runs: Runs
    costs: Costs
    loop: Loop
    parts: ExcessLoss | None
    limits: Mapping[str, Limit]

    @property
    def moved(self) -> Floats:
        """What a vehicle has moved after each round, (R+1,) [B]."""
        moved: Floats = self.costs.per_round * np.arange(self.learning.rounds + 1.0)
        return moved

    @property
    def worst_share(self) -> float:
        """The worst city's share of the updates that arrive, 0..1."""
        return float(self.runs.shares[self.runs.worst])

    @property
    def excess(self) -> float:
        """Final loss above that of the best model of all data."""
        return self.runs.final_loss - best_loss(self.learning.fleet_seed, self.learning.alpha)


def learning_of(track: Track, setting: Setting, *, seed: int) -> Learning:
    """Return what learning depends on in a setting."""
    return learning_at(costs(track, setting), track, setting, seed=seed)


def learning_at(spent: Costs, track: Track, setting: Setting, *, seed: int) -> Learning:
    """Return the same where the setting's costs, which say whose updates arrive, are known."""
    return Learning(
        fleet_seed=track.fleet.seed,
        alpha=track.fleet.skew_alpha,
        algorithm=setting.algorithm,
        rounds=setting.rounds,
        clients_per_round=setting.vehicles_per_round,
        local_steps=setting.local_steps,
        learning_rate=LEARNING_RATE,
        proximal=setting.proximal,
        delivered=by_client(spent.delivered),
        selection=setting.selection,
        seed=seed,
    )


def evaluate(track: Track, setting: Setting, *, seed: int, moving: bool = False) -> State:
    """Return what a setting gives on a track; ``seed`` samples other rounds on the same partition.

    While a slider moves one draw is run, and the parts of the excess loss are left out.
    """
    spent, latency, targets = costs(track, setting), loop(track, setting), track.targets
    learning = learning_at(spent, track, setting, seed=seed)
    result, parts = (runs(learning, 1), None) if moving else runs_and_excess(learning)
    return State(
        track=track,
        setting=setting,
        learning=learning,
        runs=result,
        costs=spent,
        loop=latency,
        parts=parts,
        limits={
            DIVERGENCE: accuracy_limit(result.final_mean, targets.safety_accuracy),
            LEFT_BEHIND: accuracy_limit(result.final_worst, targets.worst_city_accuracy),
            OVER_CAP: cap_limit(spent.moved, spent.cap),
            WASTED: Limit(quantity=spent.wasted, limit=WASTE_LIMIT),
            PREEMPTED: Limit(quantity=latency.total_s, limit=latency.limit_s, warn=LOOP_WARN * latency.limit_s),
        },
    )
