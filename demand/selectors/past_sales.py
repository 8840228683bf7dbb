"""What customers really took lately: what a shortage is shared by."""

from datetime import date

from demand.frames import DEMAND_SQL
from demand.selectors.layers import last_actual_month
from sop.engine.months import month_add

PAST_MONTHS = 12  # every season once
# Kept by series, units a month: the smaller of what was ordered and not cancelled and what was shipped less returns,
# over all months together. An order nobody shipped yet may still be cancelled; a shipment may serve an older order.
# Added up as floats: sums of decimals do not fit the memory a query may take, and wait for the disk.
PAST_SALES_SQL = f"""
    select series_id, greatest(least(sum({DEMAND_SQL}::float8), sum(shipped::float8)), 0) / {PAST_MONTHS}
    from demand_actual where bucket > %(past_after)s and bucket <= %(past_until)s {{only}} group by 1
"""  # noqa: S608  (constants)


def past_span(*, before: date) -> tuple[date, date]:
    """Return the last month ahead of the year looked at, and its last month: the last one with orders before a month.

    `past_after` and `past_until` of PAST_SALES_SQL.
    """
    until = last_actual_month(before=before) or month_add(before, -1)
    return month_add(until, -PAST_MONTHS), until
