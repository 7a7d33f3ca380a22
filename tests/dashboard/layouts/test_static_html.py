"""Raw parts are the same page as their components: same words, same attributes, nothing that could be injected."""

from __future__ import annotations

import html as stdlib_html
from html.parser import HTMLParser

import pytest
from dash import dcc, html
from hypothesis import given
from hypothesis import strategies as st

from dashboard.layouts.static_html import STATIC, inline_static, to_html


class Reader(HTMLParser):
    """What a browser would read: the words, and each element with its attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.words = ""
        self.elements: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag, attrs) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words += data


def read(text: str) -> Reader:
    reader = Reader()
    reader.feed(text)
    reader.close()
    return reader


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\r\0")))
def test_any_text_is_read_back_as_it_was_and_opens_no_element(text: str) -> None:
    reader = read(to_html(html.P(text, title=text)))
    assert reader.words == text
    assert [tag for tag, _ in reader.elements] == ["p"]
    assert reader.elements[0][1]["title"] == text


def test_attributes_take_their_html_names() -> None:
    part = html.Label(
        [html.Br(), html.Span("x", style={"--at": "0.5", "maxWidth": "3px"}, hidden=True)],
        htmlFor="own",
        className="control-label",
        tabIndex=-1,
        **{"data-do": "reset", "aria-hidden": "true"},
    )
    (label, given_), (_, _), (_, span) = read(to_html(part)).elements
    assert label == "label"
    assert given_ == {
        "for": "own",
        "class": "control-label",
        "tabindex": "-1",
        "data-do": "reset",
        "aria-hidden": "true",
    }
    assert span == {"style": "--at:0.5;max-width:3px", "hidden": None}


def test_only_marked_elements_are_settled_and_they_keep_their_own_attributes() -> None:
    page = html.Div([html.Section([html.B("in")], className="readings", **STATIC), html.P("out")])
    section, paragraph = inline_static(page).children
    assert section.className == "readings"
    assert section.children is None
    assert getattr(section, "data-html") == "<b>in</b>"
    assert not hasattr(section, "data-static")
    assert paragraph.children == "out"


@pytest.mark.parametrize(
    ("part", "says"),
    [
        (dcc.Input(id="x"), "Input is no plain HTML"),  # a component with a life of its own
        (html.Button("x", n_clicks=0), "'n_clicks' has no meaning outside Dash"),  # a callback would never hear it
        (html.Div(id={"kind": "slot"}), "callback's id cannot be raw"),
    ],
)
def test_what_needs_dash_is_refused(part, says: str) -> None:
    with pytest.raises(TypeError, match=says):
        to_html(html.Div(part))


def test_a_scanner_of_responses_finds_words_with_an_apostrophe() -> None:
    assert "the tenants' adapters" in to_html(html.P("the tenants' adapters"))
    assert stdlib_html.unescape(to_html("a < b & c")) == "a < b & c"
