"""Handing in a territory: large changes say why, small ones need not, and a reason is given to own cells only."""

import uuid
from datetime import date
from decimal import Decimal

import pytest

from demand.constants import Action
from demand.models import Override, Series
from demand.selectors.grid import reason_threshold
from demand.selectors.submit import reasons_missing
from demand.services.gather import ReasonsMissing, territory_submit
from demand.services.outcome import CellEdit
from demand.services.override import overrides_save
from demand.services.reason import reasons_set
from sop.constants import Progress, Source, StepKind, StepState
from sop.models import Cycle, CycleStep, Price, StepProgress, User
from sop.refusals import NotAllowed, Refused, StepClosed
from sop.request_context import acting
from tests.demand_makers import adopted_baseline, series_make
from tests.factories import Cast, cycle_make, product_make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bare_steps")]

MAY, JUNE = date(2022, 5, 1), date(2022, 6, 1)


@pytest.fixture
def cycle(cast: Cast) -> Cycle:
    made = cycle_make(cast)
    adopted_baseline(made, {series_make(cast.harbour): 100, series_make(cast.ridge): 100})
    return made


def own(user: User) -> Series:
    return Series.objects.get(customer__owner=user)


def save(user: User, cycle: Cycle, series: Series, quantity: str, bucket: date = MAY, reason: str = "") -> None:
    with acting(user, Source.PAGE):
        overrides_save(
            user=user,
            cycle_id=cycle.pk,
            change_set_id=uuid.uuid4(),
            action=Action.EDIT,
            cells=[CellEdit(series.pk, bucket, Decimal(quantity), 0)],
            reason=reason,
        )


def submit(user: User, cycle: Cycle) -> None:
    with acting(user, Source.PAGE):
        territory_submit(user=user, cycle_id=cycle.pk)


def state(user: User) -> str:
    return StepProgress.objects.get(user=user, step__kind=StepKind.GATHER).state


def test_nothing_changed_is_handed_in_as_it_is(cast: Cast, cycle: Cycle) -> None:
    submit(cast.ana, cycle)
    assert state(cast.ana) == Progress.SUBMITTED


@pytest.mark.parametrize("beyond", [0, 1])
def test_a_change_above_the_threshold_waits_for_its_reason(cast: Cast, cycle: Cycle, beyond: int) -> None:
    percent, _ = reason_threshold()
    save(cast.ana, cycle, own(cast.ana), str(100 + percent + beyond))
    if not beyond:
        submit(cast.ana, cycle)
        return
    with pytest.raises(ReasonsMissing, match="1 change needs a reason before you submit: Shingle"):
        submit(cast.ana, cycle)
    assert state(cast.ana) == Progress.WORKING
    with acting(cast.ana, Source.PAGE):
        cells = [(own(cast.ana).pk, MAY)]
        (saved,) = reasons_set(user=cast.ana, cycle_id=cycle.pk, cells=cells, reason="promotion", note="Spring offer")
    assert saved.version == 2
    submit(cast.ana, cycle)
    row = Override.objects.get()
    assert (row.reason, row.note, row.quantity) == ("promotion", "Spring offer", 100 + percent + beyond)
    told = Override.history.latest("history_id")
    assert (told.history_user_name, told.history_change_reason) == ("Ana", "promotion")


def test_a_small_share_that_is_much_money_needs_a_reason_too(cast: Cast, cycle: Cycle) -> None:
    _, money = reason_threshold()
    save(cast.ana, cycle, own(cast.ana), "101")
    assert reasons_missing(cycle, cast.ana) == []
    product = own(cast.ana).product
    Price.objects.create(product=product, valid_from=date(2022, 1, 1), price=money)
    assert reasons_missing(cycle, cast.ana) == [], "exactly the threshold is not above it"
    Price.objects.create(
        product=product, customer=cast.harbour, valid_from=date(2022, 1, 1), price=money + Decimal("0.01")
    )
    (row,) = reasons_missing(cycle, cast.ana)
    assert (row.product, row.was, row.now, row.value) == ("Shingle", 100, 101, money + Decimal("0.01"))


