import dataclasses
import math
from dataclasses import replace

import pytest

from physics.sources import sourced
from tracks.api.checks import SpecError
from tracks.api.track import Colour, Device, Fleet, Model, Targets, Track
from tracks.edge_guardian.track import EDGE_GUARDIAN as TRACK

PARTS = {
    Model: TRACK.model, Device: TRACK.device, Fleet: TRACK.fleet, Targets: TRACK.targets, Colour: TRACK.colour,
    Track: TRACK,
}  # fmt: skip

NONSENSE = [
    # what learns
    (Model, {"name": ""}, "Model: name must be a non-empty text"),
    (Model, {"moved_name": ""}, "moved_name must be a non-empty text"),
    (Model, {"parameters": -1}, "parameters -1 is outside 0..inf"),
    (Model, {"moved_bytes": math.inf}, "moved_bytes must be a finite number, got inf"),
    (Model, {"forward_flop": None}, "forward_flop must be a finite number, got None"),
    (Model, {"sample_bytes": 10**400}, "sample_bytes must be a finite number"),
    # the device
    (Device, {"name": " "}, "Device: name must be"),
    (Device, {"uplink_name": ""}, "uplink_name must be a non-empty text"),
    (Device, {"deadline_name": None}, "deadline_name must be a non-empty text"),
    (Device, {"power_w": -60}, "power_w -60 is outside"),
    (Device, {"battery_wh": -1}, "battery_wh -1 is outside"),
    (Device, {"battery_wh": "0.96"}, "battery_wh must be a finite number, got '0.96'"),
    # a share of the peak
    (Device, {"utilisation": 0}, "utilisation 0 is outside 0.001..1"),
    (Device, {"utilisation": 35}, "utilisation 35 is outside 0.001..1"),
    # learning cannot use more memory than there is
    (Device, {"learning_memory_bytes": 64 * 2**30}, "learning_memory_bytes .* is outside 0.."),
    (Device, {"extras": [("fan_w", 3)]}, "extras must be a mapping from names"),
    (Device, {"extras": {"fan_w": "3"}}, r"extras\['fan_w'\] must be a finite number, got '3'"),
    (Device, {"extras": {"fan_w": math.nan}}, r"extras\['fan_w'\] must be a finite number, got nan"),
    # the fleet
    (Fleet, {"devices": 0}, "devices 0 is outside 1.."),
    (Fleet, {"devices": 2.5}, "devices must be a whole number, got 2.5"),
    (Fleet, {"seed": 0.5}, "seed must be a whole number, got 0.5"),
    (Fleet, {"seed": -1}, "seed -1 is outside"),
    (Fleet, {"unit": ""}, "Fleet: unit must be"),
    (Fleet, {"reliability": 80}, "reliability 80 is outside 0..1"),  # percent where a share is meant
    (Fleet, {"cap_scope": "vehicle"}, "cap_scope 'vehicle' is not one of device, service"),
    (Fleet, {"skew_alpha": math.nan}, "skew_alpha must be a finite number"),
    # the targets
    (Targets, {"mean_accuracy": 92}, "mean_accuracy 92 is outside 0..1"),
    (Targets, {"worst_city_accuracy": -0.1}, "worst_city_accuracy -0.1 is outside"),
    (Targets, {"safety_accuracy": 1.01}, "safety_accuracy 1.01 is outside 0..1"),
    (Targets, {"epsilon": math.inf}, "epsilon must be a finite number, got inf"),
    (Targets, {"epsilon_unit": ""}, "epsilon_unit must be a non-empty text"),
    (Targets, {"extras": None}, "Targets: extras must be a mapping"),
    # a colour goes into a style sheet
    (Colour, {"light": "red"}, "light 'red' must read #rrggbb"),
    (Colour, {"dark": "#fff"}, "dark '#fff' must read #rrggbb"),
    (Colour, {"dark": "#12345g"}, "must read #rrggbb"),
    (Colour, {"light": "#123456;x"}, "must read #rrggbb"),
    (Colour, {"light": None}, "must read #rrggbb"),
    # the persona
    (Track, {"id": "edge-guardian"}, "Track: id 'edge-guardian' must be lower-case"),
    (Track, {"id": "../secret"}, "must be lower-case"),
    (Track, {"name": ""}, "Track 'edge_guardian': name must be a non-empty text"),
    (Track, {"north_star": None}, "north_star must be a non-empty text"),
    (Track, {"wall": ""}, "wall must be a non-empty text"),
    (Track, {"persona": ""}, "persona must be a non-empty text"),
    (Track, {"crisis_name": ""}, "crisis_name must be a non-empty text"),
    (Track, {"model": TRACK.device}, "model must be a Model, got Device"),
    (Track, {"fleet": None}, "fleet must be a Fleet, got None"),
    (Track, {"colour": "#B71C28"}, "colour must be a Colour, got '#B71C28'"),
    (Track, {"crisis": "storm"}, "crisis must be a Bench or None, got 'storm'"),
    (Track, {"icon": "skull"}, "icon 'skull' is not one of cloud, shield"),
    (Track, {"marker": "blob"}, "marker 'blob' is not one of circle"),
    (Track, {"reading": ["a paper"]}, "reading must be a tuple of tuple"),
    (Track, {"reading": (("a paper",),)}, "give pairs of a paper and what it answers here"),
    (Track, {"reading": ((2017, "FedAvg"),)}, r"reading has \(2017, 'FedAvg'\); give pairs"),
    (Track, {"texts": "hello"}, "texts must be a mapping"),
    # N4: every number has a source
    (
        Track,
        {"device": replace(TRACK.device, extras={"fan_w": 3})},
        r"no source for device\.extras\.fan_w; write fan_w=sourced\(value, 'assumed: why'\)",
    ),
    (
        Track,
        {"fleet": replace(TRACK.fleet, sourced={})},
        "no source for fleet.devices, fleet.raw_bytes_per_device_day, fleet.cap_bytes, .*fleet.reliability; write",
    ),
]


