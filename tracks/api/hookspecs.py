"""The two hooks through which a plugin registers tracks and benches, each with a whole example."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import pluggy

if TYPE_CHECKING:
    from tracks.api.bench import Bench
    from tracks.api.track import Track

PROJECT = "edgelab"

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


@hookspec
def edgelab_tracks() -> Iterable[Track]:  # type: ignore[empty-body]
    """Register tracks: personas with their constants, fleet, targets and crisis.

    ::

        from tracks import Track, hookimpl

        HARBOUR_CRANE = Track(id="harbour_crane", name="Harbour Crane", ...)

        @hookimpl
        def edgelab_tracks():
            return [HARBOUR_CRANE]
    """


@hookspec
def edgelab_benches() -> Iterable[Bench]:  # type: ignore[empty-body]
    """Register benches that every track gets, in the order of the mission.

    ::

        from tracks import Bench, hookimpl

        DOWNLINK = Bench(id="downlink", title="Downlink: who pays for the broadcast?", ...)

        @hookimpl
        def edgelab_benches():
            return [DOWNLINK]
    """
