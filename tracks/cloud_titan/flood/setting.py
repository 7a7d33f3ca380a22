"""One state of the Personalization Flood's controls, the node that it runs on, and what is assumed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from physics import constants
from physics.memory import lora_parameters
from physics.networks import Transformer
from physics.serving import GPU_MEMORY_BYTES
from physics.sources import Sourced, source
from physics.units import GB, TB
from tracks.api.controls import Value
from tracks.api.fixes import Scale
from tracks.api.track import Track

Targets = Literal["qv", "qkvo", "all"]
Eviction = Literal["lru", "pinned"]

RANK = Scale(4, 64, log=True)
HBM = Scale(0, 400 * GB)
HOST = Scale(0, 2 * TB)
BATCH = Scale(64, 256, log=True)
RATE = Scale(10, 200, log=True)

TARGETS: Mapping[Targets, str] = {"qv": "q, v", "qkvo": "q, k, v, o", "all": "all linear"}
EVICTIONS: Mapping[Eviction, str] = {"lru": "LRU", "pinned": "pinned top"}
EVICTION_NAMES: Mapping[Eviction, str] = {"lru": "least recently used leaves", "pinned": "the most popular stay"}

_LORA_DOI = "10.48550/arXiv.2106.09685"

# By control. The skew is the track's where it has one.
DEFAULTS: Mapping[str, Sourced[Any]] = {
    "rank": Sourced(
        constants.LLAMA_3_70B_LORA_RANK,
        source("assumed: a middle rank; Hu et al. 2021 (LoRA) try 1 to 64", doi=_LORA_DOI),
    ),
    "targets": Sourced(
        "qkvo", source("assumed: all four matrices of attention, as Hu et al. 2021 (LoRA) compare", doi=_LORA_DOI)
    ),
    "hbm_bytes": Sourced(250 * GB, source("assumed: as much as weights and KV cache leave, less a margin")),
    "host_bytes": Sourced(0.5 * TB, source("assumed: a quarter of what a large server holds")),
    "eviction": Sourced("lru", source("assumed: least recently used, what most caches do")),
    "batch": Sourced(96, source("assumed: what the node decodes together today")),
    "request_rate": Sourced(90, source("assumed: 90 requests a second, short answers over long contexts")),
    "skew": Sourced(0.8, source("assumed: no production exponent is public")),
}
MOST_TENANTS = 10  # times as many as the track has, or as few
LOW_SKEW, HIGH_SKEW = 0.6, 1.2  # ends of the slider on a track that has none

CONTEXT_TOKENS = Sourced(4096, source("assumed: 4,096 tokens of KV cache a request"))
MEMORY_SHARE = Sourced(0.9, source("assumed: 90% of each card, vLLM's default; the rest is workspace"))
GAIN_FLOOR = Sourced(  # points
    3.0, source("assumed: what the product promises, four fifths of what the proxy’s whole change gains")
)
BYTES_PER_PARAMETER = Sourced(2, source("2 B a parameter (bf16)", kind="standard"))


@dataclass(frozen=True, kw_only=True, slots=True)
class Setting:
    """One state of the controls, by their ids.

    Attributes:
        rank: of every adapter, whole. targets: which matrices it adapts.
        hbm_bytes, host_bytes: set aside for adapters in HBM and in host memory [B].
        eviction: which adapter leaves a full tier. batch: requests decoded together, at most.
        skew: Zipf exponent of the demand. request_rate: requests arriving [1/s]. tenants: with an adapter each.
    """

    rank: int
    targets: Targets
    hbm_bytes: float
    host_bytes: float
    eviction: Eviction
    batch: int
    skew: float
    request_rate: float
    tenants: float


def setting_of(values: Mapping[str, Value]) -> Setting:
    """Return the state that the bench's controls describe."""
    return Setting(**values)  # type: ignore[arg-type]


def default_setting(track: Track) -> Setting:
    """Return where the controls of a track start."""
    values = {name: default.value for name, default in DEFAULTS.items()}
    return setting_of({**values, "skew": skew_range(track)[0], "tenants": track.fleet.devices})


