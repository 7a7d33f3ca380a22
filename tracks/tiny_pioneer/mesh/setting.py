"""The Mesh Update's state: what the controls are called, where they start and what is assumed about the world."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from physics import constants
from tracks import Track, Value

Range = tuple[float, float]

FLOOD, GOSSIP, LOCAL, HUB = "flood", "gossip", "local_only", "hub"
MODES = {FLOOD: "Flood", GOSSIP: "Gossip", LOCAL: "Local-only", HUB: "Hub"}
BITS = {"int8": 8, "int4": 4, "int2": 2, "int1": 1}  # on the air, for each number of the adapter
CODINGS = {"int8": "INT8, as stored", "int4": "4 bits", "int2": "2 bits", "int1": "1 bit"}
TOPOLOGIES = {"geometric": "who is near", "regular": "random pairs", "ring": "a queue"}

PAYLOAD_BYTES: Range = (100.0, 100e3)
PERIOD_S: Range = (1.0, 3600.0)
FAN_OUT: Range = (1, 4)
ROUNDS: Range = (1, 20)
DUTY: Range = (0.005, 0.5)
DIVERSITY: Range = (0.03, 30.0)
CHURN: Range = (0.0, 0.9)

# The world of the crisis.
NODES = 200  # assumed: the hearables of one station hall and what opens off it
RELAYS_IN_RANGE = 12  # assumed, as in physics.gossip
PLACES = 12  # assumed: cafés, platforms, offices and streets, each with a sound of its own
STAY_S = 3600.0  # assumed: an hour in a place
NOISE_VARIANCE = 1.0  # of one wearer's own estimate: the unit of every error in this bench
FACTORY_GAP = 1.0  # assumed: what the factory's profile lacks everywhere, beside how places differ
REMOVED = 0.65  # assumed: share of the factory profile's error that a profile must remove to be worth its radio
HALF_BYTES = 15.0  # assumed: an adapter of so many bytes expresses half of what there is to learn
LEARNING_STEPS = 20  # assumed: windows of audio that the profile of one stay is learnt from
STACK_BYTES = 128 * 2**10  # assumed: radio stack and buffers of the isolation
SETUP_S = 1.0  # assumed: two nodes that gossip find each other, connect and learn each other's services
MESH_TRANSMISSIONS = 3  # each segment on the advertising bearer: Zephyr's default, as in physics.gossip

SOURCES = {
    "mode": "assumed: everyone tells everyone",
    "payload_bytes": "assumed: a tenth of what moves by default",
    "coding": "assumed: as stored, one byte a number",
    "period_s": "assumed: ten minutes",
    "fan_out": "assumed: two neighbours a round",
    "rounds": "assumed: five rounds a profile",
    "duty": "assumed: the radio listens a fifth of the time",
    "diversity": "assumed: places differ as much as one wearer's estimate errs",
    "churn": "derived: uploads of this fleet that do not arrive",
    "topology": "assumed: radio range decides who hears whom",
    "world": f"assumed: {NODES} hearables, {RELAYS_IN_RANGE} relays in range, {PLACES} places",
    "stay": f"assumed: {STAY_S / 60:g} min in a place",
    "factory": f"assumed: the factory profile errs by {FACTORY_GAP:g} everywhere and by the diversity besides",
    "removed": f"assumed: a profile must remove {REMOVED:.0%} of the factory's error",
    "half": f"assumed: {HALF_BYTES:g} B of adapter express half of what there is to learn",
    "quantiser": "derived: uniform steps over six standard deviations",
    "learning": f"assumed: {LEARNING_STEPS} windows a stay, backward pass of biases",
    "stack": f"assumed: {STACK_BYTES // 1024} KiB for radio stack and audio buffers",
    "ble": "nRF52840 Product Specification: 14 nJ a bit each way at 1.376 Mb/s; frames of the mesh not counted",
    "setup": f"assumed: {SETUP_S:g} s to open a connection; a hub keeps its own open",
    "bearer": "Zephyr Bluetooth mesh: 12 B a segment, three times, 20 ms apart",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Setting:
    """One state of the controls, by the names that ``solve`` receives.

    Attributes:
        mode: who hears whom; one of MODES. coding: one of CODINGS.
        payload_bytes: the adapter as stored, one byte a number [B]. period_s: from one round to the next [s].
        fan_out: neighbours a node calls in a round of gossip. rounds: of averaging for one profile.
        duty: share of the time the radio listens, 0..1.
        diversity: variance of what is true between places, in variances of one estimate.
        churn: chance to sleep through a round, 0..1. topology: one of TOPOLOGIES.
    """

    mode: str
    payload_bytes: float
    coding: str
    period_s: float
    fan_out: int
    rounds: int
    duty: float
    diversity: float
    churn: float
    topology: str

    @property
    def talks(self) -> bool:
        """Whether the radio is used at all."""
        return self.mode != LOCAL

    @property
    def air_bytes(self) -> float:
        """The adapter as it is sent [B]."""
        return self.payload_bytes * BITS[self.coding] / 8

    @property
    def relays(self) -> int:
        """How many others are in range of a node."""
        return 2 if self.topology == "ring" else RELAYS_IN_RANGE

    @property
    def target(self) -> float:
        """The most that a profile may err, in variances of one estimate."""
        return (1 - REMOVED) * self.factory

    @property
    def factory(self) -> float:
        """What the factory's profile errs by, in variances of one estimate."""
        return FACTORY_GAP + self.diversity


def setting_of(values: Mapping[str, Value]) -> Setting:
    """Return the state of a bench's controls as one object."""
    return Setting(
        mode=str(values["mode"]),
        payload_bytes=float(values["payload_bytes"]),
        coding=str(values["coding"]),
        period_s=float(values["period_s"]),
        fan_out=round(float(values["fan_out"])),
        rounds=round(float(values["rounds"])),
        duty=float(values["duty"]),
        diversity=float(values["diversity"]),
        churn=float(values["churn"]),
        topology=str(values["topology"]),
    )


def default_setting(track: Track) -> Setting:
    """Return where the controls of a track start."""
    tenth = track.model.moved_bytes / 10
    churn = min(max(1 - track.fleet.reliability, CHURN[0]), CHURN[1])
    return Setting(
        mode=FLOOD,
        payload_bytes=min(max(float(tenth), PAYLOAD_BYTES[0]), PAYLOAD_BYTES[1]),
        coding="int8",
        period_s=600.0,
        fan_out=2,
        rounds=5,
        duty=0.2,
        diversity=1.0,
        churn=float(f"{round(churn / 0.05) * 0.05:.12g}"),
        topology="geometric",
    )


def receive_w(track: Track) -> float:
    """Return what listening draws: the energy of a received bit times the bits of a connection [W]."""
    extras = track.device.extras
    joule_per_byte = extras.get("radio_receive_j_per_byte", constants.BLE_RECEIVE_J_PER_BIT * 8)
    return joule_per_byte * link_bytes_per_s(track)


def link_bytes_per_s(track: Track) -> float:
    """Return the rate of a connection [B/s], at most that of the 2M PHY."""
    return min(track.device.uplink_bit_per_s, 2e6) / 8
