"""What both runs of a comparison know of each row, and which cause fits, as text for two queries."""

from demand.frames import DEMAND_SQL
from demand.selectors.price import PRICE_SQL

# Units are summed over the months both runs forecast. A month that came in between the runs is held against what the
# earlier run forecast for it, or, where its plan began later, against the same month a year before; it is far off
# when the difference is larger than the row's usual error of one month, that many months together.
MOVES_SQL = f"""
    with before as (
        select series_id, sum(mean)::float8 as units from demand_baseline
        where run_id = %(old)s and bucket between %(first)s and %(last)s group by 1
    ), after as (
        select series_id, sum(mean)::float8 as units from demand_baseline
        where run_id = %(new)s and bucket between %(first)s and %(last)s group by 1
    ), came as (
        select series_id, sum({DEMAND_SQL})::float8 as units from demand_actual
        where bucket > %(old_until)s and bucket <= %(new_until)s group by 1
    ), foretold as (
        select series_id, sum(mean)::float8 as units from demand_baseline
        where run_id = %(old)s and bucket > %(old_until)s and bucket <= %(new_until)s group by 1
    ), year_before as (
        select series_id, sum({DEMAND_SQL})::float8 as units from demand_actual
        where bucket > %(old_until)s - interval '1 year' and bucket <= %(new_until)s - interval '1 year'
          and %(new_until)s > %(old_until)s group by 1
    ), corrected as (
        select series_id, count(distinct bucket) as months, max(bucket) as bucket from demand_historicalcleansing
        where effective_at > %(old_at)s and effective_at <= %(new_at)s group by 1
    ), ending as (
        select distinct on (h.id) h.id as product_id, h.ended_on, true as said from sop_historicalproduct h
        where h.history_date > %(old_at)s and h.history_date <= %(new_at)s
          and h.ended_on is distinct from (select b.ended_on from sop_historicalproduct b
              where b.id = h.id and b.history_date <= %(old_at)s order by b.history_date desc limit 1)
        order by h.id, h.history_date desc
    ), price as ({PRICE_SQL}), found as materialized (
        select d.id as series_id, d.product_id, d.customer_id, d.location_id,
               coalesce(b.units, 0) as before, coalesce(a.units, 0) as after,
               coalesce(b.units, 0) * coalesce(p.price, 0)::float8 as money_before,
               coalesce(a.units, 0) * coalesce(p.price, 0)::float8 as money_after,
               coalesce(o.route, '') as route_before, coalesce(n.route, '') as route_after,
               coalesce(n.reason, '') as reason, n.broke_on, n.broke_to, c.months as corrected, c.bucket, e.ended_on,
               coalesce(w.units, 0) as came, coalesce(f.units, y.units, 0) as expected,
               f.units is not null as was_foretold,
               case when b.units is null then 'new' when a.units is null then 'gone'
                    when (o.route = 'chosen' or n.route = 'chosen') and (o.route <> n.route or o.reason <> n.reason)
                        then 'choice'
                    when e.said then 'end' when c.months > 0 then 'correction'
                    when o.route <> n.route then 'route'
                    when n.broke_on is not null and n.broke_on is distinct from o.broke_on then 'break'
                    when %(months)s > 0 and abs(coalesce(w.units, 0) - coalesce(f.units, y.units, 0))
                         > coalesce(o.noise, n.noise, 0) * sqrt(%(months)s) and coalesce(o.noise, n.noise) is not null
                        then 'month'
                    when abs(a.units - b.units) <= %(small)s * b.units then 'sums'
                    else 'learnt' end as cause
        from before b full join after a using (series_id) join demand_series d on d.id = series_id
        left join demand_baselineseries o on o.run_id = %(old)s and o.series_id = d.id
        left join demand_baselineseries n on n.run_id = %(new)s and n.series_id = d.id
        left join came w on w.series_id = d.id left join foretold f on f.series_id = d.id
        left join year_before y on y.series_id = d.id left join corrected c on c.series_id = d.id
        left join ending e on e.product_id = d.product_id left join price p on p.series_id = d.id
        where d.customer_id = any(%(customers)s)
    )
"""  # noqa: S608  (constants of this code base)
# Summing both runs is most of the work: sums, count and one page of rows come from one pass.
PAGE_SQL = f"""{MOVES_SQL}, sums as (
        select m.code, m.name, f.cause, count(*) as rows, count(*) filter (where before <> after) as moved,
               sum(before) as before, sum(after) as after, sum(money_before) as money_before,
               sum(money_after) as money_after
        from found f join sop_product p on p.id = f.product_id join sop_family m on m.id = p.family_id group by 1, 2, 3
    ), chosen as (
        select f.*, p.code as product, p.name as product_name, c.code as customer, c.name as customer_name,
               l.code as location, m.code as family
        from found f join sop_product p on p.id = f.product_id join sop_family m on m.id = p.family_id
        join sop_customer c on c.id = f.customer_id join sop_location l on l.id = f.location_id
        where before <> after and (%(family)s = '' or m.code = %(family)s) and (%(cause)s = '' or f.cause = %(cause)s)
          and not exists (
              select from unnest(%(words)s::text[]) word
              where position(word in lower(concat_ws(' ', p.code, p.name, c.code, c.name))) = 0)
    ), page as (
        select * from chosen
        order by abs(money_after - money_before) desc, abs(after - before) desc, series_id
        limit %(limit)s offset %(offset)s
    )
    select (select json_agg(json_build_array(code, name, cause, rows, moved, before, after, money_before, money_after)
                            order by name, code) from sums),
           (select count(*) from chosen),
           (select json_agg(page order by abs(money_after - money_before) desc, abs(after - before) desc, series_id)
            from page)
"""  # noqa: S608  (the constant above)
