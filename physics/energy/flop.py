"""How many operations a forward pass takes, and which share of them the backward pass repeats."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike

from physics.memory.methods import Method, Setting, Targets, setting_of
from physics.networks.cnn import Cnn, image_size
from physics.networks.maps import layer_maps
from physics.networks.transformer import Transformer
from physics.validation import FloatOrArray, Floats, as_floats, broadcast, to_scalar

Number = Floats | float


def training_flop_ratio(
    *, input_gradient_share: ArrayLike, trained_share: ArrayLike, attention_share: ArrayLike = 0.0
) -> FloatOrArray:
    r"""Return the operations of a training step over those of inference.

    .. math::

       \text{ratio} = 1 + s_\text{inputs} + s_\text{weights} + s_\text{attention}

    Parameters
    ----------
    input_gradient_share : float or array
        [1] 0 to 1: share of forward FLOP in matrices, convolutions and attention products whose input needs a
        gradient.
    trained_share : float or array
        [1] 0 to 1: share in matrices and convolutions whose weights train.
    attention_share : float or array
        [1] 0 to 1: share in attention products whose two operands both need a gradient.

    Returns
    -------
    float or array
        [1] The broadcast shape of the arguments, 1 to 4.

    Raises
    ------
    ValueError
        A share outside 0 to 1.

    Notes
    -----
    Shares of operations, not of parameters; `flop_shares` counts them. Weights and attention products are
    different operations, so the last two never exceed 1 together and real ratios end at 3.

    References
    ----------
    Kaplan et al. 2020, section 2.1: 3 for full training.

    Examples
    --------
    BitFit needs every gradient but trains no weight; 7.15% of this model is attention.

    >>> training_flop_ratio(input_gradient_share=1.0, trained_share=0.0, attention_share=0.0715)
    2.0715
    """
    inputs, weights, attention = broadcast(
        input_gradient_share=as_floats("input_gradient_share", input_gradient_share, low=0, high=1),
        trained_share=as_floats("trained_share", trained_share, low=0, high=1),
        attention_share=as_floats("attention_share", attention_share, low=0, high=1),
    )
    return to_scalar(1.0 + inputs + weights + attention)


@dataclass(frozen=True, kw_only=True, slots=True)
class FlopShares:
    """Operations of one forward pass, and the shares of them that the backward pass adds.

    Floats, or arrays of one shape where an argument was swept.

    Parameters
    ----------
    forward_flop : float or array
        [FLOP] Operations of one forward pass.
    input_gradient_share : float or array
        [1] Share of them whose input needs a gradient.
    trained_share : float or array
        [1] Share of them whose weights train.
    attention_share : float or array
        [1] Share in attention products with gradients on both sides.

    Examples
    --------
    >>> FlopShares(forward_flop=10.0, input_gradient_share=1.0, trained_share=0.5, attention_share=0.0).ratio
    2.5
    """

    forward_flop: FloatOrArray
    input_gradient_share: FloatOrArray
    trained_share: FloatOrArray
    attention_share: FloatOrArray

    @property
    def ratio(self) -> FloatOrArray:
        """Operations of a training step over those of inference."""
        return training_flop_ratio(
            input_gradient_share=self.input_gradient_share,
            trained_share=self.trained_share,
            attention_share=self.attention_share,
        )


@dataclass(kw_only=True, slots=True)
class _Count:
    """Running sums of multiply-accumulates: of the forward pass, and of what the backward pass repeats."""

    forward: Number = 0.0
    inputs: Number = 0.0
    weights: Number = 0.0
    attention: Number = 0.0

    def matrix(self, macs: Number, *, times: Number = 1.0, gradient: bool, trains: bool) -> None:
        """Add a matrix or convolution: does its input need a gradient, do its weights train?"""
        amount = times * macs
        self.forward = self.forward + amount
        if gradient:
            self.inputs = self.inputs + amount
        if trains:
            self.weights = self.weights + amount

    def product(self, macs: Number, *, times: Number = 1.0, left: bool, right: bool) -> None:
        """Add a product of two maps, each of which may need a gradient."""
        amount = times * macs
        self.forward = self.forward + amount
        if left or right:
            self.inputs = self.inputs + amount
        if left and right:
            self.attention = self.attention + amount


def flop_shares(
    shape: Transformer | Cnn,
    *,
    method: Method = "full",
    batch: ArrayLike = 1,
    tokens: ArrayLike | None = None,
    resolution: ArrayLike | None = None,
    rank: ArrayLike = 0,
    targets: Targets = "qv",
    last: ArrayLike = 0,
) -> FlopShares:
    r"""Return the operations of a forward pass and the shares of them that training repeats.

    .. math::

       \text{ratio} = 1 + s_\text{inputs} + s_\text{weights} + s_\text{attention}

    The shares are of inputs that need a gradient, of weights that train and of attention products with both, each of
    forward FLOP: 2 for every multiply-accumulate of a matrix, convolution or attention.

    Parameters
    ----------
    shape : Transformer or Cnn
        [-] The network.
    method, batch, tokens, resolution, rank, targets, last
        As in `physics.memory.training_memory`, with the same ranges.

    Returns
    -------
    FlopShares
        [FLOP, 1] Floats, or arrays of the broadcast shape where an argument was swept.

    Raises
    ------
    ValueError
        A number outside its range, an unknown name, or a method that this network does not allow.

    Notes
    -----
    Equal to torch's FlopCounterMode on the GPT and MobileNetV2 of the tests. Counts adapters in the forward
    pass, and lite residual modules where they train. Leaves out norms, activation functions, softmax,
    embeddings, the optimizer's step and what checkpointing or a flash kernel computes again. A causal mask
    saves nothing.

    References
    ----------
    Kaplan et al. 2020, section 2.1: without attention, 2 FLOP forward and 4 backward per parameter and token.

    Examples
    --------
    >>> from physics.networks import Transformer
    >>> gpt = Transformer(4, 256, 4, 4, 1024, 1000)
    >>> full = flop_shares(gpt, method="full", batch=2, tokens=128)
    >>> full.forward_flop, full.ratio
    (1875902464.0, 3.0)
    """
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
    if isinstance(shape, Transformer):
        return _shares(_of_transformer(shape, step), step.batch)
    return _shares(_of_images(shape, step), step.batch)


def _shares(count: _Count, batch: Floats) -> FlopShares:
    def share(part: Number) -> FloatOrArray:
        return to_scalar(np.broadcast_to(part / count.forward, batch.shape).copy())

    return FlopShares(
        forward_flop=to_scalar(2 * batch * count.forward),
        input_gradient_share=share(count.inputs),
        trained_share=share(count.weights),
        attention_share=share(count.attention),
    )


def _of_transformer(shape: Transformer, step: Setting) -> _Count:
    """Count one sequence; a block is counted once for all blocks that do the same."""
    count = _Count()
    layers = float(shape.layers)
    adapted = frozenset(shape.adapted(step.targets)) if step.method == "lora" else frozenset()
    if step.method == "lora":
        _add_block(count, shape, step, times=1.0, enters=False, trains=False, adapted=adapted)
        _add_block(count, shape, step, times=layers - 1, enters=True, trains=False, adapted=adapted)
    elif step.method in ("head", "last_k"):
        behind = step.last if step.method == "last_k" else 0.0
        _add_block(count, shape, step, times=layers - behind, enters=False, trains=False, adapted=adapted)
        _add_block(count, shape, step, times=behind, enters=True, trains=True, adapted=adapted)
    else:
        trains = step.method == "full"
        _add_block(count, shape, step, times=layers, enters=True, trains=trains, adapted=adapted)
    head_trains = step.method in ("full", "head", "last_k")
    count.matrix(step.tokens * (shape.hidden * shape.vocab), gradient=True, trains=head_trains)
    return count


def _add_block(
    count: _Count,
    shape: Transformer,
    step: Setting,
    *,
    times: Number,
    enters: bool,
    trains: bool,
    adapted: frozenset[str],
) -> None:
    """Add `times` blocks; `enters` is whether what their first matrices read needs a gradient."""
    wants = {name: enters or name in adapted for name in ("q", "k", "v")}
    attends = any(wants.values())
    inside = attends or "up" in adapted
    reads = dict.fromkeys(("q", "k", "v"), enters) | dict.fromkeys(("o", "gate", "up"), attends)
    reads["down"] = inside
    for name, (inputs, outputs) in shape.matrices.items():
        count.matrix(step.tokens * (inputs * outputs), times=times, gradient=reads[name], trains=trains)
        if name in adapted:
            inner = step.tokens * step.rank
            _add_adapter(count, inner, sizes=(inputs, outputs), gradient=reads[name], times=times)
    scores = step.tokens**2 * shape.hidden
    count.product(scores, times=times, left=wants["q"], right=wants["k"])
    count.product(scores, times=times, left=wants["q"] or wants["k"], right=wants["v"])


def _of_images(shape: Cnn, step: Setting) -> _Count:
    """Gather the cached counts of one image: linear in the rank for each resolution and depth."""
    lasts = step.last if step.method == "last_k" else np.zeros(step.last.shape)
    pairs = np.stack([step.resolution.ravel(), lasts.ravel()])
    kinds, where = np.unique(pairs, axis=1, return_inverse=True)
    counted = [_of_cnn(shape, step.method, int(side) or None, int(last)) for side, last in kinds.T]
    lines = np.asarray(counted, dtype=np.float64).reshape(-1, 2, 3)
    chosen = lines[where.reshape(step.batch.shape)]
    at_rank = chosen[..., 0, :] + step.rank[..., None] * chosen[..., 1, :]
    return _Count(forward=at_rank[..., 0], inputs=at_rank[..., 1], weights=at_rank[..., 2])


@lru_cache(maxsize=4096)
def _of_cnn(
    shape: Cnn, method: str, resolution: int | None, last: int
) -> tuple[tuple[float, float, float], tuple[float, float, float]]:
    """Count one image, and the adapters for each unit of rank: forward, inputs, weights.

    Follows where a gradient is needed from block to block and along each branch.
    """
    count, per_rank = _Count(), _Count()
    shifts_train = method in ("norm", "bitfit", "tinytl_bias")
    wanted_at_block = False
    wanted: dict[str, bool] = {}
    block = 0
    for layer in layer_maps(shape, *image_size(shape, resolution)):
        is_module = layer.branch == "lite_residual"
        if is_module and method != "tinytl_lite_residual":
            continue
        if layer.block != block:
            block, wanted_at_block, wanted = layer.block, any(wanted.values()), {}
        gradient = wanted_at_block if layer.reads_block_input else wanted[layer.branch]
        in_last_blocks = method == "last_k" and layer.block >= len(shape.blocks) - last
        trains = is_module or method == "full" or in_last_blocks
        adapted = method == "lora" and layer.convolution.adaptable
        count.matrix(layer.multiplications, gradient=gradient, trains=trains)
        if adapted:
            sizes = (layer.convolution.inputs, layer.convolution.outputs)
            _add_adapter(per_rank, layer.positions, sizes=sizes, gradient=gradient)
        wanted[layer.branch] = gradient or trains or shifts_train or adapted
    head = shape.features * shape.classes
    count.matrix(head, gradient=any(wanted.values()), trains=method != "lora")
    first, second = ((float(part.forward), float(part.inputs), float(part.weights)) for part in (count, per_rank))
    return first, second


def _add_adapter(
    count: _Count,
    inner: Number,
    *,
    sizes: tuple[int, int],
    gradient: bool,
    times: Number = 1.0,
) -> None:
    """Add the two matrices of an adapter around `inner` values."""
    inputs, outputs = sizes
    count.matrix(inner * inputs, times=times, gradient=gradient, trains=True)
    count.matrix(inner * outputs, times=times, gradient=True, trains=True)
