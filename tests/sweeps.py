"""What `make test` leaves to `make sweep`: the same test on further tracks, benches, widths and themes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

# Every state of these benches, and of Guardian's crisis, is several runs.
FEDERATED = ("convergence", "privacy", "recommendation")
HEARD = "edge_guardian"  # the track on which `make test` asks them all the same


def is_left_to_sweep(track: str, bench: str) -> bool:
    """Return whether a bench costs seconds where others cost milliseconds, and is asked on another track already."""
    return (bench in FEDERATED and track != HEARD) or (track, bench) == (HEARD, "crisis")


def swept(values: Iterable[Any], *, kept: Iterable[Any]) -> list[Any]:
    """Return each value as a parameter; those that are not in ``kept`` carry the mark of a sweep.

    A tuple stands for several parameters.

    Raises:
        ValueError: a value is kept that is none of the values, so that `make test` would not run it.
    """
    every, first = list(values), list(kept)
    if unknown := [value for value in first if value not in every]:
        raise ValueError(f"kept must be some of {every}, got {unknown}")

    def marked(value: Any) -> Any:
        parts = value if isinstance(value, tuple) else (value,)
        return pytest.param(*parts, marks=() if value in first else pytest.mark.sweep)

    return [marked(value) for value in every]
