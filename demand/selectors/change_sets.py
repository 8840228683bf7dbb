"""What people changed in one action each."""

from django.db.models import QuerySet

from demand.models import ChangeSet
from sop.models import Cycle, User


def change_sets(cycle: Cycle, user: User) -> QuerySet[ChangeSet]:
    """Return a cycle's change sets: everybody's for who sees every customer, else one's own."""
    found = ChangeSet.objects.filter(cycle=cycle).order_by("-at", "id")
    return found if user.has_perm("sop.view_all_customers") else found.filter(user=user)
