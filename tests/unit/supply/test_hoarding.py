"""Stock explained: every unit and cent of the balance in exactly one class, and each class for its own reason."""

from dataclasses import fields, replace

import numpy as np
import pytest

from supply.engine.hoarding import CLASSES, UNEXPLAINED, Known, parts_rounded, smallest_order, stock_explain
from supply.engine.receipts import FirmReceipts
from supply.engine.safety_stock import safety_stock_plan
from supply.engine.time import DAYS_PER_MONTH
from tests.unit.supply.problems import START, problem, random_problem

EXPLAINED_COUNT = len(CLASSES) - len(UNEXPLAINED)


def known(count=1, **given):
    nothing = dict.fromkeys((each.name for each in fields(Known)), np.full(count, np.nan)) | {
        "pre_bought": np.zeros(count)
    }
    return Known(**nothing | {name: np.broadcast_to(np.asarray(value, float), count) for name, value in given.items()})


def random_known(made, seed):
    r, n = np.random.default_rng(seed + 100), len(made.items)
    return known(
        n,
        days=np.where(r.random(n) > 0.4, made.lead_days[:, 0] * r.uniform(0.4, 1.6, n), np.nan),
        days_sd=r.uniform(0, 20, n),
        earlier=np.where(r.random(n) > 0.3, made.lead_days[:, 0] * r.uniform(0.2, 1.2, n), np.nan),
        earlier_sd=r.uniform(0, 10, n),
        pre_bought=r.choice([0.0, 30.0], n),
        held_before=np.where(r.random(n) > 0.3, r.uniform(0, 300, n), np.nan),
    )


def random_case(seed, **changed):
    """Return a problem with stock set by hand here and there, much on order, and what is known of it."""
    r = np.random.default_rng(seed + 50)
    made = random_problem(seed, items=15, **changed)
    by_hand = np.where(r.random(15) > 0.6, np.round(made.demand.mean(axis=1) * 2), np.nan)
    made = replace(
        made,
        safety_override=np.repeat(by_hand[:, None], made.months, axis=1),
        safety_factor=np.repeat(r.choice([1.0, 1.5], 15)[:, None], made.months, axis=1),
        on_hand=made.on_hand * 4,
    )
    return made, random_known(made, seed)


def split(made, given=None):
    return stock_explain(made, safety_stock_plan(made), given or known(len(made.items)))


def one(**changed):
    """Return the classes of one item by name: 100 a month, a month of lead time, 1,000 on hand unless said."""
    given = {name: changed.pop(name) for name in list(changed) if name in {each.name for each in fields(Known)}}
    found = split(problem(**{"on_hand": 1000.0, **changed}), known(**given))
    return dict(zip(CLASSES, found.units[0].tolist(), strict=True)), found


@pytest.mark.parametrize("seed", range(30))
def test_classes_add_up_to_the_balance_in_units_and_money_and_none_is_negative(seed):
    made, given = random_case(seed)
    found = split(made, given)
    firm, n = made.firm, len(made.items)
    on_order = np.bincount(firm.item, weights=firm.quantity, minlength=n)
    value = made.on_hand * made.avg_cost + np.bincount(firm.item, weights=firm.quantity * firm.unit_cost, minlength=n)
    assert found.units.sum(axis=1) == pytest.approx(made.on_hand + on_order)
    assert found.money.sum(axis=1) == pytest.approx(value)
    assert (found.units >= 0).all() and (found.money >= -1e-9).all()
    told = ~np.isnan(found.lengthened)
    assert (found.lengthened[told] >= 0).all()
    first_two = found.units[:, :2].sum(axis=1)
    assert (found.lengthened[:, 0] <= first_two + 1e-9)[told[:, 0]].all()
    grown = ~np.isnan(found.growth[:, 0])
    assert (found.grown_by_lead <= found.growth)[grown].all()


@pytest.mark.parametrize("seed", range(10))
def test_rounded_parts_add_up_to_the_last_digit(seed):
    made, given = random_case(seed)
    found = split(made, given)
    for parts, digits in ((found.units, 3), (found.money, 2)):
        rounded = parts_rounded(parts, digits)
        assert (
            np.round(rounded.sum(axis=1), digits).tolist() == np.round(np.cumsum(parts, axis=1)[:, -1], digits).tolist()
        )
        assert (rounded >= 0).all()
        assert np.abs(rounded - parts).max() <= 1.01 * 10.0**-digits


@pytest.mark.parametrize("seed", range(6))
def test_the_order_of_items_changes_nothing(seed):
    made, given = random_case(seed)
    order = np.random.default_rng(seed).permutation(len(made.items))
    turned = split(made.take(order), Known(**{each.name: getattr(given, each.name)[order] for each in fields(Known)}))
    whole = split(made, given)
    for each in fields(whole):
        np.testing.assert_array_equal(getattr(turned, each.name), getattr(whole, each.name)[order], err_msg=each.name)


@pytest.mark.parametrize("seed", range(6))
def test_all_quantities_times_c_gives_every_class_times_c(seed):
    c = 8.0
    made, given = random_case(seed, demand=np.random.default_rng(seed).uniform(50, 500, (15, 8)))
    bigger = replace(
        made,
        **{
            name: getattr(made, name) * c
            for name in ("demand", "on_hand", "backlog", "moq", "multiple", "max_order", "safety_override")
        },
        firm=replace(made.firm, quantity=made.firm.quantity * c),
    )
    more = replace(given, pre_bought=given.pre_bought * c, held_before=given.held_before * c)
    normal = [replace(each, policy=replace(each.policy, distribution="normal")) for each in (made, bigger)]
    small, big = split(normal[0], given), split(normal[1], more)
    for name in ("units", "money", "lengthened", "growth", "grown_by_lead"):
        np.testing.assert_allclose(getattr(big, name), c * getattr(small, name), rtol=1e-9, atol=1e-6)


