"""The first month of the beverage distributor: what its people do at the pages, and what must come of it."""

from datetime import date
from typing import Any

import numpy as np
import pytest

from demand.models import Actual, Series
from sop.models import Customer, Supplier
from supply.models import PurchaseOrderLine, SupplyItem
from tests.support import plan_proof as proof
from tests.support import stallion
from tests.support.brought_file import applied, brought, checked, counts
from tests.support.live import Live
from tests.support.month import Month
from tests.support.staff import Staff
from tests.support.stallion import Stallion

DEARER = "Raise beer 4%"


def master_data_comes_in(live: Live, staff: Staff, files: Stallion) -> None:
    """Bring in families, products, regions, customers with their reps, and a plant from an old Windows file."""
    for table, content in files.master():
        brought(staff["olga"], table, f"{table}.csv", content)
    page = checked(staff["olga"], "locations", "plants.csv", files.locations(), encoding="cp1252")
    applied(staff["olga"], page)
    assert "Brasserie de la Côte" in staff["olga"].get("/master/locations/").words
    with live.orm():
        owners = dict(Customer.objects.values_list("code", "owner__username"))
    assert owners == {agency: files.owner(agency) for agency in files.agencies}


def history_comes_in(live: Live, staff: Staff, files: Stallion) -> None:
    """Bring in four years of months, once more to no effect, and the prices."""
    page = brought(staff["olga"], "actuals", "volumes.csv", files.actuals(), stallion.ACTUALS)
    with live.orm():
        assert counts(page)["rows"] == counts(page)["added"] == len(files.history) == Actual.objects.count()
        ordered = float(sum(Actual.objects.values_list("ordered", flat=True)))
        assert Series.objects.count() == files.history["unique_id"].nunique()
    assert ordered == pytest.approx(files.history["y"].sum(), abs=0.0005 * len(files.history))
    again = checked(staff["olga"], "actuals", "volumes.csv", files.actuals(), stallion.ACTUALS)
    assert "This very file was brought in before" in again.words
    assert "bringing it in changes nothing" in again.words
    applied(staff["olga"], again)
    with live.orm():
        assert counts(again)["same"] == len(files.history)
        assert float(sum(Actual.objects.values_list("ordered", flat=True))) == ordered
    brought(staff["finn"], "prices", "prices.csv", files.actuals(), stallion.PRICES)


def supply_facts_come_in(live: Live, staff: Staff, files: Stallion) -> None:
    """Bring in a real company's deliveries, dirty rows named and left out, then lanes, lead times, costs, stock."""
    content = files.deliveries.to_csv(index=False).encode()
    page = checked(staff["sam"], "purchase-orders", "deliveries.csv", content, stallion.DELIVERIES)
    dirty = files.dirty_deliveries()
    assert f"Leave out {dirty:,} faulty rows" in page.words
    page = applied(staff["sam"], page, leave_out=dirty)
    with live.orm():
        found = counts(page)
        assert found["rows"] == len(files.deliveries) == found["added"] + found["left_out"]
        assert found["left_out"] == dirty
        assert PurchaseOrderLine.objects.count() == found["added"]
        assert set(Supplier.objects.values_list("code", flat=True)) >= set(files.lanes.values())
    named = staff["sam"].get(f"{page.path}faults.csv").html
    assert named.count(",left out") >= dirty, "every row that is left out is named"
    for table, content in (("sourcing", files.sourcing()), ("lead-times", files.lead_times())):
        brought(staff["sam"], table, f"{table}.csv", content)
    brought(staff["finn"], "costs", "costs.csv", files.costs())
    brought(staff["sam"], "on-hand", "stock.csv", files.stock())


def demand_is_gathered(live: Live, month: Month, files: Stallion) -> None:
    """Run the baseline, let each rep change own customers only, close; nothing changes afterwards."""
    month.baseline_run()
    grids = {name: month.grid(name) for name in stallion.REPS}
    own = {name: {row["series"] for row in grid["rows"] if row["series"]} for name, grid in grids.items()}
    assert sum(len(series) for series in own.values()) == files.history["unique_id"].nunique()
    assert not own["ana"] & own["ben"], "each rep sees own customers only"
    foreign = {"series": min(own["ben"]), "bucket": "2017-02-01", "quantity": 1, "version": 0}
    refused = month.adjust("ana", [foreign], status=422)["refused"]
    assert [cell["message"] for cell in refused] == ["This customer is not yours to change."]
    for name in stallion.REPS:
        _rep_adjusts(month, name, grids[name])
    export = month.staff["ana"].get(month.at("demand/export/")).html
    assert "Agency_01" in export and "Agency_02" not in export
    month.close("olga", "Gather demand", opens="Plan supply")
    late = {"series": min(own["ana"]), "bucket": "2017-02-01", "quantity": 1, "version": 0}
    assert "was closed on" in month.adjust("ana", [late], status=422)["error"]
    with live.orm():
        kept = proof.consensus(month.cycle)
    assert len(kept) == files.history["unique_id"].nunique() * 18
    assert (kept["sales"] != kept["baseline"]).sum() == 2 * len(stallion.REPS)


