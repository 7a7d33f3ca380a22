"""The dark read-out at the foot of a bench: where the student stands, in three numbers and a few words."""

from __future__ import annotations

import json
from typing import Any

from dash import html

from dashboard.lab import ReadOut
from dashboard.layouts.parts import Component, painted, shape
from dashboard.layouts.static_html import STATIC
from dashboard.rendering.texts import limit_tick, short_limit
from tracks.api.bench import Bench
from tracks.api.outcome import Reading
from tracks.api.track import Track


def hud(
    track: Track,
    bench: Bench,
    label: str,
    readings: dict[str, Reading],
    read_out: ReadOut,
    *,
    lab: str,
    is_unlocked: bool,
    opens: str = "",
) -> Component:
    """Lab, track, bench, its facts; what binds and what eases it; three numbers against limits; tries and locks.

    Args:
        label: the bench's place and name ("3 Downlink"). lab: its number in the course, or "". readings: by id.
        opens: when it tells of the bench, before.
    """
    binding: Any = opens
    if is_unlocked:
        binding = [shape(paint="binding.level"), painted("binding.text")]
    return html.Section(
        [
            html.Div(
                [
                    html.Div([html.Span(f"{lab} · {track.name}" if lab else track.name), html.B(label)]),
                    _about(read_out),
                ],
                className="hud-name",
            ),
            html.Div(
                [
                    html.Span("Binding constraint"),
                    html.B(binding),
                    painted("hint.eased", className="hud-sensitivity") if is_unlocked else None,
                ],
                className="hud-binding",
            ),
            html.Div([_gauge(readings[name], is_unlocked=is_unlocked) for name in bench.hud], className="hud-gauges"),
            html.Div(
                [
                    html.Span(["Tries ", painted("progress_summary.tries", html.B)]),
                    html.Span(["Locks ", painted("progress_summary.locks", html.B)]),
                ],
                className="hud-small",
            ),
            html.Button("Controls", className="sheet-button", **{"data-do": "sheet", "aria-expanded": "false",
                                                                 "aria-controls": "explore"}),
        ],
        className="hud",
        **STATIC,
        **{"aria-label": "Where you stand"},
    )  # fmt: skip


def _about(read_out: ReadOut) -> Component:
    """The choices that are kept from bench to bench, and the facts that benches of the mission declare."""
    choices = [
        html.Span(
            choice.text(choice.default),
            **{
                "data-kept": choice.id,
                "data-default": choice.default,
                "data-texts": json.dumps({option.id: option.text for option in choice.options}),
            },
        )
        for choice in read_out.choices
    ]
    facts: list[Component] = []
    for n, (_, fact) in enumerate(read_out.facts):
        facts += [f"{', ' if n else ''}{fact.label} ", painted(f"progress_summary.facts.{n}")]
    parts = [*choices, *([html.Span(facts)] if facts else [])]
    return html.Div(parts, className="hud-about") if parts else None


def _gauge(reading: Reading, *, is_unlocked: bool) -> Component:
    name = f"readings.{reading.id}"
    value: Any = "–"
    if is_unlocked:
        value = [shape(paint=f"{name}.level"), painted(f"{name}.value"), " ", painted(f"{name}.unit")]
    limit = html.Span(short_limit(reading), className="gauge-limit")
    if is_unlocked:  # it moves with the world
        limit = painted(f"{name}.limit", className="gauge-limit")
    tick = limit_tick(reading)
    meter = html.Span(
        [html.Span(className="bar-fill"), html.Span(className="bar-tick")],
        className="meter",
        hidden=tick is None,
        style={"--tick": tick or 0},
        **({"data-bar": name} if is_unlocked else {}),
    )
    return html.Div(
        [
            html.Span(reading.label, className="gauge-label"),
            html.Span([html.B(value), limit], className="gauge-line"),
            meter,
        ],
        className="gauge",
    )
