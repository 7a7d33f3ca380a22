"""A bench with physics of its own, which lies beside it in ``free_space.py`` and is imported by its name alone."""

import free_space

import tracks as lab

FREQUENCY_HZ, BANDWIDTH_HZ = 868e6, 125e3  # a LoRa channel in Europe: ETSI EN 300 220
LIMIT_S = 60  # assumed: a minute of sending
DISTANCE = lab.Slider(
    id="distance", label="Distance", unit="m", minimum=10, maximum=1e6, step=0.05, default=1e3, scale="log"
)
POWER = lab.Slider(
    id="power", label="Radio power", unit="W", minimum=1e-3, maximum=1, step=0.05, default=0.025, scale="log"
)
PANEL = lab.Panel(
    id="link",
    question="How far away can a model be learnt?",
    x=lab.Axis(label="distance", unit="m", low=10, high=1e6, scale="log"),
    y=lab.Axis(label="upload", unit="s", low=1e-3, high=1e9, scale="log"),
)


def upload_s(track, distance, power):
    """Return how long one upload takes at the link's capacity [s]."""
    return 8 * track.model.moved_bytes / free_space.capacity_bit_per_s(power, distance, FREQUENCY_HZ, BANDWIDTH_HZ)


def solve(track, *, seed, distance, power):
    """Return what follows from one state of the controls."""
    state = {"distance": distance, "power": power}
    time = lab.Limit(upload_s(track, **state), LIMIT_S)
    reading, verdict = time.judged(
        "slow",
        label="Upload",
        unit="s",
        titles=("Within a minute", "Too slow"),
        cause="The signal falls with the square of the distance, the noise stays.",
        fixes=lab.changes(time, (DISTANCE, POWER), state, lambda **other: upload_s(track, **other)),
        formula="8 n / (B log2(1 + P / (L k T B)))",
        meaning="How long one upload takes if nothing is lost and the code is the best there is.",
        source="Friis 1946; Shannon 1948",
    )
    drawn = lab.sweep(
        DISTANCE,
        distance,
        lambda there: (there, upload_s(track, there, power)),
        PANEL,
        summary=f"{time.quantity:.3g} s at {distance:.0f} m.",
    )
    return lab.Outcome(panels={"link": drawn}, readings=(reading,), verdicts=(verdict,))


QUESTION = lab.Prediction(
    id="seconds",
    question="One kilometre, 25 mW, nothing in between: how many seconds does one upload take at best?",
    unit="s",
    low=1e-6,
    high=1e12,
    truth=lambda track, **state: lab.Truth(value=upload_s(track, **state)),
    mechanisms=(lab.Option(id="noise", text="the noise"), lab.Option(id="band", text="the width of the band")),
)


@lab.hookimpl
def edgelab_benches():
    """Register the bench for every track."""
    return [
        lab.Bench(
            id="far_upload",
            title="A far upload: what does distance cost?",
            brief=lab.Brief(speaker="Field lead", text="Twice as far takes twice as long.", short="Does it?"),
            controls=(DISTANCE, POWER),
            panels=(PANEL,),
            solve=solve,
            predictions=(QUESTION,),
            hud=("slow",),
            failures=("slow",),
            exploratory=True,
        )
    ]
