"""Two items that share what a supplier accepts: who has less to last with gets more of it."""

from dataclasses import replace

import numpy as np

from supply.engine.limits import SupplierLimit, SupplierLimits
from supply.engine.plan import plan_supply
from supply.engine.receipts import FirmReceipts
from tests.unit.supply.problems import START, problem


def two_limited(quantity, **changed):
    """Return the plan of two like items that share what one supplier accepts each month, cut by days of supply."""
    months = len(quantity)
    limits = SupplierLimits.build([0, 0], {0: SupplierLimit(np.array([quantity], dtype=float))}, months=months)
    usual = {"items": ["A", "B"], "family": ["F", "F"], "demand": np.full((2, months), 100.0), "lead_days": 7.0}
    return plan_supply(problem(months, limits=limits, **{**usual, "on_hand": 0.0, **changed}))


def test_who_owes_goods_to_customers_has_less_to_last_with():
    plan = two_limited([200] * 5, backlog=[0.0, 100.0], backorder_share=1.0)
    assert plan.months.releases[:, 0].tolist() == [50, 150]
    even = plan.months.closing - plan.months.backlog
    assert np.allclose(even[0, :3], even[1, :3])


def test_an_open_order_due_long_after_does_not_count_as_days_of_supply_now():
    late = FirmReceipts.build([0], [400.0], [10.0], [START + 160])
    plan = replace(two_limited([100] * 6).problem, firm=late)
    assert plan_supply(plan).months.releases[:, 0].tolist() == [50, 50]
    soon = replace(late, promised=np.array([START + 3]))
    assert plan_supply(replace(plan, firm=soon)).months.releases[:, 0].tolist() == [0, 100]


def test_stock_used_up_since_the_plan_began_does_not_count_when_room_comes_back():
    plan = two_limited([0, 0, 0, 240, 200, 200], on_hand=[250.0, 0.0], safety_override=60.0)
    assert plan.months.closing[:, 2].tolist() == [0, 0]
    assert np.allclose(plan.months.releases[0, 3:], plan.months.releases[1, 3:])
