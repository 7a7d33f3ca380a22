"""The paradox as a whole: its numbers, its controls, its presets, and what holds in every state."""

import math
import re
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from physics import traffic
from tracks import Choice, Preset, Slider, SpecError
from tracks.edge_guardian.track import EDGE_GUARDIAN
from tracks.loading.registry import load_registry
from tracks.missions import edgelab_benches
from tracks.missions.paradox.bench import BENCH
from tracks.missions.paradox.setting import COMPRESSION, DEFAULT_PARTICIPATION, PARTICIPATION
from tracks.missions.paradox.traffic import COMPRESSIONS, SHARES

DECISIONS = ("participation", "moved_bytes", "rounds_per_day", "compression", "direction")
WORLD = ("fleet", "raw_bytes", "uplink")


def numbers(outcome):
    """Return everything a student can read off an outcome, texts included."""
    tables = {name: drawing.table().rows for name, drawing in outcome.panels.items()}
    return outcome.readings, tables, {name: drawing.summary for name, drawing in outcome.panels.items()}


def test_offered_to_every_track_through_the_hook_of_a_plugin():
    registry = load_registry(entry_points=True)
    assert next(bench.id for bench in edgelab_benches()) == "paradox"
    assert all(registry.bench(track, "paradox").exploratory for track in registry.tracks)  # P1-P4


# L5, L7: the ratios that the mission plan states
@pytest.mark.parametrize(
    ("track", "ratio"),
    [("cloud_titan", 524.288), ("edge_guardian", 2.5557e-6), ("mobile_nomad", 0.06411), ("tiny_pioneer", 4.3403e-5)],
)
def test_ratio_at_the_default_is_the_published_one(on, track, ratio):
    one = on(track)
    assert one.run().reading("ratio").value == pytest.approx(ratio, rel=1e-4)
    assert one.bench.truth(one.track, one.bench.predictions[0]).value == pytest.approx(ratio, rel=1e-4)


def test_whole_model_is_a_case_only_where_a_part_of_it_moves(on):
    titan = on("cloud_titan")
    outcome = titan.bench.run(titan.track, titan.preset("whole_model"))
    assert outcome.reading("ratio").value == pytest.approx(564_430, rel=1e-5)
    for name in ("edge_guardian", "mobile_nomad", "tiny_pioneer"):
        assert on(name).bench.presets == ()


# The result of the four tracks: federating wins for three of them, and for one it depends on its sliders.
def test_federating_wins_on_three_tracks_and_nomad_can_cross(on):
    wins = {
        name: on(name).run().reading("ratio").value < 1 for name in ("edge_guardian", "mobile_nomad", "tiny_pioneer")
    }
    assert all(wins.values())
    assert on("cloud_titan").run().reading("ratio").value > 1
    assert on("mobile_nomad").run(participation=0.1, rounds_per_day=100).reading("ratio").value > 1


# --- controls --------------------------------------------------------------------------------------------------------


# L6
def test_instruments_have_the_ranges_of_the_mission(paradox):
    by_id = paradox.bench.control_map()
    ranges = {
        name: (by_id[name].minimum, by_id[name].maximum, by_id[name].default)
        for name in by_id
        if isinstance(by_id[name], Slider)
    }
    track = paradox.track
    assert ranges == {
        "participation": (0.001, 0.1, 0.01),
        "moved_bytes": (1e3, 1e12, track.model.moved_bytes),
        "rounds_per_day": (1, 100, 10),
        "compression": (1, 100, 1),
        "fleet": (1e3, 1e9, track.fleet.devices),
        "raw_bytes": (100, 1e13, track.fleet.raw_bytes_per_device_day),
        "uplink": (1e3, 1e12, track.device.uplink_bit_per_s),
    }


def test_the_world_is_set_apart_from_what_a_student_decides(paradox):
    roles = {control.id: (control.role, control.group) for control in paradox.bench.controls}
    assert roles == {
        **dict.fromkeys(DECISIONS, ("decision", "primary")),
        "context": ("view", "primary"),
        **dict.fromkeys(WORLD, ("environment", "advanced")),
    }
    assert all(control.source for control in paradox.bench.controls if control.role != "view")  # N4


