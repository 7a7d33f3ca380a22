"""Record what every bench returns at 100 states, or 30 of federated runs, and compare two such records.

    python tools/recorded_states.py record OUT [--draw [NAME ...]] [--tree DIR]   what the code of DIR returns (this)
    python tools/recorded_states.py store OUT FULL [OTHER ...]          the copy to keep in tests/data
    python tools/recorded_states.py compare A B [--bits] [--allow source,fixes] [--show 10] [--fixes FILE.md]
    python tools/recorded_states.py side-by-side OLD_CHECKOUT           two checkouts on this machine, bit for bit

A record holds plain data under names of its own (``NAMES``), so a class may gain fields, or compute some of them, and
an old record still compares. It is gzipped JSON in which every text and list is written once. ``record`` takes the
states of the stored copy, so that they outlive a change of the controls; ``--draw`` draws anew, of all or of some. The
stored copy has no digests of figures, and the cells of a table in every fifth state only; both count where both
records have them.

``compare`` requires equal texts, levels and fixes, and numbers that agree to 1e-9, or to 1e-15 where they are that
small. It leaves figures alone: the last bits of a number depend on the machine, and a digest on all of them.
``--bits`` requires everything to be the same, for two records of one machine.

Another kernel for linear algebra (OPENBLAS_CORETYPE) changes these last bits. It shows in a text that prints what is
nothing but rounding, as a bias that should be 0, and would at a threshold; federated runs are in single precision and
depend on the instructions for it as well (NUMBA_DISABLE_JIT=1). ``store`` marks as unstable what differs between FULL
and the OTHER records, made of the same code with other kernels; ``compare`` leaves these places alone.

Exit status 1 if there is a difference of a kind that ``--allow`` does not name.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from itertools import count
from pathlib import Path
from typing import Any

TREE = Path(__file__).resolve().parents[1]
sys.path.append(str(TREE))  # a script is given its own folder only

from tools.compared_states import KINDS, differences, dotted, load, report, save  # noqa: E402

STORED = TREE / "tests" / "data" / "recorded_states.json.gz"
STATES, FEDERATED_STATES = 100, 30  # of each bench; of those whose every state is several federated runs
CANDIDATES = 300  # from which the states of federated runs are chosen
PLACES = 101  # positions of a slider to draw from
TABLES, PEEKS = 5, 20  # the stored copy keeps the tables of every 5th state; every 20th has a peek
NAMES = {
    "Reading": "label value unit limit at_most warn note formula meaning source level",
    "Verdict": "level title measure quantity limit unit at_most cause scale margin fixes",
    "Slider": "id label unit minimum maximum step default scale whole out_of_range group role carried source",
    "Choice": "id label options default group role carried source",
    "Toggle": "id label default group role carried source",
    "Option": "id text feedback",
    "Preset": "id label values note",
    "Panel": "id question x y views label waiting",
    "Axis": "label unit low high scale categories",
    "Brief": "speaker text short invariant",
    "Question": "id text options answer",
    "Prediction": "id question unit low high scenario given mechanisms options right tolerance",
    "Truth": "value terms combine interval",
    "Term": "name value",
    "Reflection": "prompt rubric model_answer weak_sample strong_sample check",
    "Peek": "lines leaves_out",
    "PeekLine": "name equation numbers source",
}
WORDS = "title brief controls panels predictions observation reflection presets hud failures tries exploratory"


def plain(value: Any) -> Any:
    """Return a value of a track as dicts, lists, texts and numbers; a function without arguments is called first."""
    kind = type(value).__name__
    if callable(value):
        return plain(value())
    if kind in NAMES:
        return {name: plain(getattr(value, name)) for name in NAMES[kind].split()}
    if kind == "Fix":
        return [value.control, value.value]
    if isinstance(value, Mapping):
        return {str(name): plain(item) for name, item in value.items()}
    if isinstance(value, tuple | list):
        return [plain(item) for item in value]
    return value.item() if hasattr(value, "item") else value  # a numpy number


def digest(figure: Any) -> str:
    """Return a hash of all that is in a figure."""
    import orjson

    how = orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_SORT_KEYS
    return hashlib.sha256(orjson.dumps(figure, option=how, default=lambda array: array.tolist())).hexdigest()


def states_of(name: str) -> int:
    """Return how many states of a bench are recorded."""
    federated = name.endswith(("/convergence", "/privacy", "/recommendation")) or name == "edge_guardian/crisis"
    return FEDERATED_STATES if federated else STATES


def drawn_states(name: str, track: Any, bench: Any) -> list[dict[str, Any]]:
    """Return the default, the presets, then by turns one control moved from its default, all moved, a fix taken.

    Fixes are taken one after the other until none is offered, so that states just inside their limits come up too.
    """
    import numpy as np

    rng = np.random.default_rng(list(hashlib.sha256(f"states of {name}".encode()).digest()))

    def one_of(items: Sequence[Any]) -> Any:
        return items[int(rng.integers(len(items)))]

    default = bench.defaults()
    places = {control.id: control.positions(PLACES) for control in sorted(bench.controls, key=lambda one: one.id)}
    found = [bench.read(default | dict(values)) for values in ({}, *(preset.values for preset in bench.presets))]
    walk = found[0]
    for turn in count():
        if turn % 3 == 2:
            looked = bench.run(track, walk, preview=True)
            fixes = [fix for verdict in looked.ranked_verdicts() for fix in verdict.fixes]
            state = walk | {fix.control: fix.value for fix in [one_of(fixes)]} if fixes else walk
            walk = bench.read(state) if state not in found else one_of(found)
        else:
            moved = list(places) if turn % 3 else [one_of(list(places))]
            state = default | {control: one_of(places[control]) for control in moved}
        found += [state] if (state := bench.read(state)) not in found else []
        if len(found) == (STATES if states_of(name) == STATES else CANDIDATES):
            break
    return found if states_of(name) == STATES else telling_states(track, bench, found, states_of(name))


def telling_states(track: Any, bench: Any, states: Sequence[dict[str, Any]], wanted: int) -> list[dict[str, Any]]:
    """Return so many of the states in their order: those that first meet a failure or win, and the first others."""
    met: set[str] = set()
    telling = []
    for place, state in enumerate(states):
        verdicts = bench.run(track, state, preview=True, fixes=False).verdicts
        new = {one.code for one in verdicts if one.level != "ok"}
        new |= {"a win"} if all(one.level != "fail" for one in verdicts) else set()
        telling += [place] if new - met else []
        met |= new
    others = (place for place in range(len(states)) if place not in telling)
    return [states[place] for place in sorted([*telling, *others][:wanted])]


def words(track: Any, bench: Any) -> dict[str, Any]:
    """Return the texts of a bench that do not depend on its state, with the answers to its questions."""
    said = {name: plain(getattr(bench, name)) for name in WORDS.split()}
    truths = {question.id: bench.truth(track, question) for question in bench.predictions}
    marks = {one.id: plain(one.marks(track, truths[one.id].value)) for one in bench.predictions if one.marks}
    panels = [view for panel in bench.panels for view in (panel, *panel.views)]
    limits = {panel.id: {"figure": digest(panel.limits())} for panel in panels if panel.limits}
    return said | {"truths": plain(truths), "marks": marks, "drawings": limits}


def answer(
    track: Any, bench: Any, values: Mapping[str, Any], *, peek: bool, cells: bool = True, figures: bool = True
) -> dict[str, Any]:
    """Return a state and all that follows from it as plain data."""
    try:
        values = bench.read(bench.defaults() | dict(values))
        outcome = bench.run(track, values)
        readings, verdicts, drawings = outcome.readings, outcome.ranked_verdicts(), {}
        for panel, one in outcome.panels.items():
            drawings[panel] = {"summary": plain(one.summary), "point": plain(one.point)}
            if cells:
                table = one.table()
                drawings[panel] |= {"columns": plain(table.columns), "cells": plain([*zip(*table.rows, strict=True)])}
            if figures:
                drawings[panel] |= {"figure": digest(one.figure())}
        return {
            "values": values,
            "shown": [one.id for one in readings],
            "readings": {one.id: plain(one) for one in readings},
            "ranked": [one.code for one in verdicts],
            "verdicts": {one.code: plain(one) for one in verdicts},
            "decision": plain(outcome.decision),
            "drawings": drawings,
            "peek": plain(bench.peek(track, outcome, **values)) if peek and bench.peek else None,
        }
    except Exception as problem:  # what later code refuses is one difference, and the other states still count
        return {"values": dict(values), "error": f"{type(problem).__name__}: {problem}"}


def record(told: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the imported code returns at every bench, at the states of another record where that has some."""
    try:
        from tracks.loading.registry import load_registry
    except ImportError:  # a checkout from before the registry had a folder
        from tracks.registry import load_registry

    lab, benches = load_registry(entry_points=True), {}
    for track, bench in ((lab.track(one), bench) for one in lab.tracks for bench in lab.benches(one)):
        name, start = f"{track.id}/{bench.id}", time.perf_counter()
        kept = [one["values"] for one in told[name]["states"]][: states_of(name)] if name in told else None
        states = drawn_states(name, track, bench) if kept is None else kept
        answers = [answer(track, bench, one, peek=place % PEEKS == 0) for place, one in enumerate(states)]
        benches[name] = {"words": words(track, bench), "states": answers}
        print(f"{name}: {len(states)} states in {time.perf_counter() - start:.1f} s", flush=True)
    return benches


