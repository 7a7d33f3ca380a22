"""The paradox's readings: thresholds, the time to act, and a source behind every number."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

ORDER = (
    "ratio",
    "cost_per_round",
    "day_federated",
    "day_centralised",
    "breakeven",
    "cap_share",
    "upload_time",
    "time_to_act",
)


# L8
def test_eight_readings_of_which_three_are_in_the_hud(paradox):
    outcome = paradox.run()
    assert tuple(reading.id for reading in outcome.readings) == ORDER
    assert paradox.bench.hud == ("ratio", "cap_share", "upload_time")
    assert all(outcome.reading(name).limit is not None for name in paradox.bench.hud)


@pytest.mark.parametrize(
    ("moved", "ratio", "level"),
    [(5e3, 1.0, "ok"), (5.4e3, 1.08, "ok"), (5.6e3, 1.12, "warn"), (50e3, 10.0, "warn"), (51e3, 10.2, "fail")],
)
def test_ratio_is_comfortable_to_a_tenth_above_one_and_fails_above_ten(on, moved, ratio, level):
    reading = on("cloud_titan").run(raw_bytes=1e3, moved_bytes=moved).reading("ratio")
    assert (reading.value, reading.level) == (pytest.approx(ratio), level)


@pytest.mark.parametrize(("share", "level"), [(0.79, "ok"), (0.81, "warn"), (0.99, "warn"), (1.01, "fail")])
def test_cap_warns_from_four_fifths(paradox, share, level):
    base = paradox.run().reading("cap_share").value
    moved = paradox.track.model.moved_bytes * share / base
    reading = paradox.run(moved_bytes=moved).reading("cap_share")
    assert (reading.value, reading.level) == (pytest.approx(share), level)


def test_cap_of_a_service_counts_all_devices_and_that_of_a_device_one(on):
    service = [on("cloud_titan").run(fleet=n).reading("cap_share").value for n in (1e6, 2e6)]
    device = [on("edge_guardian").run(fleet=n).reading("cap_share").value for n in (1e6, 2e6)]
    assert service[1] == pytest.approx(2 * service[0])
    assert device[1] == pytest.approx(device[0])


def test_cap_is_named_with_its_horizon_and_in_the_figure_with_whose_it_is(on, spelled):
    for track, words, whose in (
        ("cloud_titan", "50 TB a day", "for the service"),
        ("edge_guardian", "5 GB a month", "each"),
    ):
        outcome = on(track).run()
        assert spelled(outcome.reading("cap_share").note) == f"cap {words}"
        notes = [spelled(note["text"]) for note in outcome.panels["traffic"].figure()["layout"]["annotations"]]
        assert f"<b>cap {words} {whose}</b>" in notes


# 26.2 TB of 50 TB; 3 turns of 102 MB in 5 GB; 3 of 36.9 MB in 0.5 GB; 40 kB of 0.5 MB a day
@pytest.mark.parametrize(
    ("track", "share"),
    [("cloud_titan", 0.524), ("edge_guardian", 0.0613), ("mobile_nomad", 0.222), ("tiny_pioneer", 0.08)],
)
def test_share_of_the_cap_at_the_default(on, track, share):
    assert on(track).run().reading("cap_share").value == pytest.approx(share, rel=5e-3)


@pytest.mark.parametrize(("moved", "level"), [(10.8e6, "ok"), (10.9e6, "fail")])
def test_upload_may_take_all_of_its_interval_and_no_more(on, moved, level):
    # 10.8 MB at 1 kb/s: 86,400 s, a day
    outcome = on("edge_guardian").run(moved_bytes=moved, uplink=1e3, rounds_per_day=1)
    reading = outcome.reading("upload_time")
    (verdict,) = [item for item in outcome.verdicts if item.code == "upload_too_slow"]
    assert (reading.limit, reading.level, verdict.level) == (86_400, level, level)


# P26: here max(FLOP / (utilisation x peak), weights / bandwidth);
# cloud round trip + request over the uplink + the same inference on 8 H100
@pytest.mark.parametrize(
    ("track", "here_s", "cloud", "tested"),
    [
        ("cloud_titan", 141.1e9 / 26.8e12, "6.27 ms", "Both keep it."),
        ("edge_guardian", 8.18e9 / 12.7e12, "421 ms", "Only the device keeps it."),
        ("mobile_nomad", 640e6 / 0.4e12, "80 ms", "Only the device keeps it."),
        ("tiny_pioneer", 48.98e6 / 49 / 128e6, "83.7 ms", "Only the device keeps it."),
    ],
)
def test_time_to_act_here_against_through_the_cloud(on, spelled, track, here_s, cloud, tested):
    reading = on(track).run().reading("time_to_act")
    assert reading.value == pytest.approx(here_s, rel=2e-3)
    assert reading.limit == on(track).track.device.deadline_s
    assert reading.level == "ok"
    assert spelled(reading.note).endswith(f"cloud {cloud}")
    assert reading.meaning.endswith(tested)


def test_a_slow_uplink_slows_only_the_path_through_the_cloud(on, spelled):
    fast, slow = (on("cloud_titan").run(uplink=uplink).reading("time_to_act") for uplink in (1e11, 1e3))
    assert fast.value == slow.value
    assert spelled(slow.note).endswith("cloud 38.3 ms")  # 1 ms + 4 B at 1 kb/s + 5.27 ms


def test_a_car_cannot_upload_its_day_in_a_day(on, spelled):
    reading = on("edge_guardian").run(context="centralised").reading("day_centralised")
    assert spelled(reading.note) == "uplink 17.6 days a day"


# L12, N4
def test_every_reading_carries_formula_meaning_and_source(paradox):
    for reading in paradox.run().readings:
        assert all((reading.formula, reading.meaning, reading.source)), reading.id
        assert "assumed" in reading.source or reading.id in ("time_to_act",), reading.id


def test_sources_are_the_tracks_until_the_student_sets_the_number(paradox):
    track = paradox.track
    raw = track.sources["fleet.raw_bytes_per_device_day"]
    assert raw in paradox.run().reading("day_centralised").source
    changed = paradox.run(raw_bytes=12345.0, participation=0.02).reading("ratio").source
    assert raw not in changed
    assert "Raw data: your setting" in changed
    assert "Participating share: your setting" in changed
    assert track.sources["model.moved_bytes"] in changed


def test_formulas_at_the_default_of_titan(on, spelled):
    outcome = on("cloud_titan").run()
    formulas = {reading.id: spelled(reading.formula) for reading in outcome.readings}
    assert formulas["cost_per_round"] == "1% × 1 000 000 devices × (131 MB + 131 MB) = 2.62 TB"
    assert formulas["day_federated"] == "10 × 2.62 TB = 26.2 TB"
    assert formulas["day_centralised"] == "1 000 000 devices × 50 kB = 50 GB"
    assert formulas["ratio"] == "1% × 10 × (131 MB + 131 MB) / 50 kB = 524×"
    assert formulas["breakeven"] == "the download alone: 0.1 × 131 MB = 13.1 MB of 50 kB"
    assert formulas["cap_share"] == "26.2 TB / 50 TB = 52.4%"
    assert formulas["upload_time"] == "8 × 131 MB / 100 Gb/s = 10.5 ms"


def test_break_even_names_the_switch_and_the_other_way(on, spelled):
    titan = on("cloud_titan")
    upload, both = (titan.run(direction=name).reading("breakeven") for name in ("upload", "both"))
    assert (upload.value, spelled(upload.note)) == ("none", "both ways 524×")
    assert (both.value, both.note) == (pytest.approx(524.288), "upload only none")


@settings(max_examples=80, deadline=None)
@given(data=st.data())
def test_readings_and_verdicts_agree_on_level(any_state, data):
    one, state = data.draw(any_state)
    outcome = one.run(**state)
    pairs = {"dearer_than_data": "ratio", "over_cap": "cap_share", "upload_too_slow": "upload_time"}
    for verdict in outcome.verdicts:
        reading = outcome.reading(pairs[verdict.code])
        assert (verdict.quantity, verdict.limit, verdict.level) == (reading.value, reading.limit, reading.level)
