"""The texts of the crisis: a truth by brute force, no answer before the lock, no number without a source."""

import re

import numpy as np
import pytest

from physics.serving import lru_hit_rate, static_hit_rate
from tests.states import plain, ranked_failures
from tests.tracks.cloud_titan.flood.states import FLOOD, GB, TB, TITAN, run, state
from tracks.cloud_titan.flood.closing import OBSERVATION
from tracks.cloud_titan.flood.setting import GAIN_FLOOR
from tracks.cloud_titan.track import CLOUD_TITAN

(QUESTION,) = FLOOD.predictions


def truth():
    return QUESTION.truth(TITAN, **{**state(), **QUESTION.scenario})


# --- before the lock -------------------------------------------------------------------------------------------------


# P21
def test_the_truth_is_the_sum_over_the_hottest_ten_thousand():
    """Added up one by one: sum of i^-0.8 over the first 10,000, by the same over a million."""
    weights = np.arange(1, 1_000_001, dtype=float) ** -0.8
    assert truth().value == pytest.approx(weights[:10_000].sum() / weights.sum(), rel=1e-6)
    assert truth().value == pytest.approx(0.36, abs=0.005)
    parts = [weights[low:high].sum() / weights.sum() for low, high in ((0, 100), (100, 1000), (1000, 10_000))]
    assert [term.value for term in truth().terms] == pytest.approx(parts, rel=1e-5)


def test_the_question_prints_its_assumption():
    assert "s = 0.8" in QUESTION.question
    assert any("assumed" in value for _, value in QUESTION.given)
    assert CLOUD_TITAN.is_assumed("device.extras.adapter_skew")
    assert (QUESTION.right, QUESTION.tolerance) == ("relative", 0.2)
    texts = {name: plain(value) for name, value in QUESTION.given}
    assert texts["Pinned"] == "10 000 of 1 000 000 adapters"
    assert texts["Their size"] == "1.31 TB at rank 16 on q, k, v, o"


def test_nothing_before_the_lock_gives_the_answer():
    brief = FLOOD.brief
    shown = [brief.text, brief.short, brief.invariant, QUESTION.question]
    shown += [text for pair in QUESTION.given for text in pair] + [option.text for option in QUESTION.mechanisms]
    shown += [panel.question + panel.waiting for panel in FLOOD.panels]
    text = plain(" ".join(shown)).lower()
    assert not re.search(r"36|a third|cache-capacity|working set", text)
    assert "140" not in text


def test_the_stakeholder_is_a_role_with_the_case_in_numbers():
    brief, text = FLOOD.brief, plain(FLOOD.brief.text)
    assert brief.speaker == "CTO"
    assert brief.speaker in brief.short
    for number in ("1 000 000 tenants", "90 requests a second", "rank 16", "131 MB", "50 ms", "95%", "3 points"):
        assert number in text
    assert text.endswith("?")
    assert "proxy" in brief.invariant


def test_every_mechanism_answers_with_computed_numbers():
    feedback = {option.id: plain(option.feedback) for option in QUESTION.mechanisms}
    assert "1 580×" in feedback["even"]  # 10,000^0.8
    steep = static_hit_rate(10**6, skew=1.5, capacity=10**4)
    assert f"{100 * steep:.1f}%" in feedback["steep"]
    assert "10.9%" in feedback["long_tail"]
    assert "36.2%" in feedback["long_tail"]
    recent = lru_hit_rate(10**6, skew=0.8, capacity=10**4)
    assert f"{100 * recent:.1f}%" in feedback["recency"]
    assert recent < truth().value


# --- after it --------------------------------------------------------------------------------------------------------


