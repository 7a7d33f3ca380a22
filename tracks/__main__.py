"""The author's command: ``python -m tracks list``, ``check`` and ``new``.

``list`` prints what was found, from where, with what result; ``check`` runs every check of a certificate and names
those that fail; ``new`` writes a track to start from.
"""

from __future__ import annotations

import argparse
import os
import sys
import textwrap
from collections.abc import Sequence
from pathlib import Path

from tracks.certify.certificate import certify, pairs
from tracks.certify.report import report
from tracks.certify.template_files import pairs_of, plugin_alone, write_plugin
from tracks.loading.registry import PluginRecord, Registry, load_registry

FOLDER_VARIABLE = "EDGELAB_TRACKS_DIR"
POINTS, QUICK_POINTS = 512, 64


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: 0, or 1 when something was left out, fails a check or exists."""
    options = _parser().parse_args(arguments)
    folder = options.tracks_dir or os.environ.get(FOLDER_VARIABLE)
    if options.command == "new":
        return _new(options.name, Path(folder or "."))
    if options.command == "check":
        return _check(options.targets, folder, QUICK_POINTS if options.quick else options.points)
    registry = load_registry(folder=folder)
    print(table(registry.found))
    return 1 if any(found.reason for found in registry.found) else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tracks", description="Look after edgelab's tracks and benches.")
    commands = parser.add_subparsers(dest="command", required=True)
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument(
        "--tracks-dir", metavar="DIR", help=f"a folder of plugins, one *.py each; otherwise {FOLDER_VARIABLE}, if set"
    )
    commands.add_parser("list", parents=[shared], help="what was found, from where, with what result")
    check = commands.add_parser("check", parents=[shared], help="the certificate of every bench, or of some")
    check.add_argument(
        "targets",
        nargs="*",
        metavar="TARGET",
        help="a file of a plugin, a track, or track/bench; * stands for anything",
    )
    check.add_argument(
        "--points", type=_points, default=POINTS, help=f"Sobol points of each decision space (default {POINTS})"
    )
    check.add_argument("--quick", action="store_true", help=f"{QUICK_POINTS} points, for a first look")
    new = commands.add_parser("new", parents=[shared], help="write a track to start from, in one file")
    new.add_argument("name", help="its id: lower-case words joined by underscores, like harbour_crane")
    return parser


def _points(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 65536:
        raise argparse.ArgumentTypeError(f"{text!r} must be a whole number, 1 to 65536")
    return int(text)


# --- check -----------------------------------------------------------------------------------------------------------


def _check(targets: Sequence[str], folder: str | None, points: int) -> int:
    """Print the certificate of every bench asked for; one that was left out counts as failed."""
    files = [target for target in targets if target.endswith(".py") or Path(target).is_file()]
    patterns = [target for target in targets if target not in files]
    holds = True
    for file in files:
        with plugin_alone(Path(file)) as (registry, found):
            holds &= _is_used(found, Path(file)) and _certified(registry, pairs_of(registry, found), points)
    if patterns or not files:
        registry = load_registry(folder=folder)
        left_out = [found for found in registry.found if found.reason]
        if left_out:
            print(table(left_out) + "\n")
        try:
            wanted = [f"{track.id}/{bench.id}" for track, bench in pairs(registry, patterns)]
        except LookupError as problem:
            print(problem.args[0], file=sys.stderr)
            return 1
        holds &= _certified(registry, wanted, points) and not left_out
    return 0 if holds else 1


def _is_used(found: PluginRecord, path: Path) -> bool:
    """Whether a plugin is used; print the reason otherwise."""
    if found.reason:
        print(f"{path} is left out: {found.reason}")
    return not found.reason


def _certified(registry: Registry, names: Sequence[str], points: int) -> bool:
    holds = True
    for track, bench in pairs(registry, names) if names else ():
        certificate = certify(track, bench, points=points, draw=True)
        print(report(certificate) + "\n", flush=True)
        holds &= certificate.holds
    counted = f"{len(names)} certificate{'' if len(names) == 1 else 's'}"
    print(f"{counted}: {'all hold' if holds else 'not all hold'}")
    return holds


# --- new -------------------------------------------------------------------------------------------------------------


def _new(name: str, folder: Path) -> int:
    try:
        path = write_plugin(name, folder)
    except (ValueError, OSError) as problem:
        print(problem, file=sys.stderr)
        return 1
    print(f"Wrote {path}. Check it with: python -m tracks check {path}")
    return 0


# --- list ------------------------------------------------------------------------------------------------------------


def table(rows: Sequence[PluginRecord]) -> str:
    """Return everything found as a plain-text table, each reason below its row."""
    head = ("NAME", "KIND", "RESULT", "FROM")
    cells = [(row.name, row.kind, _result(row), row.origin) for row in rows]
    widths = [max(len(line[column]) for line in (head, *cells)) for column in range(3)]
    lines = [_line(head, widths)]
    for row, line in zip(rows, cells, strict=True):
        lines.append(_line(line, widths))
        if row.reason:
            lines += textwrap.wrap(row.reason, 100, initial_indent="    ", subsequent_indent="    ")
    left_out = sum(bool(row.reason) for row in rows)
    return "\n".join([*lines, "", f"{len(rows) - left_out} used, {left_out} left out"])


def _result(row: PluginRecord) -> str:
    if row.reason:
        return "left out"
    offered = (("tracks", row.tracks), ("benches", row.benches))
    return "; ".join(f"{kind}: {', '.join(ids)}" for kind, ids in offered if ids) or "nothing offered"


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join([*(cell.ljust(width) for cell, width in zip(cells, widths, strict=False)), cells[-1]])


if __name__ == "__main__":
    sys.exit(main())
