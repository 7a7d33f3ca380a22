"""A plugin of another course: a track with no reading list and a crisis of its own, and a bench that declares words."""

from dataclasses import replace

from tracks import (
    Axis,
    Bench,
    Brief,
    Choice,
    Drawing,
    Fact,
    Option,
    Outcome,
    Panel,
    Prediction,
    Reading,
    Slider,
    Table,
    Truth,
    hookimpl,
)
from tracks.api import charts
from tracks.edge_guardian import EDGE_GUARDIAN

LOAD = Slider(id="tons", label="Load", unit="t", minimum=0, maximum=90, step=10, default=40)
LOOK = Choice(
    id="look",
    label="Look",
    options=(Option(id="quay", text="from the quay"), Option(id="sea", text="from the sea")),
    default="quay",
    role="view",
)
REASONS = (Option(id="wind", text="the wind", feedback="It is."), Option(id="rope", text="the rope", feedback="No."))


def solve(track, *, seed, tons, look="quay"):
    drawing = Drawing(
        figure=lambda: charts.figure(charts.point(tons, 1.0, name="you", label="you")),
        summary=f"{tons:g} t hang.",
        table=lambda: Table(columns=("load, t",), rows=((tons,),)),
    )
    signed = "signed" if tons else "unsigned"
    return Outcome(
        panels={"main": drawing},
        readings=(Reading(id="hanging", label="Hanging", value=tons, unit="t"),),
        decision={"tons": tons, "manifest": signed},
    )


MANIFEST = Bench(
    id="manifest",
    title="Manifest: who signs for the load?",
    brief=Brief(speaker="Harbour master", text="Nobody signs at night.", short="Who signs?"),
    controls=(LOAD, LOOK),
    panels=(
        Panel(
            id="main",
            question="How much hangs?",
            x=Axis(label="load", unit="t", low=0, high=100),
            y=Axis(label="height", unit="m", low=0, high=2),
        ),
    ),
    solve=solve,
    predictions=(
        Prediction(
            id="mass",
            question="How much hangs?",
            unit="t",
            low=1,
            high=1e3,
            mechanisms=REASONS,
            truth=lambda track, **controls: Truth(value=controls["tons"]),
        ),
    ),
    hud=("hanging",),
    second_opinion=lambda track, *, report, **controls: None,
    second_engine="a spring balance",
    order=0,
    label="Papers",
    minutes=8,
    facts=(
        Fact(decision="manifest", label="Manifest", closing="The manifest is {}", missing="There is no manifest."),
        Fact(decision="tons", label="load", unit="t", none=0.0, closing="load {}"),
    ),
)
STORM = replace(
    MANIFEST,
    id="storm",
    title="The Storm: what still hangs at force ten?",
    controls=(LOAD,),
    second_opinion=None,
    second_engine="",
    order=None,
    label="",
    minutes=7,
    facts=(),
)
LEDGE = replace(STORM, id="ledge", title="Ledge: outside of the mission", minutes=0)
HARBOUR = replace(
    EDGE_GUARDIAN,
    id="harbour",
    name="Harbour",
    wall="Wind on the boom",
    crisis_name="the Storm of the century",
    crisis=STORM,
    reading=(),
)


@hookimpl
def edgelab_tracks():
    return [HARBOUR]


@hookimpl
def edgelab_benches():
    return [MANIFEST, LEDGE]
