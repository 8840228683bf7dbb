"""Assumptions: who may state what, what they make of the plan, how they run on, and that closing keeps the same."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from demand.constants import AssumptionState
from demand.models import Assumption, AssumptionCell, Override, Series
from demand.selectors.assumptions import AssumptionRow, assumption_groups
from demand.selectors.layers import layers
from demand.services.assumption import assumption_change, assumption_state, assumption_withdraw
from demand.services.assumption_rules import Stated
from sop.constants import Progress, Source, StepKind
from sop.models import Cycle, CycleEvent, CycleStep, Price, StepProgress, User
from sop.refusals import Conflict, NotAllowed, Refused, StepClosed
from sop.request_context import acting
from sop.selectors.cycle import step
from sop.selectors.record import record_faults
from sop.services.record import guards_install
from tests.demand_makers import adopted_baseline, override_make, series_make
from tests.factories import FEBRUARY, Cast, cycle_make, family_make, location_make, product_make

MARCH, MAY, JUNE = date(2022, 3, 1), date(2022, 5, 1), date(2022, 6, 1)
NUMBER, RISK = AssumptionState.IN_NUMBER, AssumptionState.RISK
SAID = Stated(kind="project", state=NUMBER, first_bucket=MAY, last_bucket=JUNE, note="140 roofs")


@dataclass(frozen=True)
class World:
    """A cycle gathering demand: Ana's series at 100 a month, Ben's at 50."""

    cast: Cast
    cycle: Cycle
    harbour: Series
    ridge: Series

    def state(self, user: User | None = None, **said: Any) -> Assumption:
        """State something of Ana's customer, 30 units a month unless said otherwise."""
        amount = {} if {"percent", "quantity"} & said.keys() else {"quantity": Decimal(30)}
        scope = {} if {"product", "family", "customer"} & said.keys() else {"customer": self.cast.harbour}
        stated = replace(SAID, **amount, **scope, **said)
        return assumption_state(user=user or self.cast.ana, cycle_id=self.cycle.pk, stated=stated)

    def consensus(self, series: Series, month: date = MAY) -> float:
        """Return one month's consensus."""
        plan = layers(self.cycle, series_ids=[series.pk])
        return float(plan.consensus[0, plan.months.index(month)])

    def row(self, assumption: Assumption, user: User | None = None) -> AssumptionRow:
        """Return an assumption as a person sees it."""
        groups = assumption_groups(self.cycle, user or self.cast.olga)
        return next(row for group in groups for row in group.rows if row.assumption == assumption)


@pytest.fixture
def world(cast: Cast) -> Iterator[World]:
    cycle = cycle_make(cast)
    harbour, ridge = series_make(cast.harbour), series_make(cast.ridge)
    adopted_baseline(cycle, {harbour: 100, ridge: 50})
    with acting(cast.ana, Source.PAGE):
        yield World(cast, cycle, harbour, ridge)


# -- what it makes of the plan


def test_a_quantity_is_added_in_its_months_only(world: World) -> None:
    world.state()
    assert [world.consensus(world.harbour, month) for month in (MARCH, MAY, JUNE)] == [100, 130, 130]
    plan = layers(world.cycle, series_ids=[world.harbour.pk])
    assert plan.sales[0, plan.months.index(MAY)] == 100, "the sales layer stays what the rep said"


def test_a_quantity_for_several_series_is_shared_out_by_their_baseline(world: World) -> None:
    world.state(world.cast.olga, family=world.harbour.product.family, quantity=Decimal(100))
    assert (world.consensus(world.harbour), world.consensus(world.ridge)) == (167, 83)


def test_it_is_shared_out_evenly_where_nothing_is_forecast(world: World) -> None:
    tile = product_make("TILE")
    one, two = series_make(world.cast.harbour, tile), series_make(world.cast.ridge, tile)
    world.state(world.cast.olga, product=tile, quantity=Decimal(5))
    assert (world.consensus(one), world.consensus(two)) == (3, 2)


def test_percents_are_summed_and_taken_of_sales(world: World) -> None:
    override_make(world.cycle, world.harbour, MAY, 200, world.cast.ana)
    world.state(percent=Decimal(-20))
    world.state(percent=Decimal(5))
    world.state(quantity=Decimal(7))
    assert (world.consensus(world.harbour), world.consensus(world.harbour, JUNE)) == (177, 92)


def test_nothing_is_less_than_nothing(world: World) -> None:
    world.state(percent=Decimal(-80))
    world.state(percent=Decimal(-60))
    assert world.consensus(world.harbour) == 0
    world.state(quantity=Decimal(12))
    assert world.consensus(world.harbour) == 12, "percents take away what is there, not what a project brings"
    world.state(quantity=Decimal(-50))
    assert world.consensus(world.harbour) == 0


