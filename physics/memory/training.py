"""Memory of training and of inference as a sum of its parts, for transformers and convolutional networks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from physics.memory import cnn_activations as _cnn_activations
from physics.memory import transformer_activations as _transformer_activations
from physics.memory.methods import (
    Counts,
    Method,
    Targets,
    setting_of,
    trained_parameters,
)
from physics.memory.transformer_activations import Attention, Checkpoint
from physics.networks import Shape, Transformer
from physics.validation import FloatOrArray, one_of, to_scalar

Precision = Literal["fp32", "bf16", "mixed", "int8"]
Optimizer = Literal["sgd", "momentum", "adam"]
Runtime = Literal["ideal", "stock"]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Widths:
    """Bytes of one frozen and one trained weight (with its master copy), gradient, activation, sent value."""

    frozen: int
    trained: int
    gradient: int
    activation: int
    sent: int


_WIDTHS = {
    "fp32": _Widths(frozen=4, trained=4, gradient=4, activation=4, sent=4),
    "bf16": _Widths(frozen=2, trained=2, gradient=2, activation=2, sent=2),
    "mixed": _Widths(frozen=2, trained=2 + 4, gradient=2, activation=2, sent=2),  # Rajbhandari et al. 2020, 3.1
    "int8": _Widths(frozen=1, trained=4, gradient=4, activation=4, sent=4),  # Cai et al. 2020, figure 3
}
_STATE_BYTES = {"sgd": 0, "momentum": 4, "adam": 8}  # fp32 states of one trained parameter


@dataclass(frozen=True, kw_only=True, slots=True)
class MemoryBreakdown:
    """Where the bytes go; floats, or arrays of one shape where an argument was swept.

    Parameters
    ----------
    weights_bytes : float or array
        [B] All parameters, master copies included.
    gradients_bytes : float or array
        [B] One gradient per trained parameter.
    optimizer_bytes : float or array
        [B] States of the optimizer.
    activations_bytes : float or array
        [B] What the backward pass needs, or in inference the live layer.
    trained_parameters : int or array of int
        [1] Parameters that change.
    payload_bytes : float or array
        [B] The trained parameters as they would be sent.

    Examples
    --------
    >>> from physics.networks import ds_cnn
    >>> step = training_memory(ds_cnn(), optimizer="adam", batch=1)
    >>> step.weights_bytes, step.gradients_bytes, step.optimizer_bytes, step.activations_bytes
    (809040.0, 809040.0, 1618080.0, 1803960.0)
    >>> step.total_bytes
    5040120.0
    """

    weights_bytes: FloatOrArray
    gradients_bytes: FloatOrArray
    optimizer_bytes: FloatOrArray
    activations_bytes: FloatOrArray
    trained_parameters: Counts
    payload_bytes: FloatOrArray

    @property
    def total_bytes(self) -> FloatOrArray:
        """Weights, gradients, optimizer and activations together; the payload is a copy, not a fifth term."""
        return self.weights_bytes + self.gradients_bytes + self.optimizer_bytes + self.activations_bytes


def training_memory(
    shape: Shape,
    *,
    method: Method = "full",
    optimizer: Optimizer = "sgd",
    precision: Precision = "fp32",
    batch: ArrayLike,
    tokens: ArrayLike | None = None,
    resolution: ArrayLike | None = None,
    rank: ArrayLike = 0,
    targets: Targets = "qv",
    last: ArrayLike = 0,
    attention: Attention = "explicit",
    checkpoint: Checkpoint = "none",
    runtime: Runtime = "ideal",
) -> MemoryBreakdown:
    r"""Return the memory of one training step, term by term.

    .. math::

       M = \text{weights} + \text{gradients} + \text{optimizer} + \text{activations}

    Parameters
    ----------
    shape : Transformer or Cnn
        [-] The network.
    method : str
        [-] What trains. Both kinds: "full"; "last_k" (the last blocks, for a Transformer its final norm, and
        the head); "head" (the same without a block); "lora" (adapters alone); "bitfit" (biases; for a Cnn its
        norms' shifts and the head; not for a Llama). Cnn only: "norm", "tinytl_bias", "tinytl_lite_residual"
        (each with the head). Not "head" nor "last_k" where the output matrix is tied to the embedding.
    optimizer : {"sgd", "momentum", "adam"}
        [-] 0, 4 or 8 bytes of state for each trained parameter.
    precision : {"fp32", "bf16", "mixed", "int8"}
        [-] Number formats, as in the module's table.
    batch : int or array of int
        [1] 1 to 1e6.
    tokens : int or array of int
        [1] 1 to 1e7, or to `positions`; for a Transformer only.
    resolution : int or array of int
        [px] 32 to 2,048; for a Cnn of images only.
    rank : int or array of int
        [1] 1 to `largest_rank(shape, targets=targets)`; read by "lora" alone.
    targets : {"qv", "qkvo", "mlp", "all"}
        [-] Matrices of a Transformer that "lora" adapts; a Cnn's are its 1 x 1 convolutions.
    last : int or array of int
        [1] 1 to the number of blocks; read by "last_k" alone.
    attention : {"explicit", "flash"}
        [-] Whether a Transformer stores its attention weights.
    checkpoint : {"none", "selective", "full"}
        [-] "selective" computes attention weights again (a Cnn has none), "full" every block from its input.
    runtime : {"ideal", "stock"}
        [-] What must be kept, or what PyTorch keeps. For a Transformer they differ little: "stock" adds the
        statistics of norms, and "ideal" is never below the live layer of a forward pass.

    Returns
    -------
    MemoryBreakdown
        [B] Floats, and an int for `trained_parameters`; arrays of the broadcast shape where one was swept.

    Raises
    ------
    ValueError
        A number outside its range, an unknown name, or a method that this network does not allow.

    Notes
    -----
    `payload_bytes` is the trained parameters at the width they are sent with (2 B in bf16 and mixed, else 4).
    Blocks of a Cnn are its stem, its residual or separable blocks, and its last 1 x 1 convolution.

    References
    ----------
    Rajbhandari et al. 2020, section 3.1; Korthikanti et al. 2022; Cai et al. 2020.

    Examples
    --------
    Llama-3-70B with Adam in mixed precision: 70.55e9 parameters of 16 bytes, before any activation.

    >>> llama = Transformer(80, 8192, 64, 8, 28672, 128256, family="llama")
    >>> full = training_memory(llama, optimizer="adam", precision="mixed", batch=1, tokens=1)
    >>> round((full.total_bytes - full.activations_bytes) / 1e9)
    1129
    """
    width = _WIDTHS[one_of("precision", precision, _WIDTHS)]
    state_bytes = _STATE_BYTES[one_of("optimizer", optimizer, _STATE_BYTES)]
    one_of("attention", attention, ("explicit", "flash"))
    one_of("checkpoint", checkpoint, ("none", "selective", "full"))
    one_of("runtime", runtime, ("ideal", "stock"))
    step = setting_of(
        shape,
        method=method,
        batch=batch,
        tokens=tokens,
        resolution=resolution,
        rank=rank,
        targets=targets,
        last=last,
    )
    trained, comes_on_top = trained_parameters(shape, step)
    frozen = shape.parameters if comes_on_top else shape.parameters - trained
    if isinstance(shape, Transformer):
        activations = _transformer_activations.training_bytes(
            shape,
            method=step.method,
            tokens=step.tokens,
            batch=step.batch,
            rank=step.rank,
            last=step.last,
            targets=step.targets,
            bytes_per_activation=width.activation,
            attention=attention,
            checkpoint=checkpoint,
            runtime=runtime,
        )
    else:
        activations = np.empty(step.batch.shape)
        for side in np.unique(step.resolution):
            here = step.resolution == side
            activations[here] = _cnn_activations.training_bytes(
                shape,
                method=step.method,
                batch=step.batch[here],
                resolution=int(side) or None,
                rank=step.rank[here],
                last=step.last[here],
                bytes_per_activation=width.activation,
                checkpoint=checkpoint,
                runtime=runtime,
            )
    return MemoryBreakdown(
        weights_bytes=_bytes(width.frozen * frozen + width.trained * trained),
        gradients_bytes=_bytes(width.gradient * trained),
        optimizer_bytes=_bytes(state_bytes * trained),
        activations_bytes=to_scalar(np.asarray(activations)),
        trained_parameters=trained,
        payload_bytes=_bytes(width.sent * trained),
    )


def _bytes(count: Counts) -> FloatOrArray:
    return to_scalar(np.asarray(count, dtype=np.float64))


def inference_memory(
    shape: Shape,
    *,
    precision: Precision = "fp32",
    batch: ArrayLike,
    tokens: ArrayLike | None = None,
    resolution: ArrayLike | None = None,
) -> MemoryBreakdown:
    r"""Return the memory of one forward pass: weights and the largest live layer.

    .. math::

       M = \text{weights} + b p \max_\text{layers} (\text{input} + \text{output} + \text{what a shortcut holds})

    Parameters
    ----------
    shape : Transformer or Cnn
        [-] The network.
    precision : {"fp32", "bf16", "mixed", "int8"}
        [-] Weights of 4, 2, 2 or 1 bytes, activations of 4, 2, 2 or 4.
    batch : int or array of int
        [1] 1 to 1e6.
    tokens : int or array of int
        [1] 1 to 1e7, or to `positions`; for a Transformer only.
    resolution : int or array of int
        [px] 32 to 2,048; for a Cnn of images only.

    Returns
    -------
    MemoryBreakdown
        [B] As `training_memory` returns it; gradients, optimizer, trained parameters and payload are 0.

    Raises
    ------
    ValueError
        A number outside its range or an unknown name.

    Notes
    -----
    The live layer is the only activation counted: a layer's input is free once its output is complete. Norms
    and activation functions work in place; attention is computed in tiles; a Transformer gives the logits of
    its last position, so its live layer is the MLP, s b p (h + ffn), or s b p (h + 2 ffn) with SwiGLU, unless
    those logits are larger. The KV cache is left out. In "int8" activations stay in fp32, as TinyTL counts.

    References
    ----------
    Cai et al. 2020, the memory of FT-Last.

    Examples
    --------
    ProxylessNAS-Mobile in INT8, 4.75 MB and 8 images of 4 B * 64 * 112^2: 30.4 MB.

    >>> from physics.networks import proxyless_mobile
    >>> step = inference_memory(proxyless_mobile(), precision="int8", batch=8, resolution=224)
    >>> round(step.total_bytes / 1e6, 1)
    30.4
    """
    width = _WIDTHS[one_of("precision", precision, _WIDTHS)]
    step = setting_of(
        shape, method="full", batch=batch, tokens=tokens, resolution=resolution, rank=0, targets="qv", last=0
    )
    if isinstance(shape, Transformer):
        live = _transformer_activations.live_bytes(
            shape, tokens=step.tokens, batch=step.batch, bytes_per_activation=width.activation
        )
    else:
        live = np.empty(step.batch.shape)
        for side in np.unique(step.resolution):
            here = step.resolution == side
            live[here] = _cnn_activations.live_bytes(
                shape,
                batch=step.batch[here],
                resolution=int(side) or None,
                bytes_per_activation=width.activation,
            )
    nothing = np.zeros(step.batch.shape)
    return MemoryBreakdown(
        weights_bytes=to_scalar(nothing + width.frozen * float(shape.parameters)),
        gradients_bytes=to_scalar(nothing),
        optimizer_bytes=to_scalar(nothing),
        activations_bytes=to_scalar(np.asarray(live)),
        trained_parameters=0 if nothing.ndim == 0 else nothing.astype(np.int64),
        payload_bytes=to_scalar(nothing),
    )