@pytest.mark.parametrize("seed", range(6))
def test_where_all_is_as_assumed_only_the_rest_is_unexplained(seed):
    made = random_problem(seed, items=15, firm=FirmReceipts.build())
    found = split(made, known(15, days=made.lead_days[:, 0], days_sd=made.lead_days_sd[:, 0]))
    unexplained = dict(zip(UNEXPLAINED, found.units[:, EXPLAINED_COUNT:].sum(axis=0), strict=True))
    assert {name for name, units in unexplained.items() if units > 1e-9} <= {"rest"}


def test_need_is_demand_over_measured_lead_time_and_review_and_the_backlog():
    found, facts = one(days=2 * DAYS_PER_MONTH, backlog=30.0)
    assert found["need"] == pytest.approx(100 * 2.25 + 30)  # the review is a step, a quarter month
    assert found["rest"] == pytest.approx(1000 - 255)
    assert (facts.per_month[0], facts.months[0]) == pytest.approx((100, 2.25))


def test_a_buffer_is_what_the_measured_spread_asks_for():
    sure, _ = one()
    shaky, facts = one(days=DAYS_PER_MONTH, days_sd=20.0)
    assert sure["buffer"] == 0
    assert shaky["buffer"] == facts.safety_measured[0] > 50
    assert shaky["stacked"] == 0


def test_an_assumed_lead_time_above_the_measured_one_explains_nothing():
    found, _ = one(lead_days=3 * DAYS_PER_MONTH, days=DAYS_PER_MONTH)
    assert (found["need"], found["long_lead"]) == pytest.approx((125, 200))
    shorter, _ = one(lead_days=DAYS_PER_MONTH, days=3 * DAYS_PER_MONTH)
    assert (shorter["need"], shorter["long_lead"]) == pytest.approx((325, 0))


def test_a_safety_stock_set_by_hand_counts_above_the_calculated_one():
    found, _ = one(safety_override=80.0)
    assert (found["buffer"], found["stacked"]) == pytest.approx((0, 80))
    within, _ = one(safety_override=40.0, days=DAYS_PER_MONTH, days_sd=20.0)
    assert within["stacked"] == 0


def test_what_is_agreed_and_what_a_lot_asks_is_explained():
    found, _ = one(moq=40.0, multiple=25.0, pre_bought=60.0)
    assert (found["lots"], found["pre_buy"]) == (50, 60)
    assert smallest_order(problem(moq=0.0, multiple=25.0)).tolist() == [25]
    assert smallest_order(problem(moq=40.0)).tolist() == [40]


def test_without_any_demand_no_lot_explains_anything():
    found, _ = one(demand=np.zeros((1, 6)), moq=40.0)
    assert (found["lots"], found["rest"]) == (0, 1000)


def test_what_is_left_on_order_is_early_and_what_is_left_in_the_warehouse_is_rest():
    firm = FirmReceipts.build([0, 0], [50.0, 30.0], [12.0, 14.0], [START + 5, START + 90])
    found, facts = one(on_hand=200.0, firm=firm)
    assert (found["need"], found["early"], found["rest"]) == pytest.approx((125, 80, 75))
    money = dict(zip(CLASSES, facts.money[0], strict=True))
    assert (money["need"], money["early"], money["rest"]) == pytest.approx((1250, 1020, 750))
    short, facts = one(on_hand=100.0, firm=firm)
    assert (short["need"], short["early"], short["rest"]) == pytest.approx((125, 55, 0))
    assert facts.money[0, 0] == pytest.approx(1000 + 25 * 12.75)  # 100 on hand, 25 of what is on order


def test_too_little_is_all_need():
    found, _ = one(on_hand=70.0, safety_override=80.0, pre_bought=60.0)
    assert found["need"] == 70
    assert sum(found.values()) == 70


def test_longer_lead_times_justify_the_part_of_the_growth_that_they_ask_for():
    _, facts = one(days=3 * DAYS_PER_MONTH, earlier=DAYS_PER_MONTH, held_before=500.0)
    assert facts.lengthened[0].tolist() == pytest.approx([200, 2000])
    assert facts.growth[0].tolist() == pytest.approx([500, 5000])
    assert facts.grown_by_lead[0].tolist() == pytest.approx([200, 2000])
    _, shrunk = one(days=3 * DAYS_PER_MONTH, earlier=DAYS_PER_MONTH, held_before=1500.0)
    assert (shrunk.growth[0, 0], shrunk.grown_by_lead[0, 0]) == (0, 0)
    _, shorter = one(days=DAYS_PER_MONTH, earlier=2 * DAYS_PER_MONTH, held_before=500.0)
    assert shorter.lengthened[0].tolist() == [0, 0]


def test_what_nobody_knows_of_a_year_ago_is_not_told():
    _, no_lead = one(held_before=500.0)
    assert np.isnan(no_lead.lengthened).all() and np.isnan(no_lead.growth).all()
    _, no_count = one(earlier=DAYS_PER_MONTH)
    assert np.isnan(no_count.growth).all()


@pytest.mark.parametrize("seed", range(6))
def test_the_first_month_alone_is_calculated_as_in_the_whole_plan(seed):
    made, _ = random_case(seed)
    whole = safety_stock_plan(
        replace(made, safety_override=made.safety_override * np.nan, safety_factor=np.ones((15, 8)))
    )
    found = split(made)
    np.testing.assert_allclose(found.safety_assumed, whole.quantity[:, 0], rtol=1e-12)
    np.testing.assert_allclose(found.asked[:, 0], whole.cover.mean[:, 0] + made.backlog, rtol=1e-12)
