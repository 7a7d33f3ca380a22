"""The fixes of the privacy bench: bytes and promises by formula, accuracy by running it.

Accuracy follows no formula, so a change of it is a fix only after its own runs have scored higher. Where noise
lowers accuracy, they are runs with the same random numbers, under the noise after the change.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial

from tracks import Fix
from tracks.api.fixes import JUST_INSIDE, best_fixes, changed, rounded
from tracks.api.outcome import Limit, Offered
from tracks.missions.privacy.accounting import moved_bytes
from tracks.missions.privacy.runs import USUAL_LENGTH, LearningResult, learning_task, result_of
from tracks.missions.privacy.setting import (
    CLIP,
    DEFAULTS,
    DELTA,
    EPSILON,
    LOCAL_STEPS,
    PAYLOAD_FACTORS,
    ROUNDS,
    SHARE,
    delta_below,
)
from tracks.missions.privacy.state import (
    ACCURACY,
    BUDGET,
    CLAIM,
    CLIPPED,
    CLIPPED_LIMIT,
    DATA,
    DATA_WARN,
    DELTA_LARGE,
    GAP,
    GAP_SCALE,
    MIN_NOISE,
    State,
    gap_points,
)

MAX_RUNS = 2  # changes that are tried, each in runs of its own
SAME_DRAWS, OTHER_DRAWS = 5e-4, 0.02  # accuracy to gain: with the same random numbers, or with others
SHARES = (0.01, 0.1, 1.0)
MOST = 0.75  # of the updates, that a clip may be as long as
NEARLY_ALL = 0.97  # of the updates clipped: the model is then far from where fewer local steps would leave it


def offered_fixes(code: str, state: State) -> Offered:
    """Return what helps against a failure, or, where changes are tried in runs of their own, what finds it."""
    return partial(fixes, code, state) if code in (ACCURACY, GAP, CLIPPED) else fixes(code, state)


def fixes(code: str, state: State) -> tuple[Fix, ...]:
    """Return up to three changes that help against a failure."""
    now, quantity, scored = state.limits[code], _QUANTITIES[code], code in (ACCURACY, GAP)

    def after(fix: Fix) -> Limit | None:
        left = quantity(state, fix)
        return None if left is None else now.at(left)

    return best_fixes(
        now,
        candidates(code, state),
        after,
        least_gain=_margin_of(SAME_DRAWS, code, now) if scored else None,
        max_tried=MAX_RUNS if scored else None,
    )


def _margin_of(accuracy: float, code: str, now: Limit) -> float:
    """Return by how much some accuracy moves the margin of a limit on accuracy, or on points below the ceiling."""
    return accuracy / now.limit if code == ACCURACY else 100 * accuracy / GAP_SCALE


def candidates(code: str, state: State) -> Iterator[Fix]:
    """Return the changes to try against a failure, the mildest first."""
    return _CANDIDATES[code](state)


# --- promises --------------------------------------------------------------------------------------------------------


def _mechanism(_state: State) -> Iterator[Fix]:
    yield Fix(control="deployment", value="federated_dp")


def _noise_added(_state: State, _fix: Fix) -> float:
    """Any promise takes at least what the accountant books; how much more need not be known to keep it."""
    return MIN_NOISE


def _promise(state: State) -> Iterator[Fix]:
    granted = state.track.targets.epsilon
    if EPSILON[0] <= granted <= EPSILON[1]:
        yield Fix(control="epsilon", value=granted, is_limit=True)


def _epsilon(state: State, fix: Fix) -> float:
    return changed(state.setting, fix).epsilon


def _smaller_delta(state: State) -> Iterator[Fix]:
    value = delta_below(state.setting.fleet)
    if value >= DELTA[0]:
        yield Fix(control="delta", value=value, is_limit=True)


def _delta(state: State, fix: Fix) -> float:
    return changed(state.setting, fix).delta


# --- bytes -----------------------------------------------------------------------------------------------------------


def _fewer_bytes(state: State) -> Iterator[Fix]:
    """Each factor of the bytes, brought to where the warning ends or as near as its slider goes."""
    setting = state.setting
    if setting.deployment == "centralised":
        yield Fix(control="deployment", value="federated_dp")
        yield Fix(control="deployment", value="federated")
        return
    wanted = DATA_WARN * state.allowed / state.moved * JUST_INSIDE
    least = PAYLOAD_FACTORS[0] * state.track.model.moved_bytes
    yield Fix(control="participating_share", value=max(SHARE[0], rounded(setting.participating_share * wanted)))
    yield Fix(control="payload_bytes", value=max(least, rounded(setting.payload_bytes * wanted)))
    yield Fix(control="rounds", value=max(int(ROUNDS[0]), int(rounded(setting.rounds * wanted, whole=True))))


def _moved(state: State, fix: Fix) -> float:
    return moved_bytes(state.track, changed(state.setting, fix))


# --- accuracy --------------------------------------------------------------------------------------------------------


def _better_scores(state: State) -> Iterator[Fix]:
    return _against_noise(state) if state.noise_is_felt else _towards_learning(state)


def _against_noise(state: State) -> Iterator[Fix]:
    """Each change that leaves less noise beside an update: where it is added, the clip, the cohort, the promise."""
    setting, promise = state.setting, state.track.targets.epsilon
    if setting.noise == "local":
        yield Fix(control="noise", value="secure_aggregation")
    if setting.clip_norm > USUAL_LENGTH:  # noise lengthens the updates, so that theirs tells nothing here
        yield Fix(control="clip_norm", value=USUAL_LENGTH)
    elif state.result.clipped > CLIPPED_LIMIT:
        yield from _longer_clip(state)
    for share in SHARES:
        fix = Fix(control="participating_share", value=share)
        if share >= 2 * setting.participating_share and _moved(state, fix) <= state.allowed:
            yield fix
    if setting.epsilon < promise <= EPSILON[1]:
        yield Fix(control="epsilon", value=promise)


def _towards_learning(state: State) -> Iterator[Fix]:
    """Each change that lets the model travel further."""
    setting, usual_steps = state.setting, DEFAULTS["local_steps"].value
    if state.result.clipped > CLIPPED_LIMIT:
        yield from _longer_clip(state)
    if setting.rounds < state.last_round:
        yield Fix(control="rounds", value=min(2 * setting.rounds, state.last_round))
    if setting.local_steps != usual_steps:
        yield Fix(control="local_steps", value=usual_steps)


def _accuracy(state: State, fix: Fix) -> float | None:
    """Return the score of a change, or None where other random numbers could have scored as much."""
    score = _result_after(state, fix).accuracy
    redrawn = changed(state.setting, fix).cohort != state.setting.cohort
    return None if redrawn and score <= state.result.accuracy + OTHER_DRAWS else score


def _result_after(state: State, fix: Fix) -> LearningResult:
    after = changed(state.setting, fix)
    return result_of(after, learning_task(state.track, after, seed=state.task.seed, seeds=state.task.seeds))


def _gap(state: State, fix: Fix) -> float | None:
    score = _accuracy(state, fix)
    return None if score is None else gap_points(state.ceiling, score)


# --- clipping --------------------------------------------------------------------------------------------------------


def _longer_clip(state: State) -> Iterator[Fix]:
    if state.setting.clip_norm < CLIP[1]:
        yield Fix(control="clip_norm", value=min(rounded(2 * state.setting.clip_norm), CLIP[1]))


def _less_clipping(state: State) -> Iterator[Fix]:
    """Less noise, which lengthens updates; a longer clip, where noise has hardly any effect; fewer steps."""
    setting = state.setting
    if setting.noise == "local":
        yield Fix(control="noise", value="secure_aggregation")
    if not state.noise_is_felt and setting.clip_norm < CLIP[1]:
        yield from _longer_clip(state)
        yield Fix(control="clip_norm", value=min(rounded(state.result.length_of(MOST), up=True), CLIP[1]))
    if setting.local_steps > LOCAL_STEPS[0] and state.result.clipped <= NEARLY_ALL:
        yield Fix(control="local_steps", value=max(int(LOCAL_STEPS[0]), setting.local_steps // 2))


def _clipped(state: State, fix: Fix) -> float:
    """Return the share of the updates that a change leaves clipped, from the lengths that they have now.

    A longer clip brings the model nearer to its optimum, where updates are shorter. Fewer local steps shorten an
    update in proportion here, which is the most they can: each local step is shorter than the one before.
    """
    setting, after = state.setting, changed(state.setting, fix)
    if fix.control == "noise":
        return _result_after(state, fix).clipped
    return state.result.longer_than(after.clip_norm * setting.local_steps / after.local_steps)


_CANDIDATES: Mapping[str, Callable[[State], Iterator[Fix]]] = {
    CLAIM: _mechanism,
    ACCURACY: _better_scores,
    GAP: _better_scores,
    DATA: _fewer_bytes,
    BUDGET: _promise,
    DELTA_LARGE: _smaller_delta,
    CLIPPED: _less_clipping,
}
# The judged quantity after a change, or None where that is not known.
_QUANTITIES: Mapping[str, Callable[[State, Fix], float | None]] = {
    CLAIM: _noise_added,
    ACCURACY: _accuracy,
    GAP: _gap,
    DATA: _moved,
    BUDGET: _epsilon,
    DELTA_LARGE: _delta,
    CLIPPED: _clipped,
}
