"""The servers are the ones we promise."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from sop.local import account
from sop.local.postgres import end_orphan
from sop.local.servers import Servers


@pytest.mark.django_db
def test_tests_run_on_the_database_version_of_production() -> None:
    assert connection.pg_version >= 180000


@pytest.mark.django_db
def test_names_sort_alike_on_every_machine() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT datlocprovider, datlocale FROM pg_database WHERE datname = current_database()")
        assert cursor.fetchone() == ("b", "C.UTF-8")


def test_private_sockets_are_closed_to_others(private_servers: Servers) -> None:
    assert private_servers.sockets.stat().st_mode & 0o077 == 0
    assert private_servers.valkey.answers()
    assert private_servers.valkey.url == settings.CELERY_BROKER_URL


@pytest.fixture
def own_servers(tmp_path: Path) -> Iterator[Servers]:
    """Servers of one test, in a folder too deep for a socket."""
    servers = Servers(tmp_path / "a folder with a name much too long for a socket" / ("x" * 60), durable=False)
    yield servers
    servers.stop()
    servers.remove()


def test_servers_start_in_a_folder_too_deep_for_a_socket(own_servers: Servers) -> None:
    own_servers.start()
    with own_servers.postgres.connect("sop") as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    assert own_servers.valkey.answers()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root must change its account")
def test_root_without_user_namespaces_runs_the_database_as_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(account, "namespaces_allowed", lambda: False)
    servers = Servers(tmp_path, durable=False)
    try:
        servers.start()
        assert servers.postgres.child
        assert Path(f"/proc/{servers.postgres.child.pid}").owner() == "nobody"
    finally:
        servers.stop()
        servers.remove()
    assert not servers.postgres.account.home.exists()


def test_a_pid_that_now_belongs_to_somebody_else_is_ignored(own_servers: Servers) -> None:
    postgres = own_servers.postgres
    postgres.start()
    postgres.stop()
    (postgres.data / "postmaster.pid").write_text(f"{os.getpid()}\n{postgres.data}\n")
    postgres.start()
    assert postgres.has_database("postgres")


def test_a_server_left_behind_is_stopped_before_the_next_start(own_servers: Servers) -> None:
    postgres = own_servers.postgres
    postgres.start()
    orphan = postgres.child
    assert orphan
    end_orphan(postgres.data)
    assert orphan.wait(10) == 0


def test_committed_work_survives_a_crash(own_servers: Servers) -> None:
    postgres = own_servers.postgres
    postgres.start()
    with postgres.connect() as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1 AS figure")
    postgres.crash()
    postgres.start()
    with postgres.connect() as connection:
        assert connection.execute("SELECT figure FROM kept").fetchone() == (1,)


def test_data_of_another_version_is_refused_with_a_reason(own_servers: Servers) -> None:
    data = own_servers.postgres.data
    data.mkdir()
    (data / "PG_VERSION").write_text("15\n")
    with pytest.raises(SystemExit, match="was made by PostgreSQL 15; 18 is needed"):
        own_servers.postgres.start()
