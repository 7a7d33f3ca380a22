"""What functions of scalars or arrays share: one shape for all arguments, floats out for scalars in."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from physics.checks import Floats, floats

Sweep = float | Floats  # a float where every argument was a scalar, else an array of their common shape


def together(**arrays: Floats) -> tuple[Floats, ...]:
    """Return the arrays broadcast to their common shape.

    Raises:
        ValueError: naming the shapes that do not fit.
    """
    try:
        return tuple(np.broadcast_arrays(*arrays.values()))
    except ValueError:
        shapes = ", ".join(f"{name} {array.shape}" for name, array in arrays.items() if array.ndim)
        raise ValueError(f"shapes must broadcast together, got {shapes}") from None


def whole_floats(name: str, value: ArrayLike, low: float, high: float) -> Floats:
    """Return ``value`` as a float array of whole numbers in the range.

    Raises:
        ValueError: naming the argument, the value and the range.
    """
    array = floats(name, value, low=low, high=high)
    broken = array != np.floor(array)
    if broken.any():
        worst = array[broken].flat[0]
        raise ValueError(f"{name} must be whole numbers in [{low:g}, {high:g}], got {worst:g}")
    return array


def plain(values: Floats) -> Sweep:
    """Return a float for a 0-d array and any other array as it is."""
    return float(values) if np.ndim(values) == 0 else values
