"""A number comes with its source, is plain in its field, and old ``sources=`` mappings work or name the new way."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import Any

import orjson
import pytest

from physics.sources import Source, Sourced, source
from tracks import Device, SpecError, Track, sourced
from tracks.edge_guardian.track import EDGE_GUARDIAN as TRACK

PAPER = source("Huang et al., MobiSys 2012", kind="paper", doi="10.1145/2307636.2307658")


def test_a_field_and_an_extra_are_the_plain_number_and_keep_the_source() -> None:
    device = replace(TRACK.device, power_w=sourced(61.5, PAPER), extras={"fan_w": sourced(3, "assumed: quiet")})
    assert (type(device.power_w), device.power_w) == (float, 61.5)
    assert (type(device.extras["fan_w"]), device.extras["fan_w"]) == (int, 3)
    assert orjson.dumps([device.power_w, dict(device.extras)]) == b'[61.5,{"fan_w":3}]'
    assert device.sourced["power_w"] == Sourced(61.5, PAPER)
    track = replace(TRACK, device=device)
    assert track.source("device.power_w") is PAPER
    assert track.source("device.power_w").link == "https://doi.org/10.1145/2307636.2307658"
    assert track.sources["device.power_w"] == "Huang et al., MobiSys 2012"
    assert track.sources["device.extras.fan_w"] == "assumed: quiet"
    assert "device.extras.radio_j_per_byte" not in track.sources


def test_a_source_stays_with_its_number_when_something_else_is_replaced() -> None:
    moved = replace(TRACK, id="harbour_crane", fleet=replace(TRACK.fleet, seed=4))
    assert dict(moved.sources) == dict(TRACK.sources)
    assert moved.source("fleet.cap_bytes") == TRACK.source("fleet.cap_bytes")


def test_a_number_that_was_changed_without_a_source_is_assumed_and_says_from_what() -> None:
    track = replace(
        TRACK, device=replace(TRACK.device, power_w=15, extras={**TRACK.device.extras, "planning_period_s": 1})
    )
    assert track.is_assumed("device.power_w")
    assert track.sources["device.power_w"] == (
        "assumed: changed from 60, of which: Jetson AGX Orin data sheet DS-10662-001 v1.8: up to 60 W, Jetson class"
    )
    assert track.sources["device.extras.planning_period_s"].startswith("assumed: changed from 0.1, of which: Apollo")
    assert not track.is_assumed("device.extras.radio_j_per_byte")


def test_a_number_that_went_takes_its_source_with_it() -> None:
    with_battery = replace(TRACK.device, battery_wh=sourced(1.0, "assumed: a small cell"))
    assert "battery_wh" in with_battery.sourced
    assert "battery_wh" not in replace(with_battery, battery_wh=None).sourced


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"power_w": Sourced("60", PAPER)}, "power_w must be a finite number, got '60'"),
        ({"power_w": sourced(-60, "assumed: x")}, "power_w -60 is outside 0"),
        ({"extras": {"fan_w": sourced(float("nan"), "assumed: x")}}, r"extras\['fan_w'\] must be a finite number"),
        ({"name": Sourced("Orin", PAPER)}, "Device: name must be a non-empty text"),
    ],
)
def test_a_sourced_value_is_checked_like_a_plain_one(change: dict[str, Any], words: str) -> None:
    with pytest.raises(SpecError, match=words):
        replace(TRACK.device, **change)


def test_an_unknown_name_is_no_source() -> None:
    with pytest.raises(KeyError):
        TRACK.source("device.extras.fan_w")
    assert "device.extras.fan_w" not in TRACK.sources
    assert repr(TRACK.sources).startswith("Sources({'model.parameters': 'torchvision")
    assert len(TRACK.sources) == len(TRACK.constants())


# --- tracks written before: plain numbers, and one mapping of texts


def plain(part: Any) -> Any:
    return replace(part, sourced=MappingProxyType({}))


PLAIN = {name: plain(getattr(TRACK, name)) for name in ("model", "device", "fleet", "targets")}
TEXTS = {**TRACK.sources, "device.power_w": "Assumed: a guess", "device.deadline_s": "Apollo, control_conf"}


def old_track(sources: Any) -> Track:
    return replace(TRACK, **PLAIN, sources=sources)


def test_a_mapping_of_texts_still_gives_plain_numbers_their_sources_and_warns() -> None:
    with pytest.warns(DeprecationWarning, match=r"'edge_guardian': sources= is deprecated; .*=sourced\(") as warned:
        track = old_track(TEXTS)
    assert warned[0].filename == __file__ or warned[0].filename.endswith("dataclasses.py")  # where the track was made
    assert track.source("device.power_w") == Source(citation="a guess", kind="assumed")
    assert track.source("device.deadline_s") == Source(citation="Apollo, control_conf", kind="report")
    assert track.source("model.weights_bytes").kind == "derived"
    assert track.sources["fleet.devices"] == TRACK.sources["fleet.devices"]
    assert replace(track, name="Other").sources["device.power_w"] == "assumed: a guess"  # and no second warning


@pytest.mark.filterwarnings("ignore:.*sources= is deprecated:DeprecationWarning")
@pytest.mark.parametrize(
    ("sources", "words"),
    [
        ({}, r"no source for model.parameters, .*; write parameters=sourced\(value, 'assumed: why'\)"),
        ({**TEXTS, "device.power_w": "  "}, r"no source for device\.power_w; write power_w=sourced"),
        ({**TEXTS, "device.power_w": 60}, r"sources\['device.power_w'\] must be a text, got 60"),
        ({**TEXTS, "device.extras.fan_w": "assumed: quiet"}, "sources name device.extras.fan_w, which is not a number"),
        (None, "sources must be a mapping"),
    ],
)
def test_an_old_mapping_that_does_not_hold_is_refused_by_name(sources: Any, words: str) -> None:
    with pytest.raises(SpecError, match=words):
        old_track(sources)


def test_a_whole_old_device_can_be_made_without_a_source() -> None:
    """A device alone is not refused: the track that takes it names what lacks a source."""
    fields = {name: getattr(TRACK.device, name) for name in Device.__dataclass_fields__ if name != "sourced"}
    assert Device(**fields) == TRACK.device
