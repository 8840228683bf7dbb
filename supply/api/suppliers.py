"""How suppliers stand, for programs: one row a supplier, and one supplier with the regimes of its lead time."""

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from rest_framework import serializers

from sop.api.base import ListView, OneView, cycle_of
from sop.api.serializers import RowOut
from sop.models import User
from supply.models import SupplierRecord
from supply.selectors.supplier_regimes import supplier_regimes
from supply.selectors.suppliers import supplier_records

VIEW = "supply.view_supply"


class SupplierRecordOut(RowOut):
    """How one supplier stands in the current run; shares in 0..1, null where no line tells; money at cost."""

    name = serializers.CharField(source="supplier.name")
    supplier = serializers.CharField(source="supplier.code")
    supplier_id = serializers.IntegerField()
    stock_gap = serializers.DecimalField(
        max_digits=18,
        decimal_places=2,
        allow_null=True,
        help_text="More stock with the measured lead times than with the assumed ones; null: too few receipts.",
    )

    class Meta:
        """What is shown."""

        model = SupplierRecord
        fields = (
            *("supplier_id", "supplier", "name", "assumed_days", "since", "measured_days", "measured_sd_days"),
            *("receipts", "left_out", "days_gap", "stock_gap", "due", "on_time", "on_time_in_full"),
            *("late_mean_days", "late_sd_days", "short", "open_lines", "overdue"),
        )


class RegimeOut(serializers.Serializer[Any]):
    """One regime: orders of a stretch that took one lead time [days]."""

    first = serializers.DateField()
    last = serializers.DateField()
    receipts = serializers.IntegerField()
    still_open = serializers.IntegerField()
    mean_days = serializers.FloatField()
    sd_days = serializers.FloatField()
    p50_days = serializers.FloatField()
    p80_days = serializers.FloatField()
    p95_days = serializers.FloatField()


class SupplierRegimesOut(SupplierRecordOut):
    """One supplier with the regimes of its lead time, the oldest first."""

    regimes = RegimeOut(many=True)
    trend_days_a_month = serializers.FloatField(help_text="Growth inside the present regime; 0 where unsure.")

    class Meta(SupplierRecordOut.Meta):
        """What is shown."""

        fields = (*SupplierRecordOut.Meta.fields, "regimes", "trend_days_a_month")  # type: ignore[assignment]


class SuppliersView(ListView):
    """How suppliers stand in the current run: lead time of the present regime, promises kept, money of the gap."""

    read_right = VIEW
    item = SupplierRecordOut
    orderings = {
        "supplier": ("supplier__code", "id"),
        "stock_gap": ("stock_gap", "id"),
        "days_gap": ("days_gap", "id"),
        "on_time_in_full": ("on_time_in_full", "id"),
    }

    def rows(self, user: User, query: dict[str, Any], **address: Any) -> QuerySet[SupplierRecord]:
        """Return the records."""
        return supplier_records(cycle_of(address["cycle_id"]))


class SupplierView(OneView):
    """One supplier with the regimes of its lead time."""

    read_right = VIEW
    item = SupplierRegimesOut

    def one(self, user: User, query: dict[str, Any], **address: Any) -> SupplierRecord:
        """Return the record."""
        cycle = cycle_of(address["cycle_id"])
        record = get_object_or_404(supplier_records(cycle), supplier_id=address["supplier_id"])
        record.regimes, record.trend_days_a_month = supplier_regimes(cycle, record.supplier_id)  # type: ignore[attr-defined]
        return record
