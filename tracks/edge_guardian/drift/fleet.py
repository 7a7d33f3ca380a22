"""What a state of the Fleet Learning Drift costs: whose updates arrive, bytes, wasted radio, the control loop."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from physics.energy import loop_latency_s, training_flop_ratio
from physics.federation import invitation_rates
from physics.traffic import algorithm_payload_bytes, device_bytes, retry
from physics.validation import Floats, as_float
from tracks import Track
from tracks.common.proxy_fleet import CITIES, CLIENTS, problem
from tracks.edge_guardian.drift.setting import HORIZON_DAYS, Algorithm, Selection, Setting

FRAMES = 4000  # assumed: frames a vehicle keeps to learn from; a local step is one pass over them
FLOP_RATIO = float(training_flop_ratio(input_gradient_share=1.0, trained_share=1.0))  # every weight trains
KERNEL_GAP_S = 0.25e-3  # assumed: after each kernel the loop goes first, and learning waits
LOOP_SHARE = 0.6  # assumed: of the deadline, what the loop takes alone
BANDWIDTH_SHARE = 0.25  # assumed: of the memory bandwidth, what learning takes
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
    return _loop(track.device.deadline_s, setting.kernel_s, beside=setting.place.beside_loop)


def step_s(track: Track, setting: Setting) -> float:
    """Return how long one local step takes [s]: a pass over the frames, in kernels with a gap after each."""
    device = track.device
    speed = as_float("peak_flop_per_s x utilisation", device.peak_flop_per_s * device.utilisation, low=0, low_open=True)
    pass_s = FRAMES * FLOP_RATIO * track.model.forward_flop / speed
    return pass_s * (1 + KERNEL_GAP_S / setting.kernel_s) * setting.place.slowdown


@dataclass(frozen=True, kw_only=True, slots=True)
class Costs:
    """What a vehicle spends over the horizon, and what becomes of its updates.

    Attributes:
        learn_s: learning of one round [s]. finished: share of it that ends before the stay does.
        heard: for each city, the probability that an invited vehicle's update arrives.
        busiest: share of the rounds that the most invited vehicle is in. per_round, moved: its bytes [B].
        cap: over the horizon [B].
        wasted: share of the radio energy that served no update that arrived. wasted_j, radio_j: of the mean
            vehicle over the horizon [J].
        upload_bytes: one copy of what moves, with an algorithm's own [B].
    """

    learn_s: float
    finished: float
    heard: tuple[float, ...]
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
    place, extras = setting.place, track.device.extras
    learn_s = setting.local_steps * step_s(track, setting)
    finished = math.exp(-learn_s / place.stay_s)
    heard = tuple((place.present * finished * _delivered(setting.links)).round(12).tolist())
    rates = _rates(setting.vehicles_per_round, heard, setting.selection)
    payload = float(_copies(setting.algorithm)) * track.model.moved_bytes
    sent = finished * payload  # an update that is not finished is not sent
    service = track.fleet.cap_scope == "service"
    busiest = setting.vehicles_per_round / CLIENTS if service else float(rates.max())
    share = busiest * place.present
    per_round = float(device_bytes(1, selected_share=share, download_bytes=payload, upload_bytes=sent))
    bytes_per_s = as_float("uplink_bit_per_s", track.device.uplink_bit_per_s, low=0, low_open=True) / 8
    # Without a figure for its radio a device is taken to draw its learning power while it sends.
    send_j = extras.get("radio_j_per_byte", track.device.learning_power_w / bytes_per_s)
    receive_j = extras.get("radio_receive_j_per_byte", send_j)
    radio = place.present * (payload * receive_j + sent * send_j)
    useful = payload * (receive_j + send_j) * np.repeat(heard, CLIENTS // CITIES)
    invitations = setting.rounds * setting.vehicles_per_round / CLIENTS
    radio_j = invitations * radio
    wasted = max(0.0, round(1 - float(rates @ useful) / (float(rates.sum()) * radio), 12))
    return Costs(
        learn_s=learn_s,
        finished=finished,
        heard=heard,
        busiest=busiest,
        per_round=per_round,
        moved=setting.rounds * per_round,
        cap=cap_bytes(track),
        wasted=wasted,
        wasted_j=wasted * radio_j,
        radio_j=radio_j,
        upload_bytes=payload,
    )


@lru_cache(maxsize=256)
def _delivered(links: tuple[float, ...]) -> Floats:
    """Return what one attempt over each link delivers, 0..1."""
    delivered = np.asarray(retry(links, max_attempts=1, compute_j=0.0, transmit_j=1.0).delivered)
    delivered.setflags(write=False)
    return delivered


@lru_cache(maxsize=1024)
def _rates(vehicles: int, heard: tuple[float, ...], selection: Selection) -> Floats:
    """Return in what share of the rounds each client is invited."""
    # Who holds which images does not matter here: every deal has the same clients in the same cities.
    fleet = problem(0, 1.0)
    return invitation_rates(
        fleet,
        clients_per_round=vehicles,
        reliability=np.repeat(heard, CLIENTS // CITIES),
        selection=selection,
    )


@lru_cache(maxsize=8)
def _copies(algorithm: Algorithm) -> float:
    """Return how many copies of the payload an algorithm moves in each direction."""
    return float(algorithm_payload_bytes(1.0, algorithm=algorithm))


def cap_bytes(track: Track) -> float:
    """Return what one vehicle may move over the horizon [B]; a service's cap is shared among its devices."""
    fleet = track.fleet
    days = as_float("cap_days", fleet.cap_days, low=0, low_open=True)
    cap = as_float("cap_bytes", fleet.cap_bytes, low=0, low_open=True) * HORIZON_DAYS / days
    return cap / fleet.devices if fleet.cap_scope == "service" else cap


def expected_shares(track: Track, setting: Setting) -> tuple[float, ...]:
    """Return each city's share of the updates that arrive, in the mean of endless rounds; zeros where none does."""
    heard = costs(track, setting).heard
    rates = _rates(setting.vehicles_per_round, heard, setting.selection)
    arriving = rates.reshape(CITIES, -1).sum(axis=1) * np.asarray(heard)
    total = float(arriving.sum())
    return tuple((arriving / total).tolist() if total > 0 else [0.0] * CITIES)
