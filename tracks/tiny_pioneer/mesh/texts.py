"""What the Mesh Update says before the lock, and the equations behind it: brief, question, Peek."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

import numpy as np

from physics.gossip import MESH_SEGMENT_BYTES, consensus_rms, spectrum
from tracks import Brief, Option, Outcome, Peek, PeekLine, Prediction, Term, Track, Truth, Value
from tracks.api.quantities import in_words, three_digits
from tracks.tiny_pioneer.mesh.model.costs import costs, flood_s, quality, rates, segments_s
from tracks.tiny_pioneer.mesh.model.places import hall
from tracks.tiny_pioneer.mesh.readings import described, origins, worse_limit
from tracks.tiny_pioneer.mesh.setting import (
    FLOOD,
    HALF_BYTES,
    NODES,
    PLACES,
    RELAYS_IN_RANGE,
    REMOVED,
    SOURCES,
    STAY_S,
    Setting,
    default_setting,
    setting_of,
)


def brief(track: Track) -> Brief:
    """Return the stakeholder's message, with the track's own words where it brings them."""
    start = default_setting(track)
    share = in_words(1 - worse_limit(track), "share")
    unit, power = track.fleet.unit, in_words(track.device.learning_power_w, "W")
    text = (
        f"{NODES} {unit} share a station hall with {PLACES} places in it: cafés, platforms, offices, streets. Each has "
        f"learnt a profile of the sound around it, an adapter of {in_words(start.payload_bytes, 'B')}, from too little "
        f"audio. The plan is that everyone sends it to everyone over Bluetooth mesh. Learning and radio have {power}, "
        f"a wearer stays {in_words(STAY_S, 's')}, and sharing must leave {share} of the wearers no worse off. Flood, "
        "gossip, appoint hubs, or keep silent?"
    )
    return Brief(
        speaker=track.texts.get("crisis_speaker", "Systems fellow"),
        text=track.texts.get("crisis_text", text),
        short=track.texts.get(
            "crisis_short",
            "The Systems fellow asks whether to flood the mesh, to gossip, to appoint hubs or to be silent.",
        ),
        invariant="A profile learnt alone is noisy: its error is the variance of one estimate, 1. Averaging with "
        "others lowers that noise and mixes in what is true elsewhere. Both are paid by the air, which nodes in range "
        "of each other share, and by listening, which costs power whether or not someone sends. A profile counts as "
        f"worth it when it removes {in_words(REMOVED, 'share')} of the error of the factory’s profile, which errs more "
        "the more places differ.",
    )


# --- prediction ------------------------------------------------------------------------------------------------------


def predictions(track: Track) -> tuple[Prediction, ...]:
    """Return the bench's one lock: how long everyone takes to hear everyone by flooding."""
    start = default_setting(track)
    return (
        Prediction(
            id="flood_time",
            question=f"{NODES} {track.fleet.unit} flood their adapters, each of {in_words(start.payload_bytes, 'B')}, "
            "and every node relays every adapter once. How long until everyone has heard everyone?",
            unit="s",
            low=1e-3,
            high=1e10,
            scenario={
                "mode": FLOOD,
                "payload_bytes": start.payload_bytes,
                "coding": start.coding,
                "topology": start.topology,
            },
            given=(
                ("Bearer", f"Bluetooth mesh: {MESH_SEGMENT_BYTES} B a segment, sent three times, 20 ms apart"),
                ("In range of a node", f"{RELAYS_IN_RANGE} relays, which share its channel"),
                ("Radio", "always on"),
            ),
            truth=truth,
            mechanisms=_mechanisms(track),
            right="decade",
            tolerance=0.5,
        ),
    )


def truth(track: Track, **controls: Value) -> Truth:  # noqa: ARG001 - the state names all that counts
    """Return the time of a flood with the radio always on, as the product that makes it [s]."""
    setting = setting_of(controls)
    segments = float(np.ceil(setting.air_bytes / MESH_SEGMENT_BYTES))
    return Truth(
        value=flood_s(setting.air_bytes, setting.relays),
        terms=(
            Term(name="Adapters, one a node", value=float(NODES)),
            Term(name="Relays in range, which take turns", value=float(setting.relays)),
            Term(name="Segments of an adapter", value=segments),
            Term(name="Seconds a segment", value=segments_s(float(MESH_SEGMENT_BYTES))),
        ),
        combine="product",
    )


@lru_cache(maxsize=16)
def hops_across(topology: str, map_seed: int) -> int:
    """Return the hops between the two nodes that are furthest apart, where every node can be reached."""
    one, other = hall(topology, map_seed).links.T
    near = np.eye(NODES, dtype=np.float32)
    near[one, other] = near[other, one] = 1.0
    reached, hops = near, 1
    while ((further := (reached @ near > 0).astype(np.float32)) != reached).any():
        reached, hops = further, hops + 1
    return hops


