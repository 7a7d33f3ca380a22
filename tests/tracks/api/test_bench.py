import dataclasses
import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

import tracks
from tracks.api.bench import Bench, Preset
from tracks.api.checks import SpecError
from tracks.api.controls import BadValue, Choice, Option, Slider, Toggle
from tracks.api.declared import Again, Fact, Recorded
from tracks.api.figures import Axis, Drawing, Panel, Table
from tracks.api.outcome import Fix, Limit, Outcome, Reading, Verdict
from tracks.api.teaching import Brief, Prediction, Question, Reflection, Truth
from tracks.cloud_titan.track import CLOUD_TITAN
from tracks.edge_guardian.track import EDGE_GUARDIAN

WHY = (Option(id="size", text="Size", feedback="f"), Option(id="rounds", text="Rounds", feedback="f"))
READING = {"id": "cost", "label": "Cost a day", "value": 4e16, "unit": "B"}
MOVED = {"id": "moved", "label": "Bytes per vehicle", "value": 6e9, "limit": 5e9, "unit": "B"}
VERDICT = {
    "code": "over_cap", "reading": Reading(**MOVED), "title": "Over the cap", "cause": "10 rounds a day.",
}  # fmt: skip


def judged(code="over_cap", level=None, **numbers):
    """A verdict on other numbers; ``quantity`` is the value of its reading."""
    if "quantity" in numbers:
        numbers["value"] = numbers.pop("quantity")
    return Verdict(**VERDICT | {"code": code, "level": level, "reading": Reading(**MOVED | numbers)})


DRAWN = Drawing(figure=dict, summary="No.", table=lambda: Table(columns=("x",), rows=()))
OUTCOME = {"panels": {"main": DRAWN}, "readings": (Reading(**READING),), "verdicts": (Verdict(**VERDICT),)}
FACT = {"decision": "promise", "label": "Promise", "closing": "You promised {}"}
PRESET = {"id": "keyboard", "label": "Keyboard fleet", "values": {"rounds": 10.0}}
CONTROLS = (
    Slider(id="rounds", label="Rounds", unit="", minimum=1, maximum=100, step=1, default=10),
    Choice(id="codec", label="Codec", options=WHY, default="size"),
    Toggle(id="both_ways", label="Both ways", default=False),
)
ASKED = Prediction(
    id="ratio", question="How many times?", unit="x", low=1, high=1e9, mechanisms=WHY, scenario={"rounds": 20},
    truth=lambda track, *, rounds, codec, both_ways: Truth(value=float(rounds)),
)  # fmt: skip


def solve(track, *, seed, rounds, codec, both_ways):
    return Outcome(**OUTCOME | {"decision": {"rounds": rounds, "codec": codec, "both": both_ways, "seed": seed}})


BENCH = {
    "id": "paradox", "title": "Is it cheaper to move the data or the model?",
    "brief": Brief(speaker="CTO", text="t", short="s"), "controls": CONTROLS,
    "panels": (Panel(id="main", question="Where?", x=Axis(label="x"), y=Axis(label="y")),), "solve": solve,
    "predictions": (ASKED,), "hud": ("cost",), "failures": ("over_cap",), "presets": (Preset(**PRESET),),
}  # fmt: skip
KINDS = {
    Reading: READING, Fix: {"control": "rounds", "value": 5}, Verdict: VERDICT, Outcome: OUTCOME, Preset: PRESET,
    Fact: FACT, Bench: BENCH,
}  # fmt: skip


def bench(**changes):
    return Bench(**BENCH | changes)


