"""Changing the forecast: who may, what is refused, what stays in history."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from demand.constants import Action
from demand.models import ChangeSet, Override, Series
from demand.selectors.layers import layers
from demand.services.change_set import change_set_undo
from demand.services.outcome import CellEdit, Outcome
from demand.services.override import overrides_save
from demand.services.reason import reasons_set
from sop.constants import Source
from sop.models import Cycle, CycleStep, User
from sop.refusals import NotAllowed, Refused, StepClosed
from sop.request_context import acting
from tests.demand_makers import adopted_baseline, series_make
from tests.factories import Cast, cycle_make, family_make, product_make

MAY = date(2022, 5, 1)
JUNE = date(2022, 6, 1)


@dataclass(frozen=True)
class World:
    """A cycle gathering demand, with one series in each territory and a baseline of 100 a month."""

    cast: Cast
    cycle: Cycle
    harbour: Series
    ridge: Series


@pytest.fixture
def world(cast: Cast) -> Iterator[World]:
    cycle = cycle_make(cast)
    harbour, ridge = series_make(cast.harbour), series_make(cast.ridge)
    adopted_baseline(cycle, {harbour: 100, ridge: 100})
    with acting(cast.ana, Source.PAGE):
        yield World(cast, cycle, harbour, ridge)


def save(world: World, user: User, *cells: CellEdit, key: uuid.UUID | None = None, reason: str = "") -> Outcome:
    return overrides_save(
        user=user,
        cycle_id=world.cycle.pk,
        change_set_id=key or uuid.uuid4(),
        action=Action.EDIT,
        cells=cells,
        reason=reason,
    )


def cell(series: Series, quantity: int | None, version: int = 0, bucket: date = MAY) -> CellEdit:
    return CellEdit(series.pk, bucket, None if quantity is None else Decimal(quantity), version)


def test_a_reps_number_takes_the_baselines_place(world: World) -> None:
    outcome = save(world, world.cast.ana, cell(world.harbour, 120))
    assert [(saved.quantity, saved.version) for saved in outcome.saved] == [("120", 1)]
    plan = layers(world.cycle, series_ids=[world.harbour.pk])
    at = plan.months.index(MAY)
    assert (plan.baseline[0, at], plan.sales[0, at], plan.consensus[0, at]) == (100, 120, 120)
    assert plan.sales[0, at + 1] == 100


def test_a_planners_number_leaves_the_reps_standing_beside_it(world: World) -> None:
    save(world, world.cast.ana, cell(world.harbour, 120))
    save(world, world.cast.olga, cell(world.harbour, 110))
    plan = layers(world.cycle, series_ids=[world.harbour.pk])
    at = plan.months.index(MAY)
    assert (plan.sales[0, at], plan.consensus[0, at]) == (120, 110)


def test_second_editor_is_told_the_cell_changed(world: World) -> None:
    save(world, world.cast.ana, cell(world.harbour, 120))
    outcome = save(world, world.cast.ana, cell(world.harbour, 130, version=0), cell(world.harbour, 90, bucket=JUNE))
    assert [saved.bucket for saved in outcome.saved] == ["2022-06-01"]
    (refused,) = outcome.refused
    assert refused.reason == "conflict"
    assert refused.message.startswith("Ana changed this cell to 120")
    assert (refused.quantity, refused.version, refused.by) == ("120.000", 1, "Ana")
    assert Override.objects.get(bucket=MAY).quantity == 120


def test_other_peoples_customers_are_refused_cell_by_cell(world: World) -> None:
    outcome = save(world, world.cast.ana, cell(world.ridge, 500), cell(world.harbour, 120))
    assert [refused.reason for refused in outcome.refused] == ["scope"]
    assert len(outcome.saved) == 1
    assert not Override.objects.filter(series=world.ridge).exists()


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        ({"quantity": -5}, "below zero"),
        ({"quantity": 2_000_000}, "more than 100 times"),
        ({"quantity": 5, "bucket": date(2021, 12, 1)}, "outside the plan"),
    ],
)
def test_senseless_numbers_are_refused_with_their_reason(world: World, edit: dict[str, int], words: str) -> None:
    outcome = save(world, world.cast.ana, cell(world.harbour, **edit))  # type: ignore[arg-type]
    assert words in outcome.refused[0].message
    assert not Override.objects.exists()


def test_the_same_change_set_sent_twice_changes_nothing_more(world: World) -> None:
    key = uuid.uuid4()
    first = save(world, world.cast.ana, cell(world.harbour, 120), key=key)
    again = save(world, world.cast.ana, cell(world.harbour, 120), key=key)
    assert again == first
    assert ChangeSet.objects.count() == 1
    assert Override.history.count() == 1


def test_somebody_elses_change_set_id_is_not_answered(world: World) -> None:
    key = uuid.uuid4()
    save(world, world.cast.ana, cell(world.harbour, 120), key=key)
    with pytest.raises(NotAllowed):
        save(world, world.cast.ben, cell(world.ridge, 120), key=key)


def test_a_closed_step_takes_no_number(world: World) -> None:
    CycleStep.objects.filter(cycle=world.cycle, kind="gather").update(state="closed")
    with pytest.raises(StepClosed):
        save(world, world.cast.ana, cell(world.harbour, 120))
    assert not ChangeSet.objects.exists()


def test_history_tells_who_when_from_to_why_and_where(world: World) -> None:
    save(world, world.cast.ana, cell(world.harbour, 120), reason="promotion")
    save(world, world.cast.ana, cell(world.harbour, 150, version=1), reason="project_won")
    last, first = Override.history.order_by("-history_id")
    assert [(row.quantity, row.reason, row.version) for row in (first, last)] == [
        (120, "promotion", 1),
        (150, "project_won", 2),
    ]
    assert (last.history_user_name, last.source, last.history_type) == ("Ana", "page", "~")
    assert last.request_id == first.request_id != ""
    change = ChangeSet.objects.order_by("at").last()
    assert change is not None
    assert (change.total_before, change.total_after, change.cells) == (120, 150, 1)


def test_a_change_says_what_it_was_about(world: World) -> None:
    cast, harbour = world.cast, world.harbour
    save(world, cast.ana, cell(harbour, 120))
    later = [cell(harbour, 120, bucket=month) for month in (JUNE, date(2022, 8, 1))]
    save(world, cast.ana, *later)
    other = series_make(cast.harbour, product_make("TILE"))
    third = series_make(cast.harbour, product_make("SOFFIT", family_make("SIDING")))
    save(world, cast.ana, cell(other, 5), cell(harbour, 5, bucket=date(2023, 1, 1)))
    save(world, cast.ana, cell(third, 5), cell(harbour, 5, bucket=date(2022, 12, 1)))
    save(world, cast.olga, cell(harbour, 7), cell(world.ridge, 7))
    save(world, cast.ana, cell(world.ridge, 7))  # not hers: nothing was changed
    assert list(ChangeSet.objects.order_by("at").values_list("scope", flat=True)) == [
        "Shingle · Harbour · Warehouse DC1 · May 2022",
        "Shingle · Harbour · Warehouse DC1 · Jun–Aug 2022",
        "Roofing · Harbour · Warehouse DC1 · May 2022–Jan 2023",
        "2 families · Harbour · Warehouse DC1 · May–Dec 2022",
        "Shingle · Warehouse DC1 · May 2022",
        "",
    ]


def test_back_to_baseline_keeps_the_row_and_its_version(world: World) -> None:
    save(world, world.cast.ana, cell(world.harbour, 120))
    outcome = save(world, world.cast.ana, cell(world.harbour, None, version=1))
    assert (outcome.saved[0].quantity, outcome.saved[0].version) == (None, 2)
    plan = layers(world.cycle, series_ids=[world.harbour.pk])
    assert plan.sales[0, plan.months.index(MAY)] == 100


def test_undo_takes_a_change_back_as_a_whole(world: World) -> None:
    save(world, world.cast.ana, cell(world.harbour, 120))
    key = uuid.uuid4()
    save(world, world.cast.ana, cell(world.harbour, 150, version=1), cell(world.harbour, 90, bucket=JUNE), key=key)
    reasons_set(
        user=world.cast.ana, cycle_id=world.cycle.pk, cells=[(world.harbour.pk, MAY)], reason="promotion", note=""
    )
    outcome = change_set_undo(user=world.cast.ana, change_set_id=key, undo_id=uuid.uuid4())
    assert not outcome.refused
    assert dict(Override.objects.values_list("bucket", "quantity")) == {MAY: 120, JUNE: None}
    with pytest.raises(Refused, match="undone already"):
        change_set_undo(user=world.cast.ana, change_set_id=key, undo_id=uuid.uuid4())


def test_undo_leaves_cells_changed_since(world: World) -> None:
    key = uuid.uuid4()
    save(world, world.cast.ana, cell(world.harbour, 120), cell(world.harbour, 90, bucket=JUNE), key=key)
    save(world, world.cast.ana, cell(world.harbour, 130, version=1))
    outcome = change_set_undo(user=world.cast.ana, change_set_id=key, undo_id=uuid.uuid4())
    assert [refused.bucket for refused in outcome.refused] == ["2022-05-01"]
    assert dict(Override.objects.values_list("bucket", "quantity")) == {MAY: 130, JUNE: None}


def test_a_bulk_change_costs_the_same_queries_for_one_cell_and_for_hundreds(world: World) -> None:
    months = layers(world.cycle, series_ids=[world.harbour.pk]).months
    with CaptureQueriesContext(
        connection,
    ) as one:
        save(world, world.cast.ana, cell(world.harbour, 120))
    with CaptureQueriesContext(connection) as many:
        save(world, world.cast.ana, *(cell(world.harbour, 120, bucket=month) for month in months if month != MAY))
    assert len(many) <= len(one) <= 32
