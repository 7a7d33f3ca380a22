"""The Fleet Learning Drift on its own track, and states of its controls sampled along their own scales."""

from tests.states import OnTrack, drawn_states
from tracks.edge_guardian.drift.bench import BENCH
from tracks.edge_guardian.drift.setting import setting_of
from tracks.edge_guardian.track import EDGE_GUARDIAN

GUARDIAN = OnTrack(EDGE_GUARDIAN, BENCH, setting_of)
DECISIONS = GUARDIAN.decisions()

# Designs that win, each in a different way.
DEPOT = {"when": "depot", "local_steps": 8}
SPOKEN_FOR = {"algorithm": "scaffold", "vehicles_per_round": 10, "kernel_s": 0.002}
PARKED = {"algorithm": "scaffold", "rounds_per_day": 1.5, "when": "parked", "local_steps": 20}

any_state = drawn_states(GUARDIAN).map(lambda drawn: drawn[1])
