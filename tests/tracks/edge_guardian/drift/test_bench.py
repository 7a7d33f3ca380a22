"""The Fleet Learning Drift as a whole: how its default fails, what wins, its controls, what holds in every state."""

import math
import re
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings

from tests.states import OnTrack, failures, plain, verdict
from tests.tracks.edge_guardian.drift.states import DECISIONS, DEPOT, GUARDIAN, PARKED, SPOKEN_FOR, any_state
from tracks import BadValue, Slider
from tracks.edge_guardian.drift.bench import BENCH
from tracks.edge_guardian.drift.setting import setting_of
from tracks.edge_guardian.track import EDGE_GUARDIAN
from tracks.loading.registry import load_registry
from tracks.mobile_nomad.track import MOBILE_NOMAD


def numbers(outcome):
    """Return everything a student can read off an outcome, texts included."""
    tables = {name: drawing.table().rows for name, drawing in outcome.panels.items()}
    return outcome.readings, tables, {name: drawing.summary for name, drawing in outcome.panels.items()}


# P22
def test_the_track_offers_it_as_its_crisis():
    bench = load_registry().bench("edge_guardian", "crisis")
    assert EDGE_GUARDIAN.crisis_name.removeprefix("the ") in bench.title
    assert len(bench.panels) == 3
    assert bench.hud == ("worst_city", "moved", "loop_p99")


# --- how it is won ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(3))
def test_the_default_fails_for_its_dusty_city_its_cap_and_its_loop_whatever_is_drawn(seed):
    outcome = GUARDIAN.run(seed=seed)
    assert failures(outcome) == {"city_left_behind", "divergence", "over_cap", "loop_preempted"}
    assert outcome.ranked_verdicts()[0].measure == "Dusty Mesa"
    assert outcome.reading("worst_city").value < 0.8


# P22: the mean passes, and one city in five fails
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("change", [{"local_steps": 8}, {"local_steps": 8, "selection": "city_balanced"}])
def test_the_mean_passes_while_a_city_fails(change, seed):
    outcome = GUARDIAN.run(seed=seed, **change)
    mean, worst = outcome.reading("mean_accuracy"), outcome.reading("worst_city")
    assert mean.level == "ok"
    assert verdict(outcome, "divergence").level == "ok"
    assert worst.level == "fail"
    assert worst.note.startswith("Dusty Mesa")
    assert mean.value - worst.value > 0.06
    assert "city_left_behind" in failures(outcome)


# P22: two ways to win, and a third: fewer steps where all deliver, or control variates for those that do not
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("design", [DEPOT, SPOKEN_FOR, PARKED], ids=["depot", "spoken for", "parked"])
def test_designs_that_differ_win_on_every_draw(design, seed):
    assert failures(GUARDIAN.run(seed=seed, **design)) == set()


@pytest.mark.parametrize("design", [DEPOT, SPOKEN_FOR, PARKED], ids=["depot", "spoken for", "parked"])
def test_no_part_of_a_design_is_idle(design):
    for name in design:
        assert failures(GUARDIAN.run(**{key: value for key, value in design.items() if key != name})), name


NEAR = -0.5  # a margin: 5 points of accuracy, more than one draw and another differ by where a state may win


@pytest.mark.parametrize("control", DECISIONS, ids=lambda control: control.id)
def test_no_decision_alone_wins(control):
    """Where one draw comes near its limits it may miss by chance, and three draws decide."""
    for value in dict.fromkeys(control.positions(9)):
        alone = GUARDIAN.preview(**{control.id: value})
        if all(item.margin > NEAR for item in alone.verdicts):
            alone = GUARDIAN.run(**{control.id: value})
        assert failures(alone), value


@pytest.mark.parametrize("seed", range(3))
def test_the_depot_alone_falls_short_in_its_fleet_and_a_city(seed):
    """With as many local steps as at the start, hearing every city alike is not enough in 30 rounds."""
    outcome = GUARDIAN.run(when="depot", seed=seed)
    assert failures(outcome) == {"divergence", "city_left_behind"}
    assert outcome.reading("worst_city").note.split(",")[0] != "Dusty Mesa"


