"""Bring a ledger's tables up to date, from the installed package and without an alembic.ini."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, text

from dashboard.ledger.database import Database, LedgerUnavailable

# Any fixed number will do; it only has to be the same in every process that upgrades.
_UPGRADE_LOCK = 0x65646765_6C6162


def upgrade(database_url: str, *, patience_s: float = 30.0) -> None:
    """Make or upgrade the tables, all or nothing; of processes that call it at once, one works and the others wait.

    Args:
        database_url: a SQLite file, made when it does not exist, or PostgreSQL.
        patience_s: how long to wait for another process that upgrades, in seconds.

    Raises:
        LedgerUnavailable: the database does not answer, or it belongs to a newer edgelab.
    """
    database = Database(database_url, patience_s=patience_s, pooled=False)
    if database.is_sqlite:
        database.prepare_file()
    # SQLite's BEGIN IMMEDIATE lets one writer in; PostgreSQL needs a lock of its own, held until the commit.
    with database.writing() as connection:
        if not database.is_sqlite:
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _UPGRADE_LOCK})
            # From here on only waiting is limited: to rewrite a large table may take longer than anybody's patience.
            connection.execute(text(f"SET LOCAL lock_timeout = {int(patience_s * 1000)}"))
            connection.execute(text("SET LOCAL statement_timeout = 0"))
        config = alembic_config()
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, "head")
        except CommandError as problem:
            raise LedgerUnavailable(
                f"The ledger was made by another version of edgelab ({problem}). Install the newer of the two."
            ) from problem


def is_current(database_url: str, *, patience_s: float = 5.0) -> bool:
    """Whether the database answers and has the tables of this version; a running lab asks ``Store.is_current``.

    Raises:
        LedgerUnavailable: the database does not answer.
    """
    with Database(database_url, patience_s=patience_s, pooled=False).reading() as connection:
        return has_head(connection)


def has_head(connection: Connection) -> bool:
    """Whether the newest migration has run on the database of this connection."""
    return MigrationContext.configure(connection).get_current_heads() == _heads()


def alembic_config() -> Config:
    """Return what Alembic needs to find the migrations of the installed package."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


@cache
def _heads() -> tuple[str, ...]:
    return tuple(ScriptDirectory.from_config(alembic_config()).get_heads())
