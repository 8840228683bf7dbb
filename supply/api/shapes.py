"""What of planning supply goes out to programs and comes in from them."""

from decimal import Decimal

from rest_framework import serializers

from sop.api.serializers import Body, Query, RowOut
from sop.models import Product, Supplier
from supply.constants import Draws, FlagKind, FlagState, ServiceType
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

NAMES = ("item", "family", "product", "location")


class OfItem(RowOut):
    """Base of rows that belong to a stock item: its codes beside its number."""

    family = serializers.CharField(source="item.product.family.code")
    product = serializers.CharField(source="item.product.code")
    location = serializers.CharField(source="item.location.code")


class SupplyRunOut(RowOut):
    """One calculation of the supply plan; the current one is what everybody sees."""

    class Meta:
        """What is shown."""

        model = SupplyRun
        fields = (
            *("id", "job", "snapshot_version", "first_bucket", "horizon_months", "draws", "complete", "current"),
            *("summary", "created_at"),
        )


class SupplyLineOut(OfItem):
    """One month of one stock item: quantities in base units, money in plan currency."""

    class Meta:
        """What is shown."""

        model = SupplyLine
        fields = (
            *(*NAMES, "bucket", "opening", "demand", "open_receipts", "planned_receipts", "releases", "wanted"),
            *("moved", "cut", "late", "shipped"),
            *("lost", "backlog", "closing", "safety_stock", "excess", "cover_months", "inventory_value"),
            *("purchases_value", "revenue", "cogs", "carrying", "lost_margin", "lost_revenue"),
        )


class SupplyLaneOut(OfItem):
    """What is ordered of one stock item from one of its several suppliers in a month, in base units."""

    supplier = serializers.CharField(source="supplier.code")

    class Meta:
        """What is shown."""

        model = SupplyLane
        fields = (*NAMES, "supplier", "bucket", "releases", "wanted", "moved", "cut", "late")


class SupplyItemOut(OfItem):
    """Why one stock item's safety stock is what it is."""

    class Meta:
        """What is shown."""

        model = SupplyItem
        fields = (
            *(*NAMES, "lead_time_days", "lead_time_sd_days", "protection_months", "demand_over_protection"),
            *("sd_over_protection", "share_demand_error", "share_lead_time", "share_yield", "moved", "cut", "facts"),
        )


class FlagOut(RowOut):
    """Something wrong with the plan of one stock item, supplier or warehouse, or of the company; priced and owned."""

    family = serializers.CharField(source="item.product.family.code", allow_null=True, default=None)
    product = serializers.CharField(source="item.product.code", allow_null=True, default=None)
    location = serializers.SerializerMethodField(help_text="Of the stock item, or the warehouse that is flagged.")
    supplier = serializers.CharField(source="supplier.code", allow_null=True, default=None)
    owner = serializers.CharField(source="owner.name", allow_null=True)

    class Meta:
        """What is shown."""

        model = SupplyFlag
        fields = (
            *("id", *NAMES, "supplier", "kind", "state", "first_bucket", "last_bucket", "units", "money", "cause"),
            *("owner", "note"),
        )

    def get_location(self, flag: SupplyFlag) -> str | None:
        """Return the code of the stock item's warehouse, or of the flagged one."""
        place = flag.item.location if flag.item else flag.location
        return place.code if place else None


class OrderOut(OfItem):
    """One purchase order line still to come; cost in the supplier's currency."""

    supplier = serializers.CharField(source="supplier.code")

    class Meta:
        """What is shown."""

        model = PurchaseOrderLine
        fields = (
            *("id", "number", "line", *NAMES, "supplier", "ordered_on", "first_promised_on", "promised_on"),
            *("ordered", "received", "unit_cost"),
        )


class ReceiptOut(RowOut):
    """A planner's own planned receipts of one month; `quantity` null: the engine's again."""

    class Meta:
        """What is shown."""

        model = ReceiptOverride
        fields = ("item", "bucket", "quantity", "reason", "version", "changed_at")


