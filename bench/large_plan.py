"""A company of 5,000 series for measuring: a planner, 25 reps with 200 series each, history and an adopted baseline."""

from datetime import date

from django.contrib.auth.models import Group
from django.db import connection
from django.utils import timezone

from demand.models import BaselineRun, Series
from sop.constants import CycleState, Role, Source
from sop.models import Customer, Cycle, Family, Location, Product, Region, User
from sop.request_context import acting
from sop.services.cycle_open import cycle_open

REPS, PRODUCTS, PER_PRODUCT = 25, 1_000, 5  # 5,000 series; every rep sells 200 products
FAMILIES = 20
BUCKET = date(2022, 2, 1)
HORIZON = 18

ACTUALS = """
    insert into demand_actual (series_id, bucket, ordered, shipped, cancelled, revenue)
    select s.id, (%(bucket)s::date - make_interval(months => m))::date, 20 + (s.id * 7 + m * 13) %% 180, 20, 0, 0
    from demand_series s, generate_series(1, 18) m
"""
BASELINE = """
    insert into demand_baseline (run_id, series_id, bucket, mean, naive, q0_025, q0_1, q0_5, q0_9, q0_975)
    select %(run)s, id, bucket, mean, mean, mean * 0.5, mean * 0.7, mean, mean * 1.3, mean * 1.5 from (
        select s.id, (%(bucket)s::date + make_interval(months => m))::date as bucket,
               20 + (s.id * 11 + m * 17) %% 180 as mean
        from demand_series s, generate_series(0, %(horizon)s - 1) m) each
"""
ROUTES = """
    insert into demand_baselineseries (run_id, series_id, route, reason, months, members, fallback, pattern, xyz)
    select %(run)s, id, case when id %% 50 = 0 then 'short' else 'regular' end, '', 18, 'theta', '', '', ''
    from demand_series
"""
SNAPSHOT = """
    insert into demand_forecastsnapshot (cycle_id, version, series_id, bucket, naive, baseline, sales, consensus)
    select %(before)s, 1, s.id, (%(bucket)s::date - make_interval(months => m))::date, 90, 100, 100, 100
    from demand_series s, generate_series(1, 4) m
"""


def large_plan() -> tuple[Cycle, User, list[User]]:
    """Write the company into an empty database; return its open cycle, the planner and the reps."""
    planner = _person("planner", Role.DEMAND_PLANNER, Role.COORDINATOR)
    reps = [_person(f"rep{number}", Role.REP) for number in range(REPS)]
    region = Region.objects.create(code="R", name="Region")
    customers = [Customer(code=f"C{n}", name=f"Customer {n}", region=region, owner=rep) for n, rep in enumerate(reps)]
    Customer.objects.bulk_create(customers)
    location = Location.objects.create(code="DC", name="Warehouse")
    families = [Family.objects.create(code=f"F{number:02}", name=f"Family {number}") for number in range(FAMILIES)]
    products = [
        Product(code=f"P{n:04}", name=f"Product {n}", family=families[n % FAMILIES], abc="ABC"[n % 3])
        for n in range(PRODUCTS)
    ]
    Product.objects.bulk_create(products)
    Series.objects.bulk_create(
        Series(product=product, customer=customers[(n + each * PER_PRODUCT) % REPS], location=location)
        for n, product in enumerate(products)
        for each in range(PER_PRODUCT)
    )
    before = Cycle.objects.create(
        bucket=date(2021, 10, 1), state=CycleState.CLOSED, opened_at=timezone.now(), opened_by=planner
    )
    with acting(planner, Source.COMMAND):
        cycle = cycle_open(user=planner, bucket=BUCKET)
    run = BaselineRun.objects.create(
        cycle=cycle,
        first_bucket=BUCKET,
        horizon_months=HORIZON,
        history_until=date(2022, 1, 1),
        complete=True,
        adopted=True,
    )
    values = {"bucket": BUCKET, "run": run.pk, "horizon": HORIZON, "before": before.pk}
    with connection.cursor() as cursor:
        for statement in (ACTUALS, BASELINE, ROUTES, SNAPSHOT):
            cursor.execute(statement, values)
        cursor.execute("analyze")
    return cycle, planner, reps


def _person(name: str, *roles: Role) -> User:
    person = User.objects.create(username=name, name=name.title())
    person.groups.set(Group.objects.filter(name__in=[role.value for role in roles]))
    return person
