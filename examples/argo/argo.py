"""Argo Listener: profiling floats that learn to tell rain from whales, and have two minutes at the surface to say so."""

import tracks as lab

SURFACE_S = 120  # assumed: two minutes, before wind and ships find the float
RESERVE_SHARE = 0.01  # assumed: of a year's share of the battery, for learning
LIFE_YEARS = 4.0  # 150 cycles of ten days: argo.ucsd.edu, How Argo floats work
MODEM_W = 4.0  # assumed: a satellite modem that sends
DELIVERED = 0.8  # assumed: of the bytes, in a sea that washes over the antenna
TARGET = 0.90  # assumed: what the oceanographer can publish
CEILING, WAIT_LOSS, LEFT_LOSS, ROUNDING_LOSS = 0.97, 0.4, 0.08, 0.2  # assumed: a proxy, not a measurement
JOULES_PER_WH, DAYS_PER_UPDATE = 3600, 10  # a float surfaces every ten days: argo.ucsd.edu, How Argo floats work
BITS = lab.Slider(id="bits", label="Bits a weight", unit="bits", minimum=2, maximum=8, step=1, default=8, whole=True)
SHARE = lab.Slider(
    id="share", label="Weights sent", unit="share", minimum=0.05, maximum=1, step=0.02, default=1, scale="log"
)
UPDATES = lab.Slider(
    id="updates", label="Updates a year", unit="", minimum=1, maximum=36, step=0.02, default=4, scale="log", whole=True
)
CONTROLS = (BITS, SHARE, UPDATES)
WINDOW = lab.Panel(
    id="window",
    question="Is it learnt in the minutes at the surface?",
    x=lab.Axis(label="one update", unit="s", low=1, high=300, scale="log"),
    y=lab.Axis(label="accuracy", unit="share", low=0.5, high=1),
)


def update_s(track, bits, share):
    """Return how long one update takes at the surface [s]."""
    return track.model.parameters * share * bits / (track.device.uplink_bit_per_s * DELIVERED)


def year_j(track, bits, share, updates):
    """Return what a year's updates take of the battery [J]."""
    return updates * update_s(track, bits, share) * MODEM_W


def reserve_j(track):
    """Return what learning may take in a year [J]."""
    return RESERVE_SHARE * track.device.battery_wh * JOULES_PER_WH / LIFE_YEARS


def accuracy(bits, share, updates):
    """Return the accuracy of a year's learning, 0..1: less for a stale model, weights left out and coarse weights."""
    return CEILING - WAIT_LOSS / updates - LEFT_LOSS * (1 - share) - ROUNDING_LOSS * 2**-bits


def seconds(track, **state):
    """Return the answer to the question."""
    return lab.Truth(value=update_s(track, state["bits"], state["share"]))


