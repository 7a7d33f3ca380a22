"""A run as a script: run by a plain Python with numpy alone, it prints the curve of the physics."""

import numpy as np
import pytest

from physics.federation import (
    digits_problem,
    draw_participation,
    problem_from_partition,
    simulate,
    simulate_seeds,
    softmax_optimum,
)
from tests.states import TRACKS
from tests.sweeps import swept
from tests.tracks.missions.privacy.states import ON as PRIVACY
from tests.tracks.scripts import IMAGE, MAX_LINES, check_plain, printed
from tracks.common.proxy_fleet import ceiling, problem
from tracks.common.python_script import federated_script, learning_script
from tracks.common.scoring import scores
from tracks.edge_guardian.drift import bench as drift
from tracks.edge_guardian.drift.state import learning_of as drift_learning
from tracks.missions.convergence import bench as convergence
from tracks.missions.convergence.setting import setting_of
from tracks.missions.convergence.state import learning_of
from tracks.missions.privacy.accounting import calibrated_noise_of
from tracks.missions.privacy.setting import LEARNING_RATE


def curve(text, folder):
    """What the script prints: round, loss, accuracy and score, a row for the model before the first round and each."""
    head, *rows = printed(text, folder)
    assert head.split() == ["round", "loss", "accuracy", "score"]
    return np.array([[float(number) for number in row.split()] for row in rows])


def assert_same(found, accuracy, loss):
    """Accuracy within an image in every round, loss to 1e-3, for runs (n, R+1)."""
    np.testing.assert_array_equal(found[:, 0], range(accuracy.shape[1]))
    np.testing.assert_allclose(found[:, 1], loss.mean(axis=0), atol=1e-3)
    np.testing.assert_allclose(found[:, 2], accuracy.mean(axis=0), atol=IMAGE)
    np.testing.assert_allclose(found[:, 3], scores(accuracy.mean(axis=0)), atol=IMAGE)


def any_state(seed):
    """A random state of a bench: track, algorithm, steps, step size, links, selection."""
    random = np.random.default_rng(seed)
    track = TRACKS[seed % len(TRACKS)]
    fleet = problem(track.fleet.seed, float(10 ** random.uniform(-1.5, 2)))
    algorithm = ("fedavg", "fedprox", "scaffold")[seed % 3]
    how = {
        "algorithm": algorithm,
        "local_steps": int(10 ** random.uniform(0, 1.7)),
        "learning_rate": float(2 ** random.uniform(-1, 5)),
        "proximal": float(random.uniform(0.001, 0.03)) if algorithm == "fedprox" else 0.0,
    }
    masks = np.stack(
        [
            draw_participation(
                fleet,
                rounds=int(random.integers(2, 15)),
                clients_per_round=int(random.integers(1, 12)),
                reliability=0.7,
                selection=random.choice(["random", "reliable_first", "city_balanced"]),
                seed=seed,
            )
        ]
    )
    return fleet, masks, how


@pytest.mark.parametrize("seed", swept(range(24), kept=range(3)))
def test_the_script_prints_the_runs_of_any_state(seed, tmp_path):
    fleet, masks, how = any_state(seed)
    text = federated_script(fleet, title="Any state", received=masks, **how)
    runs = simulate_seeds(fleet, participation=masks, **how)
    assert_same(curve(text, tmp_path), runs.accuracy, runs.loss)


@pytest.mark.parametrize("noise", ["central", "local"])
def test_archetypes_clipped_and_noised_as_in_the_physics(noise, tmp_path):
    fleet = digits_problem(clients=20, alpha=0.1, seed=3)
    clipped = {"clip": 0.5, "noise_multiplier": 0.8, "server_learning_rate": 1.3}
    how = {"local_steps": 4, "learning_rate": 8.0} | clipped
    runs = [
        simulate(fleet, rounds=10, clients_per_round=None, cohort=60, reliability=0.9, noise=noise, seed=seed, **how)
        for seed in (4, 5)
    ]
    text = federated_script(
        fleet,
        title="Privacy",
        algorithm="fedavg",
        received=np.stack([run.survivors for run in runs]),
        local_noise=noise == "local",
        seeds=(4, 5),
        **how,
    )
    assert_same(curve(text, tmp_path), np.stack([run.accuracy for run in runs]), np.stack([run.loss for run in runs]))


def test_clients_of_unequal_size_and_a_round_without_updates(tmp_path):
    fleet = problem_from_partition([range(100), range(100, 120), [7, 8, 9]], features=12, regularization=0.01)
    masks = np.array([[[1, 1, 1], [0, 0, 0], [0, 1, 1], [1, 0, 1]]])
    how = {"algorithm": "fedavg", "local_steps": 5, "learning_rate": 4.0}
    runs = simulate_seeds(fleet, participation=masks, **how)
    assert_same(
        curve(federated_script(fleet, title="Three", received=masks, **how), tmp_path), runs.accuracy, runs.loss
    )


