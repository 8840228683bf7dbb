"""From the chosen scenario and the consensus to the lines of a plan; parts add up to the unit and the cent."""

from dataclasses import asdict, dataclass

from django.db import connection

from publish.seal import Value

# The scenario plans stock items; customers get their share of it as they share the consensus it was planned for.
# Largest remainder, in steps of a cent (revenue) and of whole units (quantities) where the item's month is whole, of a
# thousandth where it is not: floor first, then the largest rests get one step. Rounding each month of a slow mover to
# whole units would publish a plan without it.
# The shares are found first and each looks its line up by the whole key: right after a run the database knows nothing
# of the new rows yet, and left to guess it compares every share with every line of the month.
DEMAND_ROWS_SQL = """
    with share as materialized (
        select d.product_id, d.location_id, d.customer_id, i.id as item_id, s.bucket, sum(s.consensus) as wanted
        from demand_forecastsnapshot s join demand_series d on d.id = s.series_id
        join supply_stockitem i on i.product_id = d.product_id and i.location_id = d.location_id
        where s.cycle_id = %(cycle)s and s.version = %(version)s
        group by 1, 2, 3, 4, 5
    ), part as (
        select h.*, l.demand, l.revenue,
               case when sum(h.wanted) over w > 0 then h.wanted / sum(h.wanted) over w
                    else 1.0 / count(*) over w end as weight,
               case when p.whole_units and l.demand = round(l.demand) then 1 else 0.001 end as step
        from share h
        join reconcile_scenarioline l on l.run_id = %(run)s and l.item_id = h.item_id and l.bucket = h.bucket
        join sop_product p on p.id = h.product_id
        window w as (partition by h.product_id, h.location_id, h.bucket)
    ), floored as (
        select *, floor(demand * weight / step) as units,
               floor(revenue * weight * 100) as cents,
               demand * weight / step - floor(demand * weight / step) as unit_rest,
               revenue * weight * 100 - floor(revenue * weight * 100) as cent_rest
        from part
    ), ranked as (
        select *, row_number() over (g order by unit_rest desc, customer_id) as unit_rank,
               row_number() over (g order by cent_rest desc, customer_id) as cent_rank,
               round(demand / step) - sum(units) over g as units_left,
               round(revenue * 100) - sum(cents) over g as cents_left
        from floored window g as (partition by product_id, location_id, bucket)
    )
    select p.code, w.code, c.code, f.code, r.code, k.bucket,
           ((k.units + case when k.unit_rank <= k.units_left then 1 else 0 end) * k.step)::numeric(16, 3),
           ((k.cents + case when k.cent_rank <= k.cents_left then 1 else 0 end) / 100)::numeric(18, 2),
           null, null, null, null, null
    from ranked k
    join sop_product p on p.id = k.product_id join sop_family f on f.id = p.family_id
    join sop_location w on w.id = k.location_id
    join sop_customer c on c.id = k.customer_id join sop_region r on r.id = c.region_id
"""
# What a stock item sells without any customer to name (a backlog left by one who is gone) stays on its own line.
STOCK_ROWS_SQL = """
    with shared as (
        select distinct d.product_id, d.location_id, s.bucket
        from demand_forecastsnapshot s join demand_series d on d.id = s.series_id
        where s.cycle_id = %(cycle)s and s.version = %(version)s
    )
    select p.code, w.code, '', f.code, '', l.bucket,
           case when h.bucket is null then nullif(l.demand, 0) end,
           case when h.bucket is null then nullif(l.revenue, 0) end,
           l.receipts, l.closing, l.cogs, l.inventory_value, l.purchases_value
    from reconcile_scenarioline l
    join supply_stockitem i on i.id = l.item_id
    join sop_product p on p.id = i.product_id join sop_family f on f.id = p.family_id
    join sop_location w on w.id = i.location_id
    left join shared h on h.product_id = i.product_id and h.location_id = i.location_id and h.bucket = l.bucket
    where l.run_id = %(run)s
"""
LEFT_OUT_SQL = """
    select distinct p.code
    from demand_forecastsnapshot s join demand_series d on d.id = s.series_id join sop_product p on p.id = d.product_id
    left join supply_stockitem i on i.product_id = d.product_id and i.location_id = d.location_id
    left join reconcile_scenarioline l on l.item_id = i.id and l.bucket = s.bucket and l.run_id = %(run)s
    where s.cycle_id = %(cycle)s and s.version = %(version)s and s.consensus > 0 and l.id is null
    order by 1
"""


@dataclass(frozen=True)
class PlanSource:
    """What a plan is made of: a cycle's consensus of one snapshot version, and the scenario run that planned it."""

    cycle: int
    version: int
    run: int


def plan_line_rows(source: PlanSource) -> list[tuple[Value, ...]]:
    """Return every line of the plan in the seal's field order: customers' demand and revenue, then stock items.

    Summed over the lines of an item and month, demand and revenue are the scenario's, to the last digit.
    """
    with connection.cursor() as cursor:
        cursor.execute(DEMAND_ROWS_SQL, asdict(source))
        rows = cursor.fetchall()
        cursor.execute(STOCK_ROWS_SQL, asdict(source))
        rows += cursor.fetchall()
    return list(rows)


def products_left_out(source: PlanSource) -> list[str]:
    """Return the codes of products somebody is to get in some month for which the scenario plans nothing at all."""
    with connection.cursor() as cursor:
        cursor.execute(LEFT_OUT_SQL, asdict(source))
        return [code for (code,) in cursor.fetchall()]