def stored(full: Mapping[str, Any], others: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the copy to keep of a record, with what differs in the others marked as unstable."""

    def light(part: Mapping[str, Any], dropped: tuple[str, ...]) -> dict[str, Any]:
        drawings = part["drawings"].items()
        kept = {panel: {name: one for name, one in whole.items() if name not in dropped} for panel, whole in drawings}
        return {**part, "drawings": kept}

    benches = {}
    for name, bench in full.items():
        states = []
        for place, state in enumerate(bench["states"]):
            states.append(light(state, ("figure", "cells") if place % TABLES else ("figure",)))
            pairs = [(state, other[name]["states"][place]) for other in others]
            moved = {dotted(found[1]) for pair in pairs for found in differences(*pair, strict=10)}
            states[-1] |= {"unstable": sorted(moved)} if moved else {}
        said = light(bench["words"], ("figure",))
        moved = {
            dotted(found[1])
            for other in others
            for found in differences(bench["words"], other[name]["words"], strict=10)
        }
        benches[name] = {"words": said | ({"unstable": sorted(moved)} if moved else {}), "states": states}
    return benches


def side_by_side(old: Path, how: Mapping[str, Any]) -> int:
    """Record an old checkout and this one, one after the other, and compare the two; return the exit status."""
    with tempfile.TemporaryDirectory() as folder:
        records = []
        for number, tree in enumerate((old.resolve(), TREE)):
            path = Path(folder) / f"{number}.json.gz"
            command = [sys.executable, str(Path(__file__).resolve()), "record", str(path), "--tree", str(tree)]
            subprocess.run(command, cwd=tree, env=os.environ | {"PYTHONPATH": str(tree)}, check=True)
            records.append(load(path))
    return report(*records, **how)


def main(arguments: list[str] | None = None) -> int:
    """Record, store or compare; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    asked = {}
    for name, paths in {"record": "out", "store": "out full", "compare": "old new", "side-by-side": "old"}.items():
        asked[name] = commands.add_parser(name)
        for path in paths.split():
            asked[name].add_argument(path, type=Path)
    asked["record"].add_argument("--draw", nargs="*", metavar="NAME", help="draw the states anew, of all or of these")
    asked["record"].add_argument("--tree", type=Path, default=TREE, help="the checkout whose code answers")
    asked["store"].add_argument("others", type=Path, nargs="*", help="records of the same code with other kernels")
    for one in (asked["compare"], asked["side-by-side"]):
        one.add_argument("--allow", type=lambda text: text.split(","), default=[], help=f"of {','.join(KINDS)}")
        one.add_argument("--show", type=int, default=5, help="how many examples of each kind")
        one.add_argument("--fixes", type=Path, help="where to write a table of the fixes that differ")
    asked["compare"].add_argument("--bits", action="store_true", help="every bit of a number, and figures")
    given = vars(parser.parse_args(arguments))
    command = given.pop("command")
    if unknown := set(given.get("allow", ())) - set(KINDS):
        parser.error(f"--allow knows no {', '.join(unknown)}; there are {', '.join(KINDS)}")
    if command == "record":
        tree = str(given["tree"].resolve())
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before numpy: on small matrices threads only wait
        sys.path.insert(0, tree)
        import tracks

        if not str(tracks.__file__).startswith(tree + os.sep):
            parser.error(f"the code of {tree} is not what is imported, but {tracks.__file__}")
        told, anew = load(STORED), given["draw"]
        if anew is not None:
            told = {name: one for name, one in told.items() if anew and name not in anew}
        save(record(told), given["out"])
    elif command == "store":
        save(stored(load(given["full"]), [load(other) for other in given["others"]]), given["out"])
    elif command == "compare":
        return report(load(given.pop("old")), load(given.pop("new")), **given)
    else:
        return side_by_side(given.pop("old"), given | {"bits": True})
    return 0


if __name__ == "__main__":
    sys.exit(main())
