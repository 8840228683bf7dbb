"""The page of one stock item."""

import re
from decimal import Decimal

import pytest
from django.urls import reverse

from tests.api_world import FEBRUARY, World, world_make
from tests.factories import Cast, client_of, cycle_make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bare_steps")]


@pytest.fixture
def world(cast: Cast) -> World:
    return world_make(cast, cycle_make(cast))


def test_a_unit_stands_as_a_label_and_never_behind_a_number(cast: Cast, world: World) -> None:
    """A company's own word for a unit has no plural anybody could know: 56,146 sheet reads as a fault."""
    type(world.item.product).objects.update(unit="sheet")
    numbers = {"quantity": Decimal(56146), "average_cost": Decimal(2)}
    world.item.on_hand.create(as_of=FEBRUARY, **numbers)
    html = client_of(cast.sam).get(reverse("supply:item", args=[world.cycle.pk, world.item.pk])).content.decode()
    assert "Unit: sheet. 56,146 on hand on 1 Feb 2022." in html
    assert "a demand of 9, give or take 3" in html
    assert not re.search(r"\d sheet", html)
