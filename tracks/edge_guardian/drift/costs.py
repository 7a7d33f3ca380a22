"""What a state of the Fleet Learning Drift costs: whose updates arrive, bytes, wasted radio, the control loop."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from physics.energy import loop_latency_s, training_flop_ratio
from physics.traffic import device_bytes
from physics.validation import as_float
from tracks import Track
from tracks.common.links import invitation_shares, uploads
from tracks.common.proxy_fleet import CITIES, CLIENTS
from tracks.common.traffic import cap_bytes, payload_copies, radio
from tracks.edge_guardian.drift.setting import Setting

FRAMES = 4000  # assumed: frames a vehicle keeps to learn from; a local step is one pass over them
FLOP_RATIO = float(training_flop_ratio(input_gradient_share=1.0, trained_share=1.0))  # every weight trains
KERNEL_GAP_S = 0.25e-3  # assumed: after each kernel the control loop runs, and learning waits
LOOP_SHARE = 0.6  # assumed: share of the deadline that the loop takes alone
BANDWIDTH_SHARE = 0.25  # assumed: share of the memory bandwidth that learning takes
QUANTILE = 0.99


@dataclass(frozen=True, kw_only=True, slots=True)
class Loop:
    """The control loop's latency at p99 [s]: alone, stretched by learning's memory traffic, waiting for a kernel."""

    alone_s: float
    stretched_s: float
    waiting_s: float
    limit_s: float

    @property
    def total_s(self) -> float:
        """With learning beside it."""
        return self.alone_s + self.stretched_s + self.waiting_s


@lru_cache(maxsize=1024)
def _loop(deadline_s: float, kernel_s: float, *, beside: bool) -> Loop:
    alone = LOOP_SHARE * as_float("deadline_s", deadline_s, low=0, low_open=True)
    if not beside:
        return Loop(alone_s=alone, stretched_s=0.0, waiting_s=0.0, limit_s=deadline_s)
    stretched = float(loop_latency_s(alone, kernel_s=0.0, bandwidth_share=BANDWIDTH_SHARE, quantile=QUANTILE))
    whole = float(loop_latency_s(alone, kernel_s=kernel_s, bandwidth_share=BANDWIDTH_SHARE, quantile=QUANTILE))
    return Loop(alone_s=alone, stretched_s=stretched - alone, waiting_s=whole - stretched, limit_s=deadline_s)


def loop(track: Track, setting: Setting) -> Loop:
    """Return the control loop's latency; nothing learns beside a loop that does not run."""
    return _loop(track.device.deadline_s, setting.kernel_s, beside=setting.context.beside_loop)


def step_s(track: Track, setting: Setting) -> float:
    """Return how long one local step takes [s]: a pass over the frames, in kernels with a gap after each."""
    device = track.device
    speed = as_float("peak_flop_per_s x utilisation", device.peak_flop_per_s * device.utilisation, low=0, low_open=True)
    pass_s = FRAMES * FLOP_RATIO * track.model.forward_flop / speed
    return pass_s * (1 + KERNEL_GAP_S / setting.kernel_s) * setting.context.slowdown


@dataclass(frozen=True, kw_only=True, slots=True)
class Costs:
    """What a vehicle spends over the horizon, and whether its updates arrive.

    Attributes:
        learn_s: learning of one round [s]. finished: share of it that ends before the stay does.
        delivered: for each city, the probability that an invited vehicle's update arrives.
        busiest: share of the rounds that the most invited vehicle is in. per_round, moved: its bytes [B].
        cap: over the horizon [B].
        wasted: share of the radio energy that served no update that arrived. wasted_j, radio_j: of the mean
            vehicle over the horizon [J].
        upload_bytes: one copy of what moves, with an algorithm's own [B].
    """

    learn_s: float
    finished: float
    delivered: tuple[float, ...]
    busiest: float
    per_round: float
    moved: float
    cap: float
    wasted: float
    wasted_j: float
    radio_j: float
    upload_bytes: float


def costs(track: Track, setting: Setting) -> Costs:
    """Return what a setting costs a vehicle of the track."""
    context, link = setting.context, radio(track)
    learn_s = setting.local_steps * step_s(track, setting)
    finished = math.exp(-learn_s / context.stay_s)
    arrives = np.asarray(uploads(setting.links, 1).delivered)
    delivered = tuple((context.present * finished * arrives).round(12).tolist())
    shares = invitation_shares(setting.vehicles_per_round, by_client(delivered), setting.selection)
    payload = payload_copies(setting.algorithm) * track.model.moved_bytes
    sent = finished * payload  # an update that is not finished is not sent
    service = track.fleet.cap_scope == "service"
    busiest = setting.vehicles_per_round / CLIENTS if service else float(shares.max())
    share = busiest * context.present
    per_round = float(device_bytes(1, selected_share=share, download_bytes=payload, upload_bytes=sent))
    spent = context.present * (payload * link.receive_j_per_byte + sent * link.send_j_per_byte)
    useful = payload * (link.receive_j_per_byte + link.send_j_per_byte) * np.asarray(by_client(delivered))
    radio_j = setting.rounds * setting.vehicles_per_round / CLIENTS * spent
    wasted = max(0.0, round(1 - float(shares @ useful) / (float(shares.sum()) * spent), 12))
    return Costs(
        learn_s=learn_s,
        finished=finished,
        delivered=delivered,
        busiest=busiest,
        per_round=per_round,
        moved=setting.rounds * per_round,
        cap=cap_bytes(track),
        wasted=wasted,
        wasted_j=wasted * radio_j,
        radio_j=radio_j,
        upload_bytes=payload,
    )


@lru_cache(maxsize=1024)
def by_client(cities: tuple[float, ...]) -> tuple[float, ...]:
    """Return the value of each city for each of its clients."""
    return tuple(np.repeat(cities, CLIENTS // CITIES).tolist())


def expected_shares(track: Track, setting: Setting) -> tuple[float, ...]:
    """Return each city's share of the updates that arrive, in expectation; zeros where none does."""
    delivered = costs(track, setting).delivered
    shares = invitation_shares(setting.vehicles_per_round, by_client(delivered), setting.selection)
    arriving = shares.reshape(CITIES, -1).sum(axis=1) * np.asarray(delivered)
    total = float(arriving.sum())
    return tuple((arriving / total).tolist() if total > 0 else [0.0] * CITIES)
