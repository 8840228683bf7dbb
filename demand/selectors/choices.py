"""How people chose to have things forecast, and what that is for each series."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from django.db import connection
from django.db.models import Q, QuerySet

from demand.constants import ChoiceMethod
from demand.frames import DEMAND_SQL, series_facts
from demand.models import BaselineChoice, Series
from sop.models import User
from sop.selectors.scope import customers_visible

MEMBER_OF = {ChoiceMethod.FLAT: "profile", ChoiceMethod.LIKE: "profile"}  # the other methods are members by name
MONTHS = range(1, 13)

# The narrowest choice of each series it reaches, with the series of the like product at the same customer and
# warehouse. Of all series, whichever are asked for: a flat level is shared out over everything it reaches.
CHOSEN_SQL = """
    select distinct on (s.id) s.id as series_id, c.id as choice_id, d.id as source_id, c.like_id
    from demand_series s join sop_product p on p.id = s.product_id
    join demand_baselinechoice c on c.active and (c.product_id = s.product_id or c.family_id = p.family_id)
         and (c.customer_id is null or c.customer_id = s.customer_id)
    left join demand_series d on d.product_id = c.like_id and d.customer_id = s.customer_id
         and d.location_id = s.location_id
    where s.active
    order by s.id, c.product_id nulls last, c.customer_id nulls last
"""
YEAR_SQL = f"""
    select s.id, s.product_id, extract(month from a.bucket)::int, sum({DEMAND_SQL})::float8
    from demand_actual a join demand_series s on s.id = a.series_id
    where a.bucket <= %(until)s and a.bucket > %(until)s - interval '12 months'
      and (s.id = any(%(ids)s) or s.product_id = any(%(like)s))
    group by 1, 2, 3
"""  # noqa: S608  (a constant of frames.py)


def choices() -> QuerySet[BaselineChoice]:
    """Return every choice, those that count first, the latest first."""
    return BaselineChoice.objects.select_related("product", "family", "customer", "like", "chosen_by")


def choices_visible(user: User) -> QuerySet[BaselineChoice]:
    """Return the choices for all customers and for those this person sees."""
    return choices().filter(Q(customer=None) | Q(customer__in=customers_visible(user)))


def choice_of(series: Series) -> BaselineChoice | None:
    """Return the choice that reaches a series, the narrowest."""
    with connection.cursor() as cursor:
        cursor.execute(f"select * from ({CHOSEN_SQL}) found where series_id = %s", [series.pk])  # noqa: S608
        row = cursor.fetchone()
    return choices().get(pk=row[1]) if row else None


def facts_with_choices(*, series_ids: Sequence[int], until: date, ets_for_a: bool = False) -> pd.DataFrame:
    """Return `series_facts` with what people chose for each series: chosen, said, ramp, p1 to p12.

    `ets_for_a`: rows of A products have exponential smoothing as a further method (also).
    """
    facts = series_facts(series_ids=series_ids)
    if ets_for_a:
        facts["also"] = facts["unique_id"].map(dict.fromkeys(series_of_a(series_ids), ChoiceMethod.ETS.value))
    chosen = _chosen(until)
    return facts if chosen.empty else facts.merge(chosen, on="unique_id", how="left")


def series_of_a(series_ids: Sequence[int]) -> set[int]:
    """Return those of these series whose product is of class A."""
    return set(Series.objects.filter(product__abc="A", pk__in=series_ids).values_list("pk", flat=True))


def _chosen(until: date) -> pd.DataFrame:
    """Return the series that a choice reaches, with the columns of demand.engine.facts about it."""
    by_id = {choice.pk: choice for choice in choices().filter(active=True)}
    if not by_id:
        return pd.DataFrame()
    with connection.cursor() as cursor:
        cursor.execute(CHOSEN_SQL)
        rows = pd.DataFrame(cursor.fetchall(), columns=["unique_id", "choice", "source", "like"])
    if rows.empty:
        return rows
    year = _years(rows, until)
    found = [_one(by_id[number], rows[rows["choice"] == number], year) for number in rows["choice"].unique().tolist()]
    return pd.concat(found, ignore_index=True)


def _years(rows: pd.DataFrame, until: date) -> pd.DataFrame:
    """Return the last twelve months of the series reached and of all series of like products: product, 1 to 12."""
    like = rows["like"].dropna().astype(int).tolist()
    params: dict[str, Any] = {"until": until, "ids": rows["unique_id"].tolist(), "like": like}
    with connection.cursor() as cursor:
        cursor.execute(YEAR_SQL, params)
        table = pd.DataFrame(cursor.fetchall(), columns=["series", "product", "month", "units"])
    wide = table.pivot_table(index=["series", "product"], columns="month", values="units", aggfunc="sum")
    return wide.reindex(columns=list(MONTHS)).fillna(0.0).reset_index("product")


def _one(choice: BaselineChoice, own: pd.DataFrame, year: pd.DataFrame) -> pd.DataFrame:
    found = own[["unique_id"]].assign(
        chosen=MEMBER_OF.get(ChoiceMethod(choice.method), choice.method),
        said=f"{choice.chosen_by.name} chose {choice.words}: {choice.reason.rstrip('.')}.",
        ramp=choice.ramp_months,
    )
    profile = None
    if choice.method == ChoiceMethod.FLAT:
        sold = year[list(MONTHS)].sum(axis=1).reindex(own["unique_id"]).fillna(0.0).to_numpy()
        share = sold / sold.sum() if sold.sum() > 0 else np.full(len(own), 1 / len(own))
        profile = np.repeat(share[:, None] * float(choice.quantity or 0), 12, axis=1)
    elif choice.method == ChoiceMethod.LIKE:
        profile = _like_years(choice, own, year) * float(choice.scale_percent) / 100
    if profile is not None:
        found[[f"p{month}" for month in MONTHS]] = profile
    return found


def _like_years(choice: BaselineChoice, own: pd.DataFrame, year: pd.DataFrame) -> np.ndarray:
    """Return the like product's year for each series: of the same customer and warehouse.

    Where no series has such a counterpart, the like product's whole year in equal parts.
    """
    source = pd.to_numeric(own["source"], errors="coerce").fillna(-1).astype(int)
    if source.isin(year.index).any():
        return year[list(MONTHS)].reindex(source).fillna(0.0).to_numpy()
    whole = year.loc[year["product"] == choice.like_id, list(MONTHS)].sum().to_numpy()
    return np.tile(whole / len(own), (len(own), 1))
