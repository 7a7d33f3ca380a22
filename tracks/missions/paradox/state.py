"""Everything that follows from one state of the paradox's controls, and the three quantities that have a limit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from tracks import Track
from tracks.api.outcome import Limit
from tracks.missions.paradox.setting import Setting
from tracks.missions.paradox.traffic import Traffic, cap_text, traffic_of

DEARER, OVER_CAP, TOO_SLOW = "dearer_than_data", "over_cap", "upload_too_slow"
Side = Literal["cheaper", "even", "dearer"]
FAILURES = (DEARER, OVER_CAP, TOO_SLOW)

BREAK_EVEN = 1.0
NEAR = 0.1  # of break-even, either way: there both sides are said to move the same
RATIO_WARN, RATIO_LIMIT = BREAK_EVEN + NEAR, 10.0
CAP_WARN, CAP_LIMIT = 0.8, 1.0
# The ratio spans decades, so its margin is counted in hundreds. Beside it, a comfortable cap or upload ranks lower,
# and a state without objection is headed by the answer to the bench's question.
RATIO_SCALE = 100.0


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class State:
    """One state of the controls with what it moves.

    Attributes:
        limits: by failure. levels: bytes of a day with a line in the first figure, each with its words [B].
    """

    track: Track
    setting: Setting
    traffic: Traffic
    limits: Mapping[str, Limit]
    levels: tuple[tuple[float, str], ...]


def side(ratio: float) -> Side:
    """Return which side of break-even a ratio is on; "even" is what the task takes for equal."""
    if ratio > RATIO_WARN:
        return "dearer"
    return "even" if ratio >= 1 / RATIO_WARN else "cheaper"


def evaluate(track: Track, setting: Setting) -> State:
    """Return everything that follows from a setting on a track."""
    traffic = traffic_of(track, setting)
    return State(
        track=track,
        setting=setting,
        traffic=traffic,
        limits={
            DEARER: Limit(quantity=traffic.ratio, limit=RATIO_LIMIT, warn=RATIO_WARN, scale=RATIO_SCALE),
            OVER_CAP: Limit(quantity=traffic.cap_share, limit=CAP_LIMIT, warn=CAP_WARN),
            TOO_SLOW: Limit(quantity=traffic.upload_s, limit=setting.interval_s),
        },
        levels=((traffic.cap_per_day, f"cap {cap_text(track)}"),),
    )
