"""The texts of the Battery-Privacy bench: the lock's truth, feedback, figures and samples, each against its physics."""

import re
from dataclasses import replace

import pytest

from tests.states import failures, plain
from tests.tracks.mobile_nomad.battery.states import BENCH, run, state
from tracks.mobile_nomad.battery import closing
from tracks.mobile_nomad.battery.figures import ACCENT, DAY, MEMORY
from tracks.mobile_nomad.battery.readings import clock
from tracks.mobile_nomad.track import MOBILE_NOMAD

(LOCK,) = BENCH.predictions


# --- the lock --------------------------------------------------------------------------------------------------------


# P23
def test_the_truth_is_the_measured_power_of_both_networks():
    truth = BENCH.truth(MOBILE_NOMAD, LOCK)
    found = state()
    inference_w = 60 * found.step.frame_j
    learning_w = found.day.learning_j / (found.setting.minutes * 60)
    assert truth.value == pytest.approx(learning_w / inference_w)
    assert truth.combine == "product"
    assert [term.value for term in truth.terms] == pytest.approx([2.97, 2.47, 1.94], abs=0.01)
    assert truth.value == pytest.approx(14.3, abs=0.05)


def test_five_is_wrong_by_more_than_the_lock_allows():
    truth = BENCH.truth(MOBILE_NOMAD, LOCK)
    assert truth.value / 5 > LOCK.tolerance
    assert truth.value / 5 < 5  # and not by so much that it would be another question


def test_the_question_prints_the_settings_its_truth_is_about():
    assert LOCK.scenario == {name: BENCH.defaults()[name] for name in LOCK.scenario}
    assert {"method", "batch", "resolution", "schedule", "runtime"} <= set(LOCK.scenario)
    minutes = [LOCK.truth(MOBILE_NOMAD, **{**BENCH.defaults(), "minutes": value}).value for value in (1, 30)]
    assert minutes[0] == minutes[1]  # so that they need not be printed


def test_feedback_has_the_factors_it_speaks_of():
    feedback = {option.id: plain(option.feedback) for option in LOCK.mechanisms}
    assert "2.97× the operations" in feedback["operations"]
    assert "leaves 4.8× of 14.3× unexplained" in feedback["operations"]
    assert "2.47× the joules" in feedback["memory"]
    assert "7.33× a sample" in feedback["memory"]
    assert "works 9.58% of the time" in feedback["duty"]
    gentle = state(method="tinytl_bias", runtime="ideal").drain
    assert f"it is {gentle:.3g}×" in feedback["rule"]


# --- what is said ----------------------------------------------------------------------------------------------------


def test_the_brief_speaks_with_a_role_and_the_numbers_of_the_track():
    brief = BENCH.brief
    assert brief.speaker == "Privacy officer"
    text = plain(brief.text)
    for words in ("Stone Village", "57.6 MB", "+8 points", "−1 point", "5% of a charge", "43 °C"):
        assert words in text, words


def test_both_designs_of_the_model_answer_win_and_what_it_says_of_them_holds():
    answer = plain(BENCH.reflection.model_answer)
    for design in (closing.BY_DAY, closing.BY_NIGHT):
        values = {name: getattr(design, name) for name in BENCH.defaults()}
        assert failures(run(**values)) == set()
    by_day = {name: getattr(closing.BY_DAY, name) for name in BENCH.defaults()}
    assert failures(run(**{**by_day, "minutes": 2 * closing.BY_DAY.minutes})) == {"over_battery"}
    assert "forgetting" in failures(run(**{**by_day, "minutes": 4 * closing.BY_DAY.minutes}))
    night = state(method="lora", batch=8, minutes=10.0, schedule="charging")
    assert night.personalisation.elsewhere_points > 0  # "so that others gain too"
    assert "825 J of 173 J" in answer
    assert "849 MiB of 512 MiB" in answer
    share = state(method="lora").step.memory
    assert share.activations_bytes / share.total_bytes > 0.98  # "all but a little of it"


def test_the_strong_sample_quotes_what_the_figures_show():
    sample = plain(BENCH.reflection.strong_sample)
    night = state(method="lora", batch=8, minutes=10.0, schedule="charging")
    assert f"{night.day.hottest:.1f} °C" in sample
    assert "673 J of learning where 173 J are allowed" in sample
    assert "2.47× as dear" in sample
    assert failures(run(data="upload", radio="wifi")) == {"raw_audio_left"}  # "everything but the one promise"


