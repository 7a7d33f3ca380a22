"""The Battery-Privacy bench on Mobile Nomad, and a state that a test changes as little as it must."""

from dataclasses import replace

from tests.states import OnTrack
from tracks.mobile_nomad.battery.setting import glasses_of, setting_of
from tracks.mobile_nomad.battery.state import evaluate
from tracks.mobile_nomad.track import MOBILE_NOMAD

NOMAD = OnTrack(MOBILE_NOMAD, MOBILE_NOMAD.crisis, setting_of)
BENCH, run = NOMAD.bench, NOMAD.run
GLASSES = glasses_of(MOBILE_NOMAD)
START = NOMAD.setting()


def state(**values):
    """Return everything computed for the start settings with some values replaced."""
    return evaluate(MOBILE_NOMAD, replace(START, **values))
