"""Make ``client_updates.npz``: accuracy of federated runs with clips and noise, the stored part of a search.

    python -m physics.privacy.build_client_updates [FILE]

One run of the greatest length gives the accuracy at every shorter one, and fleet and privacy budget enter
through the noise alone. So a table over (alpha, cohort, rounds, clip, noise on the average) answers for every
fleet, epsilon and delta. About six minutes on one core, twice that without numba.
"""

from __future__ import annotations

import math
import sys
from pathlib import Path

import numpy as np

from physics.federation import digits_problem, simulate
from physics.validation import Floats

TABLE_FILE = Path(__file__).with_name("data") / "client_updates.npz"

ALPHAS = (0.05, 0.1, 0.3, 1.0, 100.0)
COHORTS = (10, 20, 50, 100, 200, 500, 1000)
ROUNDS = (10, 20, 40, 80, 120)
CLIPS = (0.3, 0.6, 1.2, 2.5, 5.0)
NOISES = (0.0, *np.round(np.logspace(-2.25, 0, 10), 9).tolist())  # z/m
ARCHETYPES = 50
LOCAL_STEPS = 5
LEARNING_RATE = 8.0
RUNS = 4  # each on a partition and with random numbers of its own
LAST = 10  # rounds over which accuracy is averaged


def accuracy_by_rounds(alpha: float, cohort: int, clip: float, noise: float) -> Floats:
    """Return the accuracy after each of ROUNDS: the mean over ten rounds and all runs."""
    means = np.zeros(len(ROUNDS))
    for seed in range(RUNS):
        run = simulate(
            digits_problem(clients=ARCHETYPES, alpha=alpha, seed=seed),
            rounds=max(ROUNDS),
            clients_per_round=None,
            cohort=cohort,
            local_steps=LOCAL_STEPS,
            learning_rate=LEARNING_RATE,
            clip=None if math.isinf(clip) else clip,
            noise_multiplier=noise * cohort,
            seed=seed,
        )
        means += [run.accuracy[t - LAST + 1 : t + 1].mean() for t in ROUNDS]
    return np.asarray(means / RUNS)


def build(target: Path = TABLE_FILE) -> None:
    """Write the table to ``target``."""
    accuracy = np.zeros((len(ALPHAS), len(COHORTS), len(ROUNDS), len(CLIPS), len(NOISES)))
    free = np.zeros(accuracy.shape[:3])
    for a, alpha in enumerate(ALPHAS):
        for m, cohort in enumerate(COHORTS):
            free[a, m] = accuracy_by_rounds(alpha, cohort, math.inf, 0.0)
            for c, clip in enumerate(CLIPS):
                for n, noise in enumerate(NOISES):
                    accuracy[a, m, :, c, n] = accuracy_by_rounds(alpha, cohort, clip, noise)
    free = np.maximum(free, accuracy[..., 0].max(axis=-1))
    np.savez_compressed(
        target,
        alphas=np.array(ALPHAS),
        cohorts=np.array(COHORTS),
        rounds=np.array(ROUNDS),
        clips=np.array(CLIPS),
        noises=np.array(NOISES),
        accuracy=accuracy.astype(np.float32),
        free=free.astype(np.float32),
    )


if __name__ == "__main__":
    build(Path(sys.argv[1]) if len(sys.argv) > 1 else TABLE_FILE)