NONSENSE = [
    # a reading is printed in a column of 18 characters
    (Reading, {"id": "Cost"}, "Reading: id 'Cost' must be lower-case"),
    (Reading, {"label": "Bytes a day and device"}, "label .* has 22 characters; 18 fit"),
    (Reading, {"label": ""}, "Reading 'cost': label must be a non-empty text"),
    (Reading, {"value": math.nan}, "value must be a finite number, got nan"),
    (Reading, {"value": math.inf}, "value must be a finite number, got inf"),
    (Reading, {"value": None}, "value must be a finite number, got None"),
    (Reading, {"value": True}, "value must be a finite number, got True"),
    (Reading, {"value": ""}, "value must be a non-empty text"),
    (Reading, {"unit": None}, "unit must be a text"),
    (Reading, {"limit": math.inf}, "limit must be a finite number"),
    (Reading, {"warn": "80%"}, "warn must be a finite number"),
    (Reading, {"note": 5}, "note must be a text"),
    # a fix is one change
    (Fix, {"control": "Local epochs"}, "Fix: id 'Local epochs' must be lower-case"),
    # a verdict needs its quantity, limit and cause
    (Verdict, {"code": "OOM"}, "Verdict: id 'OOM' must be lower-case"),
    (Verdict, {"level": "error"}, "Verdict 'over_cap': level 'error' is not one of ok, warn, fail"),
    (Verdict, {"title": ""}, "title must be a non-empty text"),
    (Verdict, {"measure": ""}, "measure must be a non-empty text"),
    (Verdict, {"cause": ""}, "cause must be a non-empty text"),
    (Verdict, {"unit": 5}, "unit must be a text"),
    (Verdict, {"reading": 6e9}, "reading must be a Reading, got 6"),
    (Reading, {"limit": math.nan}, "limit must be a finite number, got nan"),
    (Verdict, {"fixes": [Fix(control="a", value=1)]}, "fixes must be a tuple of Fix"),
    (Verdict, {"fixes": (Fix(control="a", value=1),) * 4}, "4 fixes; three at most"),
    # a margin is measured in something
    (Reading, {"scale": -1}, "scale -1 is outside 0"),
    # the one object that card, chart, table and export read
    (Outcome, {"panels": [("main", DRAWN)]}, "Outcome: panels must be a mapping from names"),
    (Outcome, {"panels": {"main": {"data": []}}}, r"panels\['main'\] must be a Drawing"),
    (Outcome, {"readings": list(OUTCOME["readings"])}, "readings must be a tuple of Reading"),
    (Outcome, {"readings": OUTCOME["readings"] * 2}, "readings has 'cost' twice"),
    (Outcome, {"verdicts": ("over_cap",)}, "verdicts must be a tuple of Verdict"),
    (Outcome, {"decision": None}, "decision must be a mapping"),
    (Preset, {"id": "keyboard fleet"}, "Preset: id 'keyboard fleet' must be lower-case"),
    (Preset, {"label": ""}, "Preset 'keyboard': label must be a non-empty text"),
    (Preset, {"note": None}, "Preset 'keyboard': note must be a text"),
    (Preset, {"values": [("rounds", 10)]}, "Preset 'keyboard': values must be a mapping"),
    # what a whole mission shows of a bench's decision
    (Fact, {"decision": "The promise"}, "Fact: id 'The promise' must be lower-case"),
    (Fact, {"label": ""}, "Fact 'promise': label must be a non-empty text"),
    (Fact, {"unit": None}, "Fact 'promise': unit must be a text"),
    (Fact, {"missing": None}, "missing must be a text"),
    (Fact, {"closing": "You promised."}, "closing must have one {} for the value"),
    (Fact, {"closing": "{} and {}"}, "closing must have one {} for the value"),
    # the bench
    (Bench, {"order": "first"}, "order must be a finite number"),
    (Bench, {"label": None}, "label must be a text"),
    (Bench, {"minutes": -1}, "minutes -1 is outside 0..600"),
    (Bench, {"facts": ("promise",)}, "facts must be a tuple of Fact"),
    (Bench, {"facts": (Fact(**FACT),) * 2}, "facts has 'promise' twice"),
    (Bench, {"second_engine": "a balance"}, "second_engine names an engine, but there is no second_opinion"),
    (Bench, {"second_engine": None}, "second_engine must be a text"),
    (Bench, {"id": "2nd"}, "Bench: id '2nd' must be lower-case"),
    (Bench, {"title": ""}, "Bench 'paradox': title must be a non-empty text"),
    (Bench, {"solve": None}, "solve must be a function, got None"),
    (Bench, {"preview": True}, "preview must be a function"),
    (Bench, {"peek": "B = n u"}, "peek must be a function"),
    (Bench, {"second_opinion": 1}, "second_opinion must be a function"),
    (Bench, {"script": "print(1)"}, "script must be a function"),
    (Bench, {"brief": "Hello"}, "brief must be a Brief or a function of the track, got 'Hello'"),
    (Bench, {"reflection": "Why?"}, "reflection must be a Reflection, got 'Why[?]'"),
    (Bench, {"observation": "Why?"}, "observation must be a Question, got 'Why[?]'"),
    (Bench, {"hud": ("a", "b", "c", "d")}, "hud has 4 readings; three fit"),
    (Bench, {"hud": "cost"}, "hud must be a tuple of str"),
    (Bench, {"failures": ["over_cap"]}, "failures must be a tuple of str"),
    (Bench, {"tries": 0}, "tries 0 is outside 1..100"),
    (Bench, {"controls": list(CONTROLS)}, "controls must be a tuple of Slider or Choice or Toggle"),
    (Bench, {"controls": CONTROLS + CONTROLS[:1]}, "controls has 'rounds' twice; give each its own id"),
    (Bench, {"panels": ()}, "needs one to three panels, got 0"),
    (Bench, {"panels": BENCH["panels"] * 2}, "panels has 'main' twice"),
    (Bench, {"predictions": (ASKED, ASKED)}, "predictions has 'ratio' twice"),
    (Bench, {"presets": (Preset(**PRESET),) * 2}, "presets has 'keyboard' twice"),
    # a preset or a question that is not about this bench's controls
    (
        Bench,
        {"presets": (Preset(id="p", label="P", values={"rank": 8}),)},
        "preset 'p': 'rank' is not a control; there are rounds,",
    ),
    (
        Bench,
        {"presets": (Preset(id="p", label="P", values={"codec": "zip"}),)},
        "preset 'p': 'codec' must be one of size, rounds",
    ),
    (Bench, {"presets": (Preset(id="p", label="P", values={"rounds": "10"}),)}, "'rounds' must be a number"),
    (Bench, {"presets": (Preset(id="p", label="P", values={"both_ways": 1}),)}, "'both_ways' must be true or false"),
    # or that would be changed without an error: a float between two steps, an int off the end
    (
        Bench,
        {"presets": (Preset(id="p", label="P", values={"rounds": 10.4}),)},
        "rounds=10.4 is not on its slider; the nearest is 10",
    ),
    (
        Bench,
        {"presets": (Preset(id="p", label="P", values={"rounds": 500}),)},
        "rounds=500 is not on its slider; the nearest is 100",
    ),
    (
        Bench,
        {"predictions": (replace(ASKED, scenario={"rounds": 0}),)},
        "prediction 'ratio': rounds=0 is not on its slider",
    ),
    (
        Bench,
        {"predictions": (replace(ASKED, again=Again(values={"rounds": (10, 500)})),)},
        "prediction 'ratio', again: rounds=500 is not on its slider",
    ),
    (Bench, {"record": (Recorded(id="eps", label="ε", decision="epsilon"),) * 2}, "record has 'eps' twice"),
    (Bench, {"predictions": (replace(ASKED, scenario={"rank": 8}),)}, "prediction 'ratio': 'rank' is not a control"),
]


