"""What every physics function does with its arguments: refuse a bad one, naming it, its value and the allowed range."""

from __future__ import annotations

import reprlib
import warnings
from collections.abc import Iterable
from typing import Any, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
FloatOrArray = float | Floats  # a float where every argument was a scalar, else an array of their common shape
_MAX_FLOAT = float(np.finfo(np.float64).max)
_Choice = TypeVar("_Choice", bound=str)


def _in_words(value: float) -> str:
    """Write a number short, but never so short that it reads as another one: 1.0000001 is not 1."""
    short = f"{value:g}"
    return short if float(short) == value or value != value else repr(float(value))


def _range_in_words(low: float, high: float, low_open: bool, high_open: bool) -> str:
    left = "(" if low_open or np.isinf(low) else "["
    right = ")" if high_open or np.isinf(high) else "]"
    return f"{left}{_in_words(low)}, {_in_words(high)}{right}"


def _not_numbers(value: Any, array: NDArray[Any]) -> bool:
    """Say whether numpy would turn something that is no number (text, truth values, dates) into one."""
    if array.dtype.kind not in "iufO":
        return True
    if array.dtype.kind == "O" or isinstance(value, (list, tuple)):  # a True in a list of numbers is a 1.0 by now
        items = np.array(value, dtype=object).flat
        return any(item is None or isinstance(item, (str, bytes, bool, np.bool_)) for item in items)
    return False


def _inside(least: float, most: float, low: float, high: float, low_open: bool, high_open: bool) -> bool:
    """Whether finite numbers from ``least`` to ``most`` lie in the range; NaN fails every comparison."""
    above = least > low if low_open else least >= low
    below = most < high if high_open else most <= high
    return bool(above and below and least >= -_MAX_FLOAT and most <= _MAX_FLOAT)


def as_floats(
    name: str,
    value: ArrayLike,
    *,
    low: float = -np.inf,
    high: float = np.inf,
    low_open: bool = False,
    high_open: bool = False,
) -> Floats:
    """Return ``value`` as a float array (0-d for a scalar) after checking that every element lies in the range.

    An empty array passes as it is: a sweep over nothing has an empty answer.

    Raises
    ------
    ValueError
        Not a number, NaN, infinite, or outside the range; the message names all three.

    >>> as_floats("share", [0.1, 1.0], low=0, high=1)
    array([0.1, 1. ])
    >>> as_floats("share", 1.5, low=0, high=1)
    Traceback (most recent call last):
        ...
    ValueError: share must lie in [0, 1], got 1.5
    """
    # A dragged slider calls this many times a second: valid values return first, the kind of error is found later.
    if type(value) is float or type(value) is int:
        if _inside(value, value, low, high, low_open, high_open):
            return np.array(value, dtype=np.float64)
    elif isinstance(value, np.ndarray) and value.dtype == np.float64 and value.size:
        if _inside(value.min(), value.max(), low, high, low_open, high_open):
            return value
    words = _range_in_words(low, high, low_open, high_open)
    try:
        given = np.asarray(value)
        if _not_numbers(value, given):
            raise TypeError
        with np.errstate(over="ignore"):  # a long double beyond float64 becomes infinite and is refused below
            array = given.astype(np.float64, copy=False)
    except (TypeError, ValueError, OverflowError):
        raise ValueError(f"{name} must be a number in {words}, got {reprlib.repr(value)}") from None
    inside = np.isfinite(array)
    inside &= array > low if low_open else array >= low
    inside &= array < high if high_open else array <= high
    if not inside.all():
        worst = array[~inside].flat[0]
        raise ValueError(f"{name} must lie in {words}, got {_in_words(worst)}")
    return array


def as_float(
    name: str,
    value: Any,
    *,
    low: float = -np.inf,
    high: float = np.inf,
    low_open: bool = False,
    high_open: bool = False,
) -> float:
    """Return ``value`` as one float in the range.

    Raises
    ------
    ValueError
        Not one finite number in the range.

    >>> as_float("rounds", 3, low=0)
    3.0
    """
    array = as_floats(name, value, low=low, high=high, low_open=low_open, high_open=high_open)
    if array.ndim != 0:
        raise ValueError(f"{name} must be one number, got an array of shape {array.shape}")
    return float(array)


