"""The texts of the drift: a truth from its own runs, no answer before the lock, no claim without support by physics."""

import re

import pytest

from physics.federation import settling_point, softmax_optimum
from tests.states import failures, plain
from tests.tracks.edge_guardian.drift.states import GUARDIAN
from tracks.api.quantities import in_words
from tracks.common.proxy_fleet import problem
from tracks.edge_guardian.drift.acts import CONSEQUENCES
from tracks.edge_guardian.drift.costs import expected_shares

TRACK, BENCH = GUARDIAN.track, GUARDIAN.bench
(QUESTION,) = BENCH.predictions


def worst(**values):
    return in_words(GUARDIAN.run(**values).reading("worst_city").value, "share")


# L3
def test_the_stakeholder_is_a_role_with_the_case_in_numbers():
    brief = BENCH.brief
    assert brief.speaker == "Safety lead"
    assert brief.speaker in brief.short
    for words in (
        "40% arrive",
        "90% in the other four",
        "the fleet at 93%",
        "no city below 90%",
        "5 GB a vehicle in 30 days",
        "10 ms at p99",
    ):
        assert words in plain(brief.text)
    assert brief.text.endswith("?")
    assert "proxy task" in brief.invariant


# L4
def test_nothing_before_the_lock_gives_the_answer():
    brief = BENCH.brief
    shown = [brief.text, brief.short, brief.invariant, QUESTION.question]
    shown += [text for pair in QUESTION.given for text in pair] + [m.text for m in QUESTION.mechanisms]
    shown += [panel.question + panel.waiting for panel in BENCH.panels]
    shown += [preset.label + preset.note for preset in BENCH.presets]
    text = plain(" ".join(shown))
    outcome = GUARDIAN.run()
    for name in ("mean_accuracy", "worst_city"):
        assert plain(in_words(outcome.reading(name).value, "share")) not in text
    assert not re.search(r"scaffold wins|half of (its|an equal) share|lost city", text.lower())


def test_the_scenario_prints_the_decisions_and_leaves_the_rest_at_the_benchs_own():
    """Nothing carried moves the truth: the state asked about is made of declared defaults."""
    assert BENCH.asked_state(QUESTION) == BENCH.defaults()
    unsaid = BENCH.defaults().keys() - QUESTION.scenario.keys()
    assert unsaid == {"mu", "kernel_s", "dusty_link", "clear_link", "storm", "depot_nights"}
    given = {name: plain(text) for name, text in QUESTION.given}
    assert given["Uploads that arrive from Dusty Mesa"] == "40%"


# --- the reveal ------------------------------------------------------------------------------------------------------


def test_the_truth_is_the_card_of_the_default():
    truth = BENCH.truth(TRACK, QUESTION)
    outcome = GUARDIAN.run()
    assert truth.value == outcome.reading("worst_city").value
    assert outcome.reading("worst_city").note.startswith("Dusty Mesa")
    table = outcome.panels["accuracy_against_bytes"].table()
    assert truth.value == table.rows[-1][table.columns.index("Dusty Mesa, of 1")]
    assert QUESTION.low < truth.value < QUESTION.high


# N6: each part by the physics alone
def test_the_truth_is_the_best_model_what_drift_changes_and_what_does_not_arrive():
    truth = BENCH.truth(TRACK, QUESTION)
    fleet = problem(TRACK.fleet.seed, TRACK.fleet.skew_alpha)
    mixes, sizes = fleet.city_mix[-1], fleet.data.test_class_sizes
    alike = settling_point(fleet, local_steps=35, learning_rate=24).weights
    best, drifted = ((fleet.data.correct(w[None])[0] / sizes) @ mixes for w in (softmax_optimum(fleet).weights, alike))
    values = [term.value for term in truth.terms]
    assert values == pytest.approx([best, drifted - best, truth.value - drifted])
    assert values[2] < -0.1, "what does not arrive is the part that is forgotten"
    assert abs(values[1]) < 0.1 * abs(values[2]), "many steps hardly change a city that is heard like the others"


def test_the_truth_follows_the_scenario_it_is_asked_for():
    calm = QUESTION.truth(TRACK, **{**BENCH.defaults(), "storm": 0})
    assert calm.value > BENCH.truth(TRACK, QUESTION).value + 0.1
    shown = GUARDIAN.run(storm=0).panels["accuracy_against_bytes"].table().rows[-1][-1]
    assert calm.value == shown


