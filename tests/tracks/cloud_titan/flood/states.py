"""The Personalization Flood on its track, and states of its controls sampled along their own scales."""

from tests.states import OnTrack, drawn_states
from tracks.cloud_titan.flood.bench import BENCH
from tracks.cloud_titan.flood.setting import node_of, setting_of
from tracks.cloud_titan.track import CLOUD_TITAN

TITAN, ON_TITAN = CLOUD_TITAN, OnTrack(CLOUD_TITAN, BENCH, setting_of)
FLOOD, state, setting, run = ON_TITAN.bench, ON_TITAN.state, ON_TITAN.setting, ON_TITAN.run
NODE = node_of(CLOUD_TITAN)
GB, TB = 1e9, 1e12
any_state = drawn_states(ON_TITAN).map(lambda drawn: drawn[1])
