"""What is to be found where federating is green from the start: the raw bytes at which both sides move the same."""

from __future__ import annotations

from tracks import Task, Track
from tracks.api.quantities import in_words
from tracks.missions.paradox.controls import controls
from tracks.missions.paradox.setting import setting_of
from tracks.missions.paradox.state import NEAR, RATIO_WARN, evaluate


def task(track: Track) -> Task | None:
    """Return the task of a track on which nothing objects to the start; None where something does."""
    start = evaluate(track, setting_of({control.id: control.default for control in controls(track)}))
    if any(limit.level != "ok" for limit in start.limits.values()):
        return None
    return Task(
        text="Find how many raw bytes a device and day make both sides equal, within "
        f"{in_words(NEAR, 'share')}; they are under Advanced.",
        reading="ratio",
        low=1 / RATIO_WARN,
        high=RATIO_WARN,
        controls=("raw_bytes",),
    )
