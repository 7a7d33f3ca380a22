"""Plant faults and run the tests on them: what 'make mutants' does.

    python -m tools.mutants [--sites 400] [--seed 11] [--module physics/memory ...] [--workers 2] [--keep killed]

A run of all areas with the standard number and seed writes docs/contributing/faults_seen.md. What becomes of each
change is stored in build/mutants.json at once. With --keep killed a later run tries only what survived or is new;
with --keep all only what is new; with --report nothing, and the page is that of what is known. Exit status 1 if less
than 90% of the changes that are not equivalent are killed.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict
from multiprocessing import get_context
from pathlib import Path

from tools.mutants.forks import FATES, Bench, Result, load_libraries
from tools.mutants.report import WANTED, page, reviews, rows, survivors
from tools.mutants.sites import AREAS, Site, chosen_sites

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "contributing" / "faults_seen.md"
STORED = ROOT / "build" / "mutants.json"
SITES, SEED, WORKERS = 400, 11, 2

_bench: Bench | None = None


def tried(site: Site, folder: str) -> Result:
    """Run the tests on one change, in this worker's own copy of the tree."""
    global _bench
    if _bench is None:
        _bench = Bench(ROOT, Path(tempfile.mkdtemp(dir=folder)))
    return _bench.run(site)


def stored() -> dict[str, Result]:
    """Return what earlier runs found, by the key of the site."""
    if not STORED.is_file():
        return {}
    return {key: Result(**found) for key, found in json.loads(STORED.read_text(encoding="utf-8")).items()}


def store(site: Site, result: Result) -> None:
    """Add one result to what earlier runs found."""
    found = {key: asdict(earlier) for key, earlier in stored().items()} | {site.key: asdict(result)}
    STORED.parent.mkdir(exist_ok=True)
    STORED.write_text(json.dumps(found, indent=1), encoding="utf-8")


def try_all(sites: list[Site], workers: int) -> dict[Site, Result]:
    """Try every site, and say and store at once what became of each."""
    found: dict[Site, Result] = {}
    folder = tempfile.mkdtemp(prefix="edgelab-mutants-")
    pool = ProcessPoolExecutor(workers, mp_context=get_context("fork"))
    try:
        waiting = {pool.submit(tried, site, folder): site for site in sites}
        for done in as_completed(waiting):
            site, result = waiting[done], done.result()
            found[site] = result
            store(site, result)
            where = f"{len(found)}/{len(sites)} {site.file}:{site.line}"
            print(f"{where} {result.fate} {result.by} ({result.seconds:.0f} s)", flush=True)
            if result.fate == "survived":
                print(f"    {site.before}\n    {site.after}", flush=True)
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
        shutil.rmtree(folder, ignore_errors=True)
    return found


def main() -> int:
    """Choose the sites, try them, print the table and write the page."""
    parser = argparse.ArgumentParser(prog="python -m tools.mutants", description=__doc__.partition("\n")[0])
    parser.add_argument("--sites", type=int, default=SITES, help="places that are changed")
    parser.add_argument("--seed", type=int, default=SEED, help="chooses the places")
    parser.add_argument("--module", nargs="+", default=list(AREAS), help="folders or files, such as physics/memory")
    parser.add_argument("--workers", type=int, default=WORKERS, help="changes tried at the same time")
    parser.add_argument("--keep", choices=("nothing", "killed", "all"), default="nothing", help="of earlier runs")
    parser.add_argument("--report", action="store_true", help="try nothing, write the page of earlier runs")
    options = parser.parse_args()
    known, before = reviews(), stored()
    whole = (options.sites, options.seed, options.module) == (SITES, SEED, list(AREAS))
    sites = chosen_sites(ROOT, total=options.sites, seed=options.seed, under=options.module)
    options.keep = "all" if options.report else options.keep
    kept = {"nothing": (), "killed": ("killed", "killed by the clock"), "all": FATES}[options.keep]
    results = {site: before[site.key] for site in sites if site.key in before and before[site.key].fate in kept}
    if not options.report:
        load_libraries()
        results |= try_all([site for site in sites if site not in results], options.workers)
    for one in rows(results, known):
        print(f"{one.name:45} {one.sites:4} {one.killed:4} {one.survived:4} {one.equivalent:4} {100 * one.share:6.1f}%")
    print(*survivors(results, known), sep="\n")
    if whole:
        minutes = sum(result.seconds for result in results.values()) / 60 / options.workers
        untried = len(sites) - len(results)
        text = page(results, known, seed=options.seed, minutes=minutes, untried=untried)
        PAGE.write_text(text, encoding="utf-8")
    return 0 if rows(results, known)[-1].share >= WANTED else 1


if __name__ == "__main__":
    sys.exit(main())
