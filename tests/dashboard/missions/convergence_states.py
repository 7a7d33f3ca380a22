"""The convergence bench on each of the four tracks, and states of its controls drawn along their own scales."""

from dashboard.missions.convergence import BENCH
from dashboard.missions.convergence_setting import setting_of
from tests.states import TRACKS, OnTrack, drawn_states

ON = {track.id: OnTrack(track, BENCH, setting_of) for track in TRACKS}
GUARDIAN = ON["edge_guardian"]
any_state = drawn_states(*ON.values())
