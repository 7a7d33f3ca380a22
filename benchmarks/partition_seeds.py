"""Survey the convergence bench on each track's partition: the figures of docs/decisions/0006-partition-seeds.md.

    python benchmarks/partition_seeds.py [--points 512] [--partitions 120] [track ...]

For each track: the default over several draws, how it varies over other partitions, every decision scanned alone,
the share of the decision space that passes, whether two different designs pass, and a greedy path to one that does.
"""

from __future__ import annotations

import argparse
import math
import os
import sys
from collections.abc import Mapping
from dataclasses import replace
from itertools import combinations
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np
from scipy.stats import qmc

from tracks.api.bench import Bench
from tracks.api.controls import Control, Slider, Value
from tracks.api.outcome import Outcome
from tracks.api.track import Track
from tracks.cloud_titan.track import CLOUD_TITAN
from tracks.common.federated_runs import runs
from tracks.edge_guardian.track import EDGE_GUARDIAN
from tracks.missions.convergence.bench import BENCH
from tracks.missions.convergence.setting import default_setting
from tracks.missions.convergence.state import learning_of
from tracks.missions.convergence.texts import asked
from tracks.mobile_nomad.track import MOBILE_NOMAD
from tracks.tiny_pioneer.track import TINY_PIONEER

TRACKS = {track.id: track for track in (CLOUD_TITAN, EDGE_GUARDIAN, MOBILE_NOMAD, TINY_PIONEER)}
State = dict[str, Value]


def value_at(control: Control, place: float) -> Value:
    """Return the value at a fraction 0..1 of a control's own scale."""
    if not isinstance(control, Slider):
        choices = control.positions(2)
        return choices[min(int(place * len(choices)), len(choices) - 1)]
    low, high = control.minimum, control.maximum
    if control.scale == "log":
        return control.read(min(max(low * (high / low) ** place, low), high))
    return control.read(low + (high - low) * place)


def place_of(control: Slider, value: Value) -> float:
    """Return the fraction 0..1 of its slider at which a value lies."""
    low, high, at = control.minimum, control.maximum, float(value)
    if control.scale == "log":
        return math.log(at / low) / math.log(high / low)
    return (at - low) / (high - low)


def failures(outcome: Outcome) -> list[str]:
    return [verdict.code for verdict in outcome.verdicts if verdict.level == "fail"]


def facts(outcome: Outcome) -> str:
    """Return the three numbers of the status bar and what fails, in one line."""
    mean, worst, moved = (outcome.reading(name) for name in ("mean_accuracy", "worst_city", "moved"))
    return (
        f"{mean.value:.3f} / {worst.value:.3f} at {moved.value / 1e9:.3g} GB of {moved.limit / 1e9:.3g}, bias "
        f"{outcome.reading('bias').value:.3f}; fails: {', '.join(failures(outcome)) or 'none'}"
    )


def interval(wins: int, count: int) -> tuple[float, float]:
    """Return Wilson's 95% interval of a share."""
    z, share = 1.96, wins / count
    centre = (share + z**2 / (2 * count)) / (1 + z**2 / count)
    half = z / (1 + z**2 / count) * math.sqrt(share * (1 - share) / count + z**2 / (4 * count**2))
    return centre - half, centre + half


def over_partitions(track: Track, count: int) -> None:
    found = []
    for seed in range(count):
        one = runs(learning_of(seed, default_setting(track), seed=0))
        found.append((one.mean[-1], one.cities[-1].min()))
    for name, column in zip(("fleet", "worst city"), np.array(found).T, strict=True):
        low, middle, high = column.min(), np.median(column), column.max()
        print(f"  {name} over {count} partitions: {low:.3f} to {high:.3f}, median {middle:.3f}")


