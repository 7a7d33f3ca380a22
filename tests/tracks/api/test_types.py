"""What type checkers and editors see of the API: no field says Any, and a part of the wrong kind is an error."""  # N9

import dataclasses
import re
from pathlib import Path

import pytest

import tracks

ROOT = Path(__file__).parents[3]
CLASSES = sorted(
    (thing for thing in vars(tracks).values() if isinstance(thing, type) and dataclasses.is_dataclass(thing)),
    key=lambda thing: thing.__name__,
)


@pytest.mark.parametrize("thing", CLASSES, ids=lambda thing: thing.__name__)
def test_no_public_field_is_any(thing):
    """With Any an editor knows nothing of what belongs there, and a type checker takes everything."""
    fields = {one.name: str(one.type) for one in dataclasses.fields(thing) if not one.name.startswith("_")}
    assert fields
    assert {name: kind for name, kind in fields.items() if re.search(r"\bAny\b", kind)} == {}


AUTHOR = """
from tracks import Axis, Bench, Brief, Outcome, Panel, Slider, Track

AXIS = Axis(label="c", unit="s", low=0, high=1)
PANEL = Panel(id="a", question="b?", x=AXIS, y=AXIS)
SLIDER = Slider(id="n", label="N", unit="", minimum=1, maximum=9, step=1, default=2)


def brief(track: Track) -> Brief:
    return Brief(speaker=track.name, text="b")


def solve(track: Track, *, seed: int, n: float) -> Outcome:
    return Outcome(panels={}, readings=())


GOOD = Bench(id="good", title="Good", brief=brief, controls=(SLIDER,), panels=lambda track: (PANEL,), solve=solve)
reveal_type(GOOD.brief)
reveal_type(GOOD.controls[0].label)
Bench(id="bad", title="Bad", brief="a text", controls=(SLIDER,), panels=(PANEL,), solve=solve)
Bench(id="bad", title="Bad", brief=brief, controls=(PANEL,), panels=(PANEL,), solve=solve)
Bench(id="bad", title="Bad", brief=brief, controls=(SLIDER,), panels=(PANEL,), solve=solve, presets=(SLIDER,))
"""


@pytest.mark.sweep
def test_a_type_checker_takes_a_value_or_a_function_of_the_track_and_nothing_else(tmp_path):
    """mypy, with strict settings, on a bench as an author writes it; three parts are of the wrong kind."""
    from mypy import api  # half a second to import, for this test alone

    file = tmp_path / "author.py"
    file.write_text(AUTHOR, encoding="utf-8")
    # Bodies of the lab's own modules are checked by "make types"; here only what they declare is read.
    settings = ["--strict", "--follow-imports=silent", "--config-file=", "--cache-dir", str(tmp_path / "cache")]
    said, wrong, _ = api.run([*settings, "--ignore-missing-imports", str(file)])
    assert wrong == ""
    found = re.findall(r"(error: Argument \"\w+\"|Revealed type is \"[^\"]+\")", said)
    assert found == [
        'Revealed type is "tracks.api.teaching.Brief"',
        'Revealed type is "str"',
        'error: Argument "brief"',
        'error: Argument "controls"',
        'error: Argument "presets"',
    ], said
