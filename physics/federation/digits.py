"""The handwritten digits as the models see them, loaded and projected once per number of features."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from physics.validation import Floats

Integers = NDArray[np.int64]

CLASSES = 10
TEST_EVERY = 5
TRAIN_IMAGES = 1437
PIXELS = 64
_CONSTANT = 0.5  # the model's intercept as one more feature
_NULL = 1e-12  # singular values below this share of the largest belong to directions without data
_TIE = 1e-10  # scores closer than this, relative to the largest weight, differ by rounding only


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Digits:
    """The images as the model sees them; arrays are read-only.

    ``train_inputs`` (1437, d), ``train_targets`` one-hot (1437, 10), ``test_inputs`` (d, 360),
    ``test_labels`` (360,), ``test_one_hot`` (360, 10), ``test_class_sizes`` (10,).
    """

    train_inputs: Floats
    train_labels: Integers
    train_one_hot: Floats
    test_inputs: Floats
    test_labels: Integers
    test_one_hot: Floats
    test_class_sizes: Floats

    def correct(self, weights: Floats) -> Floats:
        """Return how many test images of each class each model of a (T, d, 10) stack gets right: (T, 10).

        Classes that a model has never seen have equal scores but for rounding.
        """
        models = len(weights)
        rows = np.ascontiguousarray(weights.transpose(2, 0, 1)).reshape(CLASSES * models, weights.shape[1])
        scores = (rows @ self.test_inputs).reshape(CLASSES, models, self.test_inputs.shape[1])
        return self.right(scores, _TIE * np.abs(weights).max(axis=(1, 2)))

    def right(self, scores: NDArray[np.floating], slack: Floats) -> Floats:
        """Return how many test images of each class are scored right, (T, 10), for scores (10, T, 360).

        Of classes whose scores are within a model's ``slack`` (T,) of the best the first counts as the answer, so that
        a model that has never seen three of the classes gets the same accuracy on every machine.
        """
        best = scores >= scores.max(axis=0) - slack[:, None]
        answered, right = best[0], best[0] & (self.test_labels == 0)
        for digit in range(1, CLASSES):
            right |= best[digit] & ~answered & (self.test_labels == digit)
            answered |= best[digit]
        counts: Floats = right.astype(np.float64) @ self.test_one_hot
        return counts


def read_only(array: NDArray[Any]) -> NDArray[Any]:
    """Return the array after forbidding writes to it."""
    array.setflags(write=False)
    return array


def images_and_labels() -> tuple[NDArray[np.uint8], Integers]:
    """Return all images, pixels of 0 to 16, and the classes (1797,), as they are stored."""
    with (files("physics.federation") / "data" / "digits.npz").open("rb") as file, np.load(file) as stored:
        return stored["images"], stored["labels"].astype(np.int64)


@lru_cache(maxsize=16)
def digits(features: int) -> Digits:
    """Return the images projected on their first ``features`` directions (kept: it takes a few ms)."""
    images, labels = images_and_labels()
    pixels = images / 16.0
    is_test = np.arange(len(labels)) % TEST_EVERY == 0
    pixels -= pixels[~is_test].mean(axis=0)
    _, lengths, directions = np.linalg.svd(pixels[~is_test], full_matrices=False)
    directions[lengths < _NULL * lengths[0]] = 0  # some pixels are 0 in every image
    largest = np.take_along_axis(directions, np.abs(directions).argmax(axis=1, keepdims=True), axis=1)
    directions = np.where(largest < 0, -directions, directions)  # their sign is a convention
    inputs = pixels @ directions[:features].T
    inputs /= np.linalg.norm(inputs, axis=1, keepdims=True)
    inputs = np.hstack([inputs, np.full((len(inputs), 1), _CONSTANT)])
    one_hot = np.eye(CLASSES)[labels]
    return Digits(
        train_inputs=read_only(inputs[~is_test]),
        train_labels=read_only(labels[~is_test]),
        train_one_hot=read_only(one_hot[~is_test]),
        test_inputs=read_only(np.ascontiguousarray(inputs[is_test].T)),
        test_labels=read_only(labels[is_test]),
        test_one_hot=read_only(one_hot[is_test]),
        test_class_sizes=read_only(one_hot[is_test].sum(axis=0)),
    )
