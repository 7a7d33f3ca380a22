"""The paradox on each of the four tracks, and states of its controls drawn along their own scales."""

import math

import pytest
from hypothesis import strategies as st

from dashboard.missions.paradox import BENCH
from tracks import Slider
from tracks.cloud_titan import CLOUD_TITAN
from tracks.edge_guardian import EDGE_GUARDIAN
from tracks.mobile_nomad import MOBILE_NOMAD
from tracks.tiny_pioneer import TINY_PIONEER


class Paradox:
    """The bench settled on one track; no dataclass, so that a failing example prints its name and not all its texts."""

    def __init__(self, track):
        self.track = track
        self.bench = BENCH.on(track)

    def __repr__(self):
        return f"the paradox on {self.track.id}"

    def state(self, **values):
        """Return the defaults with some values replaced, each as its control reads it."""
        return self.bench.read(self.bench.defaults() | values)

    def preset(self, name):
        """Return the state of a preset."""
        return self.state(**next(item for item in self.bench.presets if item.id == name).values)

    def run(self, **values):
        """Solve the defaults with some values replaced."""
        return self.bench.run(self.track, self.state(**values))

    def at(self, places):
        """Return the state at places 0..1 along each control's own scale, in the order of the page."""
        values = {c.id: _value(c, place) for c, place in zip(self.bench.controls, places, strict=True)}
        return self.bench.read(values)


def _value(control, place):
    if isinstance(control, Slider):
        low, high = math.log10(control.minimum), math.log10(control.maximum)
        value = 10 ** (low + (high - low) * place)
        return control.read(min(max(value, control.minimum), control.maximum))
    return control.options[round(place * (len(control.options) - 1))].id


BENCHES = {track.id: Paradox(track) for track in (CLOUD_TITAN, EDGE_GUARDIAN, MOBILE_NOMAD, TINY_PIONEER)}


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
    """Draw a track and a state of its controls."""
    place = st.one_of(st.floats(0, 1), st.sampled_from((0.0, 1.0)))
    places = st.tuples(*[place] * len(BENCH.on(CLOUD_TITAN).controls))
    return st.builds(lambda one, at: (one, one.at(at)), st.sampled_from(list(BENCHES.values())), places)


def words(text):
    """Return a text with plain spaces, as a test can spell it."""
    return text.replace("\u202f", " ").replace("\u00a0", " ")


@pytest.fixture(scope="session")
def spelled():
    """Return the function that puts plain spaces into a text."""
    return words
