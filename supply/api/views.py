"""The supply plan: lines, why, flags, open orders; running it and setting what planners set."""

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404

from sop.api.base import ListView, OneView, WriteView, cycle_of
from sop.models import User
from supply.api import shapes
from supply.models import (
    LeadTimeAssumption,
    PurchaseOrderLine,
    ReceiptOverride,
    StockItem,
    SupplyFlag,
    SupplyItem,
    SupplyLane,
    SupplyLine,
    SupplyRun,
)
from supply.selectors import lines as selectors
from supply.selectors.item import orders_open
from supply.selectors.workbench import flags
from supply.services.flags import flag_answer
from supply.services.inputs import Policy, lead_time_set, policy_set
from supply.services.receipts import ReceiptCell, receipts_set
from supply.services.run import supply_request

VIEW = "supply.view_supply"
PLAN = "supply.plan_supply"
BY_ITEM = ("item__product__code", "item__location__code", "id")


class LinesView(ListView):
    """The current supply plan, one row per stock item and month."""

    read_right = VIEW
    query, item = shapes.LineQuery, shapes.SupplyLineOut
    orderings = {
        "item": ("item__product__code", "item__location__code", "bucket", "id"),
        "month": ("bucket", "item__product__code", "item__location__code", "id"),
        "lost_revenue": ("-lost_revenue", "id"),
    }

    def rows(self, user: User, query: dict[str, Any], **address: Any) -> QuerySet[SupplyLine]:
        """Return the lines."""
        return selectors.lines(cycle_of(address["cycle_id"])).filter(**query)


class LaneOrdersView(ListView):
    """What the current plan orders from each supplier of stock items with several, by month."""

    read_right = VIEW
    query, item = shapes.LineQuery, shapes.SupplyLaneOut
    orderings = {
        "item": ("item__product__code", "item__location__code", "supplier__code", "bucket", "id"),
        "month": ("bucket", "item__product__code", "item__location__code", "supplier__code", "id"),
    }

    def rows(self, user: User, query: dict[str, Any], **address: Any) -> QuerySet[SupplyLane]:
        """Return the orders."""
        return selectors.lane_orders(cycle_of(address["cycle_id"])).filter(**query)


class ItemsView(ListView):
    """How the current run set each stock item's safety stock."""

    read_right = VIEW
    query, item = shapes.ItemQuery, shapes.SupplyItemOut
    orderings = {"item": BY_ITEM}

    def rows(self, user: User, query: dict[str, Any], **address: Any) -> QuerySet[SupplyItem]:
        """Return the items."""
        return selectors.items(cycle_of(address["cycle_id"])).filter(**query)


class FlagsView(ListView):
    """What is wrong with the supply plan, most money first."""

    read_right = VIEW
    query, item = shapes.FlagQuery, shapes.FlagOut
    orderings = {"money": ("-money", "id"), "month": ("first_bucket", "-money", "id"), "item": BY_ITEM}

    def rows(self, user: User, query: dict[str, Any], **address: Any) -> QuerySet[SupplyFlag]:
        """Return the live flags."""
        return flags(cycle_of(address["cycle_id"])).filter(**query)


class FlagAnswerView(WriteView):
    """Take a flag on, or raise it to reconcile."""

    write_right = "supply.flag_shortage"
    body, item = shapes.AnswerIn, shapes.FlagOut

    def write(self, user: User, fields: dict[str, Any], **address: Any) -> SupplyFlag:
        """Answer it."""
        return flag_answer(user=user, flag_id=address["flag_id"], **fields)


class OrdersView(ListView):
    """Purchase order lines of one stock item still to come."""

    read_right = VIEW
    item = shapes.OrderOut
    orderings = {"promised": ("promised_on", "id")}

    def rows(self, user: User, query: dict[str, Any], **address: Any) -> QuerySet[PurchaseOrderLine]:
        """Return the orders."""
        found = orders_open(get_object_or_404(StockItem, pk=address["item_id"]))
        return found.select_related("supplier", "item__product__family", "item__location")


class RunsView(ListView, WriteView):
    """A cycle's supply runs, latest first. POST asks for a new one; follow its job."""

    read_right, write_right = VIEW, PLAN
    body, item = shapes.SupplyRunIn, shapes.SupplyRunOut
    orderings = {"created": ("-created_at", "id")}

    def rows(self, user: User, query: dict[str, Any], **address: Any) -> QuerySet[SupplyRun]:
        """Return the runs."""
        return selectors.runs(cycle_of(address["cycle_id"]))

    def write(self, user: User, fields: dict[str, Any], **address: Any) -> SupplyRun:
        """Ask for a run."""
        return supply_request(user=user, cycle_id=cycle_of(address["cycle_id"]).pk, **fields)


class ReceiptsView(WriteView):
    """Put a number in place of the planned receipts of one month."""

    write_right = PLAN
    body, item = shapes.ReceiptIn, shapes.ReceiptOut

    def write(self, user: User, fields: dict[str, Any], **address: Any) -> ReceiptOverride:
        """Set the receipts."""
        stock_item = get_object_or_404(StockItem, pk=address["item_id"])
        cycle = cycle_of(address["cycle_id"])
        reason, cell = fields.pop("reason"), ReceiptCell(**fields)
        return receipts_set(user=user, cycle_id=cycle.pk, item_id=stock_item.pk, cells=[cell], reason=reason)[0]


class LeadTimesView(ListView, WriteView):
    """What lead times are assumed. POST states that of a supplier, or of one of its products."""

    read_right, write_right = VIEW, PLAN
    query, body, item = shapes.LeadTimeQuery, shapes.LeadTimeIn, shapes.LeadTimeOut
    orderings = {"supplier": ("supplier__code", "product__code", "valid_from", "id")}

    def rows(self, user: User, query: dict[str, Any], **address: Any) -> QuerySet[LeadTimeAssumption]:
        """Return the assumptions."""
        cycle_of(address["cycle_id"])
        return selectors.lead_times().filter(**query)

    def write(self, user: User, fields: dict[str, Any], **address: Any) -> LeadTimeAssumption:
        """State it."""
        supplier, product = fields.pop("supplier"), fields.pop("product")
        row = lead_time_set(
            user=user,
            cycle_id=cycle_of(address["cycle_id"]).pk,
            supplier_id=supplier.pk,
            product_id=product.pk if product else None,
            **fields,
        )
        return selectors.lead_times().get(pk=row.pk)


class PolicyView(OneView, WriteView):
    """How a stock item is to be stocked. POST changes its service target or its own safety stock."""

    read_right, write_right = VIEW, PLAN
    body, item = shapes.PolicyIn, shapes.PolicyOut

    def one(self, user: User, query: dict[str, Any], **address: Any) -> StockItem:
        """Return the rule."""
        return get_object_or_404(selectors.policies(), pk=address["item_id"])

    def write(self, user: User, fields: dict[str, Any], **address: Any) -> StockItem:
        """Change it."""
        stock_item = get_object_or_404(StockItem, pk=address["item_id"])
        reason, version = fields.pop("reason"), fields.pop("version")
        cycle_id = cycle_of(address["cycle_id"]).pk
        policy = Policy(**fields)
        policy_set(user=user, cycle_id=cycle_id, item_id=stock_item.pk, policy=policy, reason=reason, version=version)
        return selectors.policies().get(pk=stock_item.pk)
