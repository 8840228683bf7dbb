"""`python -m bench supply_run`: a whole supply run from tables to tables, at 10,000 and at 50,000 stock items.

18 months, one process; then an edit of one stock item until its page shows the family's new totals, with a ceiling on
all stock, and the list of stock items under some filters.

Two customers buy every product; 40 suppliers with lead times of three to twenty weeks, three open order lines an item,
costs that rise in summer, a baseline whose errors are known. Memory is the most the process ever held.
"""

import resource
import statistics
import time
from datetime import date

import django

django.setup()

from django.contrib.auth.models import Group  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402

from bench.table import Cell, print_table  # noqa: E402
from sop.constants import JobState, Role, Source, StepKind, StepState  # noqa: E402
from sop.models import Company, Cycle, CycleStep, Supplier, User  # noqa: E402
from sop.request_context import acting  # noqa: E402
from sop.services.cycle_open import cycle_open  # noqa: E402
from sop.services.job import chunk_run  # noqa: E402
from sop.wsgi import set_aside  # noqa: E402
from supply.models import StockItem, SupplyFlag, SupplyRun  # noqa: E402
from supply.services.run import supply_request  # noqa: E402

SIZES = (10_000, 50_000)
EDITS = 40
TARGET_MS = 300.0
LIST_MS = 150.0
LOOKS = 15
FILTERS = {
    "all, by money": "order=money",
    "all, by name": "order=product",
    "one supplier": "supplier={supplier}",
    "short, of one supplier": "supplier={supplier}&kind=shortage",
    "words": "q=Product+77",
    "page 100": "order=money&page=100",
}

ONCE = """
    insert into sop_region (code, name) values ('R', 'Region');
    insert into sop_location (code, name) values ('DC1', 'Warehouse');
    insert into sop_family (code, name, planning_unit, base_per_planning_unit)
        select 'F' || n, 'Family ' || n, '', 1 from generate_series(1, 40) n;
    insert into sop_customer (code, name, key_account, region_id, owner_id)
        select 'C' || n, 'Customer ' || n, false, (select id from sop_region), null from generate_series(1, 2) n;
    insert into sop_supplier (code, name, currency, payment_days)
        select 'S' || n, 'Supplier ' || n, '', 30 from generate_series(1, 40) n;
    insert into supply_leadtimeassumption (supplier_id, valid_from, mean_days, sd_days, receipts_measured, note)
        select id, '2020-01-01', 21 + id % 4 * 35, 10, 0, '' from sop_supplier;
"""
# Products of a number range with everything that hangs on them; %(first)s and %(last)s are numbers.
ITEMS = """
    insert into sop_product (code, name, unit, whole_units, abc, family_id)
        select 'P' || n, 'Product ' || n, 'each', true, '',
               (select id from sop_family where code = 'F' || (n % 40 + 1)) from generate_series({first}, {last}) n;
    create temp table fresh as select id, substr(code, 2)::int as n from sop_product
        where substr(code, 2)::int between {first} and {last};
    insert into sop_price (product_id, customer_id, valid_from, price)
        select id, null, '2020-01-01', 14 + n % 40 from fresh;
    insert into sop_cost (product_id, supplier_id, valid_from, cost)
        select f.id, s.id, day::date, (10 + n % 40) * case when day = '2022-07-01' then 1.08 else 1 end
        from fresh f join sop_supplier s on s.code = 'S' || (f.n % 40 + 1),
             unnest(array['2020-01-01', '2022-07-01']) day;
    insert into supply_stockitem (product_id, location_id, service_target, service_type, backorder_share,
                                  max_cover_months)
        select id, (select id from sop_location), 0.95, 'cycle', 0, 4 from fresh;
    create temp table held as select i.id, f.n from supply_stockitem i join fresh f on f.id = i.product_id;
    insert into supply_sourcing (item_id, supplier_id, share, moq, multiple, review_days, frozen_days, yield_mean,
                                 yield_sd, expedite_cost)
        select h.id, s.id, 1, 50, 10, 7, 0, 1, 0, 0 from held h join sop_supplier s on s.code = 'S' || (h.n % 40 + 1);
    insert into supply_onhand (item_id, as_of, quantity, average_cost, backlog)
        select id, '2022-02-01', n * 37 % 400, 10 + n % 40, 0 from held;
    insert into supply_purchaseorderline (number, line, item_id, supplier_id, ordered_on, first_promised_on,
                                          promised_on, ordered, received, unit_cost, closed)
        select 'PO' || h.n, line, h.id, s.id, '2022-01-05', date '2022-02-01' + h.n % 80, date '2022-02-01' + h.n % 80,
               100, 0, 10 + h.n % 40, false
        from held h join sop_supplier s on s.code = 'S' || (h.n % 40 + 1), generate_series(1, 3) line;
    create temp table sold as
        with made as (
            insert into demand_series (product_id, customer_id, location_id, active)
            select f.id, c.id, (select id from sop_location), true from fresh f cross join sop_customer c returning id)
        select id from made;
    insert into demand_forecastsnapshot (cycle_id, version, series_id, bucket, naive, baseline, sales, consensus)
        select {cycle}, 1, s.id, m::date, 60, 60 + s.id % 20, 60 + s.id % 30, 60 + s.id % 30
        from sold s, generate_series(date '2022-02-01', '2023-07-01', interval '1 month') m;
    insert into demand_baseline (run_id, series_id, bucket, mean, naive, q0_025, q0_1, q0_5, q0_9, q0_975)
        select {run}, s.id, m::date, 60 + s.id % 20, 60, 30, 40, 60, 80, 90
        from sold s, generate_series(date '2022-02-01', '2023-07-01', interval '1 month') m;
    insert into demand_baselineseries (run_id, series_id, route, reason, months, members, fallback, pattern, xyz, scale)
        select {run}, id, 'regular', '', 48, 'theta', '', '', '', 20 from sold;
    drop table fresh, held, sold;
"""
BASELINE = """
    insert into demand_baselinerun (cycle_id, first_bucket, horizon_months, history_until, complete, adopted, summary,
                                    created_at)
        values ({cycle}, '2022-02-01', 18, '2022-01-01', true, true, '{{}}', now()) returning id
"""


