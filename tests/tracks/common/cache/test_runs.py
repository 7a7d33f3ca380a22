"""What benches keep on disk: functions give from disk what they compute, and a long run serves the shorter ones."""

import pickle
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.tracks.common.test_federated_runs import learning
from tests.tracks.missions.convergence.states import GUARDIAN
from tools.recorded_states import words
from tracks.cloud_titan.flood.model.quality import gains
from tracks.cloud_titan.track import CLOUD_TITAN
from tracks.common import federated_runs, proxy_fleet, run_view
from tracks.common.cache import close, kept, open_folder, switched_off
from tracks.common.cache.results import Results
from tracks.common.federated_runs import Learning
from tracks.common.federated_runs.curves import Curves, curves, ends, place_of
from tracks.common.federated_runs.excess import loss_of_everyone
from tracks.loading.registry import Registry
from tracks.missions.convergence import own_steps
from tracks.missions.memory import accuracy_gain
from tracks.missions.privacy import accounting, closing, texts
from tracks.missions.privacy import runs as private
from tracks.mobile_nomad.battery.model.personalisation import PersonalisationTask, personalisation_result
from tracks.tiny_pioneer.mesh.model import places

ROOT = Path(__file__).parents[4]
FLEET = (GUARDIAN.track.fleet.seed, 0.05)
TASK = private.LearningTask(
    fleet_seed=1, alpha=0.1, rounds=10, local_steps=2, cohort=1000, clip_norm=1.0, noise_multiplier=2.0, local=False,
    seed=0, seeds=2,
)  # fmt: skip
WEARER = PersonalisationTask(
    fleet_seed=1, skew_alpha=0.1, distance=0.5, features=32, rank=4, reach=1.0, data="local"
)  # fmt: skip

# A call of each function that is kept.
CALLS: dict[Callable[..., Any], tuple[Any, ...]] = {
    ends: (learning(rounds=20), 3),
    federated_runs.best_loss: FLEET,
    run_view.client_rounds: (learning(rounds=4),),
    own_steps.own_accuracy: (learning(rounds=4),),
    federated_runs.settling: (*FLEET, 3, 10.0, 0.0),
    loss_of_everyone: (*FLEET, "scaffold", 10, 3, 10.0, 0.0),
    proxy_fleet.ceiling: FLEET,
    proxy_fleet.city_ceilings: FLEET,
    accounting.calibrated_noise: ("local", 1.0, 1.0, 1000, 100_000, 30, 1e-6),
    accounting.spent_by_round: ("local", 3.0, 1000, 100_000, 1e-6, 50),
    private.learning_result: (TASK,),
    texts._reachable: (50, 0.1, 0.93),
    texts.cheapest: (texts.Asked(fleet=1_000_000_000, alpha=0.1, target=0.8), 8.0),
    closing.once_and_often: (),
    gains: (CLOUD_TITAN.fleet.seed, CLOUD_TITAN.fleet.skew_alpha),
    accuracy_gain.proxy_shares: (),
    personalisation_result: (WEARER, 12),
    places._mixing: ("gossip", "geometric", 0.1, 0.0, 2, 1, 0),
}


def names() -> set[str]:
    """The functions of the tracks that are kept on disk, by module and name."""
    found = set()
    for path in (ROOT / "tracks").rglob("*.py"):
        module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for name in re.findall(r"^@cached_on_disk\ndef (\w+)", path.read_text(encoding="utf-8"), re.MULTILINE):
            found.add(f"{module}.{name}")
    return found


def on_disk(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function without the cache in memory that stands before it."""
    return function.__wrapped__ if hasattr(function, "cache_info") else function  # type: ignore[attr-defined]


def parts(value: Any) -> list[Any]:
    """The numbers, texts and arrays that a result is made of."""
    if isinstance(value, tuple):
        return [part for item in value for part in parts(item)]
    if is_dataclass(value):
        return [part for field in fields(value) for part in parts(getattr(value, field.name))]
    return [value]


def bits(value: Any) -> list[Any]:
    """The same to the last bit, with their types and shapes."""
    return [
        (part.dtype.str, part.shape, part.tobytes()) if isinstance(part, np.ndarray) else repr(part)
        for part in parts(value)
    ]


def test_each_kept_function_is_tried_here() -> None:
    assert {f"{function.__module__}.{function.__name__}" for function in CALLS} == names()


@pytest.mark.parametrize("function", CALLS, ids=lambda function: function.__name__)
def test_what_is_read_is_what_is_computed_to_the_last_bit(function: Callable[..., Any], tmp_path: Path) -> None:
    of_disk = on_disk(function)
    with switched_off():
        computed = of_disk(*CALLS[function])
        for _ in range(2):  # nothing kept yet, and as another process finds it
            open_folder(tmp_path / "results", 10**8)
            found = of_disk(*CALLS[function])
            close()
            assert bits(found) == bits(computed)
            assert not any(part.flags.writeable for part in parts(found) if isinstance(part, np.ndarray))
        results = Results(tmp_path / "results", 10**8)
        assert len(results._cache) > 0
        results.close()


def rounds_of(state: Learning) -> Curves:
    """The curves alone: the model at the end is not kept of a shorter run."""
    return replace(curves(state, 3), models=None)


def test_a_long_run_serves_every_shorter_one(tmp_path: Path) -> None:
    state = learning(rounds=60, clients_per_round=50, attempts=2)
    place = place_of(state, 3)
    scores_of = on_disk(federated_runs.final_scores)
    with switched_off():
        shorter = [replace(state, rounds=rounds) for rounds in (59, 41, 10)]
        computed = [(rounds_of(one), scores_of(one)) for one in shorter]
        open_folder(tmp_path / "results", 10**8)
        for one in (shorter[2], state, *shorter):  # a longer one takes the place of a shorter one, never the other way
            rounds_of(one)
        assert kept(*place).accuracy.shape == (3, 61)
        found = [(rounds_of(one), scores_of(one)) for one in shorter]
        stored = len(Results(tmp_path / "results", 10**8)._cache)
        close()
    assert bits(tuple(found)) == bits(tuple(computed))
    assert stored == 2  # of three draws, and of the one that a moving slider shows: no length has a place of its own


def test_a_second_process_loads_the_course_without_one_run(registry: Registry) -> None:
    """And its texts, truths and reflections are those of this process."""
    code = """
import pickle, sys
import physics.federation.engines.softmax as engine
runs = []
engine.compiled_updates = lambda: runs.append(1)
from tools.recorded_states import words
from tracks.loading.registry import load_registry
from tests.conftest import PLUGINS, RESULTS_BYTES
from tracks.common.cache import open_folder
from pathlib import Path
import os
open_folder(Path(os.environ["EDGELAB_CACHE_DIR"]), RESULTS_BYTES)
lab = load_registry(folder=PLUGINS)
assert not runs
told = {track: {bench.id: words(lab.track(track), bench) for bench in lab.benches(track)} for track in lab.tracks}
sys.stdout.buffer.write(pickle.dumps(told))
"""
    ended = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=False)
    assert ended.returncode == 0, ended.stderr.decode()
    told = {
        track: {bench.id: words(registry.track(track), bench) for bench in registry.benches(track)}
        for track in registry.tracks
    }
    assert pickle.loads(ended.stdout) == told
