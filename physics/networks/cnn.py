"""A convolutional network as a table of layers, and the maps of an image between them."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any, Literal

from physics.validation import as_bool, as_float, as_int, one_of

Activation = Literal["relu6", "relu", "none"]

MIN_RESOLUTION, MAX_RESOLUTION = 32, 2048  # below 32 pixels the last maps of these networks vanish


@dataclass(frozen=True, kw_only=True, slots=True)
class Convolution:
    """One convolution without bias, its norm and its activation.

    It has `inputs outputs kernel / groups + 2 outputs` parameters.

    Parameters
    ----------
    inputs, outputs : int
        [1] 1 to 1e6, channels.
    kernel : int
        [1] 1 to 1e6, cells: 9 for 3 x 3.
    stride : int
        [1] 1 to 1e6.
    groups : int
        [1] 1 to 1e6, divides `inputs` and `outputs`.
    activation : {"relu6", "relu", "none"}
        [-] After the norm.

    Raises
    ------
    ValueError
        A number outside its range, an unknown activation, or groups that do not divide.
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


def _check_tuple(name: str, value: Any, kind: type) -> None:
    """Refuse anything but a tuple of one kind: a list could change after it was checked."""
    if not isinstance(value, tuple) or not all(isinstance(item, kind) for item in value):
        raise ValueError(f"{name} must be a tuple of {kind.__name__}, got {value!r:.80}")


def _check_fixed_input(value: Any) -> None:
    if value is None:
        return
    if not isinstance(value, tuple) or len(value) != 2:
        raise ValueError(f"fixed_input must be None or a height and a width in pixels, got {value!r:.80}")
    for side in value:
        as_int("fixed_input", side, low=1, high=MAX_RESOLUTION)


@dataclass(frozen=True, kw_only=True, slots=True)
class Block:
    """Convolutions in a row, what is added to their output, and the pooling after them.

    Parameters
    ----------
    convolutions : tuple of Convolution
        [-] One at least; each reads the channels that the one before writes.
    identity : bool
        [-] Whether the block's input is added to its output.
    projection : Convolution, optional
        [-] Its output of the block's input is added instead.
    pool_stride : int
        [1] 1 to 16.
    lite_residual : tuple of Convolution
        [-] TinyTL's module parallel to the block, or ().

    Raises
    ------
    ValueError
        A number outside its range, something else than convolutions, or channels that do not join.
    """

    convolutions: tuple[Convolution, ...]
    identity: bool = False
    projection: Convolution | None = None
    pool_stride: int = 1
    lite_residual: tuple[Convolution, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "pool_stride", as_int("pool_stride", self.pool_stride, low=1, high=16))
        as_bool("identity", self.identity)
        _check_tuple("convolutions", self.convolutions, Convolution)
        _check_tuple("lite_residual", self.lite_residual, Convolution)
        if not isinstance(self.projection, Convolution | None):
            raise ValueError(f"projection must be a Convolution or None, got {self.projection!r:.80}")
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

    Parameters
    ----------
    name : str
        [-] As messages print it.
    blocks : tuple of Block
        [-] One at least; each reads the channels that the one before writes.
    classes : int
        [1] 1 to 1e7.
    fixed_input : tuple of two int, optional
        [px] Height and width where the network takes one size of input only, each 1 to 2,048.
    carries_lite_residual : bool
        [-] Whether the modules are counted among the network's parameters, as the authors of TinyTL count
        ProxylessNAS-Mobile.
    conv_input_scale, norm_input_scale : float
        [1] 0.1 to 10, fit the table's maps to a published total where one exists.

    Raises
    ------
    ValueError
        A number outside its range, something else than blocks, or channels that do not join.
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
        if not isinstance(self.name, str) or not self.name:
            raise ValueError(f"name must be a text that is not empty, got {self.name!r:.80}")
        as_bool("carries_lite_residual", self.carries_lite_residual)
        for name in ("conv_input_scale", "norm_input_scale"):
            object.__setattr__(self, name, as_float(name, getattr(self, name), low=0.1, high=10))
        _check_fixed_input(self.fixed_input)
        _check_tuple("blocks", self.blocks, Block)
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


def checked_cnn(shape: Any) -> Cnn:
    """Return ``shape`` if it is a Cnn.

    Raises:
        ValueError: something else.
    """
    if not isinstance(shape, Cnn):
        raise ValueError(f"shape must be a Cnn, got {shape!r:.80}")
    return shape


def image_size(shape: Cnn, resolution: int | None) -> tuple[int, int]:
    """Return the height and width of the network's input, after checking that it takes `resolution`.

    Parameters
    ----------
    shape : Cnn
        [-] The network.
    resolution : int or None
        [px] 32 to 2,048, side of the square image; None where the network has a `fixed_input`.

    Returns
    -------
    tuple of int
        [px]

    Raises
    ------
    ValueError
        A number outside its range, or one for a network whose input is fixed.
    """
    checked_cnn(shape)
    if shape.fixed_input is not None:
        if resolution is not None:
            high, wide = shape.fixed_input
            raise ValueError(f"resolution must be None for {shape.name} ({high} x {wide}), got {resolution!r}")
        return shape.fixed_input
    side = as_int("resolution", resolution, low=MIN_RESOLUTION, high=MAX_RESOLUTION)
    return side, side
