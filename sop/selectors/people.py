"""Every read about people: who is here, in which role, with which territory; one's own tokens."""

from django.db.models import Count, Q, QuerySet

from sop.models import ApiToken, Customer, User


def people(*, inactive: bool = False) -> QuerySet[User]:
    """Return everybody with roles and number of customers, by name; with `inactive` the deactivated ones instead."""
    found = User.objects.filter(is_active=not inactive).annotate(customer_count=Count("customers", distinct=True))
    return found.prefetch_related("groups").order_by("name")


def customers_without_owner() -> int:
    """Return how many customers belong to no active rep: nobody adjusts their forecast."""
    return Customer.objects.filter(Q(owner=None) | Q(owner__is_active=False)).count()


def tokens(user: User) -> QuerySet[ApiToken]:
    """Return one's own tokens, the latest first, revoked ones included."""
    return ApiToken.objects.filter(user=user).order_by("-created_at")


def person_history(of: User) -> QuerySet[User]:
    """Return what changed on a person's account, the latest first."""
    return of.history.order_by("-history_date", "-history_id")  # type: ignore[no-any-return]
