"""What one step of learning takes on the glasses: memory, operations, joules, seconds, and the radio's share."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from physics.energy import flop_shares, loop_latency_s, radio_energy_j, step_energy_j
from physics.memory import MemoryBreakdown, inference_memory, proxyless_mobile, training_memory
from tracks.mobile_nomad.battery.setting import (
    Data,
    Glasses,
    Method,
    Optimizer,
    Precision,
    RadioName,
    Runtime,
    Setting,
)

# No energy of AR1's cores or of its LPDDR5 is published; learning is counted like inference, which favours learning.
JOULE_PER_FLOP = 0.5e-12  # assumed: between a GAP9 (.33 pJ) and an H100 (.71 pJ), both at full peak and power
JOULE_PER_BYTE = 56e-12  # assumed: LPDDR4 at 7 pJ a bit, the lower of the published 7 to 14
STEP_IDLE_W = 0.05  # assumed: what else is awake while the network runs

DISPLAY_W = 0.8  # assumed: display, cameras and sensors of a session, without the network
FRAME_S = 9e-3  # assumed: capture and rendering of a frame, before the network
KERNEL_SHARE = 0.05  # assumed: the longest stretch of a step that a frame cannot interrupt
FASTEST_FIT_BYTES_PER_S = 10e6 / 8  # Huang et al. 2012 fitted no faster link


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One sample of learning beside one frame of inference.

    Attributes:
        memory: of a training step, or of inference where the cloud learns. inference_bytes: of one frame [B].
        flop_ratio: operations of a learnt sample over those of a frame.
        frame_j, frame_s, frame_j_per_flop: one inference [J], [s], [J/FLOP].
        sample_j, sample_s, sample_j_per_flop: one learnt sample [J], [s], [J/FLOP]; 0 where the cloud learns.
        step_s: a whole batch [s]. bandwidth_share: of the memory's, while a step runs.
    """

    memory: MemoryBreakdown
    inference_bytes: float
    flop_ratio: float
    frame_j: float
    frame_s: float
    frame_j_per_flop: float
    sample_j: float
    sample_s: float
    sample_j_per_flop: float
    step_s: float
    bandwidth_share: float

    @property
    def learning_w(self) -> float:
        """Power of learning that runs without a pause [W]."""
        return self.sample_j / self.sample_s if self.sample_s else 0.0


class _Trained(NamedTuple):
    """What trains, the ranks and blocks of a method that has none left out, so that equal steps are cached once."""

    method: Method
    rank: int
    last: int


def _trained(setting: Setting) -> _Trained:
    return _Trained(
        method=setting.method,
        rank=setting.rank if setting.method == "lora" else 0,
        last=setting.last_blocks if setting.method == "last_k" else 0,
    )


def memory_of(setting: Setting) -> MemoryBreakdown:
    """Return where the bytes of a training step go; what learns is held in fp32 where the rest is INT8."""
    return _memory(
        _trained(setting), setting.optimizer, setting.precision, setting.batch, setting.resolution, setting.runtime
    )


@lru_cache(maxsize=4096)
def _memory(
    trained: _Trained, optimizer: Optimizer, precision: Precision, batch: int, resolution: int, runtime: Runtime
) -> MemoryBreakdown:
    return training_memory(
        proxyless_mobile(),
        **trained._asdict(),
        optimizer=optimizer,
        precision=precision,
        batch=batch,
        resolution=resolution,
        runtime=runtime,
    )


@lru_cache(maxsize=64)
def inference_of(resolution: int) -> tuple[MemoryBreakdown, float, float]:
    """Return one frame's memory, its operations [FLOP] and the bytes it moves [B].

    Weights are read once; every convolution's input is written once and read once, a byte each way.
    """
    network = proxyless_mobile()
    memory = inference_memory(network, precision="int8", batch=1, resolution=resolution)
    shares = flop_shares(network, method="full", batch=1, resolution=resolution)
    kept = [
        training_memory(network, method=method, precision="int8", batch=1, resolution=resolution).activations_bytes
        for method in ("full", "norm")  # inputs of convolutions and norms, less those of norms, in fp32
    ]
    inputs = float(kept[0] - kept[1]) / 4
    return memory, float(shares.forward_flop), float(memory.weights_bytes) + 2 * inputs


