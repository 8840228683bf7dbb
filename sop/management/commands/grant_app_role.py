"""Give the application's database role the rights it needs, and not one more."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection, transaction
from psycopg import sql

from sop.constants import APPEND_ONLY_TABLES, CALCULATED_TABLES
from sop.importing.registry import tables

DEFAULT_ROLE = "sop_app"
HISTORY_PREFIX = "historical"  # simple-history names its tables <app>_historical<model>
MIGRATIONS = "django_migrations"  # read by the health page, written by the owner alone


class Command(BaseCommand):
    """Run by the owner of the tables after every migrate; running it again changes nothing."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        """Let another role be named."""
        parser.add_argument("--role", default=DEFAULT_ROLE, help=f"the application's role (default {DEFAULT_ROLE})")

    def handle(self, *args: Any, role: str, **options: Any) -> None:
        """Grant on every table and sequence, then take back what would change history."""
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
            if not cursor.fetchone():
                raise CommandError(f"The database has no role {role}; create it first (docs/operations.md).")
            closed = append_only(connection.introspection.table_names(cursor))
            for statement in statements(role, closed):
                cursor.execute(statement)
        self.stdout.write(f"{role} may add to {len(closed)} tables of record, but not change or remove their rows.")


def append_only(tables: list[str]) -> list[str]:
    """Return the tables whose rows nobody may change: history, and what APPEND_ONLY_TABLES lists.

    Raises CommandError when a listed table does not exist: a misspelt name would protect nothing.
    """
    missing = sorted(set(APPEND_ONLY_TABLES) - set(tables))
    if missing:
        raise CommandError(f"APPEND_ONLY_TABLES names tables that do not exist: {', '.join(missing)}")
    history = [name for name in tables if name.partition("_")[2].startswith(HISTORY_PREFIX)]
    return sorted({*history, *APPEND_ONLY_TABLES})


def written_whole() -> list[str]:
    """Return the tables written by the thousand at once, calculated or from a file."""
    made = {link.model for table in tables() for link in table.links if link.create is not None}
    files = {table.model for table in tables()} | made
    return sorted({*CALCULATED_TABLES, *(model._meta.db_table for model in files)})


def statements(role: str, closed: list[str]) -> list[sql.Composed]:
    """Return the statements that give `role` its rights."""
    name = sql.Identifier(role)
    texts = [
        "GRANT USAGE ON SCHEMA public TO {role}",
        "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}",
        "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}",
    ]
    granted = [sql.SQL(text).format(role=name) for text in texts]
    revoke = sql.SQL("REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM {role}")
    taken = [revoke.format(table=sql.Identifier(table), role=name) for table in closed]
    refresh = sql.SQL("GRANT MAINTAIN ON {table} TO {role}")
    refreshed = [refresh.format(table=sql.Identifier(table), role=name) for table in written_whole()]
    read_only = sql.SQL("REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON {table} FROM {role}")
    return [*granted, *taken, *refreshed, read_only.format(table=sql.Identifier(MIGRATIONS), role=name)]
