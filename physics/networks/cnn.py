"""A convolutional network as a table of layers, and the maps of an image between them."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from physics.validation import as_int, one_of

Activation = Literal["relu6", "relu", "none"]

MIN_RESOLUTION, MAX_RESOLUTION = 32, 2048  # below 32 pixels the last maps of these networks vanish


@dataclass(frozen=True, kw_only=True, slots=True)
class Convolution:
    """One convolution without bias, its norm and its activation.

    It has `inputs outputs kernel / groups + 2 outputs` parameters; `kernel` counts cells (9 for 3 x 3).

    Parameters
    ----------
    inputs, outputs : int
        [1] Channels.
    kernel : int
        [1] Cells: 9 for 3 x 3.
    stride : int
        [1] Step between two outputs.
    groups : int
        [1] Groups of channels that do not mix.
    activation : str
        "none", or what follows the norm.
    """

    inputs: int
    outputs: int
    kernel: int = 1
    stride: int = 1
    groups: int = 1
    activation: Activation = "none"

    def __post_init__(self) -> None:
        for name in ("inputs", "outputs", "kernel", "stride", "groups"):
            object.__setattr__(self, name, as_int(name, getattr(self, name), low=1, high=10**6))
        one_of("activation", self.activation, ("relu6", "relu", "none"))
        if self.inputs % self.groups or self.outputs % self.groups:
            raise ValueError(f"groups must divide {self.inputs} and {self.outputs}, got {self.groups}")

    @property
    def weights(self) -> int:
        """Weights, without the norm: also the multiplications per output position."""
        return self.inputs * self.outputs // self.groups * self.kernel

    @property
    def parameters(self) -> int:
        """Weights and the norm's scale and shift."""
        return self.weights + 2 * self.outputs

    @property
    def adaptable(self) -> bool:
        """Whether LoRA applies: a 1 x 1 convolution over all channels is a matrix."""
        return self.kernel == 1 and self.groups == 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Block:
    """Convolutions in a row, what is added to their output, and the pooling after them.

    Parameters
    ----------
    convolutions : tuple of Convolution
        [-] The row.
    identity : bool
        Whether the block's input is added to its output.
    projection : Convolution, optional
        [-] Or what the input goes through before it is added.
    pool_stride : int
        [1] Stride of the pooling after them, 1 for none.
    lite_residual : tuple of Convolution
        [-] The module of TinyTL that runs parallel to the block.
    """

    convolutions: tuple[Convolution, ...]
    identity: bool = False
    projection: Convolution | None = None
    pool_stride: int = 1
    lite_residual: tuple[Convolution, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "pool_stride", as_int("pool_stride", self.pool_stride, low=1, high=16))
        if not self.convolutions:
            raise ValueError("convolutions must hold one convolution at least, got none")
        for before, after in itertools.pairwise(self.convolutions):
            if before.outputs != after.inputs:
                raise ValueError(f"inputs must equal the {before.outputs} channels before, got {after.inputs}")

    @property
    def layers(self) -> tuple[Convolution, ...]:
        """The block's own convolutions, without the lite residual module."""
        return self.convolutions + ((self.projection,) if self.projection else ())


