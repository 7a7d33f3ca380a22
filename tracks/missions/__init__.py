"""The course's own benches, offered through the same hook as a guest's."""

from __future__ import annotations

from tracks import Bench, hookimpl
from tracks.missions.convergence import BENCH as CONVERGENCE
from tracks.missions.memory import BENCH as MEMORY
from tracks.missions.paradox import BENCH as PARADOX
from tracks.missions.privacy import BENCH as PRIVACY


@hookimpl
def edgelab_benches() -> list[Bench]:
    """Offer the benches that every track gets, in the order of the mission."""
    return [PARADOX, MEMORY, CONVERGENCE, PRIVACY]
