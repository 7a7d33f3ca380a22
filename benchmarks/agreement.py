"""Ask a small network whether it wins where softmax regression wins: states of the convergence bench on each track.

    python benchmarks/agreement.py [--points 500] [--workers 2] [--scheduler tcp://host:8786] [--lessons] [track ...]

Each state is a Sobol point of the student's decisions in the track's own environment, run with three seeds in both
engines on the same draws of who takes part; a win is the fleet's and the worst city's accuracy at their targets. Three
lessons of the bench are run by themselves, because the engines disagree about them. Writes the shares that agree and
those lessons into tracks/common/data/agreement.json, which the page reads, and docs/designing/agreement.md.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from scipy.stats import spearmanr  # noqa: E402

from physics.federation import simulate_seeds  # noqa: E402
from tracks.api.track import Track  # noqa: E402
from tracks.certify.survey import Survey  # noqa: E402
from tracks.cloud_titan.track import CLOUD_TITAN  # noqa: E402
from tracks.commands.places import places  # noqa: E402
from tracks.commands.terminal import CommandError  # noqa: E402
from tracks.common.agreement import FEW_AND_LONG, TWO_STEPS  # noqa: E402
from tracks.common.federated_runs import SEEDS, final_scores, participation  # noqa: E402
from tracks.common.proxy_fleet import problem  # noqa: E402
from tracks.common.scoring import window_of  # noqa: E402
from tracks.edge_guardian.track import EDGE_GUARDIAN  # noqa: E402
from tracks.missions.convergence.bench import BENCH  # noqa: E402
from tracks.missions.convergence.second_opinion import STEP_RATIO  # noqa: E402
from tracks.missions.convergence.setting import setting_of  # noqa: E402
from tracks.missions.convergence.state import learning_of  # noqa: E402
from tracks.mobile_nomad.track import MOBILE_NOMAD  # noqa: E402
from tracks.tiny_pioneer.track import TINY_PIONEER  # noqa: E402

TRACKS = {track.id: track for track in (CLOUD_TITAN, EDGE_GUARDIAN, MOBILE_NOMAD, TINY_PIONEER)}
STORED = ROOT / "tracks" / "common" / "data" / "agreement.json"
PAGE = ROOT / "docs" / "designing" / "agreement.md"


WEIGHTS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.03, 0.04, 0.05)  # proximal, over the slider


@dataclass(frozen=True, kw_only=True, slots=True)
class Ends:
    """Fleet and worst city at the end of a state, in both engines [1]."""

    softmax: tuple[float, float]
    network: tuple[float, float]


def ends(track_id: str, state: dict[str, object]) -> Ends:
    """Run one state in both engines."""
    track, setting = TRACKS[track_id], setting_of(state)  # type: ignore[arg-type]
    learning = learning_of(track.fleet.seed, setting, seed=0)
    found = simulate_seeds(
        problem(learning.fleet_seed, learning.alpha),
        participation=participation(learning, SEEDS),
        algorithm=learning.algorithm,
        local_steps=learning.local_steps,
        learning_rate=STEP_RATIO * learning.learning_rate,
        proximal=learning.proximal,
        last=window_of(learning.rounds),
        engine="network",
    )
    network = float(found.accuracy.mean()), float(found.group_accuracy.mean(axis=(0, 1)).min())
    return Ends(softmax=final_scores(learning), network=network)


def wins(track: Track, scores: tuple[float, float]) -> bool:
    """Whether both accuracies reach the track's targets."""
    return scores[0] >= track.targets.mean_accuracy and scores[1] >= track.targets.worst_city_accuracy


