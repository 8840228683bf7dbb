"""Lead times: what receipts say, and what the planner went on assuming."""

from datetime import date
from typing import NamedTuple

import numpy as np
import pandas as pd

from publish.demo.facts import orders_known
from publish.demo.keys import Keys
from publish.demo.suppliers import SUPPLIERS, SupplierFacts
from publish.demo.tables import copy
from publish.demo.world import World
from supply.models import LeadTimeAssumption

MEASURED_OVER_DAYS = 92  # receipts of the last three months


class Review(NamedTuple):
    """A day on which Sam looked at lead times: how much of the way from calm to crisis he believed."""

    valid_from: date
    believed: float
    note: str


REVIEWS = (
    Review(date(2018, 1, 1), 0.0, "Three weeks, as always."),
    Review(date(2021, 8, 1), 0.35, "Longer for now; suppliers speak of a few weeks."),
    Review(date(2021, 11, 1), 0.75, "Not going back soon."),
    Review(date(2022, 1, 1), 0.95, "Agreed in the December cycle: plan with what receipts show."),
)
STUCK = {"CLEARVIEW": 0.45, "KLEBTECH": 0.40}  # still planned far below what receipts show


def lead_times_write(world: World, key: Keys, *, after: date | None, until: date) -> None:
    """Write the assumptions made after one day and until another, each beside what was measured on its day."""
    for review in REVIEWS:
        if review.valid_from <= until and (after is None or review.valid_from > after):
            measured = measured_days(world, max(review.valid_from, date(2021, 2, 1)))
            rows = [_row(supplier, review, measured, key) for supplier in SUPPLIERS]
            copy(LeadTimeAssumption, pd.DataFrame(rows))


def measured_days(world: World, day: date) -> pd.DataFrame:
    """Return per supplier code mean, sd and count of the days between order and receipt, of recent receipts."""
    known = orders_known(world, day)
    recent = known[known["received_on"] >= pd.Timestamp(day) - pd.Timedelta(days=MEASURED_OVER_DAYS)]
    days = (recent["received_on"] - recent["ordered_on"]).dt.days
    supplier = world.products["supplier"].to_numpy()[world.stock.items["product"]][recent["place"]]
    return days.groupby(supplier).agg(["mean", "std", "count"])


def _row(supplier: SupplierFacts, review: Review, measured: pd.DataFrame, key: Keys) -> dict[str, object]:
    believed = min(review.believed, STUCK.get(supplier.code, 1.0))
    mean = supplier.calm_days + believed * (supplier.crisis_days - supplier.calm_days)
    found = measured.loc[supplier.code]
    return {
        "supplier_id": key.supplier[supplier.code],
        "valid_from": review.valid_from,
        "mean_days": round(mean),
        "sd_days": round(mean * (0.12 if review.believed == 0 else 0.22)),
        "measured_mean_days": np.round(found["mean"], 1),
        "measured_sd_days": np.round(found["std"], 1),
        "receipts_measured": int(found["count"]),
        "note": review.note,
    }
