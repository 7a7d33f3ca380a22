"""Points that fill a cube evenly, for surveys of what controls can be set to."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy.stats import qmc


def even_points(count: int, dimensions: int, *, seed: int) -> NDArray[np.float64]:
    """Return the first ``count`` >= 1 points of a scrambled Sobol sequence in [0, 1), shape (count, dimensions).

    The same seed gives the same points, and fewer of them are the beginning of more.
    """
    sequence = qmc.Sobol(dimensions, scramble=True, rng=np.random.default_rng(seed))
    return np.asarray(sequence.random_base2(math.ceil(math.log2(count)))[:count], dtype=np.float64)
