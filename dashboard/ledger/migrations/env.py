"""Run the migrations on the connection, and in the transaction, that ``upgrade`` brought."""

from alembic import context

from dashboard.ledger.models import Base

context.configure(connection=context.config.attributes["connection"], target_metadata=Base.metadata)
with context.begin_transaction():
    context.run_migrations()
