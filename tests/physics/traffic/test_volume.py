import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from physics import traffic
from physics.units import DAYS_PER_MONTH, GB, MB, PB, SECONDS_PER_DAY, TB
from tests.physics.reference.rows import on_every, rows

# References, by group


@on_every("row", rows("comm.topk_codec_bytes"))
def test_comm_topk_codec_bytes_and_both_ratios(row):
    ours = traffic.sparse_update_bytes(row["d"], fraction=row["frac"], value_bits=row["value_bits"], index=row["index"])
    assert ours == pytest.approx(row["bytes"], rel=1e-9 if row["index"] == "entropy" else 0)
    dense = traffic.dense_quantised_bytes(row["d"], value_bits=32)
    assert dense / ours == pytest.approx(row["ratio_vs_fp32_upload"], rel=1e-9)
    compressed, whole = (
        traffic.round_traffic_bytes(1, download_bytes=dense, upload_bytes=upload) for upload in (ours, dense)
    )
    assert whole / compressed == pytest.approx(row["ratio_roundtrip_fp32_download"], rel=1e-9)


# The four fleets and the keyboard


KEYBOARD = {"download_bytes": 2 * GB, "upload_bytes": 2 * GB, "participation": 0.01, "rounds_per_day": 10}


def test_keyboard_fleet_moves_4_pb_a_round_40_pb_a_day_and_100_gb_centralised():
    one_round = traffic.round_traffic_bytes(0.01 * 1e8, download_bytes=2 * GB, upload_bytes=2 * GB)
    assert one_round == pytest.approx(4 * PB, rel=1e-12)
    assert traffic.daily_traffic_bytes(1e8, **KEYBOARD) == pytest.approx(40 * PB, rel=1e-12)
    keystrokes_a_day, bytes_a_keystroke = 1e9, 100
    raw = keystrokes_a_day * bytes_a_keystroke / 1e8
    assert traffic.centralised_traffic_bytes(1e8, raw_bytes_per_device=raw) == pytest.approx(100 * GB, rel=1e-12)
    assert traffic.traffic_ratio(**KEYBOARD, raw_bytes_per_device=raw) == pytest.approx(400_000, rel=1e-12)


@pytest.mark.parametrize(
    ("payload", "raw", "ratio"),
    [
        (131.072 * MB, 50e3, 524.288),  # Titan, rank 16 on q, k, v, o
        (70_553_706_496 * 2, 50e3, 564_429.651968),  # Titan, the whole model in bf16
        (51.1 * MB, 4 * TB, 2.555e-6),  # Guardian
        (18.46 * MB, 57.6 * MB, 0.0640972),  # Nomad
        (200e3, 921.6 * MB, 4.34028e-5),  # Pioneer
    ],
)
def test_ratio_of_each_track_at_one_percent_and_ten_rounds(payload, raw, ratio):
    ours = traffic.traffic_ratio(
        participation=0.01,
        download_bytes=payload,
        upload_bytes=payload,
        rounds_per_day=10,
        raw_bytes_per_device=raw,
    )
    assert ours == pytest.approx(ratio, rel=1e-5)


@pytest.mark.parametrize(
    ("cap_bytes", "payload", "participations"),
    [(5 * GB, 51.2 * MB, 48.8), (0.5 * GB, 18.46 * MB, 13.5), (0.5 * GB, 7.8 * MB, 32)],
)
def test_participations_that_a_monthly_cap_pays_for(cap_bytes, payload, participations):
    one = traffic.device_bytes(1, selected_share=1, download_bytes=payload, upload_bytes=payload)
    assert cap_bytes / one == pytest.approx(participations, rel=5e-3)


def test_a_day_of_a_cars_raw_data_needs_17_6_days_of_its_uplink():
    assert traffic.transfer_time_s(4 * TB, bytes_per_s=21e6 / 8) / SECONDS_PER_DAY == pytest.approx(17.6, abs=0.05)


# Volume: equivalences, limits, round trips


fleets = st.floats(1, 1e10)
shares = st.floats(1e-4, 1)
payloads = st.floats(0, 1e12)
raws = st.floats(1, 1e13)
per_day = st.floats(0.01, 1000)
sent = st.floats(1, 10)


