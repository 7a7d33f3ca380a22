"""The second opinion: softmax regression on the same partition, with the same kind of random numbers, for 20 seeds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from physics.federation import draw_participation, simulate
from tracks import SecondOpinion, Track, Value
from tracks.api import charts
from tracks.api.quantities import in_words
from tracks.common.accuracy_figure import sampled_rounds
from tracks.common.federated_runs import runs
from tracks.common.links import fleet_uploads
from tracks.common.proxy_fleet import problem
from tracks.common.scoring import scores
from tracks.missions.convergence.costs import costs
from tracks.missions.convergence.figures import COMMUNICATION, MAX_POINTS
from tracks.missions.convergence.setting import Setting, setting_of
from tracks.missions.convergence.state import learning_of

OPINION_SEEDS = 20
MIDDLE = (0.1, 0.9)  # the band holds the middle 80% of the seeds
SERIES = 2
CLOSE = 0.01  # of accuracy: nearer, the engines agree


def second_opinion(track: Track, *, report: Callable[[int, int], None], **controls: Value) -> SecondOpinion:
    """Return the result of softmax regression in the same state, with the exact engine's step sizes and step counts.

    ``report(done, of)`` is called before the first and after every seed.
    """
    setting = setting_of(controls)
    curves = np.stack([scores(curve) for curve in _accuracies(track, setting, report)])
    low, high = np.quantile(curves, MIDDLE, axis=0)
    exact = runs(learning_of(track.fleet.seed, setting, seed=0)).mean
    sampled = list(sampled_rounds(setting.rounds, MAX_POINTS))
    spent = costs(track, setting).moved / setting.rounds
    x = [spent * rounds for rounds in sampled]
    middle = curves.mean(axis=0)
    figure = charts.figure(
        charts.spread(x, low[sampled], high[sampled], name="softmax, middle eight of ten seeds", series=SERIES),
        charts.curve(x, middle[sampled], name="softmax, mean", series=SERIES, role="seed", label="Softmax"),
    )
    return SecondOpinion(
        panel=COMMUNICATION, figure=figure, sentence=_sentence(exact, low, high, middle, setting.rounds)
    )


def _accuracies(track: Track, setting: Setting, report: Callable[[int, int], None]) -> list[Any]:
    fleet = problem(track.fleet.seed, setting.alpha)
    curves = []
    report(0, OPINION_SEEDS)
    for seed in range(OPINION_SEEDS):
        mask = draw_participation(
            fleet,
            rounds=setting.rounds,
            clients_per_round=setting.clients_per_round,
            reliability=np.asarray(fleet_uploads(setting.reliability, setting.attempts).delivered),
            selection=setting.selection,
            seed=seed,
        )
        run = simulate(
            fleet,
            algorithm=setting.algorithm,
            rounds=setting.rounds,
            clients_per_round=setting.clients_per_round,
            local_steps=setting.local_steps,
            learning_rate=setting.learning_rate,
            proximal=setting.proximal,
            participation=mask,
            engine="softmax",
        )
        curves.append(run.accuracy)
        report(seed + 1, OPINION_SEEDS)
    return curves


def _sentence(exact: Any, low: Any, high: Any, middle: Any, rounds: int) -> str:
    """Return where the two engines end, and in which rounds the exact one lies outside the band."""
    at, low_end, high_end, own = (in_words(float(curve[-1]), "share") for curve in (middle, low, high, exact))
    ends = f"After {rounds} rounds softmax is at {at} ({low_end} to {high_end} over {OPINION_SEEDS} seeds), "
    ends += f"the exact engine at {own}. "
    outside = [t for t in range(1, rounds + 1) if not low[t] - CLOSE <= exact[t] <= high[t] + CLOSE]
    if not outside:
        return f"{ends}They agree within a point in every round."
    above = sum(1 for t in outside if exact[t] > high[t])
    side = "above" if 2 * above > len(outside) else "below"
    first, last = outside[0], outside[-1]
    text = (
        f"{ends}They disagree in {len(outside)} of {rounds} rounds, from {first} to {last}: there the exact engine "
        f"lies {side} the band by more than a point."
    )
    return f"{text} Least squares drifts more than softmax does on the same data." if side == "below" else text
