"""The four built-in tracks: their numbers against independent arithmetic."""

from __future__ import annotations

import pytest

from physics import traffic
from tests.tracks.built_in import NAMES, TRACKS, every_track, offered
from tracks import Track
from tracks.common.proxy_fleet import ceiling

TITAN, GUARDIAN, NOMAD, PIONEER = (TRACKS[name] for name in NAMES)


def battery_j(track: Track) -> float:
    """Return what the battery holds [J]."""
    assert track.device.battery_wh is not None
    return 3600 * track.device.battery_wh


# P1 P2 P3 P4
@pytest.mark.parametrize(
    ("name", "title", "persona", "crisis_name", "words"),
    [
        ("cloud_titan", "Cloud Titan", "LLM architect", "the Personalization Flood", "Llama-3-70B"),
        ("edge_guardian", "Edge Guardian", "AV systems lead", "the Fleet Learning Drift", "10 ms control loop"),
        ("mobile_nomad", "Mobile Nomad", "AR glasses developer", "the Battery-Privacy Paradox", "60 frames a second"),
        ("tiny_pioneer", "Tiny Pioneer", "Hearable lead", "the Mesh Update", "under 10 ms"),
    ],
)
def test_persona_north_star_and_crisis(name: str, title: str, persona: str, crisis_name: str, words: str) -> None:
    (track,) = offered(name)
    assert (track.id, track.name, track.persona, track.crisis_name) == (name, title, persona, crisis_name)
    assert words in track.north_star


def test_nomad_promises_short_sessions_and_not_a_whole_day() -> None:  # P3
    assert "a day of short sessions" in NOMAD.north_star
    minutes = battery_j(NOMAD) / NOMAD.device.power_w / 60
    assert minutes == pytest.approx(58, abs=0.5)  # which is why "all day" would be untrue


def test_pioneer_promises_a_milliwatt_for_learning_and_radio_only() -> None:  # P4
    assert "learning and radio within 1 mW" in PIONEER.north_star
    isolation_minutes = battery_j(PIONEER) / PIONEER.device.extras["isolation_power_w"] / 60
    assert isolation_minutes == pytest.approx(50, abs=0.5)  # isolation cannot be inside that milliwatt
    assert PIONEER.device.extras["isolation_power_w"] > PIONEER.device.power_w


@pytest.mark.parametrize(
    ("track", "moved_bytes", "raw_bytes", "ratio", "tolerance"),
    [
        (TITAN, 131_072_000, 50_000, 524, 1e-3),
        (GUARDIAN, 51_114_064, 4e12, 2.6e-6, 2e-2),
        (NOMAD, 18_463_712, 57_600_000, 0.064, 1e-2),
        (PIONEER, 200_000, 921_600_000, 4.3e-5, 1e-2),
    ],
    ids=NAMES,
)
def test_paradox_ratio_at_one_percent_and_ten_rounds(
    track: Track, moved_bytes: float, raw_bytes: float, ratio: float, tolerance: float
) -> None:
    assert track.model.moved_bytes == moved_bytes
    assert track.fleet.raw_bytes_per_device_day == raw_bytes
    invited = 0.01 * track.fleet.devices
    round_bytes = traffic.round_traffic_bytes(
        invited, download_bytes=track.model.moved_bytes, upload_bytes=track.model.moved_bytes
    )
    assert 10 * round_bytes / (track.fleet.devices * raw_bytes) == pytest.approx(ratio, rel=tolerance)


def test_whole_llama_instead_of_the_adapter_moves_564_400_times_the_prompts() -> None:
    assert 0.01 * 10 * 2 * TITAN.model.weights_bytes / 50_000 == pytest.approx(564_400, rel=1e-4)


# participations a device may make in 30 days under its cap, one attempt, at the moved bytes of the track
@pytest.mark.parametrize(
    ("track", "participations"), [(TITAN, 5.7), (GUARDIAN, 48.9), (NOMAD, 13.5), (PIONEER, 37.5)], ids=NAMES
)
def test_cap_allows_that_many_participations_a_month(track: Track, participations: float) -> None:
    month = track.fleet.cap_bytes * 30 / track.fleet.cap_days
    if track.fleet.cap_scope == "service":
        month /= track.fleet.devices
    assert month / (2 * track.model.moved_bytes) == pytest.approx(participations, abs=0.05)


