"""The compiled local steps are those of numpy and of a plain loop, and numpy takes over wherever they cannot be had."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from physics.federation import digits_problem, problem_from_partition, simulate
from physics.federation.engines import compiled, softmax
from physics.federation.rounds import NOISE
from tests.physics.federation.test_reference import explicit_run

ROOT = Path(__file__).parents[3]
LABELS = digits_problem(clients=2, alpha=1.0, seed=0).data.train_one_hot.argmax(axis=1)


@pytest.fixture(scope="module")
def kernel():
    found = compiled.compiled_updates()
    assert found is not None, "numba is one of the requirements"
    return found


@pytest.fixture
def both(kernel, monkeypatch):
    """Return the run of a setting by the kernel and by numpy, after making sure that each was used."""

    def runs(problem, **setting):
        found = []
        for chosen, method in ((kernel, "_by_kernel"), (None, "_by_images")):
            used = []
            original = getattr(softmax.SoftmaxEngine, method)

            def watched(*arguments, original=original, used=used):
                used.append(True)
                return original(*arguments)

            with monkeypatch.context() as patch:
                patch.setattr(softmax, "compiled_updates", lambda chosen=chosen: chosen)
                patch.setattr(softmax.SoftmaxEngine, method, watched)
                found.append(simulate(problem, **setting))
            assert used, method
        return found

    return runs


def clear(model) -> bool:
    """Whether no two classes of a model are alike: those of which no image was seen are, and rounding decides there."""
    apart = np.linalg.norm(model[:, :, None] - model[:, None, :], axis=0) + np.diag(np.full(10, np.inf))
    return bool(apart.min() > 1e-4 * np.linalg.norm(model))


def alike(one, other) -> None:
    """Weights to 1e-3 of their length, accuracies within one image of 360, and the same verdict on divergence."""
    length = np.linalg.norm(other.weights)
    assert np.linalg.norm(one.weights - other.weights) <= 1e-3 * length + 1e-9
    if clear(other.weights):
        assert one.accuracy[-1] == pytest.approx(other.accuracy[-1], abs=1 / 360 + 1e-12)
    np.testing.assert_allclose(one.loss, other.loss, rtol=1e-3)
    assert one.diverged_at == other.diverged_at
    np.testing.assert_array_equal(one.survivors, other.survivors)


@pytest.mark.parametrize("algorithm", ["fedavg", "fedprox", "scaffold"])
@pytest.mark.parametrize("protection", ["none", "clip", "clip and noise"])
def test_kernel_numpy_and_a_plain_loop_in_double_precision_agree(both, algorithm, protection) -> None:
    """23 random settings of each of nine kinds: clients of 1 to 40 images, steps of 0.1 to 16."""
    random = np.random.default_rng(len(algorithm) + 100 * len(protection))
    judged = 0
    for seed in range(23):
        sizes = random.integers(1, 41, size=random.integers(1, 6))
        problem = problem_from_partition(
            [random.integers(0, 1437, size=size) for size in sizes],
            features=int(random.choice([6, 8, 32])),
            regularization=float(random.choice([0, 1e-4, 1e-2])),
        )
        mask = random.random((3, len(sizes))) < 0.7
        mask[0, 0] = True
        eta, tau = float(np.exp(random.uniform(np.log(0.1), np.log(16)))), int(random.integers(1, 12))
        mu = float(random.choice([0.001, 0.01, 0.05])) if algorithm == "fedprox" else 0.0
        clip = None if protection == "none" else float(random.choice([0.3, 3.0]))
        noise_multiplier = 0.5 if protection == "clip and noise" else 0.0
        setting = {
            "algorithm": algorithm,
            "rounds": 3,
            "clients_per_round": None,
            "local_steps": tau,
            "learning_rate": eta,
            "proximal": mu,
            "participation": mask,
            "clip": clip,
            "noise_multiplier": noise_multiplier,
            "seed": seed,
        }
        by_kernel, by_numpy = both(problem, **setting)
        alike(by_kernel, by_numpy)
        noise = None
        if noise_multiplier:
            importance = mask * (1 if algorithm == "scaffold" else sizes)
            largest = importance.max(axis=1) / np.maximum(importance.sum(axis=1), 1)
            drawn = np.random.default_rng((seed, NOISE)).standard_normal((3, problem.dimension, 10))
            noise = (noise_multiplier * clip * largest)[:, None, None] * drawn
        models, losses = explicit_run(
            problem,
            mask,
            algorithm=algorithm,
            tau=tau,
            eta=eta,
            mu=mu,
            eta_s=1,
            clip=clip,
            engine="softmax",
            noise=noise,
        )
        np.testing.assert_allclose(by_kernel.loss, losses, rtol=1e-3)
        assert np.linalg.norm(by_kernel.weights - models[-1]) <= 1e-3 * np.linalg.norm(models[-1])
        judged += clear(models[-1])
        if clear(models[-1]):
            best = (problem.data.test_inputs.T @ models[-1]).argmax(axis=1)
            assert by_kernel.accuracy[-1] == pytest.approx(
                (best == problem.data.test_labels).mean(), abs=1 / 360 + 1e-12
            )
    assert judged > 10, "the accuracy of most of them can be compared"


EVERY = {"clients_per_round": None, "learning_rate": 16.0, "local_steps": 20, "rounds": 5}
CORNERS = {
    "one image": ([[3]], EVERY | {"participation": np.ones((5, 1), bool)}),
    "one class": ([np.flatnonzero(LABELS == 4)[:30]], EVERY | {"participation": np.ones((5, 1), bool)}),
    "unequal": ([[3], range(40, 104), range(7)], EVERY | {"participation": np.ones((5, 3), bool)}),
    "10,000 steps": ([range(28), range(50, 60)], EVERY | {"rounds": 1, "local_steps": 10_000, "cohort": 3}),
    "a cohort of 1e9": ([range(28), range(50, 60), [7]], EVERY | {"cohort": 1_000_000_000}),
    "every image a client": ([[image] for image in range(1437)], EVERY | {"cohort": 1437, "rounds": 2}),
    "noise that outgrows every model": (
        [range(28), range(50, 60)],
        EVERY | {"cohort": 5, "clip": 1e6, "noise_multiplier": 1e6},
    ),
    "a model of the greatest length in SCAFFOLD": (
        [range(28), range(50, 60)],
        EVERY | {"algorithm": "scaffold", "participation": np.ones((5, 2), bool), "clip": 1e6, "noise_multiplier": 1e6},
    ),
}


@pytest.mark.parametrize("corner", CORNERS)
def test_kernel_and_numpy_agree_in_the_corners(both, corner) -> None:
    partition, setting = CORNERS[corner]
    by_kernel, by_numpy = both(problem_from_partition(partition), **setting)
    alike(by_kernel, by_numpy)
    assert np.isfinite(by_kernel.weights).all()
    assert np.isfinite(by_kernel.loss).all()
    assert (by_kernel.diverged_at is not None) == ("noise_multiplier" in setting)


def test_a_step_that_would_overflow_single_precision_is_held_and_said() -> None:
    """1 - eta mu = -3199, and -3199 to the power of 50 is above 1e175: these steps are not left to the kernel."""
    problem = problem_from_partition([range(28), range(50, 60)])
    run = simulate(problem, rounds=2, clients_per_round=2, local_steps=50, learning_rate=32, proximal=100)
    assert run.diverged_at == 1
    assert np.isfinite(run.loss).all()
    assert np.linalg.norm(run.weights) <= 1e6 * (1 + 1e-9)


def test_threads_that_share_the_kernel_do_not_share_its_arrays(kernel) -> None:
    from concurrent.futures import ThreadPoolExecutor

    problem = digits_problem(clients=20, alpha=0.3, seed=1)

    def weights(eta):
        return simulate(problem, rounds=10, clients_per_round=20, local_steps=20, learning_rate=eta).weights

    rates = [1.0, 2.0, 4.0, 8.0] * 4
    with ThreadPoolExecutor(4) as threads:
        together = list(threads.map(weights, rates))
    for eta, found in zip(rates, together, strict=True):
        np.testing.assert_array_equal(found, weights(eta))


# --- where there is no kernel ---

RUN = """
import logging, sys
logging.basicConfig(format="%(levelname)s %(message)s")
import numpy as np
from physics.federation import digits_problem, simulate
from physics.federation.engines.compiled import compiled_updates
problem = digits_problem(clients=10, alpha=0.3, seed=1)
run = simulate(problem, rounds=5, clients_per_round=10, local_steps=5, learning_rate=8.0)
print(compiled_updates() is not None, *run.weights.sum(axis=0), np.abs(run.weights).sum())
"""


def run_elsewhere(**environment: str) -> tuple[bool, list[float], list[str]]:
    """Return whether another process had the kernel, what its run gave, and the lines that it logged."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("NUMBA_")}
    ended = subprocess.run(
        [sys.executable, "-c", RUN],
        cwd=ROOT,
        env={**kept, **environment},
        capture_output=True,
        text=True,
        timeout=300,
        check=True,
    )
    had, *numbers = ended.stdout.split()
    return had == "True", [float(number) for number in numbers], ended.stderr.splitlines()


