"""What one change would mend on the convergence bench: bytes, drift and waste by formula, accuracy by running it.

Accuracy follows no formula, so a change is offered there only after its own runs, on the same draws, have scored
higher. A few are tried, those that act on what keeps the loss from the optimum. Long SCAFFOLD runs cannot be tried
while a slider moves; changes to them are offered where a survey of the sliders found them to help throughout.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from tracks import Fix, Track, Value
from tracks.common.proxy_fleet import CLIENTS
from tracks.missions.convergence.costs import Found, bytes_per_round
from tracks.missions.convergence.links import invited
from tracks.missions.convergence.readings import BIAS_LIMIT, BIAS_WARN, CAP_WARN
from tracks.missions.convergence.runs import final_scores, fixed, learning_of
from tracks.missions.convergence.setting import (
    CLIENTS_PER_ROUND,
    COMPRESSION,
    LEARNING_RATE,
    LOCAL_STEPS,
    PAYLOAD_FACTORS,
    ROUNDS,
    Range,
    Setting,
)

Fixes = tuple[Fix, ...]
MOST = 3
TRIED, TRIED_LONG, LONG = 2, 1, 100  # changes that are run, fewer in a long run, and what counts as one
CLEARLY = 5e-4  # of accuracy a tried change has to gain
FALLING = 0.01  # of the loss: what it falls by in the last fifth of the rounds while it still learns

_JUST_INSIDE = 1 - 1e-9  # so that rounding in the physics cannot leave a fix a hair outside
_WORTH_OFFERING = 0.99  # of the quantity may remain where a fix comes inside nothing


def _changed(setting: Setting, control: str, value: Value) -> Setting:
    change: dict[str, Any] = {control: value}
    return replace(setting, **change)


# --- bytes -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class _Candidate:
    """A change with what it leaves of the quantity, and how far it moves its control, as a share of the scale."""

    fix: Fix
    remains: float
    change: float


def cap_fixes(track: Track, setting: Setting, found: Found) -> Fixes:
    """Return what brings the bytes of a device to four fifths of its cap, or to the cap, or nearest to it."""
    moved, cap = found.costs.moved, found.costs.cap
    comfort, limit = CAP_WARN * cap / moved, cap / moved
    candidates = []
    for control, value, change in _levers(track, setting, found, [w for w in (comfort, limit) if w < 1]):
        after = _changed(setting, control, value)
        remains = after.rounds * bytes_per_round(track, after) / moved
        candidates.append(_Candidate(fix=Fix(control=control, value=value), remains=remains, change=change))

    def reach(one: _Candidate) -> int:
        return 2 if one.remains <= comfort else 1 if one.remains <= limit < 1 else 0

    worth = [one for one in candidates if one.remains < (1 if reach(one) else _WORTH_OFFERING)]
    worth.sort(key=lambda one: (-reach(one), one.change if reach(one) else one.remains))
    return tuple(one.fix for one in worth[:MOST])


def _levers(track: Track, setting: Setting, found: Found, wanted: list[float]) -> Iterator[tuple[str, Value, float]]:
    """Each control that moves the bytes, at its mildest value that leaves a wanted share of them, else at its end."""
    payload = (PAYLOAD_FACTORS[0] * track.model.moved_bytes, PAYLOAD_FACTORS[1] * track.model.moved_bytes)
    proportional: list[tuple[str, float, Range, bool]] = [
        ("rounds", setting.rounds, ROUNDS, True),
        ("payload_bytes", setting.payload_bytes, payload, False),
    ]
    same_device = found.costs.participations > setting.clients_per_round / CLIENTS * setting.rounds + 1e-9
    if not same_device:
        proportional.append(("clients_per_round", setting.clients_per_round, CLIENTS_PER_ROUND, True))
    for control, now, (low, high), whole in proportional:
        values = (_written(now * share * _JUST_INSIDE, whole=whole) for share in wanted)
        value = next((value for value in values if value >= low), low)
        yield control, round(value) if whole else float(value), math.log(now / value) / math.log(high / low)
    legs, tries = 1 + found.invited.attempts / setting.compression, found.invited.attempts
    left = (legs * share * _JUST_INSIDE - 1 for share in wanted)
    factors = (_written(tries / upload, up=True) for upload in left if upload > 0)
    factor = next((factor for factor in factors if factor <= COMPRESSION[1]), COMPRESSION[1])
    yield "compression", factor, math.log(factor / setting.compression) / math.log(COMPRESSION[1] / COMPRESSION[0])
    if setting.algorithm == "scaffold":
        yield "algorithm", "fedavg", 0.0
    if setting.attempts > 1:
        yield "attempts", 1, 0.0
    if same_device:
        yield "selection", "random", 0.0


def _written(value: float, *, up: bool = False, whole: bool = False) -> float:
    """Round to three digits (or a whole number) without overshooting: up for a lever that is raised, else down."""
    step = 1.0 if whole else 10.0 ** (math.floor(math.log10(value)) - 2)
    steps = math.ceil(value / step) if up else math.floor(value / step)
    return float(f"{steps * step:.12g}")


# --- drift and waste -------------------------------------------------------------------------------------------------


def drift_fixes(setting: Setting, found: Found) -> Fixes:
    """Return fewer local steps and control variates, and a shorter step where the run diverges."""
    offers: list[tuple[str, Value]] = [
        ("local_steps", _fewer_steps(setting, found)),
        ("algorithm", "scaffold"),
    ]
    if found.diverges:
        offers.insert(0, ("learning_rate", _half_rate(setting)))
    fixes = []
    for control, value in offers:
        after = _changed(setting, control, value)
        if after != setting and _bias(after, found) < _WORTH_OFFERING * found.bias:
            fixes.append(Fix(control=control, value=value))
    return tuple(fixes)


def _bias(setting: Setting, found: Found) -> float:
    if setting.algorithm == "scaffold":
        return 0.0
    own = found.learning
    point = fixed(own.fleet_seed, own.alpha, setting.local_steps, setting.learning_rate, setting.proximal)
    return float(point.excess_loss)


def _fewer_steps(setting: Setting, found: Found) -> int:
    """Return about the most local steps that drift little: many steps drift in proportion, few of them less."""
    if found.bias <= BIAS_WARN:
        return setting.local_steps
    return max(1, min(setting.local_steps // 2, round(setting.local_steps * BIAS_WARN / found.bias)))


def _half_rate(setting: Setting) -> float:
    """Return half of the learning rate, on the slider."""
    return max(LEARNING_RATE[0], float(f"{round(setting.learning_rate / 2 / 0.05) * 0.05:.12g}"))


def waste_fixes(setting: Setting, found: Found) -> Fixes:
    """Return the best links first, fewer of them, and fewer attempts, each where a smaller share of attempts fails."""
    offers: list[tuple[str, Value]] = [("selection", "reliable_first"), ("attempts", 1)]
    if setting.selection == "reliable_first":
        offers.insert(0, ("clients_per_round", max(round(CLIENTS_PER_ROUND[0]), setting.clients_per_round // 2)))
    fixes = []
    for control, value in offers:
        after = _changed(setting, control, value)
        left = invited(after.clients_per_round, after.reliability, after.attempts, after.selection).failed
        if left < _WORTH_OFFERING * found.invited.failed:
            fixes.append((left, Fix(control=control, value=value)))
    return tuple(fix for _, fix in sorted(fixes, key=lambda one: one[0]))[:MOST]


# --- accuracy --------------------------------------------------------------------------------------------------------


def accuracy_fixes(setting: Setting, found: Found, *, short: tuple[float, float]) -> tuple[Fixes, Fixes]:
    """Return what raises the fleet's score, and what the worst city's; ``short`` is how far each is below its limit."""
    if setting.algorithm == "scaffold":
        return _surveyed(setting, found, short)
    fleet, city = [], []
    for control, value in list(_suggested(setting, found))[: TRIED_LONG if setting.rounds > LONG else TRIED]:
        after = _changed(setting, control, value)
        mean, worst = final_scores(learning_of(found.learning.fleet_seed, after, seed=found.learning.seed))
        fix = Fix(control=control, value=value)
        if mean > found.mean + CLEARLY:
            fleet.append((mean, fix))
        if worst > found.worst + CLEARLY:
            city.append((worst, fix))
    ranked = [[fix for _, fix in sorted(tried, key=lambda one: -one[0])] for tried in (fleet, city)]
    if _drift_is_all(setting, found):
        for fixes in ranked:
            fixes.append(Fix(control="algorithm", value="scaffold"))
    return tuple(ranked[0][:MOST]), tuple(ranked[1][:MOST])


def _suggested(setting: Setting, found: Found) -> Iterator[tuple[str, Value]]:
    """Changes that act on what keeps the loss from the optimum, the likeliest first."""
    more_rounds = ("rounds", min(round(ROUNDS[1]), 2 * setting.rounds))
    more_clients = ("clients_per_round", min(CLIENTS, 2 * setting.clients_per_round))
    fewer_steps = ("local_steps", _fewer_steps(setting, found))
    more_steps = ("local_steps", min(round(LOCAL_STEPS[1]), 2 * setting.local_steps))
    offers: list[tuple[str, Value]] = []
    if found.diverges:
        offers.append(("learning_rate", _half_rate(setting)))
    if setting.selection == "reliable_first":
        offers.append(("selection", "city_balanced"))
    excess = found.loss - found.optimal_loss
    if found.bias > excess / 2:
        offers += [fewer_steps, more_clients]
    elif found.fall > FALLING * found.loss:
        offers += [more_rounds, more_steps]
    else:
        offers += [more_clients, fewer_steps]
    if setting.selection == "random":
        offers.append(("selection", "city_balanced"))
    offers += [more_rounds, more_clients]
    for control, value in dict.fromkeys(offers):
        if getattr(setting, control) != value:
            yield control, value


def _drift_is_all(setting: Setting, found: Found) -> bool:
    """Whether SCAFFOLD's control variates have the drift to correct, and the participation and rounds to do so."""
    return (
        found.bias > BIAS_LIMIT / 2
        and setting.clients_per_round >= 12
        and setting.rounds >= 30
        and setting.selection != "reliable_first"
    )


