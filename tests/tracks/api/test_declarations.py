"""Nonsense in a declaration is refused with a sentence that names it; words never change and stand in one place."""

import dataclasses
import math
from dataclasses import replace

import pytest

import tracks
from tests.tracks.api.one_bench import (
    ASKED,
    BENCH,
    CONTROLS,
    DRAWN,
    FACT,
    KINDS,
    OUTCOME,
    PRESET,
    check_keeps_its_words,
    check_refused,
)
from tracks.api.bench import Bench, Preset
from tracks.api.declared import Again, Fact, Recorded
from tracks.api.outcome import Fix, Outcome, Reading, Verdict

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
    check_refused(kind, KINDS[kind] | change, words)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_the_words_never_change_and_are_never_made_by_position(kind):
    check_keeps_its_words(kind, KINDS[kind])


def test_every_word_is_imported_from_one_place():
    """An author writes ``from tracks import ...`` and needs no other module."""
    for name in tracks.__all__:
        assert hasattr(tracks, name)
    made = {name for name in tracks.__all__ if dataclasses.is_dataclass(getattr(tracks, name))}
    described = {"Slider", "Choice", "Toggle", "Axis", "Panel", "Option", "Prediction", "Truth", "Term", "Reflection"}
    described |= {"Drawing", "Table", "Reading", "Fix", "Verdict", "Outcome", "Bench", "Track", "Device"}
    described |= {"Fleet", "Targets", "Brief", "Question", "Peek", "PeekLine", "Preset", "Colour", "Model", "Route"}
    described |= {"SecondOpinion", "Source", "Extra", "TextKey", "Fact", "Demonstration", "Again", "Recorded", "Task"}
    described |= {"Ablation", "Act", "Curve", "RunView", "Scene", "Shape"}
    assert described == made
