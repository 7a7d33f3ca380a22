"""Scenes as pictures: SVG made of a bench's shapes in the colours of a theme, without a script or a request."""

from __future__ import annotations

import base64
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape

from dashboard.rendering.figures.palette import DARK, LIGHT
from tracks.api.bench import Bench
from tracks.api.checks import refuse
from tracks.api.figures import Scene, Shape
from tracks.api.outcome import Outcome
from tracks.api.track import Track

WIDTH, HEIGHT = 360, 128
NOT_DRAWN = "The picture of this case cannot be drawn; nothing else depends on it."
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class DrawnScene:
    """A scene as the page shows it: an address of its picture in each theme, and its sentence.

    Where it cannot be drawn there are no pictures, and the sentence says so.
    """

    light: str
    dark: str
    sentence: str


def drawn_scene(track: Track, bench: Bench, outcome: Outcome | None) -> DrawnScene | None:
    """Return the scene of a bench for an Outcome, or for none before there may be one; None where it has no scene."""
    if bench.scene is None:
        return None
    try:
        scene = bench.scene(track, outcome)
        if not isinstance(scene, Scene):
            raise refuse(f"Bench '{bench.id}'", f"scene must return a Scene, got {scene!r:.80}")
        return DrawnScene(light=_address(scene, LIGHT), dark=_address(scene, DARK), sentence=scene.sentence)
    except Exception:  # a plugin's scene may raise anything, and decides nothing
        _LOG.exception("the scene of %s/%s cannot be drawn", track.id, bench.id)
        return DrawnScene(light="", dark="", sentence=NOT_DRAWN)


def _address(scene: Scene, palette: Mapping[str, str]) -> str:
    return f"data:image/svg+xml;base64,{base64.b64encode(scene_svg(scene, palette).encode()).decode()}"


def scene_svg(scene: Scene, palette: Mapping[str, str]) -> str:
    """Return a scene as an SVG file in the colours of one theme."""
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}">'
    return head + "".join(_element(shape, palette) for shape in scene.shapes) + "</svg>"


def _element(shape: Shape, palette: Mapping[str, str]) -> str:
    colour = palette[shape.colour]
    x, y, width, height = (f"{value:.1f}" for value in (shape.x, shape.y, shape.width, shape.height))
    if shape.kind == "line":
        ends = f'x1="{x}" y1="{y}" x2="{shape.x + shape.width:.1f}" y2="{shape.y + shape.height:.1f}"'
        return f'<line {ends} stroke="{colour}" stroke-width="1"/>'
    if shape.kind == "text":
        font = 'font-family="system-ui, sans-serif" font-size="13"'
        return f'<text x="{x}" y="{y}" fill="{colour}" {font}>{escape(shape.text)}</text>'
    look = f'fill="none" stroke="{colour}" stroke-width="1.25"' if shape.hollow else f'fill="{colour}"'
    if shape.kind == "disc":
        return f'<circle cx="{x}" cy="{y}" r="{shape.width / 2:.2f}" {look}/>'
    corner = min(10.0, 0.12 * min(shape.width, shape.height))
    return f'<rect x="{x}" y="{y}" width="{width}" height="{height}" rx="{corner:.1f}" {look}/>'
