"""What the engines share whose model is one matrix of features x classes: where it starts, what it gets right."""

from __future__ import annotations

import numpy as np

from physics.federation.digits import CLASSES
from physics.federation.problem import FederatedProblem
from physics.validation import Floats


class LinearModel:
    """A model (d, 10) that multiplies an image's features; it starts at zero."""

    __slots__ = ()
    problem: FederatedProblem

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of a model."""
        return (self.problem.dimension, CLASSES)

    def start(self, seed: int) -> Floats:  # noqa: ARG002 - zero whatever the seed
        """Return the model before the first round."""
        return np.zeros(self.shape)

    def layers(self, model: Floats) -> tuple[Floats, ...]:
        """Return views of the model's matrices: the model itself."""
        return (model,)

    def correct(self, states: Floats) -> Floats:
        """Return how many test images of each class each model of a (T, d, 10) stack gets right: (T, 10)."""
        return self.problem.data.correct(states)
