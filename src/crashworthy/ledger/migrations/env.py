"""Alembic's entry: runs on the connection that `crashworthy.ledger.schema` hands over."""

from alembic import context

connection = context.config.attributes["connection"]
context.configure(connection=connection, transactional_ddl=True)
# The caller holds the transaction and the lock; a transaction of Alembic's own would commit too early.
context.run_migrations()