def test_mechanisms_say_what_runs_show():
    feedback = {option.id: plain(option.feedback) for option in QUESTION.mechanisms}
    outcome = GUARDIAN.run()
    assert f"the fleet is at {in_words(outcome.reading('mean_accuracy').value, 'share')}" in feedback["one_model"]
    share = outcome.panels["participation_by_city"].table().rows[-1][4]
    assert share == pytest.approx(expected_shares(TRACK, GUARDIAN.setting())[-1], abs=0.01)
    assert f"sends {plain(in_words(share, 'share'))} of the updates that arrive, not 20%" in feedback["unheard"]
    assert f"With 180 rounds Dusty Mesa ends at {worst(rounds_per_day=6)}" in feedback["rounds"]
    assert f"still ends at {worst(local_steps=1)}" in feedback["drift_alone"]
    for change in ({"rounds_per_day": 6}, {"local_steps": 1}):
        assert GUARDIAN.run(**change).reading("worst_city").note.startswith("Dusty Mesa")
        assert "city_left_behind" in failures(GUARDIAN.run(**change))


def test_the_lock_is_drawn_at_the_bytes_of_the_default():
    (mark,) = QUESTION.marks(TRACK, 0.8).values()
    assert mark == pytest.approx((GUARDIAN.run().reading("moved").value, 0.8))


# --- afterwards ------------------------------------------------------------------------------------------------------


def test_the_observation_is_what_the_second_figure_shows():
    share = GUARDIAN.run().panels["participation_by_city"].table().rows[-1][4]
    assert 0.08 < share < 0.12
    assert BENCH.observation.answer == "tenth"


def test_the_check_has_one_right_answer_by_the_physics():
    changes = {
        "balanced": {"selection": "city_balanced"},
        "reliable": {"selection": "reliable_first"},
        "often": {"rounds_per_day": 6},
        "depot": {"when": "depot"},
    }
    shares = {name: expected_shares(TRACK, GUARDIAN.setting(**change))[-1] for name, change in changes.items()}
    assert [name for name, share in shares.items() if share == pytest.approx(0.2)] == [BENCH.reflection.check.answer]
    for option in BENCH.reflection.check.options:
        assert plain(in_words(round(shares[option.id], 6), "share")) in plain(option.feedback)


def test_the_model_answer_is_borne_by_runs():
    answer, fewer = plain(BENCH.reflection.model_answer), GUARDIAN.run(local_steps=8)
    mean = in_words(fewer.reading("mean_accuracy").value, "share")
    assert f"the fleet is at {mean} and Dusty Mesa at {worst(local_steps=8)}" in answer
    assert "divergence" not in failures(fewer)
    assert f"the worst city to {worst(algorithm='scaffold')}, for 2× the bytes" in answer
    assert f"brings {worst(when='depot', local_steps=8)} with few local steps" in answer
    assert "city_left_behind" not in failures(GUARDIAN.run(algorithm="scaffold"))
    assert "city_left_behind" in failures(GUARDIAN.run(selection="city_balanced"))  # as the strong sample has it
    assert "below 90%" in plain(BENCH.reflection.strong_sample)


def test_peek_has_the_numbers_of_the_cards():
    outcome = GUARDIAN.run()
    peek = BENCH.peek(TRACK, outcome, **GUARDIAN.state())
    numbers = {line.name: plain(line.numbers) for line in peek.lines}
    assert numbers["Control loop"] == "6 ms / (1 − 0.25) + 0.99 × 5 ms = 13 ms"
    assert "1 × 0.789 × 0.9 = 0.71" in numbers["Heard"]  # exp(-35 x 8.12 s / 20 min) = .789
    fleet = problem(TRACK.fleet.seed, TRACK.fleet.skew_alpha)
    drift = settling_point(fleet, local_steps=35, learning_rate=24).excess_loss
    assert numbers["Drift"] == f"drift = {drift:.3g}"
    assert "drift = 0" in BENCH.peek(TRACK, outcome, **GUARDIAN.state(algorithm="scaffold")).lines[2].numbers
    assert "proxy task" in peek.leaves_out


@pytest.mark.parametrize("rounds_per_day", [4.0, 8.0, 16.0])
def test_the_operator_names_the_day_in_which_the_last_byte_of_the_cap_is_sent(rounds_per_day):
    """Days count from 1: what lasts 15.9 days runs out in the course of day 16."""
    outcome = GUARDIAN.run(rounds_per_day=rounds_per_day, vehicles_per_round=50)
    moved = outcome.reading("moved")
    said = CONSEQUENCES["over_cap"](TRACK, outcome)
    day, days = map(int, re.search(r"on day (\d+) of (\d+)", said).groups())
    a_day = float(moved.value) / days
    assert (day - 1) * a_day <= moved.limit < day * a_day
