"""Build the stored table of the privacy search in several processes: what 'make search' runs.

python tools/search.py [--processes 2] [--scheduler tcp://host:8786] [FILE]
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from physics.privacy.build_client_updates import TABLE_FILE, build
from tracks.commands.places import places
from tracks.commands.terminal import CommandError, worked


def main() -> int:
    """Build the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("file", nargs="?", type=Path, default=TABLE_FILE, help="where the table is written")
    parser.add_argument("--processes", type=int, default=2, help="runs at the same time")
    parser.add_argument("--scheduler", default="", help="of a Dask cluster that does the runs in their place")
    options = parser.parse_args()
    try:
        with places(options.scheduler, options.processes) as (pool, _):

            def mapped(function: Callable[[Any], Any], runs: list[Any]) -> Iterator[Any]:
                waiting = [pool.submit(function, run) for run in runs]
                yield from worked(waiting, lambda one: one.result(), name=lambda _: "runs")

            build(options.file, mapped)
    except CommandError as problem:
        print(f"search: {problem}", file=sys.stderr)
        return problem.code
    return 0


if __name__ == "__main__":
    sys.exit(main())
