"""What the radio costs: airtime, power, age, SRAM and the radio's share, by hand and at their limits."""

import pytest
from hypothesis import given, settings

from physics import constants
from physics.gossip import ble_time_s, flood_time_s
from tests.states import plain
from tests.tracks.tiny_pioneer.mesh.states import GOSSIP_DESIGN, HUB_DESIGN, PIONEER, any_state
from tracks.tiny_pioneer.mesh.model.costs import air_s, call_s, costs, rates
from tracks.tiny_pioneer.mesh.setting import BITS, STAY_S

LISTENING_W = 14e-9 * 1.4e6  # 14 nJ a bit received, at the 1.4 Mb/s of a connection: 19.6 mW


def spent(**values):
    """Return what a state costs Tiny Pioneer."""
    return costs(PIONEER.setting(**values), rates(PIONEER.track))


def test_a_flood_takes_the_air_that_physics_says():
    setting = PIONEER.setting(mode="flood", payload_bytes=1200)
    assert air_s(setting) == flood_time_s(200, payload_bytes=1200, mode="mesh", degree=12) == 200 * 12 * 100 * 0.060
    # 12 B in 60 ms are the 1.6 kb/s a hop of the bearer.
    assert 12 * 8 / 0.060 == constants.BLE_MESH_BIT_PER_S == PIONEER.track.device.extras["mesh_bit_per_s"]


def test_a_call_goes_by_segments_while_they_are_few_and_over_a_connection_otherwise():
    small, by_mesh = call_s(96.0)
    assert by_mesh
    assert small == pytest.approx(2 * 8 * 0.060)
    large, by_mesh = call_s(20e3)
    assert not by_mesh
    assert large == pytest.approx(1.0 + 2 * ble_time_s(20e3, mode="2M"))
    for size in (50.0, 100.0, 150.0, 1e3):
        assert call_s(size)[0] == min(2 * ble_time_s(size, mode="mesh"), 1.0 + 2 * ble_time_s(size, mode="2M"))


def test_nodes_in_range_of_each_other_take_turns():
    one = air_s(PIONEER.setting(mode="gossip", fan_out=1))
    assert one == pytest.approx(13 * call_s(20e3)[0])
    assert air_s(PIONEER.setting(mode="gossip", fan_out=3)) == pytest.approx(3 * one)
    queue = {"topology": "ring"}  # two in range, so that four calls are two
    assert air_s(PIONEER.setting(mode="gossip", fan_out=4, **queue)) == pytest.approx(3 * 2 * call_s(20e3)[0])
    assert air_s(PIONEER.setting(mode="hub")) == pytest.approx(24 * ble_time_s(20e3, mode="2M"))
    assert air_s(PIONEER.setting(mode="local_only")) == 0


def test_coding_divides_what_is_sent_and_not_what_is_kept():
    sizes = [PIONEER.setting(coding=coding).air_bytes for coding in BITS]
    assert sizes == [20e3, 10e3, 5e3, 2.5e3]
    local = [spent(mode="local_only", coding=coding).sram for coding in BITS]
    assert local == [20e3] * 4


def test_listening_is_what_the_radio_costs():
    found = spent(mode="gossip", duty=0.05)
    assert found.listening_w == pytest.approx(0.05 * LISTENING_W)
    assert found.listening_w > 50 * found.sending_w
    assert spent(mode="local_only", duty=0.5).power_w < 1e-5, "who does not talk does not listen"
    # 1 mW is 5% of the time.
    assert spent(mode="gossip", duty=0.05).power_w < 1e-3 < spent(mode="gossip", duty=0.052).power_w


def test_sending_is_14_nanojoule_a_bit():
    hub = spent(mode="hub", period_s=600)
    assert hub.sending_w == pytest.approx(12 * 20e3 * 8 * 14e-9 / 600)
    flood = spent(mode="flood", payload_bytes=120)
    assert flood.sending_w * flood.round_s == pytest.approx(200 * 3 * 120 * 8 * 14e-9)  # relays all, three times


def test_learning_is_two_passes_over_twenty_windows():
    found = spent()
    device = PIONEER.track.device
    passes = 2  # forward, and gradients through it; biases add none of weights
    assert found.learning_s == pytest.approx(
        20 * passes * device.extras["window_flop"] / (device.peak_flop_per_s * 0.25)
    )
    assert found.learning_j == pytest.approx(found.learning_s * 1e-3)
    assert found.learning_w == pytest.approx(found.learning_j / STAY_S.value)


def test_a_round_waits_for_the_air():
    quick = spent(mode="gossip", period_s=1, duty=0.05, rounds=3)
    assert quick.round_s == pytest.approx(quick.air_s / 0.05)
    assert quick.age_s == pytest.approx(3 * quick.round_s)
    assert quick.saturation > 1
    slow = spent(**GOSSIP_DESIGN)
    assert slow.round_s == 600
    assert slow.saturation < 1
    assert spent(mode="local_only").age_s == pytest.approx(spent().learning_s)


# P25: seconds and joules in unreliable meshes
def test_the_radio_costs_more_the_fewer_hear():
    reading = PIONEER.run(**GOSSIP_DESIGN).reading("communication_to_compute")
    found = spent(**GOSSIP_DESIGN)
    assert reading.value == pytest.approx(found.radio_j / (0.8 * found.learning_j))
    seconds = found.radio_s / (0.8 * found.learning_s)
    assert plain(reading.note) == f"joules; seconds {seconds:.3g}×"
    assert found.radio_s == pytest.approx(4 * 600 * 0.04)
    dearer = PIONEER.run(**GOSSIP_DESIGN, churn=0.6).reading("communication_to_compute")
    assert dearer.value == pytest.approx(2 * reading.value)
    hub, asleep = (PIONEER.run(**HUB_DESIGN, churn=c).reading("communication_to_compute").value for c in (0, 0.5))
    assert asleep == pytest.approx(4 * hub), "with a hub both ends must be awake"
    assert PIONEER.run(mode="local_only").reading("communication_to_compute").value == 0


@settings(max_examples=40, deadline=None)
@given(state=any_state)
def test_readings_and_costs_are_one(state):
    outcome, found = PIONEER.run(**state), spent(**state)
    assert outcome.reading("power").value == found.power_w
    assert outcome.reading("age").value == found.age_s
    assert outcome.reading("air").value == found.saturation
    assert found.sram >= state["payload_bytes"]
    assert 0 < found.delivered <= 1
