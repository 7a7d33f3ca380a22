"""Every text that an author can write reaches a page, in some state of some student."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path

import pytest

import tracks
from dashboard.app import create_app
from dashboard.layouts.bench.reflect import SLOTS
from dashboard.ledger.migrations import upgrade
from dashboard.settings import Settings
from tests.http_student import Student, said
from tracks.loading.registry import Registry, load_registry

# A file whose every text is "Class.field", and what it is the text of.
PLUGIN = """
from dataclasses import replace
from tracks import *
from tracks.api import charts
from tracks.edge_guardian import EDGE_GUARDIAN


def drawing(name):
    return Drawing(
        figure=lambda: charts.figure(charts.point(1, 1, name="you", label="you")), summary=f"Drawing.summary {name}",
        table=lambda: Table(columns=("Table.columns",), rows=((1,),)),
    )


def solve(track, *, seed, size, kind, on, wind):
    reading = Reading(id="cost", label="Reading.label", value=float(size), unit="", limit=2, note="Reading.note",
                      formula="Reading.formula", meaning="Reading.meaning", source="Reading.source")
    verdict = Verdict(code="late", reading=reading, title="Verdict.title", cause="Verdict.cause",
                      measure="Verdict.measure", unit="Verdict.unit", fixes=(Fix(control="size", value=1),))
    if size == 1:
        verdict = replace(verdict, reading=replace(reading, value=1.0), fixes=())
    return Outcome(panels={name: drawing(name) for name in ("main", "view")}, readings=(reading,),
                   verdicts=(verdict,), decision={"size": size, "word": "said"})


def peek(track, outcome, **controls):
    line = PeekLine(name="PeekLine.name", equation="PeekLine.equation", numbers="PeekLine.numbers",
                    source="PeekLine.source", latex="PeekLine.latex $x$")
    return Peek(lines=(line,), leaves_out="Peek.leaves_out")


AXES = {"x": Axis(label="Axis.label", low=0, high=9), "y": Axis(label="y", low=0, high=9)}
WHY = tuple(Option(id=n, text=f"Option.text {n}", feedback=f"Option.feedback {n}",
                   points=(("Aspect", f"Option.points {n}"),)) for n in ("one", "two"))
