"""The servers are the ones we promise."""

import pytest
from django.conf import settings
from django.db import connection

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
