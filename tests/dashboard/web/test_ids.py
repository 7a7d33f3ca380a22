"""Ids and paths: each has an inverse, no two kinds meet, and the DOM id is the one that Dash writes."""

from __future__ import annotations

import json

import pytest
from dash import html
from hypothesis import given
from hypothesis import strategies as st

from dashboard.web import ids

NAMES = st.from_regex(r"[a-z][a-z0-9_]{0,20}", fullmatch=True)
ANY = st.text(min_size=1, max_size=20).filter(lambda text: text.strip("/") == text and "/" not in text)


@given(NAMES, NAMES)
def test_a_bench_key_has_an_inverse(track: str, bench: str) -> None:
    assert ids.split_bench_key(ids.bench_key(track, bench)) == (track, bench)


@pytest.mark.parametrize("bad", ["", "/", "a", "a/", "/b", "a/b/c", "a//b", None, 7, ["a", "b"], {"a": "b"}])
def test_what_is_no_bench_key_is_refused(bad) -> None:
    with pytest.raises(ValueError, match="track/bench"):
        ids.split_bench_key(bad)


@given(ANY, ANY)
def test_a_path_has_an_inverse_whatever_the_name(track: str, bench: str) -> None:
    """A plugin may be called anything that its id allows, and an address may hold anything at all."""
    assert ids.path_parts(ids.bench_path(track, bench)) == (track, bench)
    assert ids.path_parts(ids.track_path(track)) == (track,)


@pytest.mark.parametrize(("path", "parts"), [(None, ()), ("", ()), ("/", ()), ("//a///b/", ("a", "b"))])
def test_slashes_that_say_nothing_are_overlooked(path, parts) -> None:
    assert ids.path_parts(path) == parts


def test_no_two_kinds_of_component_share_an_id() -> None:
    makers = (ids.control, ids.instrument, ids.number_box, ids.figure, ids.table, ids.action, ids.slot, ids.writing)
    made = [ids.dom(make("edge_guardian/paradox", "name")) for make in makers]
    made += [ids.dom(ids.entry("edge_guardian/paradox", "p", "value")), ids.dom(ids.echo("edge_guardian/paradox", "p"))]
    assert len(set(made)) == len(made)


@given(NAMES, NAMES)
def test_the_dom_id_is_what_dash_writes(bench: str, name: str) -> None:
    """Labels point at inputs by it, so a space or another order would leave them without a name."""
    made = ids.control(bench, name)
    assert ids.dom(made) == ids.dom(dict(reversed(made.items())))
    assert json.loads(ids.dom(made)) == made
    assert " " not in ids.dom(made)
    assert html.Div(id=made).to_plotly_json()["props"]["id"] == made