class LeadTimeOut(RowOut):
    """The lead time planned with for orders placed from a day on; what was measured stands beside it."""

    supplier = serializers.CharField(source="supplier.code")
    product = serializers.CharField(source="product.code", allow_null=True)
    version = serializers.IntegerField(help_text="Name it when you state this lead time anew.")

    class Meta:
        """What is shown."""

        model = LeadTimeAssumption
        fields = (
            *("id", "supplier", "product", "valid_from", "mean_days", "sd_days", "measured_mean_days"),
            *("measured_sd_days", "receipts_measured", "note", "version"),
        )


class PolicyOut(RowOut):
    """How a stock item is to be stocked; null: the target of its class, the calculated safety stock."""

    service_target = serializers.DecimalField(max_digits=5, decimal_places=4, allow_null=True)
    version = serializers.IntegerField(help_text="Name it when you change the rule.")

    class Meta:
        """What is shown."""

        model = StockItem
        fields = ("id", "service_target", "service_type", "safety_stock", "version")


class ItemQuery(Query):
    """Which stock items, by codes."""

    item = serializers.IntegerField(source="item_id")
    family = serializers.CharField(source="item__product__family__code")
    product = serializers.CharField(source="item__product__code")
    location = serializers.CharField(source="item__location__code")


class LineQuery(ItemQuery):
    """Which part of the supply plan, by codes and month."""

    bucket = serializers.DateField()


class FlagQuery(ItemQuery):
    """Which flags."""

    kind = serializers.ChoiceField(choices=FlagKind.choices)
    state = serializers.ChoiceField(choices=[state for state in FlagState.choices if state[0] != FlagState.GONE])


class SupplyRunIn(Body):
    """How often the risk of the run is drawn."""

    draws = serializers.ChoiceField(choices=Draws.choices, default=Draws.WORKING)


class ReceiptIn(Body):
    """Planned receipts of one month; `version` is the one last seen, 0 for none."""

    bucket = serializers.DateField()
    quantity = serializers.DecimalField(max_digits=16, decimal_places=3, allow_null=True)
    reason = serializers.CharField(max_length=200)
    version = serializers.IntegerField(min_value=0)


class LeadTimeQuery(Query):
    """Whose lead times, by codes."""

    supplier = serializers.CharField(source="supplier__code")
    product = serializers.CharField(source="product__code")


class LeadTimeIn(Body):
    """A lead time for orders placed from a day on, of a supplier or of one of its products.

    `version` is the one last seen for that very day, 0 for none.
    """

    supplier = serializers.SlugRelatedField(slug_field="code", queryset=Supplier.objects.all())
    product = serializers.SlugRelatedField(
        slug_field="code", queryset=Product.objects.all(), required=False, allow_null=True, default=None
    )
    valid_from = serializers.DateField()
    mean_days = serializers.DecimalField(max_digits=6, decimal_places=1)
    sd_days = serializers.DecimalField(max_digits=6, decimal_places=1, default=Decimal(0))
    reason = serializers.CharField(max_length=2000)
    version = serializers.IntegerField(min_value=0)


class PolicyIn(Body):
    """A stocking rule; the target as a share, 0.95 for 95 %, null: its class's; `version` is the one last seen."""

    service_target = serializers.DecimalField(max_digits=5, decimal_places=4, allow_null=True)
    service_type = serializers.ChoiceField(choices=ServiceType.choices)
    safety_stock = serializers.DecimalField(max_digits=16, decimal_places=3, allow_null=True)
    reason = serializers.CharField(max_length=2000)
    version = serializers.IntegerField(min_value=0)


class AnswerIn(Body):
    """An answer to a flag: accepted or raised, with a note."""

    state = serializers.ChoiceField(choices=[FlagState.ACCEPTED.value, FlagState.RAISED.value])
    note = serializers.CharField(required=False, allow_blank=True, max_length=2000, default="")
