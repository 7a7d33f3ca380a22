"""The local steps of softmax regression, compiled by numba: the equations of `physics.federation`, client by client.

Clients are not gathered into a batch: each takes all its steps while its images' products lie in the processor's
nearest cache, and only over the images that it has. A step takes eight images at a time: their ten scores, the
exponentials and the new rows stay in the processor's registers. numba's loops do not get there, so that the two inner
parts are written for LLVM, in terms of vectors of eight numbers; a processor with shorter registers gets two for one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numba
import numpy as np
from llvmlite import ir
from numba.core import cgutils
from numba.extending import intrinsic
from numba.types import Array, float32, float64, int64, void
from numpy.typing import NDArray

from physics.federation.digits import CLASSES, Integers
from physics.validation import Floats

Singles = NDArray[np.float32]

# Sums may be taken in another order and products fused; numbers that are none stay what they are.
_FAST = ("contract", "reassoc", "nsz", "arcp")
_OPTIONS = {"fastmath": set(_FAST), "error_model": "numpy"}
_CLASSES = np.uint64(CLASSES)  # a position that might be negative would be tested on every use
EIGHT = 8  # images or features at a time
ROW = 72  # length of a scratch row: 64 images or 65 features, rounded up; fixed, so that it is part of an address
_VECTOR = ir.VectorType(ir.FloatType(), EIGHT)
_WHOLE = ir.VectorType(ir.IntType(32), EIGHT)
_EXPONENTIAL = (1.5403530e-4, 1.3333558e-3, 9.6181291e-3, 5.5504109e-2, 2.4022651e-1, 6.9314718e-1, 1.0)  # of 2^r
_PER_LN = 1.4426950408889634  # 1 / ln 2
_SMALLEST = -126.0  # exponent of the least normal number in single precision


class _Vectors:
    """Instructions on eight single-precision numbers, added where an intrinsic stands."""

    def __init__(self, builder: Any) -> None:
        self.builder = builder

    def load(self, pointer: Any, position: Any) -> Any:
        place = self.builder.bitcast(self.builder.gep(pointer, [position]), _VECTOR.as_pointer())
        return self.builder.load(place, align=4)

    def store(self, vector: Any, pointer: Any, position: Any) -> None:
        place = self.builder.bitcast(self.builder.gep(pointer, [position]), _VECTOR.as_pointer())
        self.builder.store(vector, place, align=4)

    def all(self, number: Any) -> Any:
        """Eight times the same number."""
        undefined = ir.Constant(_VECTOR, ir.Undefined)
        first = self.builder.insert_element(undefined, number, ir.Constant(ir.IntType(32), 0))
        return self.builder.shuffle_vector(first, undefined, ir.Constant(_WHOLE, None))

    def constant(self, number: float) -> Any:
        return ir.Constant(_VECTOR, [ir.Constant(ir.FloatType(), float(np.float32(number)))] * EIGHT)

    def add(self, one: Any, other: Any) -> Any:
        return self.builder.fadd(one, other, flags=_FAST)

    def subtract(self, one: Any, other: Any) -> Any:
        return self.builder.fsub(one, other, flags=_FAST)

    def multiply(self, one: Any, other: Any) -> Any:
        return self.builder.fmul(one, other, flags=_FAST)

    def largest(self, one: Any, other: Any) -> Any:
        return self.builder.select(self.builder.fcmp_ordered(">", one, other), one, other)

    def exponential(self, x: Any) -> Any:
        """exp(x) for x <= 0, to 2e-7 of it, and 1e-38 below -87.

        2^t is the power of two of the nearest whole number, made from its bits, times the series of 2^r, |r| <= 1/2.
        """
        builder = self.builder
        t = self.largest(self.multiply(x, self.constant(_PER_LN)), self.constant(_SMALLEST))
        whole = builder.fptosi(self.subtract(t, self.constant(0.5)), _WHOLE)  # cut towards zero, and t is not above it
        r = self.subtract(t, builder.sitofp(whole, _VECTOR))
        series = self.constant(_EXPONENTIAL[0])
        for term in _EXPONENTIAL[1:]:
            series = self.add(self.multiply(series, r), self.constant(term))
        bits = builder.shl(builder.add(whole, ir.Constant(_WHOLE, [127] * EIGHT)), ir.Constant(_WHOLE, [23] * EIGHT))
        return self.multiply(series, builder.bitcast(bits, _VECTOR))

    def product(self, totals: Sequence[Any], rows: Any, matrix: Any, width: Any, at: Any, inner: Any) -> list[Any]:
        """The totals, ten vectors, plus rows (10, inner) times eight columns of a matrix (inner, width)."""
        builder = self.builder
        kept = [cgutils.alloca_once(builder, _VECTOR) for _ in totals]  # LLVM keeps them in registers
        for total, place in zip(totals, kept, strict=True):
            builder.store(total, place)
        with cgutils.for_range(builder, inner, intp=inner.type) as loop:
            columns = self.load(matrix, builder.add(builder.mul(loop.index, width), at))
            column = builder.gep(rows, [loop.index])
            for c, place in enumerate(kept):
                number = builder.load(builder.gep(column, [ir.Constant(inner.type, ROW * c)]))
                builder.store(self.add(builder.load(place), self.multiply(self.all(number), columns)), place)
        return [builder.load(place) for place in kept]


def _pointers(context: Any, builder: Any, signature: Any, arguments: Sequence[Any], count: int) -> list[Any]:
    """Return where the numbers of the first arguments, which are arrays, begin."""
    return [context.make_array(signature.args[n])(context, builder, arguments[n]).data for n in range(count)]


def _every_row(builder: Any, length: Any, at: Any) -> list[Any]:
    """Return the positions of a column of ten rows of some length."""
    return [builder.add(builder.mul(length, ir.Constant(at.type, c)), at) for c in range(CLASSES)]


@intrinsic
def _eight_products(_typing: Any, rows: Any, matrix: Any, total: Any, widths: Any, at: Any, inner: Any) -> Any:
    """Write eight columns of rows (10, inner) times a matrix to total; ``widths`` of the matrix and of total's rows."""

    def code(context: Any, builder: Any, signature: Any, arguments: Sequence[Any]) -> Any:
        vectors = _Vectors(builder)
        rows, matrix, total = _pointers(context, builder, signature, arguments, 3)
        widths, at, inner = arguments[3:]
        width, length = cgutils.unpack_tuple(builder, widths, 2)
        nothing = [ir.Constant(_VECTOR, None)] * CLASSES
        products = vectors.product(nothing, rows, matrix, width, at, inner)
        for product, place in zip(products, _every_row(builder, length, at), strict=True):
            vectors.store(product, total, place)
        return context.get_dummy_value()

    return void(rows, matrix, total, widths, at, inner), code


