"""The fixes of the convergence bench: bytes, drift and waste by formula, accuracy by running it.

A few changes are run, those that act on what keeps the loss from the optimum. Long SCAFFOLD runs cannot be tried while
a slider moves; changes to them are proposed untried where a survey of the sliders found them to help throughout.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache, lru_cache

from tracks import Fix
from tracks.api.fixes import JUST_INSIDE, Scale, best_fixes, changed, distance_on, rounded
from tracks.api.outcome import Limit
from tracks.common.federated_runs import Learning, bias_of, final_scores
from tracks.common.fleet_accuracy import ACCURACY_SCALE, LEFT_BEHIND, accuracy_fixes
from tracks.common.proxy_fleet import CLIENTS
from tracks.common.traffic import CAP_WARN
from tracks.missions.convergence.costs import bytes_per_round, counts_the_busiest, invitation_of
from tracks.missions.convergence.setting import (
    ATTEMPTS,
    CLIENTS_PER_ROUND,
    COMPRESSION,
    LEARNING_RATE,
    LOCAL_STEPS,
    PAYLOAD_FACTORS,
    ROUNDS,
)
from tracks.missions.convergence.state import (
    BELOW_TARGET,
    BIAS_LIMIT,
    BIAS_WARN,
    DRIFTING,
    OVER_CAP,
    State,
    learning_of,
)

MAX_TRIED, MAX_TRIED_LONG, LONG_ROUNDS = 2, 1, 100  # changes that are run, fewer in runs of more than so many rounds
RATE_STEP = 0.05  # of the learning rate's slider

# What the survey found. Control variates help where there is drift to correct, by clients and rounds enough to do so.
MIN_CORRECTED_BIAS, MIN_CORRECTED_CLIENTS, MIN_CORRECTED_ROUNDS = BIAS_LIMIT / 2, 12, 30
MAX_TRIED_ROUNDS = 60  # that control variates run fast enough to be tried
MIN_INVITED = 8  # below so many a round, a run with control variates depends on chance
MAX_STEP = 1.0  # of the learning rate: beyond, they overshoot where few updates arrive
MIN_SHORTFALL = {BELOW_TARGET: 0.01, LEFT_BEHIND: 0.02}  # of accuracy: nearer to the limit, chance decides
_ACCURACIES = tuple(MIN_SHORTFALL)
MAX_BALANCED_CLIENTS = 0.8 * CLIENTS  # beyond, an invitation of every city changes little

_SCALES = {
    "rounds": Scale(*ROUNDS, log=True),
    "payload_bytes": Scale(*PAYLOAD_FACTORS, log=True),
    "clients_per_round": Scale(*CLIENTS_PER_ROUND),
    "compression": Scale(*COMPRESSION, log=True),
    "attempts": Scale(*ATTEMPTS),
}


def fixes(state: State) -> dict[str, tuple[Fix, ...]]:
    """Return for each failure up to three changes that help where its limit warns or fails."""
    scores = cache(lambda fix: final_scores(_learning_after(state, fix)))  # a change is tried once for both accuracies
    return {
        code: () if limit.level == "ok" else _best_fixes(code, limit, state, scores)
        for code, limit in state.limits.items()
    }


def _best_fixes(
    code: str, now: Limit, state: State, scores_after: Callable[[Fix], tuple[float, float]]
) -> tuple[Fix, ...]:
    if code in _ACCURACIES:
        tried = MAX_TRIED_LONG if state.setting.rounds > LONG_ROUNDS else MAX_TRIED
        return accuracy_fixes(
            code, now, candidates(code, state), scores_after, max_tried=tried, untried=_surveyed(code, state)
        )

    def after(fix: Fix) -> Limit:
        return now.at(_quantity_after(code, state, fix))

    if code == OVER_CAP:
        distance = distance_on(_SCALES, lambda control: getattr(state.setting, control))
        return best_fixes(now, candidates(code, state), after, distance=distance)
    return best_fixes(now, candidates(code, state), after)


def _learning_after(state: State, fix: Fix) -> Learning:
    return learning_of(state.learning.fleet_seed, changed(state.setting, fix), seed=state.learning.seed)


def _quantity_after(code: str, state: State, fix: Fix) -> float:
    """Return the bytes, the bias or the failed uploads after a change."""
    setting = changed(state.setting, fix)
    if code == OVER_CAP:
        return setting.rounds * bytes_per_round(state.track, setting)
    if code == DRIFTING:
        return bias_of(_learning_after(state, fix))
    return invitation_of(setting).failed


def candidates(code: str, state: State) -> Iterator[Fix]:
    """Yield the changes to try: the mildest first, for an accuracy the likeliest first."""
    if code == OVER_CAP:
        proposed = _fewer_bytes(state)
    elif code == DRIFTING:
        proposed = _less_drift(state)
    elif code in _ACCURACIES:
        proposed = _longer_scaffold(code, state) if state.setting.algorithm == "scaffold" else _better_scores(state)
    else:
        proposed = _fewer_failures(state)
    return (fix for fix in proposed if getattr(state.setting, fix.control) != fix.value)


# --- bytes, drift and waste ------------------------------------------------------------------------------------------


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


def _less_drift(state: State) -> Iterator[Fix]:
    """A shorter step where the run diverges, fewer local steps, then control variates, for twice the bytes."""
    if state.diverges:
        yield _half_rate(state)
    yield _fewer_steps(state)
    yield Fix(control="algorithm", value="scaffold")


@lru_cache(maxsize=1)  # three limits of one state use it
def _fewer_steps(state: State) -> Fix:
    """Return about the most local steps that drift little: at most half, and about in proportion to the bias."""
    steps, bias, most = state.setting.local_steps, state.bias, state.setting.local_steps // 2
    fix = Fix(control="local_steps", value=steps)
    while bias > BIAS_WARN and steps > 1:
        steps = max(1, min(most, round(steps * BIAS_WARN / bias)))
        fix = Fix(control="local_steps", value=steps)
        bias, most = _quantity_after(DRIFTING, state, fix), steps - 1
    return fix


def _half_rate(state: State) -> Fix:
    """Return half of the learning rate, on the slider."""
    half = float(f"{round(state.setting.learning_rate / 2 / RATE_STEP) * RATE_STEP:.12g}")
    return Fix(control="learning_rate", value=max(LEARNING_RATE[0], half))


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
    """Changes that act on what keeps the loss from the optimum, the likeliest first."""
    setting = state.setting
    more_rounds = Fix(control="rounds", value=min(round(ROUNDS[1]), 2 * setting.rounds))
    more_clients = Fix(control="clients_per_round", value=min(CLIENTS, 2 * setting.clients_per_round))
    more_steps = Fix(control="local_steps", value=min(round(LOCAL_STEPS[1]), 2 * setting.local_steps))
    every_city = Fix(control="selection", value="city_balanced")
    if state.diverges:
        yield _half_rate(state)
    if setting.selection == "reliable_first":
        yield every_city
    if state.bias > state.excess / 2:
        yield from (_fewer_steps(state), more_clients)
    elif state.runs.still_learns:
        yield from (more_rounds, more_steps)
    else:
        yield from (more_clients, _fewer_steps(state))
    if setting.selection == "random":
        yield every_city
    yield from (more_rounds, more_clients)


def _longer_scaffold(code: str, state: State) -> Iterator[Fix]:
    """Twice the rounds, where control variates run fast enough to be tried."""
    rounds = 2 * state.setting.rounds
    if _falls_short(code, state) and _wants_rounds(state) and rounds <= MAX_TRIED_ROUNDS:
        yield Fix(control="rounds", value=rounds)


def _falls_short(code: str, state: State) -> bool:
    return -state.limits[code].margin * ACCURACY_SCALE > MIN_SHORTFALL[code]


def _wants_rounds(state: State) -> bool:
    return state.setting.selection != "reliable_first" and state.runs.still_learns


def _surveyed(code: str, state: State) -> Iterator[Fix]:
    """Control variates, or changes to a run that has them, where the survey found them to help."""
    setting = state.setting
    invited, rounds = setting.clients_per_round, setting.rounds
    if setting.algorithm != "scaffold":
        enough = invited >= MIN_CORRECTED_CLIENTS and rounds >= MIN_CORRECTED_ROUNDS
        if state.bias > MIN_CORRECTED_BIAS and enough and setting.selection != "reliable_first":
            yield Fix(control="algorithm", value="scaffold")
    elif _falls_short(code, state):
        if setting.selection == "reliable_first" and invited <= MAX_BALANCED_CLIENTS:
            yield Fix(control="selection", value="city_balanced")
        steady = invited >= MIN_INVITED and setting.learning_rate <= MAX_STEP
        if _wants_rounds(state) and steady and MAX_TRIED_ROUNDS < 2 * rounds <= ROUNDS[1]:
            yield Fix(control="rounds", value=2 * rounds)
        if not state.runs.still_learns and invited <= CLIENTS / 2:
            yield Fix(control="clients_per_round", value=CLIENTS)
