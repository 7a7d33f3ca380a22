"""One state of the recommendation fleet: the privacy bench's, judged by the gap to the ceiling alone."""

from __future__ import annotations

from dataclasses import replace

from tracks import Track
from tracks.common.proxy_fleet import ceiling
from tracks.missions.privacy.recommendation.world import ROUNDS
from tracks.missions.privacy.setting import Setting
from tracks.missions.privacy.state import (
    ACCURACY,
    BUDGET,
    CLAIM,
    CLIPPED,
    DATA,
    DELTA_LARGE,
    GAP,
    GAP_LIMIT,
    Least,
    State,
)
from tracks.missions.privacy.state import evaluate as evaluate_on

FAILURES = (CLAIM, GAP, BUDGET, DELTA_LARGE, DATA, CLIPPED)
LAST_ROUND = int(ROUNDS[1])


def least_of(track: Track) -> Least:
    """Return the accuracy that lies as far below the ceiling as the product lead allows."""
    top, points = ceiling(track.fleet.seed, track.fleet.skew_alpha), f"{GAP_LIMIT:g} points below the ceiling"
    return Least(top - GAP_LIMIT / 100, label=f"{GAP_LIMIT:g} points below,", name=f"the line {points}")


def evaluate(track: Track, setting: Setting, *, seed: int, moving: bool = False) -> State:
    """Return everything that a setting gives; ``track`` is the world of the case, which has no safety accuracy."""
    state = evaluate_on(track, setting, seed=seed, moving=moving, last_round=LAST_ROUND)
    limits = {code: limit for code, limit in state.limits.items() if code != ACCURACY}
    return replace(state, limits=limits, least=least_of(track))
