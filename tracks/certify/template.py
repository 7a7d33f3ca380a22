"""Harbour Crane, a whole track in one file. Each number has its source; the bench is the track's crisis."""

import tracks as lab

SHIFT_S = 8 * 3600  # assumed: an update has one shift of eight hours
TARGET = 0.90  # assumed: what the crane's lead asks for
CEILING, ROUND_LOSS, CODEC_LOSS = 0.95, 0.8, 0.004  # assumed: the limit of many rounds; few rounds, coarse codes
RATE = {"port": 1.0, "depot": 3.0}  # assumed: the depot's radio is three times as fast as the port's
LEFT_OUT = {"port": 0.0, "depot": 0.01}  # assumed: cranes that never reach the depot cost 1 point
ROUNDS = lab.Slider(
    id="rounds", label="Rounds", unit="rounds", minimum=5, maximum=100, step=0.02, scale="log", default=50, whole=True
)
CODEC = lab.Slider(id="compression", label="Codec", unit="x", minimum=1, maximum=32, step=1, default=1, whole=True)
RADIOS = (lab.Option(id="port", text="port"), lab.Option(id="depot", text="depot"))
CONTROLS = (ROUNDS, CODEC, lab.Choice(id="radio", label="Radio", options=RADIOS, default="port"))
AIRTIME = {"id": "airtime", "label": "Airtime", "unit": "s", "titles": ("Within the shift", "Past the shift")}
ACCURACY = {"id": "accuracy", "label": "Accuracy", "unit": "share", "titles": ("On target", "Below target")}
SHIFT = lab.Panel(
    id="shift",
    question="Does the fleet learn it within the shift?",
    x=lab.Axis(label="airtime of a crane", unit="h", low=0.01, high=1000, scale="log"),
    y=lab.Axis(label="accuracy", unit="share", low=0.6, high=1),
)


def airtime_s(track, rounds, compression, radio):
    """Return how long one crane sends in all rounds together [s]."""
    return rounds * track.model.moved_bytes * 8 / compression / (track.device.uplink_bit_per_s * RATE[radio])


def accuracy(rounds, compression, radio):
    """Return the accuracy after so many rounds, 0..1: a proxy, not a measurement."""
    return CEILING - LEFT_OUT[radio] - ROUND_LOSS / rounds - CODEC_LOSS * (compression - 1)


def shifts(track, **state):
    """Return the answer to the prediction."""
    return lab.Truth(value=airtime_s(track, **state) / SHIFT_S)


def solve(track, *, seed, **state):
    """Return what follows from one state of the controls."""
    n, c, radio = state["rounds"], state["compression"], state["radio"]
    time = lab.Limit(airtime_s(track, **state), SHIFT_S)
    score = lab.Limit(accuracy(**state), TARGET, at_most=False, scale=0.1)
    airtime, late = time.judged(
        "late",
        **AIRTIME,
        cause=f"{n} rounds share the radio of one crane.",
        fixes=lab.changes(time, CONTROLS, state, lambda **other: airtime_s(track, **other)),
        formula=f"{n} rounds × {track.model.moved_bytes:g} B × 8 / {c} / rate",
        meaning="How long one crane sends in all rounds together.",
        source=f"Payload: {track.sources['model.moved_bytes']}. Rate: {track.sources['device.uplink_bit_per_s']}",
    )
    learnt, low = score.judged(
        "below_target",
        **ACCURACY,
        cause=f"{n} rounds leave {ROUND_LOSS / n:.3f}, the codec {CODEC_LOSS * (c - 1):.3f}.",
        fixes=lab.changes(score, CONTROLS, state, accuracy),
        formula=f"{CEILING} − {LEFT_OUT[radio]} − {ROUND_LOSS} / {n} − {CODEC_LOSS} × ({c} − 1)",
        meaning="What the fleet's model gets right after the shift.",
        source="assumed: a proxy that falls with few rounds and with coarse codes",
    )
    drawn = lab.sweep(
        ROUNDS,
        n,
        lambda rounds: (airtime_s(track, rounds, c, radio) / 3600, accuracy(rounds, c, radio)),
        SHIFT,
        summary=f"{score.quantity:.1%} after {time.quantity / 3600:.1f} h of airtime.",
        marks=(lab.charts.limit(SHIFT_S / 3600, "shift", axis="x"), lab.charts.limit(TARGET, "target", kind="target")),
    )
    return lab.Outcome(panels={"shift": drawn}, readings=(airtime, learnt), verdicts=(late, low), decision=state)


