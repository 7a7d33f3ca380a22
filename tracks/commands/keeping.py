"""The results that are kept on disk: how many there are, how large they are, and to forget them."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from tracks.commands.terminal import CommandError, ExitCode, show, show_json
from tracks.common.cache.results import Results, Unusable

# Results that are files of their own, as diskcache names them; what else lies in the folder is not the lab's.
ANSWERS = "answers"  # within the folder of results
_LARGE_RESULTS = "[0-9a-f][0-9a-f]/[0-9a-f][0-9a-f]/*.val"


def show_results(folder: Path, max_bytes: int, *, as_json: bool) -> ExitCode:
    """Print where results are kept, how many and how large they are."""
    if max_bytes > 0 and not folder.exists():
        _check_can_be_made(folder)
    held = Held(results=0, size=0) if max_bytes <= 0 or not folder.exists() else held_in(folder, max_bytes)
    if as_json:
        show_json({"folder": str(folder), "results": held.results, "bytes": held.size, "most_bytes": max_bytes})
    else:
        bound = f" of {megabytes(max_bytes)} at most" if max_bytes > 0 else "; EDGELAB_CACHE_MB is 0, so none are kept"
        show(f"{folder}: {held.results} results, {megabytes(held.size)}{bound}")
    return ExitCode.OK


def clear_results(folder: Path) -> ExitCode:
    """Forget every result, also those in a file that is damaged; a lab that runs goes on and computes.

    What the lab keeps of its answers lies in a folder of the same kind within, and goes too.
    """
    try:
        for kept in (folder, folder / ANSWERS):
            if kept.exists():
                _emptied(kept)
    except OSError as problem:
        raise CommandError(f"{folder} cannot be emptied ({problem.strerror})", ExitCode.FAILED) from None
    show(f"{folder} is empty.")
    return ExitCode.OK


def _emptied(folder: Path) -> None:
    try:
        results = Results(folder, 1)
        results.clear()
        results.close()
    except Unusable:  # damaged, or another user's: then nothing can be deleted either
        for path in (*folder.glob("cache.db*"), *folder.glob(_LARGE_RESULTS)):
            path.unlink()


def _check_can_be_made(folder: Path) -> None:
    """Look whether a folder that is missing could be made, and make nothing.

    Raises:
        CommandError: it could not.
    """
    there = next(path for path in folder.parents if path.exists())
    if not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
        why = "may not be written by this user" if there.is_dir() else "is not a folder"
        raise CommandError(f"results cannot be kept in {folder} ({there} {why})", ExitCode.FAILED)


@dataclass(frozen=True, kw_only=True, slots=True)
class Held:
    """How many results a folder holds, and their bytes on disk."""

    results: int
    size: int


def held_in(folder: Path, max_bytes: int) -> Held:
    """Return what a folder holds; it is made if it is missing.

    Raises:
        CommandError: nothing can be kept there.
    """
    try:
        results = Results(folder, max_bytes)
        held = Held(results=results.count(), size=results.size())
        results.close()
    except Unusable as problem:
        raise CommandError(f"results cannot be kept in {folder} ({problem})", ExitCode.FAILED) from None
    return held


def megabytes(size: int) -> str:
    """Return bytes as the commands print them."""
    return f"{size / 1e6:,.1f} MB"
