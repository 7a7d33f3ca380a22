"""What a convolutional network keeps between the forward and the backward pass, in two runtimes.

`ideal` is the count of TinyTL (Cai et al. 2020): inputs of the convolutions that train and of the norms that
train, one bit per ReLU, and never less than the forward pass itself needs. `stock` is what PyTorch's autograd
saves: from the first trained layer on, every convolution's and every norm's input whether or not it trains,
and what each activation and pooling keeps; each tensor once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from physics.networks.cnn import Cnn, image_size
from physics.networks.maps import LayerMaps, layer_maps, peak_elements
from physics.validation import Floats

INDEX_BYTES = 8  # of one position that a max-pooling of torch keeps
STATISTICS_BYTES = 8  # fp32 mean and deviation of one channel, kept by a norm that trains


@dataclass(frozen=True, kw_only=True, slots=True)
class _Kept:
    """Per block and image: elements kept, more per unit of rank, index bytes, elements that enter.

    `statistics_bytes` are per block, whatever the batch.
    """

    elements: Floats
    rank_elements: Floats
    index_bytes: Floats
    entering: Floats
    statistics_bytes: Floats


def _per_block(shape: Cnn, layers: Iterable[LayerMaps], size: Callable[[LayerMaps], float]) -> Floats:
    total = np.zeros(len(shape.blocks))
    for layer in layers:
        total[layer.block] += size(layer)
    total.setflags(write=False)
    return total


def _entering(shape: Cnn, layers: Iterable[LayerMaps]) -> Floats:
    first_of_block: dict[int, LayerMaps] = {}
    for layer in layers:
        first_of_block.setdefault(layer.block, layer)
    return _per_block(shape, first_of_block.values(), lambda layer: layer.input_elements)


@lru_cache(maxsize=1024)
def _ideal(shape: Cnn, method: str, height: int, width: int) -> _Kept:
    layers = tuple(layer for layer in layer_maps(shape, height, width) if layer.branch != "lite_residual")
    inputs = _per_block(shape, layers, lambda layer: layer.input_elements * shape.conv_input_scale)
    norms = _per_block(shape, layers, lambda layer: layer.output_elements * shape.norm_input_scale)
    elements = {"lora": inputs, "norm": norms}.get(method, inputs + norms)
    nothing = np.zeros(len(shape.blocks))
    entering = _entering(shape, layers) * shape.conv_input_scale
    return _Kept(
        elements=elements,
        rank_elements=nothing,
        index_bytes=nothing,
        entering=entering,
        statistics_bytes=nothing,
    )


def _runs_backward(shape: Cnn, layers: tuple[LayerMaps, ...], method: str) -> list[LayerMaps]:
    """Return the layers from which autograd keeps anything: those at or behind a parameter that trains."""
    first_module = next((index for index, block in enumerate(shape.blocks) if block.lite_residual), 0)
    kept, started = [], False
    for layer in layers:
        if layer.branch != "lite_residual":
            if method == "lora":
                started = started or layer.convolution.adaptable
            elif method == "tinytl_lite_residual":
                started = layer.block > first_module
            else:
                started = True
        if started or layer.branch == "lite_residual":
            kept.append(layer)
    return kept


@lru_cache(maxsize=1024)
def _stock(shape: Cnn, method: str, height: int, width: int) -> _Kept:
    modules_run = method == "tinytl_lite_residual"
    layers = tuple(
        layer for layer in layer_maps(shape, height, width) if modules_run or layer.branch != "lite_residual"
    )
    first, last = layers[0], [layer for layer in layers if layer.branch == "main"][-1]

    def meets_module(layer: LayerMaps) -> bool:
        """Whether a module's output is added behind this ReLU, so that nothing reads what the ReLU gave."""
        block = shape.blocks[layer.block]
        ends = layer.branch == "main" and layer.convolution is block.convolutions[-1]
        return modules_run and ends and bool(block.lite_residual) and layer.convolution.activation == "relu"

    def statistics(layer: LayerMaps) -> float:
        trains = layer.branch == "lite_residual" or method in ("full", "last_k", "norm")
        return STATISTICS_BYTES * layer.convolution.outputs * trains

    def elements(layer: LayerMaps) -> float:
        total = layer.output_elements  # what its norm read
        image_unread = layer is first and method not in ("full", "last_k")
        if layer.branch != "projection" and not image_unread:  # a projection reads what its block's first layer read
            total += layer.input_elements
        if layer.convolution.activation == "relu6":
            total += layer.output_elements  # clipped in place, so torch keeps a copy of what it read
        elif layer.pooled_elements or layer is last or meets_module(layer):
            total += layer.output_elements  # a ReLU keeps what it gave: elsewhere what the next convolution reads
        return float(total)

    kept = _runs_backward(shape, layers, method)
    adapted = [layer for layer in kept if layer.convolution.adaptable] if method == "lora" else []
    return _Kept(
        elements=_per_block(shape, kept, elements),
        rank_elements=_per_block(shape, adapted, lambda layer: layer.positions),
        index_bytes=_per_block(shape, kept, lambda layer: INDEX_BYTES * layer.pooled_elements),
        entering=_entering(shape, layers),
        statistics_bytes=_per_block(shape, kept, statistics),
    )


def live_bytes(shape: Cnn, *, batch: Floats, resolution: int | None, bytes_per_activation: float) -> Floats:
    """Return the largest input plus output of a layer in a forward pass, with what a shortcut holds."""
    return batch * bytes_per_activation * peak_elements(shape, *image_size(shape, resolution))


def training_bytes(
    shape: Cnn,
    *,
    method: str,
    batch: Floats,
    resolution: int | None,
    rank: Floats,
    last: Floats,
    bytes_per_activation: float,
    checkpoint: str,
    runtime: str,
) -> Floats:
    """Return the bytes kept for one backward pass at one resolution; batch, rank and last have one shape."""
    height, width = image_size(shape, resolution)
    live = live_bytes(shape, batch=batch, resolution=resolution, bytes_per_activation=bytes_per_activation)
    if runtime == "ideal" and method in ("head", "bitfit", "tinytl_bias", "tinytl_lite_residual"):
        mask_bytes = batch * peak_elements(shape, height, width) / 8  # one bit for each element that is alive
        return live if method == "head" else live + mask_bytes
    stored = np.zeros(batch.shape)
    if method != "head":
        kept = (_ideal if runtime == "ideal" else _stock)(shape, method, height, width)
        blocks = len(shape.blocks)
        trained = last[..., None] >= blocks - np.arange(blocks) if method == "last_k" else np.ones(blocks)
        elements = kept.elements + rank[..., None] * kept.rank_elements
        image_bytes = elements * bytes_per_activation + kept.index_bytes
        block_bytes = trained * (batch[..., None] * image_bytes + kept.statistics_bytes)
        stored = block_bytes.sum(axis=-1)
        if checkpoint == "full":
            boundaries = (trained * kept.entering).sum(axis=-1) * bytes_per_activation
            stored = batch * boundaries + block_bytes.max(axis=-1)
    if runtime == "ideal":
        return np.maximum(stored, live)
    read_by_head = 0 if method == "lora" else shape.features * bytes_per_activation
    return stored + batch * (read_by_head + 4 * shape.classes)  # the log-softmax stays in fp32
