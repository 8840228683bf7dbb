"""Conflicts between demand, supply and money, and the scenarios that could settle them."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from reconcile.constants import ConflictKind, ConflictState, LeverKind, ScenarioState
from sop.formats import MINUS
from sop.models.history import history


class Conflict(models.Model):
    """One row is one contradiction in one family, priced, dated and owned."""

    cycle = models.ForeignKey("sop.Cycle", on_delete=models.PROTECT, related_name="conflicts")
    kind = models.CharField(max_length=10, choices=ConflictKind)
    family = models.ForeignKey("sop.Family", on_delete=models.PROTECT, related_name="conflicts")
    product = models.ForeignKey(
        "sop.Product", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )  # worst
    first_bucket = models.DateField()  # the month it bites
    last_bucket = models.DateField()
    money = models.DecimalField(max_digits=18, decimal_places=2)  # at stake, in plan currency, never negative
    units = models.DecimalField(max_digits=16, decimal_places=3, default=0)
    sentence = models.TextField()
    state = models.CharField(max_length=8, choices=ConflictState, default=ConflictState.OPEN)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    note = models.TextField(blank=True)
    raised_at = models.DateTimeField()
    gone_at = models.DateTimeField(null=True, blank=True)
    history = history()

    class Meta:
        """One conflict per cycle, kind and family."""

        ordering = ["-money"]
        constraints = [models.UniqueConstraint(fields=["cycle", "kind", "family"], name="conflict_once")]
        permissions = [
            ("view_reconcile", "See demand and supply side by side"),
            ("edit_scenario", "Create scenarios and pull levers"),
            ("own_conflict", "Own and answer conflicts"),
            ("close_reconcile", "Close reconcile"),
            ("export_reconcile", "Export the family sheet"),
        ]

    def __str__(self) -> str:
        return self.sentence


class Scenario(models.Model):
    """One row is one possible plan of a cycle: today's plan with some levers pulled."""

    cycle = models.ForeignKey("sop.Cycle", on_delete=models.PROTECT, related_name="scenarios")
    name = models.CharField(max_length=120)
    note = models.TextField(blank=True)
    base = models.BooleanField(default=False)  # the plan with no lever pulled
    state = models.CharField(max_length=8, choices=ScenarioState, default=ScenarioState.DRAFT)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    history = history()

    class Meta:
        """Names tell scenarios apart; one base per cycle."""

        ordering = ["-base", "created_at"]
        constraints = [
            models.UniqueConstraint(fields=["cycle", "name"], name="scenario_name_once"),
            models.UniqueConstraint(fields=["cycle"], condition=Q(base=True), name="scenario_one_base"),
        ]

    def __str__(self) -> str:
        return self.name


class Lever(models.Model):
    """One row is one lever pulled in a scenario: kind, scope, months, strength."""

    scenario = models.ForeignKey(Scenario, on_delete=models.CASCADE, related_name="levers")
    kind = models.CharField(max_length=14, choices=LeverKind)
    family = models.ForeignKey(
        "sop.Family", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )  # or all
    product = models.ForeignKey("sop.Product", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    first_bucket = models.DateField()
    last_bucket = models.DateField(null=True, blank=True)  # empty = to the end of the horizon
    # safety_stock: {"target": 0.98} or {"multiplier": 1.2}; raise_price: {"percent": 5, "elasticity": -0.8};
    # pre_buy: {"cover_months": 3} or {} for the cover rule
    params = models.JSONField(default=dict)
    history = history()

    class Meta:
        """In the order they were pulled; the engine applies them in its own fixed order."""

        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} in {self.scenario}"

    @property
    def strength(self) -> str:
        """Return how hard the lever is pulled, in words: +8%, elasticity −0.5."""
        words = {
            "percent": "{:+g}%",
            "elasticity": "elasticity {:g}",
            "target": "service {:.1%}",
            "multiplier": "{:g} times the safety stock",
            "cover_months": "{:g} months ahead",
        }
        told = [text.format(float(self.params[name])) for name, text in words.items() if name in self.params]
        return ", ".join(told).replace("-", MINUS)


class ScenarioRun(models.Model):
    """One row is one calculation of a scenario; the current one is what comparisons show."""

    scenario = models.ForeignKey(Scenario, on_delete=models.CASCADE, related_name="runs")
    job = models.OneToOneField("sop.Job", null=True, on_delete=models.PROTECT, related_name="scenario_run")
    supply_run = models.ForeignKey("supply.SupplyRun", on_delete=models.PROTECT, related_name="+")
    complete = models.BooleanField(default=False)
    current = models.BooleanField(default=False)
    # Totals over the horizon, in plan currency; `pre_buys`: [stock item, units, month ordered, month it arrives].
    kpis = models.JSONField(default=dict)
    warnings = models.JSONField(default=list)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        """One current run per scenario."""

        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(fields=["scenario"], condition=Q(current=True), name="scenariorun_one_current"),
            models.CheckConstraint(condition=Q(current=False) | Q(complete=True), name="scenariorun_current_complete"),
        ]

    def __str__(self) -> str:
        return f"{self.scenario}, run {self.pk}"


class ScenarioLine(models.Model):
    """One row is one month of one stock item in one scenario run."""

    run = models.ForeignKey(ScenarioRun, on_delete=models.CASCADE, related_name="lines")
    item = models.ForeignKey("supply.StockItem", on_delete=models.PROTECT, related_name="+")
    bucket = models.DateField()
    demand = models.DecimalField(max_digits=16, decimal_places=3)
    receipts = models.DecimalField(max_digits=16, decimal_places=3)
    shipped = models.DecimalField(max_digits=16, decimal_places=3)
    lost = models.DecimalField(max_digits=16, decimal_places=3)
    closing = models.DecimalField(max_digits=16, decimal_places=3)
    safety_stock = models.DecimalField(max_digits=16, decimal_places=3)
    price = models.DecimalField(max_digits=14, decimal_places=4)
    revenue = models.DecimalField(max_digits=18, decimal_places=2)
    cogs = models.DecimalField(max_digits=18, decimal_places=2)
    inventory_value = models.DecimalField(max_digits=18, decimal_places=2)
    purchases_value = models.DecimalField(max_digits=18, decimal_places=2)
    carrying = models.DecimalField(max_digits=18, decimal_places=2)
    lost_revenue = models.DecimalField(max_digits=18, decimal_places=2)
    lost_margin = models.DecimalField(max_digits=18, decimal_places=2)

    class Meta:
        """Once per run, item and month."""

        constraints = [models.UniqueConstraint(fields=["run", "item", "bucket"], name="scenarioline_once")]

    def __str__(self) -> str:
        return f"{self.item} {self.bucket:%b %Y}"
