"""The texts of the Mesh Update: nothing before the lock gives the answer, no sentence claims what physics does not."""

import math
import re

import pytest

from physics.gossip import consensus_rms, flood_time_s, spectrum
from tests.states import failures, plain
from tests.tracks.tiny_pioneer.mesh.states import ALIKE, DIFFERENT, GOSSIP_DESIGN, HUB_DESIGN, PIONEER
from tracks.api.quantities import in_words, three_digits
from tracks.tiny_pioneer.mesh.closing import OBSERVATION
from tracks.tiny_pioneer.mesh.texts import hops_across

(QUESTION,) = PIONEER.bench.predictions
REFLECTION = PIONEER.bench.reflection
SEED = PIONEER.track.fleet.seed


# --- before the lock -------------------------------------------------------------------------------------------------


# L3
def test_the_stakeholder_is_a_role_with_the_case_in_numbers():
    brief = PIONEER.bench.brief
    assert brief.speaker == "Systems fellow"
    for number in ("200 hearables", "12 places", "20 kB", "1 mW", "60 min", "80% must be no worse off"):
        assert number in plain(brief.text)


# L5
def test_nothing_before_the_lock_gives_the_answer():
    brief = PIONEER.bench.brief
    shown = [brief.text, brief.short, brief.invariant, QUESTION.question]
    shown += [text for pair in QUESTION.given for text in pair] + [m.text for m in QUESTION.mechanisms]
    shown += [panel.question + panel.waiting for panel in PIONEER.bench.panels]
    shown += [preset.note + preset.label for preset in PIONEER.bench.presets]
    text = plain(" ".join(shown))
    assert not re.search(r"\d days?\b|\d h\b|2[ ,]?400|240[ ,]?048|2\.78", text)


def test_the_question_prints_all_that_it_takes():
    """200 adapters of 1,667 segments of 60 ms, in turns of 12."""
    assert (QUESTION.unit, QUESTION.right, QUESTION.tolerance) == ("s", "decade", 0.5)
    assert QUESTION.low > 0
    printed = plain(QUESTION.question + " ".join(text for pair in QUESTION.given for text in pair))
    assert QUESTION.scenario["payload_bytes"] == 20_000
    for number in ("200", "12 B a segment", "three times, 20 ms apart", "12 relays"):
        assert number in printed
    assert {**PIONEER.bench.defaults(), **QUESTION.scenario} == PIONEER.bench.defaults()


# --- the reveal ------------------------------------------------------------------------------------------------------


# N6
def test_truth_is_the_benchs_own_flood_as_a_product_of_four():
    truth = PIONEER.bench.truth(PIONEER.track, QUESTION)
    assert truth.value == flood_time_s(200, payload_bytes=20e3, mode="mesh", degree=12)
    assert truth.combine == "product"
    assert [term.value for term in truth.terms] == [200, 12, 1667, pytest.approx(0.060)]
    assert math.prod(term.value for term in truth.terms) == pytest.approx(truth.value)
    formula = plain(PIONEER.run().reading("air").formula)
    assert formula.startswith(plain(in_words(truth.value, "s")))  # what the page shows afterwards


def test_truth_follows_the_scenario_it_is_asked_for():
    state = PIONEER.state(payload_bytes=600, coding="int4", topology="ring")
    truth = QUESTION.truth(PIONEER.track, **state)
    assert truth.value == pytest.approx(200 * 2 * 25 * 0.060)


# L10
def test_feedback_on_the_reasons_is_true():
    feedback = {option.id: plain(option.feedback) for option in QUESTION.mechanisms}
    assert list(feedback) == ["relaying", "rate", "hops", "losses"]
    assert "2 400 times" in feedback["relaying"]
    assert "takes 100 s" in feedback["rate"]
    assert "2 400× too short" in feedback["rate"]
    hops = hops_across("geometric", SEED)
    assert f"{hops} hops apart" in feedback["hops"]
    assert plain(in_words(hops * 1667 * 0.06, "s")) in feedback["hops"]
    assert hops_across("ring", SEED) == 100, "half way round 200 nodes"


# --- after ----------------------------------------------------------------------------------------------------------


