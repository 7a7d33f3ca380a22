"""The privacy bench on each of the four tracks, and states of its controls drawn along their own scales."""

from hypothesis import strategies as st

from dashboard.missions.privacy import BENCH
from dashboard.missions.privacy_setting import setting_of
from tests.dashboard.missions.convergence_states import value_at
from tracks.cloud_titan import CLOUD_TITAN
from tracks.edge_guardian import EDGE_GUARDIAN
from tracks.mobile_nomad import MOBILE_NOMAD
from tracks.tiny_pioneer import TINY_PIONEER


class Privacy:
    """The bench settled on one track; no dataclass, so that a failing example prints its name and not all its texts."""

    def __init__(self, track):
        self.track = track
        self.bench = BENCH.on(track)

    def __repr__(self):
        return f"privacy on {self.track.id}"

    def state(self, **values):
        """Return the defaults with some values replaced, each as its control reads it."""
        return self.bench.read(self.bench.defaults() | values)

    def private(self, **values):
        """Return a state that adds noise, with a delta below one in the fleet."""
        return self.state(**{"deployment": "federated_dp", "delta": 0.1 / self.track.fleet.devices, **values})

    def setting(self, **values):
        """Return the defaults with some values replaced as the bench's own object."""
        return setting_of(self.state(**values))

    def run(self, *, seed=0, **values):
        """Solve the defaults with some values replaced."""
        return self.bench.run(self.track, self.state(**values), seed=seed)

    def at(self, places):
        """Return the state at places 0..1 along each control's own scale, in the order of the page."""
        values = {c.id: value_at(c, place) for c, place in zip(self.bench.controls, places, strict=True)}
        return self.bench.read(values)


ON = {track.id: Privacy(track) for track in (CLOUD_TITAN, EDGE_GUARDIAN, MOBILE_NOMAD, TINY_PIONEER)}
GUARDIAN, PIONEER = ON["edge_guardian"], ON["tiny_pioneer"]

_place = st.one_of(st.floats(0, 1), st.sampled_from((0.0, 1.0)))
_places = st.tuples(*[_place] * len(GUARDIAN.bench.controls))
any_state = st.builds(lambda one, at: (one, one.at(at)), st.sampled_from(list(ON.values())), _places)


def verdict(outcome, code):
    """Return one verdict by its code, or None where the state has no such question."""
    return next((item for item in outcome.verdicts if item.code == code), None)


def failures(outcome):
    """Return the codes of what fails."""
    return {item.code for item in outcome.verdicts if item.level == "fail"}


def plain(text):
    """Return a text with plain spaces, as a test can spell it."""
    return text.replace("\u202f", " ").replace("\u00a0", " ")
