"""Whether a whole database holds what was stored: its tables are current, and every chain of hashes holds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.exc import DatabaseError

from dashboard.ledger.chain import ChainProblem, LedgerAltered, chain_problems
from dashboard.ledger.database import UNREADABLE, Database, LedgerUnavailable
from dashboard.ledger.identity import handle, pseudonym
from dashboard.ledger.migrations import has_head
from dashboard.ledger.models import EVENTS
from dashboard.ledger.store import Store


@dataclass(frozen=True, kw_only=True, slots=True)
class LedgerProblem:
    """What is wrong with one event of one ledger.

    Attributes:
        ledger: pseudonym and handle of its student, from which nobody finds the id. event: its number, None where the
            ledger cannot be read. sentence: what is wrong.
    """

    ledger: str
    event: int | None
    sentence: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Inspection:
    """What was found.

    Attributes:
        current: whether the tables are those of this version; the chains are looked at only then.
        ledgers, events: how many were looked at. problems: first ledger first.
    """

    current: bool
    ledgers: int = 0
    events: int = 0
    problems: tuple[LedgerProblem, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether all is as it was stored."""
        return self.current and not self.problems


def inspect(database_url: str, *, patience_s: float = 30.0) -> Inspection:
    """Look at every ledger of a database, which may be in use: each is read in one consistent state.

    Raises:
        LedgerUnavailable: the database does not answer.
    """
    database = Database(database_url, patience_s=patience_s, pooled=False)
    with database.reading() as connection:
        if not has_head(connection):
            return Inspection(current=False)
        counts = connection.execute(select(EVENTS.c.student, func.count()).group_by(EVENTS.c.student)).all()
        damage = _damage_of_file(connection.exec_driver_sql) if database.is_sqlite else ()
    store = Store(database_url, patience_s=patience_s)
    try:
        problems = [problem for student, _ in counts for problem in _problems(store, student)]
    finally:
        store.close()
    events = sum(count for _, count in counts)
    return Inspection(current=True, ledgers=len(counts), events=events, problems=(*damage, *problems))


def _problems(store: Store, student: str) -> list[LedgerProblem]:
    name = f"{pseudonym(student)} ({handle(student)})"
    found: tuple[ChainProblem, ...]
    try:
        found = chain_problems(store.events(student))
    except LedgerAltered as problem:
        return [LedgerProblem(ledger=name, event=None, sentence=problem.sentence)]
    except LedgerUnavailable as problem:
        if str(problem) != UNREADABLE:
            raise
        return [LedgerProblem(ledger=name, event=None, sentence="An event of it cannot be read.")]
    return [LedgerProblem(ledger=name, event=each.sequence, sentence=each.sentence) for each in found]


def _damage_of_file(execute: Callable[..., object]) -> tuple[LedgerProblem, ...]:
    """Return what SQLite itself finds wrong with its file, an index that lacks a row, say."""
    try:
        found = [str(row[0]) for row in execute("PRAGMA integrity_check(10)")]  # type: ignore[attr-defined]
    except DatabaseError as problem:
        found = [str(problem.orig)]
    return tuple(
        LedgerProblem(ledger="the file", event=None, sentence=line.splitlines()[-1]) for line in found if line != "ok"
    )
