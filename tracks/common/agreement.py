"""In how many states a small network wins or loses as softmax regression does: what ``make agreement`` measured."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path

from tracks import Track

MEASURED = Path(__file__).with_name("agreement.json")


@lru_cache(maxsize=1)
def _measured() -> dict[str, dict[str, float]]:
    found: dict[str, dict[str, float]] = json.loads(MEASURED.read_text(encoding="utf-8"))
    return found


def agreeing_states(track: Track) -> tuple[int, str]:
    """Return in how many of 100 states both engines agree on a track, and where: "here", or the course's tracks."""
    found = _measured()
    if track.id in found:
        return round(100 * found[track.id]["agree"]), "on this track"
    return round(100 * sum(one["agree"] for one in found.values()) / len(found)), "on the course’s own tracks"
