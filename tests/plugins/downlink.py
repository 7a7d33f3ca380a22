"""A plugin in one file: a bench every track gets, with a control of each kind and two predictions."""

import numpy as np

from tracks import (
    Axis,
    Bench,
    Brief,
    Choice,
    Drawing,
    Fix,
    Option,
    Outcome,
    Panel,
    Peek,
    PeekLine,
    Prediction,
    Preset,
    Question,
    Reading,
    Reflection,
    Slider,
    Table,
    Term,
    Toggle,
    Truth,
    Verdict,
    hookimpl,
)
from tracks.api import charts

BUDGET_S = 60.0
SIZES = np.geomspace(1e6, 1e10, 41)


def seconds(model_bytes, rate_bit_per_s, cached, codec):
    ratio = {"none": 1.0, "int8": 4.0}[codec]
    return model_bytes / ratio * 8 / rate_bit_per_s * (0.5 if cached else 1.0)


def solve(track, *, seed, model_bytes, rate_bit_per_s, cached, codec):
    time_s = seconds(model_bytes, rate_bit_per_s, cached, codec)

    def figure():
        curve = seconds(SIZES, rate_bit_per_s, cached, codec)
        return charts.figure(
            charts.limit(BUDGET_S, "budget 60 s"),
            charts.curve(SIZES, curve, name="download", label="Download"),
            charts.point(model_bytes, time_s, name="you", label="you"),
        )

    def table():
        curve = seconds(SIZES, rate_bit_per_s, cached, codec)
        rows = tuple((float(size), float(time)) for size, time in zip(SIZES, curve, strict=True))
        return Table(columns=("model, B", "time, s"), rows=((model_bytes, time_s), *rows))

    def halves():
        curve = seconds(SIZES, rate_bit_per_s, cached, codec) / 2
        return charts.figure(charts.curve(SIZES, curve, name="half", label="Half"))

    def half_table():
        return Table(columns=("model, B", "half the time, s"), rows=((model_bytes, time_s / 2),))

    late = time_s > BUDGET_S
    verdict = Verdict(
        code="late",
        reading=Reading(id="download", label="download", value=time_s, limit=BUDGET_S, unit="s"),
        title="Too late" if late else "In time",
        cause="The model is sent whole to every device.",
        fixes=(Fix(control="codec", value="int8"), Fix(control="cached", value=True)) if late else (),
    )
    return Outcome(
        panels={
            "time": Drawing(
                figure=figure, summary=f"{time_s:.0f} s to send it.", table=table, point=(model_bytes, time_s)
            ),
            "again": Drawing(figure=figure, summary=f"{time_s:.0f} s again.", table=table),
            "halves": Drawing(figure=halves, summary=f"{time_s / 2:.0f} s for half.", table=half_table),
        },
        readings=(
            Reading(
                id="time",
                label="Download",
                value=time_s,
                unit="s",
                limit=BUDGET_S,
                formula="bytes / rate",
                meaning="How long one device listens.",
                source="assumed: a budget of a minute",
            ),
            Reading(id="size", label="Model", value=model_bytes, unit="B"),
        ),
        verdicts=(verdict,),
    )


def truth(track, **controls):
    base = controls["model_bytes"] * 8 / controls["rate_bit_per_s"]
    return Truth(value=base, terms=(Term(name="bits over rate", value=base),), combine="product")


X = Axis(label="model", unit="B", low=1e6, high=1e10, scale="log")
Y = Axis(label="time to download", unit="s", low=0.1, high=1e5, scale="log")
HALF = Axis(label="time for half", unit="s", low=0.05, high=5e4, scale="log")
REASONS = (
    Option(id="size", text="the model is large", feedback="It is: FEEDBACK-SIZE."),
    Option(id="rate", text="the link is slow", feedback="It is not: FEEDBACK-RATE."),
)

BENCH = Bench(
    id="downlink",
    title="Downlink: who waits for the broadcast?",
    brief=Brief(speaker="Systems fellow", text="Every device listens to the whole model.", short="All must listen."),
    controls=(
        Slider(
            id="model_bytes", label="Model", unit="B", minimum=1e6, maximum=1e10, step=0.05, default=1e9, scale="log"
        ),
        Slider(
            id="rate_bit_per_s",
            label="Rate",
            unit="bit/s",
            minimum=1e6,
            maximum=1e9,
            step=0.05,
            default=2.1e7,
            scale="log",
            role="environment",
        ),
        Choice(
            id="codec",
            label="Codec",
            options=(Option(id="none", text="none"), Option(id="int8", text="int8")),
            default="none",
        ),
        Toggle(id="cached", label="Half is cached", default=False, group="advanced"),
    ),
    panels=(
        Panel(id="time", question="How long does a device listen?", x=X, y=Y),
        Panel(
            id="again",
            question="And seen again?",
            label="whole",
            x=X,
            y=Y,
            views=(Panel(id="halves", question="And half of it?", label="half", x=X, y=HALF),),
        ),
    ),
    solve=solve,
    predictions=(
        Prediction(
            id="wait",
            question="How long does one device listen?",
            unit="s",
            low=1e-3,
            high=1e9,
            truth=truth,
            mechanisms=REASONS,
            scenario={"model_bytes": 1e9},
            marks=lambda track, value: {"time": (1e9, value)},
        ),
        Prediction(
            id="who",
            question="Who waits longest?",
            truth=lambda track, **controls: Truth(value="slowest"),
            mechanisms=REASONS,
            options=(
                Option(id="slowest", text="the slowest link", feedback="OPTION-SLOWEST"),
                Option(id="largest", text="the largest device", feedback="OPTION-LARGEST"),
            ),
        ),
    ),
    reflection=Reflection(
        prompt="Who should listen?",
        rubric=("one", "two", "three", "four"),
        model_answer="MODEL-ANSWER",
        weak_sample="WEAK-SAMPLE",
        strong_sample="STRONG-SAMPLE",
        check=Question(
            id="check",
            text="What shortens it?",
            options=(
                Option(id="smaller", text="a smaller model", feedback="CHECK-SMALLER"),
                Option(id="louder", text="a louder radio", feedback="CHECK-LOUDER"),
            ),
            answer="smaller",
        ),
    ),
    hud=("time", "size"),
    failures=("late",),
    presets=(Preset(id="small", label="Small model", values={"model_bytes": 1e7}),),
    peek=lambda track, outcome, **controls: Peek(
        lines=(PeekLine(name="Time", equation="t = 8 m / r", numbers="PEEK-NUMBERS", source="arithmetic"),),
        leaves_out="Contention.",
    ),
)


@hookimpl
def edgelab_benches():
    return [BENCH]
