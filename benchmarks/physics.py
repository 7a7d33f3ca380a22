"""Time the physics layer: each model and a peer on the same problem in the same run, in turns.

    make bench-physics                      (a separate venv with the peers)
    python benchmarks/physics.py            (without peers: our own times, and what to install)

Times are processor time, which other load on the machine hardly lengthens; Flower's, in processes of its own, is the
clock's. Ratios carry over to other machines, milliseconds do not. Set-up that the lab caches is printed separately.
Targets are for one core and one BLAS thread; a miss is printed, nothing fails. Options: --turns, --no-flower, --keep
(write the table to benchmarks/physics.txt, which docs/contributing/repository.md quotes).
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"):
    os.environ[variable] = "1"  # read when numpy is loaded

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # before this folder, where `import physics` would find this very file

import numpy as np  # noqa: E402
import physics_loops as loops  # noqa: E402

from physics.federation import FederatedRun, digits_problem, simulate  # noqa: E402
from physics.memory import mobilenet_v2, training_memory, transformer_activation_bytes  # noqa: E402
from physics.privacy import epsilon, noise_multiplier  # noqa: E402
from physics.serving import lru_hit_rate  # noqa: E402

RECORD = ROOT / "benchmarks" / "physics.txt"
OURS_PER_TURN = 5  # a peer is called once in a turn, ours a few times: it is short
CLIENTS, ROUNDS, LOCAL_STEPS, ALPHA = 50, 50, 5, 0.3
RATE = 0.8
SOFTMAX_ROUNDS, ARRIVALS, SOFTMAX_RATE = 100, 20, 16.0
FEDERATED: tuple[tuple[str, float, dict[str, Any]], ...] = (
    ("FedAvg", 5.0, {}),
    ("FedAvg, clip and noise", 8.0, {"clip": 0.5, "noise_multiplier": 1.0}),
    ("SCAFFOLD", 10.0, {"algorithm": "scaffold"}),
)
SAMPLING, STEPS, DELTA = 0.01, 1000, 1e-5
ITEMS, SKEW = 1_000_000, 0.8

Action = Callable[[int], object]


@dataclass(frozen=True, kw_only=True, slots=True)
class Peer:
    """A peer of a model: a call, or None where it is not installed, and how far the two agree."""

    name: str
    package: str = ""
    action: Action | None = None
    agreement: str = ""


class Table:
    """Lines that are printed at once and kept for the record."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def say(self, line: str = "") -> None:
        """Print a line and keep it."""
        print(line, flush=True)
        self.lines.append(line.rstrip())

    def title(self, text: str) -> None:
        """Start a group of rows."""
        self.say()
        self.say(text)
        self.say(f"{'':38}{'ours, ms':>16}{'':18}{'peer, ms':>34}")
        self.say(f"{'':38}{'min':>8}{'median':>8}  {'target':<16}{'peer':<22}{'min':>7}{'median':>9}{'ratio':>9}")

    def rows(self, what: str, ours: Action, target_ms: float, peers: list[Peer], turns: int) -> None:
        """Measure a model and its peers in turns and print one row for each peer."""
        own, *others = in_turns(ours, [peer.action for peer in peers if peer.action], turns)
        self.row(what, own, target_ms, [(peer, others.pop(0) if peer.action else None) for peer in peers])

    def row(self, what: str, own: list[float], target_ms: float, beside: list[tuple[Peer, list[float] | None]]) -> None:
        """Print what was measured."""
        median = statistics.median(own)
        left = f"{what:38}{min(own):8.3f}{median:8.3f}  {verdict(median, target_ms):<16}"
        for peer, durations in beside:
            self.say(f"{left}{told(peer, durations, median)}")
            left = " " * len(left)
        if not beside:
            self.say(left)


def told(peer: Peer, durations: list[float] | None, ours_ms: float) -> str:
    """Return the right half of a row."""
    if durations is None:
        return f"{peer.name}: peer not installed (pip install {peer.package}, or make peers)"
    middle = statistics.median(durations)
    return f"{peer.name:<22}{min(durations):7.1f}{middle:9.1f}{ratio(middle / ours_ms):>9}  {peer.agreement}"