@pytest.fixture(scope="module")
def usual() -> list[float]:
    had, numbers, log = run_elsewhere()
    assert had
    assert log == []
    return numbers


def test_without_numba_numpy_gives_the_same_run_and_one_sentence(usual, tmp_path: Path) -> None:
    (tmp_path / "numba.py").write_text("raise ImportError('libLLVM.so: cannot open shared object file')")
    had, numbers, log = run_elsewhere(PYTHONPATH=f"{tmp_path}{os.pathsep}{ROOT}")
    assert not had
    assert numbers == pytest.approx(usual, rel=1e-4, abs=1e-4)
    assert len(log) == 1
    assert log[0].startswith("WARNING numba cannot be used (libLLVM.so: cannot open shared object file):")


def test_numbas_own_switch_leaves_the_kernel_out_silently(usual) -> None:
    had, numbers, log = run_elsewhere(NUMBA_DISABLE_JIT="1")
    assert (had, log) == (False, [])
    assert numbers == pytest.approx(usual, rel=1e-4, abs=1e-4)


def test_a_machine_without_avx_that_may_write_no_folder_compiles_and_says_so_once(usual, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    had, numbers, log = run_elsewhere(
        NUMBA_CPU_NAME="generic",
        NUMBA_CPU_FEATURES="",
        NUMBA_CACHE_DIR=str(tmp_path / "file" / "cache"),
        NUMBA_CACHE_LOCATOR_CLASSES="UserProvidedCacheLocator",
    )
    assert had
    assert numbers == pytest.approx(usual, rel=1e-4, abs=1e-4)
    assert len(log) == 1
    assert "cannot be kept on disk" in log[0]
    assert "set NUMBA_CACHE_DIR to a folder that this user alone may write" in log[0]


@pytest.mark.parametrize("reason", [PermissionError(13, "Permission denied"), EOFError(), RuntimeError("no locator")])
def test_a_cache_that_cannot_be_read_or_written_is_one_sentence(kernel, reason, monkeypatch, caplog) -> None:
    """Another user's file, half a file, no folder at all: numba raises each of these from where it reads its cache."""
    from physics.federation.engines import softmax_kernel

    def refuse(*, cache: bool):
        if cache:
            raise reason
        return kernel

    monkeypatch.setattr(softmax_kernel, "compiled", refuse)
    with caplog.at_level(logging.WARNING):
        assert compiled.compiled_updates.__wrapped__() is kernel
    assert [record.message.partition(" (")[0] for record in caplog.records] == [
        "what numba compiles cannot be kept on disk"
    ]
