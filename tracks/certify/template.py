"""Harbour Crane: a crane operator's lead, one crane computer behind a port's radio, and four hundred cranes.

A whole track in one file. Change the numbers, keep a source or "assumed: why" beside each, and run
``python -m tracks check`` on this file. The bench below is the track's crisis; every other bench of the
lab takes its numbers from the track.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tracks import (
    Axis,
    Bench,
    Brief,
    Choice,
    Colour,
    Device,
    Drawing,
    Figure,
    Fix,
    Fleet,
    Model,
    Option,
    Outcome,
    Panel,
    Peek,
    PeekLine,
    Prediction,
    Reading,
    Reflection,
    Slider,
    Table,
    Targets,
    Term,
    Track,
    Truth,
    Value,
    Verdict,
    hookimpl,
    sourced,
)
from tracks.api import charts

# --- the crisis: a bench ---------------------------------------------------------------------------------------------

SHIFT_S = 8 * 3600.0  # assumed: an update has one shift of eight hours
TARGET = 0.90  # assumed: what the crane's lead asks for
CEILING = 0.95  # assumed: the limit of many rounds, uncompressed
RATE = {"port": 1.0, "depot": 3.0}  # assumed: the depot's radio is three times as fast as the port's
LEFT_OUT = {"port": 0.0, "depot": 0.01}  # assumed: cranes that never reach the depot cost 1 point
ROUNDS, COMPRESSION = (5, 100), (1, 32)
ROUND_LOSS, CODEC_LOSS = 0.8, 0.004  # assumed: what few rounds and coarse codes cost


def airtime_s(track: Track, rounds: Any, compression: Any, radio: str) -> Any:
    """Return how long one crane sends in all rounds together [s]."""
    rate = track.device.uplink_bit_per_s * RATE[radio]
    return rounds * track.model.moved_bytes * 8 / compression / rate


def accuracy(rounds: Any, compression: Any, radio: str) -> Any:
    """Return the accuracy after so many rounds, 0..1: a proxy, not a measurement."""
    return CEILING - LEFT_OUT[radio] - ROUND_LOSS / rounds - CODEC_LOSS * (compression - 1)


def fixes(*wanted: tuple[str, float, float]) -> tuple[Fix, ...]:
    """Return the changes that lie on their sliders and differ from the present value; wanted: (control, now, value)."""
    limits = {"rounds": ROUNDS, "compression": COMPRESSION}
    found = []
    for control, now, value in wanted:
        low, high = limits[control]
        value = min(max(value, low), high)
        if value != now:
            found.append(Fix(control=control, value=value))
    return tuple(found)


def solve(track: Track, *, seed: int, rounds: int, compression: int, radio: str) -> Outcome:  # noqa: ARG001 - nothing here is random
    """Return what follows from one state of the controls."""
    time_s = airtime_s(track, rounds, compression, radio)
    score = accuracy(rounds, compression, radio)
    late, low = time_s > SHIFT_S, score < TARGET
    airtime = Reading(
        id="airtime",
        label="Airtime",
        value=time_s,
        unit="s",
        limit=SHIFT_S,
        note="shift 8 h",
        formula=f"{rounds} rounds × {track.model.moved_bytes:g} B × 8 / {compression} / rate",
        meaning="How long one crane sends in all rounds together.",
        source=f"Payload: {track.sources['model.moved_bytes']}. Rate: {track.sources['device.uplink_bit_per_s']}",
    )
    learnt = Reading(
        id="accuracy",
        label="Accuracy",
        value=score,
        unit="share",
        limit=TARGET,
        at_most=False,
        scale=0.1,
        note="target 90%",
        formula=f"{CEILING} − {LEFT_OUT[radio]} − {ROUND_LOSS} / {rounds} − {CODEC_LOSS} × ({compression} − 1)",
        meaning="What the fleet's model gets right after the shift.",
        source="assumed: a proxy that falls with few rounds and with coarse codes",
    )
    verdicts = (
        Verdict(
            code="late",
            reading=airtime,
            title="Past the shift" if late else "Within the shift",
            cause=f"{rounds} rounds share the radio of one crane.",
            fixes=fixes(
                ("compression", compression, math.ceil(compression * time_s / SHIFT_S)),
                ("rounds", rounds, math.floor(rounds * SHIFT_S / time_s)),
            )
            if late
            else (),
        ),
        Verdict(
            code="below_target",
            reading=learnt,
            title="Below target" if low else "On target",
            cause=f"{rounds} rounds leave {ROUND_LOSS / rounds:.3f}, the codec {CODEC_LOSS * (compression - 1):.3f}.",
            fixes=fixes(("rounds", rounds, 2 * rounds), ("compression", compression, math.floor(compression / 2)))
            if low
            else (),
        ),
    )

    def curve() -> tuple[Any, Any]:
        every = np.geomspace(*ROUNDS, 60)
        return airtime_s(track, every, compression, radio) / 3600, accuracy(every, compression, radio)

    def figure() -> Figure:
        return charts.figure(
            charts.limit(SHIFT_S / 3600, "shift 8 h", axis="x"),
            charts.limit(TARGET, "target 90%", kind="target"),
            charts.curve(*curve(), name="rounds", label="More rounds"),
            charts.point(time_s / 3600, score, name="you", label="you"),
        )

    def table() -> Table:
        hours, scores = curve()
        return Table(columns=("airtime, h", "accuracy"), rows=tuple(zip(hours.tolist(), scores.tolist(), strict=True)))

    return Outcome(
        panels={
            "shift": Drawing(
                figure=figure,
                summary=f"{'No' if late or low else 'Yes'}: {score:.1%} after {time_s / 3600:.1f} h of airtime.",
                table=table,
                point=(time_s / 3600, score),
            )
        },
        readings=(airtime, learnt),
        verdicts=verdicts,
        decision={"rounds": rounds, "compression": compression},
    )


def shift_truth(track: Track, *, rounds: int, compression: int, radio: str) -> Truth:
    """Return the answer to the prediction, with the factors that make it."""
    return Truth(
        value=airtime_s(track, rounds, compression, radio) / SHIFT_S,
        terms=(
            Term(name="rounds", value=rounds),
            Term(name="one upload in shifts", value=airtime_s(track, 1, compression, radio) / SHIFT_S),
        ),
        combine="product",
    )


def peek(track: Track, outcome: Outcome, **controls: Value) -> Peek:  # noqa: ARG001 - the signature of every peek
    """Return the equations with the student's numbers."""
    airtime, score = outcome.reading("airtime"), outcome.reading("accuracy")
    return Peek(
        lines=(
            PeekLine(name="Airtime", equation="t = 8 n m / (c r)", numbers=airtime.formula, source=airtime.source),
            PeekLine(name="Accuracy", equation="a = s − b / n − d (c − 1)", numbers=score.formula, source=score.source),
        ),
        leaves_out="Lost uploads, and cranes that are switched off.",
    )


