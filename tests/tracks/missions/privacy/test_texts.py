"""What the bench asks and states agrees with the physics, and never claims more than the accountant does."""

import math

import pytest

from physics.privacy import client_updates, minimum_client_updates
from tests.states import plain
from tests.tracks.missions.privacy.states import GUARDIAN, ON
from tracks.api.quantities import in_words
from tracks.missions.privacy.closing import OBSERVATION, check, officers_setting
from tracks.missions.privacy.controls import ANNOUNCED_EPSILON
from tracks.missions.privacy.state import evaluate
from tracks.missions.privacy.texts import STRONG, WEAK, asked, cheapest, predictions

every_track = pytest.mark.parametrize("one", ON.values(), ids=ON.keys())


def everything(one):
    """Return every text that the bench shows on a track."""
    bench, outcome = one.bench, one.bench.run(one.track, one.private(noise="central"))
    texts = [bench.brief.text, bench.brief.short, bench.brief.invariant, bench.reflection.model_answer]
    texts += [bench.reflection.prompt, bench.reflection.strong_sample, *bench.reflection.rubric]
    texts += [option.feedback for option in (*OBSERVATION.options, *check().options)]
    for prediction in bench.predictions:
        texts += [prediction.question, *(option.feedback for option in (*prediction.mechanisms, *prediction.options))]
    for reading in outcome.readings:
        texts += [reading.formula, reading.meaning, reading.source, reading.note]
    peek = bench.peek(one.track, outcome, **one.private(noise="central"))
    texts += [text for line in peek.lines for text in (line.equation, line.numbers, line.source)] + [peek.leaves_out]
    return texts + [preset.note for preset in bench.presets]


@every_track
def test_the_first_lock_is_the_ratio_of_two_cells_of_the_stored_search(one):  # P15
    prediction = one.bench.predictions[0]
    truth = prediction.truth(one.track, **{**one.bench.defaults(), **prediction.scenario})
    cell = asked(one.track)
    assert cell.fleet == one.track.fleet.devices
    assert (cell.alpha, cell.target) == (one.track.fleet.skew_alpha, one.track.targets.safety_accuracy)
    weak, strong = (
        minimum_client_updates(fleet=cell.fleet, epsilon=promise, alpha=cell.alpha, target=cell.target)
        for promise in (WEAK, STRONG)
    )
    assert truth.value == strong / weak
    assert truth.value >= 1  # noise never lowers the compute to converge
    assert math.prod(term.value for term in truth.terms) == pytest.approx(truth.value)
    assert in_words(cell.target, "share") in prediction.question


@every_track
def test_the_designs_named_in_the_feedback_reach_the_target_and_nothing_cheaper_does(one):
    cell = asked(one.track)
    for promise in (None, WEAK, STRONG):
        design = cheapest(cell, promise)
        assert design.cohort * design.rounds == design.updates
        stored = client_updates(fleet=cell.fleet, epsilon=promise, alpha=cell.alpha)
        cheaper = stored.accuracy[stored.updates < design.updates]
        assert (cheaper < cell.target - 1 / 360).all()


def test_a_fleet_that_cannot_reach_the_target_is_asked_what_it_can():
    """A hundred clients learn next to nothing under eps = 1: the question then names an accuracy within their reach."""
    from dataclasses import replace

    track = replace(GUARDIAN.track, fleet=replace(GUARDIAN.track.fleet, devices=100, skew_alpha=0.06))
    cell = asked(track)
    assert cell.alpha == 0.05
    assert cell.target < GUARDIAN.track.targets.safety_accuracy
    truth = predictions(track)[0].truth(track, **GUARDIAN.bench.defaults())
    assert 1 <= truth.value < 1e6


@every_track
def test_a_guarantee_is_none_not_formal_or_a_pair_with_its_unit(one):  # L13, L18
    words = {name: one.run(deployment=name).reading("guarantee").value for name in ("centralised", "federated")}
    assert words == {"centralised": "none", "federated": "not formal"}
    kept = one.bench.run(one.track, one.private(noise="central", epsilon=0.5)).reading("guarantee").value
    assert kept.startswith("(0.5, ")
    assert kept.endswith(f"per {one.track.targets.epsilon_unit}")


def test_what_epsilon_one_means():  # L18
    question = check()
    assert question.answer == "bound"
    feedback = {option.id: plain(option.feedback) for option in question.options}
    assert set(feedback) == {"bound", "one_percent", "one_bit", "per_round"}
    assert "e^1 = 2.72" in feedback["bound"]
    assert "11.1" in feedback["per_round"]
    assert "0.994" in feedback["bound"]


@every_track
def test_the_model_answers_quote_the_engine(one):  # P18
    price, defence = one.bench.reflection, one.bench.reflection.defence
    answer = plain(price.model_answer)
    for deployment, noise in (("federated", "central"), ("federated_dp", "central"), ("federated_dp", "local")):
        state = evaluate(one.track, officers_setting(one.track, deployment=deployment, noise=noise), seed=0)
        assert plain(in_words(state.result.accuracy, "share")) in answer
        assert noise == "local" or plain(in_words(state.result.accuracy, "share")) in plain(defence.model_answer)
    start = state.setting
    assert plain(in_words(start.rounds * start.cohort, "")) in answer
    assert plain(in_words(state.moved, "B")) in answer
    assert "cost" in price.prompt
    assert "Personalisation or privacy" in defence.prompt
    assert any("alone is not privacy" in point for point in defence.rubric)


@every_track
def test_no_law_is_said_to_be_satisfied_and_the_unit_is_named(one):
    texts = everything(one)
    joined = " ".join(texts).lower()
    for word in ("gdpr", "hipaa", "compliant", "complies", "regulation", "anonymous"):
        assert word not in joined
    assert one.track.targets.epsilon_unit in one.bench.brief.invariant
    assert f"The unit is the {one.track.targets.epsilon_unit}" in " ".join(texts)
    assert "!" not in joined


@every_track
def test_the_peek_holds_definition_mechanism_composition_and_averaging(one):  # L19
    state = one.private(noise="central")
    outcome = one.bench.run(one.track, state)
    peek = one.bench.peek(one.track, outcome, **state)
    names = [line.name for line in peek.lines]
    for name in ("(ε, δ)-differential privacy", "Gaussian mechanism", "Composition", "FedAvg with clip and noise"):
        assert name in names
    once = plain(next(line.numbers for line in peek.lines if line.name == "Once, and a hundred times"))
    assert "z = 4.84" in once
    assert "11.1 at q = 1, 0.866 at q = 0.1, 0.0717 at q = 0.01" in once


def test_the_strongest_promise_announced_is_a_preset():
    preset = next(item for item in GUARDIAN.bench.presets if item.id == "announced")
    assert preset.values["epsilon"] == ANNOUNCED_EPSILON < 1
    assert preset.values["delta"] == 1e-10
    assert "user level" in preset.note


@every_track
def test_the_decision_is_what_later_benches_inherit(one):
    state = one.private(noise="central", epsilon=0.5)
    decision = one.bench.run(one.track, state).decision
    for name in ("epsilon", "participating_share", "rounds", "clip_norm", "noise", "payload_bytes"):
        assert decision[name] == state[name]
    assert decision["guarantee"].startswith("(0.5, ")
    carried = {c.id: c.carried for c in one.bench.controls if getattr(c, "carried", "")}
    assert carried == {
        "participating_share": "convergence.participating_share",
        "rounds": "convergence.rounds",
        "local_steps": "convergence.local_steps",
        "payload_bytes": "convergence.payload_bytes",
    }
