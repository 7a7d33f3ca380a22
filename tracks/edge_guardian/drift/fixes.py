"""What one change would mend in the Fleet Learning Drift: bytes, radio and loop by formula, accuracy by running it.

Accuracy follows no formula, so a change is offered there only after its own runs, on the same draws, have scored
higher; SCAFFOLD alone, whose runs take long, is offered where a survey of the sliders found it to help.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from tracks import Fix, Track, Value
from tracks.common.proxy_fleet import CLIENTS
from tracks.edge_guardian.drift.fleet import QUANTILE, costs
from tracks.edge_guardian.drift.readings import CAP_WARN, WASTE_LIMIT, WASTE_WARN
from tracks.edge_guardian.drift.runs import Learning, final_scores, learning_of
from tracks.edge_guardian.drift.setting import HORIZON_DAYS, KERNEL_S, LOCAL_STEPS, ROUNDS_PER_DAY, VEHICLES, Setting
from tracks.edge_guardian.drift.state import Found

Fixes = tuple[Fix, ...]
Offer = tuple[str, Value]
MOST = 3
TRIED, TRIED_SCAFFOLD = 2, 1  # changes that are run
BRIEF = 30  # rounds: in runs of no more, one change more is run
COSTLY = 60  # rounds of SCAFFOLD: longer runs are tried in the depot alone, which shortens them
MIN_HEARD, MIN_STEPS, MAX_STEPS = 4, 400, 60  # updates a vehicle, steps in all, steps a round: see below
FEW = 6  # updates a round: an average of so few is shaken by who they happen to be
CLEARLY = 5e-4  # of accuracy a tried change has to gain
FALLING = 0.01  # of the loss: what it falls by in the last fifth of the rounds while it still learns
_WORTH_OFFERING = 0.99  # of the quantity may remain


def changed(setting: Setting, control: str, value: Value) -> Setting:
    """Return the setting with one control moved."""
    change: dict[str, Any] = {control: value}
    return replace(setting, **change)


def _three_digits_down(value: float) -> float:
    step = 10.0 ** (math.floor(math.log10(value)) - 2)
    return float(f"{math.floor(value / step * (1 + 1e-12)) * step:.12g}")


def _ranked(tried: Iterable[tuple[Fix, float]], *, now: float, limit: float, comfort: float) -> Fixes:
    """Return the changes that lower a quantity: those that reach comfort, then the limit, in the order offered."""
    useful = [(fix, left) for fix, left in tried if left < _WORTH_OFFERING * now]

    def reach(left: float) -> int:
        return 0 if left <= comfort else 1 if left <= limit else 2

    useful.sort(key=lambda one: (reach(one[1]), one[1] if reach(one[1]) == 2 else 0.0))
    return tuple(fix for fix, _ in useful[:MOST])


# --- by formula ------------------------------------------------------------------------------------------------------


def cap_fixes(track: Track, setting: Setting, found: Found) -> Fixes:
    """Return what brings a vehicle's bytes under its cap, with some air, or nearest to it."""
    moved, cap = found.costs.moved, found.costs.cap
    tried = []
    for control, value in _byte_levers(setting, CAP_WARN * cap / moved):
        after = changed(setting, control, value)
        if after != setting:
            tried.append((Fix(control=control, value=value), costs(track, after).moved))
    return _ranked(tried, now=moved, limit=cap, comfort=CAP_WARN * cap)


def _byte_levers(setting: Setting, share: float) -> Iterator[Offer]:
    rounds = math.floor(setting.rounds * min(1.0, share) + 1e-9)
    daily = max(ROUNDS_PER_DAY[0], _three_digits_down(max(rounds, 1) / HORIZON_DAYS))
    yield "rounds_per_day", daily
    fewer = math.floor(setting.vehicles_per_round * min(1.0, share) + 1e-9)
    yield "vehicles_per_round", max(round(VEHICLES[0]), fewer)
    if setting.algorithm == "scaffold":
        yield "algorithm", "fedavg"
    if setting.selection == "reliable_first":
        yield "selection", "random"
    if setting.when != "depot":
        yield "when", "depot"


def waste_fixes(track: Track, setting: Setting, found: Found) -> Fixes:
    """Return what lets more of the radio's energy reach the average: another place, fewer steps, better links."""
    offers: list[Offer] = [("when", "depot"), ("when", "driving"), ("selection", "reliable_first")]
    steps = setting.local_steps // 2
    while steps >= LOCAL_STEPS[0]:
        offers.append(("local_steps", steps))
        if costs(track, changed(setting, "local_steps", steps)).wasted <= WASTE_LIMIT:
            break
        steps //= 2
    tried: dict[str, tuple[Fix, float]] = {}
    for control, value in offers:
        after = changed(setting, control, value)
        left = costs(track, after).wasted
        if after != setting and (control not in tried or left < tried[control][1]):
            tried[control] = (Fix(control=control, value=value), left)
    return _ranked(tried.values(), now=found.costs.wasted, limit=WASTE_LIMIT, comfort=WASTE_WARN)