def surveyed(track: Track, points: int, pool: Executor) -> dict[str, float]:
    """Return the shares of one track's states by who wins, and how alike both engines rank them."""
    states = Survey(track, BENCH, points=points).states
    found = []
    for run in [pool.submit(ends, track.id, state) for state in states]:
        found.append(run.result())
        print(f"\r{track.id}: {len(found)} of {len(states)}", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    both = [(wins(track, one.softmax), wins(track, one.network)) for one in found]
    rank = [
        spearmanr([one.softmax[place] for one in found], [one.network[place] for one in found]).statistic
        for place in (0, 1)
    ]
    return {
        "states": len(found),
        "agree": sum(a == b for a, b in both) / len(both),
        "both_win": sum(a and b for a, b in both) / len(both),
        "softmax_alone_wins": sum(a and not b for a, b in both) / len(both),
        "network_alone_wins": sum(b and not a for a, b in both) / len(both),
        "rank_fleet": round(float(rank[0]), 3),
        "rank_worst_city": round(float(rank[1]), 3),
    }


def lessons(track: Track) -> dict[str, list[float]]:
    """Return what both engines say, softmax regression first, where a control helps the one and not the other.

    From the start of the bench: what SCAFFOLD adds at two local steps and FedProx at its usual weight [points], and the
    best of ``WEIGHTS`` with few clients and many local steps.
    """
    start = BENCH.on(track).defaults()

    def fleet(**changes: object) -> Ends:
        return ends(track.id, {**start, **changes})

    def gained(before: Ends, after: Ends) -> list[float]:
        return [
            round(100 * (now[0] - then[0]), 2)
            for then, now in ((before.softmax, after.softmax), (before.network, after.network))
        ]

    held = {mu: fleet(**FEW_AND_LONG, algorithm="fedprox", mu=mu) for mu in WEIGHTS}
    return {
        "scaffold": gained(fleet(**TWO_STEPS), fleet(**TWO_STEPS, algorithm="scaffold")),
        "proximal": gained(fleet(), fleet(algorithm="fedprox")),
        "best_weight": [
            max(WEIGHTS, key=lambda mu: held[mu].softmax[0]),
            max(WEIGHTS, key=lambda mu: held[mu].network[0]),
        ],
    }


def page(found: dict[str, dict[str, Any]]) -> str:
    """Return the page of the documentation."""
    rows = [
        f"| {TRACKS[name].name} | {int(one['states'])} | {100 * one['agree']:.0f}% | {100 * one['both_win']:.0f}% | "
        f"{100 * one['softmax_alone_wins']:.0f}% | {100 * one['network_alone_wins']:.0f}% | {one['rank_fleet']:.2f} | "
        f"{one['rank_worst_city']:.2f} |"
        for name, one in found.items()
    ]
    head = (
        "# Does a network agree?",
        "",
        "The lab's curves are softmax regression. The same states are run with a network of one hidden layer "
        f"(33-32-10, ReLU) on the same partition and the same draws of who takes part, at {STEP_RATIO:g} of the step "
        f"size, with {SEEDS} seeds. A state wins where fleet and worst city reach the track's targets; what else is "
        "judged does not depend on the engine. Written by `make agreement`.",
        "",
        "| track | states | agree | both win | softmax alone | network alone | rank, fleet | rank, worst city |",
        "|---|---|---|---|---|---|---|---|",
    )
    learnt = [
        f"| {TRACKS[name].name} | "
        + " | ".join(
            f"{one['lessons'][key][0]:+.1f} / {one['lessons'][key][1]:+.1f}" for key in ("scaffold", "proximal")
        )
        + f" | {one['lessons']['best_weight'][0]:g} / {one['lessons']['best_weight'][1]:g} |"
        for name, one in found.items()
        if "lessons" in one  # while a run is under way the next tracks have none
    ]
    where = (
        "",
        "## Where it does not",
        "",
        "Softmax regression / network, fleet: what SCAFFOLD adds to FedAvg at 2 local steps, and FedProx at its usual "
        "weight to the start of the bench, in points; the best of eight proximal weights with 3 clients a round and "
        "100 local steps. Peek says so on convergence and on the drift. All other lessons of "
        "`tests/tracks/common/test_lessons.py` go the same way in both.",
        "",
        "| track | SCAFFOLD at 2 steps | FedProx from the start | best weight, few clients |",
        "|---|---|---|---|",
    )
    return "\n".join((*head, *rows, *where, *learnt)) + "\n"


def main() -> None:
    """Survey the tracks and write what was found."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("tracks", nargs="*", metavar="track", help=", ".join(TRACKS))
    parser.add_argument("--points", type=int, default=500, help="states of each track")
    parser.add_argument("--workers", type=int, default=2, help="processes")
    parser.add_argument("--scheduler", default="", help="of a Dask cluster that runs the states in their place")
    parser.add_argument("--lessons", action="store_true", help="run only the lessons again, and keep the shares")
    chosen = parser.parse_args()
    if unknown := [name for name in chosen.tracks if name not in TRACKS]:
        parser.error(f"there is no track {', '.join(unknown)}; there are {', '.join(TRACKS)}")
    try:
        with places(chosen.scheduler, chosen.workers) as (pool, _):
            survey(chosen, pool)
    except CommandError as problem:
        sys.exit(f"agreement: {problem}")


def survey(chosen: argparse.Namespace, pool: Executor) -> None:
    """Survey what was chosen, and write after each track what was found."""
    found = json.loads(STORED.read_text(encoding="utf-8")) if STORED.is_file() else {}
    for name in chosen.tracks or TRACKS:
        start = time.perf_counter()
        shares = found[name] if chosen.lessons else surveyed(TRACKS[name], chosen.points, pool)
        found[name] = {**shares, "lessons": lessons(TRACKS[name])}
        print(name, found[name], f"{time.perf_counter() - start:.0f} s", flush=True)
        ordered = {track: found[track] for track in TRACKS if track in found}
        STORED.write_text(json.dumps(ordered, indent=1) + "\n", encoding="utf-8")
        PAGE.write_text(page(ordered), encoding="utf-8")


if __name__ == "__main__":
    main()
