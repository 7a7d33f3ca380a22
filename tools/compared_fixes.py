"""Whether the fixes of one record are no worse than those of another, by trying both in this tree.

    python tools/compared_fixes.py OLD NEW > docs/contributing/fix_differences.md

OLD and NEW are files of ``tools/recorded_states.py record``. For every failing or warning verdict the fixes of both
are applied to the state, one at a time. A list of fixes is called worse where it is empty and the other helps, where
its best fix leaves the verdict at a worse level, or where its first fix does not cure and the other's does.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tools.compared_states import load  # noqa: E402
from tracks import BadValue, Bench, Track  # noqa: E402
from tracks.api.outcome import LEVELS  # noqa: E402
from tracks.loading.registry import load_registry  # noqa: E402

COLUMNS = (
    "bench",
    "verdicts not ok",
    "fixes before",
    "fixes now",
    "without one before",
    "without one now",
    "offers differ",
    "first cures only now",
    "worse",
)

Offer = Sequence[Sequence[Any]]
Left = tuple[int, float]  # level of the verdict after a fix, counted from "ok", and minus its margin


class Judge:
    """One bench on one track; the result of a fix is cached."""

    def __init__(self, track: Track, bench: Bench) -> None:
        self.track, self.bench = track, bench
        self.known: dict[tuple[Any, ...], Mapping[str, Left]] = {}

    def left(self, values: Mapping[str, Any], fix: Sequence[Any], code: str) -> Left:
        """Return level and margin of a verdict after a fix; a verdict that is no longer present counts as ok."""
        state = {**values, fix[0]: fix[1]}
        key = tuple(state.values())
        if key not in self.known:
            try:
                outcome = self.bench.run(self.track, self.bench.read(state))
            except BadValue:
                return len(LEVELS), 0.0
            self.known[key] = {v.code: (LEVELS.index(v.level), -v.margin) for v in outcome.verdicts}
        return self.known[key].get(code, (0, -1.0))


def compared(judge: Judge, old: Mapping[str, Any], new: Mapping[str, Any]) -> Counter[str]:
    """Count over the verdicts of one state how the fixes of both records compare."""
    found: Counter[str] = Counter()
    for code, verdict in new["verdicts"].items():
        before = old["verdicts"].get(code)
        if before is None or verdict["level"] == "ok" or before["level"] != verdict["level"]:
            continue
        now = LEVELS.index(verdict["level"])
        offers: tuple[Offer, Offer] = (before["fixes"], verdict["fixes"])
        found["verdicts"] += 1
        for name, offer in zip(("old", "new"), offers, strict=True):
            found[f"{name} fixes"] += len(offer)
            found[f"{name} none"] += not offer
        if [list(fix) for fix in offers[0]] == [list(fix) for fix in offers[1]]:
            continue
        found["differ"] += 1
        was, is_now = ([judge.left(new["values"], fix, code) for fix in offer] for offer in offers)
        first = [bool(left) and left[0][0] < now for left in (was, is_now)]
        found["better first"] += first[1] and not first[0]
        if was and (not is_now or min(is_now)[0] > min(was)[0] or (first[0] and not first[1])):
            found["worse"] += 1
            print(f"worse: {judge.track.id}/{judge.bench.id} {code} {new['values']}: {offers}", file=sys.stderr)
    return found


def main() -> None:
    """Compare two records and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("old", type=Path)
    parser.add_argument("new", type=Path)
    arguments = parser.parse_args()
    old, new, lab = load(arguments.old), load(arguments.new), load_registry(entry_points=False)
    print("| " + " | ".join(COLUMNS) + " |\n" + "|---" * len(COLUMNS) + "|")
    total: Counter[str] = Counter()
    for name in new:
        track_id, bench_id = name.split("/")
        judge = Judge(lab.track(track_id), lab.bench(track_id, bench_id))
        found: Counter[str] = Counter()
        for before, after in zip(old[name]["states"], new[name]["states"], strict=True):
            found += compared(judge, before, after)
        total += found
        print(row(name, found), flush=True)
    print(row("all", total))


def row(name: str, found: Counter[str]) -> str:
    """Return one line of the table."""
    keys = ("verdicts", "old fixes", "new fixes", "old none", "new none", "differ", "better first", "worse")
    return "| " + " | ".join([name, *(str(found[key]) for key in keys)]) + " |"


if __name__ == "__main__":
    main()