@pytest.mark.parametrize(("kind", "change", "words"), NONSENSE, ids=lambda value: str(value)[:40])
def test_nonsense_is_refused_with_a_sentence_that_names_it(kind, change, words):
    with pytest.raises(SpecError, match=words) as error:
        kind(**KINDS[kind] | change)
    assert str(error.value).startswith(kind.__name__)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_the_words_never_change_and_are_never_made_by_position(kind):
    made = kind(**KINDS[kind])
    first = dataclasses.fields(kind)[0].name
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(made, first, getattr(made, first))
    with pytest.raises(TypeError, match="positional"):
        kind(*KINDS[kind].values())


def test_every_word_is_imported_from_one_place():
    """An author writes ``from tracks import ...`` and needs no other module."""
    for name in tracks.__all__:
        assert hasattr(tracks, name)
    made = {name for name in tracks.__all__ if dataclasses.is_dataclass(getattr(tracks, name))}
    described = {"Slider", "Choice", "Toggle", "Axis", "Panel", "Option", "Prediction", "Truth", "Term", "Reflection"}
    described |= {"Drawing", "Table", "Reading", "Fix", "Verdict", "Outcome", "Bench", "Track", "Device"}
    described |= {"Fleet", "Targets", "Brief", "Question", "Peek", "PeekLine", "Preset", "Colour", "Model", "Route"}
    described |= {"SecondOpinion", "Source", "Extra", "TextKey", "Fact", "Demonstration", "Again", "Recorded", "Task"}
    described |= {"Act", "Curve", "RunView", "Scene", "Shape"}
    assert described == made