def ratio(value: float) -> str:
    """Return a ratio with two figures, as 1,300 x."""
    digits = 10 ** max(0, len(str(int(value))) - 2)
    return f"{round(value / digits) * digits:,} x" if value >= 10 else f"{value:.1f} x"


def verdict(median: float, target_ms: float) -> str:
    """Return the target and whether the median keeps it."""
    return f"< {target_ms:g} {'met' if median < target_ms else 'MISSED'}"


def in_turns(ours: Action, others: list[Action], turns: int) -> list[list[float]]:
    """Return the durations in ms of ours and of each other, in turns so that other load slows all alike.

    Every call gets a different number, so that no result can come from a cache.
    """
    ours(0)
    for other in others:
        other(0)
    times: list[list[float]] = [[] for _ in range(len(others) + 1)]
    for turn in range(1, turns + 1):
        for call in range(OURS_PER_TURN):
            times[0].append(_timed(ours, turn * OURS_PER_TURN + call))
        for other, durations in zip(others, times[1:], strict=True):
            durations.append(_timed(other, turn))
    return times


def _timed(action: Action, number: int) -> float:
    start = time.process_time()
    action(number)
    return (time.process_time() - start) * 1e3


def installed(package: str) -> bool:
    """Return whether a peer can be imported."""
    return find_spec(package) is not None


def moved(start: float, function: Callable[[float], object]) -> Action:
    """Return a call that moves a little further with every number, as a slider does."""
    return lambda number: function(start + 1e-4 * number)


def federation(table: Table, turns: int, flower: bool) -> None:
    """FedAvg, FedAvg with clipping and noise, and SCAFFOLD, beside a loop over clients and Flower."""
    problem = digits_problem(clients=CLIENTS, alpha=ALPHA, seed=1)

    def run(learning_rate: float, *, seed: int = 0, **settings: Any) -> FederatedRun:
        everyone: dict[str, Any] = {"rounds": ROUNDS, "clients_per_round": CLIENTS, "local_steps": LOCAL_STEPS}
        return simulate(problem, learning_rate=learning_rate, seed=seed, **everyone, **settings, engine="exact")

    def loop(learning_rate: float, **settings: Any) -> loops.Floats:
        return loops.federated_loop(problem, ROUNDS, LOCAL_STEPS, learning_rate, **settings)[1]

    def apart(weights: loops.Floats, **settings: Any) -> str:
        return f"weights equal to {np.abs(run(RATE, **settings).weights - weights).max():.0e}"

    table.title(
        f"Federated run: {CLIENTS} clients, all in each of {ROUNDS} rounds, {LOCAL_STEPS} local steps, all curves"
    )
    for name, target, settings in FEDERATED:
        still = {key: value for key, value in settings.items() if key != "noise_multiplier"}  # draws are not shared
        peer = Peer(
            name="loop over clients",
            action=moved(RATE, partial(loop, **settings)),
            agreement=apart(loop(RATE, **still), **still),
        )
        own = partial(run, **settings)
        table.rows(f"{name}, slider moved", moved(RATE, own), target, [peer], turns)
        table.rows(f"{name}, next seed", _by_seed(own), target, [], turns)
    set_up = [_timed(lambda n: digits_problem(clients=CLIENTS, alpha=ALPHA, seed=n), 100 + n) for n in range(turns)]
    table.say(f"set-up, kept: dealing the images anew {statistics.median(set_up):.1f} ms")
    if not flower:
        return
    if not (installed("flwr") and installed("ray")):
        table.say(f"{'':72}{told(Peer(name='Flower', package='flwr[simulation]'), None, 1)}")
        return
    from flower_peer import simulation

    try:
        seconds, whole, weights = simulation(problem, rounds=ROUNDS, local_steps=LOCAL_STEPS, learning_rate=RATE)
    except Exception as reason:  # Ray needs processes, ports and shared memory; the loop above is the peer then
        table.say(f"Flower's simulation does not run here ({type(reason).__name__}: {reason}); the loop is the peer")
        return
    once = Peer(name="Flower, once", agreement=apart(weights))
    own_times = [_timed(moved(RATE, run), 1_000 + number) for number in range(OURS_PER_TURN * turns)]
    table.row("FedAvg, slider moved", own_times, FEDERATED[0][1], [(once, [seconds * 1e3])])
    table.say(f"Flower with start-up {whole:.0f} s, {CLIENTS * ROUNDS:,} client calls, as many processes as Ray starts")


