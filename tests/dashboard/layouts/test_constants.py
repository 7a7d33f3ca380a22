"""The briefing's table: every number of a track under a name of its own, in its unit, with its source."""

from __future__ import annotations

import pytest
from dash import html

from dashboard.layouts.constants import constant_in_words, constants_table
from tests.dashboard.layouts.drawn import every, having, of_class, text
from tracks.loading.registry import Registry

TRACKS = ("cloud_titan", "edge_guardian", "mobile_nomad", "tiny_pioneer")


@pytest.mark.parametrize(
    ("name", "value", "label", "written"),
    [
        ("device.round_trip_s", 0.04, "Round trip to the cloud", "40\u00a0ms"),
        ("device.utilisation", 0.1, "Share of the peak reached", "10%"),
        ("device.uplink_bit_per_s", 2.1e7, "Uplink", "21\u00a0Mb/s"),
        ("fleet.reliability", 0.8, "Uploads that arrive", "80%"),
        # memory is binary, what a link carries is decimal
        ("device.memory_bytes", 2**35, "Memory", "32\u00a0GiB"),
        ("device.extras.flash_bytes", 2**20, "Flash", "1\u00a0MiB"),
        ("model.moved_bytes", 51_114_064, "Moved by a round, one way", "51.1\u00a0MB"),
        # a rate does not bear the name of what it is the rate of
        ("device.extras.gpu_memory_bytes", 85_520_809_984, "GPU memory", "79.6\u00a0GiB"),
        ("device.extras.gpu_memory_bytes_per_s", 3.35e12, "GPU memory bandwidth", "3.35\u00a0TB/s"),
        ("device.extras.gpu_flop_per_s", 9.89e14, "GPU peak", "989\u00a0TFLOP/s"),
        # one is one
        ("fleet.cap_days", 1, "The cap's horizon", "1\u00a0day"),
        ("fleet.cap_days", 30, "The cap's horizon", "30\u00a0days"),
        ("targets.extras.elsewhere_loss_points", 1, "Elsewhere loss", "1\u00a0point"),
        ("targets.extras.own_accent_gain_points", 8, "Own accent gain", "8\u00a0points"),
        # a name that nothing was said about, of a plugin's track
        ("device.extras.kv_warm_up_s", 3, "KV warm up", "3\u00a0s"),
        ("device.extras.antennas", 4, "Antennas", "4"),
    ],
)
def test_a_constant_in_words(name: str, value: float, label: str, written: str) -> None:
    assert constant_in_words(name, value) == (label, written)


def test_the_least_served_group_is_called_as_its_track_calls_it(registry: Registry) -> None:
    words = {name: text(constants_table(registry.track(name))) for name in ("cloud_titan", "edge_guardian")}
    assert "Worst tenant group's accuracy" in words["cloud_titan"]
    assert "city" not in words["cloud_titan"].lower().replace("capacity", "")
    assert "Worst city's accuracy" in words["edge_guardian"]


@pytest.mark.parametrize("track_id", TRACKS)
def test_no_two_constants_of_a_part_bear_one_name(registry: Registry, track_id: str) -> None:
    constants = registry.track(track_id).constants()
    names = [(name.split(".")[0], constant_in_words(name, value)[0]) for name, value in constants.items()]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("track_id", TRACKS)
def test_every_number_stands_there_with_its_source_or_the_word_assumed(registry: Registry, track_id: str) -> None:  # N4
    track = registry.track(track_id)
    rows = having(constants_table(track), "data-constant")
    assert rows.keys() == track.constants().keys()
    for name, row in rows.items():
        words = text(row)
        assert constant_in_words(name, track.constants()[name])[1] in words
        source = track.source(name)
        assert source.citation in words
        mark = of_class(row, "assumed" if track.is_assumed(name) else "kind")
        assert [text(one) for one in mark] == [source.kind]
        assert f"|{source.kind}: " not in words, "the kind stands once, as a mark"


@pytest.mark.parametrize("track_id", TRACKS)
def test_a_source_that_can_be_read_is_linked_and_the_link_gives_nothing_away(registry: Registry, track_id: str) -> None:
    track = registry.track(track_id)
    for name, row in having(constants_table(track), "data-constant").items():
        link = track.source(name).link
        found = [(one.href, one.target, one.rel) for one in every(row) if isinstance(one, html.A)]
        assert found == ([(link, "_blank", "noreferrer")] if link else [])
    assert sum(bool(track.source(name).link) for name in track.constants()) > 5


@pytest.mark.parametrize("track_id", TRACKS)
def test_no_name_of_the_code_is_shown(registry: Registry, track_id: str) -> None:
    for name, value in registry.track(track_id).constants().items():
        label, written = constant_in_words(name, value)
        assert "_" not in label + written
        assert label[0].isupper()
