"""Edge Guardian: an AV systems lead, one vehicle computer with a 10 ms control loop and half a million vehicles."""

from __future__ import annotations

from tracks import Track, hookimpl
from tracks.edge_guardian.track import EDGE_GUARDIAN


@hookimpl
def edgelab_tracks() -> list[Track]:
    """Register Edge Guardian."""
    return [EDGE_GUARDIAN]
