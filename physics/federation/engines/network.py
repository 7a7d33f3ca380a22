"""Local gradient steps on a network with one hidden layer: all clients of a round in batches, single precision.

The equations stand in `physics.federation`. A model is one vector: the hidden layer's weights (32, d), a row a unit,
then those of the output layer (10, 32). Neither layer has biases of its own: the features hold a constant.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from physics.federation.digits import CLASSES
from physics.federation.engines.least_squares import MAX_WEIGHTS
from physics.federation.engines.softmax import image_rows
from physics.federation.problem import FederatedProblem
from physics.validation import Floats

Singles = NDArray[np.float32]

HIDDEN = 32  # units of the hidden layer
START = 3  # stream of the random numbers of the first model, beside those of `physics.federation.rounds`
_BLOCK_VALUES = 2**16  # hidden values of the clients that learn at once: 256 kB, so that the arrays stay in the cache
_JUDGED = 2**19  # hidden values of the models judged at once: 2 MB


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class NetworkEngine:
    """Mean cross-entropy of a network, d features - 32 ReLU - 10 classes, ridge and proximal terms as elsewhere."""

    problem: FederatedProblem
    local_steps: int
    learning_rate: float
    proximal: float

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of a model: one vector."""
        return (HIDDEN * (self.problem.dimension + CLASSES),)

    def start(self, seed: int) -> Floats:
        """Return initial weights after He et al. (2015), of variance two over the inputs of their layer."""
        dimension = self.problem.dimension
        deviations = np.repeat(np.sqrt([2 / dimension, 2 / HIDDEN]), [HIDDEN * dimension, CLASSES * HIDDEN])
        drawn: Floats = deviations * np.random.default_rng((seed, START)).standard_normal(len(deviations))
        return drawn

    def layers(self, model: NDArray[np.floating]) -> tuple[NDArray[np.floating], NDArray[np.floating]]:
        """Return views of the model's matrices (..., 32, d) and (..., 10, 32), of one model or a stack."""
        split, before = HIDDEN * self.problem.dimension, model.shape[:-1]
        return (
            model[..., :split].reshape(*before, HIDDEN, self.problem.dimension),
            model[..., split:].reshape(*before, CLASSES, HIDDEN),
        )

    def updates(self, weights: Floats, clients: np.ndarray, correction: Floats | None) -> Floats:
        """Return what each of the clients would add to the model, one for all (P,) or one each: (n, P)."""
        positions, _, _ = image_rows(self.problem)
        together = max(1, _BLOCK_VALUES // (HIDDEN * positions.shape[1]))
        update = np.empty((len(clients), *self.shape))
        for start in range(0, len(clients), together):
            own = slice(start, start + together)
            self._learn(
                weights if weights.ndim == 1 else weights[own],
                clients[own],
                None if correction is None else correction[own],
                out=update[own],
            )
        return update

    def _learn(self, weights: Floats, clients: np.ndarray, correction: Floats | None, *, out: Floats) -> None:
        """Write what each of some clients adds to the model to ``out``.

        The change is kept apart from the model that it starts from: a small step would be lost in their sum. Images of
        zeros, which fill up the short rows, have no hidden values and so no gradient.
        """
        problem, rate = self.problem, self.learning_rate
        positions, all_inputs, all_one_hot = image_rows(problem)
        count, size = len(clients), positions.shape[1]
        inputs = all_inputs[positions[clients]].astype(np.float32)
        turned = inputs.transpose(0, 2, 1)
        step = (rate / problem.client_sizes[clients]).astype(np.float32)[:, None]
        towards = np.ascontiguousarray(all_one_hot[positions[clients]].transpose(2, 0, 1), np.float32) * step
        start = np.broadcast_to(weights.astype(np.float32), (count, *self.shape))
        pull = -rate * problem.regularization * weights
        pull = (pull if correction is None else pull + rate * correction).astype(np.float32)
        keep = np.float32(1 - rate * (problem.regularization + self.proximal))
        change, local, gradient = np.zeros((3, count, *self.shape), np.float32)
        (first, second), (to_first, to_second) = self.layers(local), self.layers(gradient)
        hidden, back = np.empty((2, count, HIDDEN, size), np.float32)
        scores, most = np.empty((CLASSES, count, size), np.float32), np.empty((count, size), np.float32)
        by_client = scores.transpose(1, 0, 2)
        for _ in range(self.local_steps):
            np.add(start, change, out=local)
            np.matmul(first, turned, out=hidden)
            np.maximum(hidden, 0, out=hidden)
            np.matmul(second, hidden, out=by_client)
            scores -= np.max(scores, axis=0, out=most)
            np.exp(scores, out=scores)
            np.divide(step, np.sum(scores, axis=0, out=most), out=most)
            scores *= most
            scores -= towards
            np.matmul(by_client, hidden.transpose(0, 2, 1), out=to_second)
            np.matmul(second.transpose(0, 2, 1), by_client, out=back)
            back *= hidden > 0
            np.matmul(back, inputs, out=to_first)
            change *= keep
            change -= gradient
            change += pull
            # A step that is too long for the data may grow without end; the caller says so where a change is this long.
            np.clip(change, -MAX_WEIGHTS, MAX_WEIGHTS, out=change)
        out[...] = change

    def _scores(self, states: Floats, inputs: Singles) -> Singles:
        """Return the scores (T, 10, n) that each model of a stack gives to the columns of ``inputs`` (d, n)."""
        first, second = self.layers(states.astype(np.float32))
        scores: Singles = second @ np.maximum(first @ inputs, 0)
        return scores

    def losses(self, states: Floats) -> Floats:
        """Return the fleet's mean cross-entropy, ridge included, at each model of a (T, P) stack."""
        problem, data = self.problem, self.problem.data
        share = np.bincount(np.concatenate(problem.partition), minlength=len(data.train_inputs))
        share = share / share.sum()
        turned, labels = data.train_inputs.T.astype(np.float32), data.train_labels
        losses = np.empty(len(states))
        block = max(1, _JUDGED // (HIDDEN * len(labels)))
        for start in range(0, len(states), block):
            models = states[start : start + block]
            scores = self._scores(models, turned)
            top = scores.max(axis=1)
            own = scores[:, labels, np.arange(len(labels))]
            scores -= top[:, None]
            missed = np.log(np.exp(scores, out=scores).sum(axis=1)) + (top - own)
            square = np.einsum("tp,tp->t", models, models)
            losses[start : start + block] = missed @ share + problem.regularization / 2 * square
        return losses

    def correct(self, states: Floats) -> Floats:
        """Return how many test images of each class each model of a (T, P) stack gets right: (T, 10)."""
        data = self.problem.data
        inputs = data.test_inputs.astype(np.float32)
        block = max(1, _JUDGED // (HIDDEN * inputs.shape[1]))
        return np.concatenate(
            [
                data.right(self._scores(states[start : start + block], inputs).transpose(1, 0, 2), np.zeros(1))
                for start in range(0, max(1, len(states)), block)
            ]
        )
