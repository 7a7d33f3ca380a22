"""What the convergence bench objects to: a cap, a target, a city left behind, drift, waste; and in which words."""

from __future__ import annotations

from tracks import Track, Verdict
from tracks.api.outcome import level_of
from tracks.api.quantities import three_digits
from tracks.common.provenance import words
from tracks.common.proxy_fleet import CLIENTS, LEFT_BEHIND, city_names, city_verdict, device_word, fleet_verdict
from tracks.missions.convergence.costs import Found
from tracks.missions.convergence.fixes import FALLING, accuracy_fixes, cap_fixes, drift_fixes, waste_fixes
from tracks.missions.convergence.links import city_reliability
from tracks.missions.convergence.readings import BIAS_LIMIT, BIAS_WARN, CAP_WARN, WASTE_LIMIT, WASTE_WARN, legs
from tracks.missions.convergence.setting import HORIZON_DAYS, Setting

OVER_CAP, BELOW_TARGET = "over_cap", "below_target"
DRIFTING, WASTING = "drifting", "wasting"
FAILURES = (OVER_CAP, BELOW_TARGET, LEFT_BEHIND, DRIFTING, WASTING)

BIAS_SCALE = 0.1  # as ten points of accuracy do, so that the worst of them leads


def verdicts(track: Track, setting: Setting, found: Found) -> tuple[Verdict, ...]:
    """Return the five judgements, each at its level."""
    return (
        _over_cap(track, setting, found),
        *_accuracy(track, setting, found),
        _drifting(setting, found),
        _wasting(setting, found),
    )


def _over_cap(track: Track, setting: Setting, found: Found) -> Verdict:
    costs = found.costs
    level = level_of(costs.moved, CAP_WARN * costs.cap, costs.cap)
    device = device_word(track)
    whose = "busiest" if costs.participations > setting.clients_per_round / CLIENTS * setting.rounds + 1e-9 else "mean"
    return Verdict(
        code=OVER_CAP,
        level=level,
        title={"ok": "Inside the cap", "warn": "Close to the cap", "fail": "Over the cap"}[level],
        measure=f"Moved per {device}",
        quantity=costs.moved,
        limit=costs.cap,
        unit="B",
        cause=f"The {whose} {device} takes part {three_digits(costs.participations)} times in {HORIZON_DAYS} days, "
        f"{legs(setting, found)} a time.",
        fixes=() if level == "ok" else cap_fixes(track, setting, found),
    )


def _accuracy(track: Track, setting: Setting, found: Found) -> tuple[Verdict, Verdict]:
    """Fleet and worst city: what mends them is found once for both."""
    target, floor = track.targets.mean_accuracy, track.targets.worst_city_accuracy
    low, behind = found.mean < target, found.worst < floor
    mean_fixes, worst_fixes = (
        accuracy_fixes(setting, found, short=(target - found.mean, floor - found.worst)) if low or behind else ((), ())
    )
    city = city_names(track)[found.runs.worst]
    return (
        fleet_verdict(
            code=BELOW_TARGET,
            titles=("On target", "Below target"),
            mean=found.mean,
            target=target,
            cause=_why(setting, found) if low else f"The score stands at a loss of {three_digits(found.loss)}.",
            fixes=mean_fixes,
        ),
        city_verdict(
            city=city,
            worst=found.worst,
            floor=floor,
            cause=_why_behind(setting, found, city) if behind else "",
            fixes=worst_fixes,
        ),
    )


def _why(setting: Setting, found: Found) -> str:
    """Name what keeps the loss from the optimum most: drift, too few rounds, or the luck of who arrives."""
    excess, fall = found.loss - found.optimal_loss, found.fall
    steps = f"{setting.local_steps} local {'step' if setting.local_steps == 1 else 'steps'}"
    if found.diverges:
        rate, loss = three_digits(setting.learning_rate), three_digits(found.loss)
        return f"A step of {rate} is too long for some clients: the loss stands at {loss}."
    if found.bias > excess / 2 and found.bias > BIAS_WARN / 2:
        return f"{steps} on local data bias the average by {three_digits(found.bias)} of loss; rounds do not remove it."
    if fall > FALLING * found.loss:
        return f"It still learns: the loss fell by {three_digits(fall)} in the last fifth of the rounds."
    return (
        f"With {three_digits(setting.clients_per_round * found.invited.delivered)} of {CLIENTS} updates a round, "
        f"the loss ends {three_digits(excess)} above the optimum."
    )


def _why_behind(setting: Setting, found: Found, city: str) -> str:
    """Name the drift where it is large, otherwise the links of the city or the general shortfall."""
    if found.bias > BIAS_WARN and not found.diverges:
        return (
            f"{setting.local_steps} steps on local data pull each client to its own city’s optimum; the average is "
            f"biased by {three_digits(found.bias)} of loss."
        )
    link, mean = city_reliability(setting.reliability, found.runs.worst), setting.reliability
    if link < mean - 1e-9:
        return f"{city}’s links deliver {words(link, 'share')} of their attempts, the fleet’s {words(mean, 'share')}."
    return _why(setting, found)


def _drifting(setting: Setting, found: Found) -> Verdict:
    level = level_of(found.bias, BIAS_WARN, BIAS_LIMIT)
    if setting.algorithm == "scaffold":
        cause = "SCAFFOLD takes the drift out of every step, for twice the bytes."
    else:
        cause = (
            f"{setting.local_steps} steps of {three_digits(setting.learning_rate)} a round: endless rounds would end "
            f"{three_digits(found.bias)} above the least loss."
        )
    return Verdict(
        code=DRIFTING,
        level=level,
        title="Drift in bounds" if level == "ok" else "Drifting",
        measure="Fixed-point bias",
        quantity=found.bias,
        limit=BIAS_LIMIT,
        unit="",
        scale=BIAS_SCALE,
        cause=cause,
        fixes=() if level == "ok" else drift_fixes(setting, found),
    )


def _wasting(setting: Setting, found: Found) -> Verdict:
    failed, costs = found.invited.failed, found.costs
    level = level_of(failed, WASTE_WARN, WASTE_LIMIT)
    return Verdict(
        code=WASTING,
        level=level,
        title="Little wasted" if level == "ok" else "Wasting",
        measure="Failed uploads",
        quantity=failed,
        limit=WASTE_WARN,
        unit="share",
        cause=f"{words(costs.wasted, 'B')} and {words(costs.wasted_j, 'J')} a device went into updates that never "
        "arrived.",
        fixes=() if level == "ok" else waste_fixes(setting, found),
    )
