"""The commands ``edgelab db``: the tables of the ledger, its copies, and what is forgotten of it."""

from __future__ import annotations

from datetime import UTC, datetime

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
