"""The score of a federated run: the mean over the last 20% of its rounds, 10 at most."""

from __future__ import annotations

import numpy as np

from physics.validation import Floats

MAX_WINDOW, WINDOW_SHARE = 10, 5


def window_of(rounds: int) -> int:
    """Return the number of last rounds that a run of that length is scored on."""
    return min(MAX_WINDOW, max(1, rounds // WINDOW_SHARE))


def window_in_words(rounds: int) -> str:
    """Return the window of a final score as a text: "the last 10 rounds", "the last round"."""
    window = window_of(rounds)
    return "the last round" if window == 1 else f"the last {window} rounds"


def scores(curve: Floats) -> Floats:
    """Return for every round the mean over the window that ends there: what a run of that length would score."""
    end = np.arange(len(curve))
    window = np.clip(end // WINDOW_SHARE, 1, MAX_WINDOW)
    total = np.concatenate((np.zeros_like(curve[:1]), np.cumsum(curve, axis=0)))
    means: Floats = (total[end + 1] - total[end + 1 - window]) / window.reshape(-1, *[1] * (curve.ndim - 1))
    return means.round(12)  # differences of sums: a flat curve must give 0