def main() -> None:
    """Make the company, run it, enlarge it, run it again; edit at the first size."""
    cycle, sam = company_make()
    rows, last = [], 0
    for size in SIZES:
        items_make(cycle, last + 1, size)
        last = size
        rows.append(run_row(cycle, sam, size))
        if size == SIZES[0]:
            edits, lists = edit_rows(cycle, sam), list_rows(cycle, sam)
    print_table(
        "A whole supply run, tables to tables, one process",
        ("stock items", "seconds", "ms an item", "most memory MB", "flags"),
        rows,
    )
    print_table(
        f"An edit of one stock item at {SIZES[0]:,} (target {TARGET_MS:.0f} ms for both together)",
        ("what", "median ms", "p95 ms"),
        edits,
    )
    print_table(
        f"The list of {SIZES[0]:,} stock items (target {LIST_MS:.0f} ms)", ("filters", "median ms", "p95 ms"), lists
    )


def company_make() -> tuple[Cycle, User]:
    """Return an open cycle in supply, and its planner."""
    sam, cora = (_person(name, role) for name, role in (("sam", Role.SUPPLY_PLANNER), ("cora", Role.COORDINATOR)))
    Company.objects.get_or_create(pk=1, defaults={"cash_ceiling": 1_000_000})
    with acting(cora, Source.COMMAND):
        cycle = cycle_open(user=cora, bucket=date(2022, 2, 1))
    CycleStep.objects.filter(cycle=cycle, kind=StepKind.GATHER).update(state=StepState.CLOSED)
    CycleStep.objects.filter(cycle=cycle, kind=StepKind.SUPPLY).update(state=StepState.OPEN)
    with connection.cursor() as cursor:
        cursor.execute(ONCE)
        cursor.execute(BASELINE.format(cycle=cycle.pk))
        cycle.run_id = cursor.fetchone()[0]
    return cycle, sam


def items_make(cycle: Cycle, first: int, last: int) -> None:
    """Add the stock items of a number range."""
    with connection.cursor() as cursor:
        cursor.execute(ITEMS.format(first=first, last=last, cycle=cycle.pk, run=cycle.run_id))
        cursor.execute("vacuum analyze")


def run_row(cycle: Cycle, sam: User, size: int) -> list[Cell]:
    """Run the plan once and return its row."""
    begun = time.perf_counter()
    with acting(sam, Source.COMMAND):
        run = supply_request(user=sam, cycle_id=cycle.pk)
    for part in run.job.chunks.order_by("stage", "number").values_list("pk", flat=True):
        chunk_run(part)
    seconds = time.perf_counter() - begun
    run.job.refresh_from_db()
    assert run.job.state == JobState.DONE, run.job.error
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    flags = SupplyFlag.objects.filter(cycle=cycle).exclude(state="gone").count()
    return [size, seconds, seconds / size * 1000, memory, flags]


def edit_rows(cycle: Cycle, sam: User) -> list[list[Cell]]:
    """Set a month's receipts of some stock items as a person at the page; return the times of both requests."""
    client = Client(HTTP_HOST="127.0.0.1")
    client.force_login(sam)
    ids = list(StockItem.objects.order_by("id").values_list("pk", flat=True)[:: SIZES[0] // EDITS])
    edits, pages = [], []
    for item in ids:
        here = f"/cycle/{cycle.pk}/supply/items/{item}/"
        fields = {"was-2022-04-01": "", "now-2022-04-01": "300", "version-2022-04-01": "0", "reason": "By phone"}
        edits.append(_ms(lambda here=here, fields=fields: client.post(f"{here}receipts/", fields), 302))
        pages.append(_ms(lambda here=here: client.get(here), 200))
    assert SupplyRun.objects.get(cycle=cycle, current=True).planned_requests, "nothing was planned anew"
    both = [sum(pair) for pair in zip(edits, pages, strict=True)]
    return [_row("edit, planned anew", edits), _row("page", pages), _row("both together", both)]


def list_rows(cycle: Cycle, sam: User) -> list[list[Cell]]:
    """Open the list of stock items under each filter some times."""
    client = Client(HTTP_HOST="127.0.0.1")
    client.force_login(sam)
    set_aside()  # as in a web process; the runs before left much to search for garbage
    supplier = Supplier.objects.order_by("pk")[0].pk
    found = []
    for name, query in FILTERS.items():
        address = f"/cycle/{cycle.pk}/supply/?{query.format(supplier=supplier)}"
        found.append(_row(name, [_ms(lambda address=address: client.get(address), 200) for _ in range(LOOKS)]))
    return found


def _ms(ask: object, status: int) -> float:
    begun = time.perf_counter()
    answer = ask()  # type: ignore[operator]
    milliseconds = (time.perf_counter() - begun) * 1000
    assert answer.status_code == status, answer.status_code
    return milliseconds


def _row(name: str, times: list[float]) -> list[Cell]:
    return [name, statistics.median(times), sorted(times)[int(len(times) * 0.95)]]


def _person(name: str, role: Role) -> User:
    user = User.objects.create(username=name, name=name.title(), email=f"{name}@example.com")
    user.groups.set(Group.objects.filter(name=role.value))
    return user


if __name__ == "__main__":
    main()
