"""The second engine: local gradient steps on softmax regression, all clients of a round as one batch."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from physics.federation.digits import CLASSES, Integers, read_only
from physics.federation.least_squares import MAX_WEIGHTS
from physics.federation.problem import FederatedProblem
from physics.validation import Floats

_BLOCK = 64  # models whose loss is taken at once: 64 x 10 x 1437 scores are 7 MB


@lru_cache(maxsize=16)
def _batches(problem: FederatedProblem) -> tuple[Integers, Floats, Floats]:
    """Return each client's images as one row of positions, and the images and labels these point to.

    Short rows are filled up with the position of an image of zeros, which has no gradient: no mask is needed.
    """
    inputs, one_hot = problem.data.train_inputs, problem.data.train_one_hot
    most_images = max(len(own) for own in problem.partition)
    positions = np.full((problem.clients, most_images), len(inputs), dtype=np.int64)
    for client, own in enumerate(problem.partition):
        positions[client, : len(own)] = own
    inputs = np.vstack([inputs, np.zeros((1, inputs.shape[1]))])
    one_hot = np.vstack([one_hot, np.zeros((1, CLASSES))])
    return read_only(positions), read_only(inputs), read_only(one_hot)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SoftmaxEngine:
    """Mean cross-entropy of softmax regression, ridge and proximal terms as in the exact engine."""

    problem: FederatedProblem
    local_steps: int
    learning_rate: float
    proximal: float

    def updates(self, weights: Floats, clients: np.ndarray, correction: Floats | None) -> Floats:
        """Return what each of the clients would add to the model: (n, d, 10).

        Models are transposed to (10, d), which keeps the softmax's sum over classes off the fastest axis.
        """
        problem, rate = self.problem, self.learning_rate
        positions, all_inputs, all_one_hot = _batches(problem)
        inputs = all_inputs[positions[clients]]
        one_hot = np.ascontiguousarray(all_one_hot[positions[clients]].transpose(0, 2, 1))
        turned = np.ascontiguousarray(inputs.transpose(0, 2, 1))
        inputs_over_size = inputs * (rate / problem.client_sizes[clients])[:, None, None]
        pull = rate * self.proximal * weights.T
        if correction is not None:
            pull = pull + rate * correction.transpose(0, 2, 1)
        keep = 1 - rate * (problem.regularization + self.proximal)
        local = np.repeat(weights.T[None], len(clients), axis=0)
        for _ in range(self.local_steps):
            scores = local @ turned
            scores -= scores.max(axis=1, keepdims=True)
            np.exp(scores, out=scores)
            scores /= scores.sum(axis=1, keepdims=True)
            scores -= one_hot
            local *= keep
            local -= scores @ inputs_over_size
            local += pull
            if keep < -1:  # the proximal term itself overshoots; the gradient of the cross-entropy is bounded
                np.clip(local, -MAX_WEIGHTS, MAX_WEIGHTS, out=local)
        update: Floats = local.transpose(0, 2, 1) - weights
        return update

    def losses(self, states: Floats) -> Floats:
        """Return the fleet's mean cross-entropy, ridge included, at each model of a (T, d, 10) stack."""
        problem, data = self.problem, self.problem.data
        share = np.bincount(np.concatenate(problem.partition), minlength=len(data.train_inputs))
        share = share / share.sum()
        moment = data.train_inputs.T @ (share[:, None] * data.train_one_hot)
        turned = np.ascontiguousarray(data.train_inputs.T)
        losses = np.empty(len(states))
        for start in range(0, len(states), _BLOCK):
            block = states[start : start + _BLOCK]
            rows = np.ascontiguousarray(block.transpose(0, 2, 1)).reshape(len(block) * CLASSES, -1)
            scores = (rows @ turned).reshape(len(block), CLASSES, -1)
            top = scores.max(axis=1)
            total = np.log(np.exp(scores - top[:, None]).sum(axis=1)) + top
            square = np.einsum("tdc,tdc->t", block, block)
            losses[start : start + _BLOCK] = (
                total @ share - np.einsum("tdc,dc->t", block, moment) + problem.regularization / 2 * square
            )
        return losses