# --- readings


@pytest.mark.parametrize(
    ("value", "at_most", "level"),
    [
        # an upper limit of 5 with a warning from 4: exactly at it is still inside
        (3.9, True, "ok"), (4.0, True, "ok"), (4.1, True, "warn"), (5.0, True, "warn"), (5.1, True, "fail"),
        # the mirror image: a lower limit of -5 with a warning from -4
        (-3.9, False, "ok"), (-4.0, False, "ok"), (-4.1, False, "warn"), (-5.0, False, "warn"), (-5.1, False, "fail"),
    ],
)  # fmt: skip
def test_a_reading_stands_to_its_limit(value, at_most, level):
    sign = 1 if at_most else -1
    reading = Reading(**READING | {"value": value, "limit": sign * 5.0, "warn": sign * 4.0, "at_most": at_most})
    assert reading.level == level


def test_a_reading_without_a_limit_or_a_number_has_no_level():
    assert Reading(**READING).level is None
    assert Reading(**READING | {"value": "not formal", "limit": 1.0}).level is None
    assert Reading(**READING | {"value": 4.0, "limit": 5.0}).level == "ok"


# --- verdicts


@pytest.mark.parametrize(
    ("quantity", "limit", "at_most", "scale", "margin"),
    [
        (6e9, 5e9, True, None, -0.2),  # 20% over the cap
        (4e9, 5e9, True, None, 0.2),
        (5e9, 5e9, True, None, 0.0),
        (0.90, 0.92, False, 0.1, -0.2),  # two points short of "at least .92", in units of .1
        (0.93, 0.92, False, 0.1, 0.1),
        (0.46, 0.92, False, None, -0.5),
        (-3.0, -2.0, False, None, -0.5),  # the scale is |limit|: a negative limit turns no sign
        (-1.0, -2.0, False, None, 0.5),
        (1.0, 0.0, True, 4.0, -0.25),
    ],
)
def test_a_margin_is_positive_inside_and_negative_outside(quantity, limit, at_most, scale, margin):
    verdict = judged(quantity=quantity, limit=limit, at_most=at_most, scale=scale)
    assert verdict.margin == pytest.approx(margin)


@given(st.floats(-1e6, 1e6), st.floats(0.1, 1e6), st.floats(0.1, 1e6))
def test_at_least_is_the_mirror_image_of_at_most(quantity, limit, scale):
    most = judged(quantity=quantity, limit=limit, scale=scale)
    least = judged(quantity=quantity, limit=limit, scale=scale, at_most=False)
    assert least.margin == -most.margin
    assert (most.margin >= 0) == (quantity <= limit)


def test_a_verdict_says_what_its_reading_says_and_nothing_twice():
    verdict = judged()
    assert (verdict.quantity, verdict.limit, verdict.at_most, verdict.unit) == (6e9, 5e9, True, "B")
    assert (verdict.measure, verdict.level, verdict.margin) == ("Bytes per vehicle", "fail", pytest.approx(-0.2))
    close = Verdict(**VERDICT | {"reading": Reading(**MOVED | {"value": 4.5e9, "warn": 4e9}), "measure": "Here"})
    assert (close.level, close.measure) == ("warn", "Here")
    soft = judged(level="warn")
    assert soft.level == "warn"  # a limit that warns and never fails


