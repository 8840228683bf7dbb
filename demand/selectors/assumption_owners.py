"""Who may own an assumption, which have nobody who is here, and what was handed to a person."""

from dataclasses import dataclass

from django.db import connection
from django.db.models import F, Q, QuerySet

from demand.constants import RUNNING
from demand.models import Assumption
from sop.models import Cycle, User
from sop.selectors.scope import people_with

# Who gave it away is in the history alone: the entry in which the owner is another than in the one before.
HANDED_SQL = """
    select distinct on (h.id) h.id, h.history_user_name from demand_historicalassumption h
    join demand_historicalassumption earlier on earlier.id = h.id and earlier.version = h.version - 1
    where h.owner_id = %s and earlier.owner_id <> h.owner_id and h.history_date >= %s
    order by h.id, h.version desc
"""


@dataclass(frozen=True)
class Handed:
    """An assumption somebody handed to a person."""

    assumption: Assumption
    by: str


def owners_possible(assumption: Assumption) -> QuerySet[User]:
    """Return the active people who may state this: whoever states of any customer, and the rep of its customer."""
    planners = Q(pk__in=people_with("demand.override_any_forecast"))
    rep = Q(pk__in=people_with("demand.override_forecast"), customers=assumption.customer_id)
    return User.objects.filter(planners | rep if assumption.customer_id else planners).distinct().order_by("name")


def without_owner(assumptions: QuerySet[Assumption]) -> QuerySet[Assumption]:
    """Return those still running whose owner left, or no longer has the customer or the right."""
    planners = Q(owner__in=people_with("demand.override_any_forecast"))
    reps = Q(owner__in=people_with("demand.override_forecast"), customer__owner=F("owner"))
    held = Assumption.objects.filter(planners | reps)
    return assumptions.filter(state__in=RUNNING).exclude(pk__in=held.values("pk"))


def handed_to(cycle: Cycle, user: User) -> list[Handed]:
    """Return the running assumptions handed to this person since the cycle opened, by whom; theirs still."""
    with connection.cursor() as cursor:
        cursor.execute(HANDED_SQL, [user.pk, cycle.opened_at])
        givers = dict(cursor.fetchall())
    found = Assumption.objects.filter(pk__in=givers, owner=user, state__in=RUNNING)
    named = found.select_related("product", "family", "customer").order_by("first_bucket", "pk")
    return [Handed(each, givers[each.pk]) for each in named]