@given(fleets, shares, payloads, payloads, per_day, raws, sent)
def test_ratio_is_federated_over_centralised_whatever_the_fleet(fleet, share, down, up, rounds, raw, attempts):
    common = {
        "participation": share,
        "download_bytes": down,
        "upload_bytes": up,
        "rounds_per_day": rounds,
        "attempts": attempts,
    }
    ours = traffic.traffic_ratio(**common, raw_bytes_per_device=raw)
    federated = traffic.daily_traffic_bytes(fleet, **common)
    centralised = traffic.centralised_traffic_bytes(fleet, raw_bytes_per_device=raw)
    assert ours == pytest.approx(federated / centralised, rel=1e-12)


@given(st.integers(1, 1000), st.integers(1, 400), shares, payloads, payloads, sent)
def test_devices_together_move_what_the_rounds_move(devices, rounds, share, down, up, attempts):
    per_device = traffic.device_bytes(
        rounds, selected_share=share, download_bytes=down, upload_bytes=up, attempts=attempts
    )
    per_round = traffic.round_traffic_bytes(devices * share, download_bytes=down, upload_bytes=up, attempts=attempts)
    assert devices * per_device == pytest.approx(rounds * per_round, rel=1e-12)


def test_a_day_is_its_rounds():
    day = traffic.daily_traffic_bytes(
        1e4, participation=0.03, download_bytes=5e6, upload_bytes=1e6, rounds_per_day=7, attempts=1.5
    )
    one = traffic.round_traffic_bytes(300, download_bytes=5e6, upload_bytes=1e6, attempts=1.5)
    assert day == pytest.approx(7 * one, rel=1e-12)
    assert one == pytest.approx(300 * (5e6 + 1.5e6), rel=1e-12)


def test_retries_repeat_the_upload_and_never_the_download():
    quiet, noisy = (traffic.round_traffic_bytes(10, download_bytes=7.0, upload_bytes=2.0, attempts=a) for a in (1, 3))
    assert noisy - quiet == 10 * 2 * 2


@given(shares, payloads, payloads, per_day, raws, sent)
def test_breakeven_compression_is_the_smallest_that_reaches_ratio_one(share, down, up, rounds, raw, attempts):
    def ratio(down_compression, up_compression):
        return traffic.traffic_ratio(
            participation=share,
            download_bytes=down / down_compression,
            upload_bytes=up / up_compression,
            rounds_per_day=rounds,
            raw_bytes_per_device=raw,
            attempts=attempts,
        )

    found = traffic.breakeven_compression(
        participation=share,
        download_bytes=down,
        upload_bytes=up,
        rounds_per_day=rounds,
        raw_bytes_per_device=raw,
        attempts=attempts,
    )
    if ratio(1, 1) <= 1 - 1e-9:
        assert found == traffic.Breakeven(both_ways=1.0, upload_only=1.0)
    elif ratio(1, 1) > 1 + 1e-9:
        assert ratio(found.both_ways, found.both_ways) == pytest.approx(1, rel=1e-9)
        if found.upload_only is None:
            assert share * rounds * down >= raw * (1 - 1e-9)
        else:
            assert ratio(1, found.upload_only) == pytest.approx(1, rel=1e-9)
            assert found.upload_only >= found.both_ways * (1 - 1e-9)


def test_no_compressed_upload_is_enough_once_the_download_alone_moves_the_raw_bytes():
    def upload_only(download):
        return traffic.breakeven_compression(
            participation=1,
            download_bytes=download,
            upload_bytes=50.0,
            rounds_per_day=1,
            raw_bytes_per_device=100.0,
        ).upload_only

    assert upload_only(100.0) is None
    assert upload_only(99.0) == 50.0
    assert upload_only(50.0) == 1.0
    free_upload = {"participation": 1, "upload_bytes": 0, "rounds_per_day": 1, "raw_bytes_per_device": 100.0}
    assert traffic.breakeven_compression(download_bytes=100.0, **free_upload).upload_only == 1.0
    assert traffic.breakeven_compression(download_bytes=101.0, **free_upload).upload_only is None


