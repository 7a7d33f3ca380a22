"""What the pages on storage and computing say is what the settings and the benches are."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from dashboard.lab import PAGES, WRITES_PER_HOUR
from dashboard.layouts.records.about import physics_of, says
from dashboard.layouts.records.accessibility import CRITERIA, NONE, READ
from dashboard.layouts.records.privacy import HELD, privacy_page, stores
from dashboard.ledger.events import KINDS
from dashboard.settings import Settings
from tests.http_student import Student, said
from tracks.loading.registry import Registry


@pytest.mark.parametrize("parts", PAGES)
def test_every_page_has_an_address_a_heading_and_a_title(student: Student, parts: tuple[str, ...]) -> None:
    path = f"/{'/'.join(parts)}"
    assert student.client.get(path).status_code == 200
    page = said(student.page(path))
    assert page.count('"type": "H1"') == 1 or page.count("<h1>") == 1
    assert "There is no such page" not in page
    assert "edgelab" in page
    assert student.client.get(f"{path}/nowhere").status_code == 404


def test_every_kind_of_event_is_said_to_be_stored(student: Student) -> None:
    assert set(HELD) == set(KINDS)
    page = said(student.page("/privacy"))
    assert all(text in page for text in HELD.values())
    assert f"{WRITES_PER_HOUR:,} events an hour" in page


def test_where_it_is_stored_is_read_from_the_settings_without_a_secret(settings: Settings) -> None:
    assert stores(settings) == "in a file on the machine that runs this lab"
    far = replace(settings, database_url="postgresql+psycopg://ada:hunter2@db.example.org/edgelab", trusted_proxies=2)
    page = str(privacy_page(far, per_hour=10).to_plotly_json())
    assert "db.example.org" in stores(far)
    assert "hunter2" not in page
    assert "ada" not in stores(far)
    assert "2 proxies in front" in page
    assert str(settings.data_dir) not in str(privacy_page(settings, per_hour=10).to_plotly_json())


def test_the_models_of_a_bench_are_those_its_modules_import(registry: Registry, student: Student) -> None:
    assert physics_of(registry.bench("edge_guardian", "paradox")) == ("traffic",)
    assert "gossip" in physics_of(registry.bench("tiny_pioneer", "crisis"))
    assert {"federation", "privacy"} <= set(physics_of(registry.bench("edge_guardian", "privacy")))
    root = Path(__file__).parents[4] / "physics"
    page = said(student.page("/about"))
    for track in registry.tracks:
        for bench in registry.benches(track):
            for package in physics_of(bench):
                assert (root / package / "__init__.py").exists()
                assert says(package) in page
            assert bench.second_engine in page


def test_every_criterion_of_wcag_is_named_once_with_a_test_that_is_there() -> None:  # N13
    """WCAG 2.2 has 55 criteria of the levels A and AA."""
    assert len({item.number for item in CRITERIA}) == len(CRITERIA) == 55
    tests = Path(__file__).parents[3]
    for item in CRITERIA:
        assert item.checked in (NONE, READ) or (tests / item.checked).is_file(), item
