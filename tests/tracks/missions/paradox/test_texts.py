"""The texts of the paradox: nothing before the lock gives the answer, and no sentence claims what physics does not."""

import math
import re

import pytest

from physics import traffic
from tracks.api.quantities import in_words
from tracks.missions.paradox.closing import codec, round_trip_saving


def question(one):
    """Return the bench's one prediction."""
    (found,) = one.bench.predictions
    return found


# --- before the lock -------------------------------------------------------------------------------------------------


# L3
def test_the_stakeholder_is_a_role_with_the_case_in_numbers(paradox, spelled):
    brief = paradox.bench.brief
    assert brief.speaker in ("CTO", "Safety lead", "Privacy officer", "Systems fellow")
    assert spelled(in_words(paradox.track.model.moved_bytes, "B")) in spelled(brief.text)
    assert spelled(in_words(paradox.track.fleet.raw_bytes_per_device_day, "B")) in spelled(brief.text)


# L4: invariant and baseline are explained, L5: the answer is not given away
def test_nothing_before_the_lock_gives_the_answer(paradox, spelled):
    prediction, brief = question(paradox), paradox.bench.brief
    shown = [brief.text, brief.short, brief.invariant, prediction.question]
    shown += [text for pair in prediction.given for text in pair] + [m.text for m in prediction.mechanisms]
    shown += [panel.question + panel.waiting for panel in paradox.bench.panels]
    computed = paradox.bench.truth(paradox.track, prediction).value
    for secret in (computed, computed / 2, 1 / computed):
        for words in (in_words(secret, "x"), in_words(secret, "")):
            assert not any(re.search(rf"(?<![\d.]){re.escape(spelled(words))}(?![\d.])", spelled(t)) for t in shown)
    assert not any(word in " ".join(shown).lower() for word in ("cheaper to federate", "400 000", "dearer"))
    assert "fleet × raw bytes" in brief.invariant
    assert "rounds × invited devices × (down + up)" in brief.invariant


# L2: what each context costs in privacy, bandwidth and computing
def test_invariant_names_all_three_costs_of_both_contexts(paradox):
    text = paradox.bench.brief.invariant
    assert all(word in text for word in ("bytes", "privacy", "computing", "not yet a guarantee"))


def test_the_question_prints_all_that_it_takes(paradox):
    prediction = question(paradox)
    assert set(prediction.scenario) == {
        "participation", "rounds_per_day", "moved_bytes", "compression", "fleet", "raw_bytes"}  # fmt: skip
    assert {**paradox.bench.defaults(), **prediction.scenario} == paradox.bench.defaults()
    assert (prediction.unit, prediction.right, prediction.tolerance) == ("x", "factor", 2)
    assert prediction.low < prediction.high / 1e50, "any ratio can be locked"
    assert prediction.reference[1] == 1, "an implausible one is compared with as many bytes on either day"


# --- the observation -------------------------------------------------------------------------------------------------


def test_the_observation_is_what_the_figure_draws(paradox):
    """Compressing the upload 100 times leaves just over 50% of the ratio; both ways, 1%."""
    assert paradox.bench.observation.answer == "levels"
    plain = paradox.run().reading("ratio").value
    assert paradox.run(compression=100.0, direction="upload").reading("ratio").value / plain == pytest.approx(0.505)
    assert paradox.run(compression=100.0, direction="both").reading("ratio").value / plain == pytest.approx(0.01)


# --- the reveal ------------------------------------------------------------------------------------------------------


# N6
def test_truth_is_the_benchs_own_reading_as_a_product_of_four_factors(paradox):
    truth = paradox.bench.truth(paradox.track, question(paradox))
    assert truth.value == paradox.run().reading("ratio").value
    assert truth.combine == "product"
    factors = {term.name: term.value for term in truth.terms}
    weight = paradox.track.model.moved_bytes / paradox.track.fleet.raw_bytes_per_device_day
    assert list(factors.values()) == pytest.approx([weight, 10, 0.01, 2])
    assert math.prod(factors.values()) == pytest.approx(truth.value)


