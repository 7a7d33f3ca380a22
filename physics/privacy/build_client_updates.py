"""Make ``client_updates.npz``: accuracy of federated runs with clips and noise, the stored part of a search.

    python -m physics.privacy.build_client_updates [FILE]

``make search`` does the same in several processes, or on several machines (``tools/search.py``).

One run of the greatest length gives the accuracy at every shorter one, and fleet and privacy budget enter
through the noise alone. So a table over (alpha, cohort, rounds, clip, noise on the average) answers for every
fleet, epsilon and delta. About six minutes on one core, twice that without numba.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterable
from itertools import product
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


Run = tuple[float, int, float, float]  # alpha, cohort, clip, noise


def accuracy_of(run: Run) -> Floats:
    """Return ``accuracy_by_rounds`` of one run."""
    return accuracy_by_rounds(*run)


def build(
    target: Path = TABLE_FILE, mapped: Callable[[Callable[[Run], Floats], list[Run]], Iterable[Floats]] = map
) -> None:
    """Write the table to ``target``; ``mapped`` does the runs and yields what they return in their order."""
    accuracy = np.zeros((len(ALPHAS), len(COHORTS), len(ROUNDS), len(CLIPS), len(NOISES)))
    free = np.zeros(accuracy.shape[:3])
    runs = [
        run
        for alpha, cohort in product(ALPHAS, COHORTS)
        for run in [(alpha, cohort, math.inf, 0.0), *product((alpha,), (cohort,), CLIPS, NOISES)]
    ]
    for (alpha, cohort, clip, noise), found in zip(runs, mapped(accuracy_of, runs), strict=True):
        a, m = ALPHAS.index(alpha), COHORTS.index(cohort)
        if math.isinf(clip):
            free[a, m] = found
        else:
            accuracy[a, m, :, CLIPS.index(clip), NOISES.index(noise)] = found
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
