"""Everything that one state of the privacy bench gives, and the quantities that have a limit."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from physics.validation import Floats
from tracks import Track
from tracks.api.outcome import Limit
from tracks.common.proxy_fleet import ceiling, problem
from tracks.missions.privacy.accounting import (
    MAX_ROUNDS,
    CalibratedNoise,
    allowed_bytes,
    calibrated_noise_of,
    moved_bytes,
    spent_by_round,
)
from tracks.missions.privacy.runs import SEEDS, LearningResult, LearningTask, learning_task, result_of
from tracks.missions.privacy.setting import Setting

CLAIM, BUDGET, DELTA_LARGE = "claim_without_mechanism", "budget_spent", "delta_too_large"
ACCURACY, GAP, DATA, CLIPPED = "accuracy_below_target", "gap_to_ceiling", "data_budget", "clip_bias"
FAILURES = (CLAIM, ACCURACY, GAP, BUDGET, DELTA_LARGE, DATA, CLIPPED)

MIN_NOISE = 0.01  # the least noise multiplier that the accountant books
GAP_LIMIT, GAP_WARN = 5.0, 2.5  # points
DATA_WARN = 0.8  # of what may move
CLIPPED_LIMIT = 0.5  # of the updates
# A promise without a mechanism counts more than any loss of accuracy by noise; deltas lie decades apart.
GAP_SCALE, DELTA_SCALE, CLIP_SCALE = 100.0, 1e5, 100.0


class Least(NamedTuple):
    """The accuracy with a line in the first figure, 0..1, its label there, and what it is called in a sentence."""

    accuracy: float
    label: str = "safety"
    name: str = "the safety accuracy"


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class State:
    """Everything that one state gives.

    Attributes:
        track, setting: what it follows from. task: what its runs depend on. result: how they end.
        moving: whether it is computed for a slider that moves, by one run alone.
        ceiling: accuracy with all data in one place, 0..1. noise: what is added, or None.
        spent: epsilon after 0 ... ``last_round`` rounds of it, or None.
        moved: bytes a day, whole fleet [B]. allowed: what may move in a day [B].
        limits: by the code of the failure; those about noise only where some is added.
        least: the accuracy with a line in the first figure.
        last_round: the most rounds that may be set.
    """

    track: Track
    setting: Setting
    task: LearningTask
    result: LearningResult
    moving: bool
    ceiling: float
    noise: CalibratedNoise | None
    spent: Floats | None
    moved: float
    allowed: float
    limits: Mapping[str, Limit]
    least: Least
    last_round: int

    @property
    def weights(self) -> int:
        """How many weights the model has; noise is added to each."""
        return int(problem(self.task.fleet_seed, self.task.alpha).optimum.size)

    @property
    def gap(self) -> float:
        """How many points the accuracy lies below the ceiling; negative above it."""
        return gap_points(self.ceiling, self.result.accuracy)

    @property
    def noise_is_felt(self) -> bool:
        """Whether the noise of a round is longer than a typical update that is sent, which it then outweighs."""
        if self.noise is None:
            return False
        sent = min(self.setting.clip_norm, self.result.length_of(0.5))
        return self.noise.on_average * math.sqrt(self.weights) > sent

    @property
    def stop_round(self) -> int | None:
        """The round that breaks the officer's bound at this noise, or None within the last of them."""
        if self.spent is None:
            return None
        reached = np.flatnonzero(self.spent > self.track.targets.epsilon)
        return int(reached[0]) if reached.size else None


def gap_points(ceiling: float, accuracy: float) -> float:
    """Return how many points an accuracy lies below the ceiling."""
    return round(100 * (ceiling - accuracy), 9) + 0.0


def _spent(setting: Setting, noise: CalibratedNoise | None, last: int) -> Floats | None:
    if noise is None:
        return None
    return spent_by_round(setting.noise, noise.multiplier, setting.cohort, setting.fleet, setting.delta, last)


def evaluate(track: Track, setting: Setting, *, seed: int, moving: bool = False, last_round: int = MAX_ROUNDS) -> State:
    """Return what a setting gives on a track; ``seed`` samples other rounds and noise on the same partition.

    While a slider moves one run is made, of the setting itself.
    """
    task = learning_task(track, setting, seed=seed, seeds=1 if moving else SEEDS)
    top = ceiling(track.fleet.seed, track.fleet.skew_alpha)
    noise = calibrated_noise_of(setting) if setting.private else None
    result = result_of(setting, task)
    moved, allowed = moved_bytes(track, setting), allowed_bytes(track, setting.fleet)
    limits = {
        CLAIM: Limit(quantity=noise.multiplier if noise else 0.0, limit=MIN_NOISE, at_most=False),
        ACCURACY: Limit(quantity=result.accuracy, limit=track.targets.safety_accuracy, at_most=False),
        GAP: Limit(quantity=gap_points(top, result.accuracy), limit=GAP_LIMIT, warn=GAP_WARN, scale=GAP_SCALE),
        DATA: Limit(quantity=moved, limit=allowed, warn=DATA_WARN * allowed),
    }
    if setting.private:
        one_client = 1 / setting.fleet
        below = float(np.nextafter(one_client, 0))
        limits |= {
            BUDGET: Limit(quantity=setting.epsilon, limit=track.targets.epsilon),
            DELTA_LARGE: Limit(quantity=setting.delta, limit=below, scale=DELTA_SCALE * one_client),
            CLIPPED: Limit(quantity=result.clipped, limit=CLIPPED_LIMIT, scale=CLIP_SCALE),
        }
    return State(
        track=track,
        setting=setting,
        task=task,
        result=result,
        moving=moving,
        ceiling=top,
        noise=noise,
        spent=_spent(setting, noise, last_round),
        moved=moved,
        allowed=allowed,
        limits=limits,
        least=Least(track.targets.safety_accuracy),
        last_round=last_round,
    )
