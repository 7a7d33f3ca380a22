"""What the paradox objects to: traffic above centralising, a cap, an upload that outlasts its round; and what mends it.

Every quantity is a product in which a control has one place, so a fix is solved for, not searched: by how much must
the quantity shrink, and which mildest value of one control does that.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from tracks import Fix, Track, Value, Verdict
from tracks.api.outcome import level_of
from tracks.api.quantities import three_digits
from tracks.common.provenance import words
from tracks.missions.paradox.readings import CAP_LIMIT, CAP_WARN, RATIO_LIMIT, RATIO_WARN, legs
from tracks.missions.paradox.traffic import (
    COMPRESSION,
    MOVED_BYTES,
    PARTICIPATION,
    ROUNDS_PER_DAY,
    Costs,
    Range,
    Setting,
    reached,
)

DEARER, OVER_CAP, TOO_SLOW = "dearer_than_data", "over_cap", "upload_too_slow"
FAILURES = (DEARER, OVER_CAP, TOO_SLOW)

# The ratio spans decades, so its margin is counted in hundreds. Beside it, a comfortable cap or upload ranks lower,
# and a state without objection is headed by the answer to the bench's question.
RATIO_SCALE = 100.0

_JUST_INSIDE = 1 - 1e-9  # so that rounding in the physics cannot leave a fix a hair outside
_WORTH_OFFERING = 0.99  # of the quantity may remain where a fix comes inside nothing


def verdicts(track: Track, setting: Setting, found: Costs) -> tuple[Verdict, ...]:
    """Return the three judgements, each at its level."""
    return (_dearer(track, setting, found), _over_cap(track, setting, found), _too_slow(track, setting, found))


def _dearer(track: Track, setting: Setting, found: Costs) -> Verdict:
    level = level_of(found.ratio, RATIO_WARN, RATIO_LIMIT)
    weight = setting.moved_bytes / setting.raw_bytes
    if weight >= setting.turns_per_day or level == "ok":
        cause = f"What moves weighs {words(weight, 'x')} the raw data of a device and day."
    else:
        cause = f"The mean device takes part {three_digits(setting.turns_per_day)} times a day."
    return Verdict(
        code=DEARER,
        level=level,
        title="Federating is cheaper" if level == "ok" else "Dearer than the data",
        measure="Traffic ratio",
        quantity=found.ratio,
        limit=RATIO_LIMIT,
        unit="x",
        scale=RATIO_SCALE,
        cause=cause,
        fixes=_volume_fixes(track, setting, RATIO_WARN / found.ratio, RATIO_LIMIT / found.ratio),
    )


def _over_cap(track: Track, setting: Setting, found: Costs) -> Verdict:
    level = level_of(found.cap_share, CAP_WARN, CAP_LIMIT)
    days, whole = track.fleet.cap_days, track.fleet.cap_scope != "device"
    moved = found.federated * days / (1 if whole else setting.fleet)
    who = "The service" if whole else f"At {legs(setting)} a turn, the mean device"
    return Verdict(
        code=OVER_CAP,
        level=level,
        title={"ok": "Inside the cap", "warn": "Close to the cap", "fail": "Over the cap"}[level],
        measure="Share of the cap",
        quantity=found.cap_share,
        limit=CAP_LIMIT,
        unit="share",
        cause=f"{who} moves {words(moved, 'B')} in {words(days, 'day' if days == 1 else 'days')}.",
        fixes=_volume_fixes(track, setting, CAP_WARN / found.cap_share, CAP_LIMIT / found.cap_share),
    )


def _too_slow(track: Track, setting: Setting, found: Costs) -> Verdict:
    late = found.upload_s > setting.interval_s
    shrink = setting.interval_s / found.upload_s
    return Verdict(
        code=TOO_SLOW,
        level="fail" if late else "ok",
        title="Upload outlasts its round" if late else "Uploads keep pace",
        measure="Upload time",
        quantity=found.upload_s,
        limit=setting.interval_s,
        unit="s",
        cause=f"{words(setting.upload_bytes, 'B')} over {words(setting.uplink, 'bit/s')} take "
        f"{words(found.upload_s, 's')}; rounds are {words(setting.interval_s, 's')} apart.",
        fixes=_upload_fixes(track, setting, shrink),
    )


# --- fixes -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class _Lever:
    """One control as a way to shrink a quantity.

    ``solve(remains)`` is the value at which that share of the quantity remains, infinite where none does;
    ``remains(value)`` is its inverse.
    """

    control: str
    now: float
    limits: Range
    solve: Callable[[float], float]
    remains: Callable[[float], float]
    whole: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class _Candidate:
    """A fix with what it achieves: how far inside it comes (2 comfort, 1 limit, 0 neither), and how far it moves."""

    fix: Fix
    reach: int
    remains: float
    change: float


def _volume_fixes(track: Track, setting: Setting, comfort: float, limit: float) -> tuple[Fix, ...]:
    """Return what shrinks the bytes of a day to ``comfort``, or at least ``limit``, of what they are."""
    if comfort >= 1:
        return ()
    compression = setting.compression
    levers = [_share(setting), _moved(track, setting), _rounds(setting), _compression(setting)]
    found = [_candidate(lever, comfort, limit) for lever in levers]
    if setting.direction == "upload" and compression > 1:
        # The legs are 1 + 1/c of an uncompressed one now, and 2/c with both compressed.
        remains = 2 / (compression + 1)
        fix = Fix(control="direction", value="both")
        found.append(_Candidate(fix=fix, reach=_reach(remains, comfort, limit), remains=remains, change=0))
    return _best(found)


def _upload_fixes(track: Track, setting: Setting, limit: float) -> tuple[Fix, ...]:
    """Return what shrinks an upload, as a share of its interval, to ``limit`` of what it is."""
    if limit >= 1:
        return ()
    levers = [_moved(track, setting), _rounds(setting), _upload_compression(setting)]
    return _best([_candidate(lever, limit, limit) for lever in levers])


def _proportional(control: str, now: float, limits: Range, *, whole: bool = False) -> _Lever:
    return _Lever(
        control=control,
        now=now,
        limits=limits,
        solve=lambda remains: now * remains,
        remains=lambda value: value / now,
        whole=whole,
    )


def _share(setting: Setting) -> _Lever:
    return _proportional("participation", setting.participation, PARTICIPATION)


def _rounds(setting: Setting) -> _Lever:
    return _proportional("rounds_per_day", setting.rounds_per_day, ROUNDS_PER_DAY, whole=True)


def _moved(track: Track, setting: Setting) -> _Lever:
    limits = reached(MOVED_BYTES, track.model.moved_bytes)
    return _proportional("moved_bytes", setting.moved_bytes, limits)


def _upload_compression(setting: Setting) -> _Lever:
    now = setting.compression
    return _Lever(
        control="compression",
        now=now,
        limits=COMPRESSION,
        solve=lambda remains: now / remains,
        remains=lambda value: now / value,
    )


def _compression(setting: Setting) -> _Lever:
    """Both ways as the upload; otherwise the download stays, and 1 + 1/c shrinks to 1 at most."""
    if setting.direction == "both":
        return _upload_compression(setting)
    now = setting.compression
    legs_now = 1 + 1 / now

    def solve(remains: float) -> float:
        upload = remains * legs_now - 1
        return 1 / upload if upload > 0 else math.inf

    return _Lever(
        control="compression",
        now=now,
        limits=COMPRESSION,
        solve=solve,
        remains=lambda value: (1 + 1 / value) / legs_now,
    )


def _candidate(lever: _Lever, comfort: float, limit: float) -> _Candidate:
    """Return the mildest value of one control that reaches comfort, else the limit, else the best end of its slider."""
    low, high = lever.limits
    rising = lever.control == "compression"
    for wanted in [share for share in (comfort, limit) if share < 1]:
        value = _written(lever.solve(wanted * _JUST_INSIDE), up=rising, whole=lever.whole)
        if low <= value <= high:
            break
    else:
        value = high if rising else low
    remains = lever.remains(value)
    return _Candidate(
        fix=Fix(control=lever.control, value=_plain(value, whole=lever.whole)),
        reach=_reach(remains, comfort, limit),
        remains=remains,
        change=abs(math.log(value / lever.now)) / math.log(high / low),
    )


def _reach(remains: float, comfort: float, limit: float) -> int:
    return 2 if remains <= comfort else 1 if remains <= limit < 1 else 0


def _best(found: list[_Candidate]) -> tuple[Fix, ...]:
    """Return the three best: what reaches furthest inside first; then the smallest move, or the largest effect."""
    worth = [item for item in found if item.remains < (1 if item.reach else _WORTH_OFFERING)]
    worth.sort(key=lambda item: (-item.reach, item.change if item.reach else item.remains))
    return tuple(item.fix for item in worth[:3])


def _written(value: float, *, up: bool, whole: bool) -> float:
    """Round to three digits (or a whole number) without overshooting: up for a lever that is raised, else down."""
    if not math.isfinite(value):
        return value
    step = 1.0 if whole else 10.0 ** (math.floor(math.log10(value)) - 2)
    steps = math.ceil(value / step) if up else math.floor(value / step)
    return float(f"{steps * step:.12g}")


def _plain(value: float, *, whole: bool) -> Value:
    return round(value) if whole else value
