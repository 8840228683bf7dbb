"""Whose rows a person sees and may change: the one place where row scope is decided."""

from django.db.models import Q, QuerySet

from sop.models import Customer, User

RIGHTS = "django.contrib.auth.backends.ModelBackend"  # roles are groups of Django's own rights


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


def people_seeing(customers: QuerySet[Customer]) -> QuerySet[User]:
    """Return the active people who see one or more of these customers in detail: `customers_visible` looked back."""
    if not customers.exists():
        return User.objects.none()
    owners = Q(pk__in=customers.filter(owner__isnull=False).values("owner"))
    return User.objects.filter(owners | Q(pk__in=people_with("sop.view_all_customers")), is_active=True)


def people_with(permission: str) -> QuerySet[User]:
    """Return the active people who hold a right."""
    found: QuerySet[User] = User.objects.with_perm(permission, is_active=True, backend=RIGHTS)
    return found
