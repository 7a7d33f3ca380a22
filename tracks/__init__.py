"""The plugin API: every name that a track author imports, and the hookimpl marker.

from tracks import Bench, Outcome, Slider, Track, hookimpl
"""

import physics  # noqa: F401 - first, because it sets BLAS to one thread before numpy is loaded
from physics.sources import Source, sourced
from tracks.api import charts, quantities
from tracks.api.bench import Bench
from tracks.api.checks import SpecError
from tracks.api.controls import BadValue, Choice, Control, Option, Preset, Slider, Toggle, Value
from tracks.api.declared import Ablation, Again, Curve, Extra, Fact, Recorded, TextKey
from tracks.api.declared.acts import Act
from tracks.api.declared.identity import Colour
from tracks.api.declared.versions import API_VERSION
from tracks.api.demonstration import Demonstration, Peek, PeekLine, RunView
from tracks.api.figures import Axis, Drawing, Figure, Panel, Scene, SecondOpinion, Shape, Table
from tracks.api.hookspecs import hookimpl
from tracks.api.outcome import Fix, Limit, Outcome, Reading, Verdict
from tracks.api.short_forms import changes, equations, sweep
from tracks.api.teaching import (
    CONFIDENCE,
    Brief,
    Prediction,
    Question,
    Reflection,
    Route,
    Task,
    Term,
    Truth,
)
from tracks.api.track import Device, Fleet, Model, Targets, Track
from tracks.cases import as_case
from tracks.renamed import keep_old_modules

keep_old_modules()

__all__ = [
    "API_VERSION",
    "CONFIDENCE",
    "Ablation",
    "Act",
    "Again",
    "Axis",
    "BadValue",
    "Bench",
    "Brief",
    "Choice",
    "Colour",
    "Control",
    "Curve",
    "Demonstration",
    "Device",
    "Drawing",
    "Extra",
    "Fact",
    "Figure",
    "Fix",
    "Fleet",
    "Limit",
    "Model",
    "Option",
    "Outcome",
    "Panel",
    "Peek",
    "PeekLine",
    "Prediction",
    "Preset",
    "Question",
    "Reading",
    "Recorded",
    "Reflection",
    "Route",
    "RunView",
    "Scene",
    "SecondOpinion",
    "Shape",
    "Slider",
    "Source",
    "SpecError",
    "Table",
    "Targets",
    "Task",
    "Term",
    "TextKey",
    "Toggle",
    "Track",
    "Truth",
    "Value",
    "Verdict",
    "as_case",
    "changes",
    "charts",
    "equations",
    "hookimpl",
    "quantities",
    "sourced",
    "sweep",
]
