"""The course's own benches, offered through the same hook as a guest's."""

from __future__ import annotations

from dashboard.missions.convergence import BENCH as CONVERGENCE
from dashboard.missions.memory import BENCH as MEMORY
from dashboard.missions.paradox import BENCH as PARADOX
from dashboard.missions.privacy import BENCH as PRIVACY
from tracks import Bench, hookimpl


@hookimpl
def edgelab_benches() -> list[Bench]:
    """Offer the benches that every track gets, in the order of the mission."""
    return [PARADOX, MEMORY, CONVERGENCE, PRIVACY]