def bench_states():
    """The benches that offer a script, each with a small state."""
    for track in TRACKS:
        values = convergence.BENCH.on(track).defaults() | {"rounds": 6, "clients_per_round": 8, "local_steps": 5}
        learning = learning_of(track.fleet.seed, setting_of(values), seed=0)
        yield track, convergence, values, learning
        if track.id == "edge_guardian":
            values = drift.BENCH.on(track).defaults() | {"vehicles_per_round": 4, "local_steps": 2}
            yield track, drift, values, drift_learning(track, drift.setting_of(values), seed=0)


@pytest.mark.parametrize(("track", "module", "values", "learning"), list(bench_states()))
def test_a_bench_gives_the_runs_of_its_state(track, module, values, learning, tmp_path):
    text = module.BENCH.script(track, seed=0, **values)
    assert text == learning_script(learning, title=f"{track.name}. {module.BENCH.title}")
    fleet, masks = problem(learning.fleet_seed, learning.alpha), participation_of(learning)
    runs = simulate_seeds(
        fleet,
        participation=masks,
        algorithm=learning.algorithm,
        local_steps=learning.local_steps,
        learning_rate=learning.learning_rate,
        proximal=learning.proximal,
    )
    assert_same(curve(text, tmp_path), runs.accuracy, runs.loss)


PRIVATE = (
    {"deployment": "federated", "rounds": 30},
    {"noise": "local", "rounds": 30, "epsilon": 4},
    {"noise": "central", "rounds": 12, "clip_norm": 3, "local_steps": 12, "participating_share": 0.05},
    {"noise": "secure_aggregation", "rounds": 30, "clip_norm": 0.3},
    {"noise": "local", "rounds": 20, "clip_norm": 30, "epsilon": 0.1, "participating_share": 1},
)


@pytest.mark.parametrize("values", PRIVATE)
@pytest.mark.parametrize("track_id", swept(list(PRIVACY), kept=["edge_guardian"]))
def test_privacy_gives_its_three_runs_clipped_and_noised_as_the_page_scores_them(track_id, values, tmp_path):
    one = PRIVACY[track_id]
    state = one.private(**values)
    setting = one.setting(**state)
    noise = {}
    if setting.private:
        placement = "local" if setting.noise == "local" else "central"
        multiplier = calibrated_noise_of(setting).multiplier
        noise = {"clip": setting.clip_norm, "noise_multiplier": multiplier, "noise": placement}
    runs = [
        simulate(
            problem(one.track.fleet.seed, one.track.fleet.skew_alpha),
            rounds=setting.rounds,
            clients_per_round=None,
            local_steps=setting.local_steps,
            learning_rate=LEARNING_RATE,
            cohort=setting.cohort,
            seed=seed,
            **noise,
        )
        for seed in range(3)
    ]
    text = one.bench.script(one.track, seed=0, **state)
    assert len(text.splitlines()) < MAX_LINES
    found = curve(text, tmp_path)
    assert_same(found, np.stack([run.accuracy for run in runs]), np.stack([run.loss for run in runs]))
    assert found[-1, 3] == pytest.approx(one.run(**state).reading("accuracy").value, abs=IMAGE)


def test_with_all_data_in_one_place_the_script_ends_at_the_ceiling(tmp_path):
    one = PRIVACY["edge_guardian"]
    fleet = one.track.fleet
    found = curve(one.bench.script(one.track, seed=0, **one.state(deployment="centralised")), tmp_path)
    assert found[-1, 1] == pytest.approx(softmax_optimum(problem(fleet.seed, fleet.skew_alpha)).loss, abs=1e-3)
    assert found[-1, 3] == pytest.approx(ceiling(fleet.seed, fleet.skew_alpha), abs=IMAGE)
    assert one.run(deployment="centralised").reading("accuracy").value == ceiling(fleet.seed, fleet.skew_alpha)


def participation_of(learning):
    """Draw whose updates arrive anew: three seeds a state."""
    return np.stack(
        [
            draw_participation(
                problem(learning.fleet_seed, learning.alpha),
                rounds=learning.rounds,
                clients_per_round=learning.clients_per_round,
                reliability=np.array(learning.delivered),
                selection=learning.selection,
                seed=3 * learning.seed + run,
            )
            for run in range(3)
        ]
    )


def test_the_script_is_short_and_needs_numpy_alone():
    fleet, masks, how = any_state(0)
    text = federated_script(fleet, title="Any state", received=masks, **how)
    check_plain(text)
