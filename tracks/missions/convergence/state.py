"""Everything that one state of the convergence bench gives, in one object, with its limits by failure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from physics.validation import Floats
from tracks import Track
from tracks.api.outcome import Limit
from tracks.common.federated_runs import ExcessLoss, Learning, Runs, best_loss, runs, runs_and_excess
from tracks.common.fleet_accuracy import LEFT_BEHIND, accuracy_limit
from tracks.common.links import Invitation, fleet_uploads
from tracks.common.traffic import cap_limit
from tracks.missions.convergence.costs import Costs, costs, invitation_of
from tracks.missions.convergence.setting import Setting

OVER_CAP, BELOW_TARGET = "over_cap", "below_target"
WASTING = "wasting"
FAILURES = (OVER_CAP, BELOW_TARGET, LEFT_BEHIND, WASTING)

WASTE_LIMIT = 0.21  # of the attempts, assumed: one or two attempts on the links as they are, and no more


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class State:
    """Everything that one state gives.

    Attributes:
        learning: what its runs depend on. runs, costs, invitation: as their own docstrings say.
        best_loss: of the best model of all data. parts: why the loss is above it; None while a slider moves.
        limits: what each failure judges, by its code.
    """

    track: Track
    setting: Setting
    learning: Learning
    runs: Runs
    costs: Costs
    invitation: Invitation
    best_loss: float
    parts: ExcessLoss | None
    limits: Mapping[str, Limit]

    @property
    def excess(self) -> float:
        """Final loss above that of the best model of all data."""
        return self.runs.final_loss - self.best_loss

    @property
    def moved(self) -> Floats:
        """Bytes of a device after each round, (R+1,) [B]."""
        moved: Floats = self.costs.per_round * np.arange(self.setting.rounds + 1.0)
        return moved

    @property
    def too_stiff(self) -> bool:
        """Whether a step of the proximal term alone overshoots."""
        return self.setting.learning_rate * self.setting.proximal > 1


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


def evaluate(track: Track, setting: Setting, *, seed: int, moving: bool = False) -> State:
    """Return what a setting gives on a track; ``seed`` samples other rounds on the same partition.

    While a slider moves one draw is run, and the parts of the excess loss are left out.
    """
    learning = learning_of(track.fleet.seed, setting, seed=seed)
    result, parts = (runs(learning, 1), None) if moving else runs_and_excess(learning)
    spent, invited, targets = costs(track, setting), invitation_of(setting), track.targets
    return State(
        track=track,
        setting=setting,
        learning=learning,
        runs=result,
        costs=spent,
        invitation=invited,
        best_loss=best_loss(learning.fleet_seed, learning.alpha),
        parts=parts,
        limits={
            OVER_CAP: cap_limit(spent.moved, spent.cap),
            BELOW_TARGET: accuracy_limit(result.final_mean, targets.mean_accuracy),
            LEFT_BEHIND: accuracy_limit(result.final_worst, targets.worst_city_accuracy),
            WASTING: Limit(quantity=invited.failed, limit=WASTE_LIMIT),
        },
    )
