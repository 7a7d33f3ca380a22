"""What a state of the Mesh Update costs on the air, in joules and in SRAM."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from physics.energy import radio_energy_j, training_flop_ratio
from physics.gossip import ble_time_s, flood_time_s
from physics.validation import as_float
from tracks import Track
from tracks.tiny_pioneer.mesh.setting import (
    FLOOD,
    GOSSIP,
    HUB,
    LEARNING_STEPS,
    LOCAL,
    MESH_TRANSMISSIONS,
    NODES,
    SETUP_S,
    STACK_BYTES,
    STAY_S,
    Setting,
    link_bytes_per_s,
    receive_w,
)

# Biases train, weights do not: the backward pass carries gradients through and computes none for weights.
FLOP_RATIO = float(training_flop_ratio(input_gradient_share=1.0, trained_share=0.0))


@dataclass(frozen=True, kw_only=True, slots=True)
class Costs:
    """What a state costs the device that pays most.

    Attributes:
        air_s: time on the air that a round takes where nodes share a channel [s]; window_s: what there is of it [s].
        round_s: from one round to the next, which waits for the air [s]. age_s: of a finished profile [s].
        listening_w, sending_w, learning_w: mean power of each [W].
        sram: adapters held at once [B]; sram_free: what there is for them [B].
        learning_s, learning_j: of the profile of one stay. radio_s, radio_j: of the rounds behind one profile.
        delivered: share of its rounds in which a node receives a profile, 0..1.
    """

    air_s: float
    window_s: float
    round_s: float
    age_s: float
    listening_w: float
    sending_w: float
    learning_w: float
    sram: float
    sram_free: float
    learning_s: float
    learning_j: float
    radio_s: float
    radio_j: float
    delivered: float

    @property
    def saturation(self) -> float:
        """Share of the windows that the traffic takes; above 1 it does not fit."""
        return self.air_s / self.window_s

    @property
    def power_w(self) -> float:
        """Learning and radio together [W]."""
        return self.listening_w + self.sending_w + self.learning_w


@lru_cache(maxsize=4096)
def segments_s(air_bytes: float) -> float:
    """Return the time of one payload over one hop of the mesh [s]."""
    return float(ble_time_s(air_bytes, mode="mesh"))


@lru_cache(maxsize=4096)
def connected_s(air_bytes: float) -> float:
    """Return the time of one payload over an open connection [s]."""
    return float(ble_time_s(air_bytes, mode="2M"))


def call_s(air_bytes: float) -> tuple[float, bool]:
    """Return the time of a call and its answer [s], and whether the mesh carries them.

    Partners change with every round: either mesh segments, or a connection that has to be opened first.
    """
    by_mesh, by_connection = 2 * segments_s(air_bytes), SETUP_S.value + 2 * connected_s(air_bytes)
    return min(by_mesh, by_connection), by_mesh <= by_connection


@lru_cache(maxsize=4096)
def flood_s(air_bytes: float, relays: int) -> float:
    """Return the time until every node has every profile, the radio always on [s]."""
    return float(flood_time_s(NODES, payload_bytes=air_bytes, mode="mesh", degree=relays))


def air_s(setting: Setting) -> float:
    """Return the time that one round takes on the channel that the nodes in range of each other share [s]."""
    if setting.mode == LOCAL:
        return 0.0
    if setting.mode == FLOOD:
        return flood_s(setting.air_bytes, setting.relays)
    if setting.mode == HUB:  # each member sends its profile and receives the mean
        return 2 * setting.relays * connected_s(setting.air_bytes)
    # Every node of a neighbourhood calls, and is answered. Who sleeps does not call; calls to sleepers are repeated.
    return (setting.relays + 1) * calls(setting) * call_s(setting.air_bytes)[0]


def calls(setting: Setting) -> int:
    """Return how many neighbours a node calls in a round, of those it has."""
    return min(setting.fan_out, setting.relays)


@dataclass(frozen=True, kw_only=True, slots=True)
class Rates:
    """What of a track the costs depend on; hashable, so that costs can be cached.

    Attributes:
        listen_w: what a listening radio draws [W]. send_j: of a byte sent [J]. learning_w: of the device [W].
        learning_s: of the profile of one stay [s]. sram_free: for adapters, beside network, radio and audio [B].
    """

    listen_w: float
    send_j: float
    learning_w: float
    learning_s: float
    sram_free: float


def rates(track: Track) -> Rates:
    """Return the rates of a track.

    Raises:
        ValueError: the device does not compute, or learning may draw nothing.
    """
    device = track.device
    flop = as_float("forward_flop", device.extras.get("window_flop", track.model.forward_flop), low=0, low_open=True)
    speed = as_float("peak_flop_per_s x utilisation", device.peak_flop_per_s * device.utilisation, low=0, low_open=True)
    return Rates(
        listen_w=receive_w(track),
        send_j=_send_j_per_byte(link_bytes_per_s(track)),
        learning_w=as_float("learning_power_w", device.learning_power_w, low=0, low_open=True),
        learning_s=LEARNING_STEPS.value * FLOP_RATIO * flop / speed,
        sram_free=max(device.memory_bytes - track.model.weights_bytes - STACK_BYTES.value, 1.0),
    )


@lru_cache(maxsize=16_384)
def costs(setting: Setting, device: Rates) -> Costs:
    """Return what a state costs a device of these rates."""
    learning_s = device.learning_s
    learning_j = learning_s * device.learning_w
    air, window = air_s(setting), setting.duty * setting.period_s
    round_s = max(setting.period_s, air / setting.duty)
    rounds = setting.rounds if setting.talks else 0
    listening_w = setting.duty * device.listen_w if setting.talks else 0.0
    sent_j = _sent_bytes(setting) * device.send_j
    return Costs(
        air_s=air,
        window_s=window,
        round_s=round_s,
        age_s=rounds * round_s if rounds else learning_s,
        listening_w=listening_w,
        sending_w=sent_j / round_s,
        learning_w=learning_j / max(STAY_S.value, learning_s),
        sram=_held_bytes(setting),
        sram_free=device.sram_free,
        learning_s=learning_s,
        learning_j=learning_j,
        radio_s=rounds * round_s * setting.duty,
        radio_j=rounds * (round_s * listening_w + sent_j),
        delivered=_delivered(setting),
    )


@lru_cache(maxsize=16)
def _send_j_per_byte(bytes_per_s: float) -> float:
    return float(radio_energy_j(1.0, radio="ble", rate_bytes_per_s=bytes_per_s, isolated=False))


def _sent_bytes(setting: Setting) -> float:
    """Return what the node that sends most puts on the air in a round, repetitions included [B]."""
    repeated = MESH_TRANSMISSIONS.value if call_s(setting.air_bytes)[1] else 1
    copies = {
        LOCAL: 0,
        FLOOD: NODES * MESH_TRANSMISSIONS.value,  # it relays everyone's
        GOSSIP: 2 * calls(setting) * repeated,  # it calls, and is called as often
        HUB: setting.relays,  # the hub answers its members
    }
    return copies[setting.mode] * setting.air_bytes


def _held_bytes(setting: Setting) -> float:
    """Return the adapters that the busiest node holds: its own, a sum of 16 bits, and those under way, as sent [B]."""
    own = setting.payload_bytes
    if setting.mode == LOCAL:
        return own
    under_way = {FLOOD: setting.relays, GOSSIP: calls(setting), HUB: setting.relays}[setting.mode]
    return 3 * own + under_way * setting.air_bytes


def _delivered(setting: Setting) -> float:
    """Return the share of its rounds in which a node receives a profile: it is awake, and with a hub both are."""
    if setting.mode == LOCAL:
        return 1.0
    awake = 1 - setting.churn
    return awake**2 * (1 - setting.hub_sleep) if setting.mode == HUB else awake
