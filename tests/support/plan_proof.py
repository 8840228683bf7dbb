"""What a published plan is held against: the consensus kept at gather's close, the exported files, a plain recount."""

import csv
import io
from datetime import date
from re import search
from typing import Any

import numpy as np
import openpyxl
import pandas as pd
import pytest
from django.db import connection

from sop.formats import percent, units
from tests.support.person import Person

KEY = ["product", "location", "customer", "bucket"]
CONSENSUS_SQL = """
    select p.code, w.code, c.code, s.bucket, s.naive::float8, s.baseline::float8, s.sales::float8, s.consensus::float8
    from demand_forecastsnapshot s join demand_series d on d.id = s.series_id
    join sop_product p on p.id = d.product_id join sop_location w on w.id = d.location_id
    join sop_customer c on c.id = d.customer_id where s.cycle_id = %s
"""
PLAN_SQL = """
    select l.product_code, l.location_code, l.customer_code, l.bucket, l.demand::float8, l.revenue::float8,
           l.receipts::float8
    from publish_planline l join publish_publishedplan p on p.id = l.plan_id where p.cycle_id = %s
"""
SCENARIO_SQL = """
    select p.code, w.code, l.bucket, l.demand::float8, l.revenue::float8
    from reconcile_scenarioline l join reconcile_scenariorun r on r.id = l.run_id and r.current
    join reconcile_scenario s on s.id = r.scenario_id
    join supply_stockitem i on i.id = l.item_id join sop_product p on p.id = i.product_id
    join sop_location w on w.id = i.location_id where s.cycle_id = %s and s.name = %s
"""
LAYERS = ("naive", "baseline", "sales", "consensus")


def consensus(cycle: int) -> pd.DataFrame:
    """Return every layer of every series and month as gather demand left them; read it inside `live.orm()`."""
    return _table(CONSENSUS_SQL, [*KEY, *LAYERS], cycle)


def plan_lines(cycle: int) -> pd.DataFrame:
    """Return the published plan's lines; read it inside `live.orm()`."""
    return _table(PLAN_SQL, [*KEY, "demand", "revenue", "receipts"], cycle)


def scenario_lines(cycle: int, name: str) -> pd.DataFrame:
    """Return a scenario's demand and revenue by stock item and month; read it inside `live.orm()`."""
    return _table(SCENARIO_SQL, ["product", "location", "bucket", "demand", "revenue"], cycle, name)


def csv_plan(content: bytes) -> tuple[dict[str, str], pd.DataFrame]:
    """Return the facts at the head of an exported plan, and its lines."""
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    return _facts_and_lines(rows)


def xlsx_plan(content: bytes) -> tuple[dict[str, str], pd.DataFrame]:
    """Return the same of an exported workbook."""
    sheet = openpyxl.load_workbook(io.BytesIO(content), read_only=True).active
    assert sheet is not None
    return _facts_and_lines([list(row) for row in sheet.iter_rows(values_only=True)])


def accuracy(forecast: pd.Series, actual: pd.Series) -> tuple[float, float]:
    """Return WMAPE and bias (plus = too high) the plainest way there is."""
    happened = actual.sum()
    return float(np.abs(forecast - actual).sum() / happened), float((forecast.sum() - happened) / happened)


def measured_words(layers: pd.DataFrame, month: date, actual: pd.DataFrame) -> str:
    """Return the line of the measure page for everything: actual, then WMAPE and bias of each layer.

    `actual` holds product, location, customer and y of the month; what one side does not know counts as 0.
    """
    cells = layers[layers["bucket"] == month].merge(actual, how="outer", on=KEY[:3])[["y", *LAYERS]].fillna(0)
    found = [accuracy(cells[layer], cells["y"]) for layer in LAYERS]
    shares = " ".join(f"{percent(error)} {'+' if bias > 0 else ''}{percent(bias)}" for error, bias in found)
    return f"Everything {units(cells['y'].sum())} {shares} "


def exports_check(person: Person, address: str, plan: pd.DataFrame) -> None:
    """Hold the exported files of a published plan against its lines: as many, as much, under the seal on the page."""
    page = person.get(address)
    found = search(r"/plans/(\d+)/csv/", page.html)
    assert found is not None
    for kind, read in (("csv", csv_plan), ("xlsx", xlsx_plan)):
        facts, lines = read(person.get(f"/plans/{found[1]}/{kind}/").content)
        assert facts["Seal (SHA-256)"] in page.words
        assert len(lines) == len(plan)
        for column, heading in (("demand", "Demand, units"), ("revenue", "Revenue")):
            total = pd.to_numeric(lines[heading], errors="coerce").sum()
            assert total == pytest.approx(plan[column].sum(), abs=0.01), heading


def plan_check(kept: pd.DataFrame, plan: pd.DataFrame, chosen: pd.DataFrame) -> None:
    """Hold a published plan against the consensus and the chosen scenario: every series, every unit, every cent."""
    demand = plan[plan["customer"] != ""]
    assert set(map(tuple, demand[KEY].to_numpy())) == set(map(tuple, kept[KEY].to_numpy())), "no series is lost"
    assert not demand.duplicated(KEY).any()
    item = KEY[:2] + KEY[3:]
    sums = demand.groupby(item)[["demand", "revenue"]].sum().sub(chosen.set_index(item)[["demand", "revenue"]])
    assert sums.abs().max().max() < 0.0005, "each stock item's month is shared out to the unit and the cent"


def _facts_and_lines(rows: list[list[Any]]) -> tuple[dict[str, str], pd.DataFrame]:
    head = next(at for at, row in enumerate(rows) if row and row[0] == "Product")
    facts = {str(row[0]): str(row[1]) for row in rows[:head] if row and row[0]}
    return facts, pd.DataFrame(rows[head + 1 :], columns=rows[head])


def _table(sql: str, columns: list[str], *params: object) -> pd.DataFrame:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return pd.DataFrame(cursor.fetchall(), columns=columns)
