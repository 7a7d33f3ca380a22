"""A bench of the tests' own, with one of every part that an author declares, and what holds of every such part."""

import dataclasses

import pytest

from tracks.api.bench import Bench, Preset
from tracks.api.checks import SpecError
from tracks.api.controls import Choice, Option, Slider, Toggle
from tracks.api.declared import Fact
from tracks.api.figures import Axis, Drawing, Panel, Table
from tracks.api.outcome import Fix, Outcome, Reading, Verdict
from tracks.api.teaching import Brief, Prediction, Truth

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


def check_refused(kind, parts, words):
    """Assert that a part made of these is refused in a sentence that says so and names its kind."""
    with pytest.raises(SpecError, match=words) as error:
        kind(**parts)
    assert str(error.value).startswith(kind.__name__)


def check_keeps_its_words(kind, parts):
    """Assert that a part cannot be changed once it is made, and is never made by position."""
    made = kind(**parts)
    first = dataclasses.fields(kind)[0].name
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(made, first, getattr(made, first))
    with pytest.raises(TypeError, match="positional"):
        kind(*parts.values())
