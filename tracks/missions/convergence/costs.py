"""What a state of the convergence bench moves and spends."""

from __future__ import annotations

from dataclasses import dataclass

from physics.energy import training_flop_ratio
from physics.traffic import device_bytes
from physics.validation import as_float
from tracks import Track
from tracks.common.links import Invitation, invitation
from tracks.common.proxy_fleet import CLIENTS
from tracks.common.traffic import cap_bytes, radio
from tracks.missions.convergence.setting import Setting

# How a device learns, for seconds and joules only; the runs themselves take full batches.
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


def invitation_of(setting: Setting) -> Invitation:
    """Return the means over invitations in a setting."""
    return invitation(setting.clients_per_round, setting.reliability, setting.attempts, setting.selection)


def costs(track: Track, setting: Setting) -> Costs:
    """Return what a setting costs a device of the track."""
    mean = invitation_of(setting)
    per_round = bytes_per_round(track, setting)
    taken = setting.rounds * share_of_rounds(track, setting)
    power_w = as_float("learning_power_w", track.device.learning_power_w, low=0, low_open=True)
    link = radio(track)
    compute_s = setting.local_steps * step_s(track)
    upload_s, download_s = setting.upload_bytes / link.bytes_per_s, setting.download_bytes / link.bytes_per_s
    compute_j, upload_j = compute_s * power_w, setting.upload_bytes * link.send_j_per_byte
    download_j = setting.download_bytes * link.receive_j_per_byte
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


def counts_the_busiest(track: Track, setting: Setting) -> bool:
    """Whether the cap is about a device that is in more rounds than the mean one."""
    return share_of_rounds(track, setting) > setting.clients_per_round / CLIENTS * (1 + 1e-9)


def share_of_rounds(track: Track, setting: Setting) -> float:
    """Return in what share of the rounds the device is that the cap is about: the busiest, or the mean of a service."""
    if track.fleet.cap_scope == "service":
        return setting.clients_per_round / CLIENTS
    return invitation_of(setting).busiest


def bytes_per_round(track: Track, setting: Setting) -> float:
    """Return what that device moves in the mean round, down and up [B]."""
    return float(
        device_bytes(
            1,
            selected_share=share_of_rounds(track, setting),
            download_bytes=setting.download_bytes,
            upload_bytes=setting.upload_bytes,
            attempts=invitation_of(setting).attempts,
        )
    )


def step_s(track: Track) -> float:
    """Return how long one local step takes on the device [s]."""
    device = track.device
    sample_flop = device.extras.get("window_flop", track.model.forward_flop)
    speed = as_float("peak_flop_per_s x utilisation", device.peak_flop_per_s * device.utilisation, low=0, low_open=True)
    return SAMPLES_PER_STEP * FLOP_RATIO * sample_flop / speed
