"""The four built-in tracks, as their modules register them."""

from __future__ import annotations

import importlib

import pluggy
import pytest

from tracks import Track
from tracks.api import hookspecs

NAMES = ("cloud_titan", "edge_guardian", "mobile_nomad", "tiny_pioneer")


def offered(name: str) -> list[Track]:
    """Return what the module registers with a plugin manager of its own, as a plugin does."""
    manager = pluggy.PluginManager(hookspecs.PROJECT)
    manager.add_hookspecs(hookspecs)
    manager.register(importlib.import_module(f"tracks.{name}"))
    manager.check_pending()
    return [track for tracks in manager.hook.edgelab_tracks() for track in tracks]


TRACKS = {name: offered(name)[0] for name in NAMES}
TITAN, GUARDIAN, NOMAD, PIONEER = (TRACKS[name] for name in NAMES)

every_track = pytest.mark.parametrize("track", TRACKS.values(), ids=NAMES)
