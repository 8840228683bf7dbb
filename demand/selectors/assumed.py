"""What the assumptions in the number make of a month: one text, read by the layers and by what closing writes."""

from demand.constants import OVERRIDE_MAX, AssumptionState

# The consensus of each cell an assumption in the number reaches, as long as no planner wrote a number of their own:
# sales, changed by the sum of the percents (never below nothing), and the sum of the quantities. Counted in the
# database's decimals, so that what is shown and what is kept agree to the last digit; no more than a column holds.
ASSUMED_SQL = f"""
    select c.series_id, c.bucket, coalesce(o.quantity, b.mean, 0) as sales, least({OVERRIDE_MAX}, greatest(0, round(
               coalesce(o.quantity, b.mean, 0) * (1 + greatest(-100, coalesce(sum(c.percent), 0)) / 100)
               + coalesce(sum(c.quantity), 0), 3))) as quantity
    from demand_assumptioncell c
    left join demand_baselinerun r on r.cycle_id = c.cycle_id and r.adopted
    left join demand_baseline b on b.run_id = r.id and b.series_id = c.series_id and b.bucket = c.bucket
    left join demand_override o on o.cycle_id = c.cycle_id and o.layer = 'sales'
         and o.series_id = c.series_id and o.bucket = c.bucket
    where c.cycle_id = %(cycle)s and c.state = '{AssumptionState.IN_NUMBER}'
    group by c.series_id, c.bucket, o.quantity, b.mean
"""  # noqa: S608  (our own constants)