@given(st.integers(1000, 10**9), st.floats(1e-4, 1), st.sampled_from(["uint32", "fixed", "bitmap", "entropy"]))
def test_a_compressed_upload_never_saves_more_than_half_of_the_round_trip(parameters, fraction, index):
    dense = traffic.dense_quantised_bytes(parameters, value_bits=32)
    small = traffic.sparse_update_bytes(parameters, fraction=fraction, value_bits=8, index=index)
    whole = traffic.round_traffic_bytes(1, download_bytes=dense, upload_bytes=dense)
    assert whole / traffic.round_traffic_bytes(1, download_bytes=dense, upload_bytes=small) < 2


def test_scaffold_moves_twice_what_fedavg_moves():
    def month(algorithm):
        payload = traffic.algorithm_payload_bytes(7.8 * MB, algorithm=algorithm)
        return traffic.device_bytes(
            10 * DAYS_PER_MONTH, selected_share=0.01, download_bytes=payload, upload_bytes=payload, attempts=1.3
        )

    assert month("scaffold") == pytest.approx(2 * month("fedavg"), rel=1e-12)
    assert month("fedprox") == month("fedavg")


# Codecs: an exact count, bounds, limits


@given(st.integers(1, 3000), st.floats(0.001, 1), st.integers(1, 32))
def test_codec_counts_every_bit_of_a_small_update(d, fraction, value_bits):
    k = max(1, round(fraction * d))
    bits_of_one_index = next(b for b in range(64) if 2**b >= d)
    index_bits = {
        "uint32": sum(32 for _ in range(k)),
        "fixed": sum(bits_of_one_index for _ in range(k)),
        "bitmap": d,
        "entropy": math.log2(math.comb(d, k)),
    }
    for index, bits in index_bits.items():
        ours = traffic.sparse_update_bytes(d, fraction=fraction, value_bits=value_bits, index=index)
        assert 8 * ours == pytest.approx(k * value_bits + bits + 32, rel=1e-12), index


@on_every("d", [10**9, 10**12, 10**15])
@on_every("k", [1, 7, 1000])
def test_entropy_keeps_its_digits_where_few_of_very_many_are_sent(d, k):
    exact = math.fsum(math.log2((d - i) / (i + 1)) for i in range(k))
    ours = traffic.sparse_update_bytes(d, fraction=k / d, value_bits=1, index="entropy")
    assert 8 * ours - k - 32 == pytest.approx(exact, rel=1e-9)


@given(st.integers(2, 10**12), st.floats(1e-6, 1))
def test_no_code_for_the_places_beats_the_entropy(d, fraction):
    least = traffic.sparse_update_bytes(d, fraction=fraction, value_bits=8, index="entropy")
    for index in ("fixed", "bitmap"):
        bytes_ = traffic.sparse_update_bytes(d, fraction=fraction, value_bits=8, index=index)
        assert least <= bytes_ * (1 + 1e-9)


def test_sending_everything_needs_no_places():
    everything = traffic.sparse_update_bytes(5000, fraction=1, value_bits=8, index="entropy")
    assert everything == pytest.approx(traffic.dense_quantised_bytes(5000, value_bits=8) + 4, rel=1e-12)


def test_fixed_index_grows_by_a_bit_just_past_each_power_of_two():
    def index_bits(d):
        return 8 * traffic.sparse_update_bytes(d, fraction=1e-15, value_bits=1, index="fixed") - 1 - 32

    for power in range(49):
        assert index_bits(2**power) == power
        assert index_bits(2**power + 1) == power + 1


def test_32_bit_indices_end_at_2_to_the_32_parameters():
    assert traffic.sparse_update_bytes(2**32, fraction=1e-9, value_bits=8) == 4 * (8 + 32) / 8 + 4
    with pytest.raises(ValueError, match=r"parameters must lie in \[1, 4294967296\.0\], got 4294967297"):
        traffic.sparse_update_bytes(2**32 + 1, fraction=1e-9, value_bits=8)