class TestTitanNode:
    def test_eight_cards_hold_684_gb_not_640(self) -> None:
        assert TITAN.device.memory_bytes == 8 * 81_559 * 2**20
        assert TITAN.device.memory_bytes == pytest.approx(684e9, rel=1e-3)

    def test_node_is_eight_gpus_in_everything(self) -> None:
        device, gpus = TITAN.device, TITAN.device.extras["gpus"]
        per_gpu = {
            "gpu_memory_bytes": device.memory_bytes,
            "gpu_memory_bytes_per_s": device.memory_bytes_per_s,
            "gpu_flop_per_s": device.peak_flop_per_s,
            "gpu_power_w": device.power_w,
        }
        for name, whole in per_gpu.items():
            assert gpus * device.extras[name] == pytest.approx(whole)
        assert device.power_w == 5600

    def test_weights_leave_room_for_adapters_but_not_for_all(self) -> None:
        adapters = TITAN.fleet.devices * TITAN.model.moved_bytes
        left = TITAN.device.memory_bytes - TITAN.model.weights_bytes
        assert TITAN.model.weights_bytes == pytest.approx(141.1e9, rel=1e-3)
        assert adapters == pytest.approx(131e12, rel=1e-3)
        assert 1_000 < left / TITAN.model.moved_bytes < TITAN.fleet.devices

    def test_one_adapter_loads_in_milliseconds_over_either_link(self) -> None:
        extras = TITAN.device.extras
        assert TITAN.model.moved_bytes / extras["pcie_bytes_per_s"] == pytest.approx(2.5e-3, rel=0.01)
        assert TITAN.model.moved_bytes / extras["nvme_bytes_per_s"] == pytest.approx(18.7e-3, rel=0.01)

    def test_p99_budget_is_a_ninth_of_the_strictest_public_one(self) -> None:
        assert TITAN.device.deadline_s == TITAN.targets.extras["p99_added_first_token_s"]
        assert TITAN.device.deadline_s / 0.450 == pytest.approx(0.11, abs=0.005)


class TestGuardianVehicle:
    def test_one_day_of_data_needs_17_6_days_of_uplink(self) -> None:
        seconds = GUARDIAN.fleet.raw_bytes_per_device_day * 8 / GUARDIAN.device.uplink_bit_per_s
        assert seconds / 86_400 == pytest.approx(17.6, abs=0.05)

    def test_computes_with_the_dense_half_of_the_sparse_peak(self) -> None:
        assert GUARDIAN.device.peak_flop_per_s == GUARDIAN.device.extras["sparse_op_per_s"] / 2 == 127e12
        assert "254 INT8 TOPS sparse" in GUARDIAN.device.name

    def test_control_loop_is_100_hz_and_planning_ten_times_slower(self) -> None:
        assert GUARDIAN.device.deadline_s == GUARDIAN.targets.extras["control_loop_p99_s"] == 1 / 100
        assert GUARDIAN.device.extras["planning_period_s"] == pytest.approx(10 * GUARDIAN.device.deadline_s)

    def test_a_month_at_the_cap_costs_the_radio_a_third_of_a_watt_hour(self) -> None:
        joules = GUARDIAN.fleet.cap_bytes * GUARDIAN.device.extras["radio_j_per_byte"]
        assert joules == pytest.approx(5000 * 0.233, rel=1e-6)


class TestNomadGlasses:
    def test_raw_audio_is_half_an_hour_of_16_bit_speech(self) -> None:
        assert NOMAD.fleet.raw_bytes_per_device_day == 30 * 60 * 16_000 * 2

    def test_five_percent_of_the_battery_is_13_isolated_packets(self) -> None:
        joules = NOMAD.targets.extras["battery_share_per_day"] * battery_j(NOMAD)
        assert joules == pytest.approx(173, abs=0.5)
        assert int(joules / NOMAD.device.extras["lte_isolated_packet_j"]) == 13

    def test_sending_costs_5_2_j_a_megabyte(self) -> None:
        assert NOMAD.device.extras["radio_j_per_byte"] * 1e6 == pytest.approx(5.2, abs=0.05)

    def test_tinytl_update_is_7_8_mb_and_buys_32_participations(self) -> None:
        update = NOMAD.device.extras["tinytl_lite_residual_bytes"]
        assert update == 7_788_312
        assert NOMAD.fleet.cap_bytes / (2 * update) == pytest.approx(32, abs=0.2)

    def test_frame_deadline_is_one_display_frame(self) -> None:
        assert NOMAD.device.deadline_s == pytest.approx(1 / NOMAD.device.extras["frames_per_s"])
        assert NOMAD.device.extras["burst_power_w"] > NOMAD.device.power_w


