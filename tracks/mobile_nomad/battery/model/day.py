"""A day of the glasses, minute by minute: power, charge, temperature and the frame rate of every session."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from physics.energy import temperature_c
from physics.validation import Floats
from tracks.mobile_nomad.battery.model.step import DISPLAY_W, FRAME_S, Exchange, Step, latency_s
from tracks.mobile_nomad.battery.setting import Glasses, Setting

MINUTES_PER_DAY = 1440
UNPLUGGED_H = 7  # the day begins at seven in the morning, with a full charge
CHARGER_AT = 16 * 60  # assumed: back on the charger at eleven at night
IDLE_AT = 15 * 60  # assumed: taken off at ten at night
WORN_FROM, WORN_UNTIL = 30, IDLE_AT  # assumed: from half past seven
SESSIONS = 6  # assumed: the day's speech in six sessions
FIRST_SESSION, LAST_SESSION = 60, 810  # assumed: from eight in the morning to half past eight at night

STANDBY_W = 0.02  # assumed: worn, display dark
OFF_W = 0.005  # assumed: on the table
CHARGE_HOURS = 1.0  # assumed: from empty to full
CHARGER_LOSS = 0.2  # assumed: share of the charger's power that becomes heat in the glasses
GLASSES_K_PER_W, CASE_K_PER_W = 9.0, 13.5  # assumed: a closed case loses heat a third more slowly
MAX_MEMORY = 300  # minutes after which a minute's heat is gone: over 20 time constants
THROTTLED = 0.5  # assumed: the clock halves above the skin limit


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Day:
    """What a day brings; arrays have one entry a minute, from seven in the morning.

    Attributes:
        pace: share of the time that learning runs within its windows, under the burst limit. windows: (from, to) [min].
        learning_w: while it runs at that pace [W]. learning_j, radio_j: of the day [J].
        drained_j: of both, from the battery: on the charger the mains supplies it [J].
        charge: at the end of each minute, share of full. skin: [degC]. hottest: [degC]. hottest_at: minute.
        sessions: (first minute, minute after the last). frames: of each session, its slowest minute [1/s].
        passes: of learning over the day's speech.
    """

    pace: float
    windows: tuple[tuple[float, float], ...]
    learning_w: float
    learning_j: float
    radio_j: float
    drained_j: float
    charge: Floats
    skin: Floats
    hottest: float
    hottest_at: int
    sessions: tuple[tuple[int, int], ...]
    frames: tuple[float, ...]
    latency_s: float
    passes: float

    @property
    def slowest(self) -> float:
        """The lowest frame rate of the day [1/s]."""
        return min(self.frames)


def sessions_of(audio_s: float) -> tuple[tuple[int, int], ...]:
    """Return the sessions in which the day's speech is recorded, as (first minute, minute after the last)."""
    each = max(1, round(audio_s / 60 / SESSIONS))
    starts = np.linspace(FIRST_SESSION, LAST_SESSION, SESSIONS).round().astype(int)
    return tuple((int(start), int(start) + each) for start in starts)


def pace_of(glasses: Glasses, setting: Setting, step: Step) -> float:
    """Return the share of the time that learning may run: what runs beside it and its own power stay below the burst.

    Worn, display and inference run beside it; otherwise nothing but standby does.
    """
    if not step.learning_w:
        return 0.0
    beside = session_w(glasses, step) if setting.schedule == "worn" else STANDBY_W
    return min(1.0, max(0.0, glasses.burst_w - beside) / step.learning_w)


def session_w(glasses: Glasses, step: Step) -> float:
    """Return the power of a session: display, cameras and one inference a frame [W]."""
    return DISPLAY_W + glasses.frames_per_s * step.frame_j


def drained_j(glasses: Glasses, setting: Setting, step: Step, exchange: Exchange) -> float:
    """Return what learning and radio take from the battery a day [J]."""
    if setting.is_charged:
        return 0.0
    return step.learning_w * pace_of(glasses, setting, step) * setting.minutes * 60 + exchange.joules


def passes_of(glasses: Glasses, setting: Setting, step: Step) -> float:
    """Return how often a day's learning goes through its speech, in windows of a second."""
    if not setting.learns:
        return 0.0
    samples = pace_of(glasses, setting, step) * setting.minutes * 60 / step.sample_s
    return samples / glasses.audio_s


