"""The acts of a bench are certified like benches, and held against what won the act before."""

from dataclasses import replace

import pytest

from tests.tracks.api.one_bench import BENCH, DRAWN
from tracks.api.bench import Bench
from tracks.api.controls import Choice, Option, Slider
from tracks.api.declared.acts import Act
from tracks.api.outcome import Outcome, Reading, Verdict
from tracks.certify.acts import act_goes_on, act_needs, acts_after_the_first, checks_of_acts
from tracks.certify.survey import Survey
from tracks.edge_guardian.track import EDGE_GUARDIAN

# A crane: what it lifts must be enough, and what it swings little. Wind swings it, and a damped rope swings half.
CONTROLS = (
    Slider(id="load", label="Load", unit="", minimum=0, maximum=10, step=0.5, default=0),
    Choice(
        id="rope", label="Rope", default="plain", options=(Option(id="plain", text="a"), Option(id="damped", text="b"))
    ),
    Slider(id="wind", label="Wind", unit="", minimum=0, maximum=10, step=1, default=1, role="environment"),
)
SAID = {"speaker": "Pilot", "alarm": "Wind.", "accepted": "Good."}
NEEDS = {"rope": ("damped",), "load": (5, 10)}


def solve(track, *, seed, load, rope, wind):
    swing = load * wind / (2 if rope == "damped" else 1)
    numbers = (("lifted", load, 5.0, False), ("swing", swing, 20.0, True))
    readings = tuple(
        Reading(id=name, label=name, value=float(value), unit="", limit=limit, at_most=at_most)
        for name, value, limit, at_most in numbers
    )
    verdicts = tuple(Verdict(code=one.id, reading=one, title=one.id, cause="Wind.") for one in readings)
    return Outcome(panels={"main": DRAWN}, readings=readings, verdicts=verdicts)


def crane(wind, needs=NEEDS):
    acts = (
        Act(id="calm", title="Calm", **SAID),
        Act(id="gale", title="Gale", world={"wind": wind}, needs=needs, **SAID),
    )
    parts = {"controls": CONTROLS, "solve": solve, "predictions": (), "presets": (), "hud": ()}
    return Bench(**BENCH | parts | {"failures": ("lifted", "swing"), "acts": acts})


def found(bench, check):
    (gale,) = acts_after_the_first(bench)
    return check(Survey(EDGE_GUARDIAN, gale, points=64, benches=(bench,)))


def test_an_act_is_the_bench_in_its_world_with_nothing_asked_and_no_acts_of_its_own():
    (gale,) = acts_after_the_first(crane(7))
    assert (gale.id, gale.title) == ("paradox_gale", "Is it cheaper to move the data or the model?: Gale")
    assert gale.defaults() == {"load": 0, "rope": "plain", "wind": 7}
    assert (gale.acts, gale.predictions) == ((), ())
    survey = Survey(EDGE_GUARDIAN, gale, points=8, benches=(crane(7),))
    assert checks_of_acts(survey) == (act_goes_on, act_needs)
    survey = Survey(EDGE_GUARDIAN, gale, points=8, benches=(crane(7, needs={}),))
    assert checks_of_acts(survey) == (act_goes_on,)
    assert checks_of_acts(Survey(EDGE_GUARDIAN, crane(7), points=8, benches=(crane(7),))) == ()


@pytest.mark.parametrize(
    ("wind", "passes", "words"),
    [
        (7, True, "wins of the act before fail here: swing in"),  # a plain rope no longer lifts 5, a damped one does
        (2, False, "0 of 8 wins of the act before fail here: nothing fails"),
        (10, False, "of these the greedy path leads to a win"),  # nothing lifts 5
    ],
)
def test_what_won_before_fails_and_leads_on(wind, passes, words):
    went = found(crane(wind), act_goes_on)
    assert went.passed is passes
    assert words in went.text


def test_every_win_of_an_act_has_what_it_needs_where_the_world_makes_it_needed():
    assert found(crane(7), act_needs).passed
    other = found(crane(3), act_needs)  # a plain rope lifts 6 in this wind
    assert not other.passed
    assert "wins do without: " in other.text
    assert "rope" not in other.text.partition("without: ")[2], "the plain rope is the default"
    assert found(crane(3, needs={"load": (5, 10)}), act_needs).passed


def test_the_first_act_is_the_bench_itself():
    bench = crane(7)
    assert Survey(EDGE_GUARDIAN, bench, points=64).wins
    assert replace(bench, acts=()).defaults() == bench.defaults()
