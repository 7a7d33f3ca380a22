"""Everything that follows from one state of the memory bench, and the three quantities that have a limit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from physics.units import DAYS_PER_MONTH
from tracks import Track
from tracks.api.outcome import Limit
from tracks.missions.memory.accuracy_gain import gain_kept, gain_target
from tracks.missions.memory.costs import WEEKS_PER_MONTH, Costs, Step, costs, heaviest_update, step_of
from tracks.missions.memory.networks import Network, network_of
from tracks.missions.memory.setting import Setting

OUT_OF_MEMORY, BELOW_QUALITY, HEAVY_UPDATE = "out_of_memory", "below_quality", "update_too_heavy"
FAILURES = (OUT_OF_MEMORY, BELOW_QUALITY, HEAVY_UPDATE)
COMFORT = 0.9  # of the budget: what is left beyond covers an allocator's slack
GAIN_SCALE = 0.2  # twenty points of the gain weigh as much as a budget twice over


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class State:
    """One state of the controls with what it takes and the share of the gain it keeps; ``limits`` are by failure."""

    track: Track
    network: Network
    setting: Setting
    costs: Costs
    step: Step
    gain: float
    limits: Mapping[str, Limit]

    @property
    def budget(self) -> float:
        """What a step may take [B]."""
        return self.limits[OUT_OF_MEMORY].limit

    @property
    def target(self) -> float:
        """The share of full fine-tuning's gain that is good enough."""
        return self.limits[BELOW_QUALITY].limit


def evaluate(track: Track, setting: Setting) -> State:
    """Return everything that follows from a setting on a track."""
    network = network_of(track)
    spent, gain = costs(network, setting), gain_kept(network, setting)
    budget = float(track.device.learning_memory_bytes)
    return State(
        track=track,
        network=network,
        setting=setting,
        costs=spent,
        step=step_of(track, network, setting, spent),
        gain=gain,
        limits={
            OUT_OF_MEMORY: Limit(quantity=spent.total, limit=budget, warn=COMFORT * budget),
            BELOW_QUALITY: Limit(quantity=gain, limit=gain_target(track), at_most=False, scale=GAIN_SCALE),
            HEAVY_UPDATE: Limit(
                quantity=spent.payload,
                limit=heaviest_update(track, WEEKS_PER_MONTH),
                warn=heaviest_update(track, DAYS_PER_MONTH),
            ),
        },
    )
