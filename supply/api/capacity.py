"""Limits of suppliers and warehouses, and the loads the plan puts on them."""

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet

from sop.api.base import ListView, WriteView, cycle_of
from sop.models import User
from supply.api import capacity_shapes as shapes
from supply.models import Capacity, SupplierRule
from supply.selectors.capacity import capacity_rows, capacity_stated, supplier_rules
from supply.selectors.rough_cut import LoadMonth, rough_cut
from supply.selectors.workbench import run_current
from supply.services.capacity import capacity_set, supplier_rule_set


class LoadsView(ListView):
    """The rough cut: every limit month by month, what the current plan asks of it and what fits."""

    read_right = "supply.view_supply"
    item = shapes.LoadOut

    def rows(self, user: User, query: dict[str, Any], **address: Any) -> Sequence[LoadMonth]:
        """Return the loads; none before the first run."""
        run = run_current(cycle_of(address["cycle_id"]))
        return [month for row in rough_cut(run) for month in row.months] if run else []


class CapacityView(ListView, WriteView):
    """What suppliers accept and warehouses hold. POST sets the limit of one month."""

    read_right, write_right = "supply.view_supply", "supply.plan_supply"
    query, body, item = shapes.CapacityQuery, shapes.CapacityIn, shapes.CapacityOut
    orderings = {"month": ("bucket", "supplier__code", "location__code", "unit", "id")}

    def rows(self, user: User, query: dict[str, Any], **address: Any) -> QuerySet[Capacity]:
        """Return the limits."""
        cycle_of(address["cycle_id"])
        return capacity_rows().filter(**query)

    def write(self, user: User, fields: dict[str, Any], **address: Any) -> Capacity:
        """Set it."""
        supplier, location = fields.pop("supplier"), fields.pop("location")
        bucket, version = fields.pop("bucket"), fields.pop("version")
        owner = {"supplier_id": supplier.pk} if supplier else {"location_id": location.pk if location else 0}
        rows = capacity_set(
            user=user,
            cycle_id=cycle_of(address["cycle_id"]).pk,
            supplier_id=supplier.pk if supplier else None,
            location_id=location.pk if location else None,
            first=bucket,
            last=bucket,
            versions={row.pk: version for row in capacity_stated(owner, fields["unit"], bucket, bucket)},
            **fields,
        )
        return capacity_rows().get(pk=rows[0].pk)


class CutRulesView(ListView, WriteView):
    """By which rule each supplier's limits are shared, where one is stated. POST states a supplier's."""

    read_right, write_right = "supply.view_supply", "supply.plan_supply"
    query, body, item = shapes.CutRuleQuery, shapes.CutRuleIn, shapes.CutRuleOut
    orderings = {"supplier": ("supplier__code", "id")}

    def rows(self, user: User, query: dict[str, Any], **address: Any) -> QuerySet[SupplierRule]:
        """Return the rules."""
        cycle_of(address["cycle_id"])
        return supplier_rules().filter(**query)

    def write(self, user: User, fields: dict[str, Any], **address: Any) -> SupplierRule:
        """State it."""
        supplier = fields.pop("supplier")
        row = supplier_rule_set(user=user, cycle_id=cycle_of(address["cycle_id"]).pk, supplier_id=supplier.pk, **fields)
        return supplier_rules().get(pk=row.pk)
