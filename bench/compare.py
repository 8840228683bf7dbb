"""`python -m bench compare`: the page of two baseline runs beside each other, 10,000 series x 18 months.

The company of `bench review` with a second run, of the same cycle and of one a month later. Times are of whole
requests.
"""

import django

django.setup()

from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402

from bench.review import company_make, page_row  # noqa: E402
from bench.table import print_table  # noqa: E402
from demand.models import BaselineRun  # noqa: E402
from sop.models import Cycle, User  # noqa: E402

# A run like the adopted one, an hour later, that forecasts nearly everything a little differently.
FACTS = """
    insert into demand_baselineseries (run_id, series_id, route, reason, months, members, fallback, noise, pattern, xyz)
    select %(run)s, id, case when id %% 40 = %(turn)s then 'growing' else 'regular' end, '60 months.', 60, 'theta', '',
           15, '', '' from demand_series
"""
ROWS = """
    insert into demand_baseline (run_id, series_id, bucket, mean, naive, q0_025, q0_1, q0_5, q0_9, q0_975)
    select %(run)s, series_id, bucket, mean * (0.9 + (series_id %% 21) / 100.0), naive, q0_025, q0_1, q0_5, q0_9, q0_975
    from demand_baseline where run_id = %(like)s
"""


def main() -> None:
    """Make the company, measure, print."""
    cycle = company_make()
    adopted = BaselineRun.objects.get(cycle=cycle, adopted=True)
    run = _run_make(cycle, adopted)
    client = Client(HTTP_HOST="127.0.0.1")
    client.force_login(User.objects.get(username="olga"))
    here = f"/cycle/{cycle.pk}/baseline/"
    pages = {
        "what moved": f"{here}{run.pk}/compare/",
        "a family, words": f"{here}{run.pk}/compare/?family=F3&words=product+customer",
        "page 100": f"{here}{run.pk}/compare/?page=100",
        "baseline": here,
    }
    rows = [page_row(name, lambda path=path: client.get(path)) for name, path in pages.items()]
    BaselineRun.objects.filter(pk=adopted.pk).update(history_until="2021-12-01")
    rows.append(page_row("what moved, a month later", lambda: client.get(pages["what moved"])))
    print_table("Two baselines, 10,000 series x 18 months", ("page", "median ms", "p95 ms", "queries"), rows)


def _run_make(cycle: Cycle, adopted: BaselineRun) -> BaselineRun:
    run = BaselineRun.objects.create(
        cycle=cycle,
        first_bucket=adopted.first_bucket,
        horizon_months=adopted.horizon_months,
        history_until=adopted.history_until,
        complete=True,
    )
    with connection.cursor() as cursor:
        cursor.execute(ROWS, {"run": run.pk, "like": adopted.pk})
        cursor.execute(FACTS, {"run": adopted.pk, "turn": 1})
        cursor.execute(FACTS, {"run": run.pk, "turn": 2})
        cursor.execute("vacuum analyze")
    return run


if __name__ == "__main__":
    main()
