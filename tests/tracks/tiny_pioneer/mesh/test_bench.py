"""The Mesh Update as a whole: how its default fails, what wins in which environment, and what holds in every state."""

import math
import re
from dataclasses import replace

import pytest
from hypothesis import given, settings

from tests.states import failures
from tests.tracks.tiny_pioneer.mesh.states import (
    ALIKE,
    CODES,
    DECISIONS,
    DIFFERENT,
    GOSSIP_DESIGN,
    HUB_DESIGN,
    PIONEER,
    any_state,
    plugin_mesh,
)
from tracks import BadValue, Slider
from tracks.loading.registry import load_registry

DESIGNS = {"gossip": GOSSIP_DESIGN, "hub": HUB_DESIGN, "local_only": {"mode": "local_only"}}


def test_it_is_the_crisis_of_its_track():
    registry = load_registry()
    assert registry.bench("tiny_pioneer", "crisis").title == PIONEER.bench.title
    assert PIONEER.bench.id == "crisis"
    assert not PIONEER.bench.exploratory


# --- how it is won ---------------------------------------------------------------------------------------------------


def test_the_default_fails_for_every_reason_there_is():
    """Everyone floods an adapter of 20 kB while listening 20% of the time."""
    assert failures(PIONEER.run()) == set(CODES)


# P24: gossip or local-only
@pytest.mark.parametrize("seed", [0, 1, 2, 3])
@pytest.mark.parametrize(
    ("diversity", "winners"),
    [(ALIKE, {"gossip", "hub"}), (1.0, {"gossip", "hub"}), (DIFFERENT, {"local_only"})],
)
def test_talking_wins_where_places_are_alike_and_silence_where_they_differ(diversity, winners, seed):
    won = {
        name for name, design in DESIGNS.items() if not failures(PIONEER.run(seed=seed, **design, diversity=diversity))
    }
    assert won == winners


def test_silence_is_judged_by_what_a_place_needs():
    """Alone the error is that of one estimate in any environment; its target depends on how much places differ."""
    alone = [PIONEER.run(mode="local_only", diversity=tau2).reading("error") for tau2 in (0.1, 1, 3, 20)]
    assert all(reading.value == pytest.approx(1, rel=0.02) for reading in alone)
    assert [reading.value > reading.limit for reading in alone] == [True, True, False, False]
    assert [reading.limit for reading in alone] == pytest.approx([0.35 * (1 + tau2) for tau2 in (0.1, 1, 3, 20)])


def test_where_places_differ_talking_does_harm_in_all_forms():
    for mode in ("flood", "gossip", "hub"):
        for rounds in (1, 3, 20):
            state = {**GOSSIP_DESIGN, "mode": mode, "rounds": rounds, "diversity": 30}
            assert "negative_transfer" in failures(PIONEER.run(**state)), state


def test_the_obvious_change_trades_one_failure_for_another():
    silent = PIONEER.run(mode="local_only")
    assert failures(silent) == {"weak_profile"}
    less_listening = PIONEER.run(duty=0.04)
    assert "over_power" not in failures(less_listening)
    assert less_listening.reading("air").value == pytest.approx(5 * PIONEER.run().reading("air").value)


# --- controls --------------------------------------------------------------------------------------------------------


# P24
def test_instruments_have_the_ranges_of_the_mission():
    ranges = {c.id: (c.minimum, c.maximum, c.default) for c in PIONEER.bench.controls if isinstance(c, Slider)}
    assert ranges["payload_bytes"] == (100, 100e3, 20e3)
    assert ranges["period_s"] == (1, 3600, 600)
    assert ranges["fan_out"] == (1, 4, 2)
    by_id = PIONEER.bench.control_map()
    assert [option.id for option in by_id["mode"].options] == ["flood", "gossip", "local_only", "hub"]
    assert by_id["payload_bytes"].carried == "memory.payload_bytes"  # N5
    assert [c.id for c in PIONEER.bench.controls if c.group == "primary"] == [
        "mode", "payload_bytes", "coding", "period_s"]  # fmt: skip
    assert {c.id for c in PIONEER.bench.controls if c.role == "environment"} == {
        "diversity", "churn", "hub_sleep", "topology"}  # fmt: skip
    assert all(c.source for c in PIONEER.bench.controls)  # N4


def test_an_adapter_larger_than_sram_is_a_verdict_and_no_crash():
    carried = PIONEER.bench.control_map()["payload_bytes"]
    assert carried.read(4e6) == 100e3  # clamped to the scale
    for mode in ("flood", "gossip", "hub"):
        assert "sram_overflow" in failures(PIONEER.run(mode=mode, payload_bytes=carried.read(4e6)))
    small = plugin_mesh(memory_bytes=64 * 1024, learning_memory_bytes=64 * 1024)  # less than its own network
    assert "sram_overflow" in failures(small.run(mode="local_only"))