def test_truth_follows_the_scenario_it_is_asked_for(paradox):
    prediction = question(paradox)
    state = paradox.state(compression=50, participation=0.03, rounds_per_day=7)
    truth = prediction.truth(paradox.track, **state)
    assert truth.value == pytest.approx(paradox.run(**state).reading("ratio").value)
    assert {t.name: t.value for t in truth.terms}["Directions, down and up"] == pytest.approx(1.02)


# L10
def test_lock_is_drawn_where_it_would_be_true(paradox):
    prediction = question(paradox)
    outcome = paradox.run()
    true_marks = prediction.marks(paradox.track, outcome.reading("ratio").value)
    for name, drawing in outcome.panels.items():
        assert true_marks[name] == pytest.approx(drawing.point)
    doubled = prediction.marks(paradox.track, 2 * outcome.reading("ratio").value)
    assert doubled["traffic"][1] == pytest.approx(2 * outcome.panels["traffic"].point[1])


# L10: each explanation is compared with the bench's own runs
def test_feedback_on_the_reasons_is_true_on_every_track(paradox, spelled):
    feedback = {option.id: spelled(option.feedback) for option in question(paradox).mechanisms}
    assert list(feedback) == ["size", "rounds", "participation", "downlink"]

    def ratio(**values):
        return paradox.run(**values).reading("ratio").value

    def says(name, *values):
        assert all(spelled(in_words(value, "x")) in feedback[name] for value in values), name

    weight = paradox.track.model.moved_bytes / paradox.track.fleet.raw_bytes_per_device_day
    says("size", weight, ratio() / weight)
    assert 0.1 < ratio() / weight < 10  # "sets the order of magnitude"
    few, many = ratio(rounds_per_day=1), ratio(rounds_per_day=100)
    says("rounds", few, many)
    assert ("crosses 1" in feedback["rounds"]) == (few < 1 < many)
    says("participation", ratio(participation=0.001), ratio(participation=0.1))
    assert "0.1 times a day" in feedback["participation"]
    assert ratio(fleet=1e3) == pytest.approx(ratio(fleet=1e9))  # "cancels"
    # Without the copy that goes down, half of the round trip is left.
    state = paradox.state()
    upload_only = traffic.traffic_ratio(
        participation=0.01, download_bytes=0, upload_bytes=state["moved_bytes"], rounds_per_day=10,
        raw_bytes_per_device=state["raw_bytes"])  # fmt: skip
    says("downlink", upload_only)


# --- Peek ------------------------------------------------------------------------------------------------------------


# L12
def test_peek_shows_each_equation_with_the_numbers_of_the_state(paradox):
    state = paradox.state(compression=20, participation=0.05)
    outcome = paradox.run(**state)
    peek = paradox.bench.peek(paradox.track, outcome, **state)
    names = [line.name for line in peek.lines]
    assert names == [
        "A round",
        "A federated day",
        "A centralised day, the baseline",
        "The ratio",
        "Break-even compression",
        "Share of the cap",
        "Upload time",
        "Time to act",
        "The context",
    ]
    ids = ("cost_per_round", "day_federated", "day_centralised", "ratio", "breakeven", "cap_share", "upload_time")
    for line, reading_id in zip(peek.lines, ids, strict=False):
        assert line.numbers == outcome.reading(reading_id).formula
        assert line.source == outcome.reading(reading_id).source
    assert "headers" in peek.leaves_out
    assert "80%" in peek.leaves_out  # what arrives, which this bench does not count


