"""Content and ledger, on the side of the flow: one code path for SQLite and PostgreSQL."""
