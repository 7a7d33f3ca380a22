"""Tiny Pioneer: a hearable lead, half a mebibyte of SRAM and ten thousand earbuds that talk over Bluetooth."""

from __future__ import annotations

from tracks import Track, hookimpl
from tracks.tiny_pioneer.track import TINY_PIONEER


@hookimpl
def edgelab_tracks() -> list[Track]:
    """Register Tiny Pioneer."""
    return [TINY_PIONEER]
