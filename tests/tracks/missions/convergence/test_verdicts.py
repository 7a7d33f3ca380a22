"""The bench's verdicts: each failure is reached and left in the track's environment, and a fix does what it says."""

import pytest
from hypothesis import given, settings
from scipy.stats import qmc

from tests.states import failures, plain, verdict
from tests.tracks.missions.convergence.states import GUARDIAN, ON, any_state

CODES = ("over_cap", "below_target", "city_left_behind", "drifting", "wasting")
BY_FORMULA = ("over_cap", "drifting", "wasting")
every_track = pytest.mark.parametrize("one", ON.values(), ids=ON.keys())


def after(one, state, code, fix):
    """Return the verdict of that code after one fix."""
    return verdict(one.run(**{**state, fix.control: fix.value}), code)


def test_the_worst_comes_first_and_says_why():
    ranked = GUARDIAN.run().ranked_verdicts()
    assert [item.code for item in ranked] == ["city_left_behind", "drifting", "below_target", "over_cap", "wasting"]
    causes = {item.code: plain(item.cause) for item in ranked}
    assert ranked[0].measure == "Dusty Mesa"
    assert causes["city_left_behind"] == (
        "20 steps on local data pull each client to its own city’s optimum; the average is biased by 0.041 of loss."
    )
    assert causes["over_cap"] == "The mean vehicle takes part 50 times in 30 days, (51.1 MB + 51.1 MB) a time."
    assert "0.041 above the least loss" in causes["drifting"]  # the bias is named
    assert ON["cloud_titan"].run().ranked_verdicts()[0].code == "over_cap"


def test_causes_name_what_it_is_this_time():
    assert "still learns" in verdict(GUARDIAN.run(local_steps=1, rounds=20), "below_target").cause
    noisy = verdict(GUARDIAN.run(local_steps=7, clients_per_round=3, alpha=0.3), "below_target")
    assert "2.4 of 50 updates a round" in plain(noisy.cause)
    linked = GUARDIAN.run(local_steps=3, selection="reliable_first")
    assert "Dusty Mesa’s links deliver 70% of their attempts, the fleet’s 80%" in plain(
        verdict(linked, "city_left_behind").cause
    )
    busiest = verdict(linked, "over_cap")
    assert "The busiest vehicle takes part 100 times" in plain(busiest.cause)
    assert "twice the bytes" in verdict(GUARDIAN.run(algorithm="scaffold"), "drifting").cause


@every_track
def test_every_declared_failure_can_be_reached_and_left_in_the_tracks_own_world(one):
    reach = {
        "over_cap": ({}, {"payload_bytes": one.track.model.moved_bytes / 100}),
        "below_target": ({}, {"algorithm": "scaffold"}),
        "city_left_behind": ({}, {"algorithm": "scaffold"}),
        "drifting": ({"local_steps": 100}, {"local_steps": 1}),
        "wasting": ({"attempts": 4}, {"attempts": 1}),
    }
    assert set(one.bench.failures) == set(reach) == set(CODES)
    for code, (bad, good) in reach.items():
        assert verdict(one.run(**bad), code).level in ("warn", "fail"), code
        assert verdict(one.run(**{**bad, **good}), code).level == "ok", code
    assert "drifting" in failures(one.run(local_steps=100))
    assert "wasting" in failures(one.run(reliability=0.2))


@pytest.mark.parametrize(
    ("rounds", "level"), [(78, "ok"), (79, "warn"), (97, "warn"), (98, "fail")]
)  # 5 GB are 97.8 rounds of half the clients, 80% of it 78.3
def test_the_cap_warns_from_four_fifths(rounds, level):
    assert verdict(GUARDIAN.run(rounds=rounds), "over_cap").level == level


@settings(max_examples=25)
@given(drawn=any_state)
def test_margin_and_level_tell_the_same_story(drawn):
    one, state = drawn
    outcome = one.run(**state)
    for item in outcome.verdicts:
        assert (item.margin < 0) == (item.level == "fail")
        assert item.level != "ok" or not item.fixes
        assert (item.level == "ok") == item.title.startswith(
            ("Inside", "On target", "No city", "Drift in bounds", "Little")
        )


# --- fixes -----------------------------------------------------------------------------------------------------------


@settings(max_examples=30)
@given(drawn=any_state)
def test_every_fix_by_formula_is_a_decision_on_its_control_and_raises_the_margin(drawn):
    one, state = drawn
    controls = one.bench.control_map()
    for item in one.run(**state).verdicts:
        assert len(item.fixes) <= 3
        assert len({(fix.control, fix.value) for fix in item.fixes}) == len(item.fixes)
        for fix in item.fixes:
            assert controls[fix.control].role == "decision"
            assert controls[fix.control].read(fix.value) == fix.value
            assert fix.value != state[fix.control]
            if item.code in BY_FORMULA:
                assert after(one, state, item.code, fix).margin > item.margin


def test_every_fix_of_an_accuracy_raises_its_margin():
    """A fixed spread of states over all sliders, environment included: SCAFFOLD's fixes rest on a survey, not a run."""
    offered, unaided = {"fedavg": 0, "fedprox": 0, "scaffold": 0}, 0
    for places in qmc.Sobol(13, seed=5).random(128):
        one = list(ON.values())[int(places[12] * 4)]
        state = one.at(places[:12])
        for code in ("below_target", "city_left_behind"):
            item = verdict(one.run(**state), code)
            unaided += item.level == "fail" and not item.fixes
            for fix in item.fixes:
                assert after(one, state, code, fix).margin > item.margin, (code, fix, state)
                offered[state["algorithm"]] += 1
    assert min(offered.values()) > 10
    assert unaided < 12  # of 256 verdicts