ASKED = "Fifty rounds over the port's radio, nothing compressed: how many shifts of airtime?"
WHY = (lab.Option(id="rounds", text="the number of rounds"), lab.Option(id="rate", text="the radio's rate"))
CRISIS = lab.Bench(
    id="crisis",
    title="The Short Shift",
    brief=lab.Brief(speaker="Product lead", text="A new box is learnt in one shift, at 90%.", short="90% in a shift."),
    controls=CONTROLS,
    panels=(SHIFT,),
    solve=solve,
    predictions=(lab.Prediction(id="q", question=ASKED, unit="x", low=1e-6, high=1e6, truth=shifts, mechanisms=WHY),),
    hud=("airtime", "accuracy"),
    failures=("late", "below_target"),
    peek=lab.equations("Lost uploads.", airtime="t = 8 n m / (c r)", accuracy="a = s − b / n − d (c − 1)"),
)
HARBOUR_CRANE = lab.Track(
    id="harbour_crane",
    name="Harbour Crane",
    persona="crane operator's lead",
    north_star="Never let a load swing: a 20 ms loop on every crane.",
    wall="The radio",
    model=lab.Model(
        name="a small detector",
        parameters=lab.sourced(4e6, "assumed: a detector of 4 M parameters"),
        weights_bytes=lab.sourced(16e6, "derived: 4 M parameters x 4 B (fp32)"),
        forward_flop=lab.sourced(1e9, "assumed: half a billion multiply-accumulates a frame"),
        sample_bytes=lab.sourced(200e3, "assumed: one compressed frame"),
        moved_name="the detector, fp32",
        moved_bytes=lab.sourced(16e6, "derived: 4 M parameters x 4 B (fp32)"),
    ),
    device=lab.Device(
        name="crane computer",
        memory_bytes=lab.sourced(4 * 2**30, "assumed: 4 GiB on the crane"),
        learning_memory_bytes=lab.sourced(512 * 2**20, "assumed: an eighth of it"),
        memory_bytes_per_s=lab.sourced(25e9, "assumed: one channel of LPDDR4x"),
        peak_flop_per_s=lab.sourced(2e12, "assumed: a small accelerator"),
        utilisation=lab.sourced(0.1, "assumed: a tenth of the peak"),
        power_w=lab.sourced(15, "assumed: a fanless box"),
        learning_power_w=lab.sourced(5, "assumed: a third of it"),
        battery_wh=None,
        uplink_bit_per_s=lab.sourced(24e3, "assumed: a narrow private radio that the yard shares"),
        uplink_name="port radio",
        round_trip_s=lab.sourced(0.05, "assumed: over the port's network"),
        deadline_s=lab.sourced(0.02, "assumed: fifty decisions a second hold a load"),
        deadline_name="swing control",
    ),
    fleet=lab.Fleet(
        devices=lab.sourced(20_000, "assumed: one maker's cranes, in fifty large ports"),
        unit="cranes",
        raw_bytes_per_device_day=lab.sourced(5e9, "assumed: a shift of camera frames"),
        cap_bytes=lab.sourced(120e6, "assumed: 4 MB a crane and day, beside what the cranes say anyway"),
        cap_days=lab.sourced(30, "assumed: billed by 30 days"),
        cap_scope="device",
        skew_alpha=lab.sourced(0.1, "assumed: quays see different boxes"),
        reliability=lab.sourced(0.8, "assumed: one upload in five is lost"),
        seed=22,
    ),
    targets=lab.Targets(
        mean_accuracy=lab.sourced(0.92, "assumed: just below the proxy task's central accuracy"),
        worst_city_accuracy=lab.sourced(0.90, "assumed: two points below the mean target"),
        safety_accuracy=lab.sourced(0.90, "assumed: what the loop needs"),
        epsilon=lab.sourced(2, "assumed: what the operators' council accepts"),
        epsilon_unit="operator",
    ),
    crisis_name="the Short Shift",
    crisis=CRISIS,
    colour=lab.Colour(light="#0F5F6E", dark="#7FD6E5"),
    icon="signpost-2",
    marker="pentagon",
)


@lab.hookimpl
def edgelab_tracks():
    """Register the track; its crisis comes with it."""
    return [HARBOUR_CRANE]