@pytest.mark.parametrize("state", [RISK, AssumptionState.OPPORTUNITY])
def test_what_is_not_in_the_number_stands_beside_it_by_probability(world: World, state: str) -> None:
    Price.objects.create(product=world.harbour.product, customer=None, valid_from=date(2021, 1, 1), price=2)
    found = world.row(world.state(state=state, probability=Decimal(25)))
    assert world.consensus(world.harbour) == 100
    assert (found.effect.units, found.effect.money) == (60, 120)
    assert (found.weighted_units, found.weighted_money) == (15, 30)


def test_the_probability_takes_nothing_away_from_what_is_in_the_number(world: World) -> None:
    world.state(probability=Decimal(60))
    assert world.consensus(world.harbour) == 130


def test_the_planners_number_is_the_last_word(world: World) -> None:
    stated = world.state()
    override_make(world.cycle, world.harbour, MAY, 115, world.cast.olga)
    assert (world.consensus(world.harbour), world.consensus(world.harbour, JUNE)) == (115, 130)
    found = world.row(stated)
    assert found.sentences == ["The planner's number replaces it in 1 cell."]
    assert found.effect.units == 30, "only June counts"


def test_a_rep_sees_the_effect_in_own_rows(world: World) -> None:
    stated = world.state(world.cast.olga, product=world.harbour.product, quantity=Decimal(30))
    assert [world.row(stated, user).effect.units for user in (world.cast.olga, world.cast.ana)] == [60, 40]


# -- who may, when


def test_a_rep_states_of_own_customers_only(world: World) -> None:
    with pytest.raises(NotAllowed, match="not yours"):
        world.state(customer=world.cast.ridge)
    with pytest.raises(NotAllowed, match="Only a demand planner"):
        world.state(product=world.harbour.product)
    world.state(world.cast.olga, customer=world.cast.ridge)


@pytest.mark.parametrize("name", ["sam", "finn", "eve", "cora"])
def test_others_state_nothing(world: World, name: str) -> None:
    with pytest.raises(NotAllowed):
        world.state(getattr(world.cast, name))
    assert not Assumption.objects.exists()


def test_a_rep_sees_own_customers_and_what_is_of_all(world: World) -> None:
    of_all = world.state(world.cast.olga, product=world.harbour.product)
    bens = world.state(world.cast.ben, customer=world.cast.ridge)
    seen = {row.assumption: row.editable for g in assumption_groups(world.cycle, world.cast.ana) for row in g.rows}
    assert seen == {of_all: False}
    with pytest.raises(Refused, match="no such assumption"):
        withdraw(world, world.cast.ana, bens)
    with pytest.raises(NotAllowed):
        withdraw(world, world.cast.ana, of_all)


def test_a_closed_step_takes_none_and_lets_none_go(world: World) -> None:
    stated = world.state()
    CycleStep.objects.filter(cycle=world.cycle, kind=StepKind.GATHER).update(state="closed")
    for act in (world.state, lambda: change(world, stated), lambda: withdraw(world, world.cast.ana, stated)):
        with pytest.raises(StepClosed):
            act()
    assert not world.row(stated, world.cast.ana).editable


def test_stating_works_on_a_submitted_part_again(world: World) -> None:
    StepProgress.objects.filter(user=world.cast.ana).update(state=Progress.SUBMITTED)
    world.state()
    assert StepProgress.objects.get(user=world.cast.ana, step=step(world.cycle, StepKind.GATHER)).state == "working"


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"kind": "hunch"}, "kind from the list"),
        ({"state": "expired"}, "in the number, a risk"),
        ({"quantity": Decimal(5), "percent": Decimal(5)}, "either a quantity"),
        ({"quantity": None}, "either a quantity"),
        ({"quantity": Decimal(0)}, "changes nothing"),
        ({"quantity": Decimal("0.0001")}, "changes nothing"),
        ({"quantity": Decimal("1E+999999999")}, "more than"),
        ({"quantity": Decimal("NaN")}, "not a number"),
        ({"quantity": Decimal("2.5")}, "no whole number"),
        ({"percent": Decimal(-120)}, "more than there is"),
        ({"percent": Decimal(5000)}, "more than 1,000 percent"),
        ({"probability": Decimal(101)}, "between 0 and 100"),
        ({"last_bucket": MARCH}, "comes before"),
        ({"first_bucket": date(2021, 1, 1), "last_bucket": date(2022, 1, 1)}, "in the plan"),
        ({"first_bucket": date(2030, 1, 1), "last_bucket": date(2030, 1, 1)}, "in the plan"),
        ({"note": "  "}, "in a sentence"),
        ({"link": "javascript:alert(1)"}, "begins with http"),
        ({"customer": None}, "what it is about"),
        ({"kind": "discontinued"}, "Name the product"),
    ],
)
def test_what_does_not_fit_is_refused_in_a_sentence(world: World, said: dict[str, Any], words: str) -> None:
    with pytest.raises(Refused, match=words):
        world.state(world.cast.olga, **said)
    assert not Assumption.objects.exists()


