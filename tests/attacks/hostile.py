"""A plugin whose every text is an attack: each one of HOSTILE_TEXT, or all of ``ATTACKS`` in turn.

It is the bench of tests/plugins/downlink.py on a track of its own. Ids and words of the API stay: those are refused.
"""

import dataclasses
import importlib.util
import os
from collections.abc import Mapping
from itertools import cycle
from pathlib import Path

from physics.sources import Source, Sourced
from tracks import Brief, Fact, Option, Question, Reading, Track, hookimpl
from tracks.edge_guardian import EDGE_GUARDIAN

ATTACKS = (
    "<img src=x onerror=window.attacked=1>",
    '"><script>window.attacked=2</script>',
    "' onfocus=window.attacked=3 autofocus x='",
    '" onmouseover=window.attacked=4 style="position:fixed;inset:0" x="',
    "</script><script>window.attacked=5</script>",
    "</b><a href='javascript:window.attacked=6'>go</a>",
    "<svg/onload=window.attacked=7><style>*{color:red}</style>",
    "&lt;img src=x onerror=window.attacked=8&gt;",
    "javascript:window.attacked=9",
    "]]><!-- <iframe srcdoc='<script>parent.attacked=10</script>'>",
    "\u202eexe.txt\u202c \u2066<b>\u2069",
)
SHORT = ("<s>x</s>", "\"x='y'>", "</b><a>", "<!--", "&lt;s>")  # for texts of which few characters fit
# What names something of the API, or is a word of its lists, is no text.
NAMES = {
    "id", "code", "control", "carried", "scale", "role", "default", "answer", "combine", "right", "out_of_range",
    "level", "measure", "decision", "hud", "failures", "light", "dark", "icon", "marker", "kind", "doi", "url",
    "extras", "sources", "value", "values", "scenario", "cap_scope", "crisis", "epsilon_unit", "deadline_name",
    "moved_name",
}  # fmt: skip
_attacks = cycle([os.environ["HOSTILE_TEXT"]] if os.environ.get("HOSTILE_TEXT") else ATTACKS)

_short = cycle(SHORT)

_spec = importlib.util.spec_from_file_location("downlink", Path(__file__).parents[1] / "plugins" / "downlink.py")
downlink = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(downlink)


def attacked(thing):
    """A copy in which an attack stands before every text."""
    if isinstance(thing, str):
        return f"{next(_attacks)} {thing}"
    if isinstance(thing, (tuple, list)):
        return type(thing)(attacked(item) for item in thing)
    if isinstance(thing, Mapping):
        return {name: attacked(item) for name, item in thing.items()}
    if isinstance(thing, Sourced):
        return Sourced(thing.value, attacked(thing.source))
    if not dataclasses.is_dataclass(thing) or isinstance(thing, type):
        return thing
    changed = {}
    for field in dataclasses.fields(thing):
        value = getattr(thing, field.name)
        is_group = field.name == "group" and not isinstance(thing, Track)
        is_text = isinstance(thing, Reading) and field.name == "value" and isinstance(value, str)
        if not field.init or value in ("", ()) or ((field.name in NAMES or is_group) and not is_text):
            continue
        changed[field.name] = attacked(value)
        if isinstance(thing, Reading) and field.name == "label":
            changed["label"] = f"{next(_short)} {value}"[:18]
    return dataclasses.replace(thing, **changed)


def figure_with_attacks(figure):
    """A figure as a plugin may write it itself: attacks in every text of it, and in those that the lab never shows."""
    for note in figure["layout"]["annotations"]:
        note["text"] = attacked(note["text"])
    for trace in figure["data"]:
        trace["name"] = attacked(trace["name"])
        trace |= {"hovertemplate": next(_attacks), "text": [next(_attacks)], "customdata": [next(_attacks)]}
    return figure


def drawing_with_attacks(drawing):
    return dataclasses.replace(
        drawing,
        summary=attacked(drawing.summary),
        figure=lambda: figure_with_attacks(drawing.figure()),
        table=lambda: attacked(drawing.table()),
    )


def solve(track, **controls):
    outcome = downlink.solve(track, **controls)
    spoken = Reading(id="spoken", label="Spoken", value="a word", note="note", formula="f", meaning="m", source="s")
    return dataclasses.replace(
        outcome,
        panels={name: drawing_with_attacks(drawing) for name, drawing in outcome.panels.items()},
        readings=attacked((*outcome.readings, spoken)),
        verdicts=attacked(outcome.verdicts),
        decision={"word": attacked("carried")},
    )


def truth(prediction):
    """The prediction's truth, its terms attacked."""
    return lambda track, **controls: dataclasses.replace(
        found := prediction.truth(track, **controls), terms=attacked(found.terms)
    )


BENCH = downlink.BENCH
WORDS = (Option(id="up", text="up", feedback="yes"), Option(id="down", text="down", feedback="no"))
BENCH = dataclasses.replace(
    attacked(
        dataclasses.replace(
            BENCH,
            brief=Brief(speaker="Fellow", text="Listen.", short="All.", invariant="It holds."),
            observation=Question(id="seen", text="What did it show?", options=WORDS, answer="up"),
            second_engine="engine",
            second_opinion=lambda track, *, report, **controls: None,
            label="Label",
            facts=(Fact(decision="word", label="Word", closing="It was {}.", missing="none"),),
        )
    ),
    solve=solve,
    predictions=tuple(
        dataclasses.replace(attacked(dataclasses.replace(each, given=(("name", "text"),))), truth=truth(each))
        for each in BENCH.predictions
    ),
    peek=lambda track, outcome, **controls: attacked(BENCH_PEEK(track, outcome, **controls)),
)
BENCH_PEEK = downlink.BENCH.peek

# What only the course's benches read is refused where they are not loaded.
ALONE = {
    "crisis": None,
    "device": dataclasses.replace(EDGE_GUARDIAN.device, extras={}),
    "targets": dataclasses.replace(EDGE_GUARDIAN.targets, extras={}),
    "extras": (),
    "texts": {},
}
TRACK = attacked(
    dataclasses.replace(
        EDGE_GUARDIAN,
        id="hostile",
        **({} if os.environ.get("HOSTILE_WITH_COURSE") else ALONE),
        reading=((Source(citation="A paper", kind="paper", url="https://example.org/a"), "why"), ("A book", "why")),
    )
)


@hookimpl
def edgelab_tracks():
    return [TRACK]


@hookimpl
def edgelab_benches():
    return [BENCH]
