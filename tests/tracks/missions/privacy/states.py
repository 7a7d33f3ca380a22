"""The privacy bench on each of the four tracks, and states of its controls sampled along their own scales."""

from tests.states import TRACKS, OnTrack, drawn_states
from tracks.missions.privacy.bench import BENCH
from tracks.missions.privacy.setting import setting_of


class Privacy(OnTrack):
    """The bench with states that promise something."""

    def __init__(self, track):
        super().__init__(track, BENCH, setting_of)

    def private(self, **values):
        """Return a state that adds noise, with a delta below one in the fleet."""
        return self.state(**{"deployment": "federated_dp", "delta": 0.1 / self.track.fleet.devices, **values})


ON = {track.id: Privacy(track) for track in TRACKS}
GUARDIAN, PIONEER = ON["edge_guardian"], ON["tiny_pioneer"]
any_state = drawn_states(*ON.values())