def solve(track, *, seed, bits, share, updates):
    """Return what follows from one state of the controls; nothing is drawn at random."""
    state = {"bits": bits, "share": share, "updates": updates}
    time = lab.Limit(update_s(track, bits, share), SURFACE_S)
    energy = lab.Limit(year_j(track, **state), reserve_j(track))
    score = lab.Limit(accuracy(**state), TARGET, at_most=False, scale=0.2)  # twenty points weigh as much as the window
    sources = track.sources
    surface, too_long = time.judged(
        "too_long",
        id="surface",
        label="At the surface",
        unit="s",
        titles=("Under in time", "Too long at the surface"),
        cause=f"{track.model.parameters * share:,.0f} weights of {bits} bits go over one link.",
        fixes=lab.changes(time, CONTROLS, state, lambda bits, share, updates: update_s(track, bits, share)),
        note="two minutes",
        formula=f"{track.model.parameters:g} × {share:.3g} × {bits} / ({track.device.uplink_bit_per_s:g} × {DELIVERED})",
        meaning="How long the float lies at the surface for one update.",
        source=f"Link: {sources['device.uplink_bit_per_s']}. Weights: {sources['model.parameters']}",
    )
    spent, drained = energy.judged(
        "drained",
        id="energy",
        label="Energy in a year",
        unit="J",
        titles=("Within the reserve", "Battery drained"),
        cause=f"{updates} updates a year, each {time.quantity:.0f} s of a modem of {MODEM_W:g} W.",
        fixes=lab.changes(energy, CONTROLS, state, lambda **other: year_j(track, **other)),
        note="1% of the battery",
        formula=f"{updates} × {time.quantity:.3g} s × {MODEM_W:g} W",
        meaning="What the updates of a year take of the battery.",
        source=f"Battery: {sources['device.battery_wh']}. Modem: assumed",
    )
    learnt, unsure = score.judged(
        "unsure",
        id="accuracy",
        label="Accuracy",
        unit="share",
        titles=("To be published", "Too unsure"),
        cause=f"Waiting costs {WAIT_LOSS / updates:.3f}, weights left out {LEFT_LOSS * (1 - share):.3f}.",
        fixes=lab.changes(score, CONTROLS, state, accuracy),
        note="target 90%",
        formula=f"{CEILING} − {WAIT_LOSS}/{updates} − {LEFT_LOSS} × (1 − {share:.3g}) − {ROUNDING_LOSS} × 2^−{bits}",
        meaning="How often the fleet's model tells rain from whales after a year.",
        source="assumed: a proxy that falls with few updates, few weights and few bits",
    )
    drawn = lab.sweep(
        SHARE,
        share,
        lambda part: (update_s(track, bits, part), accuracy(bits, part, updates)),
        WINDOW,
        summary=f"{score.quantity:.1%} with {time.quantity:.0f} s at the surface.",
        marks=(lab.charts.limit(SURFACE_S, "two minutes", axis="x"), lab.charts.limit(TARGET, "target", kind="target")),
    )
    verdicts = (too_long, drained, unsure)
    return lab.Outcome(panels={"window": drawn}, readings=(surface, spent, learnt), verdicts=verdicts, decision=state)


