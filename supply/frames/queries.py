"""The queries behind the supply problem: each gives stock item, month and values, or one row per stock item."""

ITEMS_SQL = """
    select i.id, i.location_id, f.code as family, p.abc, p.volume_m3::float8,
           coalesce(i.service_target, t.service_target, %(usual_target)s)::float8 as service_target,
           (case when i.service_target is null then t.service_type else i.service_type end is not distinct from 'fill')
             ::int::float8 as by_fill,
           i.backorder_share::float8, i.safety_stock::float8, i.max_cover_months::float8,
           p.shelf_life_days::float8 as shelf_life_days, lane.supplier_id, coalesce(lane.share, 1)::float8 as share,
           coalesce(lane.moq, 0)::float8 as moq,
           greatest(coalesce(lane.multiple, 1), case when p.whole_units then 1 else 0 end)::float8 as multiple,
           lane.max_order::float8, coalesce(lane.review_days, 7)::float8 as review_days,
           coalesce(lane.frozen_days, 0)::float8 as frozen_days, coalesce(lane.yield_mean, 1)::float8 as yield_mean,
           coalesce(lane.yield_sd, 0)::float8 as yield_sd, lane.expedite_days::float8 as expedite_days,
           coalesce(lane.expedite_cost, 0)::float8 as expedite_cost,
           coalesce(s.payment_days, 30)::float8 as payment_days, coalesce(stock.quantity, 0)::float8 as on_hand,
           stock.average_cost::float8, coalesce(stock.backlog, 0)::float8 as backlog,
           case when s.currency not in ('', (select coalesce(max(currency), 'USD') from sop_company))
                 and not exists (select from sop_rate r where r.currency = s.currency and r.valid_from <= %(first)s)
                then s.currency end as unrated
    from supply_stockitem i
    join sop_product p on p.id = i.product_id join sop_family f on f.id = p.family_id
    left join lateral (select * from supply_sourcing l where l.item_id = i.id order by l.share desc, l.id limit 1) lane
      on true
    left join sop_supplier s on s.id = lane.supplier_id
    left join supply_classtarget t on t.abc = p.abc
    left join lateral (select * from supply_onhand o where o.item_id = i.id and o.as_of <= %(first)s
                       order by o.as_of desc limit 1) stock on true
    where i.id = any(%(ids)s) order by i.id
"""
DEMAND_SQL = """
    select i.id, s.bucket, sum(s.consensus)::float8
    from demand_forecastsnapshot s join demand_series d on d.id = s.series_id
    join supply_stockitem i on i.product_id = d.product_id and i.location_id = d.location_id
    where s.cycle_id = %(cycle)s and s.version = %(version)s and i.id = any(%(ids)s) group by 1, 2
"""
# A price holds from its date until the next one of the same product and addressee; a customer's own beats the list.
# Prices are weighed by what each customer wants; who has no price at all is taken to pay what the others pay, and
# where nobody wants anything the prices there are still hold.
PRICE_SQL = """
    with span as (
        select product_id, customer_id, price, valid_from,
               lead(valid_from, 1, 'infinity') over (partition by product_id, customer_id order by valid_from) as until
        from sop_price where product_id in (select product_id from supply_stockitem where id = any(%(ids)s))
    )
    select i.id, s.bucket,
           coalesce(sum(s.consensus * coalesce(own.price, list.price))
                    / nullif(sum(s.consensus) filter (where coalesce(own.price, list.price) is not null), 0),
                    avg(coalesce(own.price, list.price)))::float8
    from demand_forecastsnapshot s join demand_series d on d.id = s.series_id
    join supply_stockitem i on i.product_id = d.product_id and i.location_id = d.location_id
    left join span own on own.product_id = d.product_id and own.customer_id = d.customer_id
         and s.bucket >= own.valid_from and s.bucket < own.until
    left join span list on list.product_id = d.product_id and list.customer_id is null
         and s.bucket >= list.valid_from and s.bucket < list.until
    where s.cycle_id = %(cycle)s and s.version = %(version)s and i.id = any(%(ids)s) group by 1, 2
"""
LIST_PRICE_SQL = """
    select i.id, m.bucket::date, p.price::float8 from supply_stockitem i
    cross join unnest(%(months)s::date[]) as m(bucket)
    join lateral (select price from sop_price p where p.product_id = i.product_id and p.customer_id is null
                  and p.valid_from <= m.bucket order by p.valid_from desc limit 1) p on true
    where i.id = any(%(ids)s)
"""
# By month, of one lane of each item: `key` names the rows, `lane` says which one it is.
_COST_SQL = """
    select {key}, m.bucket::date, (c.cost * coalesce(r.rate, 1))::float8
    from supply_stockitem i
    cross join unnest(%(months)s::date[]) as m(bucket)
    {lane}
    join sop_supplier s on s.id = lane.supplier_id
    join lateral (select cost from sop_cost c where c.product_id = i.product_id and c.supplier_id = lane.supplier_id
                  and c.valid_from <= m.bucket order by c.valid_from desc limit 1) c on true
    left join lateral (select rate from sop_rate r where r.currency = s.currency and r.valid_from <= m.bucket
                       order by r.valid_from desc limit 1) r on true
    where i.id = any(%(ids)s)
"""
_LEAD_SQL = """
    select {key}, m.bucket::date, t.mean_days::float8, t.sd_days::float8
    from supply_stockitem i
    cross join unnest(%(months)s::date[]) as m(bucket)
    {lane}
    join lateral (select mean_days, sd_days from supply_leadtimeassumption t
                  where t.supplier_id = lane.supplier_id and (t.product_id = i.product_id or t.product_id is null)
                    and t.valid_from <= m.bucket
                  order by t.product_id nulls last, t.valid_from desc limit 1) t on true
    where i.id = any(%(ids)s)
"""
_MAIN = {
    "key": "i.id",
    "lane": """join lateral (select supplier_id from supply_sourcing l where l.item_id = i.id
                  order by share desc, id limit 1) lane on true""",
}
_FURTHER = {"key": "lane.id", "lane": "join supply_sourcing lane on lane.item_id = i.id and lane.id = any(%(lanes)s)"}
COST_SQL, LEAD_SQL = _COST_SQL.format(**_MAIN), _LEAD_SQL.format(**_MAIN)
LANE_COST_SQL, LANE_LEAD_SQL = _COST_SQL.format(**_FURTHER), _LEAD_SQL.format(**_FURTHER)
# The lanes beside the main one that have a share; nothing is bought from one without.
LANES_SQL = """
    select lane.id, lane.item_id, lane.supplier_id, s.name as supplier, lane.share::float8, lane.moq::float8,
           greatest(lane.multiple, case when p.whole_units then 1 else 0 end)::float8 as multiple,
           lane.max_order::float8, lane.review_days::float8, lane.frozen_days::float8, lane.yield_mean::float8,
           lane.yield_sd::float8, s.payment_days::float8,
           case when s.currency not in ('', (select coalesce(max(currency), 'USD') from sop_company))
                 and not exists (select from sop_rate r where r.currency = s.currency and r.valid_from <= %(first)s)
                then s.currency end as unrated
    from (select l.*, row_number() over (partition by l.item_id order by l.share desc, l.id) as place
          from supply_sourcing l where l.item_id = any(%(ids)s)) lane
    join supply_stockitem i on i.id = lane.item_id
    join sop_product p on p.id = i.product_id join sop_supplier s on s.id = lane.supplier_id
    where lane.place > 1 and lane.share > 0 order by lane.item_id, lane.place
"""
FIRM_SQL = """
    select o.item_id, (o.ordered - o.received)::float8, (o.unit_cost * coalesce(r.rate, 1))::float8, o.promised_on
    from supply_purchaseorderline o join sop_supplier s on s.id = o.supplier_id
    left join lateral (select rate from sop_rate r where r.currency = s.currency and r.valid_from <= %(first)s
                       order by r.valid_from desc limit 1) r on true
    where not o.closed and o.received < o.ordered and o.item_id = any(%(ids)s) order by o.item_id, o.promised_on, o.id
"""
LATE_SQL = """
    select supplier_id, avg(greatest(received_on - first_promised_on, 0))::float8
    from supply_purchaseorderline
    where received_on is not null and ordered_on <= received_on and received_on > %(first)s::date - 365
      and supplier_id in (select supplier_id from supply_sourcing where item_id = any(%(ids)s))
    group by 1
"""
OVERRIDE_SQL = """
    select item_id, bucket, quantity::float8 from supply_receiptoverride
    where cycle_id = %(cycle)s and quantity is not null and item_id = any(%(ids)s)
"""
REFERENCE_SQL = """
    select i.id, s.bucket, sum(s.consensus)::float8
    from demand_forecastsnapshot s join demand_series d on d.id = s.series_id
    join supply_stockitem i on i.product_id = d.product_id and i.location_id = d.location_id
    where s.cycle_id = %(before)s and i.id = any(%(ids)s)
      and s.version = (select max(version) from demand_forecastsnapshot where cycle_id = %(before)s)
    group by 1, 2
"""
# In order: the same sums of squares to the last digit, whatever order the rows lie in.
SERIES_ERROR_SQL = """
    select i.id, e.route, e.scale::float8, (select avg(mean)::float8 from demand_baseline b
                                            where b.run_id = e.run_id and b.series_id = e.series_id)
    from demand_baselineseries e join demand_series d on d.id = e.series_id
    join supply_stockitem i on i.product_id = d.product_id and i.location_id = d.location_id
    where e.run_id = %(run)s and i.id = any(%(ids)s) and e.scale is not null order by i.id, d.id
"""
# A warehouse's own space holds where no month's is stated.
LIMITS_SQL = """
    select 'location', l.id, 'm3', m.bucket::date, l.space_m3::float8, null from sop_location l
    cross join unnest(%(months)s::date[]) as m(bucket)
    where l.space_m3 is not null and not exists (
        select from supply_capacity c where c.location_id = l.id and c.unit = 'm3' and c.bucket = m.bucket)
    union all
    select case when c.supplier_id is null then 'location' else 'supplier' end, coalesce(c.supplier_id, c.location_id),
           c.unit, c.bucket, c.quantity::float8, r.cut_by
    from supply_capacity c left join supply_supplierrule r on r.supplier_id = c.supplier_id
    where c.bucket = any(%(months)s)
"""
# What was ordered from each supplier since an item's lanes last changed, at most in a year: it counts against shares.
ORDERED_SQL = """
    select o.item_id, o.supplier_id, sum(case when o.closed then o.received else o.ordered end)::float8
    from (select l.item_id, max(h.history_date)::date as changed
          from supply_sourcing l join supply_historicalsourcing h on h.id = l.id
          where l.item_id = any(%(several)s) group by 1) lanes
    join supply_purchaseorderline o on o.item_id = lanes.item_id
    where o.ordered_on >= greatest(lanes.changed, %(first)s::date - 365) and o.ordered_on < %(first)s group by 1, 2
"""
