"""The second opinion on federated learning: a network on the same draws, and whether it would have won."""  # N2

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from physics.federation import draw_participation, simulate
from tracks.api.quantities import in_words
from tracks.common.federated_runs import runs
from tracks.common.proxy_fleet import city_names, problem
from tracks.common.scoring import scores
from tracks.loading.registry import Registry
from tracks.missions.convergence.second_opinion import second_opinion
from tracks.missions.convergence.setting import setting_of
from tracks.missions.convergence.state import learning_of

QUICK = {"rounds": 10, "local_steps": 1, "clients_per_round": 5}
SEEDS = 20


def test_the_band_holds_what_twenty_seeds_of_the_other_engine_give(registry: Registry) -> None:
    track, bench = registry.track("edge_guardian"), registry.bench("edge_guardian", "convergence")
    values = {**bench.defaults(), **QUICK, "reliability": 1.0}
    steps: list[tuple[int, int]] = []
    found = second_opinion(track, seeds=SEEDS, report=lambda done, of: steps.append((done, of)), **values)
    assert steps == [(n, SEEDS) for n in range(SEEDS + 1)]
    setting = setting_of(values)
    fleet = problem(track.fleet.seed, setting.alpha)
    ends, cities = [], []
    for seed in range(SEEDS):
        mask = draw_participation(fleet, rounds=10, clients_per_round=5, reliability=1.0, seed=seed)
        run = simulate(
            fleet, rounds=10, clients_per_round=5, local_steps=1, learning_rate=setting.learning_rate / 8,
            participation=mask, engine="network", seed=seed,
        )  # fmt: skip
        ends.append(scores(run.accuracy)[-1])
        cities.append(scores(run.group_accuracy)[-1])
    line = next(trace for trace in found.figure["data"] if trace["name"] == "network, mean")
    assert float(line["y"][-1]) == pytest.approx(np.mean(ends), abs=1e-6)
    worst = np.mean(cities, axis=0)
    for share in (np.mean(ends), *np.quantile(ends, (0.1, 0.9)), worst.min()):
        assert in_words(float(share), "share") in found.sentence
    assert city_names(track)[worst.argmin()] in found.sentence


@pytest.mark.parametrize(
    ("values", "fleet", "worst", "verdict"),
    [
        ({"rounds": 40, "local_steps": 5, "learning_rate": 1.2}, 0.1, 0.05, "it would have won too: fleet"),
        ({"rounds": 40, "local_steps": 5, "learning_rate": 1.2}, 0.999, 0.05, "it would not have won either: fleet"),
        ({"rounds": 40, "local_steps": 5, "learning_rate": 1.2}, 0.1, 0.999, "it would not have won either: fleet"),
    ],
)
def test_it_says_whether_the_network_reaches_the_targets_too(
    registry: Registry, values: dict[str, Any], fleet: float, worst: float, verdict: str
) -> None:
    track, bench = registry.track("edge_guardian"), registry.bench("edge_guardian", "convergence")
    asked = replace(track, targets=replace(track.targets, mean_accuracy=fleet, worst_city_accuracy=worst))
    found = second_opinion(asked, seeds=3, report=lambda done, of: None, **{**bench.defaults(), **values})
    said_so = found.sentence
    assert "over 3 seeds" in said_so
    assert f"By accuracy alone {verdict}" in said_so
    assert found.wins is ("would have won" in verdict)
    assert f"of the {in_words(fleet, 'share')} wanted" in said_so
    assert f"of the {in_words(worst, 'share')} wanted" in said_so


@pytest.mark.parametrize("rounds", [12, 60])
def test_it_says_where_the_engines_part(registry: Registry, rounds: int) -> None:
    """A target between the two scores: the one above it wins alone."""
    track, bench = registry.track("edge_guardian"), registry.bench("edge_guardian", "convergence")
    values = {**bench.defaults(), **QUICK, "rounds": rounds}
    setting = setting_of(values)
    own = runs(learning_of(track.fleet.seed, setting, seed=0)).final_mean
    line = second_opinion(track, seeds=SEEDS, report=lambda done, of: None, **values).figure["data"][-1]
    network = float(line["y"][-1])
    asked = replace(track, targets=replace(track.targets, mean_accuracy=(network + own) / 2, worst_city_accuracy=0.01))
    found = second_opinion(asked, seeds=SEEDS, report=lambda done, of: None, **values)
    said_so = found.sentence
    assert found.wins is (network > own)
    assert f"it would {'have won' if network > own else 'not have won'} where softmax regression does" in said_so
