"""Federated softmax regression as a torch tutorial writes it: a loop over clients, autograd, one core."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch.nn import functional

from physics.federation import FederatedProblem

torch.set_num_threads(1)


def federated_loop(
    problem: FederatedProblem,
    participation: Any,
    local_steps: int,
    learning_rate: float,
    *,
    clip: float | None = None,
    noise_multiplier: float = 0.0,
    algorithm: str = "fedavg",
    seed: int = 0,
) -> tuple[list[float], Any]:
    """Return the accuracy after every round and the last model; clients are of equal size."""
    data, random = problem.data, torch.Generator().manual_seed(seed)
    images = [torch.from_numpy(data.train_inputs[held]).float() for held in problem.partition]
    labels = [torch.from_numpy(data.train_one_hot[held].argmax(axis=1)) for held in problem.partition]
    tests, wanted = torch.from_numpy(data.test_inputs.T.copy()).float(), torch.from_numpy(np.array(data.test_labels))
    scaffold = algorithm == "scaffold"
    weights = torch.zeros(problem.dimension, 10)
    shared = torch.zeros_like(weights)
    own = [torch.zeros_like(weights) for _ in images]
    accuracy = []
    for arrived in participation:
        updates, changes = [], []
        for client in np.flatnonzero(arrived):
            local = weights.clone().requires_grad_()
            for _ in range(local_steps):
                loss = functional.cross_entropy(images[client] @ local, labels[client])
                loss = loss + problem.regularization / 2 * local.square().sum()
                (gradient,) = torch.autograd.grad(loss, local)
                with torch.no_grad():
                    local -= learning_rate * (gradient - own[client] + shared if scaffold else gradient)
            update = local.detach() - weights
            if scaffold:
                change = -shared - update / (local_steps * learning_rate)
                own[client] = own[client] + change
                changes.append(change)
            if clip is not None:
                update = update * min(1.0, clip / float(update.norm()))
            updates.append(update)
        weights = weights + torch.stack(updates).mean(dim=0)
        if clip is not None and noise_multiplier > 0:
            spread = noise_multiplier * clip / len(updates)
            weights = weights + spread * torch.randn(weights.shape, generator=random)
        if scaffold:
            shared = shared + torch.stack(changes).sum(dim=0) / len(images)
        accuracy.append(float(((tests @ weights).argmax(dim=1) == wanted).float().mean()))
    return accuracy, weights.double().numpy()