@lru_cache(maxsize=256)
def day_of(glasses: Glasses, setting: Setting, step: Step, exchange: Exchange) -> Day:
    """Return the day of a setting."""
    pace = pace_of(glasses, setting, step)
    learning_w, sessions = step.learning_w * pace, sessions_of(glasses.audio_s)
    windows = _windows(setting, sessions) if setting.learns else ()
    ends = {"worn": sessions[-1][1], "idle": IDLE_AT, "charging": CHARGER_AT}[setting.schedule]
    talks_at = max([ends, *(end for _, end in windows)])

    power = _everyday(glasses, step, sessions)
    added = np.zeros(MINUTES_PER_DAY)
    for start, end in windows:
        added += learning_w * _share_of_minutes(start, end)
    if exchange.joules:
        minutes = max(1.0, exchange.seconds / 60)
        added += exchange.joules / (60 * minutes) * _share_of_minutes(talks_at, talks_at + minutes)
    power += added

    charge, charger_w = _charge(glasses, power, CHARGER_AT if setting.charger else MINUTES_PER_DAY)
    skin = setting.ambient_c + _rise(power + CHARGER_LOSS * charger_w)
    hottest_at = int(np.argmax(skin))
    learns = setting.learns and setting.schedule == "worn"
    latency = latency_s(step) if learns else _alone_s(step)
    return Day(
        pace=pace,
        windows=windows,
        learning_w=learning_w,
        learning_j=learning_w * setting.minutes * 60 if setting.learns else 0.0,
        radio_j=exchange.joules,
        drained_j=drained_j(glasses, setting, step, exchange),
        charge=charge,
        skin=skin,
        hottest=float(skin[hottest_at]),
        hottest_at=hottest_at,
        sessions=sessions,
        frames=tuple(
            _frames(glasses, step, latency, learns, bool((skin[a:b] > glasses.skin_c).any())) for a, b in sessions
        ),
        latency_s=latency,
        passes=passes_of(glasses, setting, step),
    )


def _windows(setting: Setting, sessions: tuple[tuple[int, int], ...]) -> tuple[tuple[float, float], ...]:
    """When it learns: with every session, once in the evening, or once the charger is in."""
    if setting.schedule == "worn":
        return tuple((start, start + setting.minutes / len(sessions)) for start, _ in sessions)
    start = IDLE_AT if setting.schedule == "idle" else CHARGER_AT
    return ((start, start + setting.minutes),)


def _share_of_minutes(start: float, end: float) -> Floats:
    """Return for each minute of the day the share of it that lies between two times."""
    edges = np.arange(MINUTES_PER_DAY + 1)
    shares: Floats = np.clip(np.minimum(end, edges[1:]) - np.maximum(start, edges[:-1]), 0.0, 1.0)
    return shares


def _everyday(glasses: Glasses, step: Step, sessions: tuple[tuple[int, int], ...]) -> Floats:
    """Return the power of a day without learning [W]."""
    power = np.full(MINUTES_PER_DAY, OFF_W)
    power[WORN_FROM:WORN_UNTIL] = STANDBY_W
    for start, end in sessions:
        power[start:end] = session_w(glasses, step)
    return power


def _charge(glasses: Glasses, power: Floats, charger_at: int) -> tuple[Floats, Floats]:
    """Return the charge after each minute and what the charger puts into the battery from a minute on [W]."""
    left = glasses.battery_j - 60 * np.cumsum(power[:charger_at])
    charge = np.ones(MINUTES_PER_DAY)
    charge[:charger_at] = np.maximum(left, 0.0) / glasses.battery_j
    rate_w = glasses.battery_j / (CHARGE_HOURS * 3600)
    minutes = np.arange(1, MINUTES_PER_DAY - charger_at + 1)
    before = charge[charger_at - 1]
    charge[charger_at:] = np.minimum(before + minutes * 60 * rate_w / glasses.battery_j, 1.0)
    charger_w = np.zeros(MINUTES_PER_DAY)
    charger_w[charger_at:] = np.diff(charge[charger_at - 1 :]) * glasses.battery_j / 60
    return charge, charger_w


@lru_cache(maxsize=4)
def _after_one_watt(resistance_k_per_w: float) -> Floats:
    """Return how warm one watt makes the glasses after 0, 1, 2... minutes [K]."""
    seconds = 60.0 * np.arange(MAX_MEMORY + 1)
    rise = np.asarray(temperature_c(1.0, seconds=seconds, ambient_c=0.0, resistance_k_per_w=resistance_k_per_w))
    rise.setflags(write=False)
    return rise


def _rise(power: Floats) -> Floats:
    """Return how far above the air each minute ends [K]: minutes of heat added up, in the open, then in the case."""
    open_air, closed = _after_one_watt(GLASSES_K_PER_W), _after_one_watt(CASE_K_PER_W)
    day = np.convolve(power[:CHARGER_AT], np.diff(open_air))[:CHARGER_AT]
    night = np.convolve(power[CHARGER_AT:], np.diff(closed))[: MINUTES_PER_DAY - CHARGER_AT]
    left = 1 - closed / CASE_K_PER_W  # of the heat that the glasses bring into the case
    reach = min(len(left) - 1, len(night))
    night[:reach] += day[-1] * left[1 : reach + 1]
    return np.concatenate((day, night))


def _alone_s(step: Step) -> float:
    return FRAME_S + step.frame_s


def _frames(glasses: Glasses, step: Step, latency: float, learns: bool, hot: bool) -> float:
    """Return the slowest minute of a session [1/s]: beside learning frames wait, above the skin limit clocks halve."""
    beside = min(glasses.frames_per_s, 1 / latency) if learns else glasses.frames_per_s
    alone = min(glasses.frames_per_s, 1 / _alone_s(step))
    return min(beside, alone) * (THROTTLED if hot else 1.0)
