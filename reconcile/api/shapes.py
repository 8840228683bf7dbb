"""What of reconcile goes out to programs and comes in from them."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from reconcile.constants import ConflictKind, ConflictState, LeverKind, ScenarioState
from reconcile.models import Conflict, Lever, Scenario, ScenarioLine, ScenarioRun
from sop.api.serializers import Body, Query, RowOut
from sop.models import Family, Product


class _Number(serializers.DecimalField):
    """A sum in units or in plan currency, as text, to the third place."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_digits=None, decimal_places=3, **options)


class SheetMonthOut(serializers.Serializer[Any]):
    """One month of the family sheet: base units and plan currency."""

    bucket = serializers.DateField()
    demand = _Number()
    receipts = _Number()
    shipped = _Number()
    lost = _Number()
    closing = _Number()
    safety_stock = _Number()
    revenue = _Number()
    cogs = _Number()
    inventory_value = _Number()
    purchases_value = _Number()
    carrying = _Number()
    lost_revenue = _Number()
    lost_margin = _Number()
    margin_share = serializers.FloatField(allow_null=True)
    budget = _Number(allow_null=True)
    budget_gap = _Number(allow_null=True)


class ConflictOut(RowOut):
    """One contradiction of demand, supply and money, priced, dated and owned."""

    family = serializers.CharField(source="family.code")
    product = serializers.CharField(source="product.code", allow_null=True)
    owner = serializers.CharField(source="owner.name", allow_null=True)

    class Meta:
        """What is shown."""

        model = Conflict
        fields = (
            *("id", "kind", "state", "family", "product", "first_bucket", "last_bucket", "money", "units"),
            *("sentence", "owner", "note", "raised_at"),
        )


class LeverOut(RowOut):
    """One lever pulled in a scenario; without family and product it holds for everything."""

    family = serializers.CharField(source="family.code", allow_null=True)
    product = serializers.CharField(source="product.code", allow_null=True)

    class Meta:
        """What is shown."""

        model = Lever
        fields = ("id", "scenario", "kind", "family", "product", "first_bucket", "last_bucket", "params")


class ScenarioRunOut(RowOut):
    """One calculation of a scenario; `kpis` are totals over the horizon in plan currency, and what is bought ahead."""

    class Meta:
        """What is shown."""

        model = ScenarioRun
        fields = ("id", "scenario", "job", "supply_run", "complete", "current", "kpis", "warnings", "created_at")


class ScenarioOut(RowOut):
    """One possible plan with its levers; `run` is the calculation that is shown, null before the first."""

    created_by = serializers.CharField(source="created_by.name", allow_null=True)
    levers = LeverOut(many=True)
    run = serializers.SerializerMethodField()

    class Meta:
        """What is shown."""

        model = Scenario
        fields = ("id", "cycle", "name", "note", "base", "state", "created_by", "created_at", "levers", "run")

    @extend_schema_field(ScenarioRunOut(allow_null=True))
    def get_run(self, scenario: Scenario) -> Any:
        """Return the run whose figures are shown; lists have loaded it along."""
        return next((ScenarioRunOut(run).data for run in scenario.runs.all() if run.current), None)


class ScenarioLineOut(RowOut):
    """One month of one stock item in a scenario's run."""

    family = serializers.CharField(source="item.product.family.code")
    product = serializers.CharField(source="item.product.code")
    location = serializers.CharField(source="item.location.code")

    class Meta:
        """What is shown."""

        model = ScenarioLine
        fields = (
            *("item", "family", "product", "location", "bucket", "demand", "receipts", "shipped", "lost", "closing"),
            *("safety_stock", "price", "revenue", "cogs", "inventory_value", "purchases_value", "carrying"),
            *("lost_revenue", "lost_margin"),
        )


class SheetQuery(Query):
    """Whose sheet: of a family or of all, in a scenario or in the base plan."""

    family = serializers.SlugRelatedField(slug_field="code", queryset=Family.objects.all())
    scenario = serializers.IntegerField()


class ConflictQuery(Query):
    """Which conflicts."""

    kind = serializers.ChoiceField(choices=ConflictKind.choices)
    state = serializers.ChoiceField(choices=[row for row in ConflictState.choices if row[0] != ConflictState.GONE])
    family = serializers.CharField(source="family__code")


class ScenarioQuery(Query):
    """Which scenarios."""

    base = serializers.BooleanField()
    state = serializers.ChoiceField(choices=[row for row in ScenarioState.choices if row[0] != ScenarioState.DROPPED])


class LineQuery(Query):
    """Which lines, by codes."""

    family = serializers.CharField(source="item__product__family__code")
    product = serializers.CharField(source="item__product__code")
    location = serializers.CharField(source="item__location__code")
    bucket = serializers.DateField()


class ScenarioIn(Body):
    """A new scenario."""

    name = serializers.CharField(max_length=120)
    note = serializers.CharField(required=False, allow_blank=True, max_length=500, default="")


class CombineIn(Body):
    """Several scenarios to be calculated as one."""

    name = serializers.CharField(max_length=120)
    scenarios = serializers.ListField(child=serializers.IntegerField(), max_length=50)


class LeverIn(Body):
    """A lever with its scope, months and strength."""

    kind = serializers.ChoiceField(choices=LeverKind.choices)
    family = serializers.SlugRelatedField(slug_field="code", queryset=Family.objects.all(), required=False)
    product = serializers.SlugRelatedField(slug_field="code", queryset=Product.objects.all(), required=False)
    first_bucket = serializers.DateField()
    last_bucket = serializers.DateField(required=False, allow_null=True)
    params = serializers.DictField(
        child=serializers.FloatField(),
        required=False,
        help_text="raise_price: percent, elasticity; safety_stock: target or multiplier; pre_buy: cover_months.",
    )


class ConflictIn(Body):
    """An answer to a conflict: owned (open) or accepted as it is, with a note."""

    state = serializers.ChoiceField(choices=[ConflictState.OPEN.value, ConflictState.ACCEPTED.value])
    note = serializers.CharField(required=False, allow_blank=True, max_length=2000, default="")
