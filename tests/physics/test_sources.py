"""A source says what kind of evidence it is and where it can be read, and refuses what is neither."""

from __future__ import annotations

import pytest

from physics.sources import KINDS, Source, Sourced, derived, source, sourced, take_sources

PAPER = source("Huang et al., MobiSys 2012", kind="paper", doi="10.1145/2307636.2307658")


@pytest.mark.parametrize("word", ["assumed", "derived"])
def test_an_assumption_and_a_derivation_say_so_themselves_and_print_it(word: str) -> None:  # N4
    said = source(f"{word}: half of it")
    assert (said.kind, said.citation, said.text) == (word, "half of it", f"{word}: half of it")


def test_a_publication_is_printed_as_it_is_cited_and_linked_by_its_doi() -> None:
    assert PAPER.text == "Huang et al., MobiSys 2012"
    assert PAPER.link == "https://doi.org/10.1145/2307636.2307658"
    assert source("a page", kind="report", url="https://example.org/x").link == "https://example.org/x"
    assert source("a book", kind="paper").link == ""


def test_a_place_in_a_document_and_a_remark_keep_kind_and_link() -> None:
    place, remark = PAPER.at("table 3"), PAPER.with_note("a fit of 2012")
    assert (place.text, remark.text) == (f"{PAPER.text}: table 3", f"{PAPER.text}; a fit of 2012")
    assert {one.link for one in (place, remark)} == {PAPER.link}
    assert {one.kind for one in (place, remark)} == {"paper"}


def test_arithmetic_on_a_sourced_number_says_how_and_links_to_the_origin() -> None:
    assert derived("8 x 3.9 W", PAPER).text == f"derived: 8 x 3.9 W; {PAPER.text}"
    assert derived("8 x 3.9 W", PAPER).link == PAPER.link


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"citation": "", "kind": "paper"}, "a source needs a citation, got ''"),
        ({"citation": "  ", "kind": "paper"}, "a source needs a citation"),
        ({"citation": None, "kind": "paper"}, "a source needs a citation, got None"),
        ({"citation": "assumed:"}, "a source needs a citation"),
        ({"citation": "Huang 2012"}, "source 'Huang 2012' needs a kind, one of measured, data sheet, paper"),
        ({"citation": "Huang 2012", "kind": "rumour"}, "kind 'rumour' is not one of measured"),
        ({"citation": "assumed: x", "kind": "paper"}, "says assumed, but its kind is 'paper'"),
        ({"citation": "Huang", "kind": "paper", "doi": "doi.org/10.1"}, r"doi 'doi.org/10.1' must start with 10\."),
        ({"citation": "Huang", "kind": "paper", "url": "http://x.org"}, "url 'http://x.org' must start with https://"),
        ({"citation": "Huang", "kind": "paper", "url": "javascript:alert(1)"}, "must start with https://"),
        ({"citation": "H", "kind": "paper", "doi": "10.1/x", "url": "https://x"}, "give a doi or a url, not both"),
    ],
)
def test_what_is_no_source_is_refused_in_a_sentence(arguments: dict[str, str], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        source(**arguments)  # type: ignore[arg-type]


def test_every_kind_says_what_it_is() -> None:
    assert {"measured", "data sheet", "paper", "assumed", "derived"} <= set(KINDS)
    assert all(len(meaning.split()) >= 3 for meaning in KINDS.values())


def test_a_mapping_keeps_plain_values_and_hands_over_the_sources() -> None:
    values = {"POWER_W": sourced(700, PAPER), "NAME": "H100"}
    assert isinstance(values["POWER_W"], Sourced)
    assert take_sources(values) == {"POWER_W": PAPER}
    assert values == {"POWER_W": 700, "NAME": "H100"}
    assert isinstance(PAPER, Source)