def test_every_control_moves_what_a_student_reads(paradox):
    for control in paradox.bench.controls:
        # A codec is on, so that the switch for its direction has something to switch.
        seen = [numbers(paradox.run(**{"compression": 20, control.id: v})) for v in control.positions(4)]
        assert all(a != b for a, b in pairwise(seen)), control.id


# L2
def test_context_moves_the_emphasis_and_no_number(paradox):
    federated, centralised = (paradox.run(context=name) for name in ("federated", "centralised"))
    values = [{reading.id: reading.value for reading in one.readings} for one in (federated, centralised)]
    assert values[0] == values[1]
    assert federated.verdicts == centralised.verdicts
    assert [r.id for r in federated.readings] != [r.id for r in centralised.readings]
    assert federated.reading("day_federated").note != centralised.reading("day_federated").note
    for panel in paradox.bench.panels:
        assert federated.panels[panel.id].summary != centralised.panels[panel.id].summary
    assert federated.panels["traffic"].point[1] == values[0]["day_federated"]
    assert centralised.panels["traffic"].point[1] == values[0]["day_centralised"]


# --- what no state may break -----------------------------------------------------------------------------------------


@settings(max_examples=80, deadline=None)
@given(data=st.data())
def test_download_stays_whole_unless_the_switch_says_both_ways(any_state, data):
    one, state = data.draw(any_state)
    whole, packed = state["moved_bytes"], state["moved_bytes"] / state["compression"]
    invited = state["participation"] * state["fleet"]
    for direction, download in (("upload", whole), ("both", packed)):
        outcome = one.run(**{**state, "direction": direction})
        assert outcome.reading("cost_per_round").value == pytest.approx(invited * (download + packed), rel=1e-9)


@settings(max_examples=80, deadline=None)
@given(data=st.data())
def test_compressed_upload_alone_never_saves_more_than_half(any_state, data):
    one, state = data.draw(any_state)
    plain = one.run(**{**state, "compression": 1}).reading("ratio").value
    upload, both = (
        one.run(**{**state, "direction": direction}).reading("ratio").value for direction in ("upload", "both")
    )
    assert plain / 2 < upload <= plain * (1 + 1e-12)
    assert both == pytest.approx(plain / state["compression"], rel=1e-9)


@settings(max_examples=80, deadline=None)
@given(data=st.data())
def test_every_reading_follows_from_the_traffic_model(any_state, data):
    """One independent pass through the physics, argument by argument, for each number on the page."""
    one, state = data.draw(any_state)
    outcome, fleet = one.run(**state), one.track.fleet
    upload = state["moved_bytes"] / state["compression"]
    download = upload if state["direction"] == "both" else state["moved_bytes"]
    legs = {"download_bytes": download, "upload_bytes": upload}
    day = traffic.daily_traffic_bytes(
        state["fleet"], participation=state["participation"], rounds_per_day=state["rounds_per_day"], **legs
    )
    central = traffic.centralised_traffic_bytes(state["fleet"], raw_bytes_per_device=state["raw_bytes"])
    own = traffic.device_bytes(state["rounds_per_day"] * fleet.cap_days, selected_share=state["participation"], **legs)
    moved = own if fleet.cap_scope == "device" else day * fleet.cap_days
    expected = {
        "ratio": day / central,
        "cost_per_round": traffic.round_traffic_bytes(state["participation"] * state["fleet"], **legs),
        "day_federated": day,
        "day_centralised": central,
        "cap_share": moved / fleet.cap_bytes,
        "upload_time": upload * 8 / state["uplink"],
    }
    found = {name: outcome.reading(name).value for name in expected}
    assert found == pytest.approx(expected, rel=1e-9)


