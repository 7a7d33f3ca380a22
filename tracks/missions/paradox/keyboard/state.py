"""One state of the keyboard fleet: the traffic of the paradox, and two warnings where a track has its cap."""

from __future__ import annotations

from dataclasses import dataclass, replace

from physics.units import DAYS_PER_MONTH
from tracks import Reading, Track, Verdict
from tracks.api.outcome import Limit
from tracks.api.quantities import in_words, three_digits
from tracks.common.provenance import join_sources, quantity_text
from tracks.missions.paradox.fixes import fixes
from tracks.missions.paradox.keyboard.world import HEAVY_BYTES, WARN_BYTES
from tracks.missions.paradox.readings import origins_of, round_trip_text, traffic_readings
from tracks.missions.paradox.setting import Setting
from tracks.missions.paradox.state import DEARER, TOO_SLOW, State
from tracks.missions.paradox.state import evaluate as evaluate_on
from tracks.missions.paradox.verdicts import dearer, too_slow

HEAVY = "petabytes_a_day"
FAILURES = (DEARER, HEAVY, TOO_SLOW)
HUD = ("ratio", "day_federated", "upload_time")
LEVELS = (
    (WARN_BYTES, f"warning {in_words(WARN_BYTES, 'B')}"),
    (HEAVY_BYTES, f"warning {in_words(HEAVY_BYTES, 'B')}"),
)


def evaluate(track: Track, setting: Setting) -> State:
    """Return everything that follows from a setting of the fleet; ``track`` is its world."""
    state = evaluate_on(track, setting)
    heavy = Limit(quantity=state.traffic.federated, limit=HEAVY_BYTES, warn=WARN_BYTES)
    limits = {DEARER: state.limits[DEARER], HEAVY: heavy, TOO_SLOW: state.limits[TOO_SLOW]}
    return replace(state, limits=limits, levels=LEVELS)


@dataclass(frozen=True, kw_only=True, slots=True)
class Phone:
    """What one phone moves in the mean month [B], and in one turn [B]."""

    month: float
    turn: float


def phone_of(setting: Setting) -> Phone:
    """Return what one phone moves."""
    turn = setting.download_bytes + setting.upload_bytes
    return Phone(month=setting.turns_per_day * DAYS_PER_MONTH * turn, turn=turn)


def readings(state: State) -> tuple[Reading, ...]:
    """Return the readings of the traffic, the federated day against its warnings, and one phone's month."""
    *traffic, upload_time = traffic_readings(state)
    judged = tuple(_judged(one, state) if one.id == "day_federated" else one for one in traffic)
    return (*judged, _month(state), upload_time)


def _judged(day: Reading, state: State) -> Reading:
    return Reading.of(
        state.limits[HEAVY],
        id=day.id,
        label=day.label,
        unit=day.unit,
        note=f"warnings {in_words(WARN_BYTES, 'B')}, {in_words(HEAVY_BYTES, 'B')}",
        formula=day.formula,
        meaning=f"{day.meaning} No cap is set; a network team is asked from {in_words(WARN_BYTES, 'B')} a day on.",
        source=day.source,
    )


def _month(state: State) -> Reading:
    setting, phone = state.setting, phone_of(state.setting)
    return Reading(
        id="phone_month",
        label="A phone, a month",
        value=phone.month,
        unit="B",
        note=f"{in_words(phone.turn, 'B')} a turn",
        formula=f"{three_digits(setting.turns_per_day)} turns a day × {DAYS_PER_MONTH} × {round_trip_text(setting)} = "
        f"{quantity_text(phone.month, 'B')}",
        meaning="The mean over all phones. Those that are invited move their whole turn at once.",
        source=join_sources(
            origins_of(state.track, setting), "participation", "rounds_per_day", "moved_bytes", "compression"
        ),
    )


def verdicts(state: State, shown: tuple[Reading, ...]) -> tuple[Verdict, ...]:
    """Return the three judgements, each at its level."""
    by_id = {reading.id: reading for reading in shown}
    return (
        dearer(state, by_id["ratio"]),
        _heavy(state, by_id["day_federated"]),
        too_slow(state, by_id["upload_time"]),
    )


def _heavy(state: State, day: Reading) -> Verdict:
    setting = state.setting
    titles = {"ok": "Below both warnings", "warn": "First warning", "fail": "Second warning"}
    return Verdict(
        code=HEAVY,
        reading=day,
        title=titles[state.limits[HEAVY].level],
        cause=f"{quantity_text(setting.participation * setting.fleet, '')} phones a round move "
        f"{round_trip_text(setting)} each, {setting.rounds_per_day:g} times a day.",
        fixes=fixes(HEAVY, state),
    )
