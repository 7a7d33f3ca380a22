"""The texts of the bench: a truth from its own runs, no answer before the lock, no claim without support by physics."""

import re

import pytest

from physics.federation import simulate
from tests.states import failures, plain
from tests.sweeps import swept
from tests.tracks.missions.convergence.states import GUARDIAN, ON
from tracks.api.quantities import in_words
from tracks.common.federated_runs import drift_of, settling
from tracks.common.links import invitation
from tracks.common.proxy_fleet import ceiling, problem
from tracks.missions.convergence.closing import wasted_share
from tracks.missions.convergence.costs import costs
from tracks.missions.convergence.state import learning_of

every_track = pytest.mark.parametrize("one", swept(ON.values(), kept=[GUARDIAN]), ids=ON.keys())


def question(one):
    """Return the bench's one prediction."""
    (found,) = one.bench.predictions
    return found


def asked(one, **values):
    """Solve the state that the question is about."""
    return one.run(**{**question(one).scenario, **values})


# --- before the lock -------------------------------------------------------------------------------------------------


# L3
@every_track
def test_the_stakeholder_is_a_role_with_the_case_in_numbers(one):
    brief, track = one.bench.brief, one.track
    assert brief.speaker in ("CTO", "Safety lead", "Product lead", "Systems fellow")
    assert brief.speaker in brief.short
    for value, unit in ((track.targets.mean_accuracy, "share"), (track.targets.worst_city_accuracy, "share")):
        assert plain(in_words(value, unit)) in plain(brief.text)
    assert plain(in_words(track.fleet.cap_bytes, "B")) in plain(brief.text)
    assert brief.text.rstrip().endswith("?")


@every_track
def test_the_page_says_before_the_lock_that_the_curve_is_a_proxy(one):
    assert "proxy task" in one.bench.brief.invariant
    assert ("Curve", "proxy task, real run") in question(one).given


@every_track
def test_nothing_before_the_lock_gives_the_answer(one):
    prediction, brief = question(one), one.bench.brief
    shown = [brief.text, brief.short, brief.invariant, prediction.question]
    shown += [text for pair in prediction.given for text in pair] + [m.text for m in prediction.mechanisms]
    shown += [panel.question + panel.waiting for panel in one.bench.panels]
    text = " ".join(shown).lower()
    assert not re.search(r"fixed point|flat|none|no gain|nothing|saturat|plateau", text)
    targets = {
        plain(in_words(t, "share")) for t in (one.track.targets.mean_accuracy, one.track.targets.worst_city_accuracy)
    }
    for score in (asked(one), asked(one, rounds=50), one.run()):
        for name in ("mean_accuracy", "worst_city"):
            said = plain(in_words(score.reading(name).value, "share"))
            assert said in targets or said not in plain(text)


# P10
@every_track
def test_the_question_is_about_every_client_and_this_tracks_partition(one):
    prediction = question(one)
    state = {**one.bench.defaults(), **prediction.scenario}
    assert (state["clients_per_round"], state["reliability"], state["local_steps"]) == (50, 1, 25)
    assert (state["algorithm"], state["rounds"], state["alpha"]) == ("fedavg", 100, one.track.fleet.skew_alpha)
    assert (prediction.unit, prediction.right, prediction.tolerance) == ("points", "points", 1)
    assert (prediction.low, prediction.high) == (-100, 100)
    assert "From 50 to 100 rounds" in prediction.question


# --- the reveal ------------------------------------------------------------------------------------------------------


# P10
@every_track
def test_truth_is_what_the_cards_differ_by_and_about_none(one):
    truth = one.bench.truth(one.track, question(one))
    cards = [asked(one, rounds=rounds).reading("mean_accuracy").value for rounds in (50, 100)]
    assert truth.value == pytest.approx(100 * (cards[1] - cards[0]), abs=1e-6)
    assert abs(truth.value) < 0.5


# P10: by a run of simulate with everybody, without this bench
@every_track
def test_truth_is_deterministic_and_free_of_any_draw(one):
    truths = {one.bench.truth(one.track, question(one)).value for _ in range(2)}
    assert len(truths) == 1
    assert (
        asked(one).reading("mean_accuracy").value
        == one.bench.run(one.track, {**one.bench.defaults(), **question(one).scenario}, seed=7)
        .reading("mean_accuracy")
        .value
    )
    fleet = problem(one.track.fleet.seed, one.track.fleet.skew_alpha)
    run = simulate(fleet, rounds=100, clients_per_round=50, local_steps=25, learning_rate=24)
    gain = 100 * (run.accuracy[91:].mean() - run.accuracy[41:51].mean())
    assert truths.pop() == pytest.approx(gain, abs=1e-6)


