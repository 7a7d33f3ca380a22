"""The second opinion: a small neural network on the same partition, with the same draws of who takes part."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from physics.federation import draw_participation, simulate
from physics.validation import Floats
from tracks import SecondOpinion, Track, Value
from tracks.api import charts
from tracks.api.quantities import in_words
from tracks.common.accuracy_figure import sampled_rounds
from tracks.common.federated_runs import runs
from tracks.common.links import fleet_uploads
from tracks.common.proxy_fleet import city_names, problem
from tracks.common.scoring import scores
from tracks.missions.convergence.costs import costs
from tracks.missions.convergence.figures import COMMUNICATION, MAX_POINTS
from tracks.missions.convergence.setting import Setting, setting_of
from tracks.missions.convergence.state import learning_of

MIDDLE = (0.1, 0.9)  # the band holds the middle 80% of the seeds
SERIES = 2
# The network's step over the student's. Of 60 random states of Edge Guardian and of Tiny Pioneer, with learning rates
# of 0.5 to 32, it ranks the fleet's and the worst city's accuracy most as softmax regression does (Spearman .90/.90 and
# .90/.92). Measured beside it: a sixteenth .83/.88 (Pioneer), a quarter .74/.74 and .80/.77, a half .50/.56 (Guardian),
# a step of 1 whatever the student's .82/.90 and .87/.85, of 2 .82/.86 and .85/.84, of 4 .57/.64 (Guardian). At longer
# steps SCAFFOLD diverges in the network where it is best in softmax regression.
STEP_RATIO = 0.125


@dataclass(frozen=True, kw_only=True, slots=True)
class _Ends:
    """Where a model ends: the fleet's score, that of its worst city, and which city that is."""

    fleet: float
    worst: float
    city: int

    def wins(self, track: Track) -> bool:
        """Whether both accuracies reach the track's targets."""
        targets = track.targets
        return self.fleet >= targets.mean_accuracy and self.worst >= targets.worst_city_accuracy


def second_opinion(track: Track, *, seeds: int, report: Callable[[int, int], None], **controls: Value) -> SecondOpinion:
    """Return the result of ``seeds`` runs of a network in the same state, at an eighth of the student's learning rate.

    ``report(done, of)`` is called before the first and after every run.
    """
    setting = setting_of(controls)
    curves, cities = _network(track, setting, seeds, report)
    low, high = np.quantile(curves, MIDDLE, axis=0)
    own = runs(learning_of(track.fleet.seed, setting, seed=0))
    sampled = list(sampled_rounds(setting.rounds, MAX_POINTS))
    spent = costs(track, setting).moved / setting.rounds
    x = [spent * rounds for rounds in sampled]
    middle = curves.mean(axis=0)
    figure = charts.figure(
        charts.spread(x, low[sampled], high[sampled], name="network, middle eight of ten seeds", series=SERIES),
        charts.curve(x, middle[sampled], name="network, mean", series=SERIES, role="seed", label="Network"),
    )
    ends = _Ends(fleet=float(middle[-1]), worst=float(cities.min()), city=int(cities.argmin()))
    students = _Ends(fleet=own.final_mean, worst=own.final_worst, city=own.worst)
    band = " to ".join(in_words(float(curve[-1]), "share") for curve in (low, high))
    sentence = (
        f"After {setting.rounds} rounds the network is at {in_words(ends.fleet, 'share')} ({band} over {seeds} "
        f"seeds), softmax regression at {in_words(students.fleet, 'share')}. {_verdict(track, ends, students)}"
    )
    return SecondOpinion(panel=COMMUNICATION, figure=figure, sentence=sentence, wins=ends.wins(track))


def _network(track: Track, setting: Setting, seeds: int, report: Callable[[int, int], None]) -> tuple[Floats, Floats]:
    """Return the fleet's score of every seed by round, (seeds, R+1), and every city's at the end, mean of the seeds."""
    fleet = problem(track.fleet.seed, setting.alpha)
    curves, cities = [], []
    report(0, seeds)
    for seed in range(seeds):
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
            learning_rate=STEP_RATIO * setting.learning_rate,
            proximal=setting.proximal,
            participation=mask,
            engine="network",
            seed=seed,
        )
        curves.append(scores(run.accuracy))
        cities.append(scores(run.group_accuracy)[-1])
        report(seed + 1, seeds)
    return np.stack(curves), np.mean(cities, axis=0)


def _verdict(track: Track, network: _Ends, softmax: _Ends) -> str:
    """Return whether the network too reaches the targets of accuracy; what else is judged does not depend on it."""
    verdict = {
        (True, True): "it would have won too",
        (True, False): "it would have won where softmax regression does not",
        (False, True): "it would not have won where softmax regression does",
        (False, False): "it would not have won either",
    }[network.wins(track), softmax.wins(track)]
    targets = track.targets
    asked = (
        ("fleet", network.fleet, targets.mean_accuracy),
        (city_names(track)[network.city], network.worst, targets.worst_city_accuracy),
    )
    reached = ", ".join(
        f"{name} {in_words(has, 'share')} of the {in_words(want, 'share')} wanted" for name, has, want in asked
    )
    return f"By accuracy alone {verdict}: {reached}."
