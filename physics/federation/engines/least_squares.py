"""The exact engine: local gradient steps on least squares, however many, are one affine map per client."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from physics.federation.digits import CLASSES, read_only
from physics.federation.engines.linear_model import LinearModel
from physics.federation.problem import FederatedProblem
from physics.validation import Floats

MAX_WEIGHTS = 1e6  # a longer model has diverged: it is scaled down to this length and the run says so
MAX_LEARNING_RATE = 1.5  # every image has squared length 1.25: at 1.6 the local steps stop converging
_MAX_EXPONENT = np.log(1e100)  # of the growth over all local steps: its square must stay finite
_BLOCK = 256  # rounds handled at once, so that memory does not grow with the length of the run


def bounded(weights: Floats) -> tuple[Floats, bool]:
    """Return the model scaled down to `MAX_WEIGHTS` where it is longer, and whether it was.

    The scores' order, and so the accuracy, does not change under scaling.
    """
    length = float(np.vdot(weights, weights)) ** 0.5
    if length <= MAX_WEIGHTS:
        return weights, False
    return weights * (MAX_WEIGHTS / length), True


def gain(curvature: Floats, *, local_steps: int, learning_rate: float) -> Floats:
    """Return how far ``local_steps`` gradient steps go per unit of gradient, by curvature of the direction.

        g = eta (1 + rho + ... + rho^(tau-1)) = (1 - rho^tau)/L,     rho = 1 - eta L

    Capped at an amplification rho^tau of 1e100, reached only where the local steps diverge (eta L > 2).
    """
    step = learning_rate * curvature
    damped = np.where(step < 1, step, 0.5)
    shrink = np.expm1(local_steps * np.log1p(-damped))  # rho^tau - 1 without cancellation for small steps
    overshoot = np.where(step > 1, step - 1, 1.0)
    sign = -1.0 if local_steps % 2 else 1.0
    swing = sign * np.exp(np.minimum(local_steps * np.log(overshoot), _MAX_EXPONENT))
    change = np.where(step < 1, shrink, np.where(step > 1, swing, 0.0) - 1)
    flat = step == 0
    steps: Floats = np.where(flat, local_steps, -change / np.where(flat, 1.0, step))
    return steps * learning_rate


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ExactEngine(LinearModel):
    """Local learning of every client as one affine map, D_k = ``steps`` W + ``offset``.

    A correction of the gradient, as in SCAFFOLD, adds ``gains`` times the correction.
    ``steps`` M_k - I (K, d, d), ``offset`` G_k B_k (K, d, 10), ``gains`` G_k (K, d, d); read-only.
    """

    problem: FederatedProblem
    steps: Floats
    offset: Floats
    gains: Floats

    def updates(self, weights: Floats, clients: np.ndarray, correction: Floats | None) -> Floats:
        """Return what each of the clients would add to the model: (n, d, 10)."""
        # Where all clients come in their order no copy is needed to pick them.
        everyone = len(clients) == len(self.steps) and bool((np.diff(clients) == 1).all())
        # One small product per client rather than one large one: BLAS would split that over threads, and
        # waiting for a busy core costs more than it saves.
        update = (self.steps if everyone else self.steps[clients]) @ weights
        update += self.offset if everyone else self.offset[clients]
        if correction is not None:
            update += (self.gains if everyone else self.gains[clients]) @ correction
        return update

    def losses(self, states: Floats) -> Floats:
        """Return the fleet's objective at each model of a (T, d, 10) stack."""
        problem = self.problem
        bent = np.einsum("tdc,tdc->t", states, problem.curvature @ states)
        losses: Floats = problem.loss_at_zero + bent / 2 - np.einsum("tdc,dc->t", states, problem.moment)
        return losses

    def averaged(self, shares: Floats, server_learning_rate: float) -> tuple[Floats, int | None]:
        """Return all models of a run that only averages, and the first round that diverged.

            W_{t+1} = W_t + eta_s (sum_k s_tk (M_k - I) W_t + sum_k s_tk G_k B_k)

        ``shares`` (R, K) are each client's part in the average of each round; the sums over clients are one
        matrix product for a block of rounds.
        """
        rounds, clients = shares.shape
        dimension = self.problem.dimension
        states = np.zeros((rounds + 1, dimension, CLASSES))
        diverged_at = None
        for start in range(0, rounds, _BLOCK):
            block = server_learning_rate * shares[start : start + _BLOCK]
            matrices = (block @ self.steps.reshape(clients, -1)).reshape(-1, dimension, dimension)
            offsets = (block @ self.offset.reshape(clients, -1)).reshape(-1, dimension, CLASSES)
            for index, (matrix, offset) in enumerate(zip(matrices, offsets, strict=True), start=start):
                weights = states[index] + matrix @ states[index] + offset
                states[index + 1], too_long = bounded(weights)
                if too_long and diverged_at is None:
                    diverged_at = index + 1
        return states, diverged_at


@lru_cache(maxsize=32)
def exact_engine(problem: FederatedProblem, local_steps: int, learning_rate: float, proximal: float) -> ExactEngine:
    """Return the affine maps of local learning (kept: every seed and every number of rounds shares them).

    With steps on f_k + mu/2 ||W - W_t||^2 and g the gain at curvature L + mu, M_k - I is -V g L V': the
    powers of rho cancel, and with them any subtraction of nearly equal numbers.
    """
    vectors, transposed = problem.eigenvectors, problem.eigenvectors.transpose(0, 2, 1)
    gains = gain(problem.eigenvalues + proximal, local_steps=local_steps, learning_rate=learning_rate)
    matrices = (vectors * gains[:, None]) @ transposed
    return ExactEngine(
        problem=problem,
        steps=read_only((vectors * (-gains * problem.eigenvalues)[:, None]) @ transposed),
        offset=read_only(matrices @ problem.moments),
        gains=read_only(matrices),
    )
