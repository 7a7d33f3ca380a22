"""The scene of a case: one still picture with its sentence, in both themes, of which a page shows one."""

from __future__ import annotations

from dash import html

from dashboard.layouts.parts import Component
from dashboard.rendering.scenes import DrawnScene


def scene_picture(scene: DrawnScene | None, *, captioned: bool = False) -> Component:
    """Return the picture, described by its sentence; where it cannot be drawn, the sentence that says so.

    ``captioned`` writes the sentence below it, too: not before a lock, where every word is to be read.
    """
    if scene is None:
        return None
    if not scene.light:
        return html.P(scene.sentence, className="hint scene-missing")
    picture = html.Div(
        [
            html.Img(src=scene.light, alt="", className="of-light"),
            html.Img(src=scene.dark, alt="", className="of-dark"),
        ],
        className="scene",
        role="img",
        **{"aria-label": scene.sentence},
    )
    if not captioned:
        return picture
    return html.Div([picture, html.P(scene.sentence, className="caption", **{"aria-hidden": "true"})])
