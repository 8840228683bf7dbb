"""The seal: recomputed from an export, and what it takes to get past it in the database."""

import csv
import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from publish.exports import plan_csv, plan_xlsx
from publish.models import PlanLine, PublishedPlan
from publish.seal import Heading, seal
from publish.selectors.seals import line_values, seal_check
from sop.models import Product
from sop.selectors.record import record_faults
from tests.api_world import FEBRUARY, World, world_make
from tests.demand_makers import series_make
from tests.factories import Cast, cycle_make
from tests.plan_makers import publish, signed_again, signed_make, snapshot_make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bare_steps")]


@pytest.fixture
def plan(cast: Cast) -> PublishedPlan:
    world: World = world_make(cast, cycle_make(cast))
    Product.objects.update(code="-SHINGLE")  # looks like a formula to a spreadsheet
    snapshot_make(world.cycle, {series_make(cast.harbour): "7", series_make(cast.ridge): "3"})
    signed_make(cast, world)
    return publish(cast.cora, world.cycle)


@contextmanager
def guards_off() -> Iterator[None]:
    """Do what only the database's owner can: switch the table's triggers off."""
    with connection.cursor() as cursor:
        cursor.execute("set constraints all immediate")  # nothing may wait for the end while a table is altered
        for table in ("publish_planline", "publish_publishedplan"):
            cursor.execute(f"alter table {table} disable trigger user")
        yield
        for table in ("publish_planline", "publish_publishedplan"):
            cursor.execute(f"alter table {table} enable trigger user")


def added(plan: PublishedPlan, code: str = "MORE") -> None:
    PlanLine.objects.create(plan=plan, product_code=code, location_code="DC1", family_code="ROOFING", bucket=FEBRUARY)


def test_anybody_recomputes_the_seal_from_an_export(cast: Cast, plan: PublishedPlan) -> None:
    rows = list(csv.reader(StringIO("".join(plan_csv(plan, cast.cora)).removeprefix("\ufeff"))))
    head = next(at for at, row in enumerate(rows) if row[0] == "Product")
    facts = dict(row for row in rows[:head])

    def bare(text: str) -> str:
        return text[1:] if text.startswith("'") and text[1:2] in tuple("=+-@") else text

    lines = sorted("\t".join(bare(field) for field in row).encode() for row in rows[head + 1 :])
    computed = hashlib.sha256(b"\n".join([facts["Sealed heading"].encode(), *lines])).hexdigest()
    assert computed == facts["Seal (SHA-256)"] == plan.seal
    assert len(lines) == plan.line_count


def test_an_export_is_the_same_bytes_every_time(cast: Cast, plan: PublishedPlan) -> None:
    assert "".join(plan_csv(plan, cast.cora)) == "".join(plan_csv(plan, cast.finn))
    assert plan_xlsx(plan, cast.cora) == plan_xlsx(plan, cast.cora)


def test_a_reps_export_says_that_it_is_a_part(cast: Cast, plan: PublishedPlan) -> None:
    text = "".join(plan_csv(plan, cast.ana))
    assert "Only the customers you may see" in text
    assert "RIDGE" not in text


CHANGES: dict[str, Callable[[PublishedPlan], object]] = {
    "a line changed": lambda plan: plan.lines.update(demand=1),
    "a line removed": lambda plan: plan.lines.all()[0].delete(),
    "a line added": added,
    "lines added in bulk": lambda plan: PlanLine.objects.bulk_create(
        [PlanLine(plan=plan, product_code=code, location_code="DC1", family_code="X", bucket=FEBRUARY) for code in "AB"]
    ),
    "approvers changed": lambda plan: PublishedPlan.objects.update(approvers=[]),
    "a reason put in": lambda plan: PublishedPlan.objects.update(reason="A better one."),
    "the seal said to cover less": lambda plan: PublishedPlan.objects.update(seal_format=1, reason="A better one."),
    "the count raised, to add a line later": lambda plan: PublishedPlan.objects.update(line_count=99),
    "the plan removed": lambda plan: PublishedPlan.objects.all()._raw_delete("default"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_the_database_refuses_to_change_a_sealed_plan(plan: PublishedPlan, name: str) -> None:
    with pytest.raises(DatabaseError, match=r"never changed or removed|no line is added"), transaction.atomic():
        CHANGES[name](plan)
    assert seal_check(plan).intact
    assert plan.lines.count() == plan.line_count


FOUND = [
    "a line changed",
    "a line removed",
    "a line added",
    "approvers changed",
    "a reason put in",
    "the seal said to cover less",
]


@pytest.mark.parametrize("name", FOUND)
def test_verification_finds_what_went_past_the_guards(plan: PublishedPlan, name: str) -> None:
    with guards_off():
        CHANGES[name](plan)
    plan.refresh_from_db()
    assert not seal_check(plan).intact
    out = StringIO()
    with pytest.raises(CommandError, match="1 of 1 plans were changed after signing"):
        call_command("verify_plans", stdout=out)
    assert "CHANGED AFTER SIGNING" in out.getvalue()


def test_the_seal_covers_why_a_plan_was_corrected(cast: Cast, plan: PublishedPlan) -> None:
    signed_again(plan.cycle)
    second = publish(cast.cora, plan.cycle, "Ridge ordered twice.")
    facts = dict(row for row in csv.reader(StringIO("".join(plan_csv(second, cast.cora)))) if len(row) == 2)
    assert json.loads(facts["Sealed heading"])["reason"] == "Ridge ordered twice."
    with guards_off():
        PublishedPlan.objects.filter(pk=second.pk).update(reason="Figures tidied.")
    second.refresh_from_db()
    assert not seal_check(second).intact


def test_a_plan_sealed_before_the_reason_was_covered_stays_as_signed(plan: PublishedPlan) -> None:
    head = Heading(plan.cycle.bucket, 1, plan.currency, plan.approvers, "", "", format=1)
    assert "reason" not in head.text()
    with guards_off():
        PublishedPlan.objects.update(seal_format=1, seal=seal(head, line_values(plan)))
    plan.refresh_from_db()
    assert seal_check(plan).intact


def test_a_plan_taken_out_of_the_chain_is_missed_by_the_next(cast: Cast, plan: PublishedPlan) -> None:
    signed_again(plan.cycle)
    second = publish(cast.cora, plan.cycle, "Another look.")
    assert seal_check(second).intact
    with guards_off():
        plan.lines.all().delete()
        plan.delete()
    assert not seal_check(second).intact


def test_a_guard_switched_off_is_named(plan: PublishedPlan) -> None:
    assert not [fault for fault in record_faults() if fault.table == "publish_planline"]
    with connection.cursor() as cursor:
        cursor.execute("set constraints all immediate")
        cursor.execute("alter table publish_planline disable trigger sop_sealed_lines")
    (fault,) = [fault for fault in record_faults() if fault.table == "publish_planline"]
    assert fault.sentence == "The guard sop_sealed_lines is switched off."
