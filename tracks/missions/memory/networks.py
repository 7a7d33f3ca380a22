"""Which network a track trains, as a shape that physics can count: by name, by its parameters, or assumed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from physics import constants
from physics.memory import largest_rank
from physics.networks import Cnn, Shape, Transformer, ds_cnn, mobilenet_v2, proxyless_mobile, resnet50
from physics.sources import Source, Sourced, source
from physics.units import MIB
from tracks import Track

RANKS, BATCHES, RESOLUTIONS, TOKENS = (1, 64), (1, 32), (96, 320), (128, 4096)
RESOLUTION_STEP = 32
PUBLISHED_RESOLUTION = Sourced(224, source("Cai et al. 2020, table 2: 224 pixels", kind="paper"))
USUAL_TOKENS = Sourced(512, source("assumed: 512 tokens, since the track does not say how long a sample is"))
TOKENS_OF_TRACK = source("derived: the track's window of operations over those of a token")
MAX_BLOCKS = 16
FEW_MACS_PER_PARAMETER = 4  # a Transformer multiplies each parameter once a token, a convolution once a position
BYTE_VOCABULARY = 256
MIN_MOBILENET = 700_000  # parameters: below, the assumed network is a DS-CNN
HALF_PRECISION_FLOP_PER_S = 1e10  # assumed: slower cores have no unit for 16-bit floating point
TARGETS: Literal["qkvo"] = "qkvo"  # what adapters of a Transformer stand on


@dataclass(frozen=True, kw_only=True, slots=True)
class Network:
    """What a track trains.

    Attributes:
        key: name and parameters, from which `shape_of` makes the shape. name: as the page calls it.
        source: where the shape comes from, or "assumed: ...". parameters: all of them.
        methods, precisions: offered, by id, the usual ones first. precision: as the model serves.
        ranks, last: highest rank and most blocks on their sliders. blocks: all it has.
        size: "tokens", "resolution" or "" where the input is fixed; usual_size: what samples are taken to need, and
            size_source: who says so.
        batch: where its slider starts. published: whether TinyTL's table is about this network.
        own_runtime: whether the runtime is written for the device, as on a microcontroller, and so is the student's to
            choose; elsewhere it comes with the framework, and is the world's.
    """

    key: tuple[str, int]
    name: str
    source: str
    parameters: int
    methods: tuple[str, ...]
    precisions: tuple[str, ...]
    precision: str
    ranks: int
    last: int
    blocks: int
    size: str
    usual_size: int
    size_source: Source
    batch: int
    published: bool
    own_runtime: bool

    @property
    def shape(self) -> Shape:
        """The network as physics counts it."""
        return shape_of(self.key)

    @property
    def is_transformer(self) -> bool:
        """Whether it reads tokens."""
        return self.size == "tokens"


def _llama_3_70b() -> Transformer:
    return Transformer(
        constants.LLAMA_3_70B_LAYERS,
        constants.LLAMA_3_70B_HIDDEN,
        constants.LLAMA_3_70B_HEADS,
        constants.LLAMA_3_70B_KV_HEADS,
        constants.LLAMA_3_70B_FFN,
        constants.LLAMA_3_70B_VOCABULARY,
        family="llama",
    )


_MOBILE_HEAD = constants.PROXYLESS_MOBILE_HEAD_PARAMETERS

# name -> the network, the name on the page, its source
KNOWN: Mapping[str, tuple[Callable[[], Shape], str, str]] = {
    "llama-3-70b": (_llama_3_70b, "Llama-3-70B", constants.LLAMA_3_70B.citation),
    "resnet50": (resnet50, "ResNet-50", "He et al. 2016, table 1, as torchvision builds it"),
    "mobilenet_v2": (mobilenet_v2, "MobileNetV2", "Sandler et al. 2018, table 2"),
    "proxyless_mobile": (
        proxyless_mobile,
        "ProxylessNAS-Mobile",
        "Cai et al. 2019, with the lite residual modules of Cai et al. 2020 (TinyTL)",
    ),
    "ds_cnn": (ds_cnn, "DS-CNN", "Zhang et al. 2017, table 8, at width 212"),
}
# Parameters that tell a network without its name; that of TinyTL is counted without its head.
_BY_PARAMETERS: Mapping[int, str] = {
    constants.LLAMA_3_70B_PARAMETERS: "llama-3-70b",
    constants.RESNET_50_PARAMETERS: "resnet50",
    constants.PROXYLESS_MOBILE_PARAMETERS: "proxyless_mobile",
    constants.PROXYLESS_MOBILE_PARAMETERS + _MOBILE_HEAD: "proxyless_mobile",
    constants.DS_CNN_PARAMETERS: "ds_cnn",
}


@lru_cache(maxsize=256)
def shape_of(key: tuple[str, int]) -> Shape:
    """Return the shape of a network's key; "cnn" and "transformer" are made to hold that many parameters."""
    name, parameters = key
    if name in KNOWN:
        return KNOWN[name][0]()
    return _transformer_with(parameters) if name == "transformer" else _cnn_with(parameters)


