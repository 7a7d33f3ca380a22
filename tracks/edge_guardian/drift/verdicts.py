"""The verdicts of the Fleet Learning Drift: drift, a city left behind, the cap, wasted radio, the control loop."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tracks import Reading, Verdict
from tracks.api.outcome import Offered
from tracks.api.quantities import three_digits
from tracks.common.declared import device_word
from tracks.common.fleet_accuracy import LEFT_BEHIND, city_verdict, fleet_verdict, why_above_the_best
from tracks.common.provenance import quantity_text
from tracks.common.proxy_fleet import CITIES, city_names
from tracks.common.traffic import CAP_TITLES, HORIZON_DAYS
from tracks.edge_guardian.drift.fixes import fixes
from tracks.edge_guardian.drift.readings import legs
from tracks.edge_guardian.drift.setting import TRAINING_TIMES
from tracks.edge_guardian.drift.state import DIVERGENCE, FAILURES, HEARD_LITTLE, OVER_CAP, PREEMPTED, WASTED, State

_LOOP_TITLES = {"ok": "Loop on time", "warn": "Loop close to its deadline", "fail": "Loop preempted"}


def verdicts(state: State, readings: Sequence[Reading], *, with_fixes: bool = True) -> tuple[Verdict, ...]:
    """Return the five judgements, each on its reading."""
    by_id = {reading.id: reading for reading in readings}
    offered: Mapping[str, Offered] = fixes(state) if with_fixes else dict.fromkeys(FAILURES, ())
    return (
        _divergence(state, by_id["mean_accuracy"], offered[DIVERGENCE]),
        _left_behind(state, by_id["worst_city"], offered[LEFT_BEHIND]),
        _over_cap(state, by_id["moved"], offered[OVER_CAP]),
        _wasted(state, by_id["wasted"], offered[WASTED]),
        _preempted(state, by_id["loop_p99"], offered[PREEMPTED]),
    )


def _divergence(state: State, reading: Reading, offered: Offered) -> Verdict:
    low = reading.level == "fail"
    return fleet_verdict(
        reading,
        code=DIVERGENCE,
        titles=("Holding together", "Drifting apart"),
        cause=_why_low(state) if low else f"The fleet’s loss ends at {three_digits(state.runs.final_loss)}.",
        fixes=offered,
    )


def _left_behind(state: State, reading: Reading, offered: Offered) -> Verdict:
    city = city_names(state.track)[state.runs.worst]
    cause = _why_behind(state, city) if reading.level == "fail" else ""
    return city_verdict(reading, city=city, cause=cause, fixes=offered)


def _why_low(state: State) -> str:
    """Name the largest part of the loss above the best: too few rounds, drift, or whose updates arrive."""
    return why_above_the_best(
        state.excess, state.parts, local_steps=state.setting.local_steps, updates=float(state.runs.updates.sum())
    )


def _why_behind(state: State, city: str) -> str:
    """Name how little of the city arrives, or the drift where it arrives like the others."""
    if state.worst_share < HEARD_LITTLE:
        tail = ", and no control variate speaks for it" if state.setting.algorithm != "scaffold" else ""
        return (
            f"{city} sends {quantity_text(state.worst_share, 'share')} of the updates that arrive, not "
            f"{quantity_text(1 / CITIES, 'share')}{tail}."
        )
    return _why_low(state)


def _over_cap(state: State, reading: Reading, offered: Offered) -> Verdict:
    setting, device = state.setting, device_word(state.track)
    taken = three_digits(setting.rounds * state.costs.busiest * setting.context.present)
    return Verdict(
        code=OVER_CAP,
        reading=reading,
        title=CAP_TITLES[state.limits[OVER_CAP].level],
        measure=f"Moved per {device}",
        cause=f"The most invited {device} takes part {taken} times in {HORIZON_DAYS} days, {legs(state)} a time.",
        fixes=offered,
    )


def _wasted(state: State, reading: Reading, offered: Offered) -> Verdict:
    spent = state.costs
    best, poorest = quantity_text(max(spent.delivered), "share"), quantity_text(min(spent.delivered), "share")
    return Verdict(
        code=WASTED,
        reading=reading,
        title="Little wasted" if reading.level == "ok" else "Wasted radio",
        measure="Radio energy wasted",
        cause=f"Of those invited {poorest} to {best} are heard, by city; the rest of "
        f"{quantity_text(spent.radio_j, 'J')} a "
        f"{device_word(state.track)} is lost.",
        fixes=offered,
    )


def _preempted(state: State, reading: Reading, offered: Offered) -> Verdict:
    setting, loop = state.setting, state.loop
    if setting.context.beside_loop:
        cause = f"At p99 the loop waits {quantity_text(loop.waiting_s, 's')} for a kernel that cannot be interrupted."
    else:
        cause = (
            f"Learning happens {TRAINING_TIMES[setting.when]}, and the loop alone takes "
            f"{quantity_text(loop.alone_s, 's')}."
        )
    return Verdict(
        code=PREEMPTED,
        reading=reading,
        title=_LOOP_TITLES[state.limits[PREEMPTED].level],
        measure="Control loop p99",
        cause=cause,
        fixes=offered,
    )
