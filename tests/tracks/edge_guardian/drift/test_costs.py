"""What a state costs and whose updates arrive, compared with the physics it is made of and with limits by hand."""

import math

import numpy as np
import pytest

from physics.energy import loop_latency_s
from physics.federation import simulate
from physics.traffic import device_bytes
from tests.states import plain
from tests.tracks.edge_guardian.drift.states import GUARDIAN
from tracks.common.federated_runs import final_scores, runs
from tracks.common.proxy_fleet import CLIENTS, problem
from tracks.edge_guardian.drift.costs import costs, expected_shares, loop, step_s
from tracks.edge_guardian.drift.setting import TRAINING_CONTEXTS
from tracks.edge_guardian.drift.state import learning_of

TRACK = GUARDIAN.track


def spent(**values):
    return costs(TRACK, GUARDIAN.setting(**values))


def run_of(**values):
    setting = GUARDIAN.setting(**values)
    return runs(learning_of(TRACK, setting, seed=0))


# --- whose updates arrive --------------------------------------------------------------------------------------------


def test_an_update_arrives_if_its_vehicle_is_present_finishes_and_has_a_link():
    found = spent()
    assert found.learn_s == pytest.approx(35 * step_s(TRACK, GUARDIAN.setting()))
    assert found.finished == pytest.approx(math.exp(-found.learn_s / 1200))
    assert found.delivered[0] == pytest.approx(found.finished * 0.9)
    assert found.delivered[-1] == pytest.approx(found.finished * 0.8 * 0.5)
    depot = spent(when="depot")
    assert depot.delivered == pytest.approx([0.7 * depot.finished * 0.95] * 5)


def test_a_step_is_a_pass_over_the_frames_at_a_tenth_of_the_peak():
    """4,000 frames x 3 x 8.18 GFLOP at 12.7 TFLOP/s are 7.73 s; kernels of 5 ms with gaps of .25 ms add 5%."""
    assert step_s(TRACK, GUARDIAN.setting()) == pytest.approx(7.73 * 1.05, rel=2e-3)
    assert step_s(TRACK, GUARDIAN.setting(when="parked")) == pytest.approx(4 * 7.73 * 1.05, rel=2e-3)


def test_shorter_kernels_take_longer_and_fewer_finish():
    short, long = spent(kernel_s=2.5e-4), spent(kernel_s=1e-2)
    assert short.learn_s / long.learn_s == pytest.approx(2 / 1.025)
    assert short.finished < long.finished


def test_no_storm_leaves_the_clear_link_and_a_full_one_hardly_any():
    assert spent(storm=0).delivered[-1] / spent().delivered[-1] == pytest.approx(2)
    assert spent(storm=0.9).delivered[-1] / spent().delivered[-1] == pytest.approx(0.2)


@pytest.mark.parametrize("selection", ["random", "reliable_first", "city_balanced"])
def test_expected_shares_are_what_many_rounds_draw(selection):
    values = {"selection": selection, "rounds_per_day": 6, "vehicles_per_round": 40}
    drawn = run_of(**values).shares
    assert expected_shares(TRACK, GUARDIAN.setting(**values)) == pytest.approx(drawn, abs=0.01)
    assert drawn.sum() == pytest.approx(1)


def test_the_dusty_city_sends_half_of_its_share_until_it_learns_in_the_depot():
    assert expected_shares(TRACK, GUARDIAN.setting())[-1] == pytest.approx(0.1)  # .4 / (4 x .9 + .4)
    assert expected_shares(TRACK, GUARDIAN.setting(selection="reliable_first"))[-1] == 0
    assert expected_shares(TRACK, GUARDIAN.setting(when="depot"))[-1] == pytest.approx(0.2)


# --- runs ------------------------------------------------------------------------------------------------------------


