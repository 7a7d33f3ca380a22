"""The four convolutional networks of the lab, layer by layer, each from its paper's table."""

from __future__ import annotations

from functools import lru_cache

from physics.networks.cnn import Block, Cnn, Convolution
from physics.networks.transformer import MAX_SIZE
from physics.validation import as_float, as_int


def _lite_residual(inputs: int, outputs: int, stride: int, smallest_side: int) -> tuple[Convolution, ...]:
    kernel = 5
    while kernel > 1 and smallest_side // 2 < kernel:
        kernel -= 2
    groups = 2 if inputs % 2 == 0 else 1
    grouped = Convolution(
        inputs=inputs, outputs=inputs, kernel=kernel**2, stride=stride, groups=groups, activation="relu"
    )
    return grouped, Convolution(inputs=inputs, outputs=outputs)


def _inverted_block(
    inputs: int, outputs: int, *, kernel: int, expansion: int, stride: int, side: int, module: bool
) -> Block:
    middle = inputs * expansion
    layers = [
        Convolution(inputs=middle, outputs=middle, kernel=kernel**2, stride=stride, groups=middle, activation="relu6"),
        Convolution(inputs=middle, outputs=outputs),
    ]
    if expansion != 1:
        layers.insert(0, Convolution(inputs=inputs, outputs=middle, activation="relu6"))
    return Block(
        convolutions=tuple(layers),
        identity=stride == 1 and inputs == outputs,
        lite_residual=_lite_residual(inputs, outputs, stride, side) if module else (),
    )


