"""The worlds of the Battery-Privacy Paradox: what a night without power and an aged battery change, and what not."""

import pytest

from tests.states import MOBILE_NOMAD as TRACK
from tests.states import OnTrack, failures
from tracks.mobile_nomad.battery.setting import setting_of

NOMAD = OnTrack(TRACK, TRACK.crisis, setting_of)
NIGHT = {"schedule": "charging", "batch": 4, "minutes": 2.0}


def test_without_power_at_night_the_battery_pays_what_the_charger_paid():
    plugged, dark = NOMAD.run(**NIGHT), NOMAD.run(**NIGHT, charger=False)
    assert plugged.reading("battery").value == 0
    idle = NOMAD.run(**NIGHT | {"schedule": "idle"})
    assert dark.reading("battery").value == pytest.approx(
        idle.reading("battery").value
    )  # the same work, the same joules
    assert "come from the charger" not in next(v for v in dark.verdicts if v.code == "over_battery").cause
    assert dark.reading("hottest").value <= plugged.reading("hottest").value, "no charger warms the case"


def test_an_aged_battery_allows_its_share_of_what_a_new_one_does():
    new, aged = (NOMAD.run(schedule="idle", battery_health=health) for health in (1.0, 0.5))
    assert aged.reading("battery").value == pytest.approx(2 * new.reading("battery").value)  # the same joules
    assert aged.reading("battery").limit == new.reading("battery").limit
    assert aged.reading("own_accent").value == new.reading("own_accent").value


def test_the_world_of_the_track_is_as_it_was():
    start = NOMAD.bench.defaults()
    assert (start["charger"], start["battery_health"]) == (True, 1.0)
    assert failures(NOMAD.run()) == failures(NOMAD.run(charger=True, battery_health=1.0))