def softmax(table: Table, turns: int, flower: bool) -> None:
    """FedAvg, SCAFFOLD and a private run of the softmax engine, beside its numpy path, a torch loop and Flower."""
    from physics.federation.engines import softmax as module

    problem = digits_problem(clients=CLIENTS, alpha=ALPHA, seed=1)
    some = np.arange(SOFTMAX_ROUNDS * CLIENTS).reshape(SOFTMAX_ROUNDS, CLIENTS)
    some = np.random.default_rng(0).permuted(some % CLIENTS, axis=1) < ARRIVALS
    everyone = np.ones_like(some)
    kernel = module.compiled_updates()
    table.title(
        f"Federated softmax regression, {SOFTMAX_ROUNDS} rounds, all curves; {'numba' if kernel else 'no numba'}"
    )
    step_times: dict[str, list[float]] = {"numba": [], "numpy": []}
    for name, target, mask, steps, settings in (
        (f"FedAvg, {ARRIVALS} arrivals x 20 steps", 35.0, some, 20, {}),
        (f"SCAFFOLD, {ARRIVALS} arrivals x 20 steps", 45.0, some, 20, {"algorithm": "scaffold"}),
        (f"private, {CLIENTS} archetypes x 5 steps", 35.0, everyone, 5, {"clip": 1.0, "noise_multiplier": 1.0}),
    ):
        common: dict[str, Any] = {"rounds": SOFTMAX_ROUNDS, "clients_per_round": None, "participation": mask}

        def run(rate: float, *, common: Any = common, steps: int = steps, **settings: Any) -> FederatedRun:
            return simulate(problem, local_steps=steps, learning_rate=rate, **common, **settings, engine="softmax")

        def by_numpy(rate: float, *, run: Callable[..., FederatedRun] = run, **settings: Any) -> FederatedRun:
            module.compiled_updates = lambda: None
            try:
                return run(rate, **settings)
            finally:
                module.compiled_updates = lambda: kernel

        still = {key: value for key, value in settings.items() if key != "noise_multiplier"}  # draws are not shared

        def apart(weights: Any, *, run: Callable[..., FederatedRun] = run, still: Any = still) -> str:
            ours = run(SOFTMAX_RATE, **still).weights
            return f"weights equal to {np.linalg.norm(ours - weights) / np.linalg.norm(ours):.0e} of their length"

        agreement = apart(by_numpy(SOFTMAX_RATE, **still).weights)
        peers = [Peer(name="numpy", action=moved(SOFTMAX_RATE, partial(by_numpy, **settings)), agreement=agreement)]
        if installed("torch"):
            import torch_softmax

            loop = partial(torch_softmax.federated_loop, problem, mask, steps)
            agreement = apart(loop(SOFTMAX_RATE, **still)[1])
            peers.append(
                Peer(name="torch loop", action=moved(SOFTMAX_RATE, partial(loop, **settings)), agreement=agreement)
            )
        else:
            peers.append(Peer(name="torch loop", package="torch==2.13.0"))
        table.rows(name, moved(SOFTMAX_RATE, partial(run, **settings)), target, peers, min(turns, 5))
    for batch in (20, 60):
        engine = module.SoftmaxEngine(problem=problem, local_steps=20, learning_rate=SOFTMAX_RATE, proximal=0.0)
        who = np.arange(batch) % CLIENTS
        model = np.random.default_rng(0).standard_normal((problem.dimension, 10))
        for name, chosen in (("numba", kernel), ("numpy", None)):
            module.compiled_updates = lambda chosen=chosen: chosen
            call = _always(partial(engine.updates, model, who, None))
            taken = [_timed(call, number) for number in range(20 * turns)]
            step_times[name].append(1e3 * min(taken) / batch / 20)
        module.compiled_updates = lambda: kernel
    by_numba, plain = (" and ".join(f"{value:.2f}" for value in step_times[name]) for name in ("numba", "numpy"))
    table.say(f"microseconds a client step, batches of 20 and 60 clients: numba {by_numba}, numpy {plain}")
    if flower and installed("flwr") and installed("ray"):
        _flower_softmax(table, problem)


