"""Cloud Titan: an LLM architect, one node of eight GPUs and a million tenants with an adapter each."""

from __future__ import annotations

from tracks import Track, hookimpl
from tracks.cloud_titan.track import CLOUD_TITAN


@hookimpl
def edgelab_tracks() -> list[Track]:
    """Register Cloud Titan."""
    return [CLOUD_TITAN]
