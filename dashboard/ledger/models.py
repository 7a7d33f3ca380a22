"""The tables of the ledger, as SQLAlchemy sees them; the migrations make them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    DateTime,
    Dialect,
    Index,
    Integer,
    MetaData,
    String,
    TypeDecorator,
    UniqueConstraint,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

LOCK_NAMES_ITS_PREDICTION = (
    "(kind = 'lock' AND prediction IS NOT NULL AND attempt IS NOT NULL)"
    " OR (kind <> 'lock' AND prediction IS NULL AND attempt IS NULL)"
)


class UtcTime(TypeDecorator[datetime]):
    """A moment in UTC, to the microsecond, also on SQLite, which forgets time zones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Store an aware time in UTC; a naive one would be a guess."""
        if value is not None and value.tzinfo is None:
            raise ValueError("a time without a zone cannot be stored; use datetime.now(UTC)")
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Return the stored time with its zone."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """The lab's tables, with constraint names that are the same on every database."""

    metadata = MetaData(
        naming_convention={
            "pk": "pk_%(table_name)s",
            "uq": "uq_%(table_name)s_%(constraint_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        }
    )


class EventRow(Base):
    """One event of one student; triggers of the first migration refuse to change or delete it."""

    __tablename__ = "events"
    __table_args__ = (
        UniqueConstraint("student", "sequence", name="sequence"),
        UniqueConstraint("student", "idempotency_key", name="idempotency_key"),
        # NULLs differ from each other in a unique key, so this binds locks only.
        UniqueConstraint("student", "track", "bench", "prediction", "attempt", name="lock"),
        CheckConstraint(LOCK_NAMES_ITS_PREDICTION, name="lock_names_its_prediction"),
        Index("ix_events_by_kind", "student", "kind", "track", "bench", "sequence"),
        {"sqlite_autoincrement": True},  # an id is never given twice
    )

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    student: Mapped[str] = mapped_column(String(32))
    sequence: Mapped[int] = mapped_column(BigInteger)
    class_code: Mapped[str | None] = mapped_column("class", String(32))
    track: Mapped[str] = mapped_column(String(48))
    bench: Mapped[str] = mapped_column(String(48))
    kind: Mapped[str] = mapped_column(String(16))
    prediction: Mapped[str | None] = mapped_column(String(48))
    attempt: Mapped[int | None] = mapped_column(Integer)
    payload: Mapped[dict[str, Any]] = mapped_column(JSON)
    model_version: Mapped[str] = mapped_column(String(64))
    seed: Mapped[int | None] = mapped_column(BigInteger)
    time: Mapped[datetime] = mapped_column(UtcTime)
    idempotency_key: Mapped[str] = mapped_column(String(200))
    previous_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


class ErasureRow(Base):
    """The receipt of a ledger that was erased; triggers of the third migration erase when one is inserted."""

    __tablename__ = "erasures"
    __table_args__ = (UniqueConstraint("student_digest", name="student_digest"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    time: Mapped[datetime] = mapped_column(UtcTime)
    reason: Mapped[str] = mapped_column(String(16))
    events: Mapped[int] = mapped_column(BigInteger)
    last_hash: Mapped[str] = mapped_column(String(64))
    student_digest: Mapped[str] = mapped_column(String(64))
    student: Mapped[str | None] = mapped_column(String(32), index=True)  # only within the statement that erases


class ResumeCodeRow(Base):
    """The digest of a code with which a student continues elsewhere; a student has one at most."""

    __tablename__ = "resume_codes"
    __table_args__ = (UniqueConstraint("digest", name="digest"),)

    student: Mapped[str] = mapped_column(String(32), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64))
    time: Mapped[datetime] = mapped_column(UtcTime)
