"""The course's own benches, registered through the same hook as a plugin's."""

from __future__ import annotations

from tracks import Bench, hookimpl
from tracks.missions.convergence import BENCH as CONVERGENCE
from tracks.missions.memory import BENCH as MEMORY
from tracks.missions.paradox import BENCH as PARADOX
from tracks.missions.paradox.keyboard import CASE as KEYBOARD
from tracks.missions.privacy import BENCH as PRIVACY
from tracks.missions.privacy.recommendation import CASE as RECOMMENDATION


@hookimpl
def edgelab_benches() -> list[Bench]:
    """Register the benches that every track gets, in the order of the mission, and their cases."""
    return [PARADOX, MEMORY, CONVERGENCE, PRIVACY, KEYBOARD, RECOMMENDATION]
