"""Joules, degrees and milliseconds against published points, explicit loops, limits and bad input."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from physics.energy import (
    SKIN_LIMIT_C,
    battery_hours,
    loop_latency_s,
    radio_energy_j,
    step_energy_j,
    temperature_c,
)
from physics.units import BITS_PER_BYTE, JOULES_PER_WH, MB
from tests.physics.reference.rows import on_every

MBPS = 1e6 / BITS_PER_BYTE
DEVICE = {
    "joule_per_flop": 1e-12,
    "joule_per_byte": 80e-12,
    "idle_w": 0.5,
    "peak_flop_per_s": 1e12,
    "memory_bytes_per_s": 50e9,
    "utilisation": 0.4,
}


def test_an_isolated_lte_packet_costs_what_was_measured():
    # Huang et al. 2012: 12.76 J, of which the tail of 11.576 s at 1.060 W is 12.27.
    packet = radio_energy_j(1400, radio="lte", rate_bytes_per_s=6 * MBPS)
    assert packet == pytest.approx(12.76, rel=1e-3)
    assert packet > 11.576 * 1.060
    assert radio_energy_j(1400, radio="wifi", rate_bytes_per_s=6 * MBPS) == pytest.approx(0.04, abs=0.01)


def test_five_percent_of_the_glasses_battery_is_13_lte_packets():
    budget_j = 0.05 * 0.96 * JOULES_PER_WH
    assert int(budget_j / radio_energy_j(1400, radio="lte", rate_bytes_per_s=6 * MBPS)) == 13


def test_a_megabyte_over_lte_costs_5_joules_beside_the_tail():
    transfer = radio_energy_j(1 * MB, radio="lte", rate_bytes_per_s=6 * MBPS, isolated=False)
    assert transfer == pytest.approx(5.2, abs=0.05)
    assert transfer / (1 * MB / (6 * MBPS)) == pytest.approx(3.9, abs=0.05)  # watts while sending
    whole = radio_energy_j(1 * MB, radio="lte", rate_bytes_per_s=6 * MBPS)
    assert whole - transfer == pytest.approx(12.76)


@on_every(
    ("radio", "direction", "milliwatt_per_mbps", "base_milliwatt"),
    [
        ("lte", "upload", 438.39, 1288.04),
        ("lte", "download", 51.97, 1288.04),
        ("wifi", "upload", 283.17, 132.86),
        ("wifi", "download", 137.01, 132.86),
    ],
)
@on_every("rate_mbps", [0.1, 1.0, 6.0, 10.0])
def test_the_2012_fit_is_power_times_time(radio, direction, milliwatt_per_mbps, base_milliwatt, rate_mbps):
    payload = 3 * MB
    seconds = payload * BITS_PER_BYTE / (rate_mbps * 1e6)
    watts = (milliwatt_per_mbps * rate_mbps + base_milliwatt) / 1000
    energy = radio_energy_j(
        payload, radio=radio, rate_bytes_per_s=rate_mbps * MBPS, direction=direction, isolated=False
    )
    assert energy == pytest.approx(watts * seconds, rel=1e-12)


@pytest.mark.parametrize("radio", ["lte", "wifi"])
def test_rates_beyond_the_2012_fit_are_refused(radio):
    with pytest.raises(ValueError, match=r"rate_bytes_per_s must lie in \[1, 1.25e\+06\], got 3.125e\+06"):
        radio_energy_j(1 * MB, radio=radio, rate_bytes_per_s=25 * MBPS)


def test_slopes_of_5g_and_ble():
    assert radio_energy_j(1 * MB, radio="5g", rate_bytes_per_s=21 * MBPS) == pytest.approx(0.233)
    slope = 29.15e-3 / 1e6 * BITS_PER_BYTE * MB  # mW per Mbps as joules per megabyte
    assert slope == pytest.approx(0.233, abs=5e-4)
    sent = radio_energy_j(1, radio="ble", rate_bytes_per_s=1.4 * MBPS) / BITS_PER_BYTE
    received = radio_energy_j(1, radio="ble", rate_bytes_per_s=1.4 * MBPS, direction="download")
    assert sent == pytest.approx(14e-9)
    assert received / BITS_PER_BYTE == pytest.approx(14e-9)


def test_nothing_to_send_does_not_wake_the_radio():
    for radio in ("lte", "wifi", "5g", "ble"):
        assert radio_energy_j(0, radio=radio, rate_bytes_per_s=1e5) == 0.0


@pytest.mark.parametrize("radio", ["lte", "wifi", "5g", "ble"])
def test_energy_grows_with_the_payload_and_never_with_the_rate(radio):
    payloads = radio_energy_j(np.logspace(0, 9, 50), radio=radio, rate_bytes_per_s=1e5)
    rates = radio_energy_j(1 * MB, radio=radio, rate_bytes_per_s=np.logspace(1, 5, 50))
    assert (np.diff(payloads) > 0).all()
    assert (np.diff(rates) <= 0).all()


def test_one_long_upload_costs_less_than_many_short_ones():
    whole = radio_energy_j(10 * MB, radio="lte", rate_bytes_per_s=6 * MBPS)
    parts = 10 * radio_energy_j(1 * MB, radio="lte", rate_bytes_per_s=6 * MBPS)
    assert parts - whole == pytest.approx(9 * 12.76)


def test_a_step_is_bound_by_its_slower_side():
    bound_by_compute = step_energy_j(flop=1e9, memory_bytes=1, **DEVICE)
    bound_by_memory = step_energy_j(flop=1, memory_bytes=1e9, **DEVICE)
    assert bound_by_compute.seconds == pytest.approx(1e9 / (0.4 * 1e12))
    assert bound_by_memory.seconds == pytest.approx(1e9 / 50e9)


def test_the_terms_of_a_step_by_hand():
    step = step_energy_j(flop=2e9, memory_bytes=4e8, **DEVICE)
    assert step.compute_j == pytest.approx(2e-3)
    assert step.memory_j == pytest.approx(32e-3)
    assert step.seconds == pytest.approx(8e-3)
    assert step.idle_j == pytest.approx(4e-3)
    assert step.total_j == pytest.approx(38e-3)


def test_twice_the_work_takes_twice_the_energy_and_time():
    one = step_energy_j(flop=3e9, memory_bytes=2e8, **DEVICE)
    two = step_energy_j(flop=6e9, memory_bytes=4e8, **DEVICE)
    assert two.total_j == pytest.approx(2 * one.total_j)
    assert two.seconds == pytest.approx(2 * one.seconds)


def test_batteries_last_as_stated():
    assert battery_hours(capacity_wh=0.96, base_w=0, duty=1, active_w=1) * 60 == pytest.approx(58, abs=0.5)
    assert battery_hours(capacity_wh=0.6, base_w=0, duty=1, active_w=2) * 60 == pytest.approx(18)
    assert battery_hours(capacity_wh=0.06, base_w=0.0716, duty=0, active_w=0) * 60 == pytest.approx(50, abs=0.5)


def test_a_battery_drains_as_a_loop_of_minutes_would_drain_it():
    capacity_j, minutes = 0.96 * JOULES_PER_WH, 0
    while capacity_j > 0:
        working = minutes % 10 < 3  # 3 minutes in 10
        capacity_j -= 60 * (0.25 + (1.5 if working else 0.0))
        minutes += 1
    hours = battery_hours(capacity_wh=0.96, base_w=0.25, duty=0.3, active_w=1.5)
    assert hours * 60 == pytest.approx(minutes, abs=5)


def test_work_never_lengthens_a_battery():
    hours = battery_hours(capacity_wh=1, base_w=0.2, duty=np.linspace(0, 1, 30), active_w=1)
    assert hours[0] == 5
    assert (np.diff(hours) < 0).all()


def test_a_battery_that_nothing_drains_is_refused():
    with pytest.raises(ValueError, match=r"base_w \+ duty \* active_w must lie in"):
        battery_hours(capacity_wh=1, base_w=0, duty=0, active_w=5)


def test_two_watts_at_25_degrees_reach_the_skin_limit():
    assert temperature_c(2.0, seconds=1e9, ambient_c=25.0) == SKIN_LIMIT_C == 43.0
    assert temperature_c(2.0, seconds=540.0, ambient_c=25.0) == pytest.approx(25 + 18 * (1 - np.exp(-1)))
    assert temperature_c(2.0, seconds=0.0, ambient_c=25.0) == 25.0


def test_heat_follows_its_differential_equation():
    power, ambient, resistance, capacity, step = 1.3, 31.0, 7.0, 45.0, 0.05
    temperature = ambient
    for _ in range(int(200 / step)):
        temperature += step * (power - (temperature - ambient) / resistance) / capacity
    closed = temperature_c(
        power, seconds=200, ambient_c=ambient, resistance_k_per_w=resistance, capacity_j_per_k=capacity
    )
    assert closed == pytest.approx(temperature, abs=2e-3)
    start = temperature_c(power, seconds=1e-3, ambient_c=ambient, capacity_j_per_k=capacity)
    assert start - ambient == pytest.approx(power * 1e-3 / capacity, rel=1e-3)  # all heat stays at first


def test_latency_is_the_loop_slowed_and_a_share_of_a_kernel():
    assert loop_latency_s(6e-3, kernel_s=0, bandwidth_share=0, quantile=0.99) == 6e-3
    assert loop_latency_s(6e-3, kernel_s=2e-3, bandwidth_share=0, quantile=1) == pytest.approx(8e-3)
    assert loop_latency_s(6e-3, kernel_s=0, bandwidth_share=0.5, quantile=0.99) == pytest.approx(12e-3)
    with pytest.raises(ValueError, match=r"bandwidth_share must lie in \[0, 1\), got 1"):
        loop_latency_s(6e-3, kernel_s=0, bandwidth_share=1.0, quantile=0.99)


def test_latency_quantiles_are_those_of_a_loop_that_starts_at_random_moments():
    starts = np.random.default_rng(5).uniform(0, 1.0, 200_000)
    kernel = 3e-3
    waits = kernel - starts % kernel  # until the kernel that runs now is done
    for quantile in (0.1, 0.5, 0.99):
        simulated = 4e-3 / (1 - 0.3) + np.quantile(waits, quantile)
        closed = loop_latency_s(4e-3, kernel_s=kernel, bandwidth_share=0.3, quantile=quantile)
        assert closed == pytest.approx(simulated, rel=5e-3)


@given(
    power=st.floats(0, 1e4),
    seconds=st.floats(0, 1e9),
    ambient=st.floats(-100, 200),
    resistance=st.floats(1e-3, 1e4),
    capacity=st.floats(1e-3, 1e6),
)
def test_temperature_stays_between_ambient_and_its_limit(power, seconds, ambient, resistance, capacity):
    temperature = temperature_c(
        power,
        seconds=seconds,
        ambient_c=ambient,
        resistance_k_per_w=resistance,
        capacity_j_per_k=capacity,
    )
    assert ambient <= temperature <= (ambient + power * resistance) * (1 + 1e-12) + 1e-9


@given(
    base=st.floats(0, 1e6),
    kernel=st.floats(0, 1e6),
    share=st.floats(0, 1, exclude_max=True),
    q=st.floats(0, 1),
)
def test_latency_is_finite_and_at_least_the_loop(base, kernel, share, q):
    latency = loop_latency_s(base, kernel_s=kernel, bandwidth_share=share, quantile=q)
    assert np.isfinite(latency)
    assert latency >= base
