"""A badly declared act is refused with a sentence that names it; a good one says in whose world a state stands."""

from dataclasses import replace

import pytest

from tests.tracks.api.one_bench import BENCH, CONTROLS, OUTCOME, WHY, bench, judged
from tracks.api.bench import Bench
from tracks.api.checks import SpecError
from tracks.api.controls import Choice, Slider
from tracks.api.declared.acts import Act
from tracks.api.outcome import Outcome
from tracks.edge_guardian.track import EDGE_GUARDIAN

WIND = Slider(
    id="wind", label="Wind", unit="", minimum=0, maximum=10, step=0.5, default=3, role="environment", group="advanced"
)
LIGHT = Choice(id="light", label="Light", options=WHY, default="size", role="environment", group="advanced")
WORLD = (*CONTROLS, WIND, LIGHT)
SAID = {"speaker": "Harbour master", "alarm": "Wind since six.", "accepted": "Good."}
CALM = Act(id="calm", title="Calm", **SAID)
STORM = Act(id="storm", title="Storm", world={"wind": 8}, needs={"codec": ("rounds",)}, **SAID)
NIGHT = Act(id="night", title="Night", world={"wind": 8, "light": "rounds"}, **SAID)


def played(*acts, **changes):
    return bench(controls=WORLD, predictions=(), acts=acts, **changes)


@pytest.mark.parametrize(
    ("acts", "words"),
    [
        (["calm"], "acts must be a tuple of Act"),
        ((CALM, STORM, replace(NIGHT, id="storm")), "acts has 'storm' twice"),
        ((CALM,), "has 1 act; a crisis has two or 3"),
        ((CALM, STORM, NIGHT, replace(STORM, id="gale", world={"wind": 9})), "has 4 acts; a crisis has two or 3"),
        ((STORM, NIGHT), "act 'storm' is the first, so its world is the track's own; give it none"),
        ((CALM, replace(STORM, world={})), "acts 'calm' and 'storm' have one world"),
        ((CALM, replace(STORM, world={"wind": 3})), "acts 'calm' and 'storm' have one world"),
        ((CALM, STORM, replace(STORM, id="again")), "acts 'storm' and 'again' have one world"),
        # a world that the bench cannot reach
        ((CALM, replace(STORM, world={"waves": 2})), "act 'storm': 'waves' is not a control; there are rounds,"),
        ((CALM, replace(STORM, world={"wind": 11})), "act 'storm': wind=11 is not on its slider; the nearest is 10"),
        ((CALM, replace(STORM, world={"wind": 7.7})), "act 'storm': wind=7.7 is not on its slider"),
        ((CALM, replace(STORM, world={"light": "dusk"})), "act 'storm': 'light' must be one of size, rounds"),
        ((CALM, replace(STORM, world={"rounds": 5})), "act 'storm': 'rounds' is a decision control"),
        ((CALM, replace(STORM, needs={"wind": (8, 9)})), "act 'storm' needs 'wind', which is no decision control"),
        ((CALM, replace(STORM, needs={"zip": ("on",)})), "act 'storm' needs 'zip', which is no decision control"),
        ((CALM, replace(STORM, needs={"codec": ("round",)})), "act 'storm': 'codec' must be one of "),
        ((CALM, replace(STORM, needs={"rounds": (10,)})), "needs of 'rounds' are its lowest and its highest value"),
        ((CALM, replace(STORM, needs={"rounds": (10, 1)})), "needs of 'rounds' are its lowest and its highest value"),
    ],
)
def test_acts_that_cannot_be_played_are_refused(acts, words):
    with pytest.raises(SpecError, match=words) as error:
        played(*acts) if isinstance(acts, tuple) else bench(acts=acts)
    assert str(error.value).startswith("Bench 'paradox'")
    with pytest.raises(SpecError, match=words):  # and where they are made for a track
        bench(controls=WORLD, predictions=(), acts=lambda track: acts).on(EDGE_GUARDIAN)


@pytest.mark.parametrize("changes", [{"exploratory": True}, {"case_of": "memory", "id": "own"}])
def test_what_cannot_be_won_or_is_a_case_has_no_acts(changes):
    with pytest.raises(SpecError, match="it is exploratory or a case"):
        played(CALM, STORM, **changes)


@pytest.mark.parametrize("name", ["title", "speaker", "alarm", "accepted"])
def test_an_act_says_all_that_it_has_to(name):
    with pytest.raises(SpecError, match=f"Act 'calm': {name} must be a non-empty text"):
        replace(CALM, **{name: ""})


def test_a_state_is_of_the_act_in_whose_world_it_stands():
    made = played(CALM, STORM, NIGHT)
    state = made.defaults()
    assert made.act_of(state) is made.acts[0]
    assert made.act_of(state | {"rounds": 90.0}) is made.acts[0], "decisions make no world"
    assert made.act_of(state | {"wind": 8}) is made.acts[1]
    assert made.act_of(state | {"wind": 8, "light": "rounds"}) is made.acts[2]
    assert made.act_of(state | {"wind": 7}) is None
    assert made.away_from_environment(state | {"wind": 8}) == ()
    assert made.away_from_environment(state | {"wind": 7}) == ("Wind",)


def test_an_act_is_won_by_what_holds_in_its_own_world_and_a_what_if_never():
    made = played(CALM, STORM)
    good, bad = (Outcome(**OUTCOME | {"verdicts": (judged(quantity=q),)}) for q in (1e9, 9e9))
    for values in (made.defaults(), made.defaults() | {"wind": 8}):
        assert made.wins(values, good)
        assert not made.wins(values, bad)
    assert not made.wins(made.defaults() | {"wind": 7}, good)


def test_what_a_win_needs_is_held_by_choices_and_within_the_ends_of_a_slider():
    controls = played(CALM, STORM).control_map()
    state = played(CALM, STORM).defaults()
    assert not STORM.has_what_it_needs(controls, state)
    assert STORM.has_what_it_needs(controls, state | {"codec": "rounds"})
    few = replace(STORM, needs={"rounds": (1, 10)})
    assert few.has_what_it_needs(controls, state)
    assert not few.has_what_it_needs(controls, state | {"rounds": 11.0})


def test_consequences_are_of_failures_that_are_declared():
    assert bench(consequences={"over_cap": lambda track, outcome: "Too much."})
    with pytest.raises(SpecError, match="consequences 'late' is not one of over_cap"):
        bench(consequences={"late": lambda track, outcome: "Too late."})
    with pytest.raises(SpecError, match="consequences of 'over_cap' must be a function"):
        bench(consequences={"over_cap": "Too much."})
    assert Bench(**BENCH).consequences == {}