# Found by the survey: states where a change of SCAFFOLD, or to it, that mostly helps does not.
@pytest.mark.parametrize(
    ("control", "values"),
    [
        ("rounds", {"rounds": 57, "clients_per_round": 44, "local_steps": 2, "selection": "reliable_first"}),
        ("selection", {"rounds": 19, "clients_per_round": 47, "local_steps": 1, "selection": "reliable_first"}),
        ("clients_per_round", {"rounds": 16, "clients_per_round": 8, "local_steps": 1}),
    ],
)
def test_scaffold_is_not_offered_what_may_hurt_it(control, values):
    for one in ON.values():
        outcome = one.run(algorithm="scaffold", **values)
        for code in ("below_target", "city_left_behind"):
            assert control not in {fix.control for fix in verdict(outcome, code).fixes}


# Twice the rounds are tried where they are few. The first two were found by the survey and do harm on some track.
@pytest.mark.parametrize(
    "values",
    [
        {"rounds": 11, "clients_per_round": 3, "local_steps": 24, "learning_rate": 1.1, "alpha": 3.79},
        {"rounds": 12, "clients_per_round": 10, "selection": "city_balanced", "attempts": 3, "learning_rate": 0.35},
        {"rounds": 20, "clients_per_round": 20, "local_steps": 2},
    ],
)
def test_scaffold_is_offered_twice_its_few_rounds_just_where_they_score_higher(values):
    for one in ON.values():
        state = one.state(**{"local_steps": 1, **values, "algorithm": "scaffold"})
        for code, near in {"below_target": 0.01, "city_left_behind": 0.02}.items():
            item = verdict(one.run(**state), code)
            twice = verdict(one.run(**{**state, "rounds": 2 * state["rounds"]}), code)
            gains = item.limit - item.quantity > near and twice.quantity > item.quantity + 5e-4
            assert [fix.control for fix in item.fixes] in ([["rounds"], ["clients_per_round"]] if gains else [[]]), one


@pytest.mark.parametrize("values", [{"clients_per_round": 4}, {"rounds": 12}, {"selection": "reliable_first"}])
def test_scaffold_is_not_offered_where_few_are_heard(values):
    """Control variates need clients that come back, and rounds in which to do so."""
    outcome = GUARDIAN.run(local_steps=60, **values)
    assert outcome.reading("bias").level == "fail"
    for code in ("below_target", "city_left_behind"):
        assert verdict(outcome, code).level == "fail"
        assert "algorithm" not in {fix.control for fix in verdict(outcome, code).fixes}


@every_track
def test_the_default_is_offered_what_helps_it(one):
    outcome = one.run()
    for code in ("below_target", "city_left_behind"):
        fixes = {(fix.control, fix.value) for fix in verdict(outcome, code).fixes}
        assert ("algorithm", "scaffold") in fixes
        assert any(control == "local_steps" and value < 20 for control, value in fixes)
    assert {fix.control for fix in verdict(outcome, "over_cap").fixes} == {
        "payload_bytes",
        "clients_per_round",
        "rounds",
    }


@settings(max_examples=30)
@given(drawn=any_state)
def test_the_first_fix_of_a_cap_mends_it_where_one_change_can(drawn):
    one, state = drawn
    item = verdict(one.run(**state), "over_cap")
    if item.level == "ok":
        return
    controls = one.bench.control_map()
    ends = {name: controls[name].minimum for name in ("rounds", "payload_bytes", "clients_per_round")}
    best = [verdict(one.run(**{**state, name: value}), "over_cap").level for name, value in ends.items()]
    first = after(one, state, "over_cap", item.fixes[0])
    if "ok" in best:
        assert first.level == "ok"
        assert (
            first.quantity > 0.6 * first.limit
            or item.fixes[0].control in ("algorithm", "attempts", "selection")
            or (first.quantity * 2 > 0.8 * first.limit)
        ), "the mildest change, not the farthest"
    elif "warn" in best:
        assert first.level in ("ok", "warn")


def test_waste_is_mended_by_whom_is_invited_or_by_not_trying_again():
    fixes = [(fix.control, fix.value) for fix in verdict(GUARDIAN.run(attempts=3), "wasting").fixes]
    assert fixes == [("selection", "reliable_first"), ("attempts", 1)]
    poor = verdict(GUARDIAN.run(reliability=0.2, selection="reliable_first"), "wasting")
    assert (poor.fixes[0].control, poor.fixes[0].value) == ("clients_per_round", 12)


@pytest.mark.parametrize("steps", [30, 50, 100])
def test_drift_is_mended_by_fewer_steps(steps):
    item = verdict(GUARDIAN.run(local_steps=steps), "drifting")
    assert item.fixes[0].control == "local_steps"
    mended = after(GUARDIAN, GUARDIAN.state(local_steps=steps), "drifting", item.fixes[0])
    assert mended.level in ("ok", "warn")
    assert mended.quantity > 0.002, "no more than is needed"
