"""The Mesh Update on its own track, and states of its controls drawn along their own scales."""

from dataclasses import replace

from hypothesis import strategies as st

from tracks import Slider
from tracks.crises.mesh_closing import ALIKE, DIFFERENT, GOSSIP_DESIGN, HUB_DESIGN
from tracks.crises.mesh_setting import setting_of
from tracks.tiny_pioneer import TINY_PIONEER

__all__ = ["ALIKE", "DIFFERENT", "GOSSIP_DESIGN", "HUB_DESIGN", "PIONEER", "Mesh"]

CODES = (
    "airtime_saturated",
    "over_power",
    "stale_mixture",
    "negative_transfer",
    "sram_overflow",
    "weak_profile",
)


class Mesh:
    """The bench settled on a track; no dataclass, so that a failing example prints its name and not all its texts."""

    def __init__(self, track):
        self.track = track
        self.bench = track.crisis.on(track)

    def __repr__(self):
        return f"the mesh of {self.track.id}"

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


PIONEER = Mesh(TINY_PIONEER)
DECISIONS = tuple(control for control in PIONEER.bench.controls if control.role == "decision")

_place = st.one_of(st.floats(0, 1), st.sampled_from((0.0, 1.0)))
any_state = st.tuples(*[_place] * len(PIONEER.bench.controls)).map(PIONEER.at)


def guest(*, targets=None, **device):
    """Return the mesh on a track with no words of its own, another device and, where given, other targets."""
    extras = {f"device.extras.{name}" for name in TINY_PIONEER.device.extras} if device.get("extras") == {} else set()
    if targets is not None:
        extras |= {f"targets.extras.{name}" for name in TINY_PIONEER.targets.extras}
    return Mesh(
        replace(
            TINY_PIONEER,
            id="harbour_crane",
            texts={},
            device=replace(TINY_PIONEER.device, **device),
            targets=targets or TINY_PIONEER.targets,
            sources={name: text for name, text in TINY_PIONEER.sources.items() if name not in extras},
        )
    )


def verdict(outcome, code):
    """Return one verdict by its code."""
    return next(item for item in outcome.verdicts if item.code == code)


def failures(outcome):
    """Return the codes of what fails."""
    return {item.code for item in outcome.verdicts if item.level == "fail"}


def plain(text):
    """Return a text with plain spaces, as a test can spell it."""
    return text.replace("\u202f", " ").replace("\u00a0", " ")
