"""The ledger's first screen: a track in three sentences and the way to hand it in; its tabs below."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import dash_bootstrap_components as dbc
from dash import dcc, html

from dashboard.layouts.parts import Component, icon, plain_header, shape
from dashboard.layouts.static_html import STATIC
from dashboard.student.analytics.overview import Overview, TrackOverview
from dashboard.web import ids

TABS: Mapping[str, str] = {
    "predictions": "Predictions",
    "timeline": "Timeline",
    "tries": "Tries",
    "tracks": "Tracks side by side",
    "decisions": "Decisions",
    "again": "Again after a week",
}
MISSING_SHOWN = 4


def ledger_page(found: Overview, first_tab: Component, *, name: str, events: int, due: int) -> Component:
    """The page of a student's ledger.

    ``first_tab`` is the content of the first tab, ``name`` the student's pseudonym, ``events`` how many there are,
    ``due`` how many questions are to be asked again now.
    """
    facts = [html.B(name), html.Span(f"{events:,} {'event' if events == 1 else 'events'}")]
    if events:
        facts.append(html.Span(id=ids.LEDGER_CHAIN, role="status"))  # checked when the page is there
    body = _body(found, first_tab, due) if found.tracks else _empty()
    return html.Div(
        [
            plain_header(),
            html.Main(
                [html.H1("Ledger"), html.Div(facts, className="ledger-facts"), *body, _foot()],
                className="page ledger",
                id="content",
                tabIndex=-1,
            ),
        ],
        **{"data-title": "Ledger · edgelab"},
    )


def chain_state(problems: Sequence[str]) -> list[Component]:
    """Whether all events are as they were stored, in words."""
    if problems:
        return [shape("fail"), f" The chain of their hashes is broken. {' '.join(problems)}"]
    return [shape("ok"), " The chain of their hashes holds."]


def _foot() -> Component:
    """The ways to what concerns the ledger as a whole."""
    links = (
        ("Continue elsewhere, import, erase", ids.OWN_DATA_PATH),
        ("Verify a file", ids.VERIFY_PATH),
        ("What is stored", ids.PRIVACY_PATH),
        ("What is computed", ids.ABOUT_PATH),
    )
    return html.Footer([dcc.Link(text, href=path) for text, path in links], className="page-foot record-links")


def _body(found: Overview, first_tab: Component, due: int) -> list[Component]:
    labels = {**TABS, "again": f"{TABS['again']} ({due})" if due else TABS["again"]}
    return [
        html.Section(
            [_track_choice(found), html.Div(summary(found.tracks[0]), id=ids.LEDGER_SUMMARY, role="status")],
            className="ledger-first",
            **{"aria-label": "One track in three sentences"},
        ),
        html.Fieldset(
            [
                html.Legend("What of the ledger is shown", className="visually-hidden"),
                # Radios, because dbc.Tabs cannot be reached by keyboard and gives all its tabs one id.
                dbc.RadioItems(
                    id=ids.LEDGER_TABS,
                    name=ids.LEDGER_TABS,
                    options=[{"label": label, "value": name} for name, label in labels.items()],
                    value=next(iter(TABS)),
                    className="ledger-tabs",
                    input_class_name="segment-input",
                    label_class_name="tab",
                ),
            ]
        ),
        html.Div(first_tab, id=ids.LEDGER_TAB, className="ledger-tab"),
    ]


def _track_choice(found: Overview) -> Component:
    """Which track the first screen is about; with one track there is nothing to choose."""
    first = found.tracks[0]
    if len(found.tracks) == 1:
        return html.H2(first.name)
    return html.Fieldset(
        [
            html.Legend("Track", className="visually-hidden"),
            dbc.RadioItems(
                id=ids.LEDGER_TRACK,
                name=ids.LEDGER_TRACK,
                options=[{"label": track.name, "value": track.track} for track in found.tracks],
                value=first.track,
                className="segmented",
                input_class_name="segment-input",
                label_class_name="segment",
            ),
        ]
    )


def summary(track: TrackOverview) -> list[Component]:
    """A track's three sentences, the way to hand it in, and what is still open."""
    sentences = []
    for text in track.sentences:
        lead, _, rest = text.partition(": ")
        sentences.append(html.Li([html.B(lead), html.Span(f"{rest[:1].upper()}{rest[1:]}")]))
    hand_in = dcc.Link([icon("download"), "Hand in"], href=ids.HAND_IN_PATH, className="btn primary")
    return [
        html.Ul(sentences, className="ledger-sentences", **STATIC),
        html.Div([hand_in, _missing(track)], className="ledger-hand-in"),
    ]


def _missing(track: TrackOverview) -> Component:
    if not track.missing:
        return html.Span("Nothing is missing on this track.", className="hint")
    shown = [f"{bench}: {what}" for bench, what in track.missing[:MISSING_SHOWN]]
    more = len(track.missing) - len(shown)
    rest = f" and {more} more" if more > 0 else ""
    return html.Span(f"Still open here, and no reason not to hand in: {'; '.join(shown)}{rest}.", className="hint")


def _empty() -> list[Component]:
    """An empty ledger says what will stand here and where to begin."""
    return [
        html.P(
            "Nothing stands here yet. Pick a track and lock a first prediction: what you predicted, tried and decided "
            "is kept here from then on, and can be handed in from here.",
            className="lead",
        ),
        html.Div(dcc.Link(["Pick a track", icon("arrow-right")], href="/", className="btn primary"), className="go"),
    ]
