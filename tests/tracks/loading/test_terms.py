"""The glossary that the pages open: short, sourced, and only of words that stand on a page."""

from __future__ import annotations

import re

from tracks.loading.registry import Registry
from tracks.loading.terms import TERMS, term_of


def test_every_term_stands_on_a_bench_and_has_one_entry(registry: Registry) -> None:
    """A term that no control has any more would be read by nobody."""
    benches = [bench for track in registry.tracks.values() for bench in registry.benches(track.id)]
    names = {control.label for bench in benches for control in bench.controls}
    labels = [label for term in TERMS for label in term.labels]
    assert set(labels) - names == set()
    assert len(labels) == len(set(labels))
    assert term_of("Local steps").name == "local steps"
    assert term_of("Fleet") is None


def test_every_entry_is_two_sentences_with_a_source_of_a_year() -> None:
    for term in TERMS:
        ends = re.findall(r"\.(?= [A-Zτ]|$)", term.meaning.replace("vs. ", ""))
        assert len(ends) == 2, term
        assert len(term.meaning) <= 260, term
        assert re.search(r"\b(19|20)\d\d\b", term.source), term


def test_the_list_is_in_the_order_of_its_names() -> None:
    plain = [term.name.replace("δ", "delta").replace("ε", "epsilon").lower() for term in TERMS]
    assert plain == sorted(plain)
