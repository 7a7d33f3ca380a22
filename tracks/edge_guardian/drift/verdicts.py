"""What the Fleet Learning Drift objects to: drift, a city left behind, the cap, wasted radio, the control loop."""

from __future__ import annotations

from tracks import Track, Verdict
from tracks.api.outcome import level_of
from tracks.api.quantities import three_digits
from tracks.common.provenance import words
from tracks.common.proxy_fleet import CITIES, CLIENTS, LEFT_BEHIND, city_names, city_verdict, device_word, fleet_verdict
from tracks.edge_guardian.drift.fixes import FALLING, accuracy_fixes, cap_fixes, loop_fixes, waste_fixes
from tracks.edge_guardian.drift.readings import CAP_WARN, LOOP_WARN, WASTE_LIMIT, WASTE_WARN, legs
from tracks.edge_guardian.drift.setting import HORIZON_DAYS, WHENS, Setting
from tracks.edge_guardian.drift.state import Found

DIVERGENCE, OVER_CAP = "divergence", "over_cap"
WASTED, PREEMPTED = "wasted_radio", "loop_preempted"
FAILURES = (DIVERGENCE, LEFT_BEHIND, OVER_CAP, WASTED, PREEMPTED)


def verdicts(track: Track, setting: Setting, found: Found) -> tuple[Verdict, ...]:
    """Return the five judgements, each at its level."""
    return (
        *_accuracy(track, setting, found),
        _over_cap(track, setting, found),
        _wasted(track, setting, found),
        _preempted(setting, found),
    )


def _accuracy(track: Track, setting: Setting, found: Found) -> tuple[Verdict, Verdict]:
    """Fleet and worst city: what mends them is found once for both."""
    target, floor = track.targets.safety_accuracy, track.targets.worst_city_accuracy
    low, behind = found.mean < target, found.worst < floor
    fleet_fixes, city_fixes = (
        accuracy_fixes(track, setting, found, target=target, floor=floor) if low or behind else ((), ())
    )
    city = city_names(track)[found.runs.worst]
    return (
        fleet_verdict(
            code=DIVERGENCE,
            titles=("Holding together", "Drifting apart"),
            mean=found.mean,
            target=target,
            cause=_why_low(setting, found) if low else f"The fleet’s loss ends at {three_digits(found.runs.loss)}.",
            fixes=fleet_fixes,
        ),
        city_verdict(
            city=city,
            worst=found.worst,
            floor=floor,
            cause=_why_behind(setting, found, city) if behind else "",
            fixes=city_fixes,
        ),
    )


def _why_low(setting: Setting, found: Found) -> str:
    """Name what keeps the loss from the least: drift, too few rounds, or who is not heard."""
    if found.fall > FALLING * found.runs.loss:
        return f"It still learns: the loss fell by {three_digits(found.fall)} in the last fifth of the rounds."
    if found.bias > found.excess / 2:
        return (
            f"{setting.local_steps} steps on local data bias the average by {three_digits(found.bias)} of loss, "
            "however many rounds follow."
        )
    arrive = three_digits(float(found.runs.updates.sum()))
    return f"With {arrive} of {CLIENTS} updates a round, the loss ends {three_digits(found.excess)} above the least."


def _why_behind(setting: Setting, found: Found, city: str) -> str:
    """Name how little of the city is heard, or the drift where it is heard like the others."""
    heard, fair = float(found.runs.shares[found.runs.worst]), 1 / CITIES
    if heard < 0.8 * fair:
        tail = ", and no control variate speaks for it" if setting.algorithm != "scaffold" else ""
        return f"{city} sends {words(heard, 'share')} of the updates that arrive, not {words(fair, 'share')}{tail}."
    return _why_low(setting, found)


def _over_cap(track: Track, setting: Setting, found: Found) -> Verdict:
    spent = found.costs
    level = level_of(spent.moved, CAP_WARN * spent.cap, spent.cap)
    taken = three_digits(setting.rounds * spent.busiest * setting.place.present)
    return Verdict(
        code=OVER_CAP,
        level=level,
        title={"ok": "Inside the cap", "warn": "Close to the cap", "fail": "Over the cap"}[level],
        measure=f"Moved per {device_word(track)}",
        quantity=spent.moved,
        limit=spent.cap,
        unit="B",
        cause=f"The most invited {device_word(track)} takes part {taken} times in {HORIZON_DAYS} days, "
        f"{legs(setting, found)} a time.",
        fixes=() if level == "ok" else cap_fixes(track, setting, found),
    )


def _wasted(track: Track, setting: Setting, found: Found) -> Verdict:
    spent = found.costs
    level = level_of(spent.wasted, WASTE_WARN, WASTE_LIMIT)
    best, poorest = words(max(spent.heard), "share"), words(min(spent.heard), "share")
    return Verdict(
        code=WASTED,
        level=level,
        title="Little wasted" if level == "ok" else "Wasted radio",
        measure="Radio energy wasted",
        quantity=spent.wasted,
        limit=WASTE_LIMIT,
        unit="share",
        cause=f"Of those invited {poorest} to {best} are heard, by city; the rest of {words(spent.radio_j, 'J')} a "
        f"{device_word(track)} is lost.",
        fixes=() if level == "ok" else waste_fixes(track, setting, found),
    )


def _preempted(setting: Setting, found: Found) -> Verdict:
    loop = found.loop
    level = level_of(loop.total_s, LOOP_WARN * loop.limit_s, loop.limit_s)
    if setting.place.beside_loop:
        cause = f"At p99 the loop waits {words(loop.waiting_s, 's')} for a kernel that cannot be interrupted."
    else:
        cause = f"Learning happens {WHENS[setting.when]}, and the loop alone takes {words(loop.alone_s, 's')}."
    return Verdict(
        code=PREEMPTED,
        level=level,
        title={"ok": "Loop on time", "warn": "Loop close to its deadline", "fail": "Loop preempted"}[level],
        measure="Control loop p99",
        quantity=loop.total_s,
        limit=loop.limit_s,
        unit="s",
        cause=cause,
        fixes=() if level == "ok" else loop_fixes(setting, found),
    )
