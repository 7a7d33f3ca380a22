"""The verdicts of the convergence bench and their texts: a cap, a target, a city left behind, waste."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tracks import Reading, Verdict
from tracks.api.outcome import Offered
from tracks.api.quantities import three_digits
from tracks.common.declared import device_word
from tracks.common.fleet_accuracy import LEFT_BEHIND, city_verdict, fleet_verdict, why_above_the_best
from tracks.common.links import city_reliability
from tracks.common.provenance import quantity_text
from tracks.common.proxy_fleet import CITIES, city_names
from tracks.common.traffic import CAP_TITLES, HORIZON_DAYS
from tracks.missions.convergence.costs import counts_the_busiest
from tracks.missions.convergence.fixes import fixes
from tracks.missions.convergence.readings import legs
from tracks.missions.convergence.state import BELOW_TARGET, FAILURES, OVER_CAP, WASTING, State

HEARD = 0.8  # of its fair share of the updates: a city that sends less is hardly heard


def verdicts(state: State, readings: Sequence[Reading], *, with_fixes: bool = True) -> tuple[Verdict, ...]:
    """Return the four judgements, each on its reading."""
    by_id = {reading.id: reading for reading in readings}
    offered: Mapping[str, Offered] = fixes(state) if with_fixes else dict.fromkeys(FAILURES, ())
    return (
        _over_cap(state, by_id["moved"], offered[OVER_CAP]),
        _below_target(state, by_id["mean_accuracy"], offered[BELOW_TARGET]),
        _left_behind(state, by_id["worst_city"], offered[LEFT_BEHIND]),
        _wasting(state, by_id["wasted"], offered[WASTING]),
    )


def _over_cap(state: State, reading: Reading, offered: Offered) -> Verdict:
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


def _below_target(state: State, reading: Reading, offered: Offered) -> Verdict:
    low = reading.level == "fail"
    return fleet_verdict(
        reading,
        code=BELOW_TARGET,
        titles=("On target", "Below target"),
        cause=_why(state) if low else f"The score stands at a loss of {three_digits(state.runs.final_loss)}.",
        fixes=offered,
    )


def _left_behind(state: State, reading: Reading, offered: Offered) -> Verdict:
    city = city_names(state.track)[state.runs.worst]
    cause = _why_behind(state, city) if reading.level == "fail" else ""
    return city_verdict(reading, city=city, cause=cause, fixes=offered)


def _why(state: State) -> str:
    """Name a proximal term that overshoots, or the largest part of the loss above the best."""
    setting = state.setting
    if state.too_stiff:
        return (
            f"A step of {three_digits(setting.learning_rate)} times μ = {three_digits(setting.mu)} is above 1: the "
            f"proximal term alone overshoots. The loss ends {three_digits(state.excess)} above the best."
        )
    return why_above_the_best(
        state.excess,
        state.parts,
        local_steps=setting.local_steps,
        updates=setting.clients_per_round * state.invitation.delivered,
    )


def _why_behind(state: State, city: str) -> str:
    """Name the links of the city where they are poorer than the fleet's, otherwise the general shortfall."""
    setting = state.setting
    link, mean = city_reliability(setting.reliability, state.runs.worst), setting.reliability
    heard, fair = float(state.runs.shares[state.runs.worst]), 1 / CITIES
    if heard < HEARD * fair:
        return (
            f"{city} sends {quantity_text(heard, 'share')} of the updates that arrive, not "
            f"{quantity_text(fair, 'share')}: its links deliver {quantity_text(link, 'share')} of their attempts, the "
            f"fleet’s {quantity_text(mean, 'share')}."
        )
    return _why(state)


def _wasting(state: State, reading: Reading, offered: Offered) -> Verdict:
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
