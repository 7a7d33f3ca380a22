"""The frame that every page sits in: the address, the place of the page, and the announcements for screen readers."""

from __future__ import annotations

import json
from typing import Any

from dash import dcc, html

from dashboard.layouts.keyboard import keyboard_help
from dashboard.layouts.static_html import inline_static
from dashboard.rendering.figures.style import DARK, LIGHT
from dashboard.web import ids
from tracks.loading.terms import TERMS


def shell() -> Any:
    """Return the app's layout, the same for every visitor."""
    return inline_static(
        html.Div(
            [
                dcc.Location(id=ids.LOCATION, refresh="callback-nav"),
                html.A("Skip to content", href="#content", className="skip"),
                html.Div(id=ids.PAGE),
                html.Div(id=ids.ANNOUNCER, className="visually-hidden", role="status", **{"aria-live": "polite"}),
                keyboard_help(),
                html.Div(id="term", className="term", role="dialog", **{"data-terms": json.dumps(_terms())}),
                dcc.Store(id=ids.OPINION_ASKED),
                dcc.Store(id=ids.OPINION),
                html.Div(id=ids.SCREEN, hidden=True, **{"data-palettes": json.dumps([dict(LIGHT), dict(DARK)])}),
            ]
        )
    )


def _terms() -> dict[str, list[str]]:
    """Return the glossary as the browser opens it: meaning and source by name."""
    return {term.name: [term.meaning, term.source] for term in TERMS}
