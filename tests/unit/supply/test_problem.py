"""The supply problem: stretched, checked at the door, cut into items."""

import numpy as np
import pytest

from supply.engine.flags import flags_by_item, flags_find
from supply.engine.kpi import kpi_by, kpi_totals
from supply.engine.plan import plan_supply
from supply.engine.problem import SupplyProblem
from supply.engine.receipts import FirmReceipts
from tests.unit.supply.problems import problem, random_problem


def test_numbers_and_item_arrays_are_stretched_over_the_months():
    given = random_problem(1, price=np.arange(6.0), lead_days=21)
    assert given.price.shape == given.lead_days.shape == given.demand.shape
    assert given.price[3].tolist() == [3.0] * 8
    assert given.buckets.astype(str).tolist()[:2] == ["2022-02-01", "2022-03-01"]


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"on_hand": -5}, "on_hand: item GYP has -5; give a number at least 0."),
        ({"price": [[1, 2, np.nan, 4, 5, 6]]}, "price: item GYP, month 3 has nothing; give a number at least 0."),
        ({"backorder_share": 1.5}, "backorder_share: item GYP has 1.5; give a number from 0 to 1."),
        ({"elasticity": 0.4}, "elasticity: item GYP has 0.4; give a number from -inf to 0."),
        ({"rho": [[np.nan, 0.2]]}, "rho: item GYP, horizon 1 has nothing"),
        ({"yield_mean": 0}, "yield_mean: item GYP has 0; give a number from 0.01 to 1."),
        ({"colour": 1}, "There is no array called colour."),
        ({"demand": np.zeros((1, 0))}, "demand: expected 1 items x at least one month"),
        ({"firm": FirmReceipts.build([3], [1], [1], ["2022-03-01"])}, "names an item that is not in the plan"),
        (
            {"firm": FirmReceipts.build([0], [1], [1], ["NaT"])},
            "of item GYP lacks a quantity, a cost or a promised day",
        ),
    ],
)
def test_a_fault_is_named_with_its_item_its_month_and_the_cure(changed, sentence):
    with pytest.raises(ValueError) as refused:
        problem(**changed)
    assert sentence in str(refused.value)


def test_what_must_be_given_is_asked_for():
    with pytest.raises(ValueError, match="price: must be given"):
        SupplyProblem.build(items=["A"], first_month="2022-02", demand=[[1.0]])


def test_no_item_at_all_is_an_empty_plan():
    plan = plan_supply(random_problem(1).take([]))
    assert plan.months.closing.shape == (0, 8)
    assert flags_find(plan).empty
    assert flags_by_item(flags_find(plan)).empty
    assert kpi_by(plan, plan.problem.family).empty
    assert kpi_totals(plan)["revenue"] == 0


def test_one_month_one_step_a_month_is_a_plan():
    plan = plan_supply(problem(months=1, steps_per_month=1, rho=[[0.3]]))
    assert plan.months.closing.shape == (1, 1)


def test_a_horizon_of_24_months_is_a_plan():
    assert plan_supply(problem(months=24, rho=[[0.3] * 12])).months.closing.shape == (1, 24)


def test_taking_items_takes_their_orders_along():
    given = random_problem(2)
    part = given.take([4, 1])
    for place, row in enumerate((4, 1)):
        mine, theirs = part.firm.item == place, given.firm.item == row
        assert part.firm.quantity[mine].tolist() == given.firm.quantity[theirs].tolist()
    assert part.items.tolist() == ["I4", "I1"]


def test_textbook_periods_are_one_step_months():
    """A month that is one step is a period of any length: a known record, lot 230, lead time 2, receipt in period 1."""
    gross = np.array([[150.0, 0, 0, 120, 0, 150, 120, 0]])
    plan = plan_supply(
        problem(
            demand=gross,
            on_hand=37.0,
            multiple=230,
            lead_days=2 * 30.4375,
            steps_per_month=1,
            firm=FirmReceipts.build([0], [230.0], [10.0], ["2022-02-15"]),
        )
    )
    assert plan.months.closing[0].tolist() == [117, 117, 117, 227, 227, 77, 187, 187]
    assert np.flatnonzero(plan.months.releases[0]).tolist() == [1, 4]