@settings(max_examples=80, deadline=None)
@given(data=st.data())
def test_break_even_compression_brings_the_ratio_to_one(any_state, data):
    one, state = data.draw(any_state)
    value = one.run(**state).reading("breakeven").value
    ratio = {
        factor: one.bench.solve(one.track, seed=0, **{**state, "compression": factor}).reading("ratio").value
        for factor in (1.0, *([value] if isinstance(value, float) else []), 1e9)
    }
    if value == "none":
        assert state["direction"] == "upload"
        assert ratio[1e9] >= 1 - 1e-9
    elif value == 1:
        assert ratio[1.0] <= 1 + 1e-9
    else:
        assert ratio[value] == pytest.approx(1, rel=1e-6)


@settings(max_examples=80, deadline=None)
@given(data=st.data())
def test_no_state_gives_anything_but_numbers(any_state, data):
    one, state = data.draw(any_state)
    outcome = one.run(**state)
    assert all(isinstance(r.value, str) or math.isfinite(r.value) for r in outcome.readings)
    for drawing in outcome.panels.values():
        cells = [cell for row in drawing.table().rows for cell in row if not isinstance(cell, str)]
        assert all(math.isfinite(cell) and cell > 0 for cell in cells)
        for trace in drawing.figure()["data"]:
            assert all(math.isfinite(v) for axis in ("x", "y") for v in trace[axis])
    texts = [r.formula + r.meaning + r.source + r.note for r in outcome.readings]
    texts += [v.cause for v in outcome.verdicts] + [d.summary for d in outcome.panels.values()]
    assert not any(re.search(r"\b(nan|inf|None)\b", text) for text in texts)


def test_same_state_same_answer_whatever_the_seed(paradox):
    state = paradox.state(compression=7)
    first, second = (paradox.bench.run(paradox.track, state, seed=seed) for seed in (0, 1))
    assert numbers(first) == numbers(second)
    assert first.verdicts == second.verdicts


def test_later_benches_inherit_the_decision(paradox):
    state = paradox.state(participation=0.05, direction="both")
    assert paradox.bench.run(paradox.track, state).decision == state


# --- plugins ---------------------------------------------------------------------------------------------------------


def test_works_for_a_plugin_with_a_small_fleet_and_no_words_of_its_own():
    fleet = replace(EDGE_GUARDIAN.fleet, devices=40, raw_bytes_per_device_day=20.0)
    plugin_track = replace(EDGE_GUARDIAN, id="harbour_crane", name="Harbour Crane", fleet=fleet, texts={})
    bench = BENCH.on(plugin_track)
    assert bench.control_map()["fleet"].minimum == 40
    assert bench.control_map()["raw_bytes"].minimum == 20
    outcome = bench.run(plugin_track, bench.defaults())
    assert outcome.reading("day_centralised").value == 800
    assert "40\u00a0vehicles" in bench.brief.text
    assert bench.brief.speaker == "Product lead"


def test_a_plugin_without_a_cap_is_told_what_would_be_right():
    plugin_track = replace(EDGE_GUARDIAN, fleet=replace(EDGE_GUARDIAN.fleet, cap_bytes=0))
    with pytest.raises(ValueError, match=r"cap_bytes must lie in \(0, inf\), got 0"):
        BENCH.on(plugin_track)
    plugin_track = replace(EDGE_GUARDIAN, device=replace(EDGE_GUARDIAN.device, peak_flop_per_s=0))
    with pytest.raises(ValueError, match="peak_flop_per_s"):
        BENCH.on(plugin_track).run(plugin_track, BENCH.on(plugin_track).defaults())


def test_a_value_off_the_slider_is_refused_by_the_bench():
    controls = BENCH.on(EDGE_GUARDIAN).controls
    assert isinstance(next(c for c in controls if c.id == "direction"), Choice)
    bad = Preset(id="bad", label="Bad", values={"compression": 1000})
    with pytest.raises(SpecError, match="compression=1000 is not on its slider"):
        replace(BENCH.on(EDGE_GUARDIAN), presets=(bad,))


def test_the_curves_hold_the_default_as_one_of_their_own_places():
    assert DEFAULT_PARTICIPATION.value in SHARES
    assert (SHARES[0], SHARES[-1]) == PARTICIPATION
    assert (COMPRESSIONS[0], COMPRESSIONS[-1]) == COMPRESSION
