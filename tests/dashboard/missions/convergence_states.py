"""The convergence bench on each of the four tracks, and states of its controls drawn along their own scales."""

from hypothesis import strategies as st

from dashboard.missions.convergence import BENCH
from dashboard.missions.convergence_setting import setting_of
from tracks import Slider
from tracks.cloud_titan import CLOUD_TITAN
from tracks.edge_guardian import EDGE_GUARDIAN
from tracks.mobile_nomad import MOBILE_NOMAD
from tracks.tiny_pioneer import TINY_PIONEER


class Convergence:
    """The bench settled on one track; no dataclass, so that a failing example prints its name and not all its texts."""

    def __init__(self, track):
        self.track = track
        self.bench = BENCH.on(track)

    def __repr__(self):
        return f"convergence on {self.track.id}"

    def state(self, **values):
        """Return the defaults with some values replaced, each as its control reads it."""
        return self.bench.read(self.bench.defaults() | values)

    def setting(self, **values):
        """Return the same as the bench's own object."""
        return setting_of(self.state(**values))

    def run(self, *, seed=0, **values):
        """Solve the defaults with some values replaced."""
        return self.bench.run(self.track, self.state(**values), seed=seed)

    def at(self, places):
        """Return the state at places 0..1 along each control's own scale, in the order of the page."""
        values = {c.id: value_at(c, place) for c, place in zip(self.bench.controls, places, strict=True)}
        return self.bench.read(values)


def value_at(control, place):
    """Return the value at a place 0..1 along a control's own scale."""
    if not isinstance(control, Slider):
        return control.options[min(int(place * len(control.options)), len(control.options) - 1)].id
    low, high = control.minimum, control.maximum
    value = low * (high / low) ** place if control.scale == "log" else low + (high - low) * place
    return control.read(min(max(value, low), high))


ON = {track.id: Convergence(track) for track in (CLOUD_TITAN, EDGE_GUARDIAN, MOBILE_NOMAD, TINY_PIONEER)}
GUARDIAN = ON["edge_guardian"]

_place = st.one_of(st.floats(0, 1), st.sampled_from((0.0, 1.0)))
_places = st.tuples(*[_place] * len(GUARDIAN.bench.controls))
any_state = st.builds(lambda one, at: (one, one.at(at)), st.sampled_from(list(ON.values())), _places)


def verdict(outcome, code):
    """Return one verdict by its code."""
    return next(item for item in outcome.verdicts if item.code == code)


def failures(outcome):
    """Return the codes of what fails."""
    return {item.code for item in outcome.verdicts if item.level == "fail"}


def plain(text):
    """Return a text with plain spaces, as a test can spell it."""
    return text.replace("\u202f", " ").replace("\u00a0", " ")