@intrinsic
def _eight_steps(_typing: Any, arrays: Any, rows: Any, following: Any, width: Any, at: Any, inner: Any, by: Any) -> Any:
    """Take eight images' step: following = keep rows - size (softmax(rows products + a start + b shift) - labels).

    ``arrays`` are products, start, shift, labels and size, ``by`` is (a, b, keep). Rows are read as they were before
    the step by the next eight images too, so that the new ones go to another array.
    """

    def code(context: Any, builder: Any, signature: Any, arguments: Sequence[Any]) -> Any:
        vectors = _Vectors(builder)
        kinds = signature.args[0]
        given = cgutils.unpack_tuple(builder, arguments[0], len(kinds))
        products, start, shift, labels, size = (
            context.make_array(kind)(context, builder, value).data for kind, value in zip(kinds, given, strict=True)
        )
        rows, following = (context.make_array(signature.args[n])(context, builder, arguments[n]).data for n in (1, 2))
        width, at, inner, by = arguments[3:]
        a, b, keep = (vectors.all(number) for number in cgutils.unpack_tuple(builder, by, 3))
        places, own = _every_row(builder, width, at), _every_row(builder, ir.Constant(at.type, ROW), at)
        constant = [
            vectors.add(
                vectors.multiply(a, vectors.load(start, place)), vectors.multiply(b, vectors.load(shift, place))
            )
            for place in places
        ]
        scores = vectors.product(constant, rows, products, width, at, inner)
        most = scores[0]
        for score in scores[1:]:
            most = vectors.largest(score, most)
        parts = [vectors.exponential(vectors.subtract(score, most)) for score in scores]
        total = parts[0]
        for part in parts[1:]:
            total = vectors.add(total, part)
        share = builder.fdiv(vectors.constant(1.0), total, flags=_FAST)
        step = vectors.load(size, at)
        for part, place, row in zip(parts, places, own, strict=True):
            error = vectors.subtract(vectors.multiply(part, share), vectors.load(labels, place))
            kept = vectors.multiply(keep, vectors.load(rows, row))
            vectors.store(vectors.subtract(kept, vectors.multiply(step, error)), following, row)
        return context.get_dummy_value()

    return void(arrays, rows, following, width, at, inner, by), code


