"""What is sealed is all of the demand everybody agreed on, shared out to the unit."""

from decimal import Decimal

import pytest

from demand.models import ForecastSnapshot, Series
from publish.models import PlanLine
from publish.services import plan_publish
from review.models import Approval
from sop.constants import Source, StepKind
from sop.models import Customer, Cycle, Product
from sop.refusals import Refused
from sop.request_context import acting
from tests.api_world import NOON, World, chosen_make, step_only, world_make
from tests.factories import FEBRUARY, Cast, cycle_make, product_make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bare_steps")]


@pytest.fixture
def world(cast: Cast) -> World:
    """Return a cycle whose plan (10 of the one stock item a month) everybody signed."""
    made = world_make(cast, cycle_make(cast))
    chosen_make(cast, made)
    Approval.objects.update(state="signed", decided_at=NOON)
    step_only(made.cycle, StepKind.PUBLISH)
    return made


def agreed(world: World, product: Product, customer: Customer, consensus: str) -> None:
    """Let the consensus of the cycle's first month hold one more series."""
    series = Series.objects.create(product=product, customer=customer, location=world.item.location)
    layers = dict.fromkeys(("baseline", "sales", "consensus"), Decimal(consensus))
    ForecastSnapshot.objects.create(cycle=world.cycle, version=1, series=series, bucket=FEBRUARY, **layers)


def published(cast: Cast, cycle: Cycle) -> None:
    """Publish as Cora does at her page."""
    with acting(cast.cora, Source.PAGE):
        plan_publish(user=cast.cora, cycle_id=cycle.pk)


def test_customers_share_the_plan_as_they_share_the_consensus(cast: Cast, world: World) -> None:
    agreed(world, world.item.product, cast.harbour, "1")
    agreed(world, world.item.product, cast.ridge, "2")
    published(cast, world.cycle)
    demand = PlanLine.objects.exclude(customer_code="").values_list("customer_code", "demand")
    assert dict(demand) == {"HARBOUR": 3, "RIDGE": 7}, "10 pieces in whole ones"


def test_a_plan_that_lacks_agreed_demand_is_not_sealed(cast: Cast, world: World) -> None:
    agreed(world, world.item.product, cast.harbour, "1")
    agreed(world, product_make("LATE"), cast.ridge, "5")
    with pytest.raises(
        Refused, match="1 series of the consensus is not in the chosen plan, first LATE for RIDGE at DC1"
    ):
        published(cast, world.cycle)
    assert not PlanLine.objects.exists()
