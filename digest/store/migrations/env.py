"""What Alembic runs: the steps, on the connection and in the transaction that `schema.upgrade` opened."""

from alembic import context

from digest.store.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
