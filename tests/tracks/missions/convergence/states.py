"""The convergence bench on each of the four tracks, and states of its controls sampled along their own scales."""

from tests.states import TRACKS, OnTrack, drawn_states
from tracks.missions.convergence.bench import BENCH
from tracks.missions.convergence.setting import setting_of

ON = {track.id: OnTrack(track, BENCH, setting_of) for track in TRACKS}
GUARDIAN = ON["edge_guardian"]
any_state = drawn_states(*ON.values())
