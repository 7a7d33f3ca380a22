"""One state of the paradox's controls: what it is made of, how far each control reaches, and where it starts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple

from physics.sources import Sourced, source
from physics.units import KB, SECONDS_PER_DAY, TB
from tracks import Value

Direction = Literal["upload", "both"]
Context = Literal["centralised", "federated"]
Range = tuple[float, float]

# What the sliders reach; a track whose own numbers lie beyond stretches them.
PARTICIPATION: Range = (0.001, 0.1)
MOVED_BYTES: Range = (1 * KB, 1 * TB)
COMPRESSION: Range = (1, 100)
ROUNDS_PER_DAY: Range = (1, 100)
FLEET: Range = (1e3, 1e9)
RAW_BYTES: Range = (100, 10 * TB)
UPLINK: Range = (1e3, 1e12)

# Where the decisions start; what the track itself says of fleet, data and uplink has its source there.
DEFAULT_PARTICIPATION = Sourced(
    0.01, source("assumed: one device in a hundred, the share of the keyboard illustration")
)
DEFAULT_ROUNDS_PER_DAY = Sourced(10, source("assumed: ten rounds a day, the rate of the keyboard illustration"))
DEFAULT_COMPRESSION = Sourced(1.0, source("assumed: none to begin with"))
DEFAULT_DIRECTION: Sourced[Direction] = Sourced(
    "upload",
    source("assumed: published codecs compress updates, so the download stays whole unless the switch says so"),
)


class Setting(NamedTuple):
    """One state of the controls; a tuple, because a slider that moves has some of its neighbours made.

    Attributes:
        participation: share of the fleet in one round. moved_bytes: one direction, uncompressed [B].
        compression: factor on the legs that ``direction`` names. rounds_per_day: [1/day].
        context: which of the two regimes the student looks from.
        fleet: devices. raw_bytes: of one device and day [B]. uplink: of one device [bit/s].
    """

    participation: float
    moved_bytes: float
    compression: float
    direction: Direction
    rounds_per_day: float
    context: Context
    fleet: float
    raw_bytes: float
    uplink: float

    @property
    def upload_bytes(self) -> float:
        """One device, one round, up [B]."""
        return self.moved_bytes / self.compression

    @property
    def download_bytes(self) -> float:
        """One device, one round, down [B]: whole unless both ways are compressed."""
        return self.upload_bytes if self.direction == "both" else self.moved_bytes

    @property
    def turns_per_day(self) -> float:
        """How often the mean device takes part in a day."""
        return self.participation * self.rounds_per_day

    @property
    def interval_s(self) -> float:
        """From one round to the next [s]."""
        return SECONDS_PER_DAY / self.rounds_per_day


def setting_of(values: Mapping[str, Value]) -> Setting:
    """Return the state that the bench's controls describe."""
    return Setting(**values)  # type: ignore[arg-type]


def stretched(limits: Range, value: float) -> Range:
    """Return the range, stretched to hold a track's own value."""
    return min(limits[0], value), max(limits[1], value)
