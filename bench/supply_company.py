"""What a company has gathered after three years of planning, beside the bare stock items of `bench supply_run`."""

from django.contrib.auth.models import Group
from django.db import connection

from sop.constants import Role
from sop.models import Cycle, User

REPS = 10
# Two customers of twenty buy each product, each of a rep; buyers share the stock items; every product has a volume.
PEOPLE = """
    insert into sop_customer (code, name, key_account, region_id, owner_id)
        select 'C' || n, 'Customer ' || n, false, (select id from sop_region), null from generate_series(3, 20) n;
    update sop_customer set owner_id = (select id from sop_user u
                                        where u.username = 'rep' || (substr(sop_customer.code, 2)::int % 10 + 1));
    update demand_series s set customer_id = c.id
        from sop_product p, sop_customer c, sop_customer old
        where p.id = s.product_id and old.id = s.customer_id
          and c.code = 'C' || (substr(p.code, 2)::int % 10 * 2 + substr(old.code, 2)::int);
    update supply_stockitem i set buyer_id = (select id from sop_user where username = 'rep' || (i.id % 5 + 1));
    update sop_product set volume_m3 = 0.02, abc = substr('ABC', (id % 3 + 1)::int, 1);
    update sop_location set space_m3 = 70000;
"""
# Reps said a tenth to a third too much in some families; each cycle kept its whole plan.
PAST = """
    insert into sop_cycle (bucket, horizon_months, state, opened_at, opened_by_id)
        select m::date, 18, 'closed', now(), (select id from sop_user where username = 'cora')
        from generate_series(date '2021-02-01', '2022-01-01', interval '1 month') m;
    insert into demand_actual (series_id, bucket, ordered, shipped, cancelled, revenue)
        select s.id, m::date, 50 + (s.id * 7 + extract(month from m)::int * 13) % 60,
               45 + (s.id * 7 + extract(month from m)::int * 13) % 60, s.id % 7, 0
        from demand_series s, generate_series(date '2021-02-01', '2022-01-01', interval '1 month') m;
    insert into demand_forecastsnapshot (cycle_id, version, series_id, bucket, naive, baseline, sales, consensus)
        select c.id, 1, s.id, m::date, 80, 75 + s.id % 20, 80 + s.id % 30, 80 + s.id % 30
        from sop_cycle c, demand_series s,
             generate_series(c.bucket, c.bucket + interval '17 months', interval '1 month') m
        where c.state = 'closed';
"""
# An order a quarter of each stock item for three years, late now and then; what was counted a year ago.
ORDERS = """
    insert into supply_purchaseorderline (number, line, item_id, supplier_id, ordered_on, first_promised_on,
                                          promised_on, received_on, ordered, received, unit_cost, closed)
        select 'OLD' || i.id || '-' || q, 1, i.id, l.supplier_id, day, day + lead, day + lead,
               day + lead + ((i.id * 13 + q * 7) % 15)::int - 3, 400, 400 - (i.id + q) % 9 / 8 * 40, 10, true
        from supply_stockitem i join supply_sourcing l on l.item_id = i.id
        cross join lateral (select 21 + (l.supplier_id % 4 * 35)::int as lead) t
        cross join generate_series(1, 12) q
        cross join lateral (select date '2022-01-20' - q * 90 - lead + (i.id % 40)::int - 40 as day) d;
    insert into supply_onhand (item_id, as_of, quantity, average_cost, backlog)
        select id, '2021-02-01', id * 31 % 300, 10, 0 from supply_stockitem;
"""
# 25 suppliers accept about nine tenths of what 250 stock items need.
LIMITS = """
    insert into supply_capacity (supplier_id, location_id, unit, bucket, quantity)
        select s.id, null, 'units', m::date, 34000
        from sop_supplier s, generate_series(date '2022-02-01', '2023-07-01', interval '1 month') m
        where substr(s.code, 2)::int <= 25;
"""


def lived_in(cycle: Cycle) -> None:
    """Add people, past cycles, orders and limits to a company of bare stock items."""
    for number in range(1, REPS + 1):
        user = User.objects.create(username=f"rep{number}", name=f"Rep {number}", email=f"rep{number}@example.com")
        user.groups.set(Group.objects.filter(name=Role.REP.value))
    with connection.cursor() as cursor:
        for text in (PEOPLE, PAST, ORDERS, LIMITS):
            cursor.execute(text)
        cursor.execute("vacuum analyze")
