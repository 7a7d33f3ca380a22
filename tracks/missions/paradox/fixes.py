"""What one change would mend on the paradox bench.

Every judged quantity is a product in which a control has one place. So the mildest value of a control that leaves a
wanted share of the quantity is solved for, and what a change leaves follows from the state by proportion.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from tracks import Fix
from tracks.api.fixes import JUST_INSIDE, Scale, best_fixes, rounded
from tracks.api.outcome import Limit
from tracks.missions.paradox.setting import (
    COMPRESSION,
    MOVED_BYTES,
    PARTICIPATION,
    ROUNDS_PER_DAY,
    Range,
    Setting,
    stretched,
)
from tracks.missions.paradox.state import TOO_SLOW, State

MOST_SMALLER = 100  # times: from a whole network to its published small one or its adapters, as far as compression goes


def fixes(code: str, state: State) -> tuple[Fix, ...]:
    """Return the best changes for a limit that fails or warns."""
    now = state.limits[code]
    if now.level == "ok":
        return ()
    others = [other for other in state.limits if other != code]
    return best_fixes(
        now,
        candidates(code, state),
        lambda fix: limit_after(code, state, fix),
        failing=lambda fix: [limit_after(other, state, fix).level for other in others].count("fail"),
        distance=lambda fix: _distance(state, fix),
    )


def changed(setting: Setting, fix: Fix) -> Setting:
    """Return the setting after one change."""
    change: dict[str, Any] = {fix.control: fix.value}
    return setting._replace(**change)


def limit_after(code: str, state: State, fix: Fix) -> Limit:
    """Return a limit after one change, in proportion to that of the state."""
    now, then, limit = state.setting, changed(state.setting, fix), state.limits[code]
    if code == TOO_SLOW:
        return Limit(quantity=limit.quantity * then.upload_bytes / now.upload_bytes, limit=then.interval_s)
    quantity = limit.quantity * _volume(then) / _volume(now)
    return limit.at(quantity)


def _volume(setting: Setting) -> float:
    """Return what the mean device moves in a day [B]."""
    return setting.turns_per_day * (setting.download_bytes + setting.upload_bytes)


def _distance(state: State, fix: Fix) -> float:
    """Return how far a fix moves its slider; another direction moves none, and changes no device and no model."""
    if fix.control == "direction":
        return 0.0
    limits = _moved_range(state) if fix.control == "moved_bytes" else _RANGES[fix.control]
    return Scale(*limits, log=True).distance(getattr(state.setting, fix.control), float(fix.value))


_RANGES = {"participation": PARTICIPATION, "rounds_per_day": ROUNDS_PER_DAY, "compression": COMPRESSION}


def _moved_range(state: State) -> Range:
    return stretched(MOVED_BYTES, state.track.model.moved_bytes)


# --- candidates ------------------------------------------------------------------------------------------------------


def candidates(code: str, state: State) -> Iterator[Fix]:
    """Yield for each control the mildest value that brings a quantity to comfort, else to its limit, else its end."""
    setting, limit = state.setting, state.limits[code]
    goals = [goal for goal in (limit.warn, limit.limit) if goal is not None and goal < limit.quantity]
    wanted = [goal / limit.quantity * JUST_INSIDE for goal in goals]  # shares of the quantity that may remain
    of_day = code != TOO_SLOW
    if of_day and setting.direction == "upload" and setting.compression > 1:
        yield Fix(control="direction", value="both")
    if of_day:
        yield _lower("participation", setting.participation, PARTICIPATION, wanted)
    yield from _smaller(state, wanted)
    yield _lower("rounds_per_day", setting.rounds_per_day, ROUNDS_PER_DAY, wanted, whole=True)
    yield _compression(setting, wanted, download_too=of_day)


def _lower(control: str, now: float, limits: Range, wanted: list[float], *, whole: bool = False) -> Fix:
    """Return a control to which the quantity is proportional, at its mildest value, or at its lower end."""
    values = (rounded(now * share, whole=whole) for share in wanted)
    value = next((value for value in values if value >= limits[0]), limits[0])
    return Fix(control=control, value=round(value) if whole else value)


def _smaller(state: State, wanted: list[float]) -> Iterator[Fix]:
    """Yield a smaller model that cures, where one could be built: not a hundredth of what moves now, nor below it."""
    now, least = state.setting.moved_bytes, _moved_range(state)[0]
    values = (rounded(now * share) for share in wanted)
    value = next((value for value in values if value >= max(least, now / MOST_SMALLER)), None)
    if value is not None:
        yield Fix(control="moved_bytes", value=value)


def _compression(setting: Setting, wanted: list[float], *, download_too: bool) -> Fix:
    """Return the least compression that leaves a wanted share of the upload, or of the round trip if ``download_too``.

    With only the upload compressed c times, 1 + 1/c legs remain of the round trip, at least 1.
    """
    now = setting.compression
    if download_too and setting.direction == "upload":
        uploads = [share * (1 + 1 / now) - 1 for share in wanted]
    else:
        uploads = [share / now for share in wanted]
    values = (rounded(1 / upload, up=True) if upload > 0 else math.inf for upload in uploads)
    return Fix(
        control="compression", value=next((value for value in values if value <= COMPRESSION[1]), COMPRESSION[1])
    )
