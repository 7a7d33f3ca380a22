"""What a state of the memory bench takes: bytes of training and of inference, the update, a step's time and energy.

Bytes and operations grow in a straight line with the batch and with the rank, and with the tokens and their square.
So physics is asked at two batches, two ranks and three lengths for each way of training, the answers are kept, and
all other states lie between them: the same numbers, without counting the network again while a slider moves.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from physics.energy import flop_shares, step_energy_j
from physics.memory import inference_memory, training_memory
from physics.networks import Transformer
from physics.sources import Sourced, source
from physics.units import DAYS_PER_MONTH
from tracks import Track
from tracks.missions.memory.networks import TARGETS, Network, shape_of
from tracks.missions.memory.setting import Setting

STATE_BYTES: Mapping[str, int] = {
    "sgd": 0,
    "momentum": 4,
    "adam": 8,
}  # of a trained parameter, as physics.memory has it
TOUCHES = Sourced(2, source("assumed: each byte of the step is written once and read once"))
UPDATES = source("assumed: once a week at least, better once a day")
DIRECTIONS = 2  # an update goes up after a copy came down
WEEKS_PER_MONTH = DAYS_PER_MONTH / 7

Plane = tuple[float, float, float, float]  # 1, rank, batch, rank x batch

_RANKS, _BATCHES = np.array([1, 1, 2, 2]), np.array([1, 2, 1, 2])
_TOKENS = (1024, 2048, 4096)  # where physics is asked; far enough from 1 for the logits to be the smaller layer


def _on(plane: Plane, rank: int, batch: int) -> float:
    return plane[0] + plane[1] * rank + batch * (plane[2] + plane[3] * rank)


def _plane(corners: Any) -> Plane:
    """Return the plane through the values at (rank, batch) of (1, 1), (1, 2), (2, 1), (2, 2)."""
    at = [float(value) for value in np.broadcast_to(np.asarray(corners, dtype=np.float64), (4,))]
    both = at[3] - at[2] - at[1] + at[0]
    by_rank, by_batch = at[2] - at[0] - both, at[1] - at[0] - both
    return at[0] - by_rank - by_batch - both, by_rank, by_batch, both


@dataclass(frozen=True, kw_only=True, slots=True)
class _Way:
    """One way of training one network, as planes over rank and batch; the optimizer's states come on top."""

    weights: Plane
    gradients: Plane
    activations: Plane
    trained: Plane
    payload: Plane
    inference_weights: float
    inference_live: float


def _between(size: int, values: tuple[float, float, float]) -> float:
    """Return a quadratic of the tokens through its values at three lengths."""
    low, middle, high = _TOKENS
    return (
        values[0] * (size - middle) * (size - high) / ((low - middle) * (low - high))
        + values[1] * (size - low) * (size - high) / ((middle - low) * (middle - high))
        + values[2] * (size - low) * (size - middle) / ((high - low) * (high - middle))
    )


def _plane_between(size: int, planes: tuple[Plane, Plane, Plane]) -> Plane:
    first, second, third = planes
    a, b, c, d = (_between(size, values) for values in zip(first, second, third, strict=True))
    return a, b, c, d


Way = tuple[tuple[str, int], str, str, int, str, str, int]  # key, method, precision, size, checkpoint, runtime, last


@lru_cache(maxsize=8192)
def _way(way: Way) -> _Way:
    """Return a way of training; of a Transformer, whose bytes are quadratic in the tokens, from three lengths."""
    key, method, precision, size, checkpoint, runtime, last = way
    if not isinstance(shape_of(key), Transformer):
        return _counted(way)
    low, middle, high = (_counted((key, method, precision, n, checkpoint, runtime, last)) for n in _TOKENS)
    return replace(
        low,
        activations=_plane_between(size, (low.activations, middle.activations, high.activations)),
        inference_live=_between(size, (low.inference_live, middle.inference_live, high.inference_live)),
    )


@lru_cache(maxsize=8192)
def _counted(way: Way) -> _Way:
    key, method, precision, size, checkpoint, runtime, last = way
    shape, sample = shape_of(key), _sample(key, size)
    bytes_of = training_memory(
        shape,
        method=method,  # type: ignore[arg-type]
        optimizer="sgd",
        precision=precision,  # type: ignore[arg-type]
        batch=_BATCHES,
        rank=_RANKS,
        targets=TARGETS,
        last=last,
        # PyTorch's own attention stores its weights, unless a kernel is chosen that does not.
        attention="explicit" if runtime == "stock" else "flash",
        checkpoint=checkpoint,  # type: ignore[arg-type]
        runtime=runtime,  # type: ignore[arg-type]
        **sample,
    )
    weights, live = _served(key, precision, size)
    return _Way(
        weights=_plane(bytes_of.weights_bytes),
        gradients=_plane(bytes_of.gradients_bytes),
        activations=_plane(bytes_of.activations_bytes),
        trained=_plane(bytes_of.trained_parameters),
        payload=_plane(bytes_of.payload_bytes),
        inference_weights=weights,
        inference_live=live,
    )


def _sample(key: tuple[str, int], size: int) -> dict[str, Any]:
    return {("tokens" if isinstance(shape_of(key), Transformer) else "resolution"): size} if size else {}