def test_presets_are_states_worth_seeing_and_none_plays_the_bench():
    by_id = {preset.id: PIONEER.run(**preset.values) for preset in PIONEER.bench.presets}
    assert all(failures(outcome) for outcome in by_id.values())
    assert by_id["alike"].reading("error").value < by_id["different"].reading("error").value
    assert by_id["smallest_flood"].reading("air").value > 1, "at its least a flood still saturates the air"
    assert by_id["crowd"].reading("error").value > PIONEER.run(mode="gossip").reading("error").value


def test_later_benches_inherit_the_decision():
    assert PIONEER.run(mode="hub").decision == PIONEER.state(mode="hub")


# --- what no state may break -----------------------------------------------------------------------------------------


@settings(max_examples=60, deadline=None)
@given(state=any_state)
def test_no_state_gives_anything_but_numbers(state):
    outcome = PIONEER.run(**state)
    assert all(isinstance(r.value, str) or math.isfinite(r.value) for r in outcome.readings)
    for drawing in outcome.panels.values():
        cells = [cell for row in drawing.table().rows for cell in row if not isinstance(cell, str)]
        assert all(math.isfinite(cell) for cell in cells)
    peek = PIONEER.bench.peek(PIONEER.track, outcome, **state)
    texts = [r.formula + r.meaning + r.source + r.note for r in outcome.readings]
    texts += [v.cause for v in outcome.verdicts] + [d.summary for d in outcome.panels.values()]
    texts += [line.numbers for line in peek.lines]
    assert not any(re.search(r"\b(nan|inf|None)\b", text) for text in texts)


@settings(max_examples=40, deadline=None)
@given(state=any_state)
def test_a_larger_adapter_never_takes_less_air_and_a_longer_period_never_more_of_it(state):
    outcome = PIONEER.run(**state)
    larger = PIONEER.run(**{**state, "payload_bytes": 100e3})
    longer = PIONEER.run(**{**state, "period_s": 3600})
    assert larger.reading("air").value >= outcome.reading("air").value
    assert longer.reading("air").value <= outcome.reading("air").value
    assert longer.reading("age").value >= outcome.reading("age").value
    assert 0 <= outcome.reading("as_good").value <= 1


# N2
def test_same_state_same_answer_and_another_seed_draws_others_on_the_same_map():
    first, again, other = (PIONEER.run(seed=seed, **GOSSIP_DESIGN) for seed in (0, 0, 1))
    assert first.readings == again.readings
    assert first.reading("error").value != other.reading("error").value
    assert first.reading("error").value == pytest.approx(other.reading("error").value, rel=0.25)
    for name in ("age", "air", "power"):
        assert first.reading(name).value == other.reading(name).value


def test_works_for_a_plugin_with_neither_words_nor_radio_of_its_own():
    plain = plugin_mesh(extras={}, uplink_bit_per_s=8e6, targets=replace(PIONEER.track.targets, extras={}))
    outcome = plain.run()
    assert outcome.reading("as_good").limit == pytest.approx(0.8)
    assert plain.bench.brief.speaker == "Systems fellow"
    # A plugin's faster link does not make a BLE radio receive faster than its 2M PHY.
    assert outcome.reading("power").value == pytest.approx(0.2 * 14e-9 * 2e6, rel=0.01)


def test_a_plugin_without_power_is_told_what_would_be_right():
    with pytest.raises(ValueError, match=r"learning_power_w must lie in \(0, inf\), got 0"):
        plugin_mesh(learning_power_w=0)


def test_a_value_that_is_no_number_is_refused_by_the_bench():
    with pytest.raises(BadValue, match="'period_s' must be a number"):
        PIONEER.bench.read({**PIONEER.bench.defaults(), "period_s": "often"})


def test_every_decision_is_offered_as_a_fix_somewhere():
    offered = {
        fix.control
        for design in ({}, GOSSIP_DESIGN, HUB_DESIGN)
        for change in ({}, {"coding": "int1"}, {"period_s": 1}, {"rounds": 20}, {"payload_bytes": 100e3}, {"rounds": 1})
        for item in PIONEER.run(**{**design, **change}).verdicts
        for fix in item.fixes
    }
    assert offered >= {"mode", "payload_bytes", "period_s", "duty", "rounds"}
    assert offered <= {control.id for control in DECISIONS}
