"""A step, a radio and a day on the glasses against independent arithmetic: joules, degrees, frames, the governor."""

import math
from itertools import pairwise

import numpy as np
import pytest

from physics.energy import radio_energy_j, temperature_c
from tests.states import verdict
from tests.tracks.mobile_nomad.battery.states import GLASSES, run, state
from tracks.mobile_nomad.battery.model.day import (
    CASE_K_PER_W,
    CHARGER_AT,
    GLASSES_K_PER_W,
    IDLE_AT,
    MINUTES_PER_DAY,
    STANDBY_W,
    _rise,
    sessions_of,
)
from tracks.mobile_nomad.battery.model.step import DISPLAY_W, FRAME_S, JOULE_PER_BYTE, JOULE_PER_FLOP, STEP_IDLE_W

ALL_METHODS = ("full", "lora", "last_k", "head", "tinytl_bias", "tinytl_lite_residual")


# --- a step ----------------------------------------------------------------------------------------------------------


def test_a_frame_by_hand():
    """320 M MAC within 0.33%; weights once, each convolution's input of 5.77 M bytes twice."""
    step = state().step
    flop, moved = 2 * 320e6, 4_746_590 + 2 * 5.772e6
    seconds = flop / (8e12 * 0.05)
    joules = flop * JOULE_PER_FLOP + moved * JOULE_PER_BYTE + STEP_IDLE_W * seconds
    assert step.frame_s == pytest.approx(seconds, rel=5e-3)
    assert step.frame_j == pytest.approx(joules, rel=5e-3)


def test_every_byte_of_the_waterfall_travels_twice():
    for method in ALL_METHODS:
        step = state(method=method, runtime="ideal").step
        frame_bytes = 4_746_590 + 2 * 5.772e6
        moved = frame_bytes + 2 * step.memory.total_bytes / 16
        flop = step.flop_ratio * step.frame_s * 8e12 * 0.05
        expected = flop * JOULE_PER_FLOP + moved * JOULE_PER_BYTE + STEP_IDLE_W * step.sample_s
        assert step.sample_j == pytest.approx(expected, rel=5e-3), method


def test_the_way_back_is_two_more_ways_forward_unless_little_trains():
    ratios = {method: state(method=method).step.flop_ratio for method in ALL_METHODS}
    assert ratios["full"] == pytest.approx(3, abs=0.05)  # the first layer needs no gradient of its input
    assert ratios["head"] == pytest.approx(1, abs=0.01)
    assert ratios["head"] < ratios["last_k"] < ratios["tinytl_bias"] < ratios["full"]


# --- the radio -------------------------------------------------------------------------------------------------------


def test_a_day_may_cost_thirteen_isolated_packets():
    one = radio_energy_j(1e-6, radio="lte", rate_bytes_per_s=0.75e6)
    assert one == pytest.approx(12.76, abs=1e-3)
    assert math.floor(GLASSES.allowed_j / one) == 13
    assert "13 isolated LTE packets" in run().reading("battery").meaning


def test_an_update_goes_both_ways_and_wakes_the_radio_once():
    """7.79 MB at 6 Mb/s: 3.918 W up, 1.600 W down, 1.33 s a megabyte, and 12.76 J for waking and tail."""
    exchange = state(method="tinytl_lite_residual").exchange
    megabytes = (1_816_416 + 130_662) * 4 / 1e6
    assert exchange.joules == pytest.approx(megabytes * (3.91838 + 1.59986) / 0.75 + 12.76, rel=1e-3)
    assert state(method="tinytl_lite_residual", data="local").exchange.joules == 0
    assert exchange.up_bytes == exchange.down_bytes == state(method="tinytl_lite_residual").step.memory.payload_bytes


def test_wifi_is_cheaper_and_no_faster_than_its_fit():
    lte, wifi = (state(radio=radio).exchange for radio in ("lte", "wifi"))
    assert wifi.joules < lte.joules / 2
    assert (wifi.up_bytes + wifi.down_bytes) / wifi.seconds == pytest.approx(10e6 / 8)


