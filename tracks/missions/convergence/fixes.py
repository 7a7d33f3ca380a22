"""The fixes of the convergence bench: bytes and waste by formula, accuracy by running it.

A few changes are run, those that act on what keeps the score down, on the draws of the state itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache, partial

from tracks import Fix
from tracks.api.fixes import JUST_INSIDE, Scale, best_fixes, changed, distance_on, rounded
from tracks.api.outcome import Limit, Offered
from tracks.common.federated_runs import Learning, final_scores
from tracks.common.fleet_accuracy import LEFT_BEHIND, accuracy_fixes
from tracks.common.proxy_fleet import CLIENTS
from tracks.common.traffic import CAP_WARN
from tracks.missions.convergence.costs import bytes_per_round, counts_the_busiest, invitation_of
from tracks.missions.convergence.setting import (
    ATTEMPTS,
    CLIENTS_PER_ROUND,
    COMPRESSION,
    LOCAL_STEPS,
    PAYLOAD_FACTORS,
    ROUNDS,
)
from tracks.missions.convergence.state import (
    BELOW_TARGET,
    OVER_CAP,
    State,
    learning_of,
)

MAX_TRIED, MAX_TRIED_LONG, LONG_ROUNDS = 2, 1, 100  # changes that are run, fewer in runs of more than so many rounds
FEW_STEPS = 5  # local steps of which clients hardly drift
_ACCURACIES = (BELOW_TARGET, LEFT_BEHIND)

_SCALES = {
    "rounds": Scale(*ROUNDS, log=True),
    "payload_bytes": Scale(*PAYLOAD_FACTORS, log=True),
    "clients_per_round": Scale(*CLIENTS_PER_ROUND),
    "compression": Scale(*COMPRESSION, log=True),
    "attempts": Scale(*ATTEMPTS),
}


def fixes(state: State) -> dict[str, Offered]:
    """Return for each failure what finds up to three changes that help, where its limit warns or fails."""

    @cache  # a change is tried once for both accuracies
    def gains(fix: Fix) -> tuple[float, float]:
        """Return what fleet and worst city gain on the draws of the state."""
        mean, worst = final_scores(_learning_after(state, fix), state.runs.draws)
        return mean - state.runs.final_mean, worst - state.runs.final_worst

    return {
        code: () if limit.level == "ok" else partial(_best_fixes, code, limit, state, gains)
        for code, limit in state.limits.items()
    }


def _best_fixes(code: str, now: Limit, state: State, gains: Callable[[Fix], tuple[float, float]]) -> tuple[Fix, ...]:
    if code in _ACCURACIES:
        tried = MAX_TRIED_LONG if state.setting.rounds > LONG_ROUNDS else MAX_TRIED
        return accuracy_fixes(code, now, candidates(code, state), gains, max_tried=tried)

    def after(fix: Fix) -> Limit:
        return now.at(_quantity_after(code, state, fix))

    if code == OVER_CAP:
        distance = distance_on(_SCALES, lambda control: getattr(state.setting, control))
        return best_fixes(now, candidates(code, state), after, distance=distance)
    return best_fixes(now, candidates(code, state), after)


def _learning_after(state: State, fix: Fix) -> Learning:
    return learning_of(state.learning.fleet_seed, changed(state.setting, fix), seed=state.learning.seed)


def _quantity_after(code: str, state: State, fix: Fix) -> float:
    """Return the bytes or the failed uploads after a change."""
    setting = changed(state.setting, fix)
    if code == OVER_CAP:
        return setting.rounds * bytes_per_round(state.track, setting)
    return invitation_of(setting).failed


def candidates(code: str, state: State) -> Iterator[Fix]:
    """Yield the changes to try: the mildest first, for an accuracy the likeliest first."""
    if code == OVER_CAP:
        proposed = _fewer_bytes(state)
    elif code in _ACCURACIES:
        proposed = _better_scores(state)
    else:
        proposed = _fewer_failures(state)
    return (fix for fix in proposed if getattr(state.setting, fix.control) != fix.value)


# --- bytes and waste -------------------------------------------------------------------------------------------------


def _fewer_bytes(state: State) -> Iterator[Fix]:
    """Each control that changes the bytes, at the mildest value that leaves comfort or else the cap, or at its end."""
    setting, limit, attempts = state.setting, state.limits[OVER_CAP], state.invitation.attempts
    wanted = [JUST_INSIDE * level / limit.quantity for level in (CAP_WARN * limit.limit, limit.limit)]
    wanted = [share for share in wanted if share < 1]
    same_device = counts_the_busiest(state.track, setting)

    def proportional(control: str, end: float, *, whole: bool) -> Fix:
        values = (rounded(getattr(setting, control) * share, whole=whole) for share in wanted)
        value = next((value for value in values if value >= end), end)
        return Fix(control=control, value=round(value) if whole else value)

    yield proportional("rounds", ROUNDS[0], whole=True)
    yield proportional("payload_bytes", PAYLOAD_FACTORS[0] * state.track.model.moved_bytes, whole=False)
    if not same_device:
        yield proportional("clients_per_round", CLIENTS_PER_ROUND[0], whole=True)
    left = ((1 + attempts / setting.compression) * share - 1 for share in wanted)
    factors = (rounded(attempts / upload, up=True) for upload in left if upload > 0)
    factor = next((factor for factor in factors if factor <= COMPRESSION[1]), COMPRESSION[1])
    yield Fix(control="compression", value=factor)
    if setting.algorithm == "scaffold":
        yield Fix(control="algorithm", value="fedavg")
    yield Fix(control="attempts", value=1)
    if same_device:
        yield Fix(control="selection", value="random")


def _fewer_failures(state: State) -> Iterator[Fix]:
    """The best links first, fewer of them, and no second attempt."""
    if state.setting.selection == "reliable_first":
        yield Fix(
            control="clients_per_round", value=max(round(CLIENTS_PER_ROUND[0]), state.setting.clients_per_round // 2)
        )
    yield Fix(control="selection", value="reliable_first")
    yield Fix(control="attempts", value=1)


# --- accuracy --------------------------------------------------------------------------------------------------------


def _better_scores(state: State) -> Iterator[Fix]:
    """Changes that act on what keeps the score down, the likeliest first."""
    setting = state.setting
    if state.too_stiff:
        yield Fix(control="algorithm", value="fedavg")
    if setting.selection == "reliable_first":
        yield Fix(control="selection", value="city_balanced")
    if state.runs.still_learns:
        yield Fix(control="local_steps", value=min(round(LOCAL_STEPS[1]), 2 * setting.local_steps))
        yield Fix(control="rounds", value=min(round(ROUNDS[1]), 2 * setting.rounds))
    if setting.local_steps > FEW_STEPS:
        yield Fix(control="local_steps", value=max(FEW_STEPS, setting.local_steps // 4))
    if setting.algorithm != "scaffold":
        yield Fix(control="algorithm", value="scaffold")
    yield Fix(control="clients_per_round", value=min(CLIENTS, 2 * setting.clients_per_round))
    if setting.selection == "random":
        yield Fix(control="selection", value="city_balanced")
