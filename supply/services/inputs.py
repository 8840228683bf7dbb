"""What planners state: lead times and stocking policy, each with its reason and its history."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.db.models import Q

from sop.constants import StepKind
from sop.models import Cycle, User
from sop.refusals import NotAllowed, Refused
from sop.services.cycle import step_edit_lock
from sop.services.whole import whole
from supply.constants import ServiceType
from supply.models import LeadTimeAssumption, StockItem
from supply.selectors.problem import items_bought
from supply.services.replan import replanning
from supply.services.seen import unchanged


@dataclass(frozen=True)
class Policy:
    """How a stock item is to be stocked; None means the target of its class, and the calculated safety stock."""

    service_target: Decimal | None
    service_type: str
    safety_stock: Decimal | None


@transaction.atomic
def lead_time_set(
    *,
    user: User,
    cycle_id: int,
    supplier_id: int,
    product_id: int | None,
    valid_from: date,
    mean_days: Decimal,
    sd_days: Decimal,
    reason: str,
    version: int,
) -> LeadTimeAssumption:
    """State the lead time for orders placed from a day on; what was measured stays beside it.

    `version` is the one last seen (0 = none stated for that day yet); somebody else's newer one raises Conflict.
    """
    cycle = _edit(user, cycle_id)
    if not reason.strip():
        raise Refused("Say why the lead time is assumed to be so.")
    if mean_days <= 0:
        raise Refused("A lead time is at least a day.")
    if sd_days < 0:
        raise Refused("The spread of a lead time cannot be below zero.")
    row = (
        LeadTimeAssumption.objects.select_for_update(of=("self",))  # its usual order joins product, which may be none
        .filter(
            Q(product_id=product_id) if product_id else Q(product=None), supplier_id=supplier_id, valid_from=valid_from
        )
        .first()
    )
    if row is None:
        row = LeadTimeAssumption(supplier_id=supplier_id, product_id=product_id, valid_from=valid_from)
    else:
        now = f"the lead time from {row.valid_from:%d %b %Y} to {row.mean_days:f} days, give or take {row.sd_days:f},"
        unchanged(row, ("mean_days", "sd_days", "note"), version=version, now=now)
    row.mean_days, row.sd_days, row.note = mean_days, sd_days, reason.strip()
    row._change_reason = reason.strip()  # type: ignore[attr-defined]
    with replanning(cycle, lambda: items_bought(supplier_id, product_id)), whole():
        row.save()
    return row


@transaction.atomic
def policy_set(*, user: User, cycle_id: int, item_id: int, policy: Policy, reason: str, version: int) -> StockItem:
    """Change a stock item's service target or its own safety stock, seen at a version; a newer rule raises Conflict."""
    cycle = _edit(user, cycle_id)
    if not reason.strip():
        raise Refused("Say why the stocking rule changes.")
    if policy.service_target is not None and not Decimal("0.5") <= policy.service_target <= Decimal("0.9999"):
        raise Refused("A service target lies between 50 % and 99.99 %.")
    if policy.service_type not in ServiceType.values:
        raise Refused("Choose what the target promises.")
    if policy.safety_stock is not None and policy.safety_stock < 0:
        raise Refused("Safety stock cannot be below zero.")
    item = StockItem.objects.select_for_update().get(pk=item_id)
    unchanged(item, ("service_target", "service_type", "safety_stock"), version=version, now=_policy_words(item))
    item.service_target, item.service_type = policy.service_target, policy.service_type
    item.safety_stock = policy.safety_stock
    item._change_reason = reason.strip()  # type: ignore[attr-defined]
    with replanning(cycle, lambda: [item_id]):
        item.save()
    return item


def _policy_words(item: StockItem) -> str:
    stock = item.safety_stock
    own = "the calculated safety stock" if stock is None else f"a safety stock of {stock.normalize():,f}"
    if item.service_target is None:
        return f"the rule to the target of its class and {own}"
    return f"the rule to {item.service_target:.2%} ({item.get_service_type_display().lower()}) and {own}"


def _edit(user: User, cycle_id: int) -> Cycle:
    if not user.has_perm("supply.plan_supply"):
        raise NotAllowed("Only supply planners change the supply plan.")
    return step_edit_lock(cycle_id=cycle_id, kind=StepKind.SUPPLY).cycle
