"""The crisis as a bench: it starts in a named failure, every obvious fix causes another, and two designs win."""

import pytest

from tests.states import ranked_failures, verdict
from tests.tracks.cloud_titan.flood.states import FLOOD, GB, TB, TITAN, run, setting, state
from tracks.cloud_titan.flood.bench import BENCH
from tracks.cloud_titan.track import CLOUD_TITAN
from tracks.edge_guardian.track import EDGE_GUARDIAN
from tracks.mobile_nomad.track import MOBILE_NOMAD
from tracks.tiny_pioneer.track import TINY_PIONEER


def test_it_is_the_crisis_of_its_track():
    assert TITAN.crisis is BENCH
    assert BENCH.id == "crisis"
    assert BENCH.title.lower().startswith(TITAN.crisis_name.lower())


# P21
def test_the_default_thrashes_and_the_late_token_is_counted_behind_it():
    outcome = run()
    assert ranked_failures(outcome) == ["thrash", "ttft_over_limit"]
    assert outcome.ranked_verdicts()[0].title == "Thrashing"
    assert verdict(outcome, "thrash").quantity == pytest.approx(1.40, abs=0.01)


# P21: rank is a cache-capacity decision
def test_half_the_rank_is_twice_the_adapters_in_every_memory_and_less_than_half_the_load():
    full, half = run(), run(rank=8)
    ratio = half.reading("drive_load").value / full.reading("drive_load").value
    assert half.reading("hit").value > full.reading("hit").value
    assert ratio < 0.5  # half the bytes a miss, and fewer misses
    alone = {
        name: run(**{name: value}).reading("drive_load").value / full.reading("drive_load").value
        for name, value in (("hbm_bytes", 345 * GB), ("host_bytes", 2 * TB), ("eviction", "pinned"))
    }
    assert min(alone.values()) > 0.8  # no memory does what the rank does
    assert alone["hbm_bytes"] == pytest.approx(1)  # host memory is the larger one, and holds a copy of HBM


@pytest.mark.parametrize(
    ("change", "left"),
    [
        ({"rank": 8}, ["ttft_over_limit"]),
        ({"rank": 4}, ["quality_floor"]),
        ({"targets": "qv"}, ["ttft_over_limit"]),
        ({"targets": "all"}, ["thrash", "ttft_over_limit", "below_throughput"]),
        ({"host_bytes": 2 * TB}, ["thrash", "ttft_over_limit"]),
        ({"eviction": "pinned"}, ["thrash", "ttft_over_limit"]),
        ({"hbm_bytes": 400 * GB}, ["thrash", "ttft_over_limit", "below_throughput", "kv_starvation"]),
        ({"batch": 64}, ["thrash", "ttft_over_limit", "below_throughput"]),
    ],
)
def test_every_obvious_single_change_leaves_a_failure_or_trades_it(change, left):
    assert ranked_failures(run(**change)) == left


@pytest.mark.parametrize(
    "design",
    [
        {"rank": 8, "eviction": "pinned"},
        {"rank": 8, "host_bytes": 2 * TB},
        {"rank": 16, "targets": "qv", "eviction": "pinned", "hbm_bytes": 60 * GB, "batch": 200},
    ],
)
def test_different_designs_win(design):
    assert ranked_failures(run(**design)) == []


def test_rank_on_all_layers_is_bytes_ill_spent():
    """The MLP's matrices are wide: for the same gain an adapter on all of them weighs more."""
    wide, narrow = run(rank=5, targets="all"), run(rank=9)
    assert wide.reading("gain").value == pytest.approx(narrow.reading("gain").value, abs=0.02)
    assert wide.decision["payload_bytes"] > 1.5 * narrow.decision["payload_bytes"]


# N5
def test_a_rank_from_the_memory_bench_arrives_on_the_slider():
    rank = FLOOD.control_map()["rank"]
    assert rank.carried == "memory.rank"
    assert [rank.read(value) for value in (1, 8, 16, 64)] == [4, 8, 16, 64]
    for carried in (4, 8, 16, 32, 64):  # whatever rank is carried, the bench starts in a failure
        assert ranked_failures(run(rank=carried))


def test_what_is_offered_is_carried_on():
    decision = run(rank=8).decision
    assert decision["payload_bytes"] == TITAN.model.moved_bytes / 2
    assert {name: decision[name] for name in state()} == state(rank=8)


@pytest.mark.parametrize("track", [CLOUD_TITAN, EDGE_GUARDIAN, MOBILE_NOMAD, TINY_PIONEER], ids=lambda t: t.id)
def test_any_track_can_be_asked(track):
    """It reads numbers and texts of the track, and has defaults for a track that has none."""
    bench = BENCH.on(track)
    outcome = bench.run(track, bench.defaults())
    assert len(outcome.readings) == 6
    assert bench.peek(track, outcome, **bench.defaults()).lines


def test_chance_plays_no_part():
    assert FLOOD.run(TITAN, state(), seed=0).readings == FLOOD.run(TITAN, state(), seed=9).readings


def test_presets_show_what_they_say():
    by_id = {preset.id: state(**preset.values) for preset in FLOOD.presets}
    assert ranked_failures(run(**by_id["smallest_rank"])) == ["quality_floor"]
    assert run(**by_id["smallest_rank"]).reading("drive_load").value < 0.5
    assert "kv_starvation" in ranked_failures(run(**by_id["full_hbm"]))
    attention, layers = (run(rank=4, targets=name).decision["payload_bytes"] for name in ("qkvo", "all"))
    assert layers / attention == pytest.approx(3, abs=0.2)
    assert run(**by_id["steep_demand"]).reading("hit").value > 0.5
    assert setting(**by_id["all_layers"]).targets == "all"