@pytest.mark.parametrize(("kind", "change", "words"), NONSENSE, ids=lambda value: str(value)[:40])
def test_nonsense_is_refused_with_a_sentence_that_names_it(kind, change, words):
    with pytest.raises(SpecError, match=words) as error:
        replace(PARTS[kind], **change)
    assert str(error.value).startswith(kind.__name__)


@pytest.mark.parametrize("kind", PARTS, ids=lambda kind: kind.__name__)
def test_the_words_never_change_and_are_never_made_by_position(kind):
    first = dataclasses.fields(kind)[0].name
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(PARTS[kind], first, getattr(PARTS[kind], first))
    with pytest.raises(TypeError, match="positional"):
        kind("x", "y")


@pytest.mark.parametrize(
    "read", [lambda t: t.sources, lambda t: t.texts, lambda t: t.device.extras, lambda t: t.targets.extras]
)
def test_its_mappings_never_change(read):
    with pytest.raises(TypeError):
        read(TRACK)["new"] = 1


def test_a_mapping_given_is_copied():
    texts = {"raw_name": "lidar"}
    track = replace(TRACK, texts=texts)
    texts["raw_name"] = "radar"
    assert track.texts["raw_name"] == "lidar"


def test_a_device_on_mains_has_no_battery():
    assert replace(TRACK.device, battery_wh=None).battery_wh is None


def test_whole_numbers_may_be_written_as_powers_of_ten():
    assert replace(TRACK.fleet, devices=1e6).devices == 1_000_000


# N4
def test_constants_are_every_number_but_the_seed():
    constants = TRACK.constants()
    assert constants["device.memory_bytes"] == TRACK.device.memory_bytes
    assert constants["targets.extras.control_loop_p99_s"] == 0.010
    assert "fleet.seed" not in constants
    assert "device.battery_wh" not in constants  # None is no number
    assert "device.name" not in constants
    parts = (TRACK.model, TRACK.device, TRACK.fleet, TRACK.targets)
    numbers = [getattr(part, f.name) for part in parts for f in dataclasses.fields(part) if f.name != "seed"]
    plain = [number for number in numbers if isinstance(number, (int, float))]
    extras = len(TRACK.device.extras) + len(TRACK.targets.extras)
    assert len(constants) == len(plain) + extras


# N4
def test_a_teaching_estimate_is_told_from_a_sourced_figure():
    device = replace(TRACK.device, power_w=sourced(60, "assumed: a guess"))
    assert replace(TRACK, device=device).is_assumed("device.power_w")
    assert not TRACK.is_assumed("device.power_w")
