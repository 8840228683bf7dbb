"""What reconcile reads: conflicts by money, scenarios beside each other; the family sheet is in sheet.py."""

from typing import Any

from django.db import connection
from django.db.models import QuerySet

from reconcile.constants import ConflictKind, ConflictState, ScenarioState
from reconcile.models import Conflict, Lever, Scenario, ScenarioLine, ScenarioRun
from sop.formats import money_short, percent, points
from sop.models import Company, Cycle, User
from supply.selectors.workbench import stands_since


def currency() -> str:
    """Return the plan currency."""
    return (Company.objects.filter(pk=1).values_list("currency", flat=True).first()) or "USD"


def scenarios(cycle: Cycle) -> QuerySet[Scenario]:
    """Return the cycle's scenarios, the base plan first, dropped ones left out."""
    return Scenario.objects.filter(cycle=cycle).exclude(state=ScenarioState.DROPPED).select_related("created_by")


def scenario_base(cycle: Cycle) -> Scenario | None:
    """Return the plan with no lever pulled."""
    return Scenario.objects.filter(cycle=cycle, base=True).first()


def scenario_run(scenario: Scenario) -> ScenarioRun | None:
    """Return the run whose figures are shown, None before the first."""
    return ScenarioRun.objects.filter(scenario=scenario, current=True).first()


def run_holds(run: ScenarioRun) -> bool:
    """Return whether a run's figures are the scenario's latest and made on the supply plan everybody sees."""
    return run.current and stands_since(run.supply_run, run.created_at)


def prepared_alone(scenario: Scenario, user: User) -> bool:
    """Return whether a scenario is one person's alone: begun by them, or with every lever in it pulled by them."""
    if scenario.created_by_id == user.pk:
        return True
    pulled = Lever.history.filter(id__in=levers(scenario).values("pk"), history_type="+")
    return set(pulled.values_list("history_user_id", flat=True)) == {user.pk}


def levers(scenario: Scenario) -> QuerySet[Lever]:
    """Return what is pulled in a scenario."""
    return Lever.objects.filter(scenario=scenario).select_related("family", "product")


def conflicts(cycle: Cycle) -> QuerySet[Conflict]:
    """Return the cycle's conflicts, most money first, gone ones left out."""
    return (
        Conflict.objects.filter(cycle=cycle)
        .exclude(state=ConflictState.GONE)
        .select_related("family", "product", "owner")
        .order_by("-money", "id")
    )


def family_totals(cycle: Cycle) -> list[dict[str, Any]]:
    """Return revenue, margin, lost sales and peak inventory of each family in the base plan, for the pack."""
    base = scenario_base(cycle)
    run = scenario_run(base) if base else None
    if run is None:
        return []
    sql = """
        with month as (
            select f.name, l.bucket, sum(l.revenue) as revenue, sum(l.cogs) as cogs, sum(l.lost_revenue) as lost,
                   sum(l.inventory_value) as stock
            from reconcile_scenarioline l join supply_stockitem i on i.id = l.item_id
            join sop_product p on p.id = i.product_id join sop_family f on f.id = p.family_id
            where l.run_id = %s group by 1, 2
        )
        select name, sum(revenue), sum(revenue) - sum(cogs), sum(lost), max(stock) from month group by 1 order by 2 desc
    """
    unit = currency()
    with connection.cursor() as cursor:
        cursor.execute(sql, [run.pk])
        rows = cursor.fetchall()
    return [
        {
            "name": name,
            "revenue": money_short(revenue, unit),
            "margin": percent(margin / revenue if revenue else None),
            "lost": money_short(lost, unit),
            "peak": money_short(peak, unit),
        }
        for name, revenue, margin, lost, peak in rows
    ]


