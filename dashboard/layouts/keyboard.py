"""What the keys do: a dialog that every page can open."""

from __future__ import annotations

from dash import html

from dashboard.layouts.parts import Component
from dashboard.layouts.static_html import STATIC

ALWAYS = (
    ("Tab, Shift + Tab", "to the next field or button, and back"),
    ("Arrow keys", "one step of a slider; another option of a group"),
    ("Page Up, Page Down", "ten steps of a slider"),
    ("Home, End", "to the ends of a slider"),
    ("Enter", "takes what was typed into a number box; presses a button"),
    ("Escape", "closes an explanation, the controls on a phone, or this help"),
    ("Ctrl + Z, Ctrl + Shift + Z", "undoes a change of the controls, and does it again"),
)
# The letters are those of dashboard/scripts/access/keys.js.
SINGLE = (
    ("R", "records this try"),
    ("U, Y", "undo, redo"),
    ("T", "shows the first figure as a table"),
    ("S", "says where you stand"),
    ("?", "opens this help"),
)


def _table(caption: str, rows: tuple[tuple[str, str], ...]) -> Component:
    body = [html.Tr([html.Th(html.Kbd(keys), scope="row"), html.Td(words)]) for keys, words in rows]
    return html.Table([html.Caption(caption), html.Tbody(body)], className="keys-table")


def keyboard_help() -> Component:
    """Return the dialog, closed."""
    return html.Dialog(
        [
            html.H2("Keyboard"),
            _table("Everywhere", ALWAYS),
            _table("On a bench, when single keys are on", SINGLE),
            html.Div(
                [
                    html.Button("Single keys: off", className="outline",
                                **{"data-do": "single_keys", "aria-pressed": "false"}),
                    html.Button("Close", className="outline", **{"data-do": "close_keys"}),
                ],
                className="keys-tools",
            ),
        ],
        id="keys",
        className="keys",
        **STATIC,
        **{"aria-label": "Keyboard"},
    )  # fmt: skip