# N6
@every_track
def test_truth_is_the_way_left_before_less_the_way_left_after(one):
    truth = one.bench.truth(one.track, question(one))
    assert truth.combine == "sum"
    fleet = problem(one.track.fleet.seed, one.track.fleet.skew_alpha)
    point = settling(one.track.fleet.seed, one.track.fleet.skew_alpha, 25, 24.0, 0.0)
    end = fleet.data.correct(point.weights[None]).sum() / 360
    left = [100 * (end - asked(one, rounds=rounds).reading("mean_accuracy").value) for rounds in (50, 100)]
    assert [term.value for term in truth.terms] == pytest.approx([left[0], -left[1]], abs=1e-6)


def test_truth_follows_the_scenario_it_is_asked_for():
    prediction = question(GUARDIAN)
    state = {**GUARDIAN.bench.defaults(), **prediction.scenario, "local_steps": 1, "learning_rate": 0.5}
    cards = [GUARDIAN.run(**{**state, "rounds": rounds}).reading("mean_accuracy").value for rounds in (50, 100)]
    truth = prediction.truth(GUARDIAN.track, **state)
    assert truth.value == pytest.approx(100 * (cards[1] - cards[0]), abs=1e-6)
    assert cards[1] > cards[0]
    assert truth.terms[1].value < 0, "one short step a round has not arrived after a hundred"


@every_track
def test_lock_is_drawn_where_it_would_be_true(one):
    truth = one.bench.truth(one.track, question(one)).value
    marks = question(one).marks(one.track, truth)
    assert marks["convergence_vs_communication"] == pytest.approx(
        asked(one).panels["convergence_vs_communication"].point, abs=1e-6
    )
    higher = question(one).marks(one.track, truth + 6)["convergence_vs_communication"]
    assert higher[1] - marks["convergence_vs_communication"][1] == pytest.approx(0.06)


# P10: each explanation is compared with the bench's own runs
@every_track
def test_feedback_on_the_reasons_is_true(one):
    feedback = {option.id: plain(option.feedback) for option in question(one).mechanisms}
    assert list(feedback) == ["training", "noise", "drift", "bytes"]
    before, after = (asked(one, rounds=rounds).reading("mean_accuracy").value for rounds in (50, 100))
    fleet = problem(one.track.fleet.seed, one.track.fleet.skew_alpha)
    point = settling(one.track.fleet.seed, one.track.fleet.skew_alpha, 25, 24.0, 0.0)
    end = fleet.data.correct(point.weights[None]).sum() / 360
    best = ceiling(one.track.fleet.seed, one.track.fleet.skew_alpha)
    for value in (before, after, end):
        assert plain(in_words(value, "share")) in feedback["training"]
    # With random clients and links the same doubling brings almost nothing either.
    drawn = [one.run(rounds=rounds).reading("mean_accuracy").value for rounds in (50, 100)]
    said = re.search(r"brings ([+−]?[\d.]+) points", feedback["noise"]).group(1)
    assert float(said.replace("−", "-")) == pytest.approx(100 * (drawn[1] - drawn[0]), abs=0.051)
    assert all(plain(in_words(value, "share")) in feedback["drift"] for value in (end, best))
    assert best > end
    assert f"{point.excess_loss:.3g} of loss" in feedback["drift"]
    assert plain(in_words(asked(one).reading("moved").value, "B")) in feedback["bytes"]
    assert plain(in_words(before, "share")) in feedback["bytes"]
    fewer, scaffold = (
        drift_of(learning_of(one.track.fleet.seed, one.setting(**values), seed=0))
        for values in ({"local_steps": 5}, {"algorithm": "scaffold"})
    )
    assert fewer < point.excess_loss / 3, "fewer local steps move it"
    assert scaffold == 0, "and so does SCAFFOLD"


# --- observation -----------------------------------------------------------------------------------------------------


@every_track
def test_the_observation_is_true_at_the_default(one):
    observation = one.bench.observation
    assert observation.answer == "nothing"
    rows = one.run().panels["convergence_vs_communication"].table().rows
    by_round = {row[1]: row[3] for row in rows}
    assert abs(by_round[100] - by_round[50]) < 0.01
    assert by_round[10] > 0.8  # the steep part is in the first 10%
    assert by_round[100] - by_round[1] > 0.1


# --- Peek ------------------------------------------------------------------------------------------------------------


