"""The Fleet Learning Drift on its own track, and states of its controls drawn along their own scales."""

from hypothesis import strategies as st

from tracks import Slider
from tracks.crises.drift import BENCH
from tracks.crises.drift_setting import setting_of
from tracks.edge_guardian import EDGE_GUARDIAN


class Drift:
    """The bench settled on one track; no dataclass, so that a failing example prints its name and not all its texts."""

    def __init__(self, track):
        self.track = track
        self.bench = BENCH.on(track)

    def __repr__(self):
        return f"the drift on {self.track.id}"

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


GUARDIAN = Drift(EDGE_GUARDIAN)
DECISIONS = tuple(control for control in GUARDIAN.bench.controls if control.role == "decision")

# Designs that win, each by a way of its own.
DEPOT = {"when": "depot", "local_steps": 4}
SPOKEN_FOR = {"algorithm": "scaffold", "vehicles_per_round": 10, "kernel_s": 0.002}
PARKED = {"algorithm": "scaffold", "rounds_per_day": 1.5, "when": "parked"}

_place = st.one_of(st.floats(0, 1), st.sampled_from((0.0, 1.0)))
any_state = st.tuples(*[_place] * len(GUARDIAN.bench.controls)).map(GUARDIAN.at)


def verdict(outcome, code):
    """Return one verdict by its code."""
    return next(item for item in outcome.verdicts if item.code == code)


def failures(outcome):
    """Return the codes of what fails."""
    return {item.code for item in outcome.verdicts if item.level == "fail"}


def plain(text):
    """Return a text with plain spaces, as a test can spell it."""
    return text.replace("\u202f", " ").replace("\u00a0", " ")
