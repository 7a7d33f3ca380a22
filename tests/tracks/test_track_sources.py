"""What the four built-in tracks say: a source behind each number, texts, reading, and what tells them apart."""

from __future__ import annotations

import dataclasses
import re
from types import MappingProxyType

import pytest

from tests.tracks.built_in import TRACKS, every_track
from tracks import SpecError, Track

ROLES = {"Privacy officer", "Safety lead", "CTO", "Product lead", "Systems fellow"}
BENCHES = ("paradox", "memory", "convergence", "privacy")
TEXT_KEYS = {
    *(f"{bench}_{part}" for bench in BENCHES for part in ("speaker", "text", "short")),
    "network",
    "raw_name",
    "device_singular",
    "cloud_request",
}

# What no public source gives: the page must show these as teaching estimates. N4
SHARED_ASSUMPTIONS = {
    "fleet.devices",
    "fleet.cap_bytes",
    "fleet.cap_days",
    "fleet.skew_alpha",
    "fleet.reliability",
    "targets.mean_accuracy",
    "targets.worst_city_accuracy",
    "targets.safety_accuracy",
    "device.round_trip_s",
    "device.utilisation",
    "device.learning_memory_bytes",
    "device.learning_power_w",
    "model.sample_bytes",
}
OWN_ASSUMPTIONS = {
    "cloud_titan": {
        "fleet.raw_bytes_per_device_day",
        "device.uplink_bit_per_s",
        "device.deadline_s",
        "device.extras.adapter_skew",
        "targets.extras.p99_added_first_token_s",
        "targets.extras.throughput_share",
        "targets.epsilon",
    },
    "edge_guardian": {"device.memory_bytes"},
    "mobile_nomad": {
        "device.memory_bytes_per_s",
        "device.peak_flop_per_s",
        "device.extras.skin_limit_c",
        "device.extras.wifi_bit_per_s",
        "targets.extras.own_accent_gain_points",
        "targets.extras.elsewhere_loss_points",
        "targets.extras.battery_share_per_day",
    },
    "tiny_pioneer": {
        "device.battery_wh",
        "device.power_w",
        "targets.epsilon",
        "targets.extras.better_than_local_share",
    },
}
SOURCED = {
    "cloud_titan": {"device.memory_bytes", "device.extras.pcie_bytes_per_s", "model.moved_bytes"},
    "edge_guardian": {"fleet.raw_bytes_per_device_day", "device.uplink_bit_per_s", "targets.epsilon"},
    "mobile_nomad": {"device.battery_wh", "device.uplink_bit_per_s", "targets.epsilon", "device.memory_bytes"},
    "tiny_pioneer": {"device.memory_bytes", "device.deadline_s", "device.extras.mesh_bit_per_s", "model.moved_bytes"},
}


@every_track
def test_numbers_without_a_public_source_are_marked_assumed(track: Track) -> None:  # N4
    unmarked = {name for name in SHARED_ASSUMPTIONS | OWN_ASSUMPTIONS[track.id] if not track.is_assumed(name)}
    assert unmarked == set()
    assert {name for name in SOURCED[track.id] if track.is_assumed(name)} == set()


@every_track
def test_every_source_names_a_publication_a_derivation_or_a_reason(track: Track) -> None:  # N4
    for name in track.constants():
        text = track.sources[name]
        kind, colon, rest = text.partition(":")
        if kind in ("assumed", "derived"):
            assert colon, f"{name}: {text}"
            assert len(rest.split()) >= 3, f"{name}: {text!r} gives no reason"
        else:
            assert re.search(r"\d|data sheet|Cortex", text), f"{name}: {text!r} names no publication"


@every_track
def test_no_number_of_a_track_can_stand_without_a_source(track: Track) -> None:  # N4
    given = {name: value for name, value in track.fleet.sourced.items() if name != "devices"}
    with pytest.raises(SpecError, match=r"no source for fleet\.devices; write devices=sourced\(value, "):
        dataclasses.replace(track, fleet=dataclasses.replace(track.fleet, sourced=given))


@every_track
def test_every_number_of_a_track_is_plain(track: Track) -> None:  # orjson refuses subclasses of float
    parts = (track.model, track.device, track.fleet, track.targets)
    extras = {**track.device.extras, **track.targets.extras}
    values = [getattr(part, item.name) for part in parts for item in dataclasses.fields(part)]
    numbers = [value for value in values if isinstance(value, (int, float))]
    assert len(numbers) > 25
    assert {type(value) for value in (*numbers, *extras.values())} <= {int, float}
    assert {type(value) for value in values} <= {int, float, str, type(None), MappingProxyType}


@every_track
def test_what_was_published_can_be_looked_up(track: Track) -> None:  # N4
    unlinked = {
        name
        for name in track.constants()
        if track.source(name).kind in ("paper", "data sheet", "code", "report") and not track.source(name).link
    }
    assert unlinked <= {"device.extras.burst_power_w", "device.extras.macs_per_cycle"}
    assert track.sources == {name: track.source(name).text for name in track.constants()}


@every_track
def test_texts_speak_with_roles_and_with_the_numbers_of_the_case(track: Track) -> None:  # L3
    assert set(track.texts) == TEXT_KEYS
    assert track.texts["paradox_speaker"] in ROLES
    assert track.texts["paradox_speaker"] in track.texts["paradox_short"]
    text = track.texts["paradox_text"]
    assert len(re.findall(r"\d+(?:\.\d+)?\N{NO-BREAK SPACE}[kMGT]?B", text)) >= 2, text
    assert len(re.findall(r"[.?](?: |$)", text)) in (2, 3), text
    assert "!" not in "".join(track.texts.values())


@every_track
def test_message_does_not_give_the_answer_away(track: Track) -> None:
    text = track.texts["paradox_text"].lower()
    assert not re.search(r"times|ratio|×|factor|cheaper|more than|less than|fewer", text)


SHARED_READING = (
    "McMahan et al. 2017",
    "Kairouz et al. 2021",
    "Cai et al. 2020",
    "Hu et al. 2021",
    "McMahan et al. 2018",
    "Boyd et al. 2006",
    "Sheng et al. 2023",
)


@every_track
def test_briefing_offers_seven_papers_each_with_what_it_answers(track: Track) -> None:  # L1
    assert [next(key for key in SHARED_READING if paper.text.startswith(key)) for paper, _ in track.reading] == list(
        SHARED_READING
    )
    assert all(answer.endswith(".") and answer.count(". ") == 0 for _, answer in track.reading)


def contrast(first: str, second: str) -> float:
    """Return the WCAG 2.2 contrast ratio of two #rrggbb colours."""

    def luminance(colour: str) -> float:
        parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
        red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    low, high = sorted((luminance(first), luminance(second)))
    return (high + 0.05) / (low + 0.05)


@every_track
def test_identity_colours_can_be_read_on_their_paper(track: Track) -> None:
    assert contrast(track.colour.light, "#FFFFFF") >= 4.5
    assert contrast(track.colour.dark, "#131920") >= 4.5


def test_tracks_are_told_apart_without_colour() -> None:
    assert [(track.icon, track.marker) for track in TRACKS.values()] == [
        ("cloud", "circle"),
        ("shield", "square"),
        ("eyeglasses", "diamond"),
        ("soundwave", "triangle-up"),
    ]