@pytest.mark.parametrize(
    ("reading", "problem"),
    [
        ({"limit": None}, "reading 'moved' has no limit, so there is nothing to judge"),
        ({"value": "many"}, "reading 'moved' has no limit"),
        ({"limit": 0}, "needs a scale above 0, because its limit is 0"),
        ({"scale": 0}, "needs a scale above 0"),
    ],
)
def test_a_reading_that_cannot_be_judged_is_refused(reading, problem):
    with pytest.raises(SpecError, match=problem):
        Verdict(**VERDICT | {"reading": Reading(**MOVED | reading)})


def test_numbers_by_their_old_keywords_still_make_a_verdict_and_warn_what_to_write():
    old = {
        "code": "over_cap",
        "level": "fail",
        "title": "Over",
        "measure": "Bytes per vehicle and month",
        "cause": "c.",
    }
    with pytest.warns(DeprecationWarning, match=r"quantity, limit belong to a Reading now; pass reading=Reading\("):
        verdict = Verdict(**old, quantity=6e9, limit=5e9, unit="B")
    assert (verdict.quantity, verdict.limit, verdict.unit) == (6e9, 5e9, "B")
    assert (verdict.measure, verdict.level) == ("Bytes per vehicle and month", "fail")
    with pytest.warns(DeprecationWarning, match="quantity belong"):
        assert replace(verdict, quantity=7e9).quantity == 7e9


@pytest.mark.parametrize("quantity", [3.0, 4.0, 4.5, 5.0, 5.5])
@pytest.mark.parametrize("sign", [1, -1])
def test_a_limit_is_the_same_from_above_and_from_below(quantity, sign):
    """Level, margin and comfort of q at most l are those of -q at least -l."""
    limit = Limit(quantity=sign * quantity, limit=sign * 5.0, warn=sign * 4.0, at_most=sign > 0, scale=2.0)
    assert limit.level == ("fail" if quantity > 5 else "warn" if quantity > 4 else "ok")
    assert limit.margin == pytest.approx((5 - quantity) / 2)
    assert limit.comfort == pytest.approx((4 - quantity) / 2)
    assert Reading.of(limit, id="x", label="x").against == limit


def test_the_verdict_that_binds_stands_first():
    def verdict(code, level, quantity):
        return judged(code, level, quantity=quantity)

    made = [
        verdict("fine", "ok", 1e9),
        verdict("tight", "ok", 4.9e9),
        verdict("close", "warn", 4.8e9),
        verdict("over", "fail", 6e9),
        verdict("far_over", "fail", 9e9),
    ]
    outcome = Outcome(**OUTCOME | {"verdicts": tuple(made)})
    assert [v.code for v in outcome.ranked_verdicts()] == ["far_over", "over", "close", "tight", "fine"]
    assert outcome.verdicts == tuple(made)


@given(st.permutations(range(6)))
def test_the_ranking_does_not_depend_on_the_order_of_the_verdicts(order):
    levels = ("ok", "warn", "fail", "fail", "warn", "ok")
    made = [judged(f"c{i}", levels[i], quantity=1e9 * (i + 1)) for i in range(6)]
    ranked = Outcome(**OUTCOME | {"verdicts": tuple(made[i] for i in order)}).ranked_verdicts()
    assert [v.code for v in ranked] == ["c3", "c2", "c4", "c1", "c5", "c0"]


# --- outcomes


def test_an_outcome_finds_its_readings_by_id():
    outcome = Outcome(**OUTCOME)
    assert outcome.reading("cost").value == 4e16
    with pytest.raises(KeyError, match="no reading 'speed'; there are cost"):
        outcome.reading("speed")


def test_an_outcome_never_changes_after_it_was_made():
    panels, decision = {"main": DRAWN}, {"rank": 8}
    outcome = Outcome(panels=panels, readings=(), decision=decision)
    panels.clear()
    decision["rank"] = 64
    assert (dict(outcome.panels), dict(outcome.decision)) == ({"main": DRAWN}, {"rank": 8})
    with pytest.raises(TypeError):
        outcome.decision["rank"] = 64
    with pytest.raises(TypeError):
        outcome.panels["main"] = DRAWN


# --- benches


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
            replace(BENCH, solve=solve).run(None, BENCH.defaults())

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

            return replace(BENCH, solve=solve).run(None, BENCH.defaults()).verdicts[0]

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
