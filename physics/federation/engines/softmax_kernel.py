"""The local steps of softmax regression, compiled by numba: the equations of `physics.federation`, client by client.

Clients are not gathered into a batch: each takes all its steps while its images' products lie in the processor's
nearest cache, and only over the images that it has. Loops run over images on the fastest axis with positions that are
never negative, which is what lets the compiler use whole registers.
"""

from __future__ import annotations

from collections.abc import Callable

import numba
import numpy as np
from numba.types import Array, float32, float64, int64, void
from numpy.typing import NDArray

from physics.federation.digits import CLASSES, Integers
from physics.validation import Floats

Singles = NDArray[np.float32]

# Sums may be taken in another order and products fused; numbers that are none stay what they are.
_OPTIONS = {"fastmath": {"contract", "reassoc", "nsz", "arcp"}, "error_model": "numpy"}
_U = np.uint64  # positions: one that might be negative would be tested on every use
_CLASSES, _PAIRS = _U(CLASSES), _U(CLASSES // 2)
_PER_LN = np.float32(1.4426950408889634)  # 1 / ln 2
_SMALLEST = np.float32(-126)  # exponent of the least normal number in single precision


@numba.njit(**_OPTIONS)
def _add_product(rows: Singles, matrix: Singles, total: Singles, inner: int, width: int) -> None:
    """Add rows (10, inner) times matrix (inner, width) to total; ``inner`` is a multiple of four.

    Two rows by four terms at a time: each number of the matrix is loaded once for two products.
    """
    one, two, three = _U(1), _U(2), _U(3)
    for block in range(_U(inner) // _U(4)):
        i = _U(4) * block
        for pair in range(_PAIRS):
            r = _U(2) * pair
            s = r + one
            r0, r1, r2, r3 = rows[r, i], rows[r, i + one], rows[r, i + two], rows[r, i + three]
            s0, s1, s2, s3 = rows[s, i], rows[s, i + one], rows[s, i + two], rows[s, i + three]
            for j in range(_U(width)):
                m0, m1, m2, m3 = matrix[i, j], matrix[i + one, j], matrix[i + two, j], matrix[i + three, j]
                total[r, j] += r0 * m0 + r1 * m1 + r2 * m2 + r3 * m3
                total[s, j] += s0 * m0 + s1 * m1 + s2 * m2 + s3 * m3


@numba.njit(**_OPTIONS)
def _exponential(x: np.float32) -> np.float32:
    """Return exp(x) for x <= 0, to 2e-7 of it, and 1e-38 below -87.

    2^t is the power of two of the nearest whole number, made from its bits, times the series of 2^r, |r| <= 1/2.
    """
    t = max(x * _PER_LN, _SMALLEST)
    whole = np.floor(t + np.float32(0.5))
    r = t - whole
    series = np.float32(1.5403530e-4)
    series = series * r + np.float32(1.3333558e-3)
    series = series * r + np.float32(9.6181291e-3)
    series = series * r + np.float32(5.5504109e-2)
    series = series * r + np.float32(2.4022651e-1)
    series = series * r + np.float32(6.9314718e-1)
    series = series * r + np.float32(1)
    power: np.float32 = np.int32((np.int32(whole) + np.int32(127)) << np.int32(23)).view(np.float32)
    result: np.float32 = series * power
    return result


@numba.njit(**_OPTIONS)
def _step(
    rows: Singles,
    scores: Singles,
    labels: Singles,
    size: Singles,
    keep: np.float32,
    most: Singles,
    total: Singles,
    width: int,
) -> None:
    """Take one step of a client's rows: A <- keep A - size (softmax(S) - Y). The scores are written over."""
    images = _U(width)
    for j in range(images):
        most[j] = scores[_U(0), j]
    for c in range(_CLASSES):
        for j in range(images):
            most[j] = max(most[j], scores[c, j])
    for j in range(images):
        total[j] = 0
    for c in range(_CLASSES):
        for j in range(images):
            part = _exponential(scores[c, j] - most[j])
            scores[c, j] = part
            total[j] += part
    for j in range(images):
        total[j] = np.float32(1) / total[j]
    for c in range(_CLASSES):
        for j in range(images):
            rows[c, j] = keep * rows[c, j] - size[j] * (scores[c, j] * total[j] - labels[c, j])


@numba.njit(**_OPTIONS)
def _scores_of(model: Floats, turned: Singles, narrow: Singles, total: Singles, width: int) -> None:
    """Write the scores (10, width) of a client's images by a model (d, 10); ``narrow`` (10, D) is for its copy."""
    for i in range(_U(len(model))):
        for c in range(_CLASSES):
            narrow[c, i] = model[i, c]
    for c in range(_CLASSES):
        for j in range(_U(width)):
            total[c, j] = 0
    _add_product(narrow, turned, total, turned.shape[0], width)


def _updates(
    models: Floats,
    corrections: Floats,
    clients: Integers,
    counts: Integers,
    inputs: Singles,
    turned: Singles,
    products: Singles,
    labels: Singles,
    weights: Singles,
    constants: tuple[float, float, float],
    steps: int,
    updates: Floats,
) -> None:
    """Write what each of the clients adds to its model into ``updates``; the arguments are those of `compiled`."""
    rate, keep, pull = constants
    images, dimension, padded = inputs.shape[1], inputs.shape[2], turned.shape[1]
    corrected = len(corrections) > 0
    # Not parts of one array: the compiler could not tell that what it writes to one leaves the others as they are.
    rows = np.zeros((CLASSES, images), np.float32)
    scores, start, shift = np.zeros_like(rows), np.zeros_like(rows), np.zeros_like(rows)
    narrow = np.zeros((CLASSES, padded), np.float32)
    size, most, total = np.zeros(images, np.float32), np.zeros(images, np.float32), np.zeros(images, np.float32)
    for place in range(len(clients)):
        client = clients[place]
        fours, width = (counts[client] + 3) // 4 * 4, _U((counts[client] + 7) // 8 * 8)
        model = models[place if len(models) > 1 else 0]
        _scores_of(model, turned[client], narrow, start, width)
        if corrected:
            _scores_of(corrections[place], turned[client], narrow, shift, width)
        for j in range(width):
            size[j] = rate * weights[client, j]
        of_start, of_correction = 1.0, 0.0
        for step in range(steps):
            a, b = np.float32(of_start), np.float32(of_correction)
            for c in range(_CLASSES):
                for j in range(width):
                    scores[c, j] = a * start[c, j] + b * shift[c, j]
            if step == 0:
                for c in range(_CLASSES):
                    for j in range(width):
                        rows[c, j] = 0
            else:
                _add_product(rows, products[client], scores, fours, width)
            _step(rows, scores, labels[client], size, np.float32(keep), most, total, width)
            of_start = keep * of_start + pull
            of_correction = keep * of_correction + rate
        for c in range(_CLASSES):
            for i in range(_U(dimension)):
                narrow[c, i] = 0
        _add_product(rows, inputs[client], narrow, fours, dimension)
        for i in range(_U(dimension)):
            for c in range(_CLASSES):
                updates[place, i, c] = narrow[c, i] + (of_start - 1) * model[i, c]
                if corrected:
                    updates[place, i, c] += of_correction * corrections[place, i, c]


def compiled(*, cache: bool) -> Callable[..., None]:
    """Return the compiled kernel, read from numba's cache folder or kept there if ``cache``.

    It is called with n clients of K, at most P images each, of d numbers, D being d rounded up to a multiple of four,
    and P a multiple of eight; every array is contiguous:

    * models (1 or n, d, 10) and corrections (0 or n, d, 10), double precision;
    * clients (n,) and the number of images of each client (K,), whole numbers;
    * inputs (K, P, d), the same turned (K, D, P), products of the images with one another (K, P, P), labels (K, 10, P)
      one-hot, weights (K, P) of the images, single precision, zero where a client has fewer images;
    * (eta, keep, eta mu) and the number of steps;
    * updates (n, d, 10), double precision, written to.

    Other threads run meanwhile.
    """
    singles = [Array(float32, axes, "C", readonly=True) for axes in (3, 3, 3, 3, 2)]
    doubles, whole = Array(float64, 3, "C", readonly=True), Array(int64, 1, "C", readonly=True)
    given = (doubles, doubles, whole, whole, *singles, numba.types.UniTuple(float64, 3), int64, float64[:, :, ::1])
    kernel: Callable[..., None] = numba.njit(void(*given), cache=cache, nogil=True, **_OPTIONS)(_updates)
    return kernel
