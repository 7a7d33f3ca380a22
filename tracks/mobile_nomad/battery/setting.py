"""One state of the Battery-Privacy bench's controls, their ranges and defaults, and the numbers of the glasses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from physics.sources import Sourced, source
from physics.units import BITS_PER_BYTE, JOULES_PER_WH
from tracks import Track, Value

Method = Literal["full", "last_k", "lora", "head", "tinytl_bias", "tinytl_lite_residual"]
Schedule = Literal["worn", "idle", "charging"]
RadioName = Literal["lte", "wifi"]
Data = Literal["local", "federated", "upload"]
Runtime = Literal["stock", "ideal"]
Optimizer = Literal["sgd", "momentum", "adam"]
Precision = Literal["fp32", "bf16", "int8"]
Range = tuple[float, float]

RANK: Range = (1, 16)
LAST_BLOCKS: Range = (1, 16)
BATCH: Range = (1, 32)
MINUTES: Range = (0.5, 60)
RESOLUTION: Range = (96, 224)
RESOLUTION_STEP = 32
AMBIENT_C: Range = (0, 50)
DISTANCE: Range = (0, 1)
HEALTH: Range = (0.3, 1)
MEMORY_LEFT: Range = (0.01, 1)

METHODS: Mapping[Method, str] = {
    "full": "all weights",
    "lora": "LoRA",
    "last_k": "last blocks",
    "head": "last layer",
    "tinytl_bias": "TinyTL bias",
    "tinytl_lite_residual": "TinyTL lite",
}
SCHEDULES: Mapping[Schedule, str] = {"worn": "worn", "idle": "idle", "charging": "charging"}
RADIOS: Mapping[RadioName, str] = {"lte": "LTE", "wifi": "Wi-Fi"}
DATA: Mapping[Data, str] = {"local": "local", "federated": "federated", "upload": "upload"}
RUNTIMES: Mapping[Runtime, str] = {"stock": "stock", "ideal": "ideal"}
OPTIMIZERS: Mapping[Optimizer, str] = {"sgd": "SGD", "momentum": "momentum", "adam": "Adam"}
PRECISIONS: Mapping[Precision, str] = {"fp32": "fp32", "bf16": "bf16", "int8": "int8 where frozen"}

DEFAULTS: Mapping[str, Sourced[Any]] = {
    "method": Sourced("full", source("assumed: every weight, as on a server")),
    "rank": Sourced(8, source("assumed: eight, where the memory bench starts")),
    "last_blocks": Sourced(3, source("assumed: three, where the memory bench starts")),
    "optimizer": Sourced("adam", source("assumed: Adam, where the memory bench starts")),
    "precision": Sourced("int8", source("assumed: as the glasses serve; what learns is held in fp32")),
    "batch": Sourced(16, source("assumed: 16, as on a server")),
    "minutes": Sourced(10.0, source("assumed: a third of the day’s half hour of speech")),
    "schedule": Sourced("worn", source("assumed: at once, while the speech is heard")),
    "data": Sourced("federated", source("assumed: updates leave, recordings do not")),
    "radio": Sourced("lte", source("assumed: on the road")),
    "resolution": Sourced(224, source("Cai et al. 2020 (TinyTL): 224", kind="paper")),
    "runtime": Sourced("stock", source("assumed: what comes with the framework")),
    "ambient_c": Sourced(25.0, source("assumed: a warm day")),
    "charger": Sourced(True, source("assumed: the case is plugged in at eleven at night")),
    "battery_health": Sourced(1.0, source("assumed: a new battery")),
    "memory_left": Sourced(1.0, source("assumed: nothing else has taken of the memory for learning")),
    "accent_distance": Sourced(0.35, source("assumed: a third of this accent was missing when the model was made")),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Setting:
    """One state of the controls, by their ids.

    Attributes:
        method: what trains. rank: of the adapters, where the method is LoRA. last_blocks: that train, where it is them.
        optimizer, precision: of a step. batch: windows of speech in one step. minutes: of learning a day.
        resolution: side of a window's spectrogram [px]. schedule: when it learns. radio: what carries bytes.
        data: where the voice is stored. runtime: what training keeps in memory, as PyTorch or as little as it can.
        ambient_c: of the air [degC]. accent_distance: share of the accent that the shipped model has not learnt.
        charger: whether there is power at night. battery_health: share of the new battery's charge that it still holds.
        memory_left: share of the memory for learning that nothing else has taken.
    """

    method: Method
    rank: int
    last_blocks: int
    optimizer: Optimizer
    precision: Precision
    batch: int
    minutes: float
    resolution: int
    schedule: Schedule
    radio: RadioName
    data: Data
    runtime: Runtime
    ambient_c: float
    charger: bool
    battery_health: float
    memory_left: float
    accent_distance: float

    @property
    def is_charged(self) -> bool:
        """Whether learning is supplied by the charger."""
        return self.schedule == "charging" and self.charger

    @property
    def learns(self) -> bool:
        """Whether the glasses learn at all: where the voice is uploaded, the cloud learns."""
        return self.data != "upload"


def setting_of(values: Mapping[str, Value]) -> Setting:
    """Return the state that the bench's controls describe."""
    return Setting(**values)  # type: ignore[arg-type]


