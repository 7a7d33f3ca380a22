"""Everything that one state of the convergence bench gives, in one object, with its limits by failure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from physics.validation import Floats
from tracks import Track
from tracks.api.outcome import Limit
from tracks.common.federated_runs import Learning, Runs, bias_of, fixed_of, runs
from tracks.common.fleet_accuracy import LEFT_BEHIND, accuracy_limit
from tracks.common.links import Invitation, fleet_uploads
from tracks.common.proxy_fleet import problem
from tracks.common.traffic import cap_limit
from tracks.missions.convergence.costs import Costs, costs, invitation_of
from tracks.missions.convergence.setting import Setting

OVER_CAP, BELOW_TARGET = "over_cap", "below_target"
DRIFTING, WASTING = "drifting", "wasting"
FAILURES = (OVER_CAP, BELOW_TARGET, LEFT_BEHIND, DRIFTING, WASTING)

BIAS_WARN, BIAS_LIMIT = 0.01, 0.02  # of loss, assumed
BIAS_SCALE = 0.1  # as for 10 points of accuracy, so that the worst of them is first
WASTE_WARN, WASTE_LIMIT = 0.2, 0.5  # of the attempts, assumed


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class State:
    """Everything that one state gives.

    Attributes:
        learning: what its runs depend on. runs, costs, invitation: as their own docstrings say.
        bias: loss above the optimum at the point that rounds of all clients converge to; 0 for SCAFFOLD, whose
            control variates correct the drift. rate: factor by which a round of all clients shrinks the way to that
            point, with FedAvg or FedProx. optimal_loss: the least there is.
        limits: what each failure judges, by its code.
    """

    track: Track
    setting: Setting
    learning: Learning
    runs: Runs
    costs: Costs
    invitation: Invitation
    bias: float
    rate: float
    optimal_loss: float
    limits: Mapping[str, Limit]

    @property
    def excess(self) -> float:
        """Final loss above the least there is."""
        return self.runs.final_loss - self.optimal_loss

    @property
    def moved(self) -> Floats:
        """Bytes of a device after each round, (R+1,) [B]."""
        moved: Floats = self.costs.per_round * np.arange(self.setting.rounds + 1.0)
        return moved

    @property
    def diverges(self) -> bool:
        """Whether rounds lead away from where they should end: some client's step is too long for its data."""
        return self.rate >= 1


def learning_of(fleet_seed: int, setting: Setting, *, seed: int) -> Learning:
    """Return what learning depends on in a setting."""
    return Learning(
        fleet_seed=fleet_seed,
        alpha=setting.alpha,
        algorithm=setting.algorithm,
        rounds=setting.rounds,
        clients_per_round=setting.clients_per_round,
        local_steps=setting.local_steps,
        learning_rate=setting.learning_rate,
        proximal=setting.proximal,
        delivered=fleet_uploads(setting.reliability, setting.attempts).delivered,
        selection=setting.selection,
        seed=seed,
    )


def evaluate(track: Track, setting: Setting, *, seed: int) -> State:
    """Return what a setting gives on a track; ``seed`` samples other rounds on the same partition."""
    learning = learning_of(track.fleet.seed, setting, seed=seed)
    result, spent, invited = runs(learning), costs(track, setting), invitation_of(setting)
    bias, targets = bias_of(learning), track.targets
    return State(
        track=track,
        setting=setting,
        learning=learning,
        runs=result,
        costs=spent,
        invitation=invited,
        bias=bias,
        rate=float(fixed_of(learning).rate),
        optimal_loss=problem(learning.fleet_seed, learning.alpha).optimal_loss,
        limits={
            OVER_CAP: cap_limit(spent.moved, spent.cap),
            BELOW_TARGET: accuracy_limit(result.final_mean, targets.mean_accuracy),
            LEFT_BEHIND: accuracy_limit(result.final_worst, targets.worst_city_accuracy),
            DRIFTING: Limit(quantity=bias, limit=BIAS_LIMIT, warn=BIAS_WARN, scale=BIAS_SCALE),
            WASTING: Limit(quantity=invited.failed, limit=WASTE_LIMIT, warn=WASTE_WARN),
        },
    )
