"""An index by kind and bench, so that a page finds the newest reflection among thousands without reading them."""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the index."""
    op.create_index("ix_events_by_kind", "events", ["student", "kind", "track", "bench", "sequence"])