DEFAULT = setting_of({name: usual.value for name, usual in DEFAULTS.items()})


@dataclass(frozen=True, kw_only=True, slots=True)
class Glasses:
    """The numbers of a track that the bench computes with; hashable, so that results can be cached.

    Attributes:
        memory_bytes: what learning may use [B]. memory_bytes_per_s, flop_per_s: peaks; utilisation: of the latter.
        burst_w: what it may draw at once [W]. battery_j: a full charge [J]. allowed_j: of it, for learning and radio.
        frames_per_s, deadline_s: of the display. skin_c: the limit [degC].
        lte_bytes_per_s, wifi_bytes_per_s: of the radios. raw_bytes: speech of a day [B]. audio_s: the same [s].
        model_bytes: the whole backbone, when the cloud sends it back [B].
        gain_points, loss_points: what the own accent must gain, and what others may lose.
        fleet_seed, skew_alpha: the partition of the proxy task.
    """

    memory_bytes: float
    memory_bytes_per_s: float
    flop_per_s: float
    utilisation: float
    burst_w: float
    battery_j: float
    allowed_j: float
    frames_per_s: float
    deadline_s: float
    skin_c: float
    lte_bytes_per_s: float
    wifi_bytes_per_s: float
    raw_bytes: float
    audio_s: float
    model_bytes: float
    gain_points: float
    loss_points: float
    fleet_seed: int
    skew_alpha: float

    @property
    def allowed_share(self) -> float:
        """Share of the charge that learning and radio may take."""
        return self.allowed_j / self.battery_j


def glasses_of(track: Track, *, health: float = 1.0, memory_left: float = 1.0) -> Glasses:
    """Return the numbers of a track whose battery holds a share of its charge, and learning a share of its memory.

    Raises:
        ValueError: the track lacks a battery or one of the constants that this crisis is about.
    """
    device, extras, goals = track.device, track.device.extras, track.targets.extras
    lacking = [f"device.extras.{name}" for name in _DEVICE if name not in extras]
    lacking += [f"targets.extras.{name}" for name in _GOALS if name not in goals]
    lacking += ["device.battery_wh"] if device.battery_wh is None else []
    if device.battery_wh is None or lacking:
        raise ValueError(f"the Battery-Privacy Paradox needs {', '.join(lacking)} of track '{track.id}'")
    battery_j = health * device.battery_wh * JOULES_PER_WH
    return Glasses(
        memory_bytes=memory_left * device.learning_memory_bytes,
        memory_bytes_per_s=device.memory_bytes_per_s,
        flop_per_s=device.peak_flop_per_s,
        utilisation=device.utilisation,
        burst_w=extras["burst_power_w"],
        battery_j=battery_j,
        allowed_j=goals["battery_share_per_day"] * battery_j,
        frames_per_s=extras["frames_per_s"],
        deadline_s=device.deadline_s,
        skin_c=extras["skin_limit_c"],
        lte_bytes_per_s=device.uplink_bit_per_s / BITS_PER_BYTE,
        wifi_bytes_per_s=extras["wifi_bit_per_s"] / BITS_PER_BYTE,
        raw_bytes=track.fleet.raw_bytes_per_device_day,
        audio_s=extras["audio_s_per_day"],
        model_bytes=track.model.moved_bytes,
        gain_points=goals["own_accent_gain_points"],
        loss_points=goals["elsewhere_loss_points"],
        fleet_seed=track.fleet.seed,
        skew_alpha=track.fleet.skew_alpha,
    )


_DEVICE = ("burst_power_w", "frames_per_s", "skin_limit_c", "wifi_bit_per_s", "audio_s_per_day")
_GOALS = ("own_accent_gain_points", "elsewhere_loss_points", "battery_share_per_day")
