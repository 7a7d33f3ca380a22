"""The refusals every physics function shares: a bad argument is named with its value and the allowed range."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
_Choice = TypeVar("_Choice", bound=str)


def _range_in_words(low: float, high: float, low_open: bool, high_open: bool) -> str:
    left, right = "(" if low_open else "[", ")" if high_open else "]"
    return f"{left}{low:g}, {high:g}{right}"


def floats(
    name: str,
    value: ArrayLike,
    *,
    low: float = -np.inf,
    high: float = np.inf,
    low_open: bool = False,
    high_open: bool = False,
) -> Floats:
    """Return ``value`` as a float array (0-d for a scalar) after checking that every element lies in the range.

    Raises:
        ValueError: not a number, NaN, infinite, or outside the range; the message names all three.

    >>> floats("share", [0.1, 1.0], low=0, high=1)
    array([0.1, 1. ])
    >>> floats("share", 1.5, low=0, high=1)
    Traceback (most recent call last):
        ...
    ValueError: share must lie in [0, 1], got 1.5
    """
    words = _range_in_words(low, high, low_open, high_open)
    if isinstance(value, (str, bytes, bool)) or value is None:
        raise ValueError(f"{name} must be a number in {words}, got {value!r}")
    try:
        array = np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError, OverflowError):
        raise ValueError(f"{name} must be a number in {words}, got {value!r}") from None
    inside = np.isfinite(array)
    inside &= array > low if low_open else array >= low
    inside &= array < high if high_open else array <= high
    if not inside.all():
        worst = array[~inside].flat[0]
        raise ValueError(f"{name} must lie in {words}, got {worst:g}")
    return array


def number(
    name: str,
    value: Any,
    *,
    low: float = -np.inf,
    high: float = np.inf,
    low_open: bool = False,
    high_open: bool = False,
) -> float:
    """Return ``value`` as one float in the range.

    Raises:
        ValueError: not one finite number in the range.

    >>> number("rounds", 3, low=0)
    3.0
    """
    array = floats(name, value, low=low, high=high, low_open=low_open, high_open=high_open)
    if array.ndim != 0:
        raise ValueError(f"{name} must be one number, got an array of shape {array.shape}")
    return float(array)


def whole(name: str, value: Any, *, low: int = 0, high: int | None = None) -> int:
    """Return ``value`` as an int in the range; 3.0 is read as 3, 3.5 is refused.

    Raises:
        ValueError: not one whole number in the range.

    >>> whole("clients", 50, low=1)
    50
    >>> whole("clients", 0, low=1, high=50)
    Traceback (most recent call last):
        ...
    ValueError: clients must lie in [1, 50], got 0
    """
    as_float = number(name, value, low=low, high=np.inf if high is None else high)
    if as_float != int(as_float):
        raise ValueError(f"{name} must be a whole number, got {as_float:g}")
    return int(value)


def one_of(name: str, value: Any, allowed: Iterable[_Choice]) -> _Choice:
    """Return ``value`` if it is one of ``allowed``.

    Raises:
        ValueError: naming what is allowed.

    >>> one_of("mode", "mesh", ("1M", "2M", "mesh"))
    'mesh'
    """
    choices = tuple(allowed)
    for choice in choices:
        if isinstance(value, str) and value == choice:
            return choice
    raise ValueError(f"{name} must be one of {', '.join(choices)}, got {value!r}")
