"""What the commands ``edgelab db check``, ``backup`` and ``restore`` do and say."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from dashboard.hosting.sentences import ledger_exists, sqlite_file
from dashboard.ledger.copies import postgresql, sqlite
from dashboard.ledger.copies.inspection import Inspection, inspect
from dashboard.ledger.database import NOT_READY, LedgerUnavailable
from dashboard.settings import Settings
from dashboard.settings.description import place_of
from tracks.commands.terminal import CommandError, ExitCode, printable, show, show_json

_SHOWN_PROBLEMS = 50  # of a text; --json has all


def check(settings: Settings, *, as_json: bool) -> ExitCode:
    """Verify every chain of the ledger; the exit code says whether all hold and the tables are current.

    Raises:
        LedgerUnavailable: the database does not answer.
    """
    found = inspect(settings.database_url) if ledger_exists(settings) else Inspection(current=False)
    place = place_of(settings.database_url)
    if as_json:
        show_json({"database": place, **_as_json(found)})
    elif not found.current:
        show(f"The ledger {place} is not up to date, so that it was not looked at; run: edgelab db upgrade")
    else:
        _show(found, f"The ledger {place}")
    return _code(found)


def backup(settings: Settings, file: Path, *, as_json: bool) -> ExitCode:
    """Write a copy and verify it; the exit code says whether what was copied is whole.

    Raises:
        CommandError: no copy was made. LedgerUnavailable: the database does not answer.
    """
    if not ledger_exists(settings):
        raise LedgerUnavailable(NOT_READY)
    ledger = sqlite_file(settings.database_url)
    with _refusals():
        if file.exists():  # now, not after minutes
            raise sqlite.CopyRefused(f"{file} is there already and is not overwritten; name a new file")
        found = postgresql.back_up(settings.database_url, file) if ledger is None else sqlite.back_up(ledger, file)
    if as_json:
        show_json({"file": str(file), "bytes": file.stat().st_size, **_as_json(found)})
    else:
        _show(found, f"The copy {file}")
    return _code(found)


def restore(settings: Settings, file: Path, *, replace: bool, as_json: bool) -> ExitCode:
    """Put a copy in place after verifying it; the exit code says whether that was done.

    Raises:
        CommandError: nothing was changed. LedgerUnavailable: the database does not answer.
    """
    ledger, kept = sqlite_file(settings.database_url), None
    with _refusals():
        if ledger is not None:
            found, kept = sqlite.restore(file, ledger, replace=replace)
        elif replace:
            raise sqlite.CopyRefused(
                "--replace is for SQLite; make an empty database with createdb, name it in EDGELAB_DATABASE_URL and "
                "restore there, so that the old one stays as it is"
            )
        else:
            found = postgresql.restore(file, settings.database_url)
    if as_json:
        show_json({"file": str(file), "restored": found.holds, "kept": kept and str(kept), **_as_json(found)})
        return _code(found)
    _show(found, f"The copy {file}")
    if not found.holds:
        show("Nothing was restored.")
    else:
        show(f"The ledger {place_of(settings.database_url)} is restored.")
        if kept is not None:
            show(f"What was there is kept in {kept}.")
    return _code(found)


@contextmanager
def _refusals() -> Iterator[None]:
    try:
        yield
    except sqlite.CopyRefused as problem:
        raise CommandError(str(problem), ExitCode.USAGE) from None


def _code(found: Inspection) -> ExitCode:
    return ExitCode.OK if found.holds else ExitCode.FAILED


def _as_json(found: Inspection) -> dict[str, Any]:
    problems = [{"ledger": each.ledger, "event": each.event, "sentence": each.sentence} for each in found.problems]
    return {
        "holds": found.holds,
        "current": found.current,
        "ledgers": found.ledgers,
        "events": found.events,
        "problems": problems,
    }


def _show(found: Inspection, name: str) -> None:
    for problem in found.problems[:_SHOWN_PROBLEMS]:
        show(printable(f"{problem.ledger}: {problem.sentence}"))
    if len(found.problems) > _SHOWN_PROBLEMS:
        show(f"and {len(found.problems) - _SHOWN_PROBLEMS} more; --json has all")
    said = "every chain of hashes holds" if found.holds else f"{len(found.problems)} problems"
    show(printable(f"{name}: {found.ledgers} ledgers with {found.events} events, {said}."))
