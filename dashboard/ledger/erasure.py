"""Erase a student's ledger whole, and keep a receipt that names nobody."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal, cast

from sqlalchemy import Connection, Table, func, insert, select

from dashboard.ledger.database import LedgerUnavailable
from dashboard.ledger.events import NO_HASH
from dashboard.ledger.models import EVENTS, ErasureRow

ERASURES = cast(Table, ErasureRow.__table__)

Reason = Literal["student", "retention"]


class StudentErased(LedgerUnavailable):
    """What a student asks for cannot be done, because their records were erased; the sentence says when."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Receipt:
    """That a ledger was erased.

    Attributes:
        time: when, UTC. reason: whether the student asked for it, or the time for which records are kept was over.
        events: how many there were. last_hash: of the last one, which a copy that the student kept ends with.
    """

    time: datetime
    reason: Reason
    events: int
    last_hash: str


def digest_of(student: str) -> str:
    """Return what a receipt keeps of a student's id: 128 random bits cannot be found from it."""
    return hashlib.sha256(f"edgelab.erased.{student}".encode()).hexdigest()


def erase(connection: Connection, student: str, reason: Reason, *, before: datetime | None = None) -> Receipt | None:
    """Erase all events of a student and their resume code; the receipt is what makes the database do it.

    Args:
        before: only where the newest event is older than this.

    Returns:
        The receipt, or None where the newest event is not old enough, or somebody else erased the ledger meanwhile.

    Raises:
        IntegrityError: another event was stored in between; nothing was erased.
    """
    if _receipt_of(connection, student) is not None:
        return None
    own = EVENTS.c.student == student
    last_hash = connection.scalar(select(EVENTS.c.hash).where(own).order_by(EVENTS.c.sequence.desc()).limit(1))
    newer = select(EVENTS.c.id).where(own, EVENTS.c.time >= before).limit(1) if before else None
    if newer is not None and (last_hash is None or connection.scalar(newer) is not None):
        return None
    count = count_events(connection, student)
    receipt = Receipt(time=datetime.now(UTC), reason=reason, events=count, last_hash=last_hash or NO_HASH)
    connection.execute(
        insert(ERASURES).values(
            time=receipt.time,
            reason=receipt.reason,
            events=receipt.events,
            last_hash=receipt.last_hash,
            student_digest=digest_of(student),
            student=student,
        )
    )
    return receipt


def check_not_erased(connection: Connection, student: str) -> None:
    """Let nothing be written for a student whose records were erased, from a page that is still open somewhere.

    Raises:
        StudentErased: they were.
    """
    receipt = _receipt_of(connection, student)
    if receipt is not None:
        raise StudentErased(
            f"The records of this identity were erased on {receipt.time:%Y-%m-%d at %H:%M} UTC, so nothing more is "
            "stored for it."
        )


def receipt_with(connection: Connection, last_hash: str) -> Receipt | None:
    """Return the receipt of the ledger that ended with a hash, or None."""
    found = connection.execute(select(ERASURES).where(ERASURES.c.last_hash == last_hash)).first()
    return None if found is None else _receipt(found)


def count_events(connection: Connection, student: str) -> int:
    """Return how many events a student has."""
    return connection.scalar(select(func.count()).where(EVENTS.c.student == student)) or 0


def idle_students(connection: Connection, before: datetime) -> list[str]:
    """Return the students whose newest event is older than a moment."""
    query = select(EVENTS.c.student).group_by(EVENTS.c.student).having(func.max(EVENTS.c.time) < before)
    return list(connection.scalars(query))


def _receipt_of(connection: Connection, student: str) -> Receipt | None:
    found = connection.execute(select(ERASURES).where(ERASURES.c.student_digest == digest_of(student))).first()
    return None if found is None else _receipt(found)


def _receipt(row: object) -> Receipt:
    fields = {name: getattr(row, name) for name in ("time", "reason", "events", "last_hash")}
    return Receipt(**fields)