def test_the_obvious_change_trades_one_failure_for_another():
    before = GUARDIAN.preview()
    first = GUARDIAN.preview(selection="reliable_first")
    assert first.reading("wasted").value < before.reading("wasted").value
    assert first.reading("worst_city").value < before.reading("worst_city").value
    spoken = GUARDIAN.preview(algorithm="scaffold")
    assert "city_left_behind" not in failures(spoken)
    assert spoken.reading("moved").value == pytest.approx(2 * before.reading("moved").value)
    short = GUARDIAN.preview(kernel_s=1e-4)
    assert "loop_preempted" not in failures(short)
    assert short.reading("wasted").value > before.reading("wasted").value
    parked = GUARDIAN.preview(when="parked")
    assert "loop_preempted" not in failures(parked)
    assert "wasted_radio" in failures(parked) - failures(before)


# --- controls --------------------------------------------------------------------------------------------------------


def test_what_a_student_decides_and_what_the_world_does():
    by_id = GUARDIAN.bench.control_map()
    assert [c.id for c in by_id.values() if c.group == "primary"] == ["local_steps", "vehicles_per_round", "algorithm"]
    assert [c.id for c in by_id.values() if c.role == "environment"] == [
        "dusty_link",
        "clear_link",
        "storm",
        "depot_nights",
    ]
    assert len(by_id) - 3 <= 9, "eight advanced controls at most, and the one that the acts' worlds need"
    for name, options in (
        ("algorithm", ["fedavg", "fedprox", "scaffold"]),
        ("selection", ["random", "reliable_first", "city_balanced"]),
        ("when", ["driving", "parked", "depot"]),
    ):
        assert [option.id for option in by_id[name].options] == options
    assert all(control.source for control in by_id.values())  # N4
    assert "Dusty Mesa" in by_id["dusty_link"].label


def test_the_storm_leaves_the_dusty_city_two_uploads_in_five_and_the_fleet_its_mean():
    links = GUARDIAN.setting().links
    assert links[-1] == pytest.approx(0.4)
    assert sum(links) / 5 == pytest.approx(EDGE_GUARDIAN.fleet.reliability)


@pytest.mark.parametrize("control", GUARDIAN.bench.controls, ids=lambda control: control.id)
def test_every_control_moves_what_a_student_reads(control):
    # The proximal weight is FedProx's alone, and how often a vehicle is in the depot is nothing to those that drive.
    base = {"mu": {"algorithm": "fedprox"}, "depot_nights": {"when": "depot"}}.get(control.id, {})
    values = dict.fromkeys(control.positions(4))
    seen = [numbers(GUARDIAN.preview(**{**base, "rounds_per_day": 1, control.id: value})) for value in values]
    assert all(a != b for a, b in pairwise(seen))


def test_what_does_not_touch_learning_leaves_the_curves_alone():
    still = GUARDIAN.run(when="depot")
    assert GUARDIAN.run(when="depot", storm=0.9, dusty_link=0.2, clear_link=0.5, mu=0.05).panels[
        "accuracy_against_bytes"
    ].table() == (still.panels["accuracy_against_bytes"].table()), "a depot has a link and a roof of its own"


# N5
def test_what_convergence_decided_is_carried_and_too_much_of_it_is_a_verdict():
    carried = {control.id: control.carried for control in GUARDIAN.bench.controls if control.carried}
    assert carried == {
        "local_steps": "convergence.local_steps",
        "vehicles_per_round": "convergence.clients_per_round",
        **{name: f"convergence.{name}" for name in ("algorithm", "selection", "mu", "rounds_per_day")},
    }
    for value in (1e6, -3):
        state = GUARDIAN.state(local_steps=value, vehicles_per_round=value)
        slider = GUARDIAN.bench.control_map()["local_steps"]
        assert state["local_steps"] in (slider.minimum, slider.maximum)
        assert failures(GUARDIAN.preview(**state))


# N5
def test_it_hands_on_what_was_decided():
    decision = GUARDIAN.run(vehicles_per_round=10, rounds_per_day=2).decision
    assert decision["participating_share"] == pytest.approx(0.2)
    assert decision["rounds"] == 60
    assert decision["local_steps"] == 35


@pytest.mark.parametrize("control", [c for c in GUARDIAN.bench.controls if isinstance(c, Slider)], ids=lambda c: c.id)
@pytest.mark.parametrize("raw", [None, "many", math.nan, True])
def test_nonsense_is_refused_by_name(control, raw):
    with pytest.raises(BadValue, match=control.id):
        GUARDIAN.bench.read(GUARDIAN.bench.defaults() | {control.id: raw})


