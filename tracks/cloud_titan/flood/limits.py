"""What the Personalization Flood is measured by: five quantities, each with the limit it may not pass."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tracks.api.outcome import Level
from tracks.cloud_titan.flood.model.serving import Found, claimed_bytes
from tracks.cloud_titan.flood.setting import GAIN_FLOOR, Node, Setting

THRASH, LATE, STARVED = "thrash", "ttft_over_limit", "kv_starvation"
SLOW, THIN = "below_throughput", "quality_floor"
FAILURES = (THRASH, LATE, STARVED, SLOW, THIN)

DRIVE_WARN = 0.8
# A drive that cannot keep up is the cause of every late token, so a percent of its load weighs as much as all the
# lateness there can be. A tenth of a point of accuracy weighs as much, so that the loss by a rank just too small is
# felt beside a wait just too long.
DRIVE_SCALE, GAIN_SCALE = 0.01, 0.1


@dataclass(frozen=True, kw_only=True, slots=True)
class Judged:
    """One quantity against its limit, with the scale of its margin (see ``tracks.api.bench.Verdict``)."""

    quantity: float
    limit: float
    scale: float
    at_most: bool = True
    warn: float | None = None

    @property
    def margin(self) -> float:
        """Distance to the limit in units of the scale: negative outside."""
        distance = (self.limit - self.quantity) / self.scale
        return distance if self.at_most else -distance

    @property
    def level(self) -> Level:
        """How the quantity stands to its limit."""
        if self.margin < 0:
            return "fail"
        return "warn" if self.warn is not None and self.quantity > self.warn else "ok"


def judged(node: Node, setting: Setting, state: Found) -> Mapping[str, Judged]:
    """Return the five judgements on a state, by code."""
    late, claimed = state.first_token_s, claimed_bytes(node, setting, state)
    return {
        THRASH: Judged(quantity=state.drive_load, limit=1.0, scale=DRIVE_SCALE, warn=DRIVE_WARN),
        # Beyond the limit the wait is its own measure: an hour of backlog is no more than one whole limit too late.
        LATE: Judged(quantity=late, limit=node.first_token_s, scale=max(late, node.first_token_s)),
        STARVED: Judged(quantity=claimed, limit=node.usable_bytes, scale=node.usable_bytes),
        SLOW: Judged(
            quantity=state.tokens_per_s,
            limit=state.floor_tokens_per_s,
            scale=state.floor_tokens_per_s,
            at_most=False,
        ),
        THIN: Judged(quantity=state.gain, limit=GAIN_FLOOR, scale=GAIN_SCALE, at_most=False),
    }