def test_equations_stay_while_numbers_move(paradox):
    peeks = []
    for values in ({}, {"compression": 50, "direction": "both", "context": "centralised", "moved_bytes": 1e12}):
        state = paradox.state(**values)
        peeks.append(paradox.bench.peek(paradox.track, paradox.run(**state), **state))
    assert [line.equation for line in peeks[0].lines] == [line.equation for line in peeks[1].lines]
    assert peeks[0].lines[3].numbers != peeks[1].lines[3].numbers


# L2
def test_peek_says_what_the_context_costs(paradox):
    for context, words in (("centralised", "leave the device"), ("federated", "no guarantee yet")):
        state = paradox.state(context=context)
        outcome = paradox.run(**state)
        line = paradox.bench.peek(paradox.track, outcome, **state).lines[-1]
        assert line.numbers.startswith(f"{context}: ")
        assert words in line.numbers
        assert in_words(outcome.panels["traffic"].point[1], "B") in line.numbers


# --- reflection ------------------------------------------------------------------------------------------------------


# L11
def test_codec_is_eighty_times_smaller_and_saves_less_than_half_of_the_round_trip():
    # 10,000 of 1 M values, 8 bits and a 32-bit position each, one 32-bit scale, against FP32
    sparse = (10_000 * (8 + 32) + 32) / 8
    assert codec() == pytest.approx((sparse, 4e6 / sparse, 8e6 / (4e6 + sparse)))
    assert codec()[1:] == pytest.approx((79.99, 1.975), rel=1e-3)


def test_upload_saving_has_the_bound_that_the_model_answer_states():
    for factor in (1, 10, 100, 1e6):
        assert round_trip_saving(factor) == pytest.approx(2 / (1 + 1 / factor))
    assert 1.999 < round_trip_saving(1e6) < 2


# L11
def test_every_option_of_the_check_has_its_numbers(paradox, spelled):
    check = paradox.bench.reflection.check
    feedback = {option.id: spelled(option.feedback) for option in check.options}
    assert check.answer == "codec"
    assert all(words in feedback["codec"] for words in ("1%", "1 000 000", "50 kB", "4 MB", "80×", "1.98×"))
    assert "4 B, an update has 1 000 000" in feedback["losses"]


def test_half_the_devices_halve_the_fleets_traffic_and_no_devices_upload(paradox):
    full, half = paradox.run(participation=0.02), paradox.run(participation=0.01)
    assert full.reading("day_federated").value == pytest.approx(2 * half.reading("day_federated").value)
    assert full.reading("upload_time").value == half.reading("upload_time").value


def test_model_answer_speaks_of_this_track(paradox, spelled):
    answer = spelled(paradox.bench.reflection.model_answer)
    ratio = paradox.run().reading("ratio").value
    best = paradox.run(compression=100).reading("ratio").value
    assert spelled(in_words(ratio, "x")) in answer
    assert "1.82× at 10×, 1.98× at 100×, never 2×" in answer
    if ratio > 1:
        assert spelled(in_words(best, "x")) in answer
    else:
        assert "cheaper already" in answer
        assert spelled(in_words(1 / ratio, "x")) in answer
    assert len(paradox.bench.reflection.rubric) == 4


def test_preset_notes_say_what_the_presets_give(paradox, spelled):
    for preset in paradox.bench.presets:
        ratio = paradox.bench.run(paradox.track, paradox.preset(preset.id)).reading("ratio").value
        assert spelled(in_words(ratio, "x")) in spelled(preset.note)


def test_the_lab_does_not_shout_or_praise(paradox):
    bench = paradox.bench
    texts = [
        bench.title,
        bench.brief.text,
        bench.brief.invariant,
        bench.reflection.prompt,
        bench.reflection.model_answer,
    ]
    texts += [option.feedback for option in bench.reflection.check.options] + list(bench.reflection.rubric)
    texts += [option.feedback for option in question(paradox).mechanisms]
    texts += [reading.meaning for reading in paradox.run().readings]
    assert not any(re.search(r"!|\b(great|excellent|well done|GDPR|simply)\b", text, re.IGNORECASE) for text in texts)