def loop_fixes(setting: Setting, found: Found) -> Fixes:
    """Return a kernel short enough for the deadline, and the places where no loop runs."""
    loop = found.loop
    room = loop.limit_s - loop.alone_s - loop.stretched_s
    fixes = []
    if room / QUANTILE >= KERNEL_S[0]:
        kernel = _three_digits_down(room / QUANTILE)
        if kernel < setting.kernel_s * _WORTH_OFFERING:
            fixes.append(Fix(control="kernel_s", value=kernel))
    fixes += [Fix(control="when", value="parked"), Fix(control="when", value="depot")]
    return tuple(fixes)


# --- by running ------------------------------------------------------------------------------------------------------


def accuracy_fixes(track: Track, setting: Setting, found: Found, *, target: float, floor: float) -> tuple[Fixes, Fixes]:
    """Return what raises the fleet's score, and what the worst city's; what cures comes first."""
    tried_fleet, tried_city = [], []
    most = (TRIED_SCAFFOLD if setting.algorithm == "scaffold" else TRIED) + (setting.rounds <= BRIEF)
    for control, value in list(_suggested(setting, found))[:most]:
        mean, worst = final_scores(_after(track, setting, found, control, value))
        fix = Fix(control=control, value=value)
        if mean > found.mean + CLEARLY:
            tried_fleet.append((mean < target, -mean, fix))
        if worst > found.worst + CLEARLY:
            tried_city.append((worst < floor, -worst, fix))
    fleet, city = ([fix for *_, fix in sorted(tried, key=_rank)] for tried in (tried_fleet, tried_city))
    if _control_variates_help(setting, found):
        cured = any(not missed for missed, *_ in tried_city)
        for fixes in (fleet, city):
            fixes.insert(1 if cured and fixes else 0, Fix(control="algorithm", value="scaffold"))
    return tuple(fleet[:MOST]), tuple(city[:MOST])


def _rank(tried: tuple[bool, float, Fix]) -> tuple[bool, float]:
    return tried[:2]


def _after(track: Track, setting: Setting, found: Found, control: str, value: Value) -> Learning:
    after = changed(setting, control, value)
    same = control in ("selection", "rounds_per_day", "vehicles_per_round")
    heard = found.costs.heard if same else costs(track, after).heard
    return learning_of(track, after, heard, seed=found.learning.seed)


def _control_variates_help(setting: Setting, found: Found) -> bool:
    """Whether every vehicle is heard often enough, and steps are neither too few nor too many, for SCAFFOLD to help.

    Its runs take too long to try while a slider moves; a survey of the sliders found it to help where this holds.
    """
    least = min(found.costs.heard) * setting.vehicles_per_round / CLIENTS * setting.rounds
    return (
        setting.algorithm != "scaffold"
        and setting.selection != "reliable_first"
        and least >= MIN_HEARD
        and setting.rounds * setting.local_steps >= MIN_STEPS
        and setting.local_steps <= MAX_STEPS
    )


def _suggested(setting: Setting, found: Found) -> Iterator[Offer]:
    """Changes that act on what keeps the loss from the least, the likeliest first."""
    scaffold = setting.algorithm == "scaffold"
    short = not scaffold or setting.rounds <= COSTLY
    learns = found.fall > FALLING * found.runs.loss
    offers: list[Offer] = []
    more = ("vehicles_per_round", min(CLIENTS, 2 * setting.vehicles_per_round))
    if float(found.runs.updates.sum()) < FEW and short:
        offers.append(more)
    if setting.when != "depot":
        if setting.selection == "reliable_first":
            offers.append(("selection", "city_balanced"))
        offers.append(("when", "depot"))
    if learns and short:
        offers.append(("local_steps", min(round(LOCAL_STEPS[1]), 2 * setting.local_steps)))
        if setting.place.rounds_per_day is None or setting.rounds_per_day < setting.place.rounds_per_day:
            offers.append(("rounds_per_day", min(ROUNDS_PER_DAY[1], 2 * setting.rounds_per_day)))
    elif setting.local_steps > 3 and short:
        offers.append(("local_steps", max(2, setting.local_steps // 3)))
    if short:
        offers.append(more)
    for control, value in dict.fromkeys(offers):
        if getattr(setting, control) != value:
            yield control, value
