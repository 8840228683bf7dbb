"""Assumptions change hands: who may, to whom, what is told, and which have nobody who is here."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import pytest

from demand.models import Assumption, AssumptionCell, ChangeSet, Series
from demand.selectors.assumption_owners import handed_to, owners_possible, without_owner
from demand.services.assumption import assumption_hand_over, assumption_state, assumption_withdraw
from demand.services.assumption_rules import Stated
from sop.constants import Role, Source
from sop.models import Customer, Cycle, CycleEvent, CycleStep, User
from sop.refusals import Conflict, NotAllowed, Refused, StepClosed
from sop.request_context import acting
from tests.demand_makers import adopted_baseline, series_make
from tests.factories import Cast, cycle_make, person_make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bare_steps")]
MAY = date(2022, 5, 1)


@dataclass(frozen=True)
class World:
    """Ana's assumption of her customer, and Dana, who comes to have it."""

    cast: Cast
    cycle: Cycle
    harbour: Series
    dana: User
    stated: Assumption

    def give(self, user: User, owner: User | None, version: int = 1, reason: str = "Dana takes over") -> Assumption:
        """Hand it over."""
        return assumption_hand_over(
            user=user,
            cycle_id=self.cycle.pk,
            assumption_id=self.stated.pk,
            version=version,
            owner=owner,
            reason=reason,
        )

    def orphans(self) -> list[Assumption]:
        """Return those that have nobody who is here."""
        return list(without_owner(Assumption.objects.all()))


def said(**more: object) -> Stated:
    known: dict[str, object] = {"kind": "project", "state": "in_number", "first_bucket": MAY, "last_bucket": MAY}
    return Stated(**known | {"quantity": Decimal(30), "note": "140 roofs"} | more)  # type: ignore[arg-type]


@pytest.fixture
def world(cast: Cast) -> Iterator[World]:
    cycle = cycle_make(cast)
    harbour = series_make(cast.harbour)
    adopted_baseline(cycle, {harbour: 100})
    with acting(cast.ana, Source.PAGE):
        stated = assumption_state(user=cast.ana, cycle_id=cycle.pk, stated=said(customer=cast.harbour))
        yield World(cast, cycle, harbour, person_make("dana", Role.REP), stated)


def harbour_goes_to(world: World, owner: User) -> None:
    Customer.objects.filter(pk=world.cast.harbour.pk).update(owner=owner)


def test_a_planner_hands_it_to_the_new_rep_and_history_and_log_tell_it(world: World) -> None:
    harbour_goes_to(world, world.dana)
    cells = list(AssumptionCell.objects.values_list("pk", flat=True))
    with acting(world.cast.olga, Source.PAGE):
        given = world.give(world.cast.olga, world.dana)
    assert (given.owner, given.version) == (world.dana, 2)
    last = given.history.latest("history_id")
    assert (last.owner, last.history_user_name, last.history_change_reason) == (world.dana, "Olga", "Dana takes over")
    event = CycleEvent.objects.get(kind="assumption_handed_over")
    assert event.sentence == "Olga handed an assumption to Dana (project)."
    noted = ChangeSet.objects.get(assumption=given, scope__contains="handed over")
    assert (noted.user, noted.total_before, noted.total_after) == (world.cast.olga, 30, 30)
    assert list(AssumptionCell.objects.values_list("pk", flat=True)) == cells, "another owner gives the plan no more"


def test_its_owner_hands_it_to_a_planner(world: World) -> None:
    assert world.give(world.cast.ana, world.cast.olga).owner == world.cast.olga


@pytest.mark.parametrize("to", ["ben", "dana", "eve", "ana", None])
def test_only_a_person_who_may_state_it_owns_it(world: World, to: str | None) -> None:
    with pytest.raises(Refused):
        world.give(world.cast.olga, None if to is None else User.objects.get(username=to))
    assert Assumption.objects.get().owner == world.cast.ana


