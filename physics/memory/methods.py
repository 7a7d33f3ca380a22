"""Which ways of training suit which network, what each of them trains, and the sizes of one step, checked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from physics.networks.cnn import MAX_RESOLUTION, MIN_RESOLUTION, Cnn
from physics.networks.transformer import LORA_TARGETS, Transformer
from physics.validation import Floats, as_ints, broadcast, one_of

Method = Literal["full", "last_k", "head", "norm", "lora", "bitfit", "tinytl_bias", "tinytl_lite_residual"]
Targets = Literal["qv", "qkvo", "mlp", "all"]
Counts = int | NDArray[np.int64]  # an int where the argument was a scalar, else an array of its shape

TRANSFORMER_METHODS = ("full", "last_k", "head", "lora", "bitfit")
CNN_METHODS = ("full", "last_k", "head", "norm", "lora", "bitfit", "tinytl_bias", "tinytl_lite_residual")
MAX_BATCH, MAX_TOKENS = 10**6, 10**7  # far beyond any step; they keep products finite


@dataclass(frozen=True, kw_only=True, slots=True)
class Setting:
    """One training step or a sweep of them: arrays of one shape, () where every argument was a scalar."""

    method: str
    targets: str
    batch: Floats
    tokens: Floats
    resolution: Floats
    rank: Floats
    last: Floats


def _checked_shape(shape: Any) -> Transformer | Cnn:
    if not isinstance(shape, (Transformer, Cnn)):
        raise ValueError(f"shape must be a Transformer or a Cnn, got {shape!r}")
    return shape


def _checked_method(shape: Transformer | Cnn, method: Any) -> str:
    if isinstance(shape, Cnn):
        name = one_of("method", method, CNN_METHODS)
        if name == "tinytl_lite_residual" and not shape.lite_residual_parameters:
            raise ValueError(f"method must be another than {name}: {shape.name} has no lite residual modules")
        return name
    if isinstance(method, str) and method in CNN_METHODS and method not in TRANSFORMER_METHODS:
        allowed = ", ".join(TRANSFORMER_METHODS)
        raise ValueError(f"method must be one of {allowed} for a Transformer, got {method!r}: it is for a Cnn")
    name = one_of("method", method, TRANSFORMER_METHODS)
    if name == "bitfit" and not shape.biases:
        raise ValueError("method must be another than bitfit: a Llama has no biases to train")
    if name in ("head", "last_k") and shape.tied:
        raise ValueError(f"method must be another than {name}: the output matrix is tied to the embedding")
    return name


def _adapters(shape: Transformer | Cnn, targets: Any) -> list[tuple[int, int]]:
    checked = one_of("targets", targets, LORA_TARGETS)
    if isinstance(shape, Transformer):
        return list(shape.adapted(checked).values())
    return [(layer.inputs, layer.outputs) for layer in shape.convolutions if layer.adaptable]


def largest_rank(shape: Transformer | Cnn, *, targets: Targets = "qv") -> int:
    r"""Return the largest rank that a low-rank adapter of this network can have.

    .. math::

       r_\text{max} = \min_\text{adapted matrices} \min(d_\text{in}, d_\text{out})

    Parameters
    ----------
    shape : Transformer or Cnn
        [-] In a Cnn the 1 x 1 convolutions are adapted, whatever `targets` says.
    targets : {"qv", "qkvo", "mlp", "all"}
        [-] Adapted matrices of a Transformer.

    Returns
    -------
    int
        [1]

    Raises
    ------
    ValueError
        An unknown name, or a network without a matrix to adapt.

    Examples
    --------
    Llama-3-70B has 8 key heads of 128 values.

    >>> from physics.networks import Transformer
    >>> largest_rank(Transformer(80, 8192, 64, 8, 28672, 128256, family="llama"))
    1024
    """
    sides = [min(pair) for pair in _adapters(_checked_shape(shape), targets)]
    if not sides:
        raise ValueError(f"shape must have a 1 x 1 convolution to adapt, got {getattr(shape, 'name', shape)!r}")
    return min(sides)


def lora_parameters(shape: Transformer | Cnn, *, rank: ArrayLike, targets: Targets = "qv") -> Counts:
    r"""Return the parameters of low-rank adapters on every block.

    .. math::

       P = r \sum_\text{adapted matrices} (d_\text{in} + d_\text{out})

    Parameters
    ----------
    shape : Transformer or Cnn
        [-] In a Cnn the 1 x 1 convolutions are adapted, whatever `targets` says.
    rank : int or array of int
        [1] 1 to `largest_rank(shape, targets=targets)`.
    targets : {"qv", "qkvo", "mlp", "all"}
        [-] Adapted matrices of a Transformer: queries and values; all four of attention; the MLP; all linear
        layers but the output matrix.

    Returns
    -------
    int or array of int
        [1] The shape of `rank`.

    Raises
    ------
    ValueError
        A rank above the narrowest adapted layer, an unknown name.

    Notes
    -----
    The frozen matrices stay; no bias and no head is trained, as in peft's default.

    References
    ----------
    Hu et al. 2021, section 4.

    Examples
    --------
    Llama-3-70B, rank 16 on q, k, v and o: 80 * 16 * (4 * 8192 + 2 * 8192 + 2 * 1024) = 65,536,000.

    >>> from physics.networks import Transformer
    >>> llama = Transformer(80, 8192, 64, 8, 28672, 128256, family="llama")
    >>> lora_parameters(llama, rank=16, targets="qkvo")
    65536000
    """
    ranks = as_ints("rank", rank, low=1, high=largest_rank(shape, targets=targets))
    return _times(_parameters_per_rank(shape, targets), ranks)


def _parameters_per_rank(shape: Transformer | Cnn, targets: str) -> int:
    blocks = shape.layers if isinstance(shape, Transformer) else 1
    return blocks * sum(inputs + outputs for inputs, outputs in _adapters(shape, targets))


def _times(count: int, number: Floats) -> Counts:
    return count * int(number) if number.ndim == 0 else count * number.astype(np.int64)


def setting_of(
    shape: Any,
    *,
    method: Any,
    batch: ArrayLike,
    tokens: ArrayLike | None,
    resolution: ArrayLike | None,
    rank: ArrayLike,
    targets: Any,
    last: ArrayLike,
) -> Setting:
    """Return the arguments of one step, checked against the network and broadcast together.

    `rank`, `targets` and `last` are checked by name and kind always, and against the network where the method
    reads them.
    """
    checked = _checked_shape(shape)
    name = _checked_method(checked, method)
    one_of("targets", targets, LORA_TARGETS)
    low, high = (1, largest_rank(checked, targets=targets)) if name == "lora" else (0, MAX_TOKENS)
    ranks = as_ints("rank", rank, low=low, high=high)
    blocks = checked.layers if isinstance(checked, Transformer) else len(checked.blocks)
    low, high = (1, blocks) if name == "last_k" else (0, MAX_TOKENS)
    lasts = as_ints("last", last, low=low, high=high)
    arrays = broadcast(
        batch=as_ints("batch", batch, low=1, high=MAX_BATCH),
        tokens=_checked_tokens(checked, tokens),
        resolution=_checked_resolution(checked, resolution),
        rank=ranks,
        last=lasts,
    )
    return Setting(
        method=name,
        targets=targets,
        batch=arrays[0],
        tokens=arrays[1],
        resolution=arrays[2],
        rank=arrays[3],
        last=arrays[4],
    )


def _checked_tokens(shape: Transformer | Cnn, tokens: Any) -> Floats:
    if isinstance(shape, Transformer):
        return as_ints("tokens", tokens, low=1, high=shape.positions or MAX_TOKENS)
    if tokens is not None:
        raise ValueError(f"tokens must be None for {shape.name}, which reads images, got {tokens!r}")
    return np.zeros(())


def _checked_resolution(shape: Transformer | Cnn, resolution: Any) -> Floats:
    if isinstance(shape, Cnn) and shape.fixed_input is None:
        return as_ints("resolution", resolution, low=MIN_RESOLUTION, high=MAX_RESOLUTION)
    if resolution is not None:
        name = "a Transformer" if isinstance(shape, Transformer) else f"{shape.name}, whose input is fixed"
        raise ValueError(f"resolution must be None for {name}, got {resolution!r}")
    return np.zeros(())


def trained_parameters(shape: Transformer | Cnn, setting: Setting) -> tuple[Counts, bool]:
    """Return how many parameters train, and whether they come on top of the network's own."""
    if setting.method == "lora":
        return _times(_parameters_per_rank(shape, setting.targets), setting.rank), True
    if isinstance(shape, Transformer):
        return _of_transformer(shape, setting), False
    added = setting.method == "tinytl_lite_residual" and not shape.carries_lite_residual
    if setting.method == "last_k":
        return _of_last_blocks(shape, setting.last), False
    biases = shape.norm_channels
    count = {
        "full": shape.parameters - shape.head_parameters,
        "head": 0,
        "norm": 2 * biases,
        "bitfit": biases,
        "tinytl_bias": biases,
        "tinytl_lite_residual": shape.lite_residual_parameters,
    }[setting.method]
    return _times(count + shape.head_parameters, np.ones(setting.batch.shape)), added


def _of_transformer(shape: Transformer, setting: Setting) -> Counts:
    tail = shape.final_norm_parameters + shape.vocab * shape.hidden
    if setting.method == "last_k":
        return tail + _times(shape.block_parameters, setting.last)
    count = {"full": shape.parameters, "bitfit": shape.biases, "head": tail}[setting.method]
    return _times(count, np.ones(setting.batch.shape))


def _of_last_blocks(shape: Cnn, last: Floats) -> Counts:
    of_blocks = [
        sum(layer.parameters for layer in block.layers)
        + shape.carries_lite_residual * sum(layer.parameters for layer in block.lite_residual)
        for block in reversed(shape.blocks)
    ]
    up_to = shape.head_parameters + np.concatenate(([0], np.cumsum(of_blocks))).astype(np.int64)
    counts = up_to[last.astype(np.int64)]
    return int(counts) if last.ndim == 0 else counts
