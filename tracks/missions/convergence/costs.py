"""What a state of the convergence bench moves and spends, and everything that it gives, in one object."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from physics.energy import training_flop_ratio
from physics.traffic import device_bytes
from physics.units import BITS_PER_BYTE
from physics.validation import Floats, as_float
from tracks import Track
from tracks.common.proxy_fleet import CLIENTS, problem
from tracks.missions.convergence.links import Invited, invited
from tracks.missions.convergence.runs import Learning, Runs, fixed, learning_of, runs
from tracks.missions.convergence.setting import HORIZON_DAYS, Setting

# How a device learns, for seconds and joules alone: the runs themselves take full batches.
SAMPLES_PER_STEP = 8  # assumed
FLOP_RATIO = float(training_flop_ratio(input_gradient_share=1.0, trained_share=1.0))  # every weight trains


@dataclass(frozen=True, kw_only=True, slots=True)
class Costs:
    """What a device spends over the horizon.

    Attributes:
        participations: of the device that the cap is about. moved: both directions [B]. per_round: [B].
        cap: over the horizon [B]. wasted: attempts that failed [B].
        compute_s, upload_s, download_s: of one participation, one attempt [s]; _j the same in joules.
        wasted_j: learning and sending that no delivered update needed, over the horizon [J]; spent_j: all of both.
        ratio_s, ratio_j: moving for each second, joule of learning that arrives.
    """

    participations: float
    moved: float
    per_round: float
    cap: float
    wasted: float
    compute_s: float
    upload_s: float
    download_s: float
    compute_j: float
    upload_j: float
    download_j: float
    wasted_j: float
    spent_j: float
    ratio_s: float
    ratio_j: float


def costs(track: Track, setting: Setting) -> Costs:
    """Return what a setting costs a device of the track."""
    device, extras = track.device, track.device.extras
    mean = invited(setting.clients_per_round, setting.reliability, setting.attempts, setting.selection)
    share = share_of_rounds(track, setting)
    per_round = bytes_per_round(track, setting)
    taken = setting.rounds * share
    bytes_per_s = as_float("uplink_bit_per_s", device.uplink_bit_per_s, low=0, low_open=True) / BITS_PER_BYTE
    power_w = as_float("learning_power_w", device.learning_power_w, low=0, low_open=True)
    # Without a figure for its radio a device is taken to draw its learning power while it sends.
    send_j = extras.get("radio_j_per_byte", power_w / bytes_per_s)
    receive_j = extras.get("radio_receive_j_per_byte", send_j)
    compute_s = setting.local_steps * step_s(track)
    upload_s, download_s = setting.upload_bytes / bytes_per_s, setting.download_bytes / bytes_per_s
    compute_j, upload_j = compute_s * power_w, setting.upload_bytes * send_j
    download_j = setting.download_bytes * receive_j
    spent_j = compute_j + upload_j * mean.attempts
    return Costs(
        participations=taken,
        moved=setting.rounds * per_round,
        per_round=per_round,
        cap=cap_bytes(track),
        wasted=taken * (mean.attempts - mean.delivered) * setting.upload_bytes,
        compute_s=compute_s,
        upload_s=upload_s,
        download_s=download_s,
        compute_j=compute_j,
        upload_j=upload_j,
        download_j=download_j,
        wasted_j=taken * (spent_j - mean.delivered * (compute_j + upload_j)),
        spent_j=taken * spent_j,
        ratio_s=(download_s + mean.attempts * upload_s) / (mean.delivered * compute_s),
        ratio_j=(download_j + mean.attempts * upload_j) / (mean.delivered * compute_j),
    )


def share_of_rounds(track: Track, setting: Setting) -> float:
    """Return in what share of the rounds the device is that the cap is about: the busiest, or the mean of a service."""
    if track.fleet.cap_scope == "service":
        return setting.clients_per_round / CLIENTS
    return invited(setting.clients_per_round, setting.reliability, setting.attempts, setting.selection).busiest


def bytes_per_round(track: Track, setting: Setting) -> float:
    """Return what that device moves in the mean round, down and up [B]."""
    mean = invited(setting.clients_per_round, setting.reliability, setting.attempts, setting.selection)
    return float(
        device_bytes(
            1,
            selected_share=share_of_rounds(track, setting),
            download_bytes=setting.download_bytes,
            upload_bytes=setting.upload_bytes,
            attempts=mean.attempts,
        )
    )


def step_s(track: Track) -> float:
    """Return how long one local step takes on the device [s]."""
    device = track.device
    sample_flop = device.extras.get("window_flop", track.model.forward_flop)
    speed = as_float("peak_flop_per_s x utilisation", device.peak_flop_per_s * device.utilisation, low=0, low_open=True)
    return SAMPLES_PER_STEP * FLOP_RATIO * sample_flop / speed


def cap_bytes(track: Track) -> float:
    """Return what one device may move over the horizon [B]; a service's cap is shared among its devices."""
    fleet = track.fleet
    days = as_float("cap_days", fleet.cap_days, low=0, low_open=True)
    cap = as_float("cap_bytes", fleet.cap_bytes, low=0, low_open=True) * HORIZON_DAYS / days
    return cap / fleet.devices if fleet.cap_scope == "service" else cap


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Found:
    """Everything that one state gives.

    Attributes:
        learning: what its runs depend on. runs, costs, invited: as their own docstrings say.
        bias: loss above the optimum at the point that endless rounds of all clients approach; 0 for SCAFFOLD, whose
            control variates correct the drift. rate: factor by which a round of all clients shrinks the way to that
            point, with FedAvg or FedProx. optimal_loss: the least there is.
        moved: bytes of a device after each round, (R+1,) [B].
    """

    learning: Learning
    runs: Runs
    costs: Costs
    invited: Invited
    bias: float
    rate: float
    optimal_loss: float
    moved: Floats

    @property
    def mean(self) -> float:
        """The fleet's final accuracy, 0..1."""
        return float(self.runs.mean[-1])

    @property
    def worst(self) -> float:
        """The worst city's final accuracy, 0..1."""
        return float(self.runs.cities[-1, self.runs.worst])

    @property
    def loss(self) -> float:
        """The fleet's final loss."""
        return float(self.runs.mean_loss[-1])

    @property
    def fall(self) -> float:
        """How far the loss fell over the last fifth of the rounds; below 0 where it rose."""
        rounds = len(self.moved) - 1
        return float(self.runs.mean_loss[rounds - rounds // 5]) - self.loss

    @property
    def diverges(self) -> bool:
        """Whether rounds lead away from where they should end: some client's step is too long for its data."""
        return self.rate >= 1


def found(track: Track, setting: Setting, *, seed: int) -> Found:
    """Return what a setting gives on a track; ``seed`` draws other rounds on the same partition."""
    learning = learning_of(track.fleet.seed, setting, seed=seed)
    spent = costs(track, setting)
    data = problem(learning.fleet_seed, learning.alpha)
    point = fixed(learning.fleet_seed, learning.alpha, learning.local_steps, learning.learning_rate, learning.proximal)
    return Found(
        learning=learning,
        runs=runs(learning),
        costs=spent,
        invited=invited(setting.clients_per_round, setting.reliability, setting.attempts, setting.selection),
        bias=0.0 if setting.algorithm == "scaffold" else float(point.excess_loss),
        rate=float(point.rate),
        optimal_loss=data.optimal_loss,
        moved=spent.per_round * np.arange(setting.rounds + 1.0),
    )
