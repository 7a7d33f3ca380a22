"""The paradox on each of the four tracks, and states of its controls sampled along their own scales."""

import pytest

from tests.states import TRACKS, OnTrack, drawn_states, plain
from tracks.missions.paradox.bench import BENCH


class Paradox(OnTrack):
    """The bench with its presets."""

    def __init__(self, track):
        super().__init__(track, BENCH)

    def preset(self, name):
        """Return the state of a preset."""
        return self.state(**next(item for item in self.bench.presets if item.id == name).values)


BENCHES = {track.id: Paradox(track) for track in TRACKS}


@pytest.fixture(scope="session", params=list(BENCHES))
def paradox(request):
    """Each track in turn."""
    return BENCHES[request.param]


@pytest.fixture(scope="session")
def on():
    """Return the paradox of a track by its id."""
    return BENCHES.__getitem__


@pytest.fixture(scope="session")
def any_state():
    """Sample a track and a state of its controls."""
    return drawn_states(*BENCHES.values())


@pytest.fixture(scope="session")
def spelled():
    """Return the function that replaces special spaces of a text by plain ones."""
    return plain
