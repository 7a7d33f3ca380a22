"""The frame that every page sits in: the address, the page's place, and what is spoken aloud."""

from __future__ import annotations

from typing import Any

from dash import dcc, html

from dashboard import ids
from dashboard.context import Lab


def shell(lab: Lab) -> Any:
    """Return the app's layout, the same for every visitor."""
    return html.Div(
        [
            dcc.Location(id=ids.LOCATION, refresh="callback-nav"),
            html.A("Skip to content", href="#content", className="skip"),
            html.Div(id=ids.PAGE),
            html.Div(id=ids.ANNOUNCER, className="visually-hidden", role="status", **{"aria-live": "polite"}),
            html.Div(id=ids.SCREEN, hidden=True, **{"data-prefix": lab.settings.url_prefix}),
        ]
    )
