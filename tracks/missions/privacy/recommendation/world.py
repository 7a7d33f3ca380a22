"""The world of the recommendation fleet: its phones, its model of 0.2 GB, and a team's trial of option C."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

from physics.sources import sourced
from physics.units import PB
from tracks import Control, Track, Value
from tracks.missions.privacy.controls import controls as controls_of
from tracks.missions.privacy.setting import Range, Setting, setting_of

PHONES = 100_000_000
PARAMETERS, BYTES_PER_PARAMETER = 100_000_000, 2
MODEL_BYTES = float(PARAMETERS * BYTES_PER_PARAMETER)
CLAIMED_POINTS, PREFER_C = 8, 0.73  # what the product lead has heard
NETWORK_BYTES = 1.0 * PB  # a day

ROUNDS: Range = (10, 500)
RANGES: Mapping[str, Range] = {"participating_share": (0.001, 0.1), "rounds": ROUNDS}
PLANNED_SHARE = 0.01

# The trial of option C. Its cohort is what makes the eight points true: a test looks for it by bisection.
TRIAL: Mapping[str, Value] = {
    "deployment": "federated_dp",
    "noise": "local",
    "epsilon": 1.0,
    "clip_norm": 30.0,
    "participating_share": 0.00244,
    "rounds": 100,
    "local_steps": 5,
    "delta": 1e-5,
}


def world(track: Track) -> Track:
    """Return what the case takes for the track: its own fleet, model, network and officer; one partition for all."""
    moved = sourced(MODEL_BYTES, f"derived: {PARAMETERS:,} parameters x {BYTES_PER_PARAMETER} B (FP16)")
    return replace(
        track,
        texts={"raw_name": "taps", "device_singular": "phone"},
        model=replace(
            track.model,
            name="recommendation model",
            parameters=sourced(PARAMETERS, "assumed: a middling recommendation model"),
            weights_bytes=moved,
            moved_name="the recommendation model in FP16",
            moved_bytes=moved,
        ),
        fleet=replace(
            track.fleet,
            devices=sourced(PHONES, "assumed: a large consumer fleet"),
            unit="phones",
            raw_bytes_per_device_day=sourced(100_000, "assumed: a thousand taps of 100 B a phone and day"),
            cap_bytes=sourced(NETWORK_BYTES, "assumed: what the network carries for this product"),
            cap_days=sourced(1, "assumed: a day"),
            cap_scope="service",
            skew_alpha=sourced(0.3, "assumed: tastes differ, and are shared by many"),
            seed=7,
        ),
        targets=replace(
            track.targets,
            epsilon=sourced(1, "assumed: what option C promises"),
            epsilon_unit="user",
        ),
    )


def controls(track: Track) -> tuple[Control, ...]:
    """Return the controls of the bench with the ranges of this fleet, at the team's trial."""
    return tuple(_of_this_fleet(control) for control in controls_of(track))


def _of_this_fleet(control: Control) -> Control:
    changes: dict[str, Any] = {"default": TRIAL[control.id]} if control.id in TRIAL else {}
    if control.id in RANGES:
        low, high = RANGES[control.id]
        changes |= {"minimum": low, "maximum": high, "group": "primary"}
    return replace(control, **changes)


@lru_cache(maxsize=1)
def trial() -> Setting:
    """Return the team's trial."""
    return setting_of({**TRIAL, "payload_bytes": MODEL_BYTES, "fleet": PHONES, "context": "federated"})
