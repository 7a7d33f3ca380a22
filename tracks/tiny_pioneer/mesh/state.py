"""The Mesh Update evaluated: one state of the controls, its costs, its profiles, and its six limits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tracks import Track
from tracks.api.outcome import Limit
from tracks.tiny_pioneer.mesh.model.costs import Costs, Rates, costs, rates
from tracks.tiny_pioneer.mesh.model.quality import Quality, quality
from tracks.tiny_pioneer.mesh.setting import STAY_S, Setting

SATURATED, OVER_POWER, STALE = "airtime_saturated", "over_power", "stale_mixture"
NEGATIVE, SRAM, WEAK = "negative_transfer", "sram_overflow", "weak_profile"
FAILURES = (SATURATED, OVER_POWER, STALE, NEGATIVE, SRAM, WEAK)

AIR_LIMIT, AIR_WARN = 1.0, 0.8
POWER_WARN, AGE_WARN = 0.8, 0.8  # of their limits
# 10% of the target counts as much as twice the budget, so that local-only, which only misses the target, does not
# look closer to a win than a design that listens too long.
ERROR_SCALE = 0.1


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class State:
    """All that readings, verdicts and drawings are made of.

    Attributes:
        track, setting, seed: what was asked. rates: the numbers of the track that costs depend on.
        costs, quality: what physics computes.
        limits: each quantity with its limit, by the code of its failure.
    """

    track: Track
    setting: Setting
    seed: int
    rates: Rates
    costs: Costs
    quality: Quality
    limits: Mapping[str, Limit]


def evaluate(track: Track, setting: Setting, *, seed: int) -> State:
    """Return what one state of the controls does on a track; ``seed`` samples truths, sleepers and calls."""
    device = rates(track)
    spent, good = costs(setting, device), quality(track, setting, seed=seed)
    limits = {**cost_limits(track, spent), **quality_limits(track, setting, good)}
    return State(track=track, setting=setting, seed=seed, rates=device, costs=spent, quality=good, limits=limits)


def cost_limits(track: Track, spent: Costs) -> dict[str, Limit]:
    """Return air, power, age and SRAM against their limits, by the code of the failure."""
    power, age = track.device.learning_power_w, age_limit_s(track)
    return {
        SATURATED: Limit(quantity=spent.saturation, limit=AIR_LIMIT, warn=AIR_WARN, scale=AIR_LIMIT),
        OVER_POWER: Limit(quantity=spent.power_w, limit=power, warn=POWER_WARN * power, scale=power),
        STALE: Limit(quantity=spent.age_s, limit=age, warn=AGE_WARN * age, scale=age),
        SRAM: Limit(quantity=spent.sram, limit=spent.sram_free, scale=spent.sram_free),
    }


def quality_limits(track: Track, setting: Setting, good: Quality) -> dict[str, Limit]:
    """Return the share of nodes worse off and the error against their limits, by the code of the failure."""
    worse, target = worse_limit(track), setting.target
    return {
        NEGATIVE: Limit(quantity=good.worse, limit=worse, scale=worse),
        WEAK: Limit(quantity=good.error, limit=target, scale=ERROR_SCALE * target),
    }


def worse_limit(track: Track) -> float:
    """Return the largest share of nodes that may err more than local-only."""
    return 1 - track.targets.extras.get("better_than_local_share", 0.8)


def age_limit_s(track: Track) -> float:
    """Return how old a profile may be when it is finished [s]."""
    return track.targets.extras.get("profile_age_per_stay", 1.0) * STAY_S.value