def _transformer_with(parameters: int) -> Transformer:
    """A GPT over bytes whose width is 96 times its depth: 12 L h^2 parameters in its blocks."""
    layers = max(1, round((parameters / (12 * 96**2)) ** (1 / 3)))
    heads = max(1, round((parameters / (12 * layers)) ** 0.5 / 64))
    return Transformer(layers, 64 * heads, heads, heads, 256 * heads, BYTE_VOCABULARY)


def _cnn_with(parameters: int) -> Cnn:
    """A DS-CNN below 0.7 M parameters, MobileNetV2 above, as wide as it takes."""
    if parameters < MIN_MOBILENET:
        width = min(range(2, 400), key=lambda width: abs(ds_cnn(width=width).parameters - parameters))
        return ds_cnn(width=width)
    widths = (0.1 * step for step in range(1, 41))
    return min((mobilenet_v2(width=width) for width in widths), key=lambda net: abs(net.parameters - parameters))


def network_of(track: Track) -> Network:
    """Return what a track trains: named in its texts, known by its parameters, or assumed of their number."""
    model, device = track.model, track.device
    window = device.extras.get("window_flop", 0.0)
    tokens = window / model.forward_flop if window and model.forward_flop else None
    return _network(
        track.texts.get("network", ""),
        round(model.parameters),
        model.weights_bytes / max(1.0, model.parameters),
        model.forward_flop / max(1.0, model.parameters),
        tokens,
        device.learning_memory_bytes,
        device.peak_flop_per_s,
    )


@lru_cache(maxsize=256)
def _network(
    named: str, parameters: int, width: float, flop: float, tokens: float | None, memory: float, peak: float
) -> Network:
    name = named if named in KNOWN else _BY_PARAMETERS.get(parameters, "")
    if not name:
        few = flop <= FEW_MACS_PER_PARAMETER * constants.FLOP_PER_MAC
        name = named if named in ("cnn", "transformer") else "transformer" if few else "cnn"
    key = (name, 0 if name in KNOWN else max(1, parameters))
    shape = shape_of(key)
    if name in KNOWN:
        _, printed, origin = KNOWN[name]
    else:
        printed = f"a {'GPT' if isinstance(shape, Transformer) else shape.name}-like network"
        origin = f"assumed: no shape is given, so a generic network of {shape.parameters:,} parameters stands in"
    precision = "int8" if width < 1.5 else "bf16" if width < 3 else "fp32"
    common = {
        "key": key,
        "name": printed,
        "source": origin,
        "parameters": shape.parameters,
        "precision": precision,
        "ranks": min(RANKS[1], largest_rank(shape, targets=TARGETS)),
        "published": name == "proxyless_mobile",
        "own_runtime": memory < MIB,
    }
    if isinstance(shape, Transformer):
        methods = ("full", "last_k", "lora", *(("bitfit",) if shape.biases else ()))
        usual = USUAL_TOKENS if tokens is None else Sourced(tokens, TOKENS_OF_TRACK)
        return Network(
            **common,  # type: ignore[arg-type]
            methods=methods,
            precisions=(*(("fp32",) if precision == "fp32" else ()), "bf16", "mixed", "int8"),
            last=min(MAX_BLOCKS, shape.layers),
            blocks=shape.layers,
            size="tokens",
            usual_size=round(min(max(usual.value, TOKENS[0]), TOKENS[1])),
            size_source=usual.source,
            batch=8,
        )
    # Where the modules outweigh the network itself (they grow with the square of its width) nobody would add them.
    modules = 0 < shape.lite_residual_parameters < shape.parameters
    half = peak >= HALF_PRECISION_FLOP_PER_S or precision == "bf16"
    return Network(
        **common,  # type: ignore[arg-type]
        methods=("full", "last_k", "lora", "tinytl_bias", *(("tinytl_lite_residual",) if modules else ())),
        precisions=("fp32", *(("bf16",) if half else ()), "int8"),
        last=min(MAX_BLOCKS, len(shape.blocks)),
        blocks=len(shape.blocks),
        size="" if shape.fixed_input else "resolution",
        usual_size=0 if shape.fixed_input else PUBLISHED_RESOLUTION.value,
        size_source=PUBLISHED_RESOLUTION.source,
        batch=1 if memory < MIB else 16,
    )
