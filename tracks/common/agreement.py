"""Where a small network agrees with softmax regression, and where it does not: what ``make agreement`` measured."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from statistics import median_low
from typing import Any

from tracks import Track
from tracks.api.quantities import in_words, three_digits

MEASURED = Path(__file__).parent / "data" / "agreement.json"


# The states, as changes of the start of convergence, in which a lesson is run by itself.
TWO_STEPS = {"local_steps": 2}
FEW_AND_LONG = {"clients_per_round": 3, "local_steps": 100}

_HERE, _ELSEWHERE = "on this track", "on the course’s own tracks"


@lru_cache(maxsize=1)
def _measured() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = json.loads(MEASURED.read_text(encoding="utf-8"))
    return found


def agreeing_states(track: Track) -> tuple[int, str]:
    """Return in how many of 100 states both engines agree on a track, and where: "here", or the course's tracks."""
    found = _measured()
    if track.id in found:
        return round(100 * found[track.id]["agree"]), _HERE
    return round(100 * sum(one["agree"] for one in found.values()) / len(found)), _ELSEWHERE


def disagreements(track: Track) -> str:
    """Return where the network disagrees, as the end of a sentence: what SCAFFOLD and a proximal weight do in both."""
    found = _measured()
    here = track.id in found
    every = [found[track.id]] if here else list(found.values())

    def told(lesson: str, end: int) -> float:
        return float(median_low(one["lessons"][lesson][end] for one in every))

    def added(lesson: str) -> str:
        softmax, network = (in_words(round(told(lesson, end), 1) + 0.0, "points") for end in (0, 1))
        return f"{softmax}, and {network} in the network"

    steps, clients, many = TWO_STEPS["local_steps"], FEW_AND_LONG["clients_per_round"], FEW_AND_LONG["local_steps"]
    return (
        f"{_HERE if here else _ELSEWHERE}, SCAFFOLD changes the fleet at {steps} local steps by {added('scaffold')}; "
        f"FedProx changes it at the start of convergence by {added('proximal')}; with {clients} clients a round and "
        f"{many} local steps the best μ of eight is {three_digits(told('best_weight', 0))}, and "
        f"{three_digits(told('best_weight', 1))} in the network"
    )
