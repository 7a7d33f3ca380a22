"""A record of the benches' states as a file, and where two records differ: for tools/recorded_states.py."""

from __future__ import annotations

import gzip
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest
from pathlib import Path
from typing import Any

RELATIVE, ABSOLUTE = 1e-9, 1e-15  # two numbers that are this near each other are the same
OPTIONAL = ("columns", "cells", "figure", "unstable")  # compared where both records have them
# Each kind of difference, with the parts of a state, or the fields in these parts, that belong to it. A field that
# is called source is of that kind wherever it occurs; all else is texts.
KINDS = {
    "error": "error",
    "values": "values",
    "readings": "readings.value readings.limit readings.warn readings.at_most",
    "texts": "drawings.summary",
    "source": "",
    "level": "readings.level verdicts verdicts.level ranked",
    "wording": "verdicts.title verdicts.measure verdicts.cause verdicts.unit",
    "number": "verdicts.quantity verdicts.limit verdicts.at_most verdicts.scale verdicts.margin",
    "fixes": "verdicts.fixes",
    "decision": "decision",
    "tables": "drawings drawings.columns drawings.cells drawings.point",
    "figures": "drawings.figure",
}
KIND_OF = {place: kind for kind, places in KINDS.items() for place in places.split()}
Place = tuple[Any, ...]
Difference = tuple[str, Place, Any, Any]  # its kind, where it is, old, new


def save(benches: Mapping[str, Any], path: Path) -> None:
    """Write a record as a list of its texts, lists and dicts, each once; [3] in one of them refers to the fourth."""
    pool: dict[str, int] = {}

    def packed(value: Any) -> Any:
        if not isinstance(value, str | dict | list) or (isinstance(value, str) and len(value) < 8):
            return value
        if not isinstance(value, str):
            value = {n: packed(v) for n, v in value.items()} if isinstance(value, dict) else [packed(v) for v in value]
        return [pool.setdefault(json.dumps(value, ensure_ascii=False, separators=(",", ":")), len(pool))]

    packed(benches)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(f"[{','.join(pool)}]".encode(), mtime=0))


def load(path: Path) -> dict[str, Any]:
    """Return the benches of a record, by track/bench."""
    found: list[Any] = []
    for item in json.loads(gzip.decompress(path.read_bytes())):
        if not isinstance(item, str):
            parts = item if isinstance(item, dict) else dict(enumerate(item))
            parts = {name: found[part[0]] if isinstance(part, list) else part for name, part in parts.items()}
            item = parts if isinstance(item, dict) else list(parts.values())
        found.append(item)
    return dict(found[-1])


def differences(
    old: Mapping[str, Any], new: Mapping[str, Any], *, bits: bool = False, strict: float = 1
) -> Iterator[Difference]:
    """Yield where two states, or what two benches say, differ; ``strict`` numbers must be that many times nearer."""
    if ("error" in old) != ("error" in new):
        yield "error", ("error",), old.get("error"), new.get("error")
        return
    skipped = () if bits else (*old.get("unstable", ()), *new.get("unstable", ()))
    for place, one, other in _leaves(old, new, ()):
        kind = KIND_OF.get(".".join((place[0], *map(str, place[2:3]))), KIND_OF.get(place[0], "texts"))
        kind = "source" if place[-1] == "source" else kind
        numbers = kind != "fixes" and isinstance(one, int | float) and isinstance(other, int | float)
        if bits:
            same = repr(one) == repr(other)
        elif kind == "figures" or dotted(place) in skipped:
            same = True
        else:
            near = {"rel_tol": RELATIVE / strict, "abs_tol": ABSOLUTE / strict}
            same = math.isclose(one, other, **near) if numbers else one == other
        if not same:
            yield kind, place, one, other


def _leaves(old: Any, new: Any, place: Place) -> Iterator[tuple[Place, Any, Any]]:
    """Yield each pair of texts or numbers with its place; the fixes of a verdict are one such pair."""
    if isinstance(old, dict) and isinstance(new, dict):
        for name in old | new:
            if name not in OPTIONAL or (name in old and name in new):
                yield from _leaves(old.get(name), new.get(name), (*place, name))
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new) and place[-1] != "fixes":
        for number, (one, other) in enumerate(zip(old, new, strict=True)):
            yield from _leaves(one, other, (*place, number))
    else:
        yield place, old, new


def dotted(place: Place) -> str:
    """Return a place in a state as one text."""
    return ".".join(map(str, place))


def in_words(difference: Difference) -> str:
    """Return a difference as three lines: where it is, what it was, what it is now."""
    kind, place, old, new = difference
    return f"{kind}: {dotted(place)}\n    old: {old!r}\n    new: {new!r}"


def all_differences(
    old: Mapping[str, Any], new: Mapping[str, Any], bits: bool
) -> Iterator[tuple[str, str, list[Difference]]]:
    """Yield the name of each bench, each of its states as its values that are no defaults, and what differs there."""
    nothing: dict[str, Any] = {"error": "there is none"}
    for name in {**old, **new}:
        was, now = (one.get(name, {"states": [], "words": nothing}) for one in (old, new))
        default = was["states"][0]["values"] if was["states"] else {}
        for place, pair in enumerate(zip_longest(was["states"], now["states"], fillvalue=nothing)):
            moved = {control: v for control, v in pair[0].get("values", {}).items() if v != default.get(control)}
            state = ", ".join(f"{control}={_short(value)}" for control, value in moved.items())
            yield name, f"state {place} ({state or 'default'})", list(differences(*pair, bits=bits))
        yield name, "its words", list(differences(was["words"], now["words"], bits=bits))


def _short(value: Any) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def report(
    old: Mapping[str, Any], new: Mapping[str, Any], *, bits: bool, allow: Sequence[str], show: int, fixes: Path | None
) -> int:
    """Print in how many states of each bench each kind of difference occurs, then examples; return the exit status.

    Args:
        allow: the kinds that are excused. show: how many examples of every other kind are printed.
        fixes: where to write a Markdown table of all fixes that differ, or None.
    """
    counts = {name: {"states": -1} | dict.fromkeys(KINDS, 0) for name in {**old, **new}}  # the texts are no state
    examples: dict[str, list[str]] = {kind: [] for kind in KINDS if kind not in allow}
    rows = ["| bench | state | verdict | old fixes | new fixes |", "|---|---|---|---|---|"]
    for name, state, found in all_differences(old, new, bits):
        for kind in {"states", *(difference[0] for difference in found)}:
            counts[name][kind] += 1
        for difference in found:
            kind, place, *both = difference
            if kind in examples:
                examples[kind].append(f"{name}, {state}\n  {in_words(difference)}")
            if kind == "fixes":
                offers = (", ".join(f"{control}={_short(value)}" for control, value in one or ()) for one in both)
                rows.append(f"| {name} | {state} | {place[1]} | {' | '.join(offers)} |")
    print(f"{'states that differ in':<27}", *(f"{kind:>8}" for kind in ("of", *KINDS)))
    for name, row in counts.items():
        print(f"{name:<27}", *(f"{count or '-':>8}" for count in row.values()))
    for text in (text for texts in examples.values() for text in texts[:show]):
        print(f"\n{text}")
    if fixes:
        fixes.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return int(any(examples.values()))
