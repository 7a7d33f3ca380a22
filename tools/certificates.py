"""Certify every bench of every track and write docs/designing/certificates.md: what 'make certify' runs.

    python tools/certificates.py [--points 2048] [--processes 2] [--scheduler tcp://host:8786]

Exit status 1 if a certificate does not hold; the page is written all the same.
"""

from __future__ import annotations

import argparse
import sys
import time
from concurrent.futures import as_completed
from pathlib import Path

from tracks.api.bench import Bench
from tracks.api.track import Track
from tracks.certify.certificate import Certificate, certify, pairs
from tracks.certify.report import page, report
from tracks.certify.survey import Survey
from tracks.commands.places import places
from tracks.commands.terminal import CommandError
from tracks.loading.registry import load_registry

PAGE = Path(__file__).parents[1] / "docs" / "designing" / "certificates.md"
POINTS, PROCESSES = 2048, 2
SLOW_S, FEWER = 0.02, 8  # a state that takes longer: a bench of federated runs, which gets an eighth of the points


def certificate(name: str, points: int) -> Certificate:
    """Return the certificate of ``track/bench``, in a process with empty caches."""
    registry = load_registry()
    ((track, bench),) = pairs(registry, [name])
    return certify(track, bench, points=points, draw=True, benches=registry.benches(track.id))


def cost(track: Track, bench: Bench) -> float:
    """Return how long a state of a bench takes to solve [s], mean of eight."""
    survey = Survey(track, bench, points=8)
    start = time.perf_counter()
    for state in survey.states:
        survey.see(state)
    return (time.perf_counter() - start) / 8


def main() -> int:
    """Certify, print each as it is done, write the page in the order of tracks and missions."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument(
        "--points",
        type=int,
        default=POINTS,
        help="Sobol points of each decision space; an eighth where a state is slow",
    )
    parser.add_argument("--processes", type=int, default=PROCESSES, help="benches certified at the same time")
    parser.add_argument("--scheduler", default="", help="of a Dask cluster that does it in their place")
    options = parser.parse_args()
    try:
        return write(options.points, options.processes, options.scheduler)
    except CommandError as problem:
        print(f"certificates: {problem}", file=sys.stderr)
        return problem.code


def write(most: int, processes: int, scheduler: str) -> int:
    """Certify at so many points, and write the page."""
    start = time.perf_counter()
    costs = {f"{track.id}/{bench.id}": cost(track, bench) for track, bench in pairs(load_registry())}
    # Each bench gets a process of its own: what the physics keeps in its caches for one is of no use to the next.
    with places(scheduler, processes, anew=True) as (pool, where):
        slowest_first = sorted(costs, key=lambda name: -costs[name])  # or one process would end long after the other
        points = {name: max(1, most // (FEWER if costs[name] > SLOW_S else 1)) for name in costs}
        waiting = {name: pool.submit(certificate, name, points[name]) for name in slowest_first}
        for done in as_completed(waiting.values()):
            print(report(done.result()), flush=True)
        certificates = [waiting[name].result() for name in costs]
    took = f"{(time.perf_counter() - start) / 60:.1f} minutes in {where}"
    PAGE.write_text(page(certificates, took=took), encoding="utf-8")
    print(f"Wrote {PAGE} after {took}")
    return 0 if all(one.holds for one in certificates) else 1


if __name__ == "__main__":
    sys.exit(main())
