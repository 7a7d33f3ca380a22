"""The Mesh Update's state: what the controls are called, where they start and what is assumed about its hall."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from physics import constants
from physics.sources import Sourced, source
from tracks import Track, Value
from tracks.api.fixes import Scale

FLOOD, GOSSIP, LOCAL, HUB = "flood", "gossip", "local_only", "hub"
MODES = {FLOOD: "Flood", GOSSIP: "Gossip", LOCAL: "Local-only", HUB: "Hub"}
BITS = {"int8": 8, "int4": 4, "int2": 2, "int1": 1}  # on the air, for each number of the adapter
CODINGS = {"int8": "INT8, as stored", "int4": "4 bits", "int2": "2 bits", "int1": "1 bit"}
TOPOLOGIES = {"geometric": "who is near", "regular": "random pairs", "ring": "a queue"}

PAYLOAD_BYTES = Scale(100.0, 100e3, log=True)
PERIOD_S = Scale(1.0, 3600.0, log=True)
FAN_OUT = Scale(1, 4)
ROUNDS = Scale(1, 20, log=True)
DUTY = Scale(0.005, 0.5, log=True)
DIVERSITY = Scale(0.03, 30.0, log=True)
CHURN = Scale(0.0, 0.9)
HUB_SLEEP = Scale(0.0, 0.95)

# The hall. Its places are cafés, platforms, offices and streets, each with a sound of its own.
NODES, RELAYS_IN_RANGE, PLACES = 200, 12, 12
HALL = source(f"assumed: {NODES} hearables, {RELAYS_IN_RANGE} relays in range, {PLACES} places")

NOISE_VARIANCE = 1.0  # of one wearer's own estimate: the unit of every error in this bench
STAY_S = Sourced(3600.0, source("assumed: 60 min in a place"))
FACTORY_GAP = Sourced(1.0, source("assumed: the factory profile errs by 1 everywhere and by the diversity besides"))
REMOVED = Sourced(0.65, source("assumed: a profile must remove 65% of the factory's error"))
HALF_BYTES = Sourced(15.0, source("assumed: 15 B of adapter express half of what there is to learn"))
LEARNING_STEPS = Sourced(20, source("assumed: 20 windows a stay, backward pass of biases"))
STACK_BYTES = Sourced(128 * 2**10, source("assumed: 128 KiB for radio stack and audio buffers"))
SETUP_S = Sourced(1.0, source("assumed: 1 s to open a connection; a hub keeps its own open"))
MESH_TRANSMISSIONS = Sourced(
    3, source("Zephyr Bluetooth mesh: 12 B a segment, three times, 20 ms apart", kind="code")
)  # as in physics.gossip


@dataclass(frozen=True, kw_only=True, slots=True)
class Setting:
    """One state of the controls, by the names that ``solve`` receives.

    Attributes:
        mode: how profiles are exchanged; one of MODES. coding: one of CODINGS.
        payload_bytes: the adapter as stored, one byte a number [B]. period_s: from one round to the next [s].
        fan_out: neighbours a node calls in a round of gossip. rounds: of averaging for one profile.
        duty: share of the time the radio listens, 0..1.
        diversity: variance of what is true between places, in variances of one estimate.
        churn: chance to sleep through a round, 0..1. hub_sleep: that of a hub besides. topology: one of TOPOLOGIES.
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
    hub_sleep: float
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
        return (1 - REMOVED.value) * self.factory

    @property
    def factory(self) -> float:
        """What the factory's profile errs by, in variances of one estimate."""
        return FACTORY_GAP.value + self.diversity


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
        hub_sleep=float(values["hub_sleep"]),
        topology=str(values["topology"]),
    )


def default_setting(track: Track) -> Setting:
    """Return where the controls of a track start."""
    return setting_of({name: default.value for name, default in defaults(track).items()})


def defaults(track: Track) -> Mapping[str, Sourced[Any]]:
    """Return where each control of a track starts, and why there."""
    return _defaults(track.model.moved_bytes, track.fleet.reliability)


@lru_cache(maxsize=16)
def _defaults(moved_bytes: float, reliability: float) -> Mapping[str, Sourced[Any]]:
    payload_bytes = min(max(float(moved_bytes / 10), PAYLOAD_BYTES.low), PAYLOAD_BYTES.high)
    churn = min(max(1 - reliability, CHURN.low), CHURN.high)
    on_its_slider = float(f"{round(churn / 0.05) * 0.05:.12g}")
    return {
        "mode": Sourced(FLOOD, source("assumed: everyone tells everyone")),
        "payload_bytes": Sourced(payload_bytes, source("assumed: a tenth of what moves by default")),
        "coding": Sourced("int8", source("assumed: as stored, one byte a number")),
        "period_s": Sourced(600.0, source("assumed: ten minutes")),
        "fan_out": Sourced(2, source("assumed: two neighbours a round")),
        "rounds": Sourced(5, source("assumed: five rounds a profile")),
        "duty": Sourced(0.2, source("assumed: the radio listens a fifth of the time")),
        "diversity": Sourced(1.0, source("assumed: places differ as much as one wearer's estimate errs")),
        "churn": Sourced(on_its_slider, source("derived: uploads of this fleet that do not arrive")),
        "hub_sleep": Sourced(0.0, source("assumed: a hub sleeps no more than others")),
        "topology": Sourced("geometric", source("assumed: radio range decides who hears whom")),
    }


def receive_w(track: Track) -> float:
    """Return what listening draws: the energy of a received bit times the bits of a connection [W]."""
    extras = track.device.extras
    joule_per_byte = extras.get("radio_receive_j_per_byte", constants.BLE_RECEIVE_J_PER_BIT * 8)
    return joule_per_byte * link_bytes_per_s(track)


def link_bytes_per_s(track: Track) -> float:
    """Return the rate of a connection [B/s], at most that of the 2M PHY."""
    return min(track.device.uplink_bit_per_s, 2e6) / 8