def _flower_softmax(table: Table, problem: Any) -> None:
    from flower_peer import simulation

    few: dict[str, Any] = {"rounds": ROUNDS, "local_steps": LOCAL_STEPS, "learning_rate": SOFTMAX_RATE}
    try:
        seconds, _, weights = simulation(problem, cross_entropy=True, **few)
    except Exception as reason:  # as with least squares
        table.say(f"Flower's simulation does not run here ({type(reason).__name__}: {reason}); the loop is the peer")
        return

    def run(rate: float) -> FederatedRun:
        return simulate(problem, clients_per_round=CLIENTS, engine="softmax", **few | {"learning_rate": rate})

    ours = run(SOFTMAX_RATE).weights
    agreement = f"weights equal to {np.linalg.norm(ours - weights) / np.linalg.norm(ours):.0e} of their length"
    times = [_timed(moved(SOFTMAX_RATE, run), number) for number in range(1, 16)]
    peer = Peer(name="Flower, once", agreement=agreement)
    table.row(f"FedAvg, {CLIENTS} clients, {ROUNDS} rounds", times, 35.0, [(peer, [seconds * 1e3])])


def _by_seed(run: Callable[..., FederatedRun]) -> Action:
    return lambda number: run(RATE, seed=number)


def privacy(table: Table, turns: int) -> None:
    """Epsilon of a subsampled Gaussian and the noise for a budget, beside opacus and dp-accounting."""
    table.title(f"Privacy: sampling rate {SAMPLING}, {STEPS:,} rounds, delta {DELTA}")

    def own_epsilon(noise: float) -> float:
        return float(epsilon(sampling_rate=SAMPLING, noise_multiplier=noise, rounds=STEPS, delta=DELTA))

    def own_noise(budget: float) -> float:
        return float(noise_multiplier(epsilon=budget, sampling_rate=SAMPLING, rounds=STEPS, delta=DELTA))

    spent, needed = [], []
    for package, name in (("opacus", "opacus, RDP"), ("dp_accounting", "dp-accounting, RDP")):
        if not installed(package):
            absent = Peer(name=name, package=package.replace("_", "-"))
            spent.append(absent)
            needed.append(absent)
            continue
        import accountant_peers

        eps, noise = accountant_peers.of(package, sampling_rate=SAMPLING, rounds=STEPS, delta=DELTA)
        spent.append(Peer(name=name, action=moved(1.0, eps), agreement=f"eps {eps(1.0):.4f}"))
        needed.append(Peer(name=name, action=moved(2.0, noise), agreement=f"z {noise(2.0):.4f}"))
        if package == "dp_accounting":
            tight = accountant_peers.loss_distribution(sampling_rate=SAMPLING, rounds=STEPS, delta=DELTA)
            peer = Peer(name="dp-accounting, PLD", action=moved(1.0, tight), agreement=f"eps {tight(1.0):.4f}")
            spent.append(peer)
    table.rows(f"epsilon at z = 1: {own_epsilon(1.0):.4f}", moved(1.0, own_epsilon), 1.0, spent, turns)
    table.rows(f"noise for epsilon = 2: {own_noise(2.0):.4f}", moved(2.0, own_noise), 6.0, needed, turns)
    table.say("set-up, kept: none; every call is a new noise multiplier or budget")


