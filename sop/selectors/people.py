"""Every read about people: who is here, in which role, with which territory; one's own tokens."""

from django.db.models import Count, Q, QuerySet

from sop.constants import Role
from sop.models import ApiToken, Customer, User


def people(*, inactive: bool = False) -> QuerySet[User]:
    """Return everybody with roles and number of customers, by name; with `inactive` the deactivated ones instead."""
    found = User.objects.filter(is_active=not inactive).annotate(customer_count=Count("customers", distinct=True))
    return found.prefetch_related("groups").order_by("name")


def person(person_id: int) -> User | None:
    """Return one person, None when there is nobody by this id."""
    return User.objects.prefetch_related("groups").filter(pk=person_id).first()


def role_labels(user: User) -> list[str]:
    """Return a person's roles in words, from groups already loaded."""
    held = {group.name for group in user.groups.all()}
    return [role.label for role in Role if role.value in held]


def customers_by_owner() -> QuerySet[Customer]:
    """Return all customers with their region and owner, to hand out territories."""
    return Customer.objects.select_related("region", "owner").order_by("region__name", "name")


def customers_without_owner() -> int:
    """Return how many customers belong to no active rep: nobody adjusts their forecast."""
    return Customer.objects.filter(Q(owner=None) | Q(owner__is_active=False)).count()


def holders(role: Role) -> QuerySet[User]:
    """Return the active people of a role."""
    return User.objects.filter(is_active=True, groups__name=role.value).order_by("name")


def tokens(user: User) -> QuerySet[ApiToken]:
    """Return one's own tokens, the latest first, revoked ones included."""
    return ApiToken.objects.filter(user=user).order_by("-created_at")


def person_history(of: User) -> QuerySet[User]:
    """Return what changed on a person's account, the latest first."""
    return of.history.order_by("-history_date", "-history_id")  # type: ignore[attr-defined,no-any-return]