@dataclass(frozen=True, kw_only=True, slots=True)
class Cnn:
    """A table of blocks and one linear layer with bias; made by the functions of this module.

    `carries_lite_residual` says whether the modules are counted among the network's parameters, as the
    authors of TinyTL count ProxylessNAS-Mobile. `conv_input_scale` and `norm_input_scale` fit the table's
    maps to a published total where one exists.

    Parameters
    ----------
    name : str
        As the literature calls it.
    blocks : tuple of Block
        [-] In the order of execution.
    classes : int
        [1] Outputs of the linear layer.
    fixed_input : (int, int), optional
        [px] Height and width, where the network takes no other.
    carries_lite_residual : bool
        Whether the modules are counted among the network's parameters, as the authors of TinyTL count
        ProxylessNAS-Mobile.
    conv_input_scale, norm_input_scale : float
        [1] Fit the table's maps to a published total where one exists.
    """

    name: str
    blocks: tuple[Block, ...]
    classes: int
    fixed_input: tuple[int, int] | None = None
    carries_lite_residual: bool = False
    conv_input_scale: float = 1.0
    norm_input_scale: float = 1.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "classes", as_int("classes", self.classes, low=1, high=10**7))
        if not self.blocks:
            raise ValueError("blocks must hold one block at least, got none")
        for before, after in itertools.pairwise(self.blocks):
            leaving, entering = before.convolutions[-1].outputs, after.convolutions[0].inputs
            if leaving != entering:
                raise ValueError(f"blocks must join: {leaving} channels leave a block, {entering} enter the next")

    @property
    def features(self) -> int:
        """Channels that enter the linear layer."""
        return self.blocks[-1].convolutions[-1].outputs

    @property
    def head_parameters(self) -> int:
        """Weights and biases of the linear layer."""
        return self.features * self.classes + self.classes

    @property
    def convolutions(self) -> tuple[Convolution, ...]:
        """Every convolution of the network, without lite residual modules."""
        return tuple(layer for block in self.blocks for layer in block.layers)

    @property
    def lite_residual_parameters(self) -> int:
        """Parameters of the lite residual modules, whether or not the network carries them."""
        return sum(layer.parameters for block in self.blocks for layer in block.lite_residual)

    @property
    def norm_channels(self) -> int:
        """Channels of all norms: one shift and one scale each."""
        own = sum(layer.outputs for layer in self.convolutions)
        if not self.carries_lite_residual:
            return own
        return own + sum(layer.outputs for block in self.blocks for layer in block.lite_residual)

    @property
    def parameters(self) -> int:
        """Parameters of the whole network."""
        modules = self.lite_residual_parameters if self.carries_lite_residual else 0
        return sum(layer.parameters for layer in self.convolutions) + modules + self.head_parameters


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
        Where in the block it is.
    input_elements, output_elements : int
        [1] Elements of one image that enter and leave.
    held_elements : int
        [1] What a shortcut keeps alive beside.
    pooled_elements : int
        [1] What the pooling after it gives.
    reads_block_input : bool
        Whether it reads what enters the block.
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


def image_size(shape: Cnn, resolution: Any) -> tuple[int, int]:
    """Return the height and width of the network's input, after checking that it takes `resolution`.

    Parameters
    ----------
    shape : Cnn
        [-] The network.
    resolution : int or None
        [px] Side of the square image; None where the network has a fixed input.

    Returns
    -------
    (int, int)
        [px] Height and width.

    Raises
    ------
    ValueError
        A resolution outside its range, or one for a network with a fixed input.
    """
    if shape.fixed_input is not None:
        if resolution is not None:
            high, wide = shape.fixed_input
            raise ValueError(f"resolution must be None for {shape.name} ({high} x {wide}), got {resolution!r}")
        return shape.fixed_input
    side = as_int("resolution", resolution, low=MIN_RESOLUTION, high=MAX_RESOLUTION)
    return side, side


@lru_cache(maxsize=1024)
def layer_maps(shape: Cnn, height: int, width: int) -> tuple[LayerMaps, ...]:
    """Return every convolution with the elements that enter and leave it, in the order of execution.

    The rule is `side out = ceil(side in / stride)`; `held_elements` is what a shortcut keeps alive beside.

    Parameters
    ----------
    shape : Cnn
        [-] The network.
    height, width : int
        [px] Of the input.

    Returns
    -------
    tuple of LayerMaps
        [1] One a convolution.

    Examples
    --------
    >>> from physics.networks import ds_cnn
    >>> len(layer_maps(ds_cnn(), 49, 10)), layer_maps(ds_cnn(), 49, 10)[1].output_elements
    (17, 26500)
    """
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


@lru_cache(maxsize=1024)
def peak_elements(shape: Cnn, height: int, width: int) -> int:
    """Return the most elements alive at once in a forward pass: a layer's input, its output and what is held.

    Norms and activations work in place. At 224 pixels ProxylessNAS-Mobile peaks in its first block.

    Parameters
    ----------
    shape : Cnn
        [-] The network.
    height, width : int
        [px] Of the input.

    Returns
    -------
    int
        [1] Elements of one image.

    Examples
    --------
    >>> from physics.networks import proxyless_mobile
    >>> peak_elements(proxyless_mobile(), 224, 224) == 64 * 112**2
    True
    """
    return max(
        layer.input_elements + layer.output_elements + layer.held_elements
        for layer in layer_maps(shape, height, width)
        if layer.branch != "lite_residual"
    )
