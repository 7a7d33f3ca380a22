"""The Personalization Flood on its track, and states of its controls drawn along their own scales."""

from hypothesis import strategies as st

from tracks import Slider
from tracks.cloud_titan import CLOUD_TITAN
from tracks.crises.flood import BENCH
from tracks.crises.flood_setting import node_of, setting_of

TITAN, FLOOD = CLOUD_TITAN, BENCH.on(CLOUD_TITAN)
NODE = node_of(CLOUD_TITAN)
GB, TB = 1e9, 1e12


def state(**values):
    """Return the defaults with some values replaced, each as its control reads it."""
    return FLOOD.read(FLOOD.defaults() | values)


def setting(**values):
    """Return the same as the bench's own object."""
    return setting_of(state(**values))


def run(**values):
    """Solve the defaults with some values replaced."""
    return FLOOD.run(TITAN, state(**values))


def value_at(control, place):
    """Return the value at a place 0..1 along a control's own scale."""
    if not isinstance(control, Slider):
        return control.options[min(int(place * len(control.options)), len(control.options) - 1)].id
    low, high = control.minimum, control.maximum
    value = low * (high / low) ** place if control.scale == "log" else low + (high - low) * place
    return control.read(min(max(value, low), high))


def at(places):
    """Return the state at places 0..1 along each control's own scale, in the order of the page."""
    return {c.id: value_at(c, place) for c, place in zip(FLOOD.controls, places, strict=True)}


_place = st.one_of(st.floats(0, 1), st.sampled_from((0.0, 1.0)))
any_state = st.tuples(*[_place] * len(FLOOD.controls)).map(at)


def verdict(outcome, code):
    """Return one verdict by its code."""
    return next(item for item in outcome.verdicts if item.code == code)


def failures(outcome):
    """Return the codes of what fails, the one that binds first before the others."""
    return [item.code for item in outcome.ranked_verdicts() if item.level == "fail"]


def plain(text):
    """Return a text with plain spaces, as a test can spell it."""
    return text.replace("\u202f", " ").replace("\u00a0", " ")
