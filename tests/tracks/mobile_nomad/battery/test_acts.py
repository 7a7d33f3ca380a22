"""The worlds of the Battery-Privacy Paradox: what a dark night, an aged battery and a full memory change, what not."""

from itertools import product

import pytest

from tests.states import MOBILE_NOMAD as TRACK
from tests.states import OnTrack, failures
from tests.tracks.mobile_nomad.battery.states import GLASSES, state
from tracks.mobile_nomad.battery.model.personalisation import personalisation_result
from tracks.mobile_nomad.battery.setting import METHODS, PRECISIONS, setting_of

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
    assert (start["charger"], start["battery_health"], start["memory_left"]) == (True, 1.0, 1.0)
    assert failures(NOMAD.run()) == failures(NOMAD.run(charger=True, battery_health=1.0, memory_left=1.0))


# --- the memory shrinks: TinyTL or nothing ---------------------------------------------------------------------------

LAST = NOMAD.bench.acts[2]
SIDES = (96, 128, 160, 192, 224)
TINYTL = {"tinytl_bias", "tinytl_lite_residual"}


def least_bytes(**values):
    """Return the least memory of a step in the last act's world: one sample, SGD, the best of the number formats."""
    settings = ({**LAST.world, "batch": 1, "optimizer": "sgd", **values, "precision": one} for one in PRECISIONS)
    return min(state(**one).step.memory.total_bytes for one in settings)


def wins_for_some_time(**values):
    """Return whether what trains gains enough at home and loses little elsewhere, after some number of passes."""
    for data in ("local", "federated"):
        task = state(**values, data=data).task
        for steps in (*range(1, 41), 60, 80, 100, 150, 250, 500, 1000):
            found = personalisation_result(task, steps)
            if found.gain_points >= GLASSES.gain_points and found.elsewhere_points >= -GLASSES.loss_points:
                return True
    return False


def test_what_is_left_of_the_memory_is_the_limit_and_the_scale_of_its_figure():
    whole, little = NOMAD.run(), NOMAD.run(memory_left=LAST.world["memory_left"])
    assert little.reading("memory").value == whole.reading("memory").value  # the same step
    assert little.reading("memory").limit == pytest.approx(0.023 * whole.reading("memory").limit)
    assert "2.3% of that is left" in little.reading("memory").source
    assert "is left" not in whole.reading("memory").source
    for outcome in (whole, little):
        assert outcome.panels["on_device_memory"].table().rows[-1] == ("Budget", outcome.reading("memory").limit, 1)


def test_the_needs_of_the_last_act_are_tinytl():
    assert set(LAST.needs["method"]) == TINYTL < set(METHODS)


def test_biases_fit_at_every_resolution_and_adapters_only_where_the_spectrogram_is_coarsest():
    """Of what keeps inputs of layers, the cheapest is one sample of LoRA of rank 1; lite residual modules are weights.

    At 96 pixels LoRA does fit; there it wins with rank 2 after 22 and 23 passes, and never with another.
    """
    budget = state(**LAST.world).glasses.memory_bytes
    assert [side for side in SIDES if least_bytes(method="tinytl_bias", resolution=side) <= budget] == list(SIDES)
    adapters = {side: least_bytes(method="lora", rank=1, resolution=side) for side in SIDES}
    assert [side for side in SIDES if adapters[side] <= budget] == [96]
    assert [rank for rank in (1, 2, 4, 8, 16) if wins_for_some_time(method="lora", rank=rank, resolution=96)] == [2]
    for method in ("full", "tinytl_lite_residual"):
        assert min(least_bytes(method=method, resolution=side) for side in SIDES) > budget
    assert all(wins_for_some_time(method="tinytl_bias", resolution=side) for side in SIDES[1:])


def test_last_blocks_that_fit_do_not_reach_the_accent():
    """Frozen blocks hear the accent as before: what one block behind them learns is too little, however long."""
    budget = state(**LAST.world).glasses.memory_bytes
    fit = {(k, side) for k, side in product((1, 2, 3), SIDES) if least_bytes(
        method="last_k", last_blocks=k, resolution=side) <= budget}  # fmt: skip
    assert {k for k, _ in fit} == {1}
    for side in SIDES:
        assert not wins_for_some_time(method="last_k", last_blocks=1, resolution=side)
        assert not wins_for_some_time(method="head", resolution=side)


@pytest.mark.parametrize(
    "design",
    [
        {"batch": 2, "minutes": 0.8, "schedule": "idle", "data": "federated", "radio": "wifi", "resolution": 128},
        {"batch": 1, "minutes": 0.65, "schedule": "worn", "data": "local", "resolution": 192},
        {"batch": 1, "minutes": 3.0, "schedule": "charging", "data": "federated", "resolution": 160},
    ],
    ids=["shared", "worn", "charging"],
)
def test_the_charger_does_not_spare_anyone_tinytl(design):
    world = {**LAST.world, **design}
    assert failures(NOMAD.run(**world, method="tinytl_bias")) == set()
    for method in ("full", "lora", "last_k", "head"):
        assert failures(NOMAD.run(**world, method=method)), method