def _mechanisms(track: Track) -> tuple[Option, ...]:
    start = default_setting(track)
    hop = segments_s(start.air_bytes)
    hops = hops_across(start.topology, track.fleet.seed)
    total = flood_s(start.air_bytes, start.relays)
    return (
        Option(
            id="relaying",
            text="Everyone relays everyone’s, on one channel",
            feedback=f"{NODES} adapters, each repeated by {start.relays} relays that take turns: "
            f"{in_words(NODES * start.relays, 'times')} the time of one payload. This product sets the order of "
            "magnitude.",
        ),
        Option(
            id="rate",
            text="The slow bearer",
            feedback=f"One adapter on one free hop takes {in_words(hop, 's')}. That is a factor of the answer; alone "
            f"it would be {in_words(total / hop, 'x')} too short.",
        ),
        Option(
            id="hops",
            text="The hops across the hall",
            feedback=f"The furthest two are {hops} hops apart: one adapter crosses in {in_words(hops * hop, 's')}. "
            "Hops delay a message; they do not make the channel wider.",
        ),
        Option(
            id="losses",
            text="Collisions and lost messages",
            feedback="They make it longer still and are not in this product. Sending each segment three times, which "
            "is in it, is the mesh’s answer to them.",
        ),
    )


# --- Peek ------------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=256)
def disagreement(topology: str, rounds: int, map_seed: int) -> float:
    """Return what is left of the disagreement when everyone in range is heard and nobody sleeps."""
    eigenvalues = spectrum(topology, NODES, degree=RELAYS_IN_RANGE, seed=map_seed)
    return float(consensus_rms(eigenvalues, rounds))


_READINGS = (
    ("error", "Profile error", "error = σ² kept + τ² mixed in + q rounded + (g + τ²) h / (h + bytes);  target "
     "(1 − removed)(g + τ²)"),
    ("as_good", "As good as local", "node i: σ² kept + q rounded + τ² mixed_i ≤ σ²"),
    ("age", "Profile age", "age = rounds × max(period, air / duty)"),
    ("air", "Air in use", "flood: N d t(bytes);  gossip: (d + 1) fan-out min(2 t(bytes), set-up + 2 c(bytes));  hub: "
     "2 d c(bytes);  over duty × period"),
    ("power", "Power", "P = duty × e_rx rate + e_tx bytes sent / period + learning / stay"),
    ("communication_to_compute", "Radio / learning", "radio / (delivered × learning);  delivered = 1 − churn, or its "
     "square where a hub must be awake too"),
)  # fmt: skip


def peek(track: Track, outcome: Outcome, **controls: Value) -> Peek:
    """Return the equations with the numbers of a state, as its readings have them."""
    setting = setting_of(controls)
    rounds = setting.rounds if setting.talks else 0
    spent = costs(setting, rates(track))
    lines = [
        PeekLine(name=name, equation=equation, numbers=reading.formula, source=reading.source)
        for name, equation, reading in (
            (name, equation, outcome.reading(reading_id)) for reading_id, name, equation in _READINGS
        )
    ]
    lines += [
        PeekLine(
            name="Agreement",
            equation="rms(t) = √(mean over i > 0 of λ_i^(2t)), of W with Metropolis weights, all neighbours awake",
            numbers=f"after {rounds} rounds {three_digits(disagreement(setting.topology, rounds, track.fleet.seed))} "
            "of the disagreement would be left",
            source=origins(track, setting, "topology", "world"),
        ),
        PeekLine(
            name="SRAM",
            equation="own + 16-bit sum + those under way ≤ SRAM − network − stack",
            numbers=f"{described(setting)}: {in_words(spent.sram, 'iB')} of {in_words(spent.sram_free, 'iB')}",
            source=origins(track, setting, "device.memory_bytes", "model.weights_bytes", "stack"),
        ),
    ]
    return Peek(
        lines=tuple(lines),
        leaves_out="Collisions, and segments lost beyond what three transmissions mend. Frames and headers of the "
        "mesh, so that sending costs more than it says; listening outweighs it all the same. Connections of hubs that "
        "meet on one channel. Wearers who walk while rounds run. That a profile of few bytes expresses a fixed share, "
        f"half at {three_digits(HALF_BYTES)} B, is {SOURCES['half'].partition(':')[0]}; so is one number for how "
        "places differ. A node does not know in which place a neighbour is: to tell would be the next design to try.",
    )


# --- what the closing texts quote ------------------------------------------------------------------------------------


def tried(track: Track, **changes: Value) -> Setting:
    """Return the default setting of a track with some controls changed."""
    start = default_setting(track)
    values: Mapping[str, Value] = {
        name: getattr(start, name) for name in start.__dataclass_fields__ if name not in changes
    }
    return setting_of({**values, **changes})


def error_of(track: Track, setting: Setting) -> float:
    """Return the mean error of a setting's profiles."""
    return quality(track, setting, seed=0).error