def test_presets_are_states_worth_seeing():
    by_id = {preset.id: GUARDIAN.run(**preset.values) for preset in GUARDIAN.bench.presets}
    before = GUARDIAN.run()
    assert "divergence" in failures(before) - failures(by_id["fewer_steps"])
    assert "city_left_behind" in failures(by_id["fewer_steps"])
    assert by_id["best_links"].reading("wasted").value < before.reading("wasted").value
    assert by_id["best_links"].reading("worst_city").value < before.reading("worst_city").value
    assert by_id["clear_air"].reading("worst_city").value > before.reading("worst_city").value + 0.1
    assert all(failures(outcome) for outcome in by_id.values()), "a preset does not play the bench"


# --- what no state may break -----------------------------------------------------------------------------------------


@settings(max_examples=30)
@given(state=any_state)
def test_no_state_gives_anything_but_numbers(state):
    outcome = GUARDIAN.preview(**state)
    assert all(isinstance(r.value, str) or math.isfinite(r.value) for r in outcome.readings)
    for drawing in outcome.panels.values():
        cells = [cell for row in drawing.table().rows for cell in row if not isinstance(cell, str)]
        assert all(math.isfinite(cell) for cell in cells)
        for trace in drawing.figure()["data"]:
            assert all(math.isfinite(v) for axis in ("x", "y") for v in trace[axis])
    peek = GUARDIAN.bench.peek(GUARDIAN.track, outcome, **state)
    texts = [r.formula + r.meaning + r.source + r.note for r in outcome.readings]
    texts += [v.cause for v in outcome.verdicts] + [d.summary for d in outcome.panels.values()]
    texts += [line.numbers for line in peek.lines]
    assert not any(re.search(r"\b(nan|inf|None)\b", text) for text in texts)
    assert 0 <= outcome.reading("worst_city").value <= 1
    assert 0 <= outcome.reading("wasted").value <= 1


# N2: real runs, and what the seeds vary
def test_same_state_same_answer_and_another_seed_draws_other_rounds_on_the_same_partition():
    first, again, other = (GUARDIAN.run(seed=seed) for seed in (0, 0, 1))
    assert numbers(first) == numbers(again)
    assert first.reading("mean_accuracy").value != other.reading("mean_accuracy").value
    for name in ("moved", "wasted", "loop_p99", "learning_time"):
        assert first.reading(name).value == other.reading(name).value


def test_the_card_says_of_how_many_draws_it_is_the_mean():
    assert "and of 3 draws" in GUARDIAN.run().reading("mean_accuracy").meaning
    assert "draws" not in GUARDIAN.preview().reading("mean_accuracy").meaning


def test_works_for_a_plugin_with_no_words_and_no_radio_of_its_own():
    device = replace(EDGE_GUARDIAN.device, extras={})
    fleet = replace(EDGE_GUARDIAN.fleet, reliability=1.0)
    on_plugin = OnTrack(
        replace(EDGE_GUARDIAN, id="harbour_crane", device=device, fleet=fleet, texts={}, cities=(), crisis=None),
        BENCH,
        setting_of,
    )
    outcome = on_plugin.preview()
    assert outcome.reading("worst_city").note.startswith("City ")
    assert "5 GB a device" in plain(on_plugin.bench.brief.text)
    assert on_plugin.setting().clear_link == 1


def test_a_fleet_too_slow_to_finish_is_told_so():
    """On a device that learns for days nothing arrives: a verdict, not an error."""
    device = replace(EDGE_GUARDIAN.device, peak_flop_per_s=1e9)
    slow = OnTrack(replace(EDGE_GUARDIAN, id="harbour_crane", device=device, crisis=None), BENCH)
    outcome = slow.run()
    assert {"city_left_behind", "divergence", "wasted_radio"} <= failures(outcome)
    assert outcome.reading("wasted").value == 1
    assert all(drawing.figure() and drawing.table() for drawing in outcome.panels.values())


def test_settles_on_a_track_of_another_kind():
    assert OnTrack(MOBILE_NOMAD, BENCH).preview().readings
