"""What enters, leaves and stays alive beside every convolution of a network at work."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from physics.networks.cnn import MAX_RESOLUTION, Cnn, Convolution, checked_cnn
from physics.validation import as_int


@dataclass(frozen=True, kw_only=True, slots=True)
class LayerMaps:
    """One convolution at work: its elements in, out, held beside and pooled after, and its position in the network.

    Parameters
    ----------
    convolution : Convolution
        [-] The convolution.
    block : int
        [1] Its block, counted from 0.
    branch : {"main", "projection", "lite_residual"}
        [-] Where in the block it is.
    input_elements, output_elements : int
        [1] Elements of one image that enter and leave.
    held_elements : int
        [1] What a shortcut keeps alive beside.
    pooled_elements : int
        [1] What the pooling after it gives.
    reads_block_input : bool
        [-] Whether it reads what enters the block.
    """

    convolution: Convolution
    block: int
    branch: Literal["main", "projection", "lite_residual"]
    input_elements: int
    output_elements: int
    held_elements: int = 0
    pooled_elements: int = 0
    reads_block_input: bool = False

    @property
    def positions(self) -> int:
        """Positions of the output map."""
        return self.output_elements // self.convolution.outputs

    @property
    def multiplications(self) -> int:
        """Multiply-accumulates of one image."""
        return self.positions * self.convolution.weights


def _reduced(side: int, stride: int) -> int:
    return -(-side // stride)


def layer_maps(shape: Cnn, height: int, width: int) -> tuple[LayerMaps, ...]:
    """Return every convolution with the elements that enter and leave it, in the order of execution.

    The rule is `side out = ceil(side in / stride)`; `held_elements` is what a shortcut keeps alive beside.

    Parameters
    ----------
    shape : Cnn
        [-] The network.
    height, width : int
        [px] 1 to 2,048, as from `image_size`.

    Returns
    -------
    tuple of LayerMaps
        [1] Cached.

    Raises
    ------
    ValueError
        A number outside its range.

    Examples
    --------
    >>> from physics.networks import ds_cnn
    >>> len(layer_maps(ds_cnn(), 49, 10)), layer_maps(ds_cnn(), 49, 10)[1].output_elements
    (17, 26500)
    """
    return _layer_maps(checked_cnn(shape), *_checked_sides(height, width))


def _checked_sides(height: int, width: int) -> tuple[int, int]:
    high = as_int("height", height, low=1, high=MAX_RESOLUTION)
    return high, as_int("width", width, low=1, high=MAX_RESOLUTION)


@lru_cache(maxsize=1024)
def _layer_maps(shape: Cnn, height: int, width: int) -> tuple[LayerMaps, ...]:
    maps: list[LayerMaps] = []
    for index, block in enumerate(shape.blocks):
        start = block.convolutions[0].inputs * height * width
        high, wide = height, width
        kept = start if block.identity or block.projection else 0
        for position, layer in enumerate(block.convolutions):
            entering = layer.inputs * high * wide
            high, wide = _reduced(high, layer.stride), _reduced(wide, layer.stride)
            pooled = block.pool_stride > 1 and position == len(block.convolutions) - 1
            after_pool = layer.outputs * _reduced(high, block.pool_stride) * _reduced(wide, block.pool_stride)
            maps.append(
                LayerMaps(
                    convolution=layer,
                    block=index,
                    branch="main",
                    input_elements=entering,
                    output_elements=layer.outputs * high * wide,
                    held_elements=kept if position else 0,
                    pooled_elements=after_pool if pooled else 0,
                    reads_block_input=position == 0,
                )
            )
        leaving = maps[-1].output_elements
        if block.projection:
            maps.append(
                LayerMaps(
                    convolution=block.projection,
                    block=index,
                    branch="projection",
                    input_elements=start,
                    output_elements=leaving,
                    held_elements=leaving,
                    reads_block_input=True,
                )
            )
        module_high, module_wide = max(1, height // 2), max(1, width // 2)
        for position, layer in enumerate(block.lite_residual):
            entering = layer.inputs * module_high * module_wide
            module_high = _reduced(module_high, layer.stride)
            module_wide = _reduced(module_wide, layer.stride)
            maps.append(
                LayerMaps(
                    convolution=layer,
                    block=index,
                    branch="lite_residual",
                    input_elements=entering,
                    output_elements=layer.outputs * module_high * module_wide,
                    reads_block_input=position == 0,
                )
            )
        height, width = _reduced(high, block.pool_stride), _reduced(wide, block.pool_stride)
    return tuple(maps)


def peak_elements(shape: Cnn, height: int, width: int) -> int:
    """Return the most elements alive at once in a forward pass: a layer's input, its output and what is held.

    Norms and activations work in place.

    Parameters
    ----------
    shape, height, width
        As in `layer_maps`, with the same ranges.

    Returns
    -------
    int
        [1] Cached.

    Raises
    ------
    ValueError
        A number outside its range.

    Examples
    --------
    At 224 pixels ProxylessNAS-Mobile peaks in its first block.

    >>> from physics.networks import proxyless_mobile
    >>> peak_elements(proxyless_mobile(), 224, 224) == 64 * 112**2
    True
    """
    return _peak_elements(checked_cnn(shape), *_checked_sides(height, width))


@lru_cache(maxsize=1024)
def _peak_elements(shape: Cnn, height: int, width: int) -> int:
    return max(
        layer.input_elements + layer.output_elements + layer.held_elements
        for layer in _layer_maps(shape, height, width)
        if layer.branch != "lite_residual"
    )
