"""The colours of figures by role, in both themes, and what tells series apart without colour."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

LIGHT: Mapping[str, str] = {
    "paper": "#FFFFFF",
    "veil": "rgba(255,255,255,0.8)",
    "sunk": "#ECF0F3",
    "ink": "#10171F",
    "ink-2": "#3D4854",
    "muted": "#586572",
    "edge": "#788593",
    "ghost": "#87939F",
    "series-0": "#0072B2",
    "series-1": "#D55E00",
    "series-2": "#009E73",
    "series-3": "#CC79A7",
    "label-0": "#00649D",
    "label-1": "#AC4A00",
    "label-2": "#00724F",
    "label-3": "#9C4A78",
    "rule-2": "#C2CBD4",
    "orange": "#E69F00",
    "hatch-orange": "#7A5200",
    "hatch-pink": "#7D3C62",
    "fail": "#971B2F",
    "over": "#F6DCE0",
    "tint-0": "rgba(0,114,178,0.16)",
    "tint-1": "rgba(213,94,0,0.16)",
    "tint-2": "rgba(0,158,115,0.16)",
    "tint-3": "rgba(204,121,167,0.2)",
}
DARK: Mapping[str, str] = {
    "paper": "#131920",
    "veil": "rgba(19,25,32,0.8)",
    "sunk": "#1D252E",
    "ink": "#E9EDF1",
    "ink-2": "#BBC5CF",
    "muted": "#93A0AD",
    "edge": "#73808E",
    "ghost": "#6B7784",
    "series-0": "#4BA3DB",
    "series-1": "#EE7A2E",
    "series-2": "#26B58B",
    "series-3": "#DB94BB",
    "label-0": "#6FB9E8",
    "label-1": "#F58F4C",
    "label-2": "#4CC9A2",
    "label-3": "#E3A5C7",
    "rule-2": "#3B4753",
    "orange": "#F0B429",
    "hatch-orange": "#5E4200",
    "hatch-pink": "#69304F",
    "fail": "#FF9AA8",
    "over": "#4A2530",
    "tint-0": "rgba(75,163,219,0.22)",
    "tint-1": "rgba(238,122,46,0.22)",
    "tint-2": "rgba(38,181,139,0.22)",
    "tint-3": "rgba(219,148,187,0.22)",
}
DASHES = {"series-0": "solid", "series-1": "7px,3px", "series-2": "2px,3px", "series-3": "7px,3px,2px,3px"}
SYMBOLS = {"series-0": "circle", "series-1": "diamond", "series-2": "triangle-up", "series-3": "x"}
NODE_SYMBOLS = {"series-0": ("circle", 8), "series-1": ("square", 7), "series-2": ("diamond", 9),
                "series-3": ("triangle-up", 9)}  # fmt: skip

# The fill of a bar by kind: colour, colour of its outline, pattern, and the pattern's colour and solidity.
FILLS: Mapping[str, tuple[str, str, str, str, float]] = {
    "weights": ("series-0", "ink", "", "paper", 0.18),
    "gradients": ("orange", "ink", "/", "hatch-orange", 0.18),
    "optimizer": ("series-3", "ink", "x", "hatch-pink", 0.18),
    "activations": ("series-2", "ink", ".", "paper", 0.28),
    "other": ("ghost", "ink", "", "paper", 0.18),
    "free": ("sunk", "edge", "", "paper", 0.18),
    "total": ("sunk", "ink-2", "", "paper", 0.18),
    "excess": ("over", "fail", "", "paper", 0.18),
    "part-0": ("series-0", "ink", "", "paper", 0.18),
    "part-1": ("series-2", "ink", ".", "paper", 0.28),
    "part-2": ("orange", "ink", "/", "hatch-orange", 0.18),
    "part-3": ("series-3", "ink", "x", "hatch-pink", 0.18),
    "series-0": ("series-0", "ink", "", "paper", 0.18),
    "series-1": ("series-1", "ink", "/", "paper", 0.18),
    "series-2": ("series-2", "ink", ".", "paper", 0.28),
    "series-3": ("series-3", "ink", "x", "paper", 0.18),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Screen:
    """What a browser says of itself: its theme, and whether it is narrower than 800 px or wide and low."""

    dark: bool = False
    narrow: bool = False
    low: bool = False  # from 1,200 px of width on, no higher than 820 px, as on a laptop: figures are less high there

    @property
    def palette(self) -> Mapping[str, str]:
        """The colours of this theme by role."""
        return DARK if self.dark else LIGHT