BENCH = Bench(
    id="whole", title="Bench.title", label="Bench.label", order=1, minutes=3,
    brief=Brief(speaker="Brief.speaker", text="Brief.text", short="Brief.short", invariant="Brief.invariant"),
    controls=(
        Slider(id="size", label="Slider.label", unit="Slider.unit", minimum=1, maximum=9, step=1, default=5,
               source="Slider.source"),
        Choice(id="kind", label="Choice.label", options=WHY, default="one", source="Choice.source"),
        Toggle(id="on", label="Toggle.label", default=False, source="Toggle.source"),
        Slider(id="wind", label="wind", unit="", minimum=0, maximum=9, step=1, default=1, role="environment"),
    ),
    panels=(Panel(id="main", question="Panel.question", label="Panel.label", waiting="Panel.waiting", **AXES,
                  views=(Panel(id="view", question="Panel.question view", label="Panel.label view", **AXES),)),),
    solve=solve, peek=peek, hud=("cost",), failures=("late",),
    predictions=(
        Prediction(id="number", question="Prediction.question", unit="x", low=0.1, high=99,
                   given=(("Prediction.given", "value"),), scenario={"size": 5},
                   truth=lambda track, **c: Truth(value=6.0, combine="product", terms=(
                       Term(name="Term.name", value=2.0), Term(name="b", value=3.0))),
                   routes=(Route(name="Route.name", value=lambda track, **c: 2.5, why="Route.why"),),
                   curve=Curve(panel="main", label="Curve.label", low=0, high=1, weights=(0, 0, 0, 0, 1),
                               at=tuple((f"Curve.at {n}", n / 5) for n in range(1, 6))),
                   mechanisms=WHY, reason="two"),
        Prediction(id="choice", question="Which?", truth=lambda track, **c: Truth(value="one"), mechanisms=WHY,
                   options=tuple(Option(id=n, text=f"option {n}", feedback=f"Option.feedback of {n}")
                                 for n in ("one", "two")),
                   case=lambda track, **c: Table(columns=("case", "of"), rows=(("Table.rows", 1.0),))),
    ),
    observation=Question(id="seen", text="Question.text", options=WHY, answer="one",
                         settings=(Preset(id="s", label="Preset.label of a setting", values={"size": 2}),)),
    reflection=Reflection(prompt="Reflection.prompt", rubric=tuple(f"Reflection.rubric {n}" for n in range(4)),
                          model_answer="Reflection.model_answer", weak_sample="Reflection.weak_sample",
                          strong_sample="Reflection.strong_sample",
                          check=Question(id="check", text="Question.text of a check", options=WHY, answer="one"),
                          ablation=Ablation(name="Ablation.name", values={"size": 9}, readings=("cost",)),
                          defence=Reflection(prompt="Defend?", rubric=("a", "b", "c", "d"), model_answer="a",
                                             weak_sample="a", strong_sample="a")),
    presets=(Preset(id="p", label="Preset.label", values={"size": 3}, note="Preset.note"),),
    demonstration=Demonstration(
        title="Demonstration.title", text="Demonstration.text",
        sliders=(Slider(id="w", label="Slider.label of it", unit="", minimum=0, maximum=1, step=0.1, default=0.5),),
        panel=Panel(id="demo", question="Panel.question of it", **AXES), draw=lambda *, w: drawing("demo")),
    run_view=RunView(text="RunView.text", panel=Panel(id="round", question="Panel.question of a round", **AXES),
                     rounds=lambda track, **c: 3, draw=lambda track, *, seed, round, **c: drawing("round")),
    second_opinion=lambda track, **given: None, second_engine="Bench.second_engine",
    acts=(Act(id="calm", title="Act.title", speaker="Act.speaker", alarm="Act.alarm", accepted="Act.accepted"),
          Act(id="gale", title="Gale", speaker="b", alarm="b", accepted="b", world={"wind": 9})),
    facts=(Fact(decision="word", label="Fact.label", closing="Fact.closing {}"),
           Fact(decision="none", label="other", missing="Fact.missing")),
)
GUARDIAN = EDGE_GUARDIAN
TRACK = Track(
    id="own", name="Track.name", persona="Track.persona", north_star="Track.north_star", wall="Track.wall",
    crisis_name="Track.crisis_name", colour=GUARDIAN.colour, icon=GUARDIAN.icon, story=("Track.story",),
    reading=(("Track.reading", "Track.reading why"),), crisis=replace(BENCH, id="storm", order=None, facts=(),
                                                                      label="Storm"),
    model=replace(GUARDIAN.model, name="Model.name", moved_name="Model.moved_name"),
    device=replace(GUARDIAN.device, name="Device.name", uplink_name="Device.uplink_name",
                   deadline_name="Device.deadline_name", extras={}),
    fleet=replace(GUARDIAN.fleet, unit="Fleet.unit"),
    targets=replace(GUARDIAN.targets, epsilon_unit="Targets.epsilon_unit", extras={}),
)
EXPLORED = replace(BENCH, id="explored", order=2, exploratory=True, facts=(), predictions=(), acts=(),
                   task=Task(text="Task.text", reading="cost", low=1, high=2))


@hookimpl
def edgelab_tracks():
    return [TRACK]


@hookimpl
def edgelab_benches():
    return [BENCH, EXPLORED]
