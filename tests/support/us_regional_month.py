"""The first month of the furniture seller: what its people do at the pages, and what must come of it."""

from collections import Counter
from collections.abc import Mapping
from datetime import date

from demand.models import Actual, Series
from sop.constants import Role
from sop.models import Customer
from tests.support import plan_proof as proof
from tests.support import us_regional
from tests.support.brought_file import applied, brought, checked, counts
from tests.support.live import Live
from tests.support.month import Month
from tests.support.staff import Staff, approvers_name
from tests.support.us_regional import UsRegional

SAFER = "Hold half as much again"


def teams_are_hired(staff: Staff, files: UsRegional) -> dict[str, str]:
    """Give every sales team an account under the number it has in the file; return their one-time passwords."""
    return {team: staff.create(team, Role.REP) for team in files.teams}


def company_is_set_up(staff: Staff, files: UsRegional) -> None:
    """Plan 12 months; name families, products and suppliers."""
    staff["cora"].press("/master/company/1/", name="Regional Furniture", horizon_months=12)
    tables = {"families": files.families_file(), "products": files.products(), "suppliers": files.suppliers()}
    for table, content in tables.items():
        brought(staff["olga"], table, f"{table}.csv", content)


def order_lines_come_in(live: Live, staff: Staff, files: UsRegional) -> None:
    """Add order lines up to months of customer, product, warehouse; what is no order is named and left out."""
    olga = staff["olga"]
    page = checked(olga, "actuals", "orders.csv", files.history(), us_regional.ORDER_LINES)
    assert "SO - 000101 ▼ repeats row 2" in page.words, "left out, its first copy still counts"
    owners = files.owners()
    assert page.words.count("has several values of _SalesTeamID") == len(owners), "teams share customers"
    faults = olga.get(f"{page.path}faults.csv").html.splitlines()
    assert {line.split(",")[0] for line in faults if line.endswith(",left out")} == {"7750", "7751", "7752"}
    page = applied(olga, page, leave_out=3)
    kept = files.lines[files.until]
    with live.orm():
        found = counts(page)
        assert (found["rows"], found["left_out"]) == (len(kept) + 3, 3), "every row is a line or is named"
        assert sum(Actual.objects.values_list("ordered", flat=True)) == int(kept["ordered"].sum())
        assert sum(Actual.objects.values_list("shipped", flat=True)) == int(kept["ordered"].sum())
        assert Series.objects.count() == kept.groupby(proof.KEY[:3]).ngroups
        assert dict(Customer.objects.values_list("code", "owner__username")) == owners
    again = checked(olga, "actuals", "orders.csv", files.history(), us_regional.ORDER_LINES)
    assert "This very file was brought in before" in again.words
    with live.orm():
        assert (counts(again)["added"], counts(again)["changed"]) == (0, 0)
        assert counts(again)["same"] == Actual.objects.count()


def money_and_supply_come_in(staff: Staff, files: UsRegional) -> None:
    """Bring in prices, costs, lanes, lead times and a stock count."""
    for table, content in {"prices": files.prices(), "costs": files.costs()}.items():
        brought(staff["finn"], table, f"{table}.csv", content)
    supply = {"sourcing": files.sourcing(), "lead-times": files.lead_times(), "on-hand": files.stock()}
    for table, content in supply.items():
        brought(staff["sam"], table, f"{table}.csv", content)


