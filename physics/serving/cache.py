"""Hit rates of a cache under Zipf demand."""

from __future__ import annotations

from numpy.typing import ArrayLike

from physics.serving.zipf import MAX_ITEMS, MAX_SKEW, che_hit_rate, over_laws, top_share, unique_count
from physics.validation import FloatOrArray, as_floats, as_ints, to_scalar

_MAX_DRAWS = 1e15


def lru_hit_rate(items: ArrayLike, *, skew: ArrayLike, capacity: ArrayLike) -> FloatOrArray:
    r"""Return the hit rate of an LRU cache under independent Zipf requests.

    .. math::

       h = \sum_i p_i \left(1 - e^{-p_i T}\right), \qquad \sum_i \left(1 - e^{-p_i T}\right) = C

    Parameters
    ----------
    items : array_like of whole numbers
        Number of different items [1], 1 to 1e9.
    skew : array_like
        Zipf exponent [1], 0 to 5.
    capacity : array_like
        Items the cache holds [1], 0 or more; fractions are read as the model's continuous C.

    Returns
    -------
    float or ndarray
        Share of requests that hit [1], 0 to 1, of the common shape of the arguments; 0 at capacity 0 and 1
        from `items` on.

    Raises
    ------
    ValueError
        An argument is not a number in its range, or the shapes do not fit together.

    Notes
    -----
    Within 2e-6 of the exact sum. A sweep over `capacity` sets up once, a sweep over `items` or `skew` once
    for each different pair.

    References
    ----------
    Che, Tung and Wang 2002.

    Examples
    --------
    Uniform demand hits in proportion to the size of the cache:

    >>> round(lru_hit_rate(1000, skew=0, capacity=250), 9)
    0.25

    0.1% of 1,000,000 adapters, Zipf 0.8:

    >>> round(lru_hit_rate(1_000_000, skew=0.8, capacity=1000), 4)
    0.1
    """
    return to_scalar(
        over_laws(
            che_hit_rate,
            items=as_ints("items", items, low=1, high=MAX_ITEMS),
            skew=as_floats("skew", skew, low=0, high=MAX_SKEW),
            capacity=as_floats("capacity", capacity, low=0),
        )
    )


def static_hit_rate(items: ArrayLike, *, skew: ArrayLike, capacity: ArrayLike) -> FloatOrArray:
    r"""Return the hit rate of a cache that pins the most popular items.

    .. math::

       h = \frac{\sum_{i \le C} i^{-s}}{\sum_{i \le N} i^{-s}}

    Parameters
    ----------
    items : array_like of whole numbers
        Number of different items [1], 1 to 1e9.
    skew : array_like
        Zipf exponent [1], 0 to 5.
    capacity : array_like
        Items pinned [1], 0 or more; a fraction of a slot holds that fraction of the next item.

    Returns
    -------
    float or ndarray
        Share of requests that hit [1], 0 to 1, of the common shape of the arguments.

    Raises
    ------
    ValueError
        An argument is not a number in its range, or the shapes do not fit together.

    Notes
    -----
    The best any cache can do when requests are independent. Exact to rounding.

    References
    ----------
    Breslau et al. 1999.

    Examples
    --------
    Two of three items with shares 6/11, 3/11, 2/11:

    >>> round(static_hit_rate(3, skew=1, capacity=2) * 11, 9)
    9.0
    """
    return to_scalar(
        over_laws(
            top_share,
            items=as_ints("items", items, low=1, high=MAX_ITEMS),
            skew=as_floats("skew", skew, low=0, high=MAX_SKEW),
            capacity=as_floats("capacity", capacity, low=0),
        )
    )


def unique_items(items: ArrayLike, *, skew: ArrayLike, batch: ArrayLike) -> FloatOrArray:
    r"""Return the mean number of different items that a batch of requests names.

    .. math::

       U(B) = \sum_i \left[ 1 - (1 - p_i)^B \right]

    Parameters
    ----------
    items : array_like of whole numbers
        Number of different items [1], 1 to 1e9.
    skew : array_like
        Zipf exponent [1], 0 to 5.
    batch : array_like
        Requests in the batch [1], 0 to 1e15; fractions, as in a mean, are read between whole requests.

    Returns
    -------
    float or ndarray
        Mean number of different items [1], at most `batch` and at most `items`, of the common shape.

    Raises
    ------
    ValueError
        An argument is not a number in its range, or the shapes do not fit together.

    Notes
    -----
    Within 2e-5, relative, of the exact sum.

    Examples
    --------
    Two draws among two equal items name one item in 50% of the cases and two in the others:

    >>> round(unique_items(2, skew=0, batch=2), 9)
    1.5
    """
    return to_scalar(
        over_laws(
            unique_count,
            items=as_ints("items", items, low=1, high=MAX_ITEMS),
            skew=as_floats("skew", skew, low=0, high=MAX_SKEW),
            batch=as_floats("batch", batch, low=0, high=_MAX_DRAWS),
        )
    )