# P24: what the observation says is what the figure shows in the track's own environment
def test_the_observation_is_what_rounds_do():
    assert OBSERVATION.answer == "falls_then_rises"
    rows = PIONEER.run(**GOSSIP_DESIGN).panels["error_by_round"].table().rows
    error = [row[3] for row in rows]
    least = error.index(min(error))
    assert 1 < least < 20
    assert error[:least] == sorted(error[:least], reverse=True)
    assert error[-1] > 1.1 * error[least]
    alike = [row[3] for row in PIONEER.run(**GOSSIP_DESIGN, diversity=0.03).panels["error_by_round"].table().rows]
    assert alike[10] < alike[3], "it falls on where places are alike"
    apart = [row[3] for row in PIONEER.run(**GOSSIP_DESIGN, diversity=30).panels["error_by_round"].table().rows]
    assert apart[1] > apart[0], "it rises from the first round where they differ most"
    hub = [row[5] for row in PIONEER.run(**HUB_DESIGN).panels["error_by_round"].table().rows]
    assert hub[20] == pytest.approx(hub[8], rel=0.03), "a hub's line falls and stays level"


def test_the_model_answer_quotes_the_benchs_own_numbers():
    def error(**values):
        return PIONEER.run(**values).reading("error").value

    text = plain(REFLECTION.model_answer)
    for diversity in (ALIKE, DIFFERENT):
        assert plain(three_digits(error(**GOSSIP_DESIGN, diversity=diversity))) in text
    different = PIONEER.run(**GOSSIP_DESIGN, diversity=DIFFERENT).reading("as_good").value
    assert plain(in_words(1 - different, "share")) in text
    assert plain(three_digits(error(**GOSSIP_DESIGN))) in plain(REFLECTION.strong_sample)
    hub = PIONEER.run(**HUB_DESIGN).reading("air").value
    assert plain(in_words(hub, "share")) in plain(REFLECTION.strong_sample)
    assert HUB_DESIGN["payload_bytes"] == GOSSIP_DESIGN["payload_bytes"], "the same adapter, it says"


def test_the_check_rewards_silence_where_silence_wins():
    check = REFLECTION.check
    assert check.answer == "silent"
    feedback = {option.id: plain(option.feedback) for option in check.options}
    states = {
        "few": GOSSIP_DESIGN,
        "many": {**GOSSIP_DESIGN, "rounds": 10},
        "hub": HUB_DESIGN,
        "silent": {**GOSSIP_DESIGN, "mode": "local_only"},
    }
    for name, design in states.items():
        outcome = PIONEER.run(**design, diversity=DIFFERENT)
        assert plain(three_digits(outcome.reading("error").value)) in feedback[name]
        assert (failures(outcome) == set()) == (name == check.answer)
    assert plain(three_digits(0.35 * (1 + DIFFERENT))) in feedback["silent"]


# P20
def test_peek_has_every_reading_and_the_agreement_of_the_spectrum():
    state = PIONEER.state(**GOSSIP_DESIGN)
    outcome = PIONEER.run(**state)
    peek = PIONEER.bench.peek(PIONEER.track, outcome, **state)
    numbers = [line.numbers for line in peek.lines]
    assert all(reading.formula in numbers for reading in outcome.readings)
    left = consensus_rms(spectrum("geometric", 200, degree=12, seed=SEED), 4)
    (agreement,) = [line for line in peek.lines if line.name == "Agreement"]
    assert three_digits(left) in agreement.numbers
    assert "your setting" in " ".join(line.source for line in peek.lines)


def test_every_assumption_is_called_one():
    for reading in PIONEER.run().readings:
        assert "assumed:" in reading.source or "derived:" in reading.source
        assert "extras" not in reading.source, "a source, not a name of the code"


def test_no_praise_and_no_exclamation():
    texts = [PIONEER.bench.brief.text, PIONEER.bench.brief.invariant, REFLECTION.model_answer, REFLECTION.strong_sample]
    texts += [option.feedback for option in (*OBSERVATION.options, *REFLECTION.check.options, *QUESTION.mechanisms)]
    assert not any("!" in text or re.search(r"\b(great|well done|excellent)\b", text.lower()) for text in texts)
