"""What the Mesh Update shows before the lock: brief and question, with the numbers of the track."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

import numpy as np

from physics.gossip import MESH_SEGMENT_BYTES
from tracks import Again, Brief, Option, Prediction, Route, Term, Track, Truth, Value
from tracks.api.quantities import in_words
from tracks.tiny_pioneer.mesh.airtime import AIRTIME
from tracks.tiny_pioneer.mesh.model.costs import flood_s, segments_s
from tracks.tiny_pioneer.mesh.model.places import hall
from tracks.tiny_pioneer.mesh.setting import (
    FLOOD,
    NODES,
    PLACES,
    RELAYS_IN_RANGE,
    REMOVED,
    STAY_S,
    default_setting,
    setting_of,
)
from tracks.tiny_pioneer.mesh.state import worse_limit


def brief(track: Track) -> Brief:
    """Return the stakeholder's message, with the track's own texts where it has them."""
    start = default_setting(track)
    share = in_words(1 - worse_limit(track), "share")
    unit, power = track.fleet.unit, in_words(track.device.learning_power_w, "W")
    text = (
        f"{NODES} {unit} of {in_words(track.fleet.devices, '')} share a hall of {PLACES} places. Each has learnt a "
        f"profile of the sound around it, {in_words(start.payload_bytes, 'B')}, from too little audio. The plan: "
        "everyone sends it to everyone. "
        f"Learning and radio have {power}, a wearer stays {in_words(STAY_S.value, 's')}, {share} must be no worse "
        "off. Flood, gossip, appoint hubs, or keep silent?"
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
        f"worth it when it removes {in_words(REMOVED.value, 'share')} of the error of the factory’s profile, which "
        "errs more the more places differ.",
    )


# --- prediction ------------------------------------------------------------------------------------------------------


def predictions(track: Track) -> tuple[Prediction, ...]:
    """Return the bench's one lock: the time until every node has every profile by flooding."""
    start = default_setting(track)
    return (
        Prediction(
            id="flood_time",
            question=f"{NODES} {track.fleet.unit} flood their adapters, and every node relays every adapter once. How "
            "long until everyone has heard everyone?",
            unit="s",
            low=1e-12,
            high=1e30,
            reference=("an hour", 3600.0, 1e4),
            scenario={
                "mode": FLOOD,
                "payload_bytes": start.payload_bytes,
                "coding": start.coding,
                "topology": start.topology,
            },
            given=(
                ("Bearer", f"Bluetooth mesh: {MESH_SEGMENT_BYTES} B a segment, sent three times, 20 ms apart"),
                ("In range of a node", f"{RELAYS_IN_RANGE} relays, on one channel"),
                ("Radio", "always on"),
            ),
            truth=truth,
            mechanisms=_mechanisms(track),
            right="decade",
            tolerance=0.5,
            marks=marks,
            routes=_routes(track),
            reason="relaying",
            again=Again(
                values={"payload_bytes": (1000.0, 100_000.0), "coding": ("int4", "int8")},
                given=(
                    ("Bearer", f"Bluetooth mesh: {MESH_SEGMENT_BYTES} B a segment, sent three times, 20 ms apart"),
                    ("In range of a node", f"{RELAYS_IN_RANGE} relays, on one channel"),
                ),
            ),
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


def marks(track: Track, value: float) -> Mapping[str, tuple[float, float]]:
    """Return where a predicted time stands: over the adapter that the question floods [B, s]."""
    return {AIRTIME: (default_setting(track).payload_bytes, value)}


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


def _one_hop(track: Track, **controls: Value) -> float:  # noqa: ARG001 - the state names all that counts
    return segments_s(setting_of(controls).air_bytes)


def _across(track: Track, **controls: Value) -> float:
    setting = setting_of(controls)
    return hops_across(setting.topology, track.fleet.seed) * segments_s(setting.air_bytes)


def _one_after_another(track: Track, **controls: Value) -> float:  # noqa: ARG001
    return NODES * segments_s(setting_of(controls).air_bytes)


def _at_the_radio_rate(track: Track, **controls: Value) -> float:
    return 8 * NODES * setting_of(controls).air_bytes / track.device.uplink_bit_per_s


def _routes(track: Track) -> tuple[Route, ...]:
    """Return the tempting ways to another time."""
    start = default_setting(track)
    hop, hops = in_words(segments_s(start.air_bytes), "s"), hops_across(start.topology, track.fleet.seed)
    relays = f"{start.relays} relays in range repeat every one of them on the same channel"
    return (
        Route(
            name="one adapter over one hop",
            value=_one_hop,
            why=f"{hop} is one of {NODES} adapters, sent once; {relays}.",
        ),
        Route(
            name="one adapter across the hall",
            value=_across,
            why=f"{hops} hops × {hop} is the delay of one adapter; there are {NODES}, and {relays}.",
        ),
        Route(
            name="the adapters one after another",
            value=_one_after_another,
            why=f"{NODES} × {hop} has everyone send once; {relays}.",
        ),
        Route(
            name="all bytes at the rate of the radio",
            value=_at_the_radio_rate,
            why=f"{NODES} × {in_words(start.air_bytes, 'B')} at {in_words(track.device.uplink_bit_per_s, 'bit/s')} is "
            f"a connection’s rate; mesh sends {MESH_SEGMENT_BYTES} B a segment, three times, 20 ms apart.",
        ),
    )


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