def cache(table: Table, turns: int) -> None:
    """The hit rate of an LRU cache among 1,000,000 adapters, beside the sum over all of them."""
    table.title(f"Adapter cache: Che's approximation, {ITEMS:,} items, Zipf {SKEW}")
    exact = loops.exact_hit_rate(ITEMS, SKEW)

    def own(capacity: float) -> float:
        return float(lru_hit_rate(ITEMS, skew=SKEW, capacity=capacity))

    apart = max(abs(exact(capacity) - own(capacity)) for capacity in (100, 10_000, 500_000))
    peer = Peer(name="exact sum, brentq", action=moved(1000, exact), agreement=f"hit rates equal to {apart:.0e}")
    table.rows("one capacity, slider moved", moved(1000, own), 0.5, [peer], turns)
    set_up = [_timed(lambda n: lru_hit_rate(n, skew=SKEW, capacity=1000), ITEMS - 1 - n) for n in range(turns)]
    table.say(f"set-up, kept: another number of items {statistics.median(set_up):.2f} ms, the answer included")


def memory(table: Table, turns: int) -> None:
    """Saved tensors by the closed form, beside the bytes that torch saves on the same shapes."""
    table.title("Saved tensors of one training step, fp32: the closed form beside torch")
    block: dict[str, Any] = {"tokens": 256, "batch": 2, "hidden": 256, "heads": 8}
    image: dict[str, Any] = {"batch": 4, "resolution": 96}
    network = mobilenet_v2(classes=102)
    block_bytes = partial(transformer_activation_bytes, **block, bytes_per_activation=4)

    def network_bytes() -> float:
        return float(training_memory(network, **image, runtime="stock").activations_bytes)

    models: dict[str, Callable[[], Any]] = {
        "GPT block, explicit attention": partial(block_bytes, attention="explicit"),
        "GPT block, flash attention": partial(block_bytes, attention="flash"),
        "MobileNetV2, stock runtime": network_bytes,
    }
    peers = [Peer(name="torch", package="torch==2.13.0")] * len(models)
    if installed("torch"):
        import torch_peer

        steps = [torch_peer.gpt_block(**block, attention=kind) for kind in ("explicit", "flash")]
        steps.append(torch_peer.mobilenet_v2(**image, classes=102))
        peers = [
            Peer(name="torch, one step", action=_always(step), agreement=_deviation(own(), step()))
            for own, step in zip(models.values(), steps, strict=True)
        ]
    for (name, own), peer in zip(models.items(), peers, strict=True):
        table.rows(name, _always(own), 1.0, [peer], turns)


def _always(function: Callable[[], object]) -> Action:
    return lambda _number: function()


def _deviation(formula: float, measured: int) -> str:
    apart = round(formula / measured - 1, 4) + 0.0  # no minus before a zero
    return f"{formula / 1e6:.3f} MB, torch saves {measured / 1e6:.3f} MB: {apart:+.2%}"


def main() -> None:
    """Run all groups."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--turns", type=int, default=15, help="turns of each group")
    parser.add_argument("--no-flower", action="store_true", help="leave out Flower's simulation, a minute or two")
    parser.add_argument("--keep", action="store_true", help="write the table to benchmarks/physics.txt")
    chosen = parser.parse_args()
    table = Table()
    names = ("numpy", "numba", "scipy", "flwr", "opacus", "dp-accounting", "torch")
    found = ", ".join(f"{name} {version(name)}" for name in names if installed(name.replace("-", "_")))
    table.say(f"Python {platform.python_version()}, {found}; load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    table.say("ms of processor time; Flower's by the clock")
    federation(table, chosen.turns, flower=not chosen.no_flower)
    softmax(table, chosen.turns, flower=not chosen.no_flower)
    privacy(table, chosen.turns)
    cache(table, chosen.turns)
    memory(table, chosen.turns)
    if chosen.keep:
        RECORD.write_text("\n".join(table.lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
