"""The verdicts of the convergence bench and their texts: a cap, a target, a city left behind, drift, waste."""

from __future__ import annotations

from collections.abc import Sequence

from tracks import Fix, Reading, Verdict
from tracks.api.quantities import three_digits
from tracks.common.fleet_accuracy import LEFT_BEHIND, city_verdict, fleet_verdict, still_learns_text
from tracks.common.links import city_reliability
from tracks.common.provenance import quantity_text
from tracks.common.proxy_fleet import CLIENTS, city_names, device_word
from tracks.common.traffic import CAP_TITLES, HORIZON_DAYS
from tracks.missions.convergence.costs import counts_the_busiest
from tracks.missions.convergence.fixes import fixes
from tracks.missions.convergence.readings import legs
from tracks.missions.convergence.state import BELOW_TARGET, BIAS_WARN, DRIFTING, OVER_CAP, WASTING, State

Fixes = tuple[Fix, ...]


def verdicts(state: State, readings: Sequence[Reading]) -> tuple[Verdict, ...]:
    """Return the five judgements, each on its reading."""
    by_id, offered = {reading.id: reading for reading in readings}, fixes(state)
    return (
        _over_cap(state, by_id["moved"], offered[OVER_CAP]),
        _below_target(state, by_id["mean_accuracy"], offered[BELOW_TARGET]),
        _left_behind(state, by_id["worst_city"], offered[LEFT_BEHIND]),
        _drifting(state, by_id["bias"], offered[DRIFTING]),
        _wasting(state, by_id["wasted"], offered[WASTING]),
    )


def _over_cap(state: State, reading: Reading, offered: Fixes) -> Verdict:
    device = device_word(state.track)
    whose = "busiest" if counts_the_busiest(state.track, state.setting) else "mean"
    return Verdict(
        code=OVER_CAP,
        reading=reading,
        title=CAP_TITLES[state.limits[OVER_CAP].level],
        measure=f"Moved per {device}",
        cause=f"The {whose} {device} takes part {three_digits(state.costs.participations)} times in {HORIZON_DAYS} "
        f"days, {legs(state)} a time.",
        fixes=offered,
    )


def _below_target(state: State, reading: Reading, offered: Fixes) -> Verdict:
    low = reading.level == "fail"
    return fleet_verdict(
        reading,
        code=BELOW_TARGET,
        titles=("On target", "Below target"),
        cause=_why(state) if low else f"The score stands at a loss of {three_digits(state.runs.final_loss)}.",
        fixes=offered,
    )


def _left_behind(state: State, reading: Reading, offered: Fixes) -> Verdict:
    city = city_names(state.track)[state.runs.worst]
    cause = _why_behind(state, city) if reading.level == "fail" else ""
    return city_verdict(reading, city=city, cause=cause, fixes=offered)


def _why(state: State) -> str:
    """Name what keeps the loss from the optimum most: drift, too few rounds, or the chance of whose updates arrive."""
    setting = state.setting
    steps = f"{setting.local_steps} local {'step' if setting.local_steps == 1 else 'steps'}"
    if state.diverges:
        rate, loss = three_digits(setting.learning_rate), three_digits(state.runs.final_loss)
        return f"A step of {rate} is too long for some clients: the loss stands at {loss}."
    if state.bias > state.excess / 2 and state.bias > BIAS_WARN / 2:
        return f"{steps} on local data bias the average by {three_digits(state.bias)} of loss; rounds do not remove it."
    if state.runs.still_learns:
        return still_learns_text(state.runs)
    return (
        f"With {three_digits(setting.clients_per_round * state.invitation.delivered)} of {CLIENTS} updates a round, "
        f"the loss ends {three_digits(state.excess)} above the optimum."
    )


def _why_behind(state: State, city: str) -> str:
    """Name the drift where it is large, otherwise the links of the city or the general shortfall."""
    setting = state.setting
    if state.bias > BIAS_WARN and not state.diverges:
        return (
            f"{setting.local_steps} steps on local data pull each client to its own city’s optimum; the average is "
            f"biased by {three_digits(state.bias)} of loss."
        )
    link, mean = city_reliability(setting.reliability, state.runs.worst), setting.reliability
    if link < mean - 1e-9:
        return (
            f"{city}’s links deliver {quantity_text(link, 'share')} of their attempts, the fleet’s "
            f"{quantity_text(mean, 'share')}."
        )
    return _why(state)


def _drifting(state: State, reading: Reading, offered: Fixes) -> Verdict:
    setting = state.setting
    if setting.algorithm == "scaffold":
        cause = "SCAFFOLD takes the drift out of every step, for twice the bytes."
    else:
        cause = (
            f"{setting.local_steps} steps of {three_digits(setting.learning_rate)} a round: endless rounds would end "
            f"{three_digits(state.bias)} above the least loss."
        )
    return Verdict(
        code=DRIFTING,
        reading=reading,
        title="Drift in bounds" if reading.level == "ok" else "Drifting",
        cause=cause,
        fixes=offered,
    )


def _wasting(state: State, reading: Reading, offered: Fixes) -> Verdict:
    costs = state.costs
    return Verdict(
        code=WASTING,
        reading=reading,
        title="Little wasted" if reading.level == "ok" else "Wasting",
        cause=f"{quantity_text(costs.wasted, 'B')} and {quantity_text(costs.wasted_j, 'J')} a device went into "
        "updates that never "
        "arrived.",
        fixes=offered,
    )
