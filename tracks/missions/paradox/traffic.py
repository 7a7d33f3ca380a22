"""What a state of the paradox moves and how long that takes: point and curves in one call of the traffic model."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from physics import constants
from physics.traffic import (
    Breakeven,
    breakeven_compression,
    centralised_traffic_bytes,
    daily_traffic_bytes,
    traffic_ratio,
    transfer_time_s,
)
from physics.units import BITS_PER_BYTE
from physics.validation import Floats, as_float
from tracks import Track
from tracks.common.provenance import quantity_text
from tracks.missions.paradox.setting import Setting

# What a request meets in the cloud: one node of 8 H100.
CLOUD_GPUS = 8
CLOUD_FLOP_PER_S = CLOUD_GPUS * constants.H100_FLOP_PER_S
CLOUD_BYTES_PER_S = CLOUD_GPUS * constants.H100_MEMORY_BYTES_PER_S

# Where the curves are computed, beside the student's own place.
SHARES = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1)
COMPRESSIONS = (1.0, 1.2, 1.5, 2.0, 3.0, 4.0, 5.0, 7.0, 10.0, 15.0, 20.0, 30.0, 50.0, 70.0, 100.0)


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Traffic:
    """What a setting costs, and the curves it lies on.

    Attributes:
        shares, by_share: participating shares, and bytes of a federated day at each [B].
        share_place: where the setting stands among them.
        compressions, by_compression: factors, and the ratio at each; first row upload only, second both ways.
        compression_place: where the setting stands among them.
        per_round, federated, centralised: [B], the latter two a day.
        ratio: federated / centralised. breakeven: the compression that would make it 1.
        cap_per_day: what the whole fleet may move in a day [B]. cap_share: the federated day as a share of it.
        upload_s, raw_s: one update, and one day of raw data, over a device's uplink [s].
        here_s, cloud_s: time to act on the device, and through the cloud [s]; cloud_computes_s: of the latter, what the
            cloud takes to compute.
    """

    shares: Sequence[float]
    by_share: Floats
    share_place: int
    compressions: Sequence[float]
    by_compression: Floats
    compression_place: int
    per_round: float
    federated: float
    centralised: float
    ratio: float
    breakeven: Breakeven
    cap_per_day: float
    cap_share: float
    upload_s: float
    raw_s: float
    here_s: float
    cloud_s: float
    cloud_computes_s: float


def traffic_of(track: Track, setting: Setting) -> Traffic:
    """Return what a setting moves on a track."""
    shares, share_place = _with(SHARES, setting.participation)
    # Two rows: the day, and one round, which is a day of one round.
    volumes = np.asarray(
        daily_traffic_bytes(
            setting.fleet,
            participation=np.array(shares),
            download_bytes=setting.download_bytes,
            upload_bytes=setting.upload_bytes,
            rounds_per_day=np.array([[setting.rounds_per_day], [1.0]]),
        )
    )
    compressions, compression_place = _with(COMPRESSIONS, setting.compression)
    ratios = ratio_by_compression(setting, compressions)
    upload_s, raw_s, sample_s = (
        float(transfer_time_s(size, bytes_per_s=setting.uplink / BITS_PER_BYTE))
        for size in (setting.upload_bytes, setting.raw_bytes, track.model.sample_bytes)
    )
    allowed = cap_per_day(track, setting.fleet)
    cloud_computes_s = _cloud_computes_s(track)
    federated = float(volumes[0, share_place])
    return Traffic(
        shares=shares,
        by_share=volumes[0],
        share_place=share_place,
        compressions=compressions,
        by_compression=ratios,
        compression_place=compression_place,
        per_round=float(volumes[1, share_place]),
        federated=federated,
        centralised=_centralised(setting.fleet, setting.raw_bytes),
        ratio=float(ratios[1 if setting.direction == "both" else 0, compression_place]),
        breakeven=_breakeven(setting.participation, setting.moved_bytes, setting.rounds_per_day, setting.raw_bytes),
        cap_per_day=allowed,
        cap_share=federated / allowed,
        upload_s=upload_s,
        raw_s=raw_s,
        here_s=time_to_act_s(track),
        cloud_s=track.device.round_trip_s + sample_s + cloud_computes_s,
        cloud_computes_s=cloud_computes_s,
    )


def ratio_by_compression(setting: Setting, compressions: Sequence[float]) -> Floats:
    """Return the ratio at each compression: first row with the upload compressed, second with both ways."""
    uploads = setting.moved_bytes / np.asarray(compressions)
    downloads = np.empty((2, uploads.size))
    downloads[0], downloads[1] = setting.moved_bytes, uploads
    return np.asarray(
        traffic_ratio(
            participation=setting.participation,
            download_bytes=downloads,
            upload_bytes=uploads,
            rounds_per_day=setting.rounds_per_day,
            raw_bytes_per_device=setting.raw_bytes,
        )
    )


def _with(grid: tuple[float, ...], value: float) -> tuple[Sequence[float], int]:
    """Return the grid with the value in its order, and where it stands."""
    place = bisect_left(grid, value)
    if place < len(grid) and grid[place] == value:
        return grid, place
    return (*grid[:place], value, *grid[place:]), place


@lru_cache(maxsize=256)
def _centralised(fleet: float, raw_bytes: float) -> float:
    return float(centralised_traffic_bytes(fleet, raw_bytes_per_device=raw_bytes))


@lru_cache(maxsize=256)
def _breakeven(participation: float, moved_bytes: float, rounds_per_day: float, raw_bytes: float) -> Breakeven:
    return breakeven_compression(
        participation=participation,
        download_bytes=moved_bytes,
        upload_bytes=moved_bytes,
        rounds_per_day=rounds_per_day,
        raw_bytes_per_device=raw_bytes,
    )


def cap_per_day(track: Track, fleet: float) -> float:
    """Return what ``fleet`` devices together may move in a day [B]; a cap of the service is theirs already."""
    daily = _cap_per_day(track.fleet.cap_bytes, track.fleet.cap_days)
    return daily * fleet if track.fleet.cap_scope == "device" else daily


@lru_cache(maxsize=256)
def _cap_per_day(cap_bytes: float, cap_days: float) -> float:
    return as_float("cap_bytes", cap_bytes, low=0, low_open=True) / as_float("cap_days", cap_days, low=0, low_open=True)


def cap_text(track: Track) -> str:
    """Return a track's cap and whose it is: "5 GB a month each", "50 TB a day for the service"."""
    return f"{cap_bytes_text(track)} {'each' if track.fleet.cap_scope == 'device' else 'for the service'}"