def headline(cycle: Cycle) -> list[dict[str, str]]:
    """Return the key figures of the base plan, each with what is wrong with it in sign and word."""
    base = scenario_base(cycle)
    run = scenario_run(base) if base else None
    if run is None:
        return []
    kpis, unit = run.kpis, currency()
    found = {kind: [c for c in conflicts(cycle) if c.kind == kind] for kind in ConflictKind}
    return [
        {"label": "Revenue, whole horizon", "value": money_short(kpis["revenue"], unit), "note": "", "tone": ""},
        {
            "label": "Gross margin",
            "value": percent(kpis["margin_share"]),
            "note": _count("▲", found[ConflictKind.MARGIN], "family squeezed", "families squeezed"),
            "tone": "text-warn",
        },
        {"label": "Service", "value": percent(kpis["fill_rate"]), "note": "", "tone": ""},
        {
            "label": "Lost sales at risk",
            "value": money_short(kpis["lost_revenue"], unit),
            "note": _count("▼", found[ConflictKind.SHORTAGE], "family short", "families short"),
            "tone": "text-short",
        },
        {
            "label": "Peak inventory",
            "value": money_short(kpis["peak_inventory_value"], unit),
            "note": _above_ceiling(kpis["peak_inventory_value"], unit)
            or _count("■", found[ConflictKind.CASH], "family over", "families over"),
            "tone": "text-excess",
        },
    ]


def conflict_rows(cycle: Cycle, limit: int) -> list[dict[str, str]]:
    """Return the dearest conflicts as plain values for the pack."""
    unit = currency()
    return [
        {
            "kind": conflict.kind,
            "sentence": conflict.sentence,
            "first": f"{conflict.first_bucket:%b %Y}",
            "money": money_short(conflict.money, unit),
        }
        for conflict in conflicts(cycle)[:limit]
    ]


def scenario_table(cycle: Cycle) -> list[dict[str, Any]]:
    """Return every calculated scenario with its figures and its change against the base plan, for comparison."""
    base = scenario_base(cycle)
    base_run = scenario_run(base) if base else None
    if base_run is None:
        return []
    runs = ScenarioRun.objects.filter(scenario__in=scenarios(cycle), current=True).select_related("scenario")
    unit = currency()
    rows = [_table_row(run, base_run.kpis, unit) for run in runs]
    return sorted(rows, key=lambda row: (not row["base"], row["id"]))


def effect_against_base(scenario: Scenario) -> dict[str, float]:
    """Return what a scenario changes against the base plan: revenue, margin, lost sales, peak inventory in money."""
    base = scenario_base(scenario.cycle)
    run, base_run = scenario_run(scenario), scenario_run(base) if base else None
    if run is None or base_run is None:
        return {}
    keys = ("revenue", "gross_margin", "lost_revenue", "peak_inventory_value", "fill_rate")
    return {key: run.kpis[key] - base_run.kpis[key] for key in keys}


def lines(run: ScenarioRun) -> QuerySet[ScenarioLine]:
    """Return a run's lines with what an export needs."""
    return ScenarioLine.objects.filter(run=run).select_related("item__product__family", "item__location")


def _table_row(run: ScenarioRun, base: dict[str, float], unit: str) -> dict[str, Any]:
    kpis = run.kpis
    return {
        "id": run.scenario_id,
        "name": run.scenario.name,
        "base": run.scenario.base,
        "revenue": money_short(kpis["revenue"], unit),
        "margin": percent(kpis["margin_share"]),
        "service": percent(kpis["fill_rate"]),
        "lost": money_short(kpis["lost_revenue"], unit),
        "peak": money_short(kpis["peak_inventory_value"], unit),
        "revenue_change": money_short(kpis["revenue"] - base["revenue"], unit, signed=True),
        "service_change": points(kpis["fill_rate"] - base["fill_rate"]),
        "margin_change": points(kpis["margin_share"] - base["margin_share"]),
        "lost_change": money_short(kpis["lost_revenue"] - base["lost_revenue"], unit, signed=True),
        "peak_change": money_short(kpis["peak_inventory_value"] - base["peak_inventory_value"], unit, signed=True),
        "warnings": run.warnings,
    }


def _above_ceiling(peak: float, unit: str) -> str:
    """Return by how much the most stock of any month is worth more than the company allows itself."""
    ceiling = Company.objects.filter(pk=1).values_list("cash_ceiling", flat=True).first()
    if ceiling is None or peak <= ceiling:
        return ""
    return f"■ {money_short(peak - float(ceiling), unit)} above the ceiling"


def _count(sign: str, found: list[Conflict], one: str, many: str) -> str:
    return f"{sign} {len(found)} {one if len(found) == 1 else many}" if found else ""