# N2: the same rounds as the physics samples and runs on its own
@pytest.mark.parametrize("algorithm", ["fedavg", "fedprox", "scaffold"])
def test_runs_are_the_runs_of_simulate(algorithm):
    setting = GUARDIAN.setting(algorithm=algorithm, rounds_per_day=1)
    delivered = costs(TRACK, setting).delivered
    found = runs(learning_of(TRACK, setting, seed=0))
    fleet = problem(TRACK.fleet.seed, TRACK.fleet.skew_alpha)
    for seed, (accuracy, loss) in enumerate(zip(found.accuracy, found.loss, strict=True)):
        alone = simulate(
            fleet,
            algorithm=algorithm,
            rounds=30,
            clients_per_round=25,
            local_steps=35,
            learning_rate=24,
            proximal=0.01 if algorithm == "fedprox" else 0,
            reliability=np.repeat(delivered, CLIENTS // 5),
            seed=seed,
        )
        assert accuracy == pytest.approx(alone.accuracy, abs=1 / len(fleet.data.test_labels))
        assert loss == pytest.approx(alone.loss, rel=1e-4)


def test_the_end_alone_is_the_end_of_the_runs():
    setting = GUARDIAN.setting(rounds_per_day=2)
    learning = learning_of(TRACK, setting, seed=0)
    found = runs(learning)
    assert final_scores(learning) == pytest.approx((found.mean[-1], found.cities[-1].min()), abs=1e-9)


# --- bytes, radio, loop ----------------------------------------------------------------------------------------------


def test_bytes_are_those_of_a_device_that_is_in_half_of_the_rounds():
    found, moved = spent(), TRACK.model.moved_bytes
    sent = found.finished * moved
    assert found.moved == pytest.approx(device_bytes(120, selected_share=0.5, download_bytes=moved, upload_bytes=sent))
    assert spent(algorithm="scaffold").moved == pytest.approx(2 * found.moved)
    assert spent(selection="reliable_first").moved == pytest.approx(found.moved * 25 / 40 / 0.5)


def test_a_depot_has_one_round_a_day_at_most():
    assert [GUARDIAN.setting(when="depot", rounds_per_day=r).rounds for r in (0.5, 1, 6)] == [15, 30, 30]


def test_roads_that_close_take_rounds_from_the_depot_and_from_nowhere_else():
    assert [GUARDIAN.setting(when="depot", depot_nights=n).rounds for n in (1, 3, 14)] == [30, 10, 2]
    assert GUARDIAN.setting(when="parked", depot_nights=14).rounds == GUARDIAN.setting(when="parked").rounds
    assert GUARDIAN.setting(rounds_per_day=6).rounds == 180


def test_waste_is_what_fails_where_nothing_is_cut_off():
    """With learning far shorter than a stay, and bytes alike both ways, it is the share of uploads that fail."""
    found = spent(when="depot", local_steps=1, kernel_s=0.01)
    assert found.wasted == pytest.approx(0.05, abs=5e-4)
    assert spent(local_steps=1, kernel_s=0.01).wasted == pytest.approx(0.2, abs=6e-3)


def test_waste_in_joules_follows_from_the_radio_by_hand():
    found, send = spent(), TRACK.device.extras["radio_j_per_byte"]
    radio = 60 * (1 + found.finished) * TRACK.model.moved_bytes * send
    assert found.radio_j == pytest.approx(radio)
    useful = 60 * 2 * np.mean(found.delivered) * TRACK.model.moved_bytes * send
    assert found.wasted_j == pytest.approx(radio - useful)
    assert send * 1e6 == pytest.approx(0.233)


@pytest.mark.parametrize("kernel_s", [1e-4, 2e-3, 1e-2])
def test_the_loop_is_the_loop_of_the_physics_beside_learning_and_alone_elsewhere(kernel_s):
    beside = loop(TRACK, GUARDIAN.setting(kernel_s=kernel_s))
    expected = loop_latency_s(6e-3, kernel_s=kernel_s, bandwidth_share=0.25, quantile=0.99)
    assert beside.total_s == pytest.approx(float(expected))
    for when in ("parked", "depot"):
        elsewhere = loop(TRACK, GUARDIAN.setting(kernel_s=kernel_s, when=when))
        assert elsewhere.total_s == elsewhere.alone_s == pytest.approx(6e-3)


def test_what_is_assumed_of_the_places_is_said_so_where_it_is_used():
    source = plain(GUARDIAN.run().reading("learning_time").source)
    assert "assumed: trips last 20 min in the mean; parked 2 h, at a quarter of the speed" in source
    assert "in the depot 10 h once a day, 70% of the fleet, a link of 95%" in source
    assert (TRAINING_CONTEXTS["parked"].slowdown, TRAINING_CONTEXTS["parked"].link_factor) == (4, 0.9)
