"""The reference of the plugin API is made from the code and has every field with its meaning."""

import dataclasses

import pytest

import tracks
from tools.bench_reference import PAGE, fields_of, meanings_of, render
from tracks.api.outcome import Limit

DATA = [name for name in tracks.__all__ if dataclasses.is_dataclass(getattr(tracks, name))]


def test_the_page_is_the_codes_own():
    """`python -m tools.bench_reference` writes it anew."""
    assert PAGE.read_text(encoding="utf-8") == render()


@pytest.mark.parametrize("name", [*DATA, "Limit"])
def test_every_field_says_what_it_means(name):
    thing = Limit if name == "Limit" else getattr(tracks, name)
    meanings = meanings_of(thing)
    assert [field for field, _, _ in fields_of(thing) if not meanings.get(field)] == []
