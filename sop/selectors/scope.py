"""Whose rows a person sees and may change: the one place where row scope is decided."""

from django.db.models import QuerySet

from sop.models import Customer, User


def customers_visible(user: User) -> QuerySet[Customer]:
    """Return the customers this person sees in detail: own ones, or all with `view_all_customers`."""
    if not user.is_active:
        return Customer.objects.none()
    if user.has_perm("sop.view_all_customers"):
        return Customer.objects.all()
    return Customer.objects.filter(owner=user)


def customers_editable(user: User) -> QuerySet[Customer]:
    """Return the customers whose numbers this person may change as their owner."""
    if not user.is_active:
        return Customer.objects.none()
    return Customer.objects.filter(owner=user)