@numba.njit(**_OPTIONS)
def _scores_of(model: Floats, turned: Singles, narrow: Singles, total: Singles, width: int) -> None:
    """Write the scores (10, width) of a client's images by a model (d, 10); ``narrow`` is for its copy."""
    for i in range(np.uint64(len(model))):
        for c in range(_CLASSES):
            narrow[c, i] = model[i, c]
    for at in range(0, width, EIGHT):
        _eight_products(narrow, turned, total, (turned.shape[1], total.shape[1]), at, len(model))


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
    images, padded, dimension = inputs.shape[1], inputs.shape[2], models.shape[1]
    corrected = len(corrections) > 0
    rows, following = np.zeros((CLASSES, ROW), np.float32), np.zeros((CLASSES, ROW), np.float32)
    narrow = np.zeros((CLASSES, ROW), np.float32)
    start, shift = np.zeros((CLASSES, images), np.float32), np.zeros((CLASSES, images), np.float32)
    size = np.zeros(images, np.float32)
    for place in range(len(clients)):
        client = clients[place]
        count = counts[client]
        width = (count + EIGHT - 1) // EIGHT * EIGHT
        model = models[place if len(models) > 1 else 0]
        _scores_of(model, turned[client], narrow, start, width)
        if corrected:
            _scores_of(corrections[place], turned[client], narrow, shift, width)
        for j in range(np.uint64(width)):
            size[j] = rate * weights[client, j]
            for c in range(_CLASSES):
                rows[c, j] = 0
        own = (products[client], start, shift, labels[client], size)
        of_start, of_correction = 1.0, 0.0
        for step in range(steps):
            by = np.float32(of_start), np.float32(of_correction), np.float32(keep)
            for at in range(0, width, EIGHT):
                _eight_steps(own, rows, following, images, at, count if step > 0 else 0, by)
            rows, following = following, rows
            of_start = keep * of_start + pull
            of_correction = keep * of_correction + rate
        for at in range(0, padded, EIGHT):
            _eight_products(rows, inputs[client], narrow, (padded, ROW), at, count)
        for i in range(np.uint64(dimension)):
            for c in range(_CLASSES):
                updates[place, i, c] = narrow[c, i] + (of_start - 1) * model[i, c]
                if corrected:
                    updates[place, i, c] += of_correction * corrections[place, i, c]


def compiled(*, cache: bool) -> Callable[..., None]:
    """Return the compiled kernel, read from numba's cache folder or kept there if ``cache``.

    It is called with n clients of K, at most P images each, of d numbers, D being d rounded up to a multiple of eight
    as P is one; every array is contiguous, P at most 64 and d at most 65:

    * models (1 or n, d, 10) and corrections (0 or n, d, 10), double precision;
    * clients (n,) and the number of images of each client (K,), whole numbers;
    * inputs (K, P, D), the same turned (K, d, P), products of the images with one another (K, P, P), labels (K, 10, P)
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
