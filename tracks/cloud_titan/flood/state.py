"""The Personalization Flood evaluated: one state of the controls, what it does, and its five limits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tracks.api.outcome import Limit
from tracks.api.track import Track
from tracks.cloud_titan.flood.model.changes import sweep
from tracks.cloud_titan.flood.model.serving import ServingResult
from tracks.cloud_titan.flood.setting import GAIN_FLOOR, Node, Setting, node_of

THRASH, LATE, STARVED = "thrash", "ttft_over_limit", "kv_starvation"
SLOW, THIN = "below_throughput", "quality_floor"
FAILURES = (THRASH, LATE, STARVED, SLOW, THIN)

DRIVE_WARN = 0.8
# A drive that cannot keep up is the cause of every late token, so 1% of its load counts as much as the largest
# possible lateness. 0.1 points of accuracy count as much, so that the loss by a rank just too small is not
# hidden by a wait just too long.
DRIVE_SCALE, GAIN_SCALE = 0.01, 0.1


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class State:
    """All that readings, verdicts and drawings are made of.

    Attributes:
        track, setting: what was asked. node: the numbers of the track that count.
        results: what physics computes. limits: each quantity with its limit, by the code of its failure.
    """

    track: Track
    setting: Setting
    node: Node
    results: ServingResult
    limits: Mapping[str, Limit]


def evaluate(track: Track, setting: Setting) -> State:
    """Return what one state of the controls does on a track; nothing in it is random."""
    node = node_of(track, tenants=setting.tenants)
    results, _ = sweep(node, setting)
    return State(track=track, setting=setting, node=node, results=results, limits=limits_of(node, results))


def limits_of(node: Node, results: ServingResult) -> dict[str, Limit]:
    """Return the five quantities against their limits, by the code of the failure."""
    late, usable, floor = results.first_token_s, node.usable_bytes, results.floor_tokens_per_s
    return {
        THRASH: Limit(quantity=results.drive_load, limit=1.0, scale=DRIVE_SCALE, warn=DRIVE_WARN),
        # Beyond the limit the scale is the wait itself, so that the margin of an hour of backlog is never below -1.
        LATE: Limit(quantity=late, limit=node.first_token_s, scale=max(late, node.first_token_s)),
        STARVED: Limit(quantity=results.claimed_bytes, limit=usable, scale=usable),
        SLOW: Limit(quantity=results.tokens_per_s, limit=floor, scale=floor, at_most=False),
        THIN: Limit(quantity=results.gain, limit=GAIN_FLOOR.value, scale=GAIN_SCALE, at_most=False),
    }
