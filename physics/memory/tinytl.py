"""The training memory that the authors of TinyTL publish, as a closed form."""

from __future__ import annotations

from typing import Literal

from numpy.typing import ArrayLike

from physics.memory.methods import MAX_BATCH
from physics.networks.cnn import MAX_RESOLUTION, MIN_RESOLUTION
from physics.networks.transformer import MAX_SIZE
from physics.validation import FloatOrArray, as_ints, broadcast, one_of, to_scalar

TinyTlMethod = Literal["full", "last", "norm", "bias", "lite_residual", "lite_residual_bias"]

BACKBONE_PARAMETERS = 4_615_928  # ProxylessNAS-Mobile and its lite residual modules, without the last layer
FEATURES = 1_280  # that enter the last layer
LITE_RESIDUAL_PARAMETERS = 1_816_416
BIASES = 20_976  # of all norms, those of the modules included
BIASES_BESIDE_MODULES = 15_232  # of the backbone, less each block's last one: the module's norm has its own
PEAK_PER_PIXEL = 64 / 4  # live elements: 64 channels at half the resolution
NORM_INPUTS_PER_PIXEL = 5.848e6 / 224**2  # Cai et al. 2020, figure 3, FT-Norm+Last at 224 pixels
ALL_INPUTS_PER_PIXEL = 11.62e6 / 224**2  # the same, FT-Full


def tinytl_memory_bytes(
    *,
    method: TinyTlMethod = "full",
    resolution: ArrayLike,
    batch: ArrayLike,
    classes: ArrayLike = 102,
) -> FloatOrArray:
    r"""Return the training memory of ProxylessNAS-Mobile by the published count: parameters and activations.

    last
        :math:`P_f + 4 P_t + 4 b\,\text{peak}`
    bias, lite residual
        :math:`P_f + 4 P_t + 4 b\,\text{peak} + b\,\text{peak} / 8`
    norm
        :math:`P_f + 4 P_t + 4 b\,\text{norm inputs}`
    full
        :math:`P_f + 4 P_t + 4 b\,(\text{convolution and norm inputs})`

    with P_f frozen parameters in INT8, P_t trained ones in fp32, peak = 64 (resolution / 2)^2, and 5.848 M norm inputs
    and 11.62 M inputs in all at 224 pixels, which grow with resolution^2. In "full" nothing is frozen: P_f = 0.

    Parameters
    ----------
    method : {"full", "last", "norm", "bias", "lite_residual", "lite_residual_bias"}
        [-] What trains beside the last layer.
    resolution : int or array of int
        [px] 32 to 2,048, side of the square image.
    batch : int or array of int
        [1] 1 to 1e6.
    classes : int or array of int
        [1] 1 to 1e7.

    Returns
    -------
    float or array
        [B] The broadcast shape of the arguments.

    Raises
    ------
    ValueError
        An unknown method, or a number outside its range.

    Notes
    -----
    Calibrated to figure 3 of the paper (within 0.5%). Leaves out gradients and optimizer, as the paper does.
    The constants of the maps follow from the layers: their inputs, one bit per ReLU, the last live layer.

    References
    ----------
    Cai, Gan, Zhu, Han 2020, TinyTL: Reduce Memory, Not Parameters for Efficient On-Device Learning, figure 3.

    Examples
    --------
    Full fine-tuning at batch 16: 763 MB, 97% of it activations.

    >>> round(tinytl_memory_bytes(method="full", resolution=224, batch=16) / 1e6)
    763
    """
    trained_beside_head = {
        "full": BACKBONE_PARAMETERS,
        "last": 0,
        "norm": 2 * BIASES,
        "bias": BIASES,
        "lite_residual": LITE_RESIDUAL_PARAMETERS,
        "lite_residual_bias": LITE_RESIDUAL_PARAMETERS + BIASES_BESIDE_MODULES,
    }
    trained = trained_beside_head[one_of("method", method, trained_beside_head)]
    side, images, outputs = broadcast(
        resolution=as_ints("resolution", resolution, low=MIN_RESOLUTION, high=MAX_RESOLUTION),
        batch=as_ints("batch", batch, low=1, high=MAX_BATCH),
        classes=as_ints("classes", classes, low=1, high=MAX_SIZE),
    )
    per_pixel = {
        "full": 4 * ALL_INPUTS_PER_PIXEL,
        "norm": 4 * NORM_INPUTS_PER_PIXEL,
        "last": 4 * PEAK_PER_PIXEL,
    }.get(method, (4 + 1 / 8) * PEAK_PER_PIXEL)
    parameter_bytes = (BACKBONE_PARAMETERS - trained) + 4 * (trained + (FEATURES + 1) * outputs)
    return to_scalar(parameter_bytes + images * per_pixel * side**2)
