"""What a student is to learn, in softmax regression and in the network, on the partitions of the four tracks.

Unless stated: 60 rounds, 25 of 50 clients invited over links of 0.8 on average, mean of the last ten rounds and of two
seeds. The step is 8 for softmax regression and 4 for the network. The figures beside an assertion are the closest of
the four tracks, in the order of what is compared. Where the network disagrees, a test says so.
"""

from functools import cache

import numpy as np
import pytest

from physics.federation import draw_participation, simulate, simulate_seeds
from tests.states import TRACKS
from tests.sweeps import swept
from tracks.common.links import link_reliabilities
from tracks.common.proxy_fleet import problem

RATES = {"softmax": 8.0, "network": 4.0}
EACH = [(track, engine) for track in TRACKS for engine in RATES]
KEPT = [(track, engine) for track, engine in EACH if (track.id, engine) == ("edge_guardian", "softmax")]
on_every_track = pytest.mark.parametrize(
    ("track", "engine"),
    swept(EACH, kept=KEPT),
    ids=[f"{track.id}-{engine}" for track, engine in EACH],
)


def ends(track, engine, *, local_steps, invited=25, alpha=None, selection="random", **how):
    """The accuracy of the fleet and of its worst city where a run ends."""
    how = {"learning_rate": RATES[engine], "local_steps": local_steps, "engine": engine} | how
    return _ends(track.fleet.seed, alpha or track.fleet.skew_alpha, invited, selection, tuple(how.items()))


@cache
def _ends(fleet_seed, alpha, invited, selection, how):
    fleet = problem(fleet_seed, alpha)
    masks = [
        draw_participation(
            fleet,
            rounds=60,
            clients_per_round=invited,
            reliability=link_reliabilities(0.8),
            selection=selection,
            seed=seed,
        )
        for seed in range(2)
    ]
    runs = simulate_seeds(fleet, participation=masks, last=10, **dict(how))
    return runs.accuracy.mean(), runs.group_accuracy.mean(axis=(0, 1)).min()


@on_every_track
def test_local_work_helps_and_then_hurts(track, engine):
    one, some, most = (ends(track, engine, local_steps=steps)[0] for steps in (1, 5, 100))
    assert some > one + 0.003  # network .959 .963
    assert some > most + 0.01  # network .968 .956, softmax .947 .930


@on_every_track
def test_few_clients_a_round_drift_more(track, engine):
    """With one step a few clients are nearly as good as many; with a hundred they lose what the others would mend."""
    few, many = ([ends(track, engine, invited=n, local_steps=steps)[0] for steps in (1, 100)] for n in (3, 25))
    assert many[0] - few[0] < 0.02  # network .959 .946
    assert many[1] - few[1] > 0.04  # network .942 .887


@on_every_track
def test_a_small_proximal_weight_mends_the_drift_of_a_few_clients_in_softmax_and_a_larger_one_in_the_network(
    track, engine
):
    """The best weight is near 0.01 in softmax regression and above it in the network, which still gains at 0.1."""
    free = ends(track, engine, invited=3, local_steps=100)[0]
    small, large = (
        ends(track, engine, invited=3, local_steps=100, algorithm="fedprox", proximal=mu)[0] for mu in (0.01, 0.1)
    )
    assert min(small, large) > free + 0.02  # network .831 .864 .925
    if engine == "softmax":
        assert small > large  # .935 .932
    else:
        assert large > small + 0.01  # .925 .942


@on_every_track
def test_a_proximal_weight_costs_where_many_clients_drift_little(track, engine):
    """Softmax regression loses by it, the network less."""
    small, large = (ends(track, engine, local_steps=20, algorithm="fedprox", proximal=mu)[0] for mu in (0.001, 0.1))
    if engine == "softmax":
        assert large < small - 0.015
    else:
        assert large > small - 0.015  # Titan: .965 .954


@on_every_track
def test_a_proximal_weight_too_stiff_for_the_step_ruins_the_run(track, engine):
    """A step of eta mu above 2 overshoots the model that it is to be held at, ever further."""
    sound, stiff = (
        ends(track, engine, local_steps=20, algorithm="fedprox", proximal=mu)[0] for mu in (0.01, 2.5 / RATES[engine])
    )
    assert stiff < sound - 0.1


@on_every_track
def test_scaffold_is_best_at_many_local_steps(track, engine):
    scaffold = ends(track, engine, local_steps=100, algorithm="scaffold")[0]
    fedavg = max(ends(track, engine, local_steps=steps)[0] for steps in (1, 5, 20, 100))
    assert scaffold > fedavg


@on_every_track
def test_at_few_local_steps_scaffold_is_best_in_softmax_and_not_in_the_network(track, engine):
    """Control variates of a few long steps mislead the network; at a quarter of the step they do not."""
    scaffold, fedavg = (ends(track, engine, local_steps=5, algorithm=name)[0] for name in ("scaffold", "fedavg"))
    if engine == "softmax":
        assert scaffold > fedavg - 0.005
        return
    assert scaffold < fedavg - 0.01
    assert ends(track, engine, local_steps=5, algorithm="scaffold", learning_rate=1.0)[0] > fedavg - 0.02


@on_every_track
def test_inviting_the_reliable_first_leaves_a_city_behind(track, engine):
    """The mean falls; the city with the worst links falls much further."""
    fair, biased = (
        ends(track, engine, invited=25, local_steps=5, selection=rule) for rule in ("random", "reliable_first")
    )
    assert biased[0] < fair[0] - 0.04
    assert biased[1] < fair[1] - 0.15
    assert biased[1] < ends(track, engine, invited=25, local_steps=5, selection="city_balanced")[1] - 0.15


@on_every_track
def test_alike_clients_lose_less_by_local_work(track, engine):
    def lost(alpha):
        few, many = (ends(track, engine, local_steps=steps, invited=3, alpha=alpha)[0] for steps in (5, 100))
        return few - many

    assert lost(None) > lost(100) + 0.02


def private(track, engine, *, clip, cohort, noise_multiplier=1.0, seeds=2):
    """The accuracy where a run ends whose updates are clipped and whose average is noised."""
    fleet = problem(track.fleet.seed, track.fleet.skew_alpha)
    runs = [
        simulate(
            fleet,
            rounds=60,
            clients_per_round=None,
            local_steps=5,
            learning_rate=RATES[engine],
            cohort=cohort,
            clip=clip,
            noise_multiplier=noise_multiplier,
            last=10,
            engine=engine,
            seed=seed,
        )
        for seed in range(seeds)
    ]
    return np.mean([run.accuracy.mean() for run in runs])


@on_every_track
def test_a_clipping_length_has_an_inside_optimum(track, engine):
    """A short one slows learning down, a long one lets in noise."""
    short, best, long = (private(track, engine, clip=clip, cohort=100) for clip in (0.3, 3.0, 30.0))
    assert best > short + 0.05
    assert best > long + 0.01


@on_every_track
def test_a_larger_cohort_buys_accuracy_at_the_same_noise_multiplier(track, engine):
    small, large = (private(track, engine, clip=10.0, cohort=cohort) for cohort in (20, 1000))
    assert large > small + 0.01
