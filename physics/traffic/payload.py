"""How many bytes an update takes: dense, quantised, or its largest entries with their places."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import betaln

from physics.units import BITS_PER_BYTE
from physics.validation import Floats, as_floats, as_ints, broadcast, one_of, to_scalar

Index = Literal["uint32", "fixed", "bitmap", "entropy"]
Algorithm = Literal["fedavg", "fedprox", "scaffold"]

_INDICES: tuple[Index, ...] = ("uint32", "fixed", "bitmap", "entropy")
_COPIES: dict[Algorithm, int] = {"fedavg": 1, "fedprox": 1, "scaffold": 2}

_MAX_PARAMETERS = 1e15
_MAX_UINT32_PARAMETERS = 2.0**32  # as many as a 32-bit index can address
_MAX_VALUE_BITS = 64
_MAX_BYTES = 1e18
_SCALE_BITS = 32  # one float that scales the quantised values


def _log2_combinations(d: Any, k: Any) -> Any:
    """Return log2 C(d, k) through the beta function, which keeps its digits where d is much larger than k."""
    return np.maximum(0.0, -(np.log1p(d) + betaln(d - k + 1, k + 1)) / np.log(2.0))


def sparse_update_bytes(
    parameters: ArrayLike, *, fraction: ArrayLike, value_bits: ArrayLike, index: Index = "uint32"
) -> float | Floats:
    r"""Bytes of an update that sends only its largest entries.

    .. math::

       \text{bytes} = \frac{k v + \text{index bits} + 32}{8}, \qquad k = \max(1, \operatorname{round}(f d))

    Index bits are 32 k for ``uint32``, k ceil(log2 d) for ``fixed``, d for ``bitmap``, and the logarithm to base 2 of
    the number of ways to choose k of d for ``entropy``, which no code for the places can beat.

    Parameters
    ----------
    parameters
        of the whole update, d [-], whole, [1, 1e15]; with ``uint32`` at most 2^32.
    fraction
        share of the entries that is sent, f [-], (0, 1].
    value_bits
        of one sent value, v [bit], whole, [1, 64].
    index
        how the places are coded: "uint32", "fixed", "bitmap" or "entropy".

    Returns
    -------
    float or array
        [B], in the broadcast shape of the arguments; not rounded up to whole bytes.

    Raises
    ------
    ValueError
        an argument outside its range, an unknown index, or shapes that do not broadcast.

    Notes
    -----
    The 32 bits are one scale for all values. Half an entry rounds to even. What top-k loses in learning is left
    out: with error feedback it matters at 1% and hardly at 10%.

    References
    ----------
    Stich, Cordonnier, Jaggi 2018, Sparsified SGD with Memory, NeurIPS.

    Examples
    --------
    1% of 1.4 million: 14,000 values of 8 bits, 14,000 places of 32 bits, one scale.

    >>> sparse_update_bytes(1.4e6, fraction=0.01, value_bits=8)
    70004.0
    """
    coding = one_of("index", index, _INDICES)
    most = _MAX_UINT32_PARAMETERS if coding == "uint32" else _MAX_PARAMETERS
    d = as_ints("parameters", parameters, low=1, high=most)
    share = as_floats("fraction", fraction, low=0, high=1, low_open=True)
    bits = as_ints("value_bits", value_bits, low=1, high=_MAX_VALUE_BITS)
    d, share, bits = broadcast(parameters=d, fraction=share, value_bits=bits)
    k = np.maximum(1.0, np.rint(share * d))
    if coding == "uint32":
        index_bits = 32 * k
    elif coding == "fixed":
        index_bits = k * np.frexp(d - 1)[1]  # the binary exponent of d - 1 is ceil(log2 d), exactly
    elif coding == "bitmap":
        index_bits = d
    else:
        index_bits = _log2_combinations(d, k)
    return to_scalar((k * bits + index_bits + _SCALE_BITS) / BITS_PER_BYTE)


def dense_quantised_bytes(parameters: ArrayLike, *, value_bits: ArrayLike) -> float | Floats:
    r"""Bytes of a dense update whose every value takes the same number of bits.

    .. math::

       \text{bytes} = \frac{d v}{8}

    Parameters
    ----------
    parameters
        of the update, d [-], whole, [1, 1e15].
    value_bits
        of one value, v [bit], whole, [1, 64].

    Returns
    -------
    float or array
        [B], in the broadcast shape of the arguments.

    Raises
    ------
    ValueError
        an argument outside its range, or shapes that do not broadcast.

    Notes
    -----
    Scales and zero points of the quantiser are left out: a few bytes per tensor.

    Examples
    --------
    The published keyboard model, 1.4 million parameters in fp32: 5.6 MB.

    >>> dense_quantised_bytes(1.4e6, value_bits=32) / 1e6
    5.6
    """
    d = as_ints("parameters", parameters, low=1, high=_MAX_PARAMETERS)
    bits = as_ints("value_bits", value_bits, low=1, high=_MAX_VALUE_BITS)
    d, bits = broadcast(parameters=d, value_bits=bits)
    return to_scalar(d * bits / BITS_PER_BYTE)


def algorithm_payload_bytes(model_bytes: ArrayLike, *, algorithm: Algorithm) -> float | Floats:
    r"""Bytes that one client moves in each direction of a round under a federated algorithm.

    .. math::

       \text{bytes} = \text{copies} \cdot \text{model}

    with 1 copy for FedAvg and FedProx, and 2 for SCAFFOLD, whose control variate travels along.

    Parameters
    ----------
    model_bytes
        of the trained parameters as they are sent [B], [0, 5e17].
    algorithm
        "fedavg", "fedprox" or "scaffold".

    Returns
    -------
    float or array
        [B], in the shape of ``model_bytes``.

    Raises
    ------
    ValueError
        an argument outside its range, or an unknown algorithm.

    References
    ----------
    Karimireddy et al. 2020, SCAFFOLD, ICML, algorithm 1: (x, c) down, (dy, dc) up.

    Examples
    --------
    >>> algorithm_payload_bytes(7.8e6, algorithm="scaffold")
    15600000.0
    """
    copies = _COPIES[one_of("algorithm", algorithm, _COPIES)]
    return to_scalar(copies * as_floats("model_bytes", model_bytes, low=0, high=_MAX_BYTES / 2))
