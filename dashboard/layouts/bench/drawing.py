"""Where a prediction is drawn: a small figure with five handles, and the box of each handle's height below it."""

from __future__ import annotations

import json
from collections.abc import Sequence

from dash import dcc, html

from dashboard.layouts.parts import Component
from dashboard.rendering.figures.axes import ticks
from dashboard.web import ids
from tracks.api.bench import Bench
from tracks.api.declared import Curve
from tracks.api.teaching import Prediction

SUFFIXES = {"x": "×", "share": "%", "iB": "B"}  # beside a box, where it is not the unit itself


def drawing_fields(key: str, bench: Bench, prediction: Prediction, anchors: Sequence[str]) -> Component:
    """Return the figure to draw in and its boxes, filled as they were left; nothing is drawn beforehand."""
    curve = prediction.curve
    assert curve is not None  # asked for only where there is one
    every = [view for panel in bench.panels for view in (panel, *panel.views)]
    axis = next(panel for panel in every if panel.id == curve.panel).y
    values, texts = ticks(axis)
    spec = {
        "names": [name for name, _ in curve.at],
        "weights": list(curve.weights),
        "label": curve.label,
        "unit": curve.unit,
        "suffix": SUFFIXES.get(curve.unit, curve.unit),
        "low": curve.low,
        "high": curve.high,
        "step": curve.step,
        "ticks": [[value, text] for value, text in zip(values, texts, strict=True) if curve.low <= value <= curve.high],
    }
    boxes = [_box(key, prediction, curve, number, anchors) for number in range(len(curve.at))]
    legend = f"Draw it: {curve.label}" + (f", {spec['suffix']}" if spec["suffix"] else "")
    return html.Fieldset(
        [
            html.Legend(legend),
            html.Div(id=ids.drawing(key, prediction.id), className="draw-place"),
            html.Div(boxes, className="anchors"),
            html.Div(
                html.Button("Clear the drawing", className="quiet-button", **{"data-do": "clear_drawing"}),
                className="draw-tools",
            ),
        ],
        className="drawing",
        **{"data-curve": json.dumps(spec)},
    )


def _box(key: str, prediction: Prediction, curve: Curve, number: int, anchors: Sequence[str]) -> Component:
    name = curve.at[number][0]
    own = ids.entry(key, prediction.id, f"anchor_{number}")
    return html.Div(
        [
            html.Label([html.Span(f"{curve.label}: ", className="visually-hidden"), name], htmlFor=ids.dom(own)),
            dcc.Input(
                id=own,
                type="text",
                inputMode="decimal",
                value=anchors[number] if number < len(anchors) else "",
                maxLength=40,
                spellCheck="false",
                autoComplete="off",
            ),
        ],
        className="anchor",
    )
