"""`python -m bench review`: the demand planner's pages at 10,000 series x 18 months, as the server answers them.

Twenty reps, 500 products in 20 families, twelve finished cycles with their layers, 36,000 cells changed by reps and
2,000 by the planner. Times are of whole requests; the 95th of a hundred is what a page may take.
"""

import statistics
import time
from collections.abc import Callable
from datetime import date

import django

django.setup()

from django.contrib.auth.models import Group  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

from bench.table import Cell, print_table  # noqa: E402
from sop.constants import Role, Source  # noqa: E402
from sop.models import Company, Cycle, User  # noqa: E402
from sop.request_context import acting  # noqa: E402
from sop.services.cycle_open import cycle_open  # noqa: E402

REPEATS = 40
NOW = date(2022, 2, 1)

MASTER = """
    insert into sop_region (code, name) values ('R', 'Region');
    insert into sop_location (code, name) values ('DC1', 'Warehouse');
    insert into sop_family (code, name, planning_unit, base_per_planning_unit)
        select 'F' || n, 'Family ' || n, '', 1 from generate_series(1, 20) n;
    insert into sop_product (code, name, unit, whole_units, abc, family_id)
        select 'P' || n, 'Product ' || n, 'each', true, '',
               (select id from sop_family where code = 'F' || (n % 20 + 1)) from generate_series(1, 500) n;
    insert into sop_customer (code, name, key_account, region_id, owner_id)
        select 'C' || n, 'Customer ' || n, false, (select id from sop_region),
               (select id from sop_user where username = 'rep' || n) from generate_series(1, 20) n;
    insert into sop_price (product_id, customer_id, valid_from, price)
        select id, null, '2020-01-01', 10 + id % 40 from sop_product;
    insert into demand_series (product_id, customer_id, location_id, active)
        select p.id, c.id, (select id from sop_location), true from sop_product p cross join sop_customer c;
    insert into demand_actual (series_id, bucket, ordered, shipped, cancelled, revenue)
        select s.id, m::date, 80 + (s.id * 7 + extract(month from m)::int * 13) % 60, 80, 0, 0
        from demand_series s, generate_series(date '2021-01-01', '2022-01-01', interval '1 month') m;
    insert into sop_budget (family_id, bucket, units, revenue, margin)
        select f.id, m::date, 50000, 1500000, 300000
        from sop_family f, generate_series(date '2022-02-01', '2022-12-01', interval '1 month') m;
"""
PAST = """
    insert into sop_cycle (bucket, horizon_months, state, opened_at, opened_by_id)
        select m::date, 18, 'closed', now(), (select id from sop_user where username = 'cora')
        from generate_series(date '2021-02-01', '2022-01-01', interval '1 month') m;
    insert into demand_forecastsnapshot (cycle_id, version, series_id, bucket, naive, baseline, sales, consensus)
        select c.id, 1, s.id, m::date, 90, 95 + s.id % 20, 100 + s.id % 30, 100 + s.id % 30
        from sop_cycle c, demand_series s,
             generate_series(c.bucket, c.bucket + interval '17 months', interval '1 month') m;
"""
PRESENT = """
    insert into demand_baselinerun (cycle_id, first_bucket, horizon_months, history_until, complete, adopted, summary,
                                    created_at)
        values (%(cycle)s, '2022-02-01', 18, '2022-01-01', true, true, '{}', now());
    insert into demand_baseline (run_id, series_id, bucket, mean, naive, q0_025, q0_1, q0_5, q0_9, q0_975)
        select (select max(id) from demand_baselinerun), s.id, m::date, 90.5 + (s.id * 3) % 30, 91, 60, 70, 95, 110, 120
        from demand_series s, generate_series(date '2022-02-01', '2023-07-01', interval '1 month') m;
    insert into demand_changeset (id, cycle_id, user_id, user_name, at, action, scope, reason, note, cells,
                                  total_before, total_after, answer, source, request_id)
        select gen_random_uuid(), %(cycle)s, u.id, u.name, now() - n * interval '1 minute', 'edit', 'Product', '', '',
               10, 1000, 1100, '{}', 'page', ''
        from sop_user u, generate_series(1, 200) n where u.username like 'rep%%';
    insert into demand_override (cycle_id, series_id, bucket, quantity, reason, note, version, change_set_id, layer,
                                 changed_by_id, changed_at)
        select %(cycle)s, s.id, m::date, 130, case when s.id %% 3 = 0 then '' else 'promotion' end, '', 1,
               (select id from demand_changeset limit 1), 'sales', c.owner_id, now()
        from demand_series s join sop_customer c on c.id = s.customer_id,
             generate_series(date '2022-02-01', '2023-07-01', interval '1 month') m where s.id %% 5 = 0;
    insert into demand_override (cycle_id, series_id, bucket, quantity, reason, note, version, change_set_id, layer,
                                 changed_by_id, changed_at)
        select %(cycle)s, s.id, m::date, 140, '', '', 1, (select id from demand_changeset limit 1), 'consensus',
               (select id from sop_user where username = 'olga'), now()
        from demand_series s, generate_series(date '2022-02-01', '2022-06-01', interval '1 month') m
        where s.id %% 25 = 0;
"""


def main() -> None:
    """Make the company, measure, print."""
    cycle = company_make()
    planner = User.objects.get(username="olga")
    client = Client(HTTP_HOST="127.0.0.1")
    client.force_login(planner)
    here = f"/cycle/{cycle.pk}/demand/"
    pages = {
        "changes": "review/",
        "all changes, page 2": "review/?show=all&page=2",
        "consensus, next 3 months": "review/consensus/?window=3",
        "consensus, whole horizon": "review/consensus/?window=all",
        "history of changes": "log/",
    }
    rows = [page_row(name, lambda path=path: client.get(here + path)) for name, path in pages.items()]
    print_table(
        "The demand planner's review, 10,000 series x 18 months", ("page", "median ms", "p95 ms", "queries"), rows
    )


def company_make() -> Cycle:
    """Return the open cycle of a company of 10,000 series."""
    people_make()
    with connection.cursor() as cursor:
        cursor.execute(MASTER)
        cursor.execute(PAST)
    cora = User.objects.get(username="cora")
    with acting(cora, Source.COMMAND):
        cycle = cycle_open(user=cora, bucket=NOW)
    with connection.cursor() as cursor:
        cursor.execute(PRESENT.replace("%(cycle)s", str(cycle.pk)).replace("%%", "%"))
        cursor.execute("vacuum analyze")
    return cycle


def people_make() -> None:
    """Make the company's reps, its planner and its coordinator."""
    for name, role in [(f"rep{n}", Role.REP) for n in range(1, 21)] + [
        ("olga", Role.DEMAND_PLANNER),
        ("cora", Role.COORDINATOR),
    ]:
        user = User.objects.create(username=name, name=name.title(), email=f"{name}@example.com")
        user.groups.set(Group.objects.filter(name=role.value))
    Company.objects.get_or_create(pk=1)


def page_row(name: str, work: Callable[[], object]) -> list[Cell]:
    """Return name, median, p95 and queries of a request."""
    with CaptureQueriesContext(connection) as queries:
        work()
    count = len(queries)
    times = []
    for _ in range(REPEATS):
        begun = time.perf_counter()
        work()
        times.append((time.perf_counter() - begun) * 1e3)
    return [name, statistics.median(times), statistics.quantiles(times, n=20)[-1], count]


if __name__ == "__main__":
    main()
