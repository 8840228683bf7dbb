"""The database backend: PostgreSQL, waited for while it restarts."""