"""

# Fields that hold a text and are none that a student reads, each with the reason.
NOT_READ = {
    "id": "a name for programs",
    "dark": "a colour", "light": "a colour", "icon": "a picture", "marker": "a picture",
    "scale": "one of a few words for programs", "group": "one of a few words for programs",
    "role": "one of a few words for programs", "out_of_range": "one of a few words for programs",
    "combine": "one of a few words for programs", "right": "one of a few words for programs",
    "cap_scope": "one of a few words for programs", "part": "one of a few words for programs",
    "case_of": "the id of a bench", "answer": "the id of an option", "reason": "the id of a mechanism",
    "panel": "the id of a panel", "carried": "the id of a decision", "default": "the id of an option",
    "control": "the id of a control", "decision": "a name for programs", "reading": "the id of a reading",
    "code": "a name for programs", "level": "one of a few words for programs",
}  # fmt: skip
# Classes and fields that other tests follow to a page, or that are written for other authors.
ELSEWHERE = {
    "Extra": "for designers: docs/designing/track_words.md is written from it",
    "TextKey": "for designers: docs/designing/track_words.md is written from it",
    "SecondOpinion": "tests/dashboard/second_opinions/test_requests.py",
    "Source": "tests/dashboard/layouts/test_constants.py",
    "Again": "the ledger's own tests",
    "Recorded": "the ledger's own tests",
    "Scene": "tests/dashboard/callbacks/test_scenes.py",
    "Shape": "tests/tracks/test_scenes.py: a text of a picture",
    "Axis.categories": "the names of bars, of which this file draws none: the course's waterfalls do",
    "Bench.failures": "ids of verdicts",
    "Ablation.readings": "ids of readings",
    "Bench.hud": "ids of readings",
    "Task.controls": "ids of controls",
    "Track.cities": "the course's own names for parts of its fleet, in the figures of benches",
    "Limit": "numbers alone",
    "Track.group": "the course's own word for a part of its fleet, in the texts of benches",
    "Axis.unit": "a unit, which the ticks carry",
    "Reading.unit": "a unit, as in tracks.api.quantities",
    "Prediction.unit": "a unit, as in tracks.api.quantities",
    "Curve.unit": "a unit, as in tracks.api.quantities",
    "Fact.unit": "a unit, as in tracks.api.quantities",
}


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Registry:
    folder = tmp_path_factory.mktemp("plugins")
    (folder / "own.py").write_text(PLUGIN)
    registry = load_registry(folder=folder, builtins=[], entry_points=False)
    assert [row.reason for row in registry.found if row.reason] == []
    return registry


def played(student: Student, choose: str, benches: Sequence[str] = ("whole", "explored", "storm")) -> list[str]:
    """All pages and answers of a student who gives one number and takes one option everywhere."""
    pages = [said(student.page("/")), said(student.page("/own"))]
    for name in benches:
        key = f"own/{name}"
        pages.append(said(student.page(f"/{key}")))
        for prediction in student.bench(key).predictions:
            value = choose if prediction.options else "2.5"
            pages.append(said(student.lock(key, prediction, value=value, mechanism=choose)))
        if student.bench(key).predictions:
            pages.append(said(student.open(key)))
        pages.append(said(student.update(key, student.bench(key).defaults())))
        pages.append(said(student.table(key, "main")))
        pages.append(said(student.record(key)))
        pages.append(said(student.record(key, size=1)))
        pages.append(said(student.observe(key, choose)))
        pages.append(said(student.write(key, "reflect", {n: "written" for n, _ in SLOTS} | {"check": choose})))
        pages.append(said(student.page(f"/{key}")))
    return pages


def texts() -> set[str]:
    """Every text field of the plugin API's classes, as "Class.field"."""
    found = set()
    for name in tracks.__all__:
        kind = getattr(tracks, name)
        if not (isinstance(kind, type) and dataclasses.is_dataclass(kind)) or name in ELSEWHERE:
            continue
        for field in dataclasses.fields(kind):
            is_text = str(field.type) in ("str", "tuple[str, ...]", "tuple[tuple[str, str], ...]")
            if is_text and field.name not in NOT_READ and f"{name}.{field.name}" not in ELSEWHERE:
                found.add(f"{name}.{field.name}")
    return found


def test_every_text_of_an_author_reaches_a_page(own: Registry, tmp_path: Path) -> None:
    """A text that nobody can read is refused here: show it, or take it out of the plugin API."""
    settings = Settings.from_environment({"EDGELAB_DATA_DIR": str(tmp_path / "data")})
    upgrade(settings.database_url)
    app = create_app(settings, own)
    pages = [page for choose in ("one", "two") for page in played(Student.of(app, own), choose)]
    pages += played(Student.of(app, own), "one", ["storm"])  # what a fact says where nothing is recorded
    told = "\n".join(pages)
    wanted = texts()
    assert {"Preset.note", "Slider.source", "Device.uplink_name", "Brief.invariant"} <= wanted
    missing = sorted(name for name in wanted if name not in told)
    assert not missing, ", ".join(missing)
    assert sorted(name for name in wanted if name not in PLUGIN) == [], "a text that this test does not write"


def test_the_feedback_of_every_option_reaches_a_page(own: Registry, tmp_path: Path) -> None:
    settings = Settings.from_environment({"EDGELAB_DATA_DIR": str(tmp_path / "data")})
    upgrade(settings.database_url)
    app = create_app(settings, own)
    for choose in ("one", "two"):
        told = "\n".join(played(Student.of(app, own), choose))
        assert f"Option.feedback {choose}" in told
        assert f"Option.feedback of {choose}" in told
