"""Eigenvalues of the averaging matrices of `physics.gossip`, and sums over them."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike

from physics.gossip.topology import Integers, Mesh, Topology, cached_mesh
from physics.validation import Floats, as_floats

_ROUNDING = 1e-9  # eigenvalue solvers leave 1 + 2e-16
_TINY = 1e-300  # replaces an eigenvalue of 0 in a logarithm
_CELLS_AT_ONCE = 1_000_000  # eigenvalues times rounds; bounds the memory of a long curve


@lru_cache(maxsize=32)
def cached_spectrum(topology: Topology, nodes: int, degree: float, seed: int) -> Floats:
    """Return the eigenvalues of W for checked arguments, in descending order."""
    eigenvalues: Floats
    if topology == "complete":
        eigenvalues = np.zeros(nodes)
    elif topology == "ring":
        eigenvalues = 1 / 3 + 2 / 3 * _cosines(nodes)
    elif topology == "torus":
        cosines = _cosines(round(nodes**0.5))
        eigenvalues = ((1 + 2 * cosines[:, None] + 2 * cosines) / 5).ravel()
    elif topology == "regular":
        eigenvalues = np.concatenate([[1.0], (1 + _kesten_mckay(nodes, int(degree))) / (degree + 1)])
    else:
        matrix = averaging_matrix(cached_mesh(topology, nodes, degree, seed))
        eigenvalues = np.linalg.eigvalsh(matrix).astype(np.float64)
    eigenvalues = np.clip(np.sort(eigenvalues)[::-1], -1.0, 1.0)
    eigenvalues[0] = 1.0
    eigenvalues.setflags(write=False)
    return eigenvalues


def _cosines(count: int) -> Floats:
    """Return cos(2 pi j / count) with the pairs j and count - j equal to the last bit."""
    index = np.arange(count)
    return np.cos(2 * np.pi * np.minimum(index, count - index) / count)


def _kesten_mckay(nodes: int, degree: int) -> Floats:
    """Return nodes - 1 quantiles of the adjacency eigenvalues, with a finite graph's mean and variance."""
    # With x = 2 sqrt(d - 1) sin(angle) the distribution function is smooth and is inverted by interpolation.
    angle = np.linspace(-np.pi / 2, np.pi / 2, 20_001)
    inner = (degree - 2) / degree
    below = 0.5 + degree / (2 * np.pi) * (angle - inner * np.arctan(inner * np.tan(angle)))
    below[0], below[-1] = 0.0, 1.0
    quantiles = (np.arange(nodes - 1) + 0.5) / (nodes - 1)
    values = np.sin(np.interp(quantiles, below, angle))
    mean = -degree / (nodes - 1)
    variance = max(0.0, degree * (nodes - degree) / (nodes - 1) - mean**2)
    fitted: Floats = mean + (values - values.mean()) * np.sqrt(variance / values.var())
    return fitted


def averaging_matrix(network: Mesh) -> Floats:
    """Return the dense matrix W of a mesh: symmetric, its rows sum to 1."""
    one, other = network.links.T
    matrix = np.zeros((network.nodes, network.nodes))
    matrix[one, other] = matrix[other, one] = metropolis_weights(network.links, network.nodes)
    np.fill_diagonal(matrix, 1 - matrix.sum(axis=1))
    return matrix


def metropolis_weights(links: Integers, nodes: int) -> Floats:
    """Return 1 / (1 + max(d_i, d_j)) for every link, d counting the links given (Xiao and Boyd 2004)."""
    neighbours = np.bincount(links.ravel(), minlength=nodes)
    weights: Floats = 1 / (1 + np.maximum(neighbours[links[:, 0]], neighbours[links[:, 1]]))
    return weights


def modes(eigenvalues: ArrayLike) -> tuple[Floats, Floats]:
    """Return the different eigenvalues, first 1, and how often each occurs in the list.

    Raises:
        ValueError: not a list of numbers in [-1, 1] that starts with 1.
    """
    values = as_floats("eigenvalues", eigenvalues, low=-1 - _ROUNDING, high=1 + _ROUNDING)
    if values.ndim != 1 or not len(values):
        raise ValueError(f"eigenvalues must be a list of at least one number, got shape {values.shape}")
    if values[0] < 1 - _ROUNDING:
        raise ValueError(f"eigenvalues must start with 1, the one of the mean, got {values[0]:g}")
    values = np.clip(values, -1.0, 1.0)
    starts = np.flatnonzero(np.concatenate([[True], values[1:] != values[:-1]]))
    return values[starts], np.diff(np.append(starts, len(values))).astype(np.float64)


def kept_and_mixed(values: Floats, counts: Floats, rounds: Floats) -> tuple[Floats, Floats]:
    """Return sum of lam^(2t) and sum of (1 - lam^t)^2, each eigenvalue counted `counts` times.

    Both have the shape of `rounds`. Rounds are summed row by row, so that one gives the same bits alone and
    in a curve.
    """
    logs = np.log(np.maximum(np.abs(values), _TINY))
    negative = values < 0
    times = rounds.ravel()
    kept, mixed = np.empty_like(times), np.empty_like(times)
    rows = max(1, _CELLS_AT_ONCE // len(values))
    with np.errstate(under="ignore"):
        for start in range(0, len(times), rows):
            some = slice(start, start + rows)
            powers = np.exp(times[some, None] * logs)
            powers = np.where(negative & (times[some, None] % 2 == 1), -powers, powers)
            kept[some] = np.add.reduce(counts * powers**2, axis=-1)
            mixed[some] = np.add.reduce(counts * (1 - powers) ** 2, axis=-1)
    return kept.reshape(rounds.shape), mixed.reshape(rounds.shape)
