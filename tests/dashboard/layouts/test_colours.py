"""Colours that can be told apart: text on every ground in both themes, and data under three kinds of colour blindness.

WCAG 2.2 asks for 4.5:1 of text (1.4.3) and 3:1 of what tells a control or a state (1.4.11). CIEDE2000 is the difference
as it is seen; 10 is about the least at which two marks apart from each other are told by colour alone. Blindness is
simulated in full (Brettel, Viénot and Mollon 1997), which is the hardest case.
"""

from __future__ import annotations

import re
from itertools import combinations
from pathlib import Path

import pytest
from coloraide import Color

from dashboard.rendering.figures.palette import DARK, LIGHT

CSS = (Path(__file__).parents[3] / "dashboard" / "assets" / "css" / "tokens.css").read_text(encoding="utf-8")
DECLARED = re.compile(r"--([\w-]+): (#[0-9a-f]{6});")
GROUNDS = ("paper", "rail", "sunk")
TEXT = (
    *((text, ground) for text in ("ink", "ink-2", "ink-3") for ground in GROUNDS),
    *((level, f"{level}-tint") for level in ("ok", "warn", "fail")),
    *((level, ground) for level in ("ok", "warn", "fail") for ground in GROUNDS[:2]),
    *((text, f"{level}-tint") for text in ("ink", "ink-2") for level in ("ok", "warn", "fail")),
    ("on-solid", "solid"),
    ("hud-2", "hud"),
    ("hud-ok", "hud"),
    ("hud-warn", "hud"),
    ("hud-fail", "hud"),
    ("blue-text", "paper"),
)
SHAPES = (
    *(("edge", ground) for ground in GROUNDS),
    *(("focus", ground) for ground in GROUNDS),
    ("warn-mark", "paper"),
    ("warn-mark", "warn-tint"),
    ("blue", "paper"),
    ("solid", "paper"),
)
BLIND = (None, "protan", "deutan", "tritan")
SERIES = tuple(f"series-{n}" for n in range(4))
LEAST_APART = 10
# Pairs that colour alone does not tell apart, by theme and blindness, with their CIEDE2000. Dash, marker and name do.
WEAK = {
    ("dark", "protan"): {("series-0", "series-3"): 8.4},
    ("dark", "tritan"): {("series-0", "series-2"): 1.6},
}


def tokens(theme: str) -> dict[str, str]:
    """The colours of a theme as the pages have them."""
    light, _, dark = CSS.partition(':root[data-theme="dark"] {')
    found = dict(DECLARED.findall(light))
    return found | dict(DECLARED.findall(dark.partition("}")[0])) if theme == "dark" else found


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_and_shapes_stand_out_from_every_ground(theme: str) -> None:  # N13
    colours = tokens(theme)

    def too_weak(pairs: tuple[tuple[str, str], ...], least: float) -> dict[tuple[str, str], float]:
        ratios = {(on, ground): Color(colours[on]).contrast(colours[ground]) for on, ground in pairs}
        return {pair: round(ratio, 2) for pair, ratio in ratios.items() if ratio < least}

    assert too_weak(TEXT, 4.5) == {}
    assert too_weak(SHAPES, 3) == {}


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_text_of_figures_stands_out(palette: dict[str, str]) -> None:  # N13
    for name in ("ink", "ink-2", "muted", "fail", *(f"label-{n}" for n in range(4))):
        assert Color(palette[name]).contrast(palette["paper"]) >= 4.5, name


@pytest.mark.parametrize("blind", BLIND, ids=str)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_series_are_told_apart_by_colour_under_any_blindness(theme: str, blind: str | None) -> None:  # N13
    palette = {"light": LIGHT, "dark": DARK}[theme]

    def seen(name: str) -> Color:
        colour = Color(palette[name])
        return colour if blind is None else colour.filter(blind, method="brettel")

    apart = {pair: seen(pair[0]).delta_e(seen(pair[1]), method="2000") for pair in combinations(SERIES, 2)}
    weak = {pair: round(far, 1) for pair, far in apart.items() if far < LEAST_APART}
    assert weak == WEAK.get((theme, str(blind)), {})
