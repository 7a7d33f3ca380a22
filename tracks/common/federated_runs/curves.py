"""The curves of a state's runs, computed once: the longest that are kept serve every shorter run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from physics.federation import simulate_seeds
from physics.validation import Floats
from tracks.common.cache import cached_on_disk, check_cancelled, keep, kept
from tracks.common.federated_runs.learning import Learning, participation
from tracks.common.proxy_fleet import problem
from tracks.common.scoring import window_of


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Curves:
    """n runs, judged at T models each; arrays are read-only.

    Attributes:
        accuracy, loss: (n, T). city_accuracy: (n, T, 5). models: after the last round, (n, d, 10); None where the
            curves are the beginning of longer ones.
    """

    accuracy: Floats
    loss: Floats
    city_accuracy: Floats
    models: Floats | None


def curves(learning: Learning, draws: int) -> Curves:
    """Return every round of the runs of a state.

    Rounds are drawn in order, so that the longest run that is kept has those of every shorter one, to the last bit.
    """
    found = _kept_curves(learning, draws)
    if found is None:
        check_cancelled()
        found = _simulated(learning, draws, last=None)
        keep(*place_of(learning, draws), found)
    return _part(found, 0, learning.rounds + 1)


def scored_rounds(learning: Learning, draws: int) -> Curves:
    """Return the rounds that are scored alone, which are judged sooner than all."""
    found = _kept_curves(learning, draws)
    if found is None:
        return ends(learning, draws)
    return _part(found, learning.rounds + 1 - window_of(learning.rounds), learning.rounds + 1)


def place_of(learning: Learning, draws: int) -> tuple[str, tuple[Learning, int]]:
    """Return where the longest run is kept, which does not depend on the rounds."""
    return "curves", (replace(learning, rounds=0), draws)


def _kept_curves(learning: Learning, draws: int) -> Curves | None:
    """Return the curves that are kept of runs as long or longer, or None."""
    found: Curves | None = kept(*place_of(learning, draws))
    return None if found is None or found.accuracy.shape[1] <= learning.rounds else found


def _part(whole: Curves, first: int, end: int) -> Curves:
    """Return some rounds of curves, as arrays of their own: sums of them have the same bits wherever they come from."""
    accuracy, loss, city_accuracy = (
        _read_only(np.ascontiguousarray(one[:, first:end])) for one in (whole.accuracy, whole.loss, whole.city_accuracy)
    )
    models = whole.models if end == whole.accuracy.shape[1] else None
    return Curves(accuracy=accuracy, loss=loss, city_accuracy=city_accuracy, models=models)


@cached_on_disk
def ends(learning: Learning, draws: int) -> Curves:
    """Return the rounds that are scored alone of runs of which no curves are kept."""
    return _simulated(learning, draws, last=window_of(learning.rounds))


def _simulated(learning: Learning, draws: int, *, last: int | None) -> Curves:
    """Run each seed; where nothing is random, run one and use it for all of them.

    Whole curves begin with the one that a moving slider has shown, which is kept and not run again when it rests.
    """
    first = [curves(learning, 1)] if draws > 1 and last is None else []
    if learning.is_certain and first:
        return _joined(first * draws)
    more = simulate_seeds(
        problem(learning.fleet_seed, learning.alpha),
        participation=participation(learning, 1 if learning.is_certain else draws)[len(first) :],
        algorithm=learning.algorithm,
        local_steps=learning.local_steps,
        learning_rate=learning.learning_rate,
        proximal=learning.proximal,
        last=last,
    )
    run = Curves(accuracy=more.accuracy, loss=more.loss, city_accuracy=more.group_accuracy, models=more.models)
    return _joined([run] * draws if learning.is_certain else [*first, run])


def _joined(found: Sequence[Curves]) -> Curves:
    models = [one.models for one in found if one.models is not None]
    return Curves(
        accuracy=_read_only(np.concatenate([one.accuracy for one in found])),
        loss=_read_only(np.concatenate([one.loss for one in found])),
        city_accuracy=_read_only(np.concatenate([one.city_accuracy for one in found])),
        models=_read_only(np.concatenate(models)) if len(models) == len(found) else None,
    )


def _read_only(array: Floats) -> Floats:
    array.setflags(write=False)
    return array