def test_the_observation_is_what_the_figure_shows():
    hit = run(rank=16).reading("hit").value
    assert 1 / 6.5 < hit < 1 / 5.5
    assert OBSERVATION.answer == "sixth"
    feedback = {option.id: option.feedback for option in OBSERVATION.options}
    half = lru_hit_rate(10**6, skew=0.8, capacity=[12 * TB // 131_072_000, 20 * TB // 131_072_000])
    assert half[0] < 0.5 < half[1]
    assert "near 15 TB, thirty times" in feedback["half"]
    assert "131 MB" in feedback["sixth"]
    assert "131 TB" in feedback["most"]


def test_the_check_is_answered_by_the_drive():
    check = FLOOD.reflection.check
    changes = {
        "rank": {"rank": 8}, "hbm": {"hbm_bytes": 345 * GB}, "host": {"host_bytes": 2 * TB},
        "pinned": {"eviction": "pinned"},
    }  # fmt: skip
    loads = {name: run(**values).reading("drive_load").value for name, values in changes.items()}
    assert min(loads, key=loads.__getitem__) == check.answer == "rank"
    for option in check.options:
        if option.id != "hbm":  # there the control's step is 5 GB
            assert f"{100 * loads[option.id]:.3g}%" in plain(option.feedback)


def test_the_model_answer_is_borne_out():
    reflection = FLOOD.reflection
    answer, strong = plain(reflection.model_answer), plain(reflection.strong_sample)
    assert answer.startswith("Rank is a cache-capacity decision.")
    for number in ("131 MB", "131 TB", "65.5 MB", "7 629 instead of 3 814", "140%"):
        assert number in answer
    assert ranked_failures(run(rank=8, host_bytes=1 * TB, eviction="pinned")) == []
    thin = run(rank=4).reading("gain")
    assert f"{thin.value:.2f} points" in answer
    assert thin.value < GAIN_FLOOR.value
    assert "At a skew of 1.2 pinning would do at rank 16" in strong
    assert "ttft_over_limit" not in ranked_failures(run(skew=1.2, eviction="pinned"))
    bears = {rank: max(rate for rate in range(10, 201) if _in_time(rank, rate)) for rank in (8, 16)}
    assert bears[8] > 2 * bears[16]


def _in_time(rank, rate):
    return run(rank=rank, request_rate=rate).reading("first_token").level == "ok"


def test_the_peek_carries_the_students_numbers():
    values = state(rank=8, eviction="pinned")
    outcome = FLOOD.run(TITAN, values)
    peek = FLOOD.peek(TITAN, outcome, **values)
    lines = {line.name: line for line in peek.lines}
    assert set(lines) == {
        "An adapter", "Hits", "HBM", "Drive", "First token", "Decode step", "Rank and accuracy",
    }  # fmt: skip
    assert "8 × 8.19 MB = 65.5 MB" in plain(lines["An adapter"].numbers)
    assert "65.5 TB" in plain(lines["An adapter"].numbers)
    assert lines["Drive"].numbers == outcome.reading("drive_load").formula
    assert "C most popular" in lines["Hits"].equation
    assert "Che" in FLOOD.peek(TITAN, run(), **state()).lines[1].equation
    assert "proxy" in peek.leaves_out


# N4
@pytest.mark.parametrize("values", [{}, {"rank": 8, "eviction": "pinned", "skew": 1.2}, {"hbm_bytes": 0.0}])
def test_readings_recompute_from_their_formulas(values):
    outcome = run(**values)
    for reading in outcome.readings:
        assert reading.formula
        assert reading.meaning
        assert reading.source
    assert ("your setting" in outcome.reading("drive_load").source) == bool({"rank", "skew"} & set(values))
    numbers = plain(outcome.reading("drive_load").formula)
    found = re.fullmatch(r"([\d.]+)/s × \(1 − ([\d.]+)%\) × ([\d.]+) MB / 7 GB/s = ([\d.]+)%", numbers)
    rate, hit, size, load = (float(group) for group in found.groups())
    assert rate * (1 - hit / 100) * size / 7e3 == pytest.approx(load / 100, rel=0.01)


def test_the_words_stay_plain():
    outcome = run(hbm_bytes=400 * GB)
    texts = [FLOOD.brief.text, FLOOD.brief.invariant, *(item.cause for item in outcome.verdicts)]
    texts += [item.meaning for item in outcome.readings] + [drawing.summary for drawing in outcome.panels.values()]
    texts += [FLOOD.reflection.model_answer, FLOOD.reflection.strong_sample]
    for text in texts:
        assert "!" not in text
        assert text[0].isupper() or text[0].isdigit()
        assert text.rstrip()[-1] in ".?"
