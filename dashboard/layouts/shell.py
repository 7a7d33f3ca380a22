"""The frame that every page sits in: the address, the place of the page, and the announcements for screen readers."""

from __future__ import annotations

import json
from typing import Any

from dash import dcc, html

from dashboard.rendering.figures.style import DARK, LIGHT
from dashboard.web import ids

_OPINION = (
    ids.OPINION_ASKED,
    ids.OPINION_TICKET,
    ids.OPINION,
    ids.OPINION_PROGRESS,
    ids.OPINION_RUNNING,
    ids.OPINION_CANCEL,
)


def shell() -> Any:
    """Return the app's layout, the same for every visitor."""
    return html.Div(
        [
            dcc.Location(id=ids.LOCATION, refresh="callback-nav"),
            html.A("Skip to content", href="#content", className="skip"),
            html.Div(id=ids.PAGE),
            html.Div(id=ids.ANNOUNCER, className="visually-hidden", role="status", **{"aria-live": "polite"}),
            *[dcc.Store(id=name) for name in _OPINION],
            html.Div(id=ids.SCREEN, hidden=True, **{"data-palettes": json.dumps([dict(LIGHT), dict(DARK)])}),
        ]
    )
