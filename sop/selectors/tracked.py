"""The tables that carry history, as the history page tells them: name, what a row is about, who sees it, whose it is.

A table with history that is missing here is shown to nobody, and a test fails.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any

from django.apps import apps
from django.db.models import ForeignKey, Model

from sop.models import Customer, User

EVERYBODY = ""
WHOLE = "sop.view_all_customers"  # money paid and the company's rules are not for people with a territory only
DEMAND, SUPPLY = "demand.view_demand", "supply.view_supply"
RECONCILE, REVIEW, PUBLISH = "reconcile.view_reconcile", "review.view_review", "publish.view_plan"

# Table -> its name, the columns that say which row it is, the right to see it. Later steps' tables by name only.
TABLES: dict[str, tuple[str, tuple[str, ...], str]] = {
    "demand.override": ("Overrides", ("series_id", "bucket", "layer", "cycle_id"), DEMAND),
    "demand.assumption": ("Assumptions", ("kind", "product_id", "family_id", "customer_id", "first_bucket"), DEMAND),
    "demand.baselinechoice": ("Chosen baselines", ("product_id", "family_id", "customer_id"), DEMAND),
    "demand.changereview": ("Change reviews", ("person_id", "product_id", "cycle_id"), WHOLE),
    "demand.cleansing": ("Cleansing", ("series_id", "bucket"), DEMAND),
    "demand.series": ("Series", ("product_id", "customer_id", "location_id"), DEMAND),
    "supply.receiptoverride": ("Planned receipts", ("item_id", "bucket", "cycle_id"), SUPPLY),
    "supply.leadtimeassumption": ("Lead times", ("supplier_id", "product_id", "valid_from"), SUPPLY),
    "supply.capacity": ("Capacity", ("supplier_id", "location_id", "bucket", "unit"), SUPPLY),
    "supply.supplierrule": ("Rules of limits", ("supplier_id",), SUPPLY),
    "supply.supplyflag": ("Supply flags", ("kind", "item_id", "supplier_id", "location_id", "cycle_id"), SUPPLY),
    "supply.stockitem": ("Stocking policy", ("product_id", "location_id"), SUPPLY),
    "supply.classtarget": ("Service targets", ("abc",), SUPPLY),
    "supply.onhand": ("Stock on hand", ("item_id", "as_of"), SUPPLY),
    "supply.purchaseorderline": ("Purchase orders", ("number", "line"), SUPPLY),
    "supply.sourcing": ("Sourcing", ("item_id", "supplier_id"), SUPPLY),
    "reconcile.conflict": ("Conflicts", ("kind", "family_id", "cycle_id"), RECONCILE),
    "reconcile.scenario": ("Scenarios", ("name", "cycle_id"), RECONCILE),
    "reconcile.lever": ("Levers", ("kind", "scenario_id"), RECONCILE),
    "review.question": ("Questions", ("sentence",), REVIEW),
    "review.decision": ("Decisions", ("question_id",), REVIEW),
    "review.planchoice": ("Chosen plans", ("cycle_id",), REVIEW),
    "review.approval": ("Signatures", ("approver_id", "choice_id"), REVIEW),
    "review.approver": ("Approvers", ("user_id", "function"), REVIEW),
    "publish.decisioncheck": ("Decision checks", ("decision_id",), PUBLISH),
    "sop.price": ("Prices", ("product_id", "customer_id", "valid_from"), EVERYBODY),
    "sop.cost": ("Costs", ("product_id", "supplier_id", "valid_from"), WHOLE),
    "sop.budget": ("Budget", ("family_id", "bucket"), WHOLE),
    "sop.rate": ("Plan rates", ("currency", "valid_from"), WHOLE),
    "sop.product": ("Products", ("name", "code"), EVERYBODY),
    "sop.family": ("Families", ("name", "code"), EVERYBODY),
    "sop.customer": ("Customers", ("name", "code"), EVERYBODY),
    "sop.region": ("Regions", ("name", "code"), EVERYBODY),
    "sop.location": ("Locations", ("name", "code"), EVERYBODY),
    "sop.supplier": ("Suppliers", ("name", "code"), EVERYBODY),
    "sop.cyclestep": ("Steps", ("kind", "cycle_id"), EVERYBODY),
    "sop.stepprogress": ("Progress", ("user_id", "step_id"), EVERYBODY),
    "sop.steptemplate": ("Calendar", ("kind",), EVERYBODY),
    "sop.company": ("Company", ("name",), WHOLE),
    "sop.user": ("People", ("name",), "sop.manage_people"),
}
# Columns that only keep the books of a change: who, when and from where are told once for the whole line.
BOOKKEEPING = frozenset(
    {"id", "version", "changed_by_id", "changed_at", "change_set_id", "updated_at", "effective_at", "mark"}
)
REASONS = ("reason", "note", "why", "rationale")  # columns a reason may stand in, beside the reason of the change


@dataclass(frozen=True)
class Tracked:
    """One table with history."""

    code: str  # "demand.override"
    label: str
    history: str  # the name of its history table
    fields: dict[str, Any]  # by column
    subject: tuple[str, ...]  # columns that say which row it is
    customer: str  # SQL for the customer of a history row `h`, empty where rows belong to no customer

    @property
    def reasons(self) -> tuple[str, ...]:
        """Return the columns a reason may stand in."""
        return tuple(name for name in REASONS if name in self.fields)


@cache
def tracked_tables() -> dict[str, Tracked]:
    """Return every tracked table by code."""
    models = {model._meta.label_lower: model for model in apps.get_models() if hasattr(model, "history")}
    return {code: _tracked(code, models[code]) for code in TABLES}


def tracked_visible(user: User) -> list[Tracked]:
    """Return the tables whose history a person may see, row scope aside."""
    return [table for code, table in tracked_tables().items() if not TABLES[code][2] or user.has_perm(TABLES[code][2])]


def _tracked(code: str, model: type[Model]) -> Tracked:
    label, subject, _permission = TABLES[code]
    kept = model.history.model  # type: ignore[attr-defined]
    fields = {str(field.column): field for field in kept.tracked_fields}
    return Tracked(code, label, kept._meta.db_table, fields, subject, _customer(model))


def _customer(model: type[Model]) -> str:
    """Return whose a row is: the customer itself, the one it points at, or the one of the row it points at."""
    if model is Customer:
        return "h.id"
    keys = [key for key in model._meta.concrete_fields if isinstance(key, ForeignKey)]
    direct = next((key for key in keys if key.related_model is Customer), None)
    if direct is not None:
        return f"h.{direct.column}"
    for key in keys:
        for further in key.related_model._meta.concrete_fields:
            if isinstance(further, ForeignKey) and further.related_model is Customer:
                other = key.related_model._meta.db_table
                return f"(select o.{further.column} from {other} o where o.id = h.{key.column})"  # noqa: S608  (columns)
    return ""
