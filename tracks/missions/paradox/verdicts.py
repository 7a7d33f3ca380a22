"""What the paradox objects to: traffic above centralising, a cap, an upload that outlasts its round."""

from __future__ import annotations

from collections.abc import Mapping

from tracks import Reading, Verdict
from tracks.api.quantities import three_digits
from tracks.common.provenance import quantity_text
from tracks.missions.paradox.fixes import fixes
from tracks.missions.paradox.readings import round_trip_text
from tracks.missions.paradox.state import DEARER, OVER_CAP, TOO_SLOW, Side, State, side

_SIDES: Mapping[Side, str] = {
    "cheaper": "Federating is cheaper",
    "even": "As much either way",
    "dearer": "Dearer than the data",
}


def verdicts(state: State, readings: tuple[Reading, ...]) -> tuple[Verdict, ...]:
    """Return the three judgements, each at its level."""
    by_id = {reading.id: reading for reading in readings}
    return (
        dearer(state, by_id["ratio"]),
        _over_cap(state, by_id["cap_share"]),
        too_slow(state, by_id["upload_time"]),
    )


def dearer(state: State, ratio: Reading) -> Verdict:
    """Judge the ratio."""
    setting, stands = state.setting, side(state.traffic.ratio)
    weight = setting.moved_bytes / setting.raw_bytes
    if stands == "even":
        federated, centralised = (
            quantity_text(volume, "B") for volume in (state.traffic.federated, state.traffic.centralised)
        )
        cause = f"A federated day moves {federated}, a centralised one {centralised}."
    elif weight >= setting.turns_per_day or stands == "cheaper":
        moved, raw = quantity_text(setting.moved_bytes, "B"), quantity_text(setting.raw_bytes, "B")
        cause = f"A copy moves {moved}; a device gathers {raw} a day: {quantity_text(weight, 'x')}."
    else:
        cause = f"The mean device takes part {three_digits(setting.turns_per_day)} times a day."
    return Verdict(
        code=DEARER,
        reading=ratio,
        title=_SIDES[stands],
        cause=cause,
        fixes=fixes(DEARER, state),
    )


def _over_cap(state: State, cap_share: Reading) -> Verdict:
    fleet, setting = state.track.fleet, state.setting
    days, whole = fleet.cap_days, fleet.cap_scope != "device"
    moved = state.traffic.federated * days / (1 if whole else setting.fleet)
    who = "The service" if whole else f"At {round_trip_text(setting)} a turn, the mean device"
    titles = {"ok": "Inside the cap", "warn": "Close to the cap", "fail": "Over the cap"}
    return Verdict(
        code=OVER_CAP,
        reading=cap_share,
        title=titles[state.limits[OVER_CAP].level],
        cause=f"{who} moves {quantity_text(moved, 'B')} in {quantity_text(days, 'day' if days == 1 else 'days')}.",
        fixes=fixes(OVER_CAP, state),
    )


def too_slow(state: State, upload_time: Reading) -> Verdict:
    """Judge the time of an upload against the interval between rounds."""
    setting = state.setting
    return Verdict(
        code=TOO_SLOW,
        reading=upload_time,
        title="Uploads keep pace" if state.limits[TOO_SLOW].level == "ok" else "Upload outlasts its round",
        cause=f"{quantity_text(setting.upload_bytes, 'B')} over {quantity_text(setting.uplink, 'bit/s')} take "
        f"{quantity_text(state.traffic.upload_s, 's')}; rounds are {quantity_text(setting.interval_s, 's')} apart.",
        fixes=fixes(TOO_SLOW, state),
    )