class TestPioneerHearable:
    def test_raw_audio_is_eight_hours_of_16_bit_sound(self) -> None:
        assert PIONEER.fleet.raw_bytes_per_device_day == 8 * 3600 * 16_000 * 2
        assert PIONEER.fleet.raw_bytes_per_device_day == pytest.approx(922e6, rel=1e-3)

    def test_daily_cap_is_2_9_s_connected_or_42_min_of_mesh(self) -> None:
        bits = PIONEER.fleet.cap_bytes * 8
        assert bits / PIONEER.device.uplink_bit_per_s == pytest.approx(2.9, abs=0.05)
        assert bits / PIONEER.device.extras["mesh_bit_per_s"] / 60 == pytest.approx(42, abs=0.5)

    def test_a_hundred_kilobytes_take_8_3_minutes_of_mesh(self) -> None:
        assert 100e3 * 8 / PIONEER.device.extras["mesh_bit_per_s"] / 60 == pytest.approx(8.3, abs=0.05)

    def test_peak_is_two_multiply_accumulates_a_cycle(self) -> None:
        assert PIONEER.device.peak_flop_per_s == 128e6 * 2 * 2

    def test_streaming_a_window_frame_by_frame_is_one_window(self) -> None:
        assert PIONEER.model.forward_flop * 49 == pytest.approx(PIONEER.device.extras["window_flop"])
        assert PIONEER.device.extras["window_flop"] == 2 * 24_488_544
        assert PIONEER.model.sample_bytes == 640  # 20 ms

    def test_network_fits_the_flash_but_training_it_whole_does_not_fit_the_sram(self) -> None:
        assert PIONEER.model.weights_bytes < PIONEER.device.extras["flash_bytes"]
        assert PIONEER.model.parameters * 16 > PIONEER.device.learning_memory_bytes  # fp32 Adam, states alone


def act_s(track: Track) -> tuple[float, float]:
    """Return the seconds of one inference on the device, and of sending one sample to a cloud and back."""
    device, model = track.device, track.model
    here = max(
        model.forward_flop / (device.utilisation * device.peak_flop_per_s),
        model.weights_bytes / device.memory_bytes_per_s,
    )
    return here, device.round_trip_s + 8 * model.sample_bytes / device.uplink_bit_per_s


@every_track
def test_device_acts_within_its_deadline(track: Track) -> None:  # P26
    assert act_s(track)[0] < track.device.deadline_s


@pytest.mark.parametrize("track", [GUARDIAN, NOMAD, PIONEER], ids=NAMES[1:])
def test_cloud_round_trip_alone_breaks_the_deadline_of_what_stands_outside_it(track: Track) -> None:  # P26
    assert track.device.round_trip_s > track.device.deadline_s
    assert act_s(track)[1] > act_s(track)[0]


@pytest.mark.parametrize(
    ("track", "mean", "worst", "alpha", "epsilon", "unit"),
    [
        (TITAN, 0.945, 0.92, 0.3, 8, "tenant"),
        (GUARDIAN, 0.95, 0.9, 0.05, 1, "vehicle"),
        (NOMAD, 0.94, 0.88, 0.1, 0.994, "wearer"),
        (PIONEER, 0.95, 0.9, 0.05, 4, "wearer"),
    ],
    ids=NAMES,
)
def test_targets_stay_below_what_central_training_reaches(
    track: Track, mean: float, worst: float, alpha: float, epsilon: float, unit: str
) -> None:
    targets = track.targets
    assert (targets.mean_accuracy, targets.worst_city_accuracy) == (mean, worst)
    assert (track.fleet.skew_alpha, targets.epsilon, targets.epsilon_unit) == (alpha, epsilon, unit)
    central = ceiling(track.fleet.seed, alpha)
    assert targets.worst_city_accuracy < targets.mean_accuracy < central
    assert targets.safety_accuracy == 0.93 < central


# What the texts and figures of the lab quote, where no arithmetic ties it to another number. P1 P2 P3 P4
@pytest.mark.parametrize(
    ("track", "devices", "learning_bytes", "power_w", "uplink_bit_per_s", "round_trip_s", "deadline_s", "scope"),
    [
        (TITAN, 1_000_000, 8 * 81_559 * 2**20, 5600, 100e9, 0.001, 0.050, "service"),
        (GUARDIAN, 500_000, 2**30, 60, 21e6, 0.040, 0.010, "device"),
        (NOMAD, 10_000_000, 512 * 2**20, 1, 6e6, 0.060, 1 / 60, "device"),
        (PIONEER, 10_000, 512 * 2**10, 1e-3, 1.4e6, 0.080, 0.010, "device"),
    ],
    ids=NAMES,
)
def test_unchanged_four_walls(
    track: Track,
    devices: int,
    learning_bytes: float,
    power_w: float,
    uplink_bit_per_s: float,
    round_trip_s: float,
    deadline_s: float,
    scope: str,
) -> None:
    device, fleet = track.device, track.fleet
    assert (fleet.devices, fleet.cap_scope, fleet.reliability) == (devices, scope, 0.8)
    assert (device.learning_memory_bytes, device.power_w) == (learning_bytes, power_w)
    assert (device.uplink_bit_per_s, device.round_trip_s, device.deadline_s) == (
        uplink_bit_per_s,
        round_trip_s,
        deadline_s,
    )
