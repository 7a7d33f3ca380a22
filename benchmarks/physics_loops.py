"""Peers that need nothing but numpy and scipy: a loop over clients, and a sum over every item."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

from physics.federation import FederatedProblem

Floats = NDArray[np.float64]


def federated_loop(
    problem: FederatedProblem,
    rounds: int,
    local_steps: int,
    learning_rate: float,
    *,
    clip: float | None = None,
    noise_multiplier: float = 0.0,
    algorithm: str = "fedavg",
    seed: int = 0,
) -> tuple[list[float], Floats]:
    """Return the accuracy after every round and the last model; each client takes its gradient steps one by one."""
    data, random = problem.data, np.random.default_rng(seed)
    images = [data.train_inputs[held] for held in problem.partition]
    targets = [data.train_one_hot[held] - 0.1 for held in problem.partition]
    scaffold = algorithm == "scaffold"
    weights = np.zeros((problem.dimension, 10))
    shared = np.zeros_like(weights)
    own = [np.zeros_like(weights) for _ in images]
    accuracy = []
    for _ in range(rounds):
        updates = []
        for client, (inputs, wanted) in enumerate(zip(images, targets, strict=True)):
            local = weights.copy()
            for _ in range(local_steps):
                gradient = inputs.T @ (inputs @ local - wanted) / len(inputs) + problem.regularization * local
                local -= learning_rate * (gradient - own[client] + shared if scaffold else gradient)
            if scaffold:
                own[client] = own[client] - shared + (weights - local) / (local_steps * learning_rate)
            update = local - weights
            if clip is not None:
                update *= min(1.0, clip / float(np.linalg.norm(update)))
            updates.append(update)
        weights = weights + np.mean(updates, axis=0)
        if clip is not None and noise_multiplier > 0:
            weights = weights + random.normal(0.0, noise_multiplier * clip / len(updates), weights.shape)
        if scaffold:
            shared = np.mean(own, axis=0)
        answers = np.argmax(data.test_inputs.T @ weights, axis=1)
        accuracy.append(float(np.mean(answers == data.test_labels)))
    return accuracy, weights


def exact_hit_rate(items: int, skew: float) -> Callable[[float], float]:
    """Return Che's hit rate by capacity, every item summed, with the characteristic time from Brent's method."""
    shares = np.arange(1.0, items + 1) ** -skew
    shares /= shares.sum()

    def hit_rate(capacity: float) -> float:
        def excess(log_time: float) -> float:
            return float(-np.expm1(-shares * np.exp(log_time)).sum() - capacity)

        found = brentq(excess, np.log(1e-3), np.log(100 / shares[-1]), xtol=1e-10)
        return float(shares @ -np.expm1(-shares * np.exp(found)))

    return hit_rate
