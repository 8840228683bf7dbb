"""Writing whole tables: every row by COPY, and a database that knows how many there are."""

import pytest
from django.db import connection, transaction
from psycopg import errors

from sop.models import Region
from sop.services.table import rows_copy, statistics_refresh

pytestmark = pytest.mark.django_db


def test_rows_are_written_and_counted() -> None:
    rows = [(f"R{number}", f"Region {number}") for number in range(1_000)]
    assert rows_copy(Region, ("code", "name"), iter(rows)) == 1_000
    assert Region.objects.get(code="R999").name == "Region 999"


def test_a_row_that_breaks_a_rule_leaves_nothing_behind() -> None:
    with pytest.raises(errors.UniqueViolation), transaction.atomic():
        rows_copy(Region, ("code", "name"), [("N", "North"), ("N", "North again")])
    assert not Region.objects.exists()


def test_the_database_knows_how_many_rows_were_written() -> None:
    rows_copy(Region, ("code", "name"), [(f"R{number}", "Region") for number in range(777)])
    statistics_refresh(Region)
    with connection.cursor() as cursor:
        cursor.execute("select reltuples from pg_class where relname = %s", [Region._meta.db_table])
        assert cursor.fetchone() == (777.0,)
