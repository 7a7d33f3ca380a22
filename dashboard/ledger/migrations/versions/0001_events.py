"""The events table, and the triggers that keep it append-only.

There is no way back: a ledger only grows, and a database that must go back is restored from its backup.

On PostgreSQL both triggers call one function and on SQLite each has a name of its own, so that a later migration can
replace the refusal, or drop it for one transaction that erases a student on request.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

REFUSAL = "events are append-only"

SQLITE_TRIGGERS = (
    f"CREATE TRIGGER events_refuse_update BEFORE UPDATE ON events BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END",
    f"CREATE TRIGGER events_refuse_delete BEFORE DELETE ON events BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END",
)
POSTGRESQL_TRIGGERS = (
    "CREATE FUNCTION events_refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
    f"$$ BEGIN RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'integrity_constraint_violation'; END $$",
    "CREATE TRIGGER events_refuse_change BEFORE UPDATE OR DELETE ON events "
    "FOR EACH ROW EXECUTE FUNCTION events_refuse_change()",
    "CREATE TRIGGER events_refuse_truncate BEFORE TRUNCATE ON events "
    "FOR EACH STATEMENT EXECUTE FUNCTION events_refuse_change()",
)


def upgrade() -> None:
    """Make the table and its triggers."""
    op.create_table(
        "events",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("student", sa.String(32), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("class", sa.String(32), nullable=True),
        sa.Column("track", sa.String(48), nullable=False),
        sa.Column("bench", sa.String(48), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("prediction", sa.String(48), nullable=True),
        sa.Column("attempt", sa.Integer(), nullable=True),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("model_version", sa.String(64), nullable=False),
        sa.Column("seed", sa.BigInteger(), nullable=True),
        sa.Column("time", sa.DateTime(timezone=True), nullable=False),
        sa.Column("idempotency_key", sa.String(200), nullable=False),
        sa.Column("previous_hash", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_events")),
        sa.UniqueConstraint("student", "sequence", name=op.f("uq_events_sequence")),
        sa.UniqueConstraint("student", "idempotency_key", name=op.f("uq_events_idempotency_key")),
        sa.UniqueConstraint("student", "track", "bench", "prediction", "attempt", name=op.f("uq_events_lock")),
        sa.CheckConstraint(
            "(kind = 'lock' AND prediction IS NOT NULL AND attempt IS NOT NULL)"
            " OR (kind <> 'lock' AND prediction IS NULL AND attempt IS NULL)",
            name=op.f("ck_events_lock_names_its_prediction"),
        ),
        sqlite_autoincrement=True,
    )
    triggers = SQLITE_TRIGGERS if op.get_bind().dialect.name == "sqlite" else POSTGRESQL_TRIGGERS
    for statement in triggers:
        op.execute(statement)