def test_a_number_on_a_series_without_baseline_needs_a_reason(cast: Cast, cycle: Cycle) -> None:
    new = series_make(cast.harbour, product_make("TILE"))
    save(cast.ana, cycle, new, "5")
    assert [row.product for row in reasons_missing(cycle, cast.ana)] == ["Tile"]


def test_reasons_are_asked_product_by_product_dearest_first(cast: Cast, cycle: Cycle) -> None:
    tile = series_make(cast.harbour, product_make("TILE"))
    Price.objects.create(product=tile.product, valid_from=date(2022, 1, 1), price=Decimal(1000))
    for bucket in (MAY, JUNE):
        save(cast.ana, cycle, own_shingle(cast), "300", bucket)
    save(cast.ana, cycle, tile, "5")
    rows = reasons_missing(cycle, cast.ana)
    assert [(row.product, len(row.cells), row.first, row.last) for row in rows] == [
        ("Tile", 1, MAY, MAY),
        ("Shingle", 2, MAY, JUNE),
    ]


def own_shingle(cast: Cast) -> Series:
    return Series.objects.get(customer=cast.harbour, product__code="SHINGLE")


def test_a_planner_explains_what_they_changed_of_the_reps_number(cast: Cast, cycle: Cycle) -> None:
    save(cast.ana, cycle, own(cast.ana), "200", reason="promotion")
    save(cast.olga, cycle, own(cast.ana), "100")
    (row,) = reasons_missing(cycle, cast.olga)
    assert (row.was, row.now) == (200, 100), "back at the baseline is half of what Ana said"


def test_a_planner_who_confirms_the_reps_number_explains_nothing(cast: Cast, cycle: Cycle) -> None:
    save(cast.ana, cycle, own(cast.ana), "200", reason="promotion")
    save(cast.olga, cycle, own(cast.ana), "200")
    assert reasons_missing(cycle, cast.olga) == []


def test_reasons_reach_own_changed_cells_only(cast: Cast, cycle: Cycle) -> None:
    save(cast.ana, cycle, own(cast.ana), "200")
    save(cast.ben, cycle, own(cast.ben), "200")
    cells = [(own(cast.ana).pk, MAY), (own(cast.ana).pk, JUNE), (own(cast.ben).pk, MAY)]
    with acting(cast.ana, Source.PAGE):
        saved = reasons_set(user=cast.ana, cycle_id=cycle.pk, cells=cells, reason="promotion", note="")
    assert [(each.series, each.bucket) for each in saved] == [(own(cast.ana).pk, "2022-05-01")]
    assert Override.objects.get(series=own(cast.ben)).reason == ""
    with pytest.raises(Refused, match="from the list"):
        reasons_set(user=cast.ana, cycle_id=cycle.pk, cells=cells, reason="because", note="")


def test_who_has_no_part_hands_nothing_in(cast: Cast, cycle: Cycle) -> None:
    with pytest.raises(NotAllowed, match="no part of your own"):
        submit(cast.finn, cycle)


def test_working_again_takes_back_what_was_handed_in(cast: Cast, cycle: Cycle) -> None:
    submit(cast.ana, cycle)
    save(cast.ana, cycle, own(cast.ana), "101")
    assert state(cast.ana) == Progress.WORKING
    assert state(cast.ben) == Progress.NOT_STARTED


def test_a_closed_step_takes_no_territory_and_no_reason(cast: Cast, cycle: Cycle) -> None:
    save(cast.ana, cycle, own(cast.ana), "200")
    CycleStep.objects.filter(kind=StepKind.GATHER).update(state=StepState.CLOSED)
    with pytest.raises(StepClosed):
        submit(cast.ana, cycle)
    with pytest.raises(StepClosed):
        reasons_set(user=cast.ana, cycle_id=cycle.pk, cells=[(own(cast.ana).pk, MAY)], reason="promotion", note="")