# --- the battery -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("schedule", ["worn", "idle"])
@pytest.mark.parametrize("minutes", [0.5, 2.3, 7])
def test_the_charge_at_night_is_what_was_not_spent(schedule, minutes):
    """Learning for fractions of minutes included: no joule is lost between the minutes."""
    method = {"method": "tinytl_bias", "runtime": "ideal", "data": "local"}
    quiet, learning = (state(schedule=schedule, minutes=m, **method) for m in (0.5, minutes))
    spent = [GLASSES.battery_j * (1 - one.day.charge[CHARGER_AT - 1]) for one in (quiet, learning)]
    assert spent[1] - spent[0] == pytest.approx(learning.day.drained_j - quiet.day.drained_j, rel=1e-9, abs=1e-6)
    session_w = DISPLAY_W + 60 * quiet.step.frame_j
    everyday = 30 * 60 * session_w + (IDLE_AT - 30 - 30) * 60 * STANDBY_W + (30 + CHARGER_AT - IDLE_AT) * 60 * 0.005
    assert spent[1] == pytest.approx(everyday + learning.day.drained_j, rel=1e-6)


def test_on_the_charger_the_wall_pays():
    for data in ("local", "federated", "upload"):
        assert state(schedule="charging", data=data).day.drained_j == 0
    assert state(schedule="charging").day.learning_j > 1000


@pytest.mark.parametrize("method", ALL_METHODS)
@pytest.mark.parametrize("schedule", ["worn", "idle", "charging"])
def test_the_governor_keeps_everything_below_the_burst(method, schedule):
    found = state(method=method, schedule=schedule)
    beside = DISPLAY_W + 60 * found.step.frame_j if schedule == "worn" else STANDBY_W
    assert found.day.learning_w + beside <= GLASSES.burst_w * (1 + 1e-12)
    held = found.step.learning_w + beside > GLASSES.burst_w
    assert (found.day.pace < 1) == held
    samples = found.day.pace * 600 / found.step.sample_s
    assert found.day.passes == pytest.approx(samples / 1800)  # windows of a second, half an hour of them


# --- heat ------------------------------------------------------------------------------------------------------------


def test_heat_adds_up_minute_by_minute_as_an_explicit_loop_does():
    power = np.random.default_rng(3).uniform(0, 2, MINUTES_PER_DAY)
    rise, loop = 0.0, np.empty(MINUTES_PER_DAY)
    for minute, watt in enumerate(power):
        resistance = GLASSES_K_PER_W if minute < CHARGER_AT else CASE_K_PER_W
        kept = math.exp(-60 / (resistance * 60))
        rise = watt * resistance * (1 - kept) + rise * kept
        loop[minute] = rise
    assert _rise(power) == pytest.approx(loop, abs=1e-6)


def test_constant_power_settles_where_the_closed_form_does():
    settled = _rise(np.full(MINUTES_PER_DAY, 1.5))
    assert settled[600] == pytest.approx(temperature_c(1.5, seconds=36_060, ambient_c=0), rel=1e-9)
    assert settled[-1] == pytest.approx(1.5 * CASE_K_PER_W, rel=1e-6)


def test_warmer_air_is_warmer_glasses_by_as_much():
    cool, warm = state(ambient_c=20.0), state(ambient_c=33.0)
    assert warm.day.skin - cool.day.skin == pytest.approx(13)
    assert warm.day.hottest_at == cool.day.hottest_at


def test_the_closed_case_and_the_charger_make_the_same_work_hotter():
    idle, charging = (state(schedule=schedule, data="local", minutes=20) for schedule in ("idle", "charging"))
    assert idle.day.learning_w == pytest.approx(charging.day.learning_w)
    assert charging.day.hottest > idle.day.hottest + 3


# --- frames ----------------------------------------------------------------------------------------------------------


def test_only_learning_while_worn_holds_frames_up():
    assert state(schedule="idle").day.slowest == state(schedule="charging").day.slowest == 60
    found = state()
    step = found.step
    latency = (FRAME_S + step.frame_s) / (1 - step.bandwidth_share) + 0.99 * 0.05 * step.step_s
    assert found.day.latency_s == pytest.approx(latency)
    assert found.day.slowest == pytest.approx(1 / latency)
    assert latency > GLASSES.deadline_s


def test_a_step_that_leaves_the_memory_bus_alone_drops_no_frame():
    assert state(method="tinytl_bias", runtime="ideal", batch=8).day.slowest == 60
    assert state(method="tinytl_bias", batch=8).day.slowest < 40  # the same in the stock runtime


def test_above_the_skin_limit_the_clock_halves():
    hot = run(ambient_c=42, schedule="charging")
    assert hot.reading("frames").value == 30
    assert "the clock halves" in verdict(hot, "frames_dropped").cause


def test_sessions_hold_the_days_speech_and_end_before_the_glasses_come_off():
    sessions = sessions_of(1800)
    assert sum(end - start for start, end in sessions) == 30
    assert all(start < end <= following for (start, end), (following, _) in pairwise(sessions))
    assert sessions[-1][1] < IDLE_AT