@lru_cache(maxsize=1024)
def _served(key: tuple[str, int], precision: str, size: int) -> tuple[float, float]:
    """Return the weights and the live layer of one sample in inference [B]."""
    served = inference_memory(shape_of(key), precision=precision, batch=1, **_sample(key, size))  # type: ignore[arg-type]
    return float(served.weights_bytes), float(served.activations_bytes)


@lru_cache(maxsize=4096)
def _flop(key: tuple[str, int], method: str, size: int, last: int) -> Plane:
    """Return the operations of a step, forward and backward."""
    if isinstance(shape_of(key), Transformer) and size not in _TOKENS:
        low, middle, high = (_flop(key, method, n, last) for n in _TOKENS)
        return _plane_between(size, (low, middle, high))
    shares = flop_shares(
        shape_of(key),
        method=method,  # type: ignore[arg-type]
        batch=_BATCHES,
        rank=_RANKS,
        targets=TARGETS,
        last=last,
        **_sample(key, size),
    )
    return _plane(np.asarray(shares.forward_flop) * np.asarray(shares.ratio))


class Costs(NamedTuple):
    """What one step of training takes, and inference of the same batch.

    Attributes:
        weights, gradients, optimizer, activations: of training [B]; total: their sum. Activations are what the
            backward pass keeps, or the live layer of the forward pass that runs before it, whichever is more.
        inference_weights, inference_live: of a forward pass [B]; inference: their sum.
        trained: parameters that change. payload: they, as they would be sent [B].
    """

    weights: float
    gradients: float
    optimizer: float
    activations: float
    inference_weights: float
    inference_live: float
    trained: float
    payload: float

    @property
    def total(self) -> float:
        """Training memory [B]."""
        return self.weights + self.gradients + self.optimizer + self.activations

    @property
    def inference(self) -> float:
        """Memory of inference at the same batch [B]."""
        return self.inference_weights + self.inference_live

    @property
    def forward_leads(self) -> bool:
        """Whether the live layer of the forward pass is as large as all that the backward pass keeps."""
        return self.activations == self.inference_live

    @property
    def amplification(self) -> float:
        """Training over inference."""
        return self.total / self.inference

    @property
    def parts(self) -> tuple[tuple[str, float], ...]:
        """The four terms by name."""
        return (
            ("weights", self.weights),
            ("gradients", self.gradients),
            ("optimizer", self.optimizer),
            ("activations", self.activations),
        )

    @property
    def biggest(self) -> tuple[str, float]:
        """The largest of the four terms."""
        return max(self.parts, key=lambda part: part[1])


def costs(network: Network, setting: Setting) -> Costs:
    """Return what a setting takes on a network."""
    way = _way(
        (
            network.key,
            setting.method,
            setting.precision,
            setting.size,
            setting.checkpoint,
            setting.runtime,
            _last(setting),
        )
    )
    rank, batch = setting.rank, setting.batch
    trained, live = _on(way.trained, rank, batch), way.inference_live * batch
    return Costs(
        weights=_on(way.weights, rank, batch),
        gradients=_on(way.gradients, rank, batch),
        optimizer=STATE_BYTES[setting.optimizer] * trained,
        activations=max(live, _on(way.activations, rank, batch)),
        inference_weights=way.inference_weights,
        inference_live=live,
        trained=trained,
        payload=_on(way.payload, rank, batch),
    )


def _last(setting: Setting) -> int:
    return setting.last if setting.method == "last_k" else 0


def fitting_batch(network: Network, setting: Setting, budget: float) -> int:
    """Return the largest batch whose step fits into ``budget`` [B]; 0 where not even one sample does."""
    one, two = (costs(network, setting._replace(batch=batch)).total for batch in (1, 2))
    return max(0, int((budget - (2 * one - two)) / (two - one) + 1e-9))


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """Operations of one step [FLOP], its memory traffic [B], how long it lasts [s] and what it draws [J]."""

    flop: float
    traffic: float
    seconds: float
    joules: float


def step_of(track: Track, network: Network, setting: Setting, spent: Costs) -> Step:
    """Return time and energy of a step: the longer of computing and memory traffic, at the device's learning power."""
    device, traffic = track.device, TOUCHES.value * spent.total
    flop = _on(_flop(network.key, setting.method, setting.size, _last(setting)), setting.rank, setting.batch)
    energy = step_energy_j(
        flop=flop,
        memory_bytes=traffic,
        joule_per_flop=0.0,
        joule_per_byte=0.0,
        idle_w=device.learning_power_w,
        peak_flop_per_s=device.peak_flop_per_s,
        memory_bytes_per_s=device.memory_bytes_per_s,
        utilisation=device.utilisation,
    )
    return Step(flop=flop, traffic=traffic, seconds=float(energy.seconds), joules=float(energy.total_j))


def monthly_cap(track: Track) -> float:
    """Return what one device may move in 30 days [B]; a service's cap is shared among its devices."""
    fleet = track.fleet
    cap = fleet.cap_bytes * DAYS_PER_MONTH / fleet.cap_days
    return cap / fleet.devices if fleet.cap_scope == "service" else cap


def heaviest_update(track: Track, updates: float) -> float:
    """Return the largest update that so many round trips in 30 days leave under the cap [B]."""
    return monthly_cap(track) / (DIRECTIONS * updates)
