"""The status strip: the verdict that binds, its cause and the hints that are asked for, or all targets that are met."""

from __future__ import annotations

from dash import html

from dashboard.layouts.parts import Component, icon, painted, shape
from dashboard.layouts.static_html import STATIC
from dashboard.student.hints import CONTROL, VALUE
from tracks.api.outcome import MAX_FIXES


def status_strip(*, is_unlocked: bool) -> Component:
    """Return the strip; before the lock it says what will appear."""
    if not is_unlocked:
        words = "Verdicts and hints appear here once your prediction is locked."
        return html.Div([icon("lock", size=16), words], className="status waiting")
    title = painted("status.title", className="status-word")
    return html.Section(
        [
            shape(size=24, paint="status.level"),
            html.Div(
                [
                    html.P(
                        [title, " ", painted("status.facts", className="facts")],
                        className="status-line",
                        **{"data-head": ""},
                    ),
                    html.Ul(className="met", **{"data-targets": "status.met"}),
                    painted("status.cause", html.P, className="cause"),
                    html.Div([*_hints(), _also()], className="fixes"),
                ],
                className="status-text",
            ),
        ],
        className="status",
        **STATIC,
        **{"data-tint": "status.level", "aria-label": "Status"},
    )


def _hints() -> list[Component]:
    """The two questions, the answer to the first, the values as buttons, and why a question is not open yet."""
    return [
        painted("hint.text", className="hint-text", tabIndex=-1),
        _ask("Which control?", CONTROL),
        _ask("Show the value", VALUE),
        *[_fix(n) for n in range(MAX_FIXES)],
        html.Span(className="hint", **{"data-hint-note": ""}),
    ]


def _ask(words: str, level: int) -> Component:
    return html.Button(
        words, className="outline ask", hidden=True, **{"data-do": "hint", "data-level-asked": str(level)}
    )


def _fix(n: int) -> Component:
    name = f"hint.fixes.{n}"
    return html.Button(
        [
            painted(f"{name}.label", className="fix-label"),
            painted(f"{name}.old", className="fix-old"),
            html.Span(" → ", className="fix-old", **{"aria-label": "to"}),
            painted(f"{name}.new", className="fix-new"),
            painted(f"{name}.harm", className="fix-harm"),
        ],
        className="outline fix",
        hidden=True,
        **{"data-do": "fix", "data-fix": str(n)},
    )


def _also() -> Component:
    return html.Span(
        [shape(paint="status.also_level"), painted("status.also")], className="also", **{"data-show": "status.also"}
    )