def _rep_adjusts(month: Month, name: str, grid: dict[str, Any]) -> None:
    """Raise the biggest row's first two months by a third, one with its reason, one without; submit when asked why."""
    at, row = max(
        ((at, row) for at, row in enumerate(grid["rows"]) if row["series"]),
        key=lambda pair: grid["values"]["plan"][pair[0]][grid["first_plan_column"]],
    )
    first = grid["first_plan_column"]
    plan = grid["values"]["plan"][at][first : first + 2]
    cells = [
        {"series": row["series"], "bucket": bucket, "quantity": round(quantity * 1.333, 3), "version": 0}
        for bucket, quantity in zip(("2017-01-01", "2017-02-01"), plan, strict=True)
    ]
    month.adjust(name, cells[:1], reason="promotion")
    month.adjust(name, cells[1:])
    page = month.staff[name].press(month.at("demand/"), "/demand/submit/", status=422)
    assert "needs a reason before you submit" in page.words
    form = page.form("/demand/explain/")
    reason = next(field for field in form.known if field.startswith("reason-"))
    page = month.staff[name].send(page, form, **{reason: "project_won", "note": "A new arena."})
    assert "Submitted" in page.words


def supply_is_planned(live: Live, month: Month) -> None:
    """Run the supply plan; it says for which products something is not known."""
    page = month.supply_run()
    assert "SKU_05" in page.words
    with live.orm():
        items = {item.item.product.code: item.facts["notes"] for item in SupplyItem.objects.all()}
    assert "No supplier is named; nothing can be ordered on time before one is." in items[stallion.NO_LANE]
    assert "No stock count is known; 0 is assumed on hand." in items[stallion.NO_STOCK]
    assert all(not notes for sku, notes in items.items() if sku not in {stallion.NO_LANE, stallion.NO_STOCK})
    month.close("sam", "Plan supply", opens="Reconcile")


def both_halves_meet(month: Month) -> None:
    """Put both sides side by side and calculate a dearer beer."""
    month.side_by_side()
    olga = month.staff["olga"]
    page = olga.press(month.at("scenarios/"), name=DEARER)
    family = page.form("/levers/").choice("family", "Beer")
    lever = {"kind": "raise_price", "family": family, "percent": "4", "elasticity": "-0.9"}
    month.pull(page, **lever)
    month.close("olga", "Reconcile")


def leadership_signs(month: Month) -> None:
    """Freeze, ask, decide, choose; all three sign and nobody else can."""
    month.freeze()
    month.ask("Does beer get dearer?", ("Base plan", DEARER), DEARER, "eve")
    month.decide("eve", DEARER, "Rivals moved already.")
    month.choose("eve", DEARER)
    month.staff["olga"].post(month.at("review/plan/sign/"), status=403, version=1)
    month.sign_all()
    month.close("cora", "Review", opens="Publish")


def plan_is_published(live: Live, month: Month) -> None:
    """Seal the plan and hold it and its exports against the chosen scenario."""
    month.publish()
    assert "1 plans checked" in live.manage("verify_plans")
    with live.orm():
        kept, plan = proof.consensus(month.cycle), proof.plan_lines(month.cycle)
        chosen, base = (proof.scenario_lines(month.cycle, name) for name in (DEARER, "Base plan"))
    assert base["demand"].sum() == pytest.approx(kept["consensus"].sum(), abs=0.001 * len(base))
    assert chosen["demand"].sum() < base["demand"].sum(), "a dearer beer sells less"
    proof.plan_check(kept, plan, chosen)
    proof.exports_check(month.staff["finn"], month.at("publish/"), plan)


def plan_is_measured(live: Live, month: Month, files: Stallion) -> None:
    """Bring in January and hold the error on the page against a plain recount."""
    page = month.staff["olga"].get(month.at("measure/"))
    assert "Once January 2017 is over and its actuals are in" in page.words
    later = files.next_month()
    brought(month.staff["olga"], "actuals", "january.csv", later.to_csv(index=False).encode(), stallion.ACTUALS)
    page = month.measure()
    actual = later.rename(columns={"sku": "product", "agency": "customer"}).assign(location=stallion.PLANT)
    actual["y"] = np.round(actual["y"], 3)
    with live.orm():
        kept = proof.consensus(month.cycle)
    assert proof.measured_words(kept, date(2017, 1, 1), actual) in page.words


def next_month_opens(month: Month) -> None:
    """Close the cycle; the next one opens a month on."""
    month.close("cora", "Publish")
    cora = month.staff["cora"]
    cora.press(month.at(), "/end/")
    page = cora.press("/", "/cycles/new/")
    assert "February 2017 cycle" in page.words
    assert month.state(page, "Gather demand") == "open"
