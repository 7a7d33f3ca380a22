"""What tells a track from another on a page: its colour, its icon and the marker of its points."""

from __future__ import annotations

from dataclasses import dataclass

from tracks.api.checks import refuse

ICONS = (
    "cloud",
    "shield",
    "eyeglasses",
    "soundwave",
    "cpu",
    "broadcast",
    "truck",
    "house",
    "tree",
    "robot",
    "signpost-2",
)
MARKERS = ("circle", "square", "diamond", "triangle-up", "pentagon", "hexagon", "star")


@dataclass(frozen=True, kw_only=True, slots=True)
class Colour:
    """A track's identity colour; never used for data or status.

    Parameters
    ----------
    light, dark : str
        On white and on dark, as #rrggbb.
    """

    light: str
    dark: str

    def __post_init__(self) -> None:
        for name in ("light", "dark"):
            value = getattr(self, name)
            digits = value[1:] if isinstance(value, str) and value.startswith("#") else ""
            if len(digits) != 6 or any(c not in "0123456789abcdefABCDEF" for c in digits):
                raise refuse("Colour", f"{name} {value!r} must read #rrggbb")
