"""Receipts of what was erased, resume codes, and the one way past the triggers that refuse to delete an event.

To insert a receipt is to erase: the database checks that it names the student's events as they are, deletes all of them
and the resume code, and takes the student's id out of the receipt, all in that one statement. A row with an id in it is
what the refusal looks for, so no other statement ever finds one. An event that does not continue the one before it is
refused too: a write that was on its way while its ledger was erased leaves no chain without a beginning.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_LAST = "coalesce((SELECT hash FROM events WHERE student = NEW.student ORDER BY sequence DESC LIMIT 1), '{}')".format(
    "0" * 64
)
_COUNT = "(SELECT count(*) FROM events WHERE student = NEW.student)"
_WRONG = f"NEW.student IS NULL OR NEW.events <> {_COUNT} OR NEW.last_hash <> {_LAST}"
_BEFORE = (
    "SELECT 1 FROM events WHERE student = NEW.student AND sequence = NEW.sequence - 1 AND hash = NEW.previous_hash"
)
_KEPT = ("id", "time", "reason", "events", "last_hash", "student_digest")

SQLITE = (
    "DROP TRIGGER events_refuse_delete",
    "CREATE TRIGGER events_refuse_delete BEFORE DELETE ON events "
    "WHEN NOT EXISTS (SELECT 1 FROM erasures WHERE student = OLD.student) "
    "BEGIN SELECT RAISE(ABORT, 'events are append-only'); END",
    f"CREATE TRIGGER events_continue BEFORE INSERT ON events WHEN NEW.sequence > 1 AND NOT EXISTS ({_BEFORE}) "
    "BEGIN SELECT RAISE(ABORT, 'an event continues the one before it'); END",
    f"CREATE TRIGGER erasures_check BEFORE INSERT ON erasures WHEN {_WRONG} "
    "BEGIN SELECT RAISE(ABORT, 'a receipt names what it erases'); END",
    "CREATE TRIGGER erasures_erase AFTER INSERT ON erasures BEGIN "
    "DELETE FROM events WHERE student = NEW.student; "
    "DELETE FROM resume_codes WHERE student = NEW.student; "
    "UPDATE erasures SET student = NULL WHERE id = NEW.id; END",
    "CREATE TRIGGER erasures_refuse_update BEFORE UPDATE ON erasures "
    "WHEN OLD.student IS NULL OR NEW.student IS NOT NULL OR "
    f"{' OR '.join(f'OLD.{name} IS NOT NEW.{name}' for name in _KEPT)} "
    "BEGIN SELECT RAISE(ABORT, 'receipts are append-only'); END",
    "CREATE TRIGGER erasures_refuse_delete BEFORE DELETE ON erasures "
    "BEGIN SELECT RAISE(ABORT, 'receipts are append-only'); END",
)


def _function(name: str, body: str) -> str:
    return f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} END $$"


def _refusal(sentence: str) -> str:
    return f"RAISE EXCEPTION '{sentence}' USING ERRCODE = 'integrity_constraint_violation';"


POSTGRESQL = (
    _function(
        "events_refuse_change",
        "IF TG_OP = 'DELETE' THEN IF EXISTS (SELECT 1 FROM erasures WHERE student = OLD.student) THEN RETURN OLD; "
        f"END IF; END IF; {_refusal('events are append-only')}",
    ),
    _function(
        "events_continue",
        f"IF NEW.sequence > 1 AND NOT EXISTS ({_BEFORE}) THEN {_refusal('an event continues the one before it')} "
        "END IF; RETURN NEW;",
    ),
    "CREATE TRIGGER events_continue BEFORE INSERT ON events FOR EACH ROW EXECUTE FUNCTION events_continue()",
    # Writes that are on their way are waited for, and those that come wait.
    _function(
        "erasures_check",
        "LOCK TABLE events IN SHARE ROW EXCLUSIVE MODE; "
        f"IF {_WRONG} THEN {_refusal('a receipt names what it erases')} END IF; RETURN NEW;",
    ),
    "CREATE TRIGGER erasures_check BEFORE INSERT ON erasures FOR EACH ROW EXECUTE FUNCTION erasures_check()",
    _function(
        "erasures_erase",
        "DELETE FROM events WHERE student = NEW.student; DELETE FROM resume_codes WHERE student = NEW.student; "
        "UPDATE erasures SET student = NULL WHERE id = NEW.id; RETURN NULL;",
    ),
    "CREATE TRIGGER erasures_erase AFTER INSERT ON erasures FOR EACH ROW EXECUTE FUNCTION erasures_erase()",
    _function(
        "erasures_refuse_change",
        "IF TG_OP = 'UPDATE' THEN IF OLD.student IS NOT NULL AND NEW.student IS NULL "
        f"AND ({', '.join(f'OLD.{name}' for name in _KEPT)}) IS NOT DISTINCT FROM "
        f"({', '.join(f'NEW.{name}' for name in _KEPT)}) THEN RETURN NEW; END IF; END IF; "
        f"{_refusal('receipts are append-only')}",
    ),
    "CREATE TRIGGER erasures_refuse_change BEFORE UPDATE OR DELETE ON erasures "
    "FOR EACH ROW EXECUTE FUNCTION erasures_refuse_change()",
    "CREATE TRIGGER erasures_refuse_truncate BEFORE TRUNCATE ON erasures "
    "FOR EACH STATEMENT EXECUTE FUNCTION erasures_refuse_change()",
)


def upgrade() -> None:
    """Make both tables, and the triggers."""
    op.create_table(
        "erasures",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("time", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(16), nullable=False),
        sa.Column("events", sa.BigInteger(), nullable=False),
        sa.Column("last_hash", sa.String(64), nullable=False),
        sa.Column("student_digest", sa.String(64), nullable=False),
        sa.Column("student", sa.String(32), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasures")),
        sa.UniqueConstraint("student_digest", name=op.f("uq_erasures_student_digest")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_erasures_student"), "erasures", ["student"])
    op.create_table(
        "resume_codes",
        sa.Column("student", sa.String(32), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("time", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("student", name=op.f("pk_resume_codes")),
        sa.UniqueConstraint("digest", name=op.f("uq_resume_codes_digest")),
    )
    for statement in SQLITE if op.get_bind().dialect.name == "sqlite" else POSTGRESQL:
        op.execute(statement)