def test_the_observation_is_what_the_waterfall_shows():
    """Gradients and optimizer fall by more than 90%, activations by less than 20%."""
    full, lora = state().step.memory, state(method="lora").step.memory
    assert lora.gradients_bytes + lora.optimizer_bytes < 0.1 * (full.gradients_bytes + full.optimizer_bytes)
    assert lora.activations_bytes > 0.8 * full.activations_bytes
    assert lora.weights_bytes < full.weights_bytes
    assert BENCH.observation.answer == "activations_stay"


def test_everything_is_said_quietly():
    reflection = BENCH.reflection
    said = [BENCH.brief.text, BENCH.brief.short, BENCH.brief.invariant, reflection.prompt, *reflection.rubric]
    said += [reflection.model_answer, reflection.weak_sample, reflection.strong_sample]
    for question in (BENCH.observation, reflection.check):
        said += [question.text, *(option.text + option.feedback for option in question.options)]
    said += [option.text + option.feedback for option in LOCK.mechanisms]
    assert not any("!" in text for text in said)
    assert not re.search(r"\b(GDPR|Article|compliant)\b", " ".join(said))


# --- figures ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("values", [{}, {"schedule": "charging"}, {"data": "upload"}, {"minutes": 0.5, "batch": 1}])
def test_a_figure_its_table_and_the_readings_are_one_state(values):
    outcome = run(**values)
    minute, gain = outcome.panels[ACCENT].point
    assert minute == values.get("minutes", 10)
    assert gain == pytest.approx(outcome.reading("own_accent").value)
    rows = {name: size for name, size, _ in outcome.panels[MEMORY].table().rows}
    assert rows["Total"] == pytest.approx(outcome.reading("memory").value)
    day = outcome.panels[DAY].table()
    assert max(row[2] for row in day.rows) == pytest.approx(outcome.reading("hottest").value)
    (curve,) = [trace for trace in outcome.panels[DAY].figure()["data"] if trace["name"] == "temperature"]
    assert float(max(curve["y"])) == pytest.approx(outcome.reading("hottest").value / 43)
    (own,) = [trace for trace in outcome.panels[ACCENT].figure()["data"] if trace["name"] == "own"]
    if values.get("data") != "upload":  # whose accuracy is the same all along
        assert any(float(x) == pytest.approx(minute, rel=1e-6) for x in own["x"])


def test_learning_windows_are_where_the_schedule_says():
    for schedule, starts in (("worn", ["08:00", "20:30"]), ("idle", ["22:00"]), ("charging", ["23:00"])):
        windows = state(schedule=schedule).day.windows
        assert [clock(windows[0][0]), clock(windows[-1][0])] == [starts[0], starts[-1]]
        assert sum(end - start for start, end in windows) == pytest.approx(10)
        learning = [row for row in run(schedule=schedule).panels[DAY].table().rows if row[4] == "learning"]
        assert learning
    assert state(data="upload").day.windows == ()


def test_summaries_say_what_the_verdicts_judge():
    outcome = run(method="lora")
    assert plain(outcome.panels[MEMORY].summary).startswith("No: 849 MiB of 512 MiB, activations")
    assert plain(run(method="tinytl_bias", runtime="ideal").panels[MEMORY].summary).startswith("Yes: ")
    assert outcome.panels[ACCENT].summary.startswith("Yes")
    assert run(method="head").panels[ACCENT].summary.startswith("No")
    assert "empty at" in run(minutes=60).panels[DAY].summary


def test_before_the_lock_only_limits_are_drawn():
    for panel in BENCH.panels:
        figure = panel.limits()
        assert figure["data"] == []
        assert figure["layout"]["shapes"]


def test_later_benches_would_inherit_the_update():
    decision = run(method="tinytl_lite_residual").decision
    assert decision["payload_bytes"] == pytest.approx((1_816_416 + 130_662) * 4)
    assert decision["method"] == "tinytl_lite_residual"


def test_the_reading_of_what_leaves_never_claims_a_guarantee():
    for data, words in (("local", "nothing"), ("federated", "update"), ("upload", "voice")):
        leaves = run(data=data).reading("leaves")
        assert words in leaves.value
    assert run().reading("leaves").note == "neither clipped nor noised"


def test_a_start_that_is_changed_by_hand_still_reads_its_own_numbers():
    text = plain(run(method="tinytl_bias").reading("drain").formula)
    changed = replace(state().setting, method="tinytl_bias")
    assert f"{state(method=changed.method).drain:.3g}×" in text
