"""The Battery-Privacy bench on Mobile Nomad, and a state that a test changes as little as it must."""

from dataclasses import replace

from tracks.crises.battery_setting import glasses_of, setting_of
from tracks.crises.battery_state import state_of
from tracks.mobile_nomad import MOBILE_NOMAD

BENCH = MOBILE_NOMAD.crisis.on(MOBILE_NOMAD)
GLASSES = glasses_of(MOBILE_NOMAD)
START = setting_of(BENCH.defaults())


def run(**values):
    """Solve the start settings with some values replaced."""
    return BENCH.run(MOBILE_NOMAD, BENCH.read(BENCH.defaults() | values))


def state(**values):
    """Return everything computed for the start settings with some values replaced."""
    return state_of(GLASSES, replace(START, **values))


def verdict(outcome, code):
    """Return one verdict by its code."""
    return next(item for item in outcome.verdicts if item.code == code)


def failures(outcome):
    """Return the codes of what fails."""
    return {item.code for item in outcome.verdicts if item.level == "fail"}


def plain(text):
    """Return a text with plain spaces, as a test can spell it."""
    return text.replace("\u202f", " ").replace("\u00a0", " ")