SHORT = 60  # rounds that control variates run fast enough to be tried
MIN_INVITED = 8  # below so many a round, a run with control variates is a matter of its draws
MAX_STEP = 1.0  # beyond, they overshoot where few updates arrive
ENOUGH = (0.01, 0.02)  # below the limit, of the fleet's score and the worst city's: nearer, the draws decide


def _learns_on(setting: Setting, found: Found) -> tuple[bool, bool]:
    """Whether twice the rounds help SCAFFOLD's fleet, and its worst city: by runs if short, else by the survey."""
    after = _changed(setting, "rounds", 2 * setting.rounds)
    if after.rounds > ROUNDS[1]:
        return False, False
    if after.rounds > SHORT:
        carries = setting.clients_per_round >= MIN_INVITED and setting.learning_rate <= MAX_STEP
        return carries, carries
    mean, worst = final_scores(learning_of(found.learning.fleet_seed, after, seed=found.learning.seed))
    return mean > found.mean + CLEARLY, worst > found.worst + CLEARLY


def _surveyed(setting: Setting, found: Found, short: tuple[float, float]) -> tuple[Fixes, Fixes]:
    """Return what helps SCAFFOLD: every city invited, rounds while it learns, clients once it does not."""
    offers: list[tuple[Fix, tuple[bool, bool]]] = []
    invites, learns = setting.clients_per_round, found.fall > FALLING * found.loss
    if setting.selection == "reliable_first":
        offers.append((Fix(control="selection", value="city_balanced"), (invites <= 0.8 * CLIENTS,) * 2))
    elif learns:
        offers.append((Fix(control="rounds", value=2 * setting.rounds), _learns_on(setting, found)))
    if not learns:
        offers.append((Fix(control="clients_per_round", value=CLIENTS), (invites <= CLIENTS / 2,) * 2))
    fleet, city = (
        tuple(fix for fix, helps in offers if helps[of] and short[of] > ENOUGH[of]) for of in range(len(ENOUGH))
    )
    return fleet, city
