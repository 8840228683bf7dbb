"""The application's own database role cannot touch a record, and what it changes is noted beside history."""

from datetime import date
from decimal import Decimal

import psycopg
import pytest
from psycopg import errors, sql

from sop.constants import CALCULATED_TABLES, Role
from sop.models import ChangeNote, Family, Price, Product
from sop.selectors.record import guards_wanted
from sop.sql.record import REFUSE_TRIGGERS
from tests.factories import person_make
from tests.support.live import Live

APP = "sop_app"


def test_the_applications_role_adds_records_and_never_changes_them(live: Live) -> None:
    closed = [table for table, triggers in guards_wanted().items() if triggers.keys() >= REFUSE_TRIGGERS.keys()]
    assert len(closed) > 35
    with live.orm():
        person_make("cora", Role.COORDINATOR)
    with psycopg.connect(live.servers.postgres.url("sop", APP), autocommit=True) as connection:
        for table in closed:
            column = (
                "id" if table in {"sop_changenote", "sop_cycleevent"} or "historical" not in table else "history_id"
            )
            for text in ("update {0} set {1} = {1}", "delete from {0}", "truncate {0}", "drop table {0}"):
                statement = sql.SQL(text).format(sql.Identifier(table), sql.Identifier(column))
                with pytest.raises(errors.InsufficientPrivilege):
                    connection.execute(statement)
        for text in ("alter table {} disable trigger user", "drop trigger sop_record_rows on {}"):
            with pytest.raises(errors.InsufficientPrivilege):
                connection.execute(sql.SQL(text).format(sql.Identifier(closed[0])))


def test_the_applications_role_keeps_the_statistics_of_what_it_writes_whole(live: Live) -> None:
    known = "select reltuples from pg_class where relname = %s"
    with live.orm():
        for number in range(50):
            Family.objects.create(code=f"F{number}", name="Family")
    with psycopg.connect(live.servers.postgres.url("sop", APP), autocommit=True) as connection:
        connection.execute("analyze sop_family")
        assert connection.execute(known, ["sop_family"]).fetchone() == (50.0,)
        for table in CALCULATED_TABLES:
            may = connection.execute("select has_table_privilege(%s, 'MAINTAIN')", [table]).fetchone()
            assert may == (True,), table
        may = connection.execute("select has_table_privilege('sop_user', 'MAINTAIN')").fetchone()
        assert may == (False,)


def test_what_the_application_writes_is_noted_and_what_went_past_history_is_found(live: Live) -> None:
    with live.orm():
        family = Family.objects.create(code="ROOFING", name="Roofing")
        product = Product.objects.create(code="SHINGLE", name="Shingle", family=family)
        Price.objects.create(product=product, valid_from=date(2022, 2, 1), price=Decimal("12.50"))
    assert "History is whole" in live.manage("check_history")
    with psycopg.connect(live.servers.postgres.url("sop", APP), autocommit=True) as connection:
        connection.execute("update sop_price set price = price * 2")
    with live.orm():
        assert ChangeNote.objects.get(kind="~").role == APP
    with pytest.raises(AssertionError, match=f"was changed on .* by database role {APP}"):
        live.manage("check_history")