CRISIS = Bench(
    id="crisis",
    title="The Short Shift",
    brief=Brief(
        speaker="Product lead",
        text="The cranes have to learn a new container in one shift of eight hours. Port radio or depot, many rounds "
        "or few, coarse codes or fine: 90% is what I can sign.",
        short="The Product lead asks for 90% within one shift.",
    ),
    controls=(
        Slider(
            id="rounds",
            label="Rounds",
            unit="rounds",
            minimum=ROUNDS[0],
            maximum=ROUNDS[1],
            step=0.02,
            default=50,
            scale="log",
            whole=True,
            source="assumed: where a first guess stands",
        ),
        Slider(
            id="compression",
            label="Compression",
            unit="x",
            minimum=COMPRESSION[0],
            maximum=COMPRESSION[1],
            step=1,
            default=1,
            whole=True,
            source="assumed: updates travel whole at first",
        ),
        Choice(
            id="radio",
            label="Radio",
            options=(Option(id="port", text="port"), Option(id="depot", text="depot")),
            default="port",
            source="assumed: cranes stand in the port",
        ),
    ),
    panels=(
        Panel(
            id="shift",
            question="Does the fleet learn it within the shift?",
            x=Axis(label="airtime of a crane", unit="h", low=0.01, high=1000, scale="log"),
            y=Axis(label="accuracy", unit="share", low=0.6, high=1),
        ),
    ),
    solve=solve,
    predictions=(
        Prediction(
            id="shifts",
            question="Fifty rounds over the port's radio, nothing compressed: how many shifts of airtime?",
            unit="x",
            low=1e-6,
            high=1e6,
            truth=shift_truth,
            mechanisms=(
                Option(id="rounds", text="the number of rounds", feedback="They multiply whatever one upload takes."),
                Option(id="rate", text="the radio's rate", feedback="It sets what one upload takes."),
            ),
        ),
    ),
    reflection=Reflection(
        prompt="Which two decisions had to change together, and why not one?",
        rubric=(
            "names airtime",
            "names what rounds are worth",
            "names what the codec costs",
            "names what was not measured",
        ),
        model_answer="Few enough rounds to fit the shift miss the target, and so does a codec coarse enough for fifty "
        "rounds. Thirty rounds at a compression of 6 meet both limits.",
        weak_sample="I moved the sliders until it worked.",
        strong_sample="Airtime falls with rounds over compression, and accuracy loses 0.8 over the rounds and 0.004 a "
        "step of the codec, so I spent a little of both.",
    ),
    hud=("airtime", "accuracy"),
    failures=("late", "below_target"),
    peek=peek,
)

