"""The author's command: ``python -m tracks list`` says what was found, from where, with what result."""

from __future__ import annotations

import argparse
import os
import sys
import textwrap
from collections.abc import Sequence

from tracks.registry import Found, load_registry

FOLDER_VARIABLE = "EDGELAB_TRACKS_DIR"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: 0, or 1 when something was left out."""
    parser = argparse.ArgumentParser(prog="python -m tracks", description="Look after edgelab's tracks and benches.")
    commands = parser.add_subparsers(dest="command", required=True)
    listing = commands.add_parser("list", help="what was found, from where, with what result")
    listing.add_argument(
        "--tracks-dir", metavar="DIR", help=f"a folder of guests, one *.py each; otherwise {FOLDER_VARIABLE}, if set"
    )
    options = parser.parse_args(arguments)
    registry = load_registry(folder=options.tracks_dir or os.environ.get(FOLDER_VARIABLE))
    print(table(registry.found))
    return 1 if any(found.reason for found in registry.found) else 0


def table(rows: Sequence[Found]) -> str:
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


def _result(row: Found) -> str:
    if row.reason:
        return "left out"
    offered = (("tracks", row.tracks), ("benches", row.benches))
    return "; ".join(f"{kind}: {', '.join(ids)}" for kind, ids in offered if ids) or "nothing offered"


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join([*(cell.ljust(width) for cell, width in zip(cells, widths, strict=False)), cells[-1]])


if __name__ == "__main__":
    sys.exit(main())