@dataclass(frozen=True, kw_only=True, slots=True)
class Node:
    """The numbers of a track that the crisis uses, hashable.

    Attributes:
        adapters: how many there are. gpus: that share the model and every adapter.
        gpu_memory_bytes: of one card [B]. weights_bytes: of the base model [B]. kv_bytes_per_token: [B].
        hbm_bytes_per_s, pcie_bytes_per_s, nvme_bytes_per_s: of one card, one card's link, the drive [B/s].
        first_token_s: what loading may add to 99 of 100 first tokens [s]. throughput_share: of today's, at least.
        fleet_seed, alpha: of the proxy's partition.
    """

    adapters: int
    gpus: int
    gpu_memory_bytes: float
    weights_bytes: float
    kv_bytes_per_token: float
    hbm_bytes_per_s: float
    pcie_bytes_per_s: float
    nvme_bytes_per_s: float
    first_token_s: float
    throughput_share: float
    fleet_seed: int
    alpha: float

    @property
    def usable_bytes(self) -> float:
        """HBM that the server lets itself use, all cards together [B]."""
        return self.gpus * self.gpu_memory_bytes * MEMORY_SHARE.value

    @property
    def beside_weights_bytes(self) -> float:
        """What adapters and KV cache share [B]."""
        return self.usable_bytes - self.weights_bytes

    @property
    def request_bytes(self) -> float:
        """KV cache of one request [B]."""
        return CONTEXT_TOKENS.value * self.kv_bytes_per_token


def node_of(track: Track, *, tenants: float | None = None) -> Node:
    """Return the numbers of a track, with other tenants if said; without constants of its own it gets eight H100."""
    extras, limits = track.device.extras, track.targets.extras
    return Node(
        adapters=track.fleet.devices if tenants is None else round(tenants),
        gpus=int(extras.get("gpus", 8)),
        gpu_memory_bytes=float(extras.get("gpu_memory_bytes", GPU_MEMORY_BYTES)),
        weights_bytes=float(track.model.weights_bytes),
        kv_bytes_per_token=float(extras.get("kv_bytes_per_token", constants.LLAMA_3_70B_KV_BYTES_PER_TOKEN)),
        hbm_bytes_per_s=float(extras.get("gpu_memory_bytes_per_s", constants.H100_MEMORY_BYTES_PER_S)),
        pcie_bytes_per_s=float(extras.get("pcie_bytes_per_s", constants.PCIE_5_X16_BYTES_PER_S)),
        nvme_bytes_per_s=float(extras.get("nvme_bytes_per_s", constants.NVME_BYTES_PER_S)),
        first_token_s=float(limits.get("p99_added_first_token_s", track.device.deadline_s)),
        throughput_share=float(limits.get("throughput_share", 0.95)),
        fleet_seed=track.fleet.seed,
        alpha=track.fleet.skew_alpha,
    )


@lru_cache(maxsize=1)
def _llama() -> Transformer:
    return Transformer(
        layers=constants.LLAMA_3_70B_LAYERS,
        hidden=constants.LLAMA_3_70B_HIDDEN,
        heads=constants.LLAMA_3_70B_HEADS,
        kv_heads=constants.LLAMA_3_70B_KV_HEADS,
        ffn=constants.LLAMA_3_70B_FFN,
        vocab=constants.LLAMA_3_70B_VOCABULARY,
        family="llama",
    )


@lru_cache(maxsize=512)
def adapter_bytes(rank: int, targets: Targets) -> float:
    """Return the size of one adapter [B]: every adapted matrix costs rank x (inputs + outputs), 2 B each."""
    return float(BYTES_PER_PARAMETER.value * lora_parameters(_llama(), rank=rank, targets=targets))


@lru_cache(maxsize=8)
def adapted_matrices(targets: Targets) -> int:
    """Return how many matrices of a block an adapter changes [1]."""
    return len(_llama().adapted(targets))


def skew_range(track: Track) -> tuple[float, float, float]:
    """Return the skew the track assumes, and the range the slider gives it."""
    extras = track.device.extras
    skew = float(extras.get("adapter_skew", DEFAULTS["skew"].value))
    low = float(extras.get("adapter_skew_low", LOW_SKEW))
    high = float(extras.get("adapter_skew_high", HIGH_SKEW))
    return skew, min(low, skew), max(high, skew)


def skew_source(track: Track) -> str:
    """Return where the skew of a track comes from."""
    return track.sources.get("device.extras.adapter_skew", DEFAULTS["skew"].source.text)