def demand_is_gathered(live: Live, month: Month, files: UsRegional, passwords: Mapping[str, str]) -> None:
    """Run the baseline; one team adjusts and submits, the coordinator closes without the others."""
    month.baseline_run()
    owners = files.owners()
    team = Counter(owners.values()).most_common(1)[0][0]
    month.staff.arrive(team, passwords[team])
    rows = [row for row in month.grid(team)["rows"] if row["series"]]
    with live.orm():
        own = set(Series.objects.filter(customer__owner__username=team).values_list("pk", flat=True))
    assert {row["series"] for row in rows} == own, "a team sees its own customers"
    cell = {"series": rows[0]["series"], "bucket": "2020-12-01", "quantity": 9, "version": 0}
    assert month.adjust(team, [cell], reason="project_won")["saved"]
    month.submit(team)
    page = month.staff["olga"].get(month.at())
    address = f"/cycle/steps/{month.step_id(page, 'Gather demand')}/close/"
    late = month.staff["olga"].post(address, status=422)
    assert "Not submitted yet: Team " in late.words
    page = month.staff["cora"].get(month.at())
    page = month.staff["cora"].send(page, page.form(address), reason="The review date stands.")
    assert page.words.count("Late, last numbers used") == len(set(owners.values())) - 1
    assert "was closed on" in month.adjust(team, [cell | {"version": 1}], status=422)["error"]


def both_halves_meet(live: Live, month: Month) -> None:
    """Run the supply plan, put both sides side by side, calculate a safer stock."""
    month.supply_run()
    month.close("sam", "Plan supply", opens="Reconcile")
    month.side_by_side()
    page = month.staff["olga"].press(month.at("scenarios/"), name=SAFER)
    month.pull(page, kind="safety_stock", multiplier="1.5")
    month.close("olga", "Reconcile")
    with live.orm():
        kept, base = proof.consensus(month.cycle), proof.scenario_lines(month.cycle, "Base plan")
    assert abs(base["demand"].sum() - kept["consensus"].sum()) < 0.0005 * len(base)


def leadership_signs(month: Month) -> None:
    """Decide against the safer stock; that nobody signs is noticed late and cured at once."""
    month.freeze()
    month.ask("Hold half as much stock again?", ("Base plan", SAFER), "Base plan", "eve")
    month.decide("eve", "Base plan", "Cash is short.")
    refused = month.choose("eve", "Base plan", status=422)
    assert "No approver is named" in refused.words
    approvers_name(month.staff)
    month.choose("eve", "Base plan")
    month.sign_all()
    month.close("cora", "Review", opens="Publish")


def plan_is_published(live: Live, month: Month) -> None:
    """Seal the plan and hold it against the chosen scenario."""
    month.publish()
    assert "1 plans checked" in live.manage("verify_plans")
    with live.orm():
        kept, plan = proof.consensus(month.cycle), proof.plan_lines(month.cycle)
        chosen = proof.scenario_lines(month.cycle, "Base plan")
    proof.plan_check(kept, plan, chosen)
    proof.exports_check(month.staff["finn"], month.at("publish/"), plan)


def december_is_measured(live: Live, month: Month, files: UsRegional) -> None:
    """Bring in the whole export with December; shipments alone were no actuals of December yet."""
    olga = month.staff["olga"]
    page = olga.get(month.at("measure/"))
    assert "Once December 2020 is over and its actuals are in" in page.words
    assert not page.offers("/measure/run/")
    alone = checked(olga, "actuals", "december-alone.csv", files.december_lines(), us_regional.ORDER_LINES)
    assert "Quantity shipped becomes less than it is in" in alone.words, "November's orders that shipped in December"
    page = brought(olga, "actuals", "orders-december.csv", files.everything(), us_regional.ORDER_LINES)
    with live.orm():
        assert counts(page)["rows"] == len(files.lines)
        assert sum(Actual.objects.values_list("ordered", flat=True)) == int(files.lines["ordered"].sum())
        kept = proof.consensus(month.cycle)
    page = month.measure()
    december = files.december()
    assert proof.measured_words(kept, date(2020, 12, 1), december) in page.words
    new = december.merge(kept[proof.KEY[:3]].drop_duplicates(), how="left", on=proof.KEY[:3], indicator=True)
    new = new[new["_merge"] == "left_only"]
    assert f"{new['y'].sum():,} units sold in {len(new):,} rows the plan did not have" in page.words
