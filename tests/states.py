"""A bench for one track, states sampled along its controls' own scales, and what a test reads of an outcome."""

from hypothesis import strategies as st

from dashboard.student.hints import differs
from tracks import Slider, Toggle
from tracks.cloud_titan.track import CLOUD_TITAN
from tracks.edge_guardian.track import EDGE_GUARDIAN
from tracks.mobile_nomad.track import MOBILE_NOMAD
from tracks.tiny_pioneer.track import TINY_PIONEER

TRACKS = (CLOUD_TITAN, EDGE_GUARDIAN, MOBILE_NOMAD, TINY_PIONEER)


class OnTrack:
    """A bench for one track; no dataclass, so that a failing example prints its name and not all its texts.

    ``setting_of`` makes the bench's own object of a state.
    """

    def __init__(self, track, bench, setting_of=None):
        self.track = track
        self.bench = bench.on(track)
        self._setting_of = setting_of

    def __repr__(self):
        return f"{self.bench.id} on {self.track.id}"

    def state(self, **values):
        """Return the defaults with some values replaced, each as its control reads it."""
        return self.bench.read(self.bench.defaults() | values)

    def setting(self, **values):
        """Return the same as the bench's own object."""
        return self._setting_of(self.state(**values))

    def run(self, *, seed=0, **values):
        """Solve the defaults with some values replaced."""
        return self.bench.run(self.track, self.state(**values), seed=seed)

    def preview(self, *, seed=0, fixes=False, **values):
        """Solve the same as while a slider moves."""
        return self.bench.run(self.track, self.state(**values), seed=seed, preview=True, fixes=fixes)

    def at(self, places):
        """Return the state at positions 0..1 along each control's scale; further positions are unused."""
        return {c.id: value_at(c, place) for c, place in zip(self.bench.controls, places, strict=False)}

    def decisions(self):
        """Return the controls that are the student's to decide."""
        return tuple(control for control in self.bench.controls if control.role == "decision")


def value_at(control, place):
    """Return the value at a position 0..1 along a control's own scale."""
    if isinstance(control, Toggle):
        return bool(place >= 0.5)
    if not isinstance(control, Slider):
        return control.options[min(int(place * len(control.options)), len(control.options) - 1)].id
    low, high = control.minimum, control.maximum
    value = low * (high / low) ** place if control.scale == "log" else low + (high - low) * place
    return control.read(min(max(value, low), high))


def drawn_states(*benches):
    """Sample one of some benches and a state of its controls, their ends more often than anything between."""
    place = st.one_of(st.floats(0, 1), st.sampled_from((0.0, 1.0)))
    places = st.tuples(*[place] * max(len(one.bench.controls) for one in benches))
    return st.builds(lambda one, at: (one, one.at(at)), st.sampled_from(benches), places)


def verdict(outcome, code):
    """Return one verdict by its code, or None where the state is not judged by it."""
    return next((item for item in outcome.verdicts if item.code == code), None)


def failures(outcome):
    """Return the codes of what fails."""
    return set(ranked_failures(outcome))


def ranked_failures(outcome):
    """Return the codes of what fails, what binds first before the others."""
    return [item.code for item in outcome.ranked_verdicts() if item.level == "fail"]


def plain(text):
    """Return a text with plain spaces, as a test can spell it."""
    return text.replace("\u202f", " ").replace("\u00a0", " ")


def own_changes(bench):
    """Yield changes of one decision each, that lie more than a tenth of its scale from the default and each other."""
    for control in bench.controls:
        if control.role == "decision":
            for value in control.positions(5):
                if differs(bench, bench.defaults(), bench.defaults() | {control.id: value}):
                    yield {control.id: value}
