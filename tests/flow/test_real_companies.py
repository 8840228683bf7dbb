"""Two real companies through one whole month at the pages: from the first person to the plan that was measured.

Every step is an HTTP request of a signed-in person who fills in a form that stands on the page; the work behind it is
done by a real worker. What comes out is held against plain recounts of the files that went in.
"""

from datetime import date
from pathlib import Path
from re import search
from typing import Any

import numpy as np
import pandas as pd
import pytest

from demand.models import Actual, Series
from sop.constants import Role
from sop.formats import percent, units
from sop.models import Customer, Supplier
from supply.models import PurchaseOrderLine, SupplyItem
from tests.support import plan_proof as proof
from tests.support import stallion
from tests.support.brought_file import applied, brought, checked, counts
from tests.support.live import Live
from tests.support.month import Month, cycle_open
from tests.support.staff import Staff, approvers_name, staff_make
from tests.support.stallion import Stallion

DEARER = "Raise beer 4%"


def test_a_beverage_distributors_first_month(live: Live, real_data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = Stallion(real_data)
    staff = staff_make(live, monkeypatch, reps=dict.fromkeys(stallion.REPS, Role.REP))
    approvers_name(staff)
    _master_data_comes_in(live, staff, files)
    _history_comes_in(live, staff, files)
    _supply_facts_come_in(live, staff, files)
    month = cycle_open(staff, "2017-01")
    _demand_is_gathered(live, month, files)
    _supply_is_planned(live, month)
    _both_halves_meet(month)
    _leadership_signs(month)
    _plan_is_published(live, month)
    _plan_is_measured(live, month, files)
    _next_month_opens(month)


def _master_data_comes_in(live: Live, staff: Staff, files: Stallion) -> None:
    for table, content in files.master():
        brought(staff["olga"], table, f"{table}.csv", content)
    page = checked(staff["olga"], "locations", "plants.csv", files.locations(), encoding="cp1252")
    applied(staff["olga"], page)
    assert "Brasserie de la Côte" in staff["olga"].get("/master/locations/").words
    with live.orm():
        owners = dict(Customer.objects.values_list("code", "owner__username"))
    assert owners == {agency: files.owner(agency) for agency in files.agencies}


def _history_comes_in(live: Live, staff: Staff, files: Stallion) -> None:
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


def _supply_facts_come_in(live: Live, staff: Staff, files: Stallion) -> None:
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


def _demand_is_gathered(live: Live, month: Month, files: Stallion) -> None:
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


def _supply_is_planned(live: Live, month: Month) -> None:
    page = month.supply_run()
    assert "SKU_05" in page.words
    with live.orm():
        items = {item.item.product.code: item.facts["notes"] for item in SupplyItem.objects.all()}
    assert "No supplier is named; nothing can be ordered on time before one is." in items[stallion.NO_LANE]
    assert "No stock count is known; 0 is assumed on hand." in items[stallion.NO_STOCK]
    assert all(not notes for sku, notes in items.items() if sku not in {stallion.NO_LANE, stallion.NO_STOCK})
    month.close("sam", "Plan supply", opens="Reconcile")


def _both_halves_meet(month: Month) -> None:
    month.side_by_side()
    olga = month.staff["olga"]
    page = olga.press(month.at("scenarios/"), name=DEARER)
    family = page.form("/levers/").choice("family", "Beer")
    lever = {"kind": "raise_price", "family": family, "percent": "4", "elasticity": "-0.9"}
    month.pull(page, **lever)
    month.close("olga", "Reconcile")


def _leadership_signs(month: Month) -> None:
    month.freeze()
    month.ask("Does beer get dearer?", ("Base plan", DEARER), DEARER, "eve")
    month.decide("eve", DEARER, "Rivals moved already.")
    month.choose("eve", DEARER)
    month.staff["olga"].post(month.at("review/plan/sign/"), status=403, version=1)
    month.sign_all()
    month.close("cora", "Review", opens="Publish")


def _plan_is_published(live: Live, month: Month) -> None:
    month.publish()
    assert "1 plans checked" in live.manage("verify_plans")
    with live.orm():
        kept, plan = proof.consensus(month.cycle), proof.plan_lines(month.cycle)
        chosen = proof.scenario_lines(month.cycle, DEARER)
        base = proof.scenario_lines(month.cycle, "Base plan")
    demand = plan[plan["customer"] != ""]
    assert set(map(tuple, demand[proof.KEY].values)) == set(map(tuple, kept[proof.KEY].values)), "no series is lost"
    assert base["demand"].sum() == pytest.approx(kept["consensus"].sum(), abs=0.001 * len(base))
    assert demand["demand"].sum() == pytest.approx(chosen["demand"].sum(), abs=1e-6)
    assert demand["revenue"].sum() == pytest.approx(chosen["revenue"].sum(), abs=0.001)
    assert demand["demand"].sum() < base["demand"].sum(), "a dearer beer sells less"
    page = month.staff["finn"].get(month.at("publish/"))
    for kind, read in (("csv", proof.csv_plan), ("xlsx", proof.xlsx_plan)):
        facts, lines = read(month.staff["finn"].get(f"/plans/{_plan_id(page.html)}/{kind}/").content)
        assert len(lines) == len(plan)
        assert facts["Seal (SHA-256)"] in page.words
        total = pd.to_numeric(lines["Demand, units"]).sum()
        assert total == pytest.approx(demand["demand"].sum(), abs=0.01)


def _plan_id(html: str) -> int:
    found = search(r"/plans/(\d+)/csv/", html)
    assert found is not None
    return int(found[1])


def _plan_is_measured(live: Live, month: Month, files: Stallion) -> None:
    page = month.staff["olga"].get(month.at("measure/"))
    assert "Import the actuals of January 2017" in page.words
    later = files.next_month()
    brought(month.staff["olga"], "actuals", "january.csv", later.to_csv(index=False).encode(), stallion.ACTUALS)
    page = month.measure()
    actual = later.rename(columns={"sku": "product", "agency": "customer"}).assign(location=stallion.PLANT)
    actual["y"] = np.round(actual["y"], 3)
    with live.orm():
        kept = proof.consensus(month.cycle)
    found = proof.measured_month(kept, date(2017, 1, 1), actual)
    shares = " ".join(f"{percent(error)} {'+' if bias > 0 else ''}{percent(bias)}" for error, bias in found.values())
    assert f"Everything {units(actual['y'].sum())} {shares} " in page.words


def _next_month_opens(month: Month) -> None:
    month.close("cora", "Publish")
    cora = month.staff["cora"]
    cora.press(month.at(), "/end/")
    page = cora.press("/", "/cycles/new/")
    assert "February 2017 cycle" in page.words
    assert month.state(page, "Gather demand") == "open"
