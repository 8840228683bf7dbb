"""Planned receipts set by hand: several months at once, all or none, and undone one change at a time."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

import pytest

from sop.constants import Source
from sop.models import User
from sop.refusals import Conflict, NotAllowed, Refused
from sop.request_context import acting
from supply.models import ReceiptOverride, SupplyLine
from supply.services.receipts import ReceiptCell, receipt_undo, receipts_set
from tests.api_world import MARCH
from tests.factories import Cast
from tests.supply_makers import Supplied, lane_make, planned, supplied_make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bare_steps")]

APRIL, MAY = date(2022, 4, 1), date(2022, 5, 1)


@pytest.fixture
def world(cast: Cast) -> Supplied:
    world = supplied_make(cast)
    lane_make(world.item, days="90")
    planned(cast.sam, world.cycle)
    return world


def put(world: Supplied, months: Mapping[date, tuple[str | None, int]], reason: str = "By phone") -> None:
    cells = [
        ReceiptCell(month, None if quantity is None else Decimal(quantity), version)
        for month, (quantity, version) in months.items()
    ]
    with acting(world.cast.sam, Source.PAGE, reason):
        receipts_set(user=world.cast.sam, cycle_id=world.cycle.pk, item_id=world.item.pk, cells=cells, reason=reason)


def undo(world: Supplied, place: int, user: User | None = None) -> None:
    """Undo a change by its place in history, 0 the first."""
    change = ReceiptOverride.history.order_by("history_id")[place]
    with acting(user or world.cast.sam, Source.PAGE, f"undo {place}"):
        receipt_undo(user=user or world.cast.sam, cycle_id=world.cycle.pk, history_id=change.history_id)


def held() -> dict[date, Decimal | None]:
    return dict(ReceiptOverride.objects.values_list("bucket", "quantity"))


def planned_receipts(month: date) -> Decimal:
    return SupplyLine.objects.get(bucket=month).planned_receipts


def test_several_months_are_set_in_one_go(world: Supplied) -> None:
    put(world, {MARCH: ("30", 0), APRIL: ("50", 0)})
    assert (planned_receipts(MARCH), planned_receipts(APRIL)) == (30, 50)


def test_one_month_that_somebody_changed_leaves_all_of_them(world: Supplied) -> None:
    put(world, {APRIL: ("50", 0)})
    with pytest.raises(Conflict, match="Sam changed Apr 2022 to 50"):
        put(world, {MARCH: ("30", 0), APRIL: ("60", 0)})
    assert held() == {APRIL: 50}


def test_undo_brings_the_number_before_back_and_then_the_calculation(world: Supplied) -> None:
    put(world, {MARCH: ("30", 0)})
    put(world, {MARCH: ("45", 1)})
    undo(world, 1)
    assert (held(), planned_receipts(MARCH)) == ({MARCH: 30}, 30)
    told = ReceiptOverride.history.latest("history_id")
    assert (told.quantity, told.history_change_reason, told.history_user_name) == (30, "Undone: By phone", "Sam")


def test_undoing_the_first_number_gives_the_month_back(world: Supplied) -> None:
    calculated = planned_receipts(MAY)
    put(world, {MAY: ("999", 0)})
    undo(world, 0)
    assert (held(), planned_receipts(MAY)) == ({MAY: None}, calculated)


def test_undoing_an_undo_does_it_again(world: Supplied) -> None:
    put(world, {MARCH: ("30", 0)})
    undo(world, 0)
    undo(world, 1)
    assert held() == {MARCH: 30}


def test_a_change_that_another_followed_is_not_undone(world: Supplied) -> None:
    put(world, {MARCH: ("30", 0)})
    put(world, {MARCH: ("45", 1)})
    with pytest.raises(Conflict, match="Sam changed Mar 2022 to 45"):
        undo(world, 0)
    assert held() == {MARCH: 45}


def test_only_planners_undo_and_only_what_is_there(world: Supplied) -> None:
    put(world, {MARCH: ("30", 0)})
    with pytest.raises(NotAllowed):
        undo(world, 0, world.cast.ana)
    with pytest.raises(Refused, match="not there"):
        receipt_undo(user=world.cast.sam, cycle_id=world.cycle.pk, history_id=999_999)