def as_int(name: str, value: Any, *, low: int = 0, high: int | None = None) -> int:
    """Return ``value`` as an int in the range; 3.0 is read as 3, 3.5 is refused.

    Raises
    ------
    ValueError
        Not one whole number in the range.

    >>> as_int("clients", 50, low=1)
    50
    >>> as_int("clients", 0, low=1, high=50)
    Traceback (most recent call last):
        ...
    ValueError: clients must lie in [1, 50], got 0
    """
    high_float = np.inf if high is None else high
    given = as_float(name, value, low=low, high=high_float)
    if given != int(given):
        words = _range_in_words(low, high_float, False, False)
        raise ValueError(f"{name} must be a whole number in {words}, got {_in_words(given)}")
    return int(value)


def as_ints(name: str, value: ArrayLike, *, low: float = 0, high: float = np.inf) -> Floats:
    """Return ``value`` as a float array (0-d for a scalar) of whole numbers in the range.

    Raises
    ------
    ValueError
        An element that is no finite whole number in the range.

    >>> as_ints("rounds", [1, 10.0], low=1)
    array([ 1., 10.])
    >>> as_ints("rounds", [1, 2.5], low=1)
    Traceback (most recent call last):
        ...
    ValueError: rounds must be a whole number in [1, inf), got 2.5
    """
    array = as_floats(name, value, low=low, high=high)
    broken = array != np.floor(array)
    if broken.any():
        words = _range_in_words(low, high, False, False)
        raise ValueError(f"{name} must be a whole number in {words}, got {_in_words(array[broken].flat[0])}")
    return array


def as_bool(name: str, value: Any) -> bool:
    """Return ``value`` if it is True or False.

    Raises:
        ValueError: anything else, 0 and 1 included.

    >>> as_bool("tied", 1)
    Traceback (most recent call last):
        ...
    ValueError: tied must be True or False, got 1
    """
    if not isinstance(value, bool):
        raise ValueError(f"{name} must be True or False, got {reprlib.repr(value)}")
    return value


def _spread(array: Floats, shape: tuple[int, ...]) -> Floats:
    """Broadcast an array; a scalar is written out, because numpy takes longer for a view than for some copies."""
    return np.broadcast_to(array, shape) if array.ndim else np.full(shape, array)


def broadcast(**arrays: Floats) -> tuple[Floats, ...]:
    """Return the arrays broadcast to one shape.

    Raises
    ------
    ValueError
        The shapes do not broadcast; the message names each argument that is an array with its shape.

    >>> [a.shape for a in broadcast(rounds=np.ones(3), share=np.ones(()))]
    [(3,), (3,)]
    >>> broadcast(rounds=np.ones(3), share=np.ones(2))
    Traceback (most recent call last):
        ...
    ValueError: arguments must have shapes that broadcast, got rounds (3,), share (2,)
    """
    shapes_given = {array.shape for array in arrays.values()}
    if len(shapes_given) == 1:
        return tuple(arrays.values())
    try:
        shape = np.broadcast_shapes(*shapes_given)
        return tuple(array if array.shape == shape else _spread(array, shape) for array in arrays.values())
    except ValueError:
        shapes = ", ".join(f"{name} {array.shape}" for name, array in arrays.items() if array.ndim)
        raise ValueError(f"arguments must have shapes that broadcast, got {shapes}") from None


def to_scalar(array: Any) -> FloatOrArray:
    """Return a Python float for a 0-d array and the array itself otherwise: a scalar in gives a scalar out.

    >>> to_scalar(np.asarray(4.0))
    4.0
    """
    return float(array) if np.ndim(array) == 0 else np.asarray(array, dtype=np.float64)


def one_of(name: str, value: Any, allowed: Iterable[_Choice]) -> _Choice:
    """Return ``value`` if it is one of ``allowed``.

    Raises
    ------
    ValueError
        Naming what is allowed.

    >>> one_of("mode", "mesh", ("1M", "2M", "mesh"))
    'mesh'
    """
    choices = tuple(allowed)
    for choice in choices:
        if isinstance(value, str) and value == choice:
            return choice
    raise ValueError(f"{name} must be one of {', '.join(choices)}, got {value!r}")


_OLD_NAMES = {
    "floats": "as_floats",
    "number": "as_float",
    "whole": "as_int",
    "wholes": "as_ints",
    "plain": "to_scalar",
    "together": "broadcast",
    "Sweep": "FloatOrArray",
}


def __getattr__(name: str) -> Any:
    """Return a function by the name it had before API version 1, with a warning."""
    if name not in _OLD_NAMES:
        raise AttributeError(f"module 'physics.validation' has no attribute {name!r}")
    warnings.warn(
        f"physics.validation.{name} is called {_OLD_NAMES[name]} now; the old name goes in the next release.",
        DeprecationWarning,
        stacklevel=2,
    )
    return globals()[_OLD_NAMES[name]]
