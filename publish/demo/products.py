"""The products: every variant of the catalogue's lines, with its life and its class."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from publish.demo.catalogue import CHANGES, FAMILIES, LINES, SELDOM, SHELF_LIFE_DAYS
from publish.demo.span import MONTH_COUNT, at
from publish.demo.tables import create, keys_by
from sop.engine.arrays import Array
from sop.models import Family, Product

VOLUME = 0.42  # catalogue quantities to this company's size: about 210 million dollars a year
VARIANT_FALL = 0.74  # each further variant sells this share of the one before
MONTHS_TO_SETTLE = 6  # a new product takes this long to reach its level


@dataclass(frozen=True)
class Facts:
    """One product of the demo; `monthly` in units of 2018, whole company."""

    code: str
    name: str
    line: str
    family: str
    unit: str
    volume_m3: float
    cost: float
    margin: float
    monthly: float
    supplier: str
    rank: int  # place among its line's variants
    seldom: bool
    launched_on: str = ""
    ended_on: str = ""
    predecessor: str = ""  # a name
    shelf_life_days: int | None = field(default=None)


def products() -> pd.DataFrame:
    """Return one row per product, in the order of the catalogue."""
    changes = {change.name: change for change in CHANGES}
    counts: dict[str, int] = {}
    rows = []
    for line in LINES:
        for rank, variant in enumerate(line.variants):
            counts[line.family] = counts.get(line.family, 100) + 1
            name = f"{line.name}, {variant}"
            change = changes.get(name)
            rows.append(
                Facts(
                    code=f"{line.family}-{counts[line.family]}",
                    name=name,
                    line=line.name,
                    family=line.family,
                    unit=line.unit,
                    volume_m3=line.volume_m3,
                    cost=line.cost * (1 + 0.04 * rank),
                    margin=line.margin,
                    monthly=line.monthly * VOLUME * VARIANT_FALL**rank,
                    supplier=line.supplier,
                    rank=rank,
                    seldom=line.name in SELDOM,
                    launched_on=change.launched_on if change else "",
                    ended_on=change.ended_on if change else "",
                    predecessor=change.predecessor if change else "",
                    shelf_life_days=SHELF_LIFE_DAYS.get(line.name),
                )
            )
    return pd.DataFrame(rows)


def life(frame: pd.DataFrame) -> Array:
    """Return products x months: 0 before launch and after the end, rising to 1 over the first half year."""
    months = np.arange(MONTH_COUNT)
    first = np.array([at(pd.Timestamp(d).date()) if d else -99 for d in frame["launched_on"]])[:, None]
    last = np.array([at(pd.Timestamp(d).date()) if d else 999 for d in frame["ended_on"]])[:, None]
    follows = (frame["predecessor"] != "").to_numpy()[:, None]
    settle = np.where(follows, 2, MONTHS_TO_SETTLE)  # a successor takes over customers, a new product finds them
    grown = np.clip((months - first + 1) / settle, 0, 1)
    fading = np.clip((last - months + 2) / 4, 0, 1)
    alive: Array = grown * fading * (months >= first) * (months <= last)
    return alive


def products_write(frame: pd.DataFrame, classes: "pd.Series[str]") -> None:
    """Write families and products; `classes` gives A, B or C by product code."""
    create(
        Family(code=f.code, name=f.name, planning_unit=f.planning_unit, base_per_planning_unit=f.base_per_planning_unit)
        for f in FAMILIES
    )
    families = keys_by(Family)
    made = create(
        Product(
            code=row["code"],
            name=row["name"],
            family_id=families[row["family"]],
            unit=row["unit"],
            volume_m3=row["volume_m3"],
            shelf_life_days=None if pd.isna(row["shelf_life_days"]) else int(row["shelf_life_days"]),
            launched_on=row["launched_on"] or None,
            ended_on=row["ended_on"] or None,
            abc=classes[row["code"]],
        )
        for row in frame.to_dict("records")
    )
    by_name = {product.name: product for product in made}
    for row in frame[frame["predecessor"] != ""].itertuples():
        product = by_name[str(row.name)]
        product.predecessor = by_name[str(row.predecessor)]
        product.save(update_fields=["predecessor"])