def scan(bench: Bench, track: Track, start: State) -> None:
    """Print which failures one decision can cure when it alone is moved, at 41 positions."""
    alone: list[str] = []
    always = set(failures(bench.run(track, start)))
    for control in bench.controls:
        if control.role != "decision":
            continue
        left = [set(failures(bench.run(track, {**start, control.id: v}))) for v in dict.fromkeys(control.positions(41))]
        mended = sorted(code for code in always if any(code not in one for one in left))
        print(f"  {control.id:18} alone mends {', '.join(mended) or 'nothing'}")
        alone += [control.id] * any(not one for one in left)
    print(f"  single decisions that win: {', '.join(alone) or 'none'}")


def space(bench: Bench, track: Track, start: State, points: int) -> None:
    """Print the share of the decision space that passes, and whether two passing states are different designs."""
    decisions = [control for control in bench.controls if control.role == "decision"]
    winners: list[State] = []
    for places in qmc.Sobol(len(decisions), seed=1).random(points):
        state = {**start, **{c.id: value_at(c, place) for c, place in zip(decisions, places, strict=True)}}
        if not failures(bench.run(track, state)):
            winners.append(state)
    low, high = interval(len(winners), points)
    print(f"  wins {len(winners)} of {points} points: {len(winners) / points:.1%} (95%: {low:.1%} to {high:.1%})")
    by_algorithm = {name: sum(w["algorithm"] == name for w in winners) for name in ("fedavg", "fedprox", "scaffold")}
    designs = sum(differ(decisions, one, other) for one, other in combinations(winners, 2))
    print(f"  winners by algorithm: {by_algorithm}; pairs that are two designs: {designs}")


def differ(decisions: list[Control], one: Mapping[str, Value], other: Mapping[str, Value]) -> bool:
    """Whether two states are two designs: they differ in a choice, or by more than .3 of a scale in two sliders."""
    far = 0
    for control in decisions:
        if not isinstance(control, Slider):
            if one[control.id] != other[control.id]:
                return True
        elif abs(place_of(control, one[control.id]) - place_of(control, other[control.id])) > 0.3:
            far += 1
    return far >= 2


def greedy(bench: Bench, track: Track, start: State) -> None:
    """Print the moves that raise the smallest margin most, one control at a time, until nothing fails."""
    state, path = dict(start), []
    for _ in range(10):
        outcome = bench.run(track, state)
        if not failures(outcome):
            break
        moves = [
            (control.id, value)
            for control in bench.controls
            if control.role == "decision"
            for value in dict.fromkeys(control.positions(20))
            if value != state[control.id]
        ]
        margins = {
            move: min(v.margin for v in bench.run(track, {**state, move[0]: move[1]}).verdicts) for move in moves
        }
        best = max(margins, key=lambda move: margins[move])
        state[best[0]] = best[1]
        path.append(f"{best[0]} {best[1] if isinstance(best[1], str) else format(best[1], '.3g')}")
    print(f"  greedy: {'; '.join(path)}: {facts(bench.run(track, state))}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("tracks", nargs="*", choices=[[], *TRACKS], default=[])
    parser.add_argument("--points", type=int, default=512, help="Sobol points over the decisions")
    parser.add_argument("--partitions", type=int, default=120, help="partitions whose defaults are compared")
    chosen = parser.parse_args()
    for name in chosen.tracks or TRACKS:
        track = TRACKS[name]
        bench = BENCH.on(track)
        start = bench.defaults()
        print(f"{name}: partition {track.fleet.seed}, alpha {track.fleet.skew_alpha:g}")
        for seed in range(6):
            print(f"  default, draws {seed}: {facts(bench.run(track, start, seed=seed))}")
        question = runs(learning_of(track.fleet.seed, replace(asked(track), rounds=100), seed=0)).mean
        print(f"  lock: {question[50]:.4f} after 50 rounds, {question[100]:.4f} after 100")
        over_partitions(track, chosen.partitions)
        scan(bench, track, start)
        space(bench, track, start, chosen.points)
        greedy(bench, track, start)


if __name__ == "__main__":
    main()
