"""The frame that every page sits in: the address, the place of the page, and the announcements for screen readers."""

from __future__ import annotations

import json
from typing import Any

from dash import dcc, html

from dashboard.rendering.figures.style import DARK, LIGHT
from dashboard.web import ids


def shell() -> Any:
    """Return the app's layout, the same for every visitor."""
    return html.Div(
        [
            dcc.Location(id=ids.LOCATION, refresh="callback-nav"),
            html.A("Skip to content", href="#content", className="skip"),
            html.Div(id=ids.PAGE),
            html.Div(id=ids.ANNOUNCER, className="visually-hidden", role="status", **{"aria-live": "polite"}),
            dcc.Store(id=ids.OPINION_ASKED),
            dcc.Store(id=ids.OPINION),
            html.Div(id=ids.SCREEN, hidden=True, **{"data-palettes": json.dumps([dict(LIGHT), dict(DARK)])}),
        ]
    )