# --- the track -------------------------------------------------------------------------------------------------------

HARBOUR_CRANE = Track(
    id="harbour_crane",
    name="Harbour Crane",
    persona="crane operator's lead",
    north_star="Never let a load swing: a 20 ms loop on every crane.",
    wall="The radio",
    model=Model(
        name="a small detector",
        parameters=sourced(4e6, "assumed: a detector of 4 M parameters"),
        weights_bytes=sourced(16e6, "derived: 4 M parameters x 4 B (fp32)"),
        forward_flop=sourced(1e9, "assumed: half a billion multiply-accumulates a frame"),
        sample_bytes=sourced(200e3, "assumed: one compressed frame"),
        moved_name="the detector, fp32",
        moved_bytes=sourced(16e6, "derived: 4 M parameters x 4 B (fp32)"),
    ),
    device=Device(
        name="crane computer",
        memory_bytes=sourced(4 * 2**30, "assumed: 4 GiB on the crane"),
        learning_memory_bytes=sourced(512 * 2**20, "assumed: an eighth of it"),
        memory_bytes_per_s=sourced(25e9, "assumed: one channel of LPDDR4x"),
        peak_flop_per_s=sourced(2e12, "assumed: a small accelerator"),
        utilisation=sourced(0.1, "assumed: a tenth of the peak"),
        power_w=sourced(15, "assumed: a fanless box"),
        learning_power_w=sourced(5, "assumed: a third of it"),
        battery_wh=None,
        uplink_bit_per_s=sourced(24e3, "assumed: a narrow private radio that the yard shares"),
        uplink_name="port radio",
        round_trip_s=sourced(0.05, "assumed: over the port's network"),
        deadline_s=sourced(0.02, "assumed: fifty decisions a second hold a load"),
        deadline_name="swing control",
    ),
    fleet=Fleet(
        devices=sourced(400, "assumed: a large port"),
        unit="cranes",
        raw_bytes_per_device_day=sourced(5e9, "assumed: a shift of camera frames"),
        cap_bytes=sourced(1e9, "assumed: 1 GB a crane and month"),
        cap_days=sourced(30, "assumed: billed by 30 days"),
        cap_scope="device",
        skew_alpha=sourced(0.1, "assumed: quays see different boxes"),
        reliability=sourced(0.8, "assumed: one upload in five is lost"),
        seed=22,
    ),
    targets=Targets(
        mean_accuracy=sourced(0.92, "assumed: just below the proxy task's central accuracy"),
        worst_city_accuracy=sourced(0.87, "assumed: five points below the mean target"),
        safety_accuracy=sourced(0.90, "assumed: what the loop needs"),
        epsilon=sourced(2, "assumed: what the operators' council accepts"),
        epsilon_unit="operator",
    ),
    crisis_name="the Short Shift",
    crisis=CRISIS,
    colour=Colour(light="#0F5F6E", dark="#7FD6E5"),
    icon="signpost-2",
    marker="pentagon",
)


@hookimpl
def edgelab_tracks() -> list[Track]:
    """Register the track; its crisis comes with it."""
    return [HARBOUR_CRANE]
