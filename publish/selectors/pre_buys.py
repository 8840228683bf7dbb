"""What published plans agreed to buy ahead, for planning supply in later cycles."""

from django.db import connection

from sop.models import Cycle
from supply.selectors.agreed_buys import AgreedBuy

# Of each cycle the latest version; a purchase several cycles agreed counts once, as the last of them says.
PRE_BUYS_SQL = """
    with plan as (
        select distinct on (p.cycle_id) c.bucket, p.scenario_run_id
        from publish_publishedplan p join sop_cycle c on c.id = p.cycle_id
        where c.bucket < %s order by p.cycle_id, p.version desc
    )
    select distinct on (1, 3) (b->>0)::bigint, (b->>1)::float8, (b->>2)::date, (b->>3)::date
    from plan join reconcile_scenariorun r on r.id = plan.scenario_run_id
    cross join lateral jsonb_array_elements(coalesce(r.kpis->'pre_buys', '[]'::jsonb)) b
    order by 1, 3, plan.bucket desc
"""


def pre_buys_before(cycle: Cycle) -> list[AgreedBuy]:
    """Return the pre-buys of the plans that earlier cycles published."""
    with connection.cursor() as cursor:
        cursor.execute(PRE_BUYS_SQL, [cycle.bucket])
        return [AgreedBuy(*row) for row in cursor.fetchall()]
