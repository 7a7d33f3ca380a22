"""The commands ``edgelab db``: the tables of the ledger, its copies, and what is forgotten of it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from dashboard.hosting.sentences import in_sentences, ledger_exists
from tracks.commands.terminal import EXIT_CODES_HELP, CommandError, Day, ExitCode, show, show_json

# What only one of the commands needs is imported there: `edgelab tracks list` waits for no database.


@click.group("db", epilog=EXIT_CODES_HELP)
def database() -> None:
    """The ledger's database, that of EDGELAB_DATABASE_URL."""


@database.command("upgrade", epilog=EXIT_CODES_HELP)
def upgrade_command() -> ExitCode:
    """Make the ledger's tables, or bring them up to date."""
    from dashboard.ledger.migrations import upgrade
    from dashboard.settings.description import place_of

    with in_sentences() as settings:
        upgrade(settings.database_url)
        show(f"The ledger {place_of(settings.database_url)} is up to date.")
    return ExitCode.OK


@database.command("status", epilog=EXIT_CODES_HELP)
@click.option("--json", "as_json", is_flag=True, help="One JSON object, described in docs/hosting/commands.md.")
def status_command(as_json: bool) -> ExitCode:
    """Say whether the ledger answers and has the tables of this version; nothing is written to it."""
    from dashboard.ledger.migrations import is_current
    from dashboard.settings.description import place_of

    with in_sentences() as settings:
        current = ledger_exists(settings) and is_current(settings.database_url)
        if as_json:
            show_json({"database": place_of(settings.database_url), "current": current})
        elif current:
            show(f"The ledger {place_of(settings.database_url)} is up to date.")
        else:
            show(f"The ledger {place_of(settings.database_url)} is not up to date; run: edgelab db upgrade")
    return ExitCode.OK if current else ExitCode.FAILED


@database.command("forget", epilog=EXIT_CODES_HELP)
@click.option(
    "--before",
    type=Day(),
    required=True,
    metavar="DATE",
    help="Like 2026-09-30: a ledger is erased if its newest event is older than the beginning of that day, UTC.",
)
@click.option("--dry-run", is_flag=True, help="Only say what would be erased.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object, described in docs/hosting/commands.md.")
def forget_command(before: datetime, dry_run: bool, as_json: bool) -> ExitCode:
    """Erase the ledgers of students who have not been there since a date, and leave a receipt of each."""
    from dashboard.ledger.database import NOT_READY, LedgerUnavailable
    from dashboard.ledger.store import Store

    moment = before.replace(tzinfo=UTC)
    if moment > datetime.now(UTC):
        raise CommandError(f"{moment:%Y-%m-%d} has not come yet; name a day in the past", ExitCode.USAGE)
    with in_sentences() as settings:
        if not ledger_exists(settings):
            raise LedgerUnavailable(NOT_READY)
        store = Store(settings.database_url, patience_s=30)
        try:
            ledgers, events = store.forget(moment, dry_run=dry_run)
        finally:
            store.close()
    if as_json:
        show_json({"before": f"{moment:%Y-%m-%d}", "dry_run": dry_run, "ledgers": ledgers, "events": events})
    else:
        done = "would be erased" if dry_run else "erased"
        show(f"{ledgers} ledgers with {events} events, without a newer one since {moment:%Y-%m-%d}: {done}.")
    return ExitCode.OK


@database.command("check", epilog=EXIT_CODES_HELP)
@click.option("--json", "as_json", is_flag=True, help="One JSON object, described in docs/hosting/commands.md.")
def check_command(as_json: bool) -> ExitCode:
    """Verify every ledger by its chain of hashes, and say which event of which ledger does not fit.

    The lab may run meanwhile. A ledger is called by its pseudonym and a digest, never by the student's number.
    """
    from dashboard.hosting.copying import check

    with in_sentences() as settings:
        return check(settings, as_json=as_json)


@database.command("backup", epilog=EXIT_CODES_HELP)
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="One JSON object, described in docs/hosting/commands.md.")
def backup_command(file: Path, as_json: bool) -> ExitCode:
    """Copy the ledger into FILE, a new one, while the lab runs, and verify what was written.

    PostgreSQL is copied by pg_dump, which must be installed.
    """
    from dashboard.hosting.copying import backup

    with in_sentences() as settings:
        return backup(settings, file, as_json=as_json)


@database.command("restore", epilog=EXIT_CODES_HELP)
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--replace", is_flag=True, help="Put it in the place of a ledger, which is kept beside it (SQLite).")
@click.option("--json", "as_json", is_flag=True, help="One JSON object, described in docs/hosting/commands.md.")
def restore_command(file: Path, replace: bool, as_json: bool) -> ExitCode:
    """Put a copy that backup wrote in the place of an absent or empty ledger, after verifying it.

    The lab must be stopped. PostgreSQL is restored by pg_restore, which must be installed.
    """
    from dashboard.hosting.copying import restore

    with in_sentences() as settings:
        return restore(settings, file, replace=replace, as_json=as_json)
