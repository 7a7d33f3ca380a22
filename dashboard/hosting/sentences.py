"""What every command of a host needs: the settings, and what cannot work as one sentence with its exit code."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from tracks.commands.terminal import CommandError, ExitCode

if TYPE_CHECKING:
    from dashboard.settings import Settings

# Every command imports this module: what takes time to load is loaded where it is needed.


@contextmanager
def in_sentences(*, behind_gunicorn: bool = False) -> Iterator[Settings]:
    """Yield the settings; those that cannot work, and a database that does not answer, are one sentence each.

    Raises:
        CommandError: with the exit code of what cannot work.
    """
    from dashboard.ledger.database import LedgerUnavailable
    from dashboard.settings import Settings, SettingsError
    from dashboard.settings.description import place_of

    try:
        settings = Settings.from_environment(behind_gunicorn=behind_gunicorn)
        yield settings
    except SettingsError as problem:
        raise CommandError(str(problem), ExitCode.USAGE) from None
    except LedgerUnavailable as problem:
        raise CommandError(f"{place_of(settings.database_url)}: {problem.reason}", ExitCode.DATABASE) from None


def sqlite_file(database_url: str) -> Path | None:
    """Return the file of a SQLite ledger, or None for another database."""
    from sqlalchemy.engine import make_url

    url = make_url(database_url)
    return Path(url.database or "") if url.get_backend_name() == "sqlite" else None


def ledger_exists(settings: Settings) -> bool:
    """Whether there is a ledger to ask: SQLite would make the file that is asked."""
    file = sqlite_file(settings.database_url)
    return file is None or file.exists()
