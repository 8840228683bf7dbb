"""Writing whole tables: every row by COPY, and a database that knows how many there are."""

from collections.abc import Iterator
from contextlib import closing

import pytest
from django.db import IntegrityError, OperationalError, connection, transaction

from sop.models import Region
from sop.services.table import rows_copy, statistics_refresh

pytestmark = pytest.mark.django_db


def test_rows_are_written_and_counted() -> None:
    rows = [(f"R{number}", f"Region {number}") for number in range(1_000)]
    assert rows_copy(Region, ("code", "name"), iter(rows)) == 1_000
    assert Region.objects.get(code="R999").name == "Region 999"


def test_a_row_that_breaks_a_rule_leaves_nothing_behind() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        rows_copy(Region, ("code", "name"), [("N", "North"), ("N", "North again")])
    assert not Region.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_connection_lost_in_the_middle_is_trouble_that_passes() -> None:
    def rows() -> Iterator[tuple[str, str]]:
        yield "N", "North"
        with connection.cursor() as cursor:
            pid = cursor.connection.info.backend_pid
        with closing(connection.copy()) as other, other.cursor() as cursor:
            cursor.execute("select pg_terminate_backend(%s, 5000)", [pid])
        yield from ((f"R{number}", "Region") for number in range(100_000))

    with pytest.raises(OperationalError):
        rows_copy(Region, ("code", "name"), rows())
    connection.close()
    assert not Region.objects.exists()


def test_the_database_knows_how_many_rows_were_written() -> None:
    rows_copy(Region, ("code", "name"), [(f"R{number}", "Region") for number in range(777)])
    statistics_refresh(Region)
    with connection.cursor() as cursor:
        cursor.execute("select reltuples from pg_class where relname = %s", [Region._meta.db_table])
        assert cursor.fetchone() == (777.0,)
