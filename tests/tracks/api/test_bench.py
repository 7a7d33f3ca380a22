"""A bench is settled on a track, reads what a client sends, and holds its answers against what it declares."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tracks.api.one_bench import (
    ASKED,
    BENCH,
    CONTROLS,
    DRAWN,
    OUTCOME,
    PRESET,
    VERDICT,
    WHY,
    bench,
    judged,
    solve,
)
from tracks.api.bench import Preset
from tracks.api.checks import SpecError
from tracks.api.controls import BadValue, Slider
from tracks.api.declared import Ablation
from tracks.api.outcome import Fix, Outcome, Verdict
from tracks.api.teaching import Brief, Question, Reflection, Truth
from tracks.cloud_titan.track import CLOUD_TITAN
from tracks.edge_guardian.track import EDGE_GUARDIAN


def test_a_bench_is_settled_on_a_track():
    made = bench(
        brief=lambda track: Brief(speaker="CTO", text=track.name, short="s"),
        controls=lambda track: (replace(CONTROLS[0], default=float(track.fleet.cap_days)), *CONTROLS[1:]),
        panels=lambda track: BENCH["panels"],
        predictions=lambda track: (ASKED,),
        presets=lambda track: (Preset(**PRESET),),
        reflection=lambda track: None,
    )
    settled = made.on(EDGE_GUARDIAN)
    assert settled.brief.text == "Edge Guardian"
    assert settled.defaults()["rounds"] == EDGE_GUARDIAN.fleet.cap_days
    assert settled.predictions == (ASKED,)
    assert settled.reflection is None
    assert made.on(CLOUD_TITAN).brief.text == "Cloud Titan"
    assert callable(made.brief), "settling makes a new bench"
    assert bench().on(EDGE_GUARDIAN) == bench()


@pytest.mark.parametrize(
    ("part", "value", "words"),
    [
        ("controls", CONTROLS + CONTROLS[:1], "controls has 'rounds' twice"),
        ("controls", list(CONTROLS), "controls must be a tuple of"),
        ("controls", CONTROLS[1:], "preset 'keyboard': 'rounds' is not a control"),
        ("panels", (), "needs one to three panels, got 0"),
        ("panels", BENCH["panels"] * 4, "panels has 'main' twice"),
        ("brief", None, "brief must be a Brief"),
        ("reflection", "Why?", "reflection must be a Reflection"),
        ("presets", (Preset(id="p", label="P", values={"rank": 8}),), "preset 'p': 'rank' is not a control"),
        ("predictions", (replace(ASKED, scenario={"rounds": 200}),), "rounds=200 is not on its slider"),
        ("brief", lambda track: None, "brief must be a value for the track, got <function"),
        ("predictions", lambda track: (), "predictions must be a value for the track"),
    ],
)  # fmt: skip
def test_what_a_function_of_the_track_gives_is_checked_like_a_value(part, value, words):
    with pytest.raises(SpecError, match=words):
        bench(**{part: lambda track: value}).on(EDGE_GUARDIAN)


def test_the_stepper_calls_a_bench_by_its_label_or_by_its_title_up_to_the_colon():
    assert bench(title="Paradox: move what?").step_label == "Paradox"
    assert bench(title="Paradox: move what?", label="Data").step_label == "Data"
    assert bench(title="Paradox: move what?", label="Data").short_title == "Paradox"


def test_four_panels_do_not_fit():
    panels = tuple(replace(BENCH["panels"][0], id=f"p{i}") for i in range(4))
    with pytest.raises(SpecError, match="needs one to three panels, got 4"):
        bench(panels=panels)
    assert len(bench(panels=panels[:3]).panels) == 3


def test_observation_and_reflection_may_be_there():
    question = Question(id="seen", text="What?", options=WHY, answer="size")
    reflection = Reflection(
        prompt="p", rubric=("a", "b", "c", "d"), model_answer="m", weak_sample="w", strong_sample="s"
    )
    assert bench(observation=question, reflection=reflection).observation is question


def test_what_an_ablation_takes_away_and_compares_is_the_benchs_own():
    def without(values, *readings):
        ablation = Ablation(name="Without", values=values, readings=readings)
        written = {"prompt": "p", "rubric": ("a", "b", "c", "d"), "model_answer": "m"}
        return Reflection(**written, weak_sample="w", strong_sample="s", ablation=ablation)

    with pytest.raises(SpecError, match=r"ablation.*noise"):
        bench(reflection=without({"noise": "none"}, "cost"))
    with pytest.raises(SpecError, match="the outcome has no reading 'weight' for the ablation"):
        bench(reflection=without({"rounds": 1}, "cost", "weight")).run(EDGE_GUARDIAN, SENT)
    assert bench(reflection=without({"rounds": 1}, "cost")).run(EDGE_GUARDIAN, SENT)


SENT = {"rounds": 20, "codec": "rounds", "both_ways": True}


def test_a_bench_reads_what_a_client_sends():
    assert bench().read(SENT) == SENT
    assert list(bench().read(dict(reversed(SENT.items())))) == ["rounds", "codec", "both_ways"]
    assert bench().read({**SENT, "rounds": 1e9})["rounds"] == 100
    assert bench().read(bench().defaults()) == bench().defaults()


def test_what_a_student_decides_is_not_away_from_the_environment():
    weather = Slider(id="loss", label="Loss", unit="", minimum=0, maximum=9, step=1, default=2, role="environment")
    one = bench(
        controls=(*CONTROLS, weather),
        solve=lambda track, *, loss, **values: solve(track, **values),
        predictions=(),
    )
    assert one.away_from_environment({**SENT, "loss": 2}) == ()
    assert one.away_from_environment({**SENT, "loss": 3}) == ("Loss",)


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        ({}, "'rounds' has no value"),
        ({name: value for name, value in SENT.items() if name != "codec"}, "'codec' must be one of"),
        ({**SENT, "rank": 8}, "'rank' is not a control of paradox; there are rounds, codec, both_ways"),
        ({**SENT, "seed": 1}, "'seed' is not a control of paradox"),  # a client does not choose the seed
        ({**SENT, "track": "x"}, "'track' is not a control of paradox"),
        ({**SENT, "rounds": None}, "'rounds' has no value"),
        ({**SENT, "both_ways": "yes"}, "'both_ways' must be true or false"),
    ],
)
def test_a_bench_refuses_what_it_has_no_control_for(raw, words):
    with pytest.raises(BadValue, match=words):
        bench().read(raw)


@given(
    st.dictionaries(st.sampled_from([*SENT, "seed", "x" * 5000]), st.none() | st.integers() | st.floats() | st.text())
)
def test_whatever_a_client_sends_a_bench_gives_values_for_all_controls_or_a_short_sentence(raw):
    try:
        values = bench().read(raw)
    except BadValue as problem:
        sentence = str(problem)
    else:
        sentence = ""
        assert set(values) == set(SENT)
    assert len(sentence) < 200


def test_a_run_hands_on_track_seed_and_controls_by_name():
    outcome = bench().run(EDGE_GUARDIAN, SENT, seed=7)
    assert dict(outcome.decision) == {"rounds": 20, "codec": "rounds", "both": True, "seed": 7}
    assert bench().run(EDGE_GUARDIAN, SENT).decision["seed"] == 0


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"panels": {}}, "the outcome has no drawing for panel 'main'"),
        ({"readings": ()}, "the outcome has no reading 'cost' for the HUD"),
        ({"verdicts": (Verdict(**VERDICT | {"code": "late"}),)}, "verdict 'late' is not among its failures"),
        ({"verdicts": (Verdict(**VERDICT | {"code": "late", "level": "warn"}),)}, "'late' is not among its failures"),
        (
            {"verdicts": (Verdict(**VERDICT | {"fixes": (Fix(control="rank", value=4),)}),)},
            "verdict 'over_cap' has a fix for 'rank', which is no control",
        ),
    ],
)
def test_a_run_holds_the_outcome_against_what_the_bench_declares(change, words):
    with pytest.raises(SpecError, match=f"Bench 'paradox': .*{words}"):
        bench(solve=lambda track, **given: Outcome(**OUTCOME | change)).run(EDGE_GUARDIAN, SENT)


def test_a_run_wants_a_drawing_for_every_view_too():
    first = replace(BENCH["panels"][0], label="bars")
    panels = (replace(first, views=(replace(first, id="as_map", label="map"),)),)
    with pytest.raises(SpecError, match="no drawing for panel 'as_map'"):
        bench(panels=panels).run(EDGE_GUARDIAN, SENT)
    drawn = Outcome(**OUTCOME | {"panels": {"main": DRAWN, "as_map": DRAWN}})
    assert bench(panels=panels, solve=lambda track, **given: drawn).run(EDGE_GUARDIAN, SENT) is drawn


def test_a_run_wants_an_outcome():
    with pytest.raises(SpecError, match="solve must return an Outcome, got dict"):
        bench(solve=lambda track, **given: {"cost": 1}).run(EDGE_GUARDIAN, SENT)


def preview(track, *, seed, fixes, **controls):
    return Outcome(**OUTCOME | {"decision": {"seed": seed, "fixes": fixes, **controls}})


def test_a_preview_runs_where_it_is_asked_for_and_gets_what_solve_gets():
    both = bench(preview=preview)
    assert dict(both.run(EDGE_GUARDIAN, SENT).decision) == dict(bench().run(EDGE_GUARDIAN, SENT).decision)
    coarse = both.run(EDGE_GUARDIAN, SENT, seed=7, preview=True, fixes=False)
    assert dict(coarse.decision) == {"seed": 7, "fixes": False, **SENT}
    assert both.run(EDGE_GUARDIAN, SENT, preview=True).decision["fixes"] is True


def test_a_bench_without_a_preview_is_solved():
    assert bench().run(EDGE_GUARDIAN, SENT, preview=True, fixes=False).decision["both"] is True


def test_a_preview_is_held_against_the_declaration_as_solve_is():
    """A panel, gauge or failure that only a slider in motion lacks would break the page during a drag alone."""
    bare = bench(preview=lambda track, **given: Outcome(**OUTCOME | {"panels": {}}))
    bare.run(EDGE_GUARDIAN, SENT)
    with pytest.raises(SpecError, match="Bench 'paradox', preview: the outcome has no drawing for panel 'main'"):
        bare.run(EDGE_GUARDIAN, SENT, preview=True)
    with pytest.raises(SpecError, match="preview must return an Outcome, got dict"):
        bench(preview=lambda track, **given: {}).run(EDGE_GUARDIAN, SENT, preview=True)


def test_a_verdict_that_is_ok_needs_no_declaration():
    fine = Outcome(**OUTCOME | {"verdicts": (judged("within", "ok", quantity=1e9),)})
    assert bench(solve=lambda track, **given: fine).run(EDGE_GUARDIAN, SENT) is fine


def test_a_truth_is_computed_for_the_scenario_and_not_for_where_the_sliders_stand():
    assert bench().truth(EDGE_GUARDIAN, ASKED).value == 20
    assert bench().truth(EDGE_GUARDIAN, replace(ASKED, scenario={})).value == 10


class TestWhatAPluginMayAnswer:
    """What is only known once a bench runs is refused there, before it breaks a page."""

    def test_a_fix_that_its_control_cannot_take_is_refused(self):
        from tests.plugins.downlink import BENCH

        def solve(track, **controls):
            outcome = BENCH.solve(track, **controls)
            broken = replace(outcome.verdicts[0], fixes=(Fix(control="codec", value="int3"),))
            return replace(outcome, verdicts=(broken,))

        with pytest.raises(SpecError, match="has a fix that cannot be set: 'codec' must be one of none, int8"):
            replace(BENCH, solve=solve).run(EDGE_GUARDIAN, BENCH.defaults())

    def test_fixes_that_a_function_finds_are_found_once_when_read_and_checked_then(self):
        """Trials take longer than all else of an answer, and no page reads them before a hint is asked for."""
        from tests.plugins.downlink import BENCH

        found = []

        def offering(fix):
            def find():
                found.append(fix)
                return (fix,)

            def solve(track, **controls):
                outcome = BENCH.solve(track, **controls)
                return replace(outcome, verdicts=(replace(outcome.verdicts[0], fixes=find),))

            return replace(BENCH, solve=solve).run(EDGE_GUARDIAN, BENCH.defaults()).verdicts[0]

        good = Fix(control="codec", value="int8")
        verdict = offering(good)
        assert (found, verdict.gives_limit) == ([], False)
        assert verdict.fixes == verdict.fixes == (good,)
        assert found == [good]
        with pytest.raises(SpecError, match="has a fix that cannot be set: 'codec' must be one of none, int8"):
            assert offering(Fix(control="codec", value="int3")).fixes
        with pytest.raises(SpecError, match="must be given, not found"):
            assert offering(Fix(control="codec", value="int8", is_limit=True)).fixes

    @pytest.mark.parametrize(
        ("value", "number", "says"),
        [
            (0.0, True, "must be above 0"),  # a factor of 0 cannot be compared
            ("slowest", True, "asks for a number"),
            ("fastest", False, "not one of slowest, largest"),
        ],
    )
    def test_a_truth_that_answers_another_question_is_refused(self, value, number, says):
        from tests.plugins.downlink import BENCH

        question = BENCH.predictions[0 if number else 1]
        broken = replace(question, truth=lambda track, **controls: Truth(value=value))
        with pytest.raises(SpecError, match=says):
            BENCH.truth(None, broken)
