"""``edgelab verify``: what many files are, as a table, as JSON, and as an exit code."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Group
from rich.table import Table
from rich.text import Text

from dashboard.ledger.exports.verification import MAX_FILE, PROVES, Verification, verify
from tracks.commands.terminal import ExitCode, printable, show, show_json, worked


def verify_files(files: Sequence[str], keys: Sequence[str], *, as_json: bool) -> ExitCode:
    """Print what each file is; the exit code says whether all are genuine.

    Args:
        keys: the server's secret keys, all that it still accepts.
    """
    checked = list(zip(files, worked(files, lambda file: _checked(file, keys), name=str), strict=True))
    again = _same_ledgers(checked)
    genuine = sum(found.result == "genuine" for _, found in checked)
    if as_json:
        rows = [_as_json(file, found, again.get(file, [])) for file, found in checked]
        show_json({"files": rows, "genuine": genuine, "others": len(checked) - genuine})
    else:
        show(_table(checked, again), "", f"{genuine} of {len(checked)} genuine. {PROVES}")
    return ExitCode.OK if genuine == len(checked) else ExitCode.FAILED


def _checked(file: str, keys: Sequence[str]) -> Verification:
    try:
        with Path(file).open("rb") as opened:
            return verify(opened.read(MAX_FILE + 1), keys)
    except (OSError, ValueError) as problem:  # a name with NUL in it is a ValueError
        why = getattr(problem, "strerror", None) or str(problem)
        return Verification(result="unreadable", sentences=(f"It cannot be read: {why}.",))


def _same_ledgers(checked: Sequence[tuple[str, Verification]]) -> dict[str, list[str]]:
    """Return, by file, the others that hold the ledger of the same student."""
    of_student: dict[str, list[str]] = {}
    for file, found in checked:
        if found.result in ("genuine", "cut"):
            of_student.setdefault(found.text("student"), []).append(file)
    return {file: [other for other in files if other != file] for files in of_student.values() for file in files}


def _as_json(file: str, found: Verification, again: Sequence[str]) -> dict[str, Any]:
    return {
        "file": file,
        "result": found.result,
        "sentences": list(found.sentences),
        "events": len(found.events),
        "signed": found.signed,
        "altered": list(found.altered),
        "imported": found.imported,
        "pseudonym": found.text("pseudonym") or None,
        "name": found.text("name") or None,
        "last_time": found.text("last_time") or None,
        "model_version": found.text("model_version") or None,
        "head": found.text("head") or None,
        "same_ledger": list(again),
    }


def _table(checked: Sequence[tuple[str, Verification]], again: dict[str, list[str]]) -> Group:
    """Return all files as a table, and below it what is said of those that are not simply genuine."""
    grid = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for name in ("FILE", "RESULT", "EVENTS", "STUDENT", "NAME"):
        grid.add_column(name, overflow="fold")
    sentences = []
    for file, found in checked:
        is_genuine = found.result == "genuine"
        result = Text(found.word, style="" if is_genuine else "bold red")
        told = [found.text("pseudonym"), found.text("name")]
        grid.add_row(Text(printable(file)), result, str(len(found.events)), *(Text(printable(t)) for t in told))
        said = list(found.sentences[1:] if is_genuine else found.sentences)
        said += [f"It holds the ledger of the same student as {other}." for other in again.get(file, [])]
        if said:
            sentences.append(Text(f"\n{printable(file)}: {printable(' '.join(said))}"))
    return Group(grid, *sentences)
