"""The one table of who may do what; `migrate` writes it to groups."""

from django.contrib.auth.models import Group, Permission

from sop.constants import Role

EVERYONE = frozenset(
    {
        "demand.view_demand",
        "supply.view_supply",
        "reconcile.view_reconcile",
        "review.view_review",
        "publish.view_plan",
    }
)

# A role's own rights, beside EVERYONE's. Names are trade verbs declared on the models.
ROLES: dict[Role, frozenset[str]] = {
    Role.REP: frozenset({"demand.override_forecast", "demand.export_demand"}),
    Role.DEMAND_PLANNER: frozenset(
        {
            "sop.view_all_customers",
            "sop.edit_master_data",
            "sop.import_data",
            "demand.override_forecast",
            "demand.override_any_forecast",
            "demand.run_baseline",
            "demand.close_gather",
            "demand.export_demand",
            "reconcile.edit_scenario",
            "reconcile.own_conflict",
            "reconcile.close_reconcile",
            "reconcile.export_reconcile",
            "review.freeze_pack",
            "publish.export_plan",
            "publish.measure_plan",
        }
    ),
    Role.SUPPLY_PLANNER: frozenset(
        {
            "sop.view_all_customers",
            "sop.edit_master_data",
            "sop.import_data",
            "supply.plan_supply",
            "supply.flag_shortage",
            "supply.close_supply",
            "supply.export_supply",
            "reconcile.edit_scenario",
            "reconcile.own_conflict",
            "reconcile.close_reconcile",
            "reconcile.export_reconcile",
            "review.freeze_pack",
            "publish.export_plan",
        }
    ),
    Role.FINANCE: frozenset(
        {
            "sop.view_all_customers",
            "sop.edit_money",
            "sop.import_data",
            "demand.export_demand",
            "supply.export_supply",
            "reconcile.export_reconcile",
            "reconcile.own_conflict",
            "review.approve_plan",  # finance signs the plan, it does not decide
            "publish.export_plan",
        }
    ),
    Role.EXECUTIVE: frozenset(
        {"sop.view_all_customers", "review.decide", "review.approve_plan", "publish.export_plan"}
    ),
    Role.COORDINATOR: frozenset(
        {
            "sop.view_all_customers",
            "sop.open_cycle",
            "sop.manage_people",
            "sop.import_data",
            "sop.edit_master_data",
            "review.freeze_pack",
            "publish.publish_plan",
            "publish.measure_plan",
            "publish.export_plan",
            "demand.export_demand",
            "supply.export_supply",
        }
    ),
}


def role_permissions(role: Role) -> frozenset[str]:
    """Return every permission of a role as `app.codename`."""
    return EVERYONE | ROLES[role]


def groups_write() -> None:
    """Make one group per role hold exactly the table's permissions."""
    wanted = {code for role in Role for code in role_permissions(role)}
    found = {f"{p.content_type.app_label}.{p.codename}": p for p in Permission.objects.select_related("content_type")}
    missing = wanted - found.keys()
    if missing:
        raise LookupError(f"permissions.py names rights no model declares: {', '.join(sorted(missing))}")
    for role in Role:
        group, _ = Group.objects.get_or_create(name=role.value)
        group.permissions.set([found[code] for code in role_permissions(role)])