# P20
@every_track
def test_peek_shows_each_equation_with_the_numbers_of_the_state(one):
    values = {"algorithm": "fedprox", "attempts": 2, "selection": "city_balanced", "local_steps": 7}
    state = one.state(**values)
    outcome = one.run(**values)
    peek = one.bench.peek(one.track, outcome, **state)
    names = [line.name for line in peek.lines]
    assert names == [
        "A round",
        "A link",
        "Bytes of a device",
        "Failed uploads",
        "Moving against learning",
        "Loss above the best",
        "Jitter",
    ]
    assert plain(peek.lines[0].numbers).startswith("FedProx, μ = 0.01; τ = 7, η = 24; 25 of 50 invited (city-balanced)")
    ids = ("moved", "wasted", "communication_to_compute", "loss_above_best", "jitter")
    for line, reading_id in zip(peek.lines[2:], ids, strict=True):
        assert line.numbers == outcome.reading(reading_id).formula
        assert line.source == outcome.reading(reading_id).source
    assert "W(t+1) = W(t) + Σ s_k" in peek.lines[0].equation
    assert "F(W_R) − F(W*) = " in peek.lines[5].equation
    for said in ("proxy task", "softmax regression", "Deep networks", "full batches", "late update is lost"):
        assert said in peek.leaves_out


def test_equations_stay_while_numbers_move():
    peeks = []
    for values in ({}, {"algorithm": "scaffold", "attempts": 4, "local_steps": 50}):
        state = GUARDIAN.state(**values)
        peeks.append(GUARDIAN.bench.peek(GUARDIAN.track, GUARDIAN.run(**values), **state))
    assert [line.equation for line in peeks[0].lines] == [line.equation for line in peeks[1].lines]
    assert all(a.numbers != b.numbers for a, b in zip(*(peek.lines for peek in peeks), strict=True))


# --- reflection ------------------------------------------------------------------------------------------------------


# P14
@every_track
def test_every_option_of_the_check_has_its_numbers(one):
    check = one.bench.reflection.check
    feedback = {option.id: plain(option.feedback) for option in check.options}
    assert check.answer == "poor_link"
    assert "80%" in feedback["poor_link"]
    assert wasted_share(0.2, attempts=1, learning=0.0) == pytest.approx(0.8)
    assert wasted_share(0.2, attempts=4, learning=0.0) == pytest.approx(0.8)  # "leave that share as it is"
    assert "20% is wasted" in feedback["good_link"]
    delivered = 1 - 0.8**4
    by_hand = 1 - delivered * 2 / (1 + delivered / 0.2)
    assert plain(in_words(by_hand, "share")) in feedback["with_learning"]
    assert plain(in_words(delivered, "share")) in feedback["with_learning"]
    assert "50%" in feedback["half_link"]
    shares = [wasted_share(0.8, attempts=1, learning=0), by_hand, wasted_share(0.5, attempts=2, learning=0)]
    assert all(abs(share - 0.8) > 0.05 for share in shares), "only one option is right"


# P14
@every_track
def test_model_answer_speaks_of_this_track(one):
    answer = plain(one.bench.reflection.model_answer)
    first = one.run(selection="reliable_first")
    for value in (
        invitation(25, 0.2, 1, "reliable_first").failed,
        first.reading("wasted").value,
        one.run().reading("worst_city").value,
        first.reading("worst_city").value,
    ):
        assert plain(in_words(value, "share")) in answer
    spent = costs(one.track, one.setting(reliability=0.2, attempts=4))
    assert plain(in_words(spent.wasted_j / spent.spent_j, "share")) in answer
    assert "city_left_behind" in failures(first)
    assert len(one.bench.reflection.rubric) == 4
    drop = 100 * (one.run().reading("worst_city").value - first.reading("worst_city").value)
    assert f"by {drop:.3g} points" in plain(one.bench.reflection.strong_sample)


@every_track
def test_the_lab_does_not_shout_or_praise(one):
    bench = one.bench
    texts = [
        bench.title,
        bench.brief.text,
        bench.brief.invariant,
        bench.reflection.prompt,
        bench.reflection.model_answer,
    ]
    texts += [option.feedback for option in bench.reflection.check.options] + list(bench.reflection.rubric)
    texts += [option.feedback for option in (*question(one).mechanisms, *bench.observation.options)]
    texts += [reading.meaning for reading in one.run().readings] + [preset.note for preset in bench.presets]
    assert not any(re.search(r"!|\b(great|excellent|well done|GDPR|simply)\b", text, re.IGNORECASE) for text in texts)
