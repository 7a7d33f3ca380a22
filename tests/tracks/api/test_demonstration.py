"""A demonstration is checked when it is made, reads what a page sends like a bench, and is tried at its ends."""

import dataclasses

import pytest

from tests.tracks.api.one_bench import BENCH
from tracks import Axis, BadValue, Bench, Demonstration, Drawing, Panel, Peek, PeekLine, Slider, SpecError, Table

STEPS = Slider(
    id="steps", label="Steps", unit="", minimum=1, maximum=100, step=0.05, default=10, scale="log", whole=True
)
SHARE = Slider(id="share", label="Share", unit="share", minimum=0, maximum=1, step=0.1, default=0.5)
PANEL = Panel(id="curve", question="Where?", x=Axis(label="x"), y=Axis(label="y"))


def draw(steps, share):
    return Drawing(figure=dict, summary=f"{steps} and {share}.", table=lambda: Table(columns=("x",), rows=((1,),)))


MADE = {"title": "Why", "text": "Because.", "sliders": (STEPS, SHARE), "panel": PANEL, "draw": draw}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"title": ""}, "Demonstration: title must be a non-empty text"),
        ({"text": None}, "Demonstration 'Why': text must be a non-empty text"),
        ({"sliders": [STEPS]}, "sliders must be a tuple of Slider"),
        ({"sliders": ()}, "needs one to four sliders, got 0"),
        ({"sliders": tuple(dataclasses.replace(STEPS, id=f"s{n}") for n in range(5))}, "four sliders, got 5"),
        ({"sliders": (STEPS, STEPS)}, "sliders has 'steps' twice"),
        ({"sliders": (dataclasses.replace(STEPS, carried="memory.rank"),)}, "slider 'steps' is carried"),
        ({"panel": "curve"}, "panel must be a Panel"),
        (
            {"panel": dataclasses.replace(PANEL, views=(dataclasses.replace(PANEL, id="b", label="b"),), label="a")},
            "views",
        ),
        ({"draw": None}, "draw must be a function"),
    ],
)
def test_nonsense_is_refused_with_a_sentence(change, words):
    with pytest.raises(SpecError, match=words):
        Demonstration(**MADE | change)


def test_a_bench_takes_a_demonstration_alone_and_only_beside_equations():
    def peek(track, outcome, **controls):
        return Peek(
            lines=(PeekLine(name="Sum", equation="a + b", numbers="1 + 2", source="arithmetic"),), leaves_out=""
        )

    demonstration = Demonstration(**MADE)
    assert Bench(**BENCH, peek=peek, demonstration=demonstration).demonstration is demonstration
    with pytest.raises(SpecError, match="demonstration must be a Demonstration, got <function"):
        Bench(**BENCH, peek=peek, demonstration=draw)
    with pytest.raises(SpecError, match="there is no peek"):
        Bench(**BENCH, demonstration=demonstration)


def test_it_is_tried_at_its_defaults_and_at_every_combination_of_ends():
    states = Demonstration(**MADE).states()
    assert states[0] == {"steps": 10, "share": 0.5}
    assert {tuple(state.values()) for state in states[1:]} == {(1, 0), (1, 1), (100, 0), (100, 1)}


def test_values_come_to_the_nearest_stop_or_are_refused():
    demonstration = Demonstration(**MADE)
    assert demonstration.read({"steps": 3.4, "share": 7}) == {"steps": 3, "share": 1}
    for bad, words in (
        ({"steps": 3}, "'share' has no value"),
        ({"steps": "3", "share": 0}, "'steps' must be a number in 1..100"),
        ({"steps": float("nan"), "share": 0}, "'steps' must be a finite number"),
        ({"steps": True, "share": 0}, "'steps' must be a number"),
        (
            {"steps": 3, "share": 0, "rounds": 1},
            "'rounds' is not a control of the demonstration; there are steps, share",
        ),
    ):
        with pytest.raises(BadValue, match=words):
            demonstration.read(bad)


def test_what_is_no_drawing_is_refused():
    assert Demonstration(**MADE).drawn({"steps": 3, "share": 0}).summary == "3 and 0."
    with pytest.raises(SpecError, match="draw must return a Drawing, got None"):
        Demonstration(**MADE | {"draw": lambda **values: None}).drawn({"steps": 3, "share": 0})
