"""Federated runs on the proxy fleet: one state as three runs on one partition, or as one while a slider moves.

What does not change learning is not part of ``Learning``, so that changing it costs no run.
"""

from tracks.common.federated_runs.excess import (
    ExcessLoss,
    best_loss,
    drift_of,
    excess_loss,
    runs_and_excess,
    settling,
    settling_of,
)
from tracks.common.federated_runs.learning import (
    ALGORITHMS,
    SEEDS,
    SELECTIONS,
    Algorithm,
    Learning,
    Selection,
    participation,
)
from tracks.common.federated_runs.scored_runs import Runs, final_scores, model_of, runs

__all__ = [
    "ALGORITHMS",
    "SEEDS",
    "SELECTIONS",
    "Algorithm",
    "ExcessLoss",
    "Learning",
    "Runs",
    "Selection",
    "best_loss",
    "drift_of",
    "excess_loss",
    "final_scores",
    "model_of",
    "participation",
    "runs",
    "runs_and_excess",
    "settling",
    "settling_of",
]
