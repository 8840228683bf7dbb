"""A backup made and restored as docs/operations.md says holds every row, and its published plans keep their seals."""

import subprocess
from pathlib import Path

from psycopg import sql

from sop.local.postgres import Postgres
from sop.local.servers import DATABASE
from tests.support.live import Live

RESTORED = "sop_restored"
BEAT = "sop_sweep"  # notes when the sweeper last woke; the product runs on while it is backed up


def run(postgres: Postgres, tool: str, *words: str) -> None:
    """Run one of PostgreSQL's own tools as the superuser."""
    command = [postgres.account.install / "bin" / tool, "-h", postgres.sockets, "--username", "postgres", *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def rows(postgres: Postgres, database: str) -> dict[str, int]:
    """Count the rows of every table."""
    with postgres.connect(database) as connection:
        tables = [str(row[0]) for row in connection.execute("SELECT relname FROM pg_stat_user_tables ORDER BY 1")]
        tables.remove(BEAT)
        counted = {}
        for table in tables:
            row = connection.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))).fetchone()
            assert row
            counted[table] = int(str(row[0]))
        return counted


def test_restored_backup_is_whole_and_its_seals_hold(live_demo: Live, tmp_path: Path) -> None:
    postgres = live_demo.servers.postgres
    dump = tmp_path / "sop.dump"
    run(postgres, "pg_dump", "--format", "custom", "--file", str(dump), DATABASE)
    postgres.drop_database(RESTORED)
    postgres.create_database(RESTORED)
    run(postgres, "pg_restore", "--dbname", RESTORED, "--exit-on-error", str(dump))

    restored = rows(postgres, RESTORED)
    assert restored["publish_planline"] > 0
    assert restored == rows(postgres, DATABASE)
    live_demo.manage("migrate", "--check", database=RESTORED)
    live_demo.manage("grant_app_role", database=RESTORED)
    live_demo.manage("check_history", database=RESTORED)
    assert live_demo.manage("verify_plans", database=RESTORED) == live_demo.manage("verify_plans")
