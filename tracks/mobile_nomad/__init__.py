"""Mobile Nomad: an AR glasses developer, one watt on the face and ten million glasses."""

from __future__ import annotations

from tracks import Track, hookimpl
from tracks.mobile_nomad.track import MOBILE_NOMAD


@hookimpl
def edgelab_tracks() -> list[Track]:
    """Register Mobile Nomad."""
    return [MOBILE_NOMAD]
