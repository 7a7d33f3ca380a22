"""The fixes of the Fleet Learning Drift: bytes, radio and loop by formula, accuracy by running it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, partial

from tracks import Fix
from tracks.api.fixes import JUST_INSIDE, Scale, best_fixes, changed, distance_on, rounded
from tracks.api.outcome import Limit, Offered
from tracks.common.federated_runs import Learning, final_scores
from tracks.common.fleet_accuracy import LEFT_BEHIND, accuracy_fixes
from tracks.common.proxy_fleet import CLIENTS
from tracks.common.traffic import CAP_WARN, HORIZON_DAYS
from tracks.edge_guardian.drift.costs import QUANTILE, costs, loop
from tracks.edge_guardian.drift.setting import KERNEL_S, LOCAL_STEPS, ROUNDS_PER_DAY, VEHICLES
from tracks.edge_guardian.drift.state import (
    DIVERGENCE,
    HEARD_LITTLE,
    LOOP_WARN,
    OVER_CAP,
    PREEMPTED,
    WASTE_LIMIT,
    State,
    learning_at,
)

MAX_TRIED = 2  # changes that are run
FEW_UPDATES = 6  # a round: an average of so few depends on chance
FEW_STEPS = 5  # local steps of which clients hardly drift

_ACCURACIES = (DIVERGENCE, LEFT_BEHIND)
_SCALES = {
    "local_steps": Scale(*LOCAL_STEPS, log=True),
    "vehicles_per_round": Scale(*VEHICLES),
    "rounds_per_day": Scale(*ROUNDS_PER_DAY, log=True),
    "kernel_s": Scale(*KERNEL_S, log=True),
}


class _Trials:
    """The changes of one state, each tried once for all limits."""

    def __init__(self, state: State) -> None:
        self.setting = cache(lambda fix: changed(state.setting, fix))
        self.costs = cache(lambda fix: costs(state.track, self.setting(fix)))
        self._before = state.runs.final_mean, state.runs.final_worst
        self._after = cache(lambda fix: final_scores(self._learning(state, fix), state.runs.draws))

    def gains(self, fix: Fix) -> tuple[float, float]:
        """Return what fleet and worst city gain on the draws of the state."""
        (mean, worst), (mean_before, worst_before) = self._after(fix), self._before
        return mean - mean_before, worst - worst_before

    def _learning(self, state: State, fix: Fix) -> Learning:
        setting = self.setting(fix)
        kept = fix.control in ("selection", "rounds_per_day", "vehicles_per_round")  # which leave the links as they are
        spent = state.costs if kept else self.costs(fix)
        return learning_at(spent, state.track, setting, seed=state.learning.seed)


def fixes(state: State) -> dict[str, Offered]:
    """Return for each failure what finds up to three changes that help, where its limit warns or fails."""
    trials = _Trials(state)
    return {
        code: () if limit.level == "ok" else partial(_best_fixes, code, limit, state, trials)
        for code, limit in state.limits.items()
    }


def _best_fixes(code: str, now: Limit, state: State, trials: _Trials) -> tuple[Fix, ...]:
    if code in _ACCURACIES:
        return accuracy_fixes(code, now, candidates(code, state), trials.gains, max_tried=MAX_TRIED)

    def after(fix: Fix) -> Limit:
        if code == PREEMPTED:
            return now.at(loop(state.track, trials.setting(fix)).total_s)
        spent = trials.costs(fix)
        return now.at(spent.moved if code == OVER_CAP else spent.wasted)

    distance = distance_on(_SCALES, lambda control: getattr(state.setting, control))
    return best_fixes(now, candidates(code, state), after, distance=distance)


def candidates(code: str, state: State) -> Iterator[Fix]:
    """Yield the changes to try: the mildest first, for an accuracy the likeliest first."""
    if code == OVER_CAP:
        proposed = _fewer_bytes(state)
    elif code == PREEMPTED:
        proposed = _shorter_kernels(state)
    elif code in _ACCURACIES:
        proposed = _better_scores(code, state)
    else:
        proposed = _less_waste(state)
    return (fix for fix in proposed if getattr(state.setting, fix.control) != fix.value)


# --- by formula ------------------------------------------------------------------------------------------------------


def _fewer_bytes(state: State) -> Iterator[Fix]:
    """Fewer rounds or vehicles, the mildest that leaves comfort, then the choices that move less."""
    setting, limit = state.setting, state.limits[OVER_CAP]
    share = min(1.0, JUST_INSIDE * CAP_WARN * limit.limit / limit.quantity)
    rounds = max(1.0, rounded(setting.rounds * share, whole=True))
    yield Fix(control="rounds_per_day", value=max(ROUNDS_PER_DAY[0], rounded(rounds / HORIZON_DAYS)))
    fewer = rounded(setting.vehicles_per_round * share, whole=True)
    yield Fix(control="vehicles_per_round", value=round(max(VEHICLES[0], fewer)))
    if setting.algorithm == "scaffold":
        yield Fix(control="algorithm", value="fedavg")
    if setting.selection == "reliable_first":
        yield Fix(control="selection", value="random")
    yield Fix(control="when", value="depot")


def _less_waste(state: State) -> Iterator[Fix]:
    """Fewer steps, so that more of them finish, another place to learn, and the best links first."""
    steps = state.setting.local_steps // 2
    while steps >= LOCAL_STEPS[0]:
        fewer = Fix(control="local_steps", value=steps)
        yield fewer
        if costs(state.track, changed(state.setting, fewer)).wasted <= WASTE_LIMIT:
            break  # still fewer would save little more and learn less
        steps //= 2
    yield Fix(control="when", value="depot")
    yield Fix(control="when", value="driving")
    yield Fix(control="selection", value="reliable_first")


def _shorter_kernels(state: State) -> Iterator[Fix]:
    """A kernel short enough for comfort, or for the deadline, and the places where no loop runs."""
    latency = state.loop
    for share in (LOOP_WARN, 1.0):
        kernel_s = JUST_INSIDE * (share * latency.limit_s - latency.alone_s - latency.stretched_s) / QUANTILE
        if KERNEL_S[0] <= kernel_s < state.setting.kernel_s:
            yield Fix(control="kernel_s", value=rounded(kernel_s))
    yield Fix(control="when", value="parked")
    yield Fix(control="when", value="depot")


# --- by running ------------------------------------------------------------------------------------------------------


def _better_scores(code: str, state: State) -> Iterator[Fix]:
    """Changes that act on what keeps the score down, the likeliest first."""
    setting = state.setting
    corrected = Fix(control="algorithm", value="scaffold")
    if code == LEFT_BEHIND and 0 < state.worst_share < HEARD_LITTLE:
        yield corrected  # its last update still counts in the rounds that lose its next one
    more_vehicles = Fix(control="vehicles_per_round", value=min(CLIENTS, 2 * setting.vehicles_per_round))
    if float(state.runs.updates.sum()) < FEW_UPDATES:
        yield more_vehicles
    if setting.when != "depot":
        if setting.selection == "reliable_first":
            yield Fix(control="selection", value="city_balanced")
        yield Fix(control="when", value="depot")
    if state.runs.still_learns:
        yield Fix(control="local_steps", value=min(round(LOCAL_STEPS[1]), 2 * setting.local_steps))
        daily, most_daily = setting.rounds_per_day, setting.context.rounds_per_day
        if most_daily is None or daily < most_daily:
            yield Fix(control="rounds_per_day", value=min(ROUNDS_PER_DAY[1], 2 * daily))
    if setting.local_steps > FEW_STEPS:
        yield Fix(control="local_steps", value=max(FEW_STEPS, setting.local_steps // 4))
    yield corrected
    yield more_vehicles
