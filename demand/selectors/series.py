"""Which series a person sees and may change."""

from django.db.models import QuerySet

from demand.models import Series
from sop.models import User
from sop.selectors.scope import customers_editable, customers_visible


def series_visible(user: User) -> QuerySet[Series]:
    """Return the active series of the customers this person sees in detail."""
    return Series.objects.filter(active=True, customer__in=customers_visible(user))


def series_editable(user: User) -> QuerySet[Series]:
    """Return the active series whose numbers this person may change."""
    if user.has_perm("demand.override_any_forecast"):
        return Series.objects.filter(active=True)
    if user.has_perm("demand.override_forecast"):
        return Series.objects.filter(active=True, customer__in=customers_editable(user))
    return Series.objects.none()


def layer_of(user: User) -> str:
    """Return which layer this person's numbers belong to: a planner's are consensus, a rep's are sales."""
    return "consensus" if user.has_perm("demand.override_any_forecast") else "sales"


def series_named(ids: list[int]) -> dict[int, str]:
    """Return what each series is called under its product: customer and warehouse."""
    found = Series.objects.filter(pk__in=ids).values_list("pk", "customer__name", "location__name")
    return {pk: f"{customer}, {location}" for pk, customer, location in found}
