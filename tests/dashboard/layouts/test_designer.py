"""The designers' page: what was left out first, each with its reason, then what is in use."""

from __future__ import annotations

from dataclasses import replace

from dashboard.layouts.designer import designer
from tests.dashboard.layouts.drawn import having, text
from tracks.loading.registry import PluginRecord, Registry


def test_all_in_use_is_said_and_every_bench_is_listed(registry: Registry) -> None:  # N9
    page = designer(registry)
    assert f"{len(registry.found)} plugins, all in use." in text(page)
    assert having(page, "data-left-out") == {}
    for track in registry.tracks.values():
        assert track.name in text(page)
        assert all(bench.title in text(page) for bench in registry.benches(track.id))


def test_what_is_left_out_stands_first_with_its_file_and_its_reason(registry: Registry) -> None:  # N10
    broken = PluginRecord(
        name="harbour.py", origin="/course/harbour.py", kind="folder", reason="default 30 is outside 1..20"
    )
    page = designer(replace(registry, found=(*registry.found, broken)))
    assert f"{len(registry.found)} in use, 1 left out." in text(page)
    assert (
        text(having(page, "data-left-out")["harbour.py"]) == "harbour.py|/course/harbour.py|default 30 is outside 1..20"
    )
    words = text(page)
    assert words.index("harbour.py") < words.index(next(iter(registry.tracks.values())).name)