@lru_cache(maxsize=256)
def _flop_of_sample(trained: _Trained, resolution: int) -> float:
    shares = flop_shares(proxyless_mobile(), **trained._asdict(), batch=1, resolution=resolution)
    return float(shares.forward_flop * shares.ratio)


def step_of(glasses: Glasses, setting: Setting) -> Step:
    """Return what a setting costs by the sample."""
    memory = memory_of(setting) if setting.learns else None
    return _step(glasses, _trained(setting), setting.batch, setting.resolution, memory)


@lru_cache(maxsize=4096)
def _step(glasses: Glasses, trained: _Trained, batch: int, resolution: int, memory: MemoryBreakdown | None) -> Step:
    inference, frame_flop, frame_bytes = inference_of(resolution)
    device = {
        "joule_per_flop": JOULE_PER_FLOP,
        "joule_per_byte": JOULE_PER_BYTE,
        "idle_w": STEP_IDLE_W,
        "peak_flop_per_s": glasses.flop_per_s,
        "memory_bytes_per_s": glasses.memory_bytes_per_s,
        "utilisation": glasses.utilisation,
    }
    frame = step_energy_j(flop=frame_flop, memory_bytes=frame_bytes, **device)
    frame_j = float(frame.total_j)
    common = {
        "inference_bytes": float(inference.total_bytes),
        "frame_j": frame_j,
        "frame_s": float(frame.seconds),
        "frame_j_per_flop": frame_j / frame_flop,
    }
    if memory is None:
        nothing = dict.fromkeys(
            ("flop_ratio", "sample_j", "sample_s", "sample_j_per_flop", "step_s", "bandwidth_share"), 0.0
        )
        return Step(memory=inference, **common, **nothing)
    flop = _flop_of_sample(trained, resolution)
    # Every byte of the waterfall is written once and read once a step; the forward pass streams as inference does.
    moved = batch * frame_bytes + 2 * float(memory.total_bytes)
    step = step_energy_j(flop=batch * flop, memory_bytes=moved, **device)
    step_j, step_s = float(step.total_j), float(step.seconds)
    return Step(
        memory=memory,
        flop_ratio=flop / frame_flop,
        sample_j=step_j / batch,
        sample_s=step_s / batch,
        sample_j_per_flop=step_j / (batch * flop),
        step_s=step_s,
        bandwidth_share=moved / step_s / glasses.memory_bytes_per_s,
        **common,
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Exchange:
    """What the radio moves a day: bytes up and down, their joules (waking and tail included) and seconds."""

    up_bytes: float
    down_bytes: float
    joules: float
    seconds: float


def exchange_of(glasses: Glasses, setting: Setting) -> Exchange:
    """Return the day's exchange: none, an update each way, or the voice up and a model down."""
    payload = 0.0
    if setting.data == "federated":
        payload = float(memory_of(setting).payload_bytes)
    return _exchange(glasses, setting.data, setting.radio, payload)


@lru_cache(maxsize=1024)
def _exchange(glasses: Glasses, data: Data, radio: RadioName, payload: float) -> Exchange:
    if data == "local":
        return Exchange(up_bytes=0.0, down_bytes=0.0, joules=0.0, seconds=0.0)
    up, down = (glasses.raw_bytes, glasses.model_bytes) if data == "upload" else (payload, payload)
    usual = glasses.lte_bytes_per_s if radio == "lte" else glasses.wifi_bytes_per_s
    rate = min(usual, FASTEST_FIT_BYTES_PER_S)
    sent = radio_energy_j(up, radio=radio, rate_bytes_per_s=rate, direction="upload")
    received = radio_energy_j(down, radio=radio, rate_bytes_per_s=rate, direction="download", isolated=False)
    return Exchange(up_bytes=up, down_bytes=down, joules=float(sent + received), seconds=(up + down) / rate)


@lru_cache(maxsize=4096)
def latency_s(step: Step) -> float:
    """Return the 99th percentile of a frame's latency while learning runs beside it [s]."""
    share = min(step.bandwidth_share, 0.99)
    return float(loop_latency_s(FRAME_S + step.frame_s, kernel_s=KERNEL_SHARE * step.step_s, bandwidth_share=share))
