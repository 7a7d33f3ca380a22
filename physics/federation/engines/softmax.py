"""Local gradient steps on softmax regression with cross-entropy: all clients of a round as one batch.

The equations stand in `physics.federation`. A client of n images keeps its rows A (n, 10) and multiplies them by the
products of its images with one another (n, n), known beforehand. Below some 60 images that is less work than steps on
the model (d, 10) itself, and single precision is enough: after 100 rounds the models differ by 1e-6 of their length
from those of a loop in double precision. `softmax_kernel` takes these steps compiled, and numpy where that is missing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from physics.federation.digits import CLASSES, Integers, read_only
from physics.federation.engines.compiled import compiled_updates
from physics.federation.engines.least_squares import MAX_WEIGHTS
from physics.federation.engines.linear_model import LinearModel
from physics.federation.problem import FederatedProblem
from physics.validation import Floats

Singles = NDArray[np.float32]

_BLOCK = 8  # models whose loss is taken at once: 8 x 10 x 1437 scores are 0.9 MB
_MOST_IMAGES = 64  # of a client, up to which its rows A are less work than its model
_ALIGNED = 8  # images a client and features are padded to a multiple of this, the singles of an AVX register


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _OwnImages:
    """Each client's images, filled up with images of zeros to one size P, in single precision.

    ``counts`` (K,) of each client's images, ``inputs`` (K, P, D) with d filled up to a multiple of eight, ``turned``
    (K, d, P), ``products`` (K, P, P) of the images with one another, ``labels`` (K, 10, P) one-hot, ``weights``
    (K, P): 1/n for an image, 0 for filling, which therefore changes nothing.
    """

    counts: Integers
    inputs: Singles
    turned: Singles
    products: Singles
    labels: Singles
    weights: Singles


@lru_cache(maxsize=16)
def _own_images(problem: FederatedProblem) -> _OwnImages:
    data, most = problem.data, max(len(own) for own in problem.partition)
    size, wide = (-(-count // _ALIGNED) * _ALIGNED for count in (most, problem.dimension))
    inputs = np.zeros((problem.clients, size, wide), np.float32)
    labels = np.zeros((problem.clients, CLASSES, size), np.float32)
    weights = np.zeros((problem.clients, size), np.float32)
    for client, own in enumerate(problem.partition):
        inputs[client, : len(own), : problem.dimension] = data.train_inputs[own]
        labels[client, :, : len(own)] = data.train_one_hot[own].T
        weights[client, : len(own)] = 1 / len(own)
    products = inputs @ inputs.transpose(0, 2, 1)
    turned = np.ascontiguousarray(inputs.transpose(0, 2, 1)[:, : problem.dimension])
    counts = np.array([len(own) for own in problem.partition])
    for array in (counts, inputs, turned, products, labels, weights):
        array.flags.writeable = False
    return _OwnImages(counts=counts, inputs=inputs, turned=turned, products=products, labels=labels, weights=weights)


@lru_cache(maxsize=16)
def image_rows(problem: FederatedProblem) -> tuple[Integers, Floats, Floats]:
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
class SoftmaxEngine(LinearModel):
    """Mean cross-entropy of softmax regression, ridge and proximal terms as in the exact engine."""

    problem: FederatedProblem
    local_steps: int
    learning_rate: float
    proximal: float

    def updates(self, weights: Floats, clients: np.ndarray, correction: Floats | None) -> Floats:
        """Return what each of the clients would add to the model, one for all (d, 10) or one each: (n, d, 10)."""
        if self.problem.client_sizes.max() > _MOST_IMAGES or self.keep < -1:
            return self._by_weights(weights, clients, correction)
        kernel = compiled_updates()
        if kernel is None:
            return self._by_images(weights, clients, correction)
        return self._by_kernel(kernel, weights, clients, correction)

    @property
    def keep(self) -> float:
        """What one step leaves of a model where the cross-entropy is flat; below -1 it overshoots."""
        return 1 - self.learning_rate * (self.problem.regularization + self.proximal)

    def _by_kernel(
        self, kernel: Callable[..., None], weights: Floats, clients: np.ndarray, correction: Floats | None
    ) -> Floats:
        """Return what `_by_images` does, from the compiled steps."""
        images, dimension = _own_images(self.problem), self.problem.dimension
        updates = np.empty((len(clients), dimension, CLASSES))
        kernel(
            np.ascontiguousarray(weights).reshape(-1, dimension, CLASSES),
            updates[:0] if correction is None else np.ascontiguousarray(correction),
            np.ascontiguousarray(clients),
            images.counts,
            images.inputs,
            images.turned,
            images.products,
            images.labels,
            images.weights,
            (self.learning_rate, self.keep, self.learning_rate * self.proximal),
            self.local_steps,
            updates,
        )
        return updates

    def _by_images(self, weights: Floats, clients: np.ndarray, correction: Floats | None) -> Floats:
        """Return the updates from one row of ten numbers for each image, classes first."""
        images, rate, keep = _own_images(self.problem), self.learning_rate, self.keep
        turned, products = images.turned[clients], images.products[clients]
        count, size = len(turned), turned.shape[2]
        step = images.weights[clients] * np.float32(rate)
        rows, scores, start, towards = np.zeros((4, CLASSES, count, size), np.float32)
        np.multiply(images.labels[clients].transpose(1, 0, 2), step, out=towards)
        most, total = np.empty((2, count, size), np.float32)
        by_client, scores_by_client = rows.transpose(1, 0, 2), scores.transpose(1, 0, 2)
        np.matmul(np.swapaxes(weights, -1, -2).astype(np.float32), turned, out=start.transpose(1, 0, 2))
        corrected = None
        if correction is not None:
            corrected = np.empty_like(start)
            np.matmul(correction.transpose(0, 2, 1).astype(np.float32), turned, out=corrected.transpose(1, 0, 2))
        of_start, of_correction = 1.0, 0.0
        for _ in range(self.local_steps):
            np.matmul(by_client, products, out=scores_by_client)
            scores += start if of_start == 1 else np.float32(of_start) * start
            if corrected is not None:
                scores += np.float32(of_correction) * corrected
            scores -= np.max(scores, axis=0, out=most)
            np.exp(scores, out=scores)
            np.divide(step, np.sum(scores, axis=0, out=total), out=total)
            scores *= total
            rows *= np.float32(keep)
            rows -= scores
            rows += towards
            of_start = keep * of_start + rate * self.proximal
            of_correction = keep * of_correction + rate
        update: Floats = (turned @ rows.transpose(1, 2, 0)).astype(np.float64)
        if of_start != 1:
            update += (of_start - 1) * weights
        if correction is not None:
            update += of_correction * correction
        return update

    def _by_weights(self, weights: Floats, clients: np.ndarray, correction: Floats | None) -> Floats:
        """Return the updates from the models themselves, in double precision.

        Models are transposed to (10, d), which keeps the softmax's sum over classes off the fastest axis.
        """
        problem, rate = self.problem, self.learning_rate
        positions, all_inputs, all_one_hot = image_rows(problem)
        inputs = all_inputs[positions[clients]]
        one_hot = np.ascontiguousarray(all_one_hot[positions[clients]].transpose(0, 2, 1))
        turned = np.ascontiguousarray(inputs.transpose(0, 2, 1))
        inputs_over_size = inputs * (rate / problem.client_sizes[clients])[:, None, None]
        start = np.swapaxes(weights, -1, -2)
        pull = rate * self.proximal * start
        if correction is not None:
            pull = pull + rate * correction.transpose(0, 2, 1)
        keep = self.keep
        local = np.array(np.broadcast_to(start, (len(clients), CLASSES, problem.dimension)))
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
            count = len(block)
            if count < _BLOCK:  # filled up, so that the last bits of a loss do not depend on how many models follow
                block = np.concatenate((block, np.zeros((_BLOCK - count, *block.shape[1:]))))
            rows = np.ascontiguousarray(block.transpose(2, 0, 1)).reshape(CLASSES * len(block), -1)
            scores = (rows @ turned).reshape(CLASSES, len(block), -1)
            top = scores.max(axis=0)
            # Single precision from here: numpy takes its exponentials eight at a time, and the loss differs by 1e-8.
            parts = np.exp((scores - top).astype(np.float32))
            total = np.log(parts.sum(axis=0), dtype=np.float64) + top
            square = np.einsum("tdc,tdc->t", block, block)
            values = total @ share - np.einsum("tdc,dc->t", block, moment) + problem.regularization / 2 * square
            losses[start : start + _BLOCK] = values[:count]
        return losses