def test_a_deactivated_person_takes_nothing(world: World) -> None:
    harbour_goes_to(world, world.dana)
    User.objects.filter(pk=world.dana.pk).update(is_active=False)
    with pytest.raises(Refused, match="an active person who may state this"):
        world.give(world.cast.olga, world.dana)


def test_a_rep_hands_over_own_ones_only(world: World) -> None:
    harbour_goes_to(world, world.dana)
    with pytest.raises(NotAllowed, match="Only Ana or a demand planner"):
        world.give(world.dana, world.cast.olga)
    with pytest.raises(Refused, match="There is no such"):
        world.give(world.cast.ben, world.cast.olga)


def test_it_says_why_and_which_state_was_seen(world: World) -> None:
    with pytest.raises(Refused, match="Say why"):
        world.give(world.cast.ana, world.cast.olga, reason=" ")
    world.give(world.cast.ana, world.cast.olga)
    with pytest.raises(Conflict):
        world.give(world.cast.olga, world.cast.ana)


def test_nothing_changes_hands_once_the_step_is_closed_or_it_is_over(world: World) -> None:
    assumption_withdraw(
        user=world.cast.ana, cycle_id=world.cycle.pk, assumption_id=world.stated.pk, version=1, reason="Off"
    )
    with pytest.raises(Refused, match="It is withdrawn"):
        world.give(world.cast.ana, world.cast.olga, version=2)
    CycleStep.objects.filter(cycle=world.cycle, kind="gather").update(state="closed")
    with pytest.raises(StepClosed):
        world.give(world.cast.ana, world.cast.olga, version=2)


def test_who_could_own_it(world: World) -> None:
    assert [person.username for person in owners_possible(world.stated)] == ["ana", "olga"]
    of_all = assumption_state(user=world.cast.olga, cycle_id=world.cycle.pk, stated=said(product=world.harbour.product))
    assert [person.username for person in owners_possible(of_all)] == ["olga"]


def test_no_owner_who_is_here_when_they_left_lost_the_customer_or_the_right(world: World) -> None:
    assert world.orphans() == []
    harbour_goes_to(world, world.dana)
    assert world.orphans() == [world.stated]
    harbour_goes_to(world, world.cast.ana)
    User.objects.filter(pk=world.cast.ana.pk).update(is_active=False)
    assert world.orphans() == [world.stated]
    User.objects.filter(pk=world.cast.ana.pk).update(is_active=True)
    world.cast.ana.groups.clear()
    assert world.orphans() == [world.stated]
    world.give(world.cast.olga, world.cast.olga)
    assert world.orphans() == []


def test_a_planner_owns_what_is_of_all_customers_until_they_leave_and_what_is_over_waits_for_nobody(
    world: World,
) -> None:
    of_all = assumption_state(user=world.cast.olga, cycle_id=world.cycle.pk, stated=said(product=world.harbour.product))
    assert world.orphans() == []
    User.objects.filter(pk=world.cast.olga.pk).update(is_active=False)
    assert world.orphans() == [of_all]
    Assumption.objects.filter(pk=of_all.pk).update(state="expired")
    assert world.orphans() == []


def test_a_new_owner_is_told_by_whom_as_long_as_it_is_theirs(world: World) -> None:
    harbour_goes_to(world, world.dana)
    assert handed_to(world.cycle, world.cast.ana) == [], "stated, not handed"
    with acting(world.cast.olga, Source.PAGE):
        world.give(world.cast.olga, world.dana)
    (handed,) = handed_to(world.cycle, world.dana)
    assert (handed.assumption, handed.by) == (world.stated, "Olga")
    with acting(world.dana, Source.PAGE):
        world.give(world.dana, world.cast.olga, version=2, reason="Not mine")
    assert handed_to(world.cycle, world.dana) == []
    assert [each.by for each in handed_to(world.cycle, world.cast.olga)] == ["Dana"]
