"""Saying that one has been through a product."""

from collections.abc import Sequence

from django.db import transaction

from demand.models import ReviewMark
from demand.selectors.series import series_editable
from sop.constants import StepKind
from sop.models import User
from sop.refusals import NotAllowed
from sop.services.cycle import step_edit_lock


@transaction.atomic
def reviewed_set(*, user: User, cycle_id: int, products: Sequence[int], reviewed: bool) -> int:
    """Mark products as reviewed by this person in this cycle, or take the mark back; return how many were named.

    A mark changes no number, so a submitted territory stays submitted. Raises StepClosed when gather demand is not
    open, NotAllowed for a product without a row of the person's own.
    """
    step_edit_lock(cycle_id=cycle_id, kind=StepKind.GATHER)
    named = set(products)
    own = set(series_editable(user).filter(product__in=named).values_list("product_id", flat=True))
    if named - own:
        raise NotAllowed("You can mark only products of your own customers.")
    if reviewed:
        marks = [ReviewMark(cycle_id=cycle_id, product_id=product, user=user) for product in sorted(own)]
        ReviewMark.objects.bulk_create(marks, ignore_conflicts=True)
    else:
        ReviewMark.objects.filter(cycle_id=cycle_id, user=user, product__in=own).delete()
    return len(own)