CRISIS = lab.Bench(
    id="crisis",
    title="The Surface Window",
    brief=lab.Brief(
        speaker="Chief scientist",
        text="Two minutes at the surface, then I want my float below the waves. Teach it in that time, on 1% of the "
        "battery, and at 90%: below that nobody prints it.",
        short="Learn within two minutes at the surface.",
    ),
    controls=CONTROLS,
    panels=(WINDOW,),
    solve=solve,
    predictions=(
        lab.Prediction(
            id="seconds",
            question="The whole network, eight bits a weight: how many seconds at the surface for one update?",
            unit="s",
            low=1,
            high=1e5,
            truth=seconds,
            mechanisms=(
                lab.Option(id="rate", text="the link's rate", feedback="2.4 kb/s: a second for each 300 bytes."),
                lab.Option(id="sea", text="bytes lost at sea", feedback="A fifth is sent twice; the rate counts more."),
            ),
        ),
    ),
    reflection=lab.Reflection(
        prompt="What was worth more within two minutes: more of the weights, or more bits of each?",
        rubric=(
            "names the time of an update",
            "names the energy of a year",
            "names two prices",
            "names what is assumed",
        ),
        model_answer="Half the bits cost a point and save half the time, so that nearly all weights fit; then updates can "
        "be as frequent as the battery's hundredth allows.",
        weak_sample="I sent less until it was green.",
        strong_sample="Time is weights times bits over 1.9 kb/s. Four bits cost 1.2 points, half of the weights four.",
    ),
    hud=("surface", "energy", "accuracy"),
    failures=("too_long", "drained", "unsure"),
    peek=lab.equations(
        "Waves, ice, and what the ocean does in ten days.",
        surface="t = P s b / (r d)",
        energy="E = u t W",
        accuracy="a = c − w/u − l (1 − s) − q 2^−b",
    ),
    minutes=10,
)
ARGO = "https://argo.ucsd.edu/how-do-floats-work/"
ARGO_LISTENER = lab.Track(
    id="argo_listener",
    name="Argo Listener",
    persona="ocean observing engineer",
    north_star="Hear the ocean, and be under again before it finds you.",
    wall="Minutes at the surface",
    story=(
        "A float drifts a kilometre down and surfaces every ten days.",
        "It hears rain and whales, and must learn which.",
    ),
    model=lab.Model(
        name="a small sound network",
        parameters=lab.sourced(56e3, "assumed: a tenth of a keyword spotter's larger kind"),
        weights_bytes=lab.sourced(56e3, "derived: 56,000 parameters x 1 B (int8)"),
        forward_flop=lab.sourced(5e6, "assumed: 2.5 M multiply-accumulates a second of sound"),
        sample_bytes=lab.sourced(2e3, "assumed: the spectrum of one second"),
        moved_name="the network, int8",
        moved_bytes=lab.sourced(56e3, "derived: 56,000 parameters x 1 B (int8)"),
    ),
    device=lab.Device(
        name="float controller, STM32H743 class",
        memory_bytes=lab.sourced(2**20, "STM32H743, data sheet DS12110: 1 Mbyte of RAM", kind="data sheet"),
        learning_memory_bytes=lab.sourced(512 * 2**10, "assumed: half of it"),
        memory_bytes_per_s=lab.sourced(1.92e9, "derived: 480 MHz x 4 B"),
        peak_flop_per_s=lab.sourced(960e6, "derived: 480 MHz x one multiply-accumulate"),
        utilisation=lab.sourced(0.3, "assumed: a third of the peak"),
        power_w=lab.sourced(0.6, "assumed: the controller awake"),
        learning_power_w=lab.sourced(0.4, "assumed: two thirds of it"),
        battery_wh=lab.sourced(1400, "assumed: a pack of lithium cells, about 5 MJ"),
        uplink_bit_per_s=lab.sourced(2400, "Iridium, circuit-switched data: 2.4 kb/s", kind="report"),
        uplink_name="Iridium",
        round_trip_s=lab.sourced(1.8, "assumed: over a low orbit and a gateway"),
        deadline_s=lab.sourced(1, "assumed: a call is over in a second"),
        deadline_name="one call",
    ),
    fleet=lab.Fleet(
        devices=lab.sourced(4000, "Argo programme: about 4,000 floats", kind="report", url=ARGO),
        unit="floats",
        raw_bytes_per_device_day=lab.sourced(57.6e6, "derived: an hour a day of a hydrophone, 8 kHz x 2 B"),
        cap_bytes=lab.sourced(270e3, "assumed: 270 kB a float and month, beside its profiles"),
        cap_days=lab.sourced(30, "assumed: billed by 30 days"),
        cap_scope="device",
        skew_alpha=lab.sourced(0.1, "assumed: each ocean has its own whales"),
        reliability=lab.sourced(0.8, "assumed: one upload in five is lost to the waves"),
        seed=22,
    ),
    targets=lab.Targets(
        mean_accuracy=lab.sourced(0.92, "assumed: just below the proxy task's central accuracy"),
        worst_city_accuracy=lab.sourced(0.90, "assumed: two points below the mean target"),
        safety_accuracy=lab.sourced(0.90, "assumed: what a warning to ships needs"),
        epsilon=lab.sourced(2, "assumed: what the floats' owners accept"),
        epsilon_unit="float",
        extras={
            "gain_kept_share": lab.sourced(0.48, "assumed: half a mebibyte cannot hold what nine tenths would take")
        },
    ),
    crisis_name="the Surface Window",
    crisis=CRISIS,
    colour=lab.Colour(light="#1B5E8C", dark="#8CC8F0"),
    icon="broadcast",
    marker="hexagon",
    group="ocean",
    cities=("North Atlantic", "North Pacific", "Indian Ocean", "South Pacific", "Southern Ocean"),
)


@lab.hookimpl
def edgelab_tracks():
    """Register the track; its crisis comes with it."""
    return [ARGO_LISTENER]