def test_what_reaches_nothing_is_refused(world: World) -> None:
    with pytest.raises(Refused, match="Nothing is forecast"):
        world.state(customer=world.cast.harbour, product=product_make("TILE"))
    with pytest.raises(Refused, match="is not in Timber"):
        world.state(world.cast.olga, product=world.harbour.product, family=family_make("TIMBER"))


def test_the_table_itself_wants_a_quantity_or_a_percent_of_something(world: World) -> None:
    stated = world.state()
    for wrong in (
        {"percent": 5},
        {"customer": None},
        {"quantity": None, "percent": -101},
        {"first_bucket": "2022-05-02"},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Assumption.objects.filter(pk=stated.pk).update(**wrong)


# -- changing and withdrawing


def change(world: World, stated: Assumption, version: int = 1, user: User | None = None, **said: Any) -> Assumption:
    return assumption_change(
        user=user or world.cast.ana,
        cycle_id=world.cycle.pk,
        assumption_id=stated.pk,
        version=version,
        stated=replace(SAID, **({"quantity": Decimal(45), "customer": world.cast.harbour} | said)),
        reason="Three more roofs",
    )


def withdraw(world: World, user: User, stated: Assumption, version: int = 1, reason: str = "Called off") -> Assumption:
    return assumption_withdraw(
        user=user, cycle_id=world.cycle.pk, assumption_id=stated.pk, version=version, reason=reason
    )


def test_a_change_is_in_the_plan_and_in_history_with_its_reason(world: World) -> None:
    stated = world.state()
    assert change(world, stated).version == 2
    assert world.consensus(world.harbour) == 145
    first, last = stated.history.order_by("history_id")
    assert [(row.history_user_name, row.quantity, row.history_change_reason) for row in (first, last)] == [
        ("Ana", 30, "140 roofs"),
        ("Ana", 45, "Three more roofs"),
    ]
    kinds = CycleEvent.objects.filter(kind__startswith="assumption").order_by("pk").values_list("kind", "sentence")
    assert list(kinds) == [
        ("assumption_stated", "Ana stated an assumption (project, in the number)."),
        ("assumption_changed", "Ana changed an assumption (project, now in the number)."),
    ]


def test_the_second_of_two_is_told_who_was_first(world: World) -> None:
    stated = world.state()
    change(world, stated)
    with pytest.raises(Conflict, match="Ana changed this"):
        change(world, stated, user=world.cast.olga, quantity=Decimal(60))
    assert world.consensus(world.harbour) == 145


def test_a_change_of_nothing_is_none(world: World) -> None:
    stated = world.state()
    assert change(world, stated, quantity=Decimal(30)).version == 1
    assert stated.history.count() == 1


def test_a_rep_cannot_hand_an_assumption_to_a_customer_of_others(world: World) -> None:
    with pytest.raises(NotAllowed):
        change(world, world.state(), customer=world.cast.ridge)


def test_withdrawn_is_out_of_the_plan_and_stays_to_be_read(world: World) -> None:
    stated = world.state()
    with pytest.raises(Refused, match="Say why"):
        withdraw(world, world.cast.ana, stated, reason=" ")
    withdraw(world, world.cast.ana, stated)
    assert world.consensus(world.harbour) == 100
    assert [(g.kind, len(g.rows)) for g in assumption_groups(world.cycle, world.cast.ana)] == [("over", 1)]
    with pytest.raises(Refused, match="It is withdrawn"):
        change(world, stated, version=2)


def test_a_change_of_state_moves_it_out_of_the_number(world: World) -> None:
    change(world, world.state(), state=RISK)
    assert world.consensus(world.harbour) == 100


# -- discontinued products


def test_a_discontinued_product_is_nothing_to_the_end_and_its_successor_takes_over(world: World) -> None:
    cast, old = world.cast, world.harbour.product
    new = product_make("SHINGLE-2")
    heir = series_make(cast.harbour, new)
    world.state(cast.olga, kind="discontinued", product=old, successor=new, last_bucket=None, quantity=None)
    plan = layers(world.cycle, series_ids=[world.harbour.pk, heir.pk, world.ridge.pk])
    at = plan.months.index(MAY)
    assert plan.consensus[:, :at].tolist() == [[100] * at, [0] * at, [50] * at]
    assert plan.consensus[:, at:].tolist() == [[0] * (18 - at), [100] * (18 - at), [0] * (18 - at)]


def test_where_the_successor_is_not_sold_the_page_says_that_the_demand_is_lost(world: World) -> None:
    new = product_make("SHINGLE-2")
    series_make(world.cast.harbour, new)
    series_make(world.cast.ridge, world.harbour.product, location_make("DC2"))
    stated = world.state(
        world.cast.olga, kind="discontinued", product=world.harbour.product, successor=new, quantity=None
    )
    assert world.row(stated).sentences == [
        "Shingle-2 has no row at Ridge, Warehouse DC1; Ridge, Warehouse DC2: that demand moves nowhere."
    ]
    assert not Series.objects.filter(product=new, customer=world.cast.ridge).exists()


def test_who_names_no_successor_is_told_of_the_one_in_master_data(world: World) -> None:
    product = world.harbour.product
    heir = product_make("SHINGLE-2")
    heir.predecessor = product
    heir.save()
    stated = world.state(world.cast.olga, kind="discontinued", product=product, quantity=None)
    assert world.row(stated).sentences == [
        "Shingle-2 follows it in master data; name the successor if its demand goes there."
    ]


@pytest.mark.parametrize("amount", [{"quantity": Decimal(5)}, {"percent": Decimal(-50)}])
def test_a_discontinued_product_has_no_amount_of_its_own(world: World, amount: dict[str, Decimal]) -> None:
    with pytest.raises(Refused, match="nothing left"):
        world.state(world.cast.olga, kind="discontinued", product=world.harbour.product, **amount)


def test_only_what_is_discontinued_has_a_successor_and_it_is_another(world: World) -> None:
    product = world.harbour.product
    with pytest.raises(Refused, match="Only a discontinued"):
        world.state(world.cast.olga, product=product, successor=product_make("TILE"))
    with pytest.raises(Refused, match="cannot follow itself"):
        world.state(world.cast.olga, kind="discontinued", product=product, successor=product, quantity=None)


# -- cost, guards


def test_the_layers_take_the_same_queries_with_assumptions(world: World) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            layers(world.cycle, series_ids=[world.harbour.pk, world.ridge.pk])
        return len(queries)

    assert count() == 4
    for _ in range(4):
        world.state()
    assert count() == 4


def test_history_is_whole_and_cells_are_of_the_plans_months(world: World) -> None:
    guards_install()
    change(world, world.state(first_bucket=date(2021, 11, 1)), first_bucket=date(2021, 11, 1))
    months = set(AssumptionCell.objects.values_list("bucket", flat=True))
    assert (min(months), max(months)) == (FEBRUARY, JUNE)
    assert [fault for fault in record_faults() if fault.table == "demand_assumption"] == []
    assert Override.objects.count() == 0


# -- what a list adds up


@pytest.mark.parametrize("state", [NUMBER, RISK])
@pytest.mark.parametrize("amount", [{"quantity": Decimal(91)}, {"percent": Decimal("-12.5")}])
def test_the_effect_is_the_sum_of_its_cells_whatever_people_typed(
    world: World, state: AssumptionState, amount: dict[str, Decimal]
) -> None:
    """The list adds sums and what people changed; here the same is counted cell by cell."""
    stated = world.state(world.cast.olga, product=world.harbour.product, state=state, last_bucket=None, **amount)
    override_make(world.cycle, world.harbour, MAY, 40, world.cast.ana)
    override_make(world.cycle, world.ridge, JUNE, 70, world.cast.ben)
    override_make(world.cycle, world.ridge, MAY, 55, world.cast.olga)
    override_make(world.cycle, world.harbour, MAY, 300, world.cast.olga)
    typed = {(o.series_id, o.bucket, o.layer): o.quantity for o in Override.objects.all()}
    means = {world.harbour.pk: Decimal(100), world.ridge.pk: Decimal(50)}
    units, replaced = Decimal(0), 0
    for cell in AssumptionCell.objects.filter(assumption=stated):
        key = (cell.series_id, cell.bucket)
        is_replaced = (*key, "consensus") in typed
        replaced += is_replaced
        if is_replaced and state == NUMBER:
            continue
        sales = typed.get((*key, "sales"), means[cell.series_id])
        units += sales * cell.percent / 100 if cell.quantity is None else cell.quantity
    effect = world.row(stated).effect
    assert (effect.units, effect.replaced) == (pytest.approx(float(units)), replaced)
    assert effect.replaced == 2
    assert effect.cells == AssumptionCell.objects.filter(assumption=stated).count()


def test_a_series_no_longer_active_is_in_no_effect(world: World) -> None:
    stated = world.state(world.cast.olga, product=world.harbour.product, percent=Decimal(10))
    Series.objects.filter(pk=world.ridge.pk).update(active=False)
    assert world.row(stated).effect.units == 20