def cap_bytes_text(track: Track) -> str:
    """Return a track's cap: "5 GB a month"."""
    days = track.fleet.cap_days
    horizon = {1.0: "a day", 7.0: "a week", 30.0: "a month"}.get(days, f"in {days:g} days")
    return f"{quantity_text(track.fleet.cap_bytes, 'B')} {horizon}"


def time_to_act_s(track: Track) -> float:
    """Return the roofline time of one inference on the device [s]: arithmetic or weights, whichever is slower."""
    device, model = track.device, track.model
    return _roofline_s(
        model.forward_flop,
        device.peak_flop_per_s * device.utilisation,
        model.weights_bytes,
        device.memory_bytes_per_s,
    )


def _cloud_computes_s(track: Track) -> float:
    """Return the roofline time of the same inference on a cloud's node at its peaks [s], so never too long."""
    return _roofline_s(track.model.forward_flop, CLOUD_FLOP_PER_S, track.model.weights_bytes, CLOUD_BYTES_PER_S)


@lru_cache(maxsize=256)
def _roofline_s(flop: float, flop_per_s: float, weights_bytes: float, bytes_per_s: float) -> float:
    compute_s = flop / as_float("peak_flop_per_s x utilisation", flop_per_s, low=0, low_open=True)
    return max(compute_s, weights_bytes / as_float("memory_bytes_per_s", bytes_per_s, low=0, low_open=True))


def moves_a_part(track: Track) -> bool:
    """Whether what moves by default is a small part of the model, so that moving it whole is another case."""
    return track.model.moved_bytes < 0.1 * track.model.weights_bytes