def _divisible(channels: float) -> int:
    rounded = max(8, int(channels + 4) // 8 * 8)
    return rounded + 8 if rounded < 0.9 * channels else rounded


def mobilenet_v2(*, width: float = 1.0, classes: int = 102) -> Cnn:
    """Return MobileNetV2, its channels times `width`, rounded to multiples of 8 as torchvision rounds them.

    Parameters
    ----------
    width : float
        [1] 0.1 to 4.
    classes : int
        [1] 1 to 1e7.

    Returns
    -------
    Cnn

    Raises
    ------
    ValueError
        A number outside its range.

    References
    ----------
    Sandler et al. 2018, table 2; torchvision's `mobilenet_v2`.

    Examples
    --------
    >>> mobilenet_v2(classes=1000).parameters
    3504872
    """
    return _mobilenet_v2(as_float("width", width, low=0.1, high=4.0), as_int("classes", classes, low=1, high=MAX_SIZE))


@lru_cache(maxsize=64)
def _mobilenet_v2(width: float, classes: int) -> Cnn:
    inputs, side = _divisible(32 * width), 128
    stem = Convolution(inputs=3, outputs=inputs, kernel=9, stride=2, activation="relu6")
    blocks = [Block(convolutions=(stem,))]
    table = (  # expansion, channels, repeats, stride: Sandler et al. 2018, table 2
        (1, 16, 1, 1),
        (6, 24, 2, 2),
        (6, 32, 3, 2),
        (6, 64, 4, 2),
        (6, 96, 3, 1),
        (6, 160, 3, 2),
        (6, 320, 1, 1),
    )
    for expansion, channels, repeats, stage_stride in table:
        outputs = _divisible(channels * width)
        for repeat in range(repeats):
            stride = 1 if repeat else stage_stride
            blocks.append(
                _inverted_block(
                    inputs,
                    outputs,
                    kernel=3,
                    expansion=expansion,
                    stride=stride,
                    side=side,
                    module=expansion != 1,
                )
            )
            inputs, side = outputs, side // stride
    last = _divisible(1280 * max(1.0, width))
    blocks.append(Block(convolutions=(Convolution(inputs=inputs, outputs=last, activation="relu6"),)))
    return Cnn(name="MobileNetV2", blocks=tuple(blocks), classes=classes)


def proxyless_mobile(*, classes: int = 102) -> Cnn:
    """Return ProxylessNAS-Mobile with its lite residual modules: the network of TinyTL's tables.

    Parameters
    ----------
    classes : int
        [1] 1 to 1e7.

    Returns
    -------
    Cnn
        4,615,928 parameters (1,816,416 of them in the modules) beside 1,280 `classes` + `classes`.

    Raises
    ------
    ValueError
        A number outside its range.

    Notes
    -----
    Its maps are scaled to the totals behind TinyTL's figure 3 (5.772 M convolution and 5.848 M norm inputs at
    224 pixels, 5% and 8% above the table's own), which also hold the modules' maps, 1-bit ReLU masks and the
    last live layer.

    References
    ----------
    Cai, Zhu, Han 2019, the released "proxyless_mobile"; Cai et al. 2020, section 3 and figure 3.

    Examples
    --------
    >>> net = proxyless_mobile(classes=102)
    >>> net.parameters, net.lite_residual_parameters, net.norm_channels
    (4746590, 1816416, 20976)
    """
    return _proxyless_mobile(as_int("classes", classes, low=1, high=MAX_SIZE))


@lru_cache(maxsize=64)
def _proxyless_mobile(classes: int) -> Cnn:
    first = Convolution(inputs=3, outputs=32, kernel=9, stride=2, activation="relu6")
    blocks = [
        Block(convolutions=(first,)),
        _inverted_block(32, 16, kernel=3, expansion=1, stride=1, side=128, module=False),
    ]
    inputs, side = 16, 128
    table = (  # channels, stride, then (kernel, expansion) of each block: the released proxyless_mobile
        (32, 2, ((5, 3), (3, 3))),
        (40, 2, ((7, 3), (3, 3), (5, 3), (5, 3))),
        (80, 2, ((7, 6), (5, 3), (5, 3), (5, 3))),
        (96, 1, ((5, 6), (5, 3), (5, 3), (5, 3))),
        (192, 2, ((7, 6), (7, 6), (7, 3), (7, 3))),
        (320, 1, ((7, 6),)),
    )
    for outputs, stage_stride, stage in table:
        for repeat, (kernel, expansion) in enumerate(stage):
            stride = 1 if repeat else stage_stride
            blocks.append(
                _inverted_block(
                    inputs, outputs, kernel=kernel, expansion=expansion, stride=stride, side=side, module=True
                )
            )
            inputs, side = outputs, side // stride
    blocks.append(Block(convolutions=(Convolution(inputs=320, outputs=1280, activation="relu6"),)))
    return Cnn(
        name="ProxylessNAS-Mobile",
        blocks=tuple(blocks),
        classes=classes,
        carries_lite_residual=True,
        conv_input_scale=5.772e6 / 5_491_136,  # Cai et al. 2020, fig. 3 (11.62 M less norms), over the table
        norm_input_scale=5.848e6 / 5_403_328,  # Cai et al. 2020, fig. 3, over the table at 224 pixels
    )


def resnet50(*, classes: int = 1000) -> Cnn:
    """Return ResNet-50 as torchvision builds it, with the stride on the 3 x 3 convolution.

    Parameters
    ----------
    classes : int
        [1] 1 to 1e7.

    Returns
    -------
    Cnn

    Raises
    ------
    ValueError
        A number outside its range.

    References
    ----------
    He et al. 2016, table 1; torchvision's `resnet50`.

    Examples
    --------
    >>> resnet50(classes=1000).parameters
    25557032
    """
    return _resnet50(as_int("classes", classes, low=1, high=MAX_SIZE))


@lru_cache(maxsize=64)
def _resnet50(classes: int) -> Cnn:
    stem = Convolution(inputs=3, outputs=64, kernel=49, stride=2, activation="relu")
    blocks = [Block(convolutions=(stem,), pool_stride=2)]
    inputs, side = 64, 64
    for middle, repeats, stage_stride in ((64, 3, 1), (128, 4, 2), (256, 6, 2), (512, 3, 2)):
        outputs = 4 * middle
        for repeat in range(repeats):
            stride = 1 if repeat else stage_stride
            layers = (
                Convolution(inputs=inputs, outputs=middle, activation="relu"),
                Convolution(inputs=middle, outputs=middle, kernel=9, stride=stride, activation="relu"),
                Convolution(inputs=middle, outputs=outputs, activation="relu"),
            )
            projection = None if repeat else Convolution(inputs=inputs, outputs=outputs, stride=stride)
            blocks.append(
                Block(
                    convolutions=layers,
                    identity=repeat > 0,
                    projection=projection,
                    lite_residual=_lite_residual(inputs, outputs, stride, side),
                )
            )
            inputs, side = outputs, side // stride
    return Cnn(name="ResNet-50", blocks=tuple(blocks), classes=classes)


def ds_cnn(*, width: int = 212, classes: int = 12) -> Cnn:
    """Return the DS-CNN of keyword spotting: 49 x 10 features, a 10 x 4 convolution, four separable blocks.

    Parameters
    ----------
    width : int
        [1] 1 to 10,000 channels throughout.
    classes : int
        [1] 1 to 1e7.

    Returns
    -------
    Cnn

    Raises
    ------
    ValueError
        A number outside its range.

    References
    ----------
    Zhang et al. 2017, table 8; the medium size of Arm's ML-zoo weighs 200,928 B in INT8.

    Examples
    --------
    >>> ds_cnn(width=212, classes=12).parameters
    202260
    """
    checked = as_int("width", width, low=1, high=10_000)
    return _ds_cnn(checked, as_int("classes", classes, low=1, high=MAX_SIZE))


@lru_cache(maxsize=64)
def _ds_cnn(width: int, classes: int) -> Cnn:
    stem = Convolution(inputs=1, outputs=width, kernel=40, stride=2, activation="relu")
    separable = Block(
        convolutions=(
            Convolution(inputs=width, outputs=width, kernel=9, groups=width, activation="relu"),
            Convolution(inputs=width, outputs=width, activation="relu"),
        ),
        lite_residual=_lite_residual(width, width, 1, 5),
    )
    blocks = (Block(convolutions=(stem,)), separable, separable, separable, separable)
    return Cnn(name="DS-CNN", blocks=blocks, classes=classes, fixed_input=(49, 10))
