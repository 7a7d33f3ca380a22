"""What was found, from where, with what result: as a table and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.console import Group
from rich.table import Table
from rich.text import Text

from tracks.commands.terminal import ExitCode, printable, show, show_json
from tracks.loading.registry import PluginRecord


def show_list(found: Sequence[PluginRecord], *, as_json: bool) -> ExitCode:
    """Print everything that was found; the exit code says whether something was left out."""
    left_out = sum(bool(row.reason) for row in found)
    if as_json:
        rows = [plugin_json(row) for row in found]
        show_json({"plugins": rows, "used": len(found) - left_out, "left_out": left_out})
    else:
        show(table(found), "", f"{len(found) - left_out} used, {left_out} left out")
    return ExitCode.FAILED if left_out else ExitCode.OK


def plugin_json(row: PluginRecord) -> dict[str, Any]:
    """Return one plugin as ``--json`` writes it; ``reason`` is null where it is used."""
    return {
        "name": row.name,
        "kind": row.kind,
        "from": row.origin,
        "tracks": list(row.tracks),
        "benches": list(row.benches),
        "reason": row.reason or None,
    }


def table(rows: Sequence[PluginRecord]) -> Group:
    """Return everything found as a table, and below it a sentence for each that was left out."""
    grid = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for name in ("NAME", "KIND", "RESULT", "FROM"):
        grid.add_column(name, overflow="fold")
    for row in rows:
        result = Text("left out", style="bold red") if row.reason else Text(_offered(row))
        grid.add_row(Text(printable(row.name)), row.kind, result, Text(printable(row.origin)))
    sentences = [Text(f"\n{printable(row.name)} is left out: {printable(row.reason)}") for row in rows if row.reason]
    return Group(grid, *sentences)


def _offered(row: PluginRecord) -> str:
    offered = (("tracks", row.tracks), ("benches", row.benches))
    return "; ".join(f"{kind}: {', '.join(ids)}" for kind, ids in offered if ids) or "nothing offered"
