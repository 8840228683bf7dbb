"""A plan within its suppliers' limits: they hold, nothing is lost on the way, and who has none is left alone."""

from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supply.engine.flags import flags_find
from supply.engine.limits import SupplierLimit, SupplierLimits
from supply.engine.lines import PlanLines
from supply.engine.orders import releases_of_lanes
from supply.engine.plan import SupplyPlan, plan_supply
from supply.engine.receipts import PreBuys
from supply.engine.time import DAYS_PER_MONTH, roll_up, steps_of_days
from tests.unit.supply.problems import by_step, figures, limited_problem, problem, same

ROWS = [each.name for each in fields(PlanLines)]
ITEMS, MONTHS = 8, 8
RULES = ("fair share", "priority", "proportional")


def seeds(test):
    """Run a test on random problems."""
    return settings(max_examples=30, deadline=None)(given(seed=st.integers(0, 2**32 - 1))(test))


lanes_or_none = pytest.mark.parametrize("lanes", [False, True])


def load(plan: SupplyPlan, supplier):
    """Return the load of a plan's releases on a supplier, measures x months."""
    limits, lanes, releases = plan.problem.limits, plan.problem.lanes, plan.months.releases.copy()
    mine, further = limits.supplier == supplier, lanes.supplier == supplier
    of_lanes = roll_up(releases_of_lanes(plan.problem, plan.orders), 4, "sum")
    np.subtract.at(releases, lanes.item, of_lanes)
    main = np.einsum("kim,im->km", limits.per_unit[:, mine], releases[mine])
    if lanes.per_unit is None:
        return main
    return main + np.einsum("kim,im->km", lanes.per_unit[:, further], of_lanes[further])


@lanes_or_none
@seeds
def test_every_limit_of_a_supplier_holds_in_every_month(lanes, seed):
    plan = plan_supply(limited_problem(seed, lanes=lanes))
    for supplier, limit in plan.problem.limits.limited.items():
        assert (load(plan, supplier) <= limit.quantity * (1 + 1e-9) + 1e-6).all()


@lanes_or_none
@seeds
def test_no_order_gets_lost_between_wanted_moved_and_cut(lanes, seed):
    plan = plan_supply(limited_problem(seed, lanes=lanes))
    moved_in = np.zeros_like(plan.limited.moved)
    moved_in[:, :-1] = plan.limited.moved[:, 1:]
    before = plan.wanted + moved_in + plan.limited.late
    assert np.allclose(before, plan.months.releases + plan.limited.moved + plan.limited.cut, atol=1e-5)
    assert min(plan.limited.moved.min(), plan.limited.cut.min(), plan.limited.late.min()) >= 0


@seeds
def test_no_order_of_a_lane_gets_lost_either(seed):
    plan = plan_supply(limited_problem(seed, lanes=True))
    if plan.orders.limited is None:
        return
    one, limited = plan.problem, plan.limited.lanes
    before, after = (roll_up(releases_of_lanes(one, plan.orders, before_limits=b), 4, "sum") for b in (True, False))
    moved_in = np.zeros_like(limited.moved)
    moved_in[:, :-1] = limited.moved[:, 1:]
    assert np.allclose(before + moved_in + limited.late, after + limited.moved + limited.cut, atol=1e-5)
    assert (limited.cut.sum() <= plan.limited.cut.sum() + 1e-6) and limited.cut.min(initial=0) >= 0


@lanes_or_none
@seeds
def test_units_and_money_balance_as_in_any_plan(lanes, seed):
    plan = plan_supply(limited_problem(seed, lanes=lanes))
    for rows in (by_step(plan), plan.months):
        received = rows.firm_receipts + rows.planned_receipts
        assert np.allclose(rows.opening + received - rows.shipped, rows.closing, atol=1e-6)
    assert all((row >= -1e-6).all() for row in vars(by_step(plan)).values())
    months = plan.months
    assert all((getattr(months, row) >= -1e-6).all() for row in ROWS[: ROWS.index("value")])
    before = np.concatenate([(plan.problem.on_hand * plan.problem.avg_cost)[:, None], months.value[:, :-1]], axis=1)
    assert np.allclose(before + months.purchases - months.cogs, months.value, atol=1e-5)
    served = months.shipped.sum(axis=1) + months.lost.sum(axis=1) + months.backlog[:, -1]
    assert np.allclose(plan.problem.backlog + plan.problem.demand.sum(axis=1), served)


@lanes_or_none
@seeds
def test_orders_keep_to_lots_and_to_the_frozen_fence_of_their_lane(lanes, seed):
    plan = plan_supply(limited_problem(seed, lanes=lanes))
    ordered, release = plan.orders.flows.ordered, plan.orders.chances.release
    lane = np.zeros_like(release) if plan.orders.lane is None else plan.orders.lane
    orders = [(row, lane[row, step], release[row, step], ordered[row, step]) for row, step in np.argwhere(ordered > 0)]
    if plan.orders.extra is not None:
        extra = plan.orders.extra.orders
        orders += list(zip(extra.item, plan.orders.extra.ranks, extra.release, extra.quantity, strict=True))
    for row, rank, release, quantity in orders:
        one = plan.problem.of_lanes(np.array([row]), rank)
        assert release >= steps_of_days(one.frozen_days)[0]
        assert quantity >= one.moq[0] - 1e-5
        if one.multiple[0]:
            assert quantity / one.multiple[0] == pytest.approx(round(quantity / one.multiple[0]), abs=1e-6)


@lanes_or_none
@seeds
def test_without_a_limit_that_binds_the_plan_is_the_one_without_limits_byte_for_byte(lanes, seed):
    given = limited_problem(seed, lanes=lanes)
    wide = {number: replace(each, quantity=np.full((2, MONTHS), 1e12)) for number, each in given.limits.limited.items()}
    none = {number: replace(each, quantity=np.full((2, MONTHS), np.inf)) for number, each in wide.items()}
    free = plan_supply(replace(given, limits=None))
    for limits in (wide, none, {}):
        plan = plan_supply(replace(given, limits=replace(given.limits, limited=limits)))
        assert same(plan, free)
        assert np.array_equal(plan.wanted, plan.months.releases)
        assert not plan.limited.moved.any()


@lanes_or_none
@seeds
def test_who_has_no_limit_is_left_alone_byte_for_byte(lanes, seed):
    given = limited_problem(seed, lanes=lanes)
    plan, free = plan_supply(given), plan_supply(replace(given, limits=None))
    alone = ~np.isin(given.limits.supplier, [0, 1])
    alone[given.lanes.item[np.isin(given.lanes.supplier, [0, 1])]] = False
    assert same(plan, free, alone)
    assert np.array_equal(plan.wanted, free.months.releases), "what is wanted knows no limits"


@lanes_or_none
@seeds
def test_order_and_grouping_of_items_change_nothing_bit_for_bit(lanes, seed):
    given = limited_problem(seed, lanes=lanes)
    whole = plan_supply(given)
    shuffled = np.random.default_rng(seed).permutation(ITEMS)
    groups = [shuffled, given.linked(shuffled[:1]), given.linked(shuffled[1:3])]
    for rows in groups:
        plan = plan_supply(given.take(rows))
        for row, found in figures(whole).items():
            assert np.array_equal(figures(plan)[row], found[rows]), row
        assert np.array_equal(plan.limited.cut, whole.limited.cut[rows])


def one_limited(quantity, **changed):
    """Return the plan of one item whose supplier accepts so much in the months named first, then anything."""
    room = np.full((1, 6), np.inf)
    room[0, : len(quantity)] = quantity
    return plan_supply(problem(limits=SupplierLimits.build([7], {7: SupplierLimit(room)}, months=6), **changed))


def test_too_much_for_a_month_is_ordered_at_the_end_of_the_month_before():
    plan = one_limited([np.inf, 60.0])
    assert plan.wanted[0].tolist() == [100, 100, 100, 100, 100, 0]
    assert plan.months.releases[0].tolist() == [140, 60, 100, 100, 100, 0]
    assert plan.limited.moved[0].tolist() == [0, 40, 0, 0, 0, 0]
    assert by_step(plan).releases[0, :4].tolist() == [25, 25, 25, 65], "as late as possible within the month"
    assert plan.months.lost.sum() == 0
    assert plan.months.value[0, 1] > 0, "what comes earlier is stock"


def test_what_is_cut_is_ordered_later_as_far_as_it_is_still_needed():
    lost = one_limited([60.0, 80.0])
    assert lost.months.releases[0].tolist() == [60, 80, 100, 100, 100, 0]
    assert lost.limited.cut[0, 0] == 60, "40 of its own and 20 of the next month"
    assert lost.months.lost.sum() == pytest.approx(60)
    waiting = one_limited([60.0, 80.0], backorder_share=1.0)
    assert waiting.limited.late[0].tolist() == [0, 0, 60, 0, 0, 0]
    assert waiting.months.backlog[0].tolist() == [0, 40, 60, 0, 0, 0]


def test_what_a_planner_set_and_what_was_bought_ahead_takes_its_room_first():
    own = np.full((1, 6), np.nan)
    own[0, 2] = 90.0
    bought = PreBuys.build([0], [4], [8], [20.0], [9.0])
    limits = SupplierLimits.build([7], {7: SupplierLimit(np.full((1, 6), 120.0))}, months=6)
    given = replace(problem(receipt_override=own, limits=limits), pre_buys=bought)
    plan = plan_supply(given)
    assert (plan.months.releases <= 120 + 1e-9).all()
    assert plan.months.planned_receipts[0, 2] == pytest.approx(110), "both came as they were agreed"


@pytest.mark.parametrize(("moq", "multiple", "releases"), [(60, 0, [130, 70]), (0, 50, [150, 50]), (30, 10, [130, 70])])
def test_what_moves_and_what_stays_are_orders_a_supplier_takes(moq, multiple, releases):
    plan = one_limited([np.inf, 70.0], moq=moq, multiple=multiple, steps_per_month=1)
    assert plan.months.releases[0, :2].tolist() == releases


def test_an_order_that_would_fall_below_the_least_one_moves_as_a_whole():
    plan = one_limited([np.inf, 70.0], moq=60, on_hand=200.0, steps_per_month=1)
    assert plan.wanted[0, :2].tolist() == [0, 100]
    assert plan.months.releases[0, :2].tolist() == [100, 0]


def test_a_shortage_a_limit_explains_is_told_so():
    plan = one_limited([60.0, 80.0])
    assert set(flags_find(plan).query("kind == 'shortage'")["cause"]) == {"supplier capacity"}


def test_a_shortage_is_the_limits_when_without_it_there_were_none_whatever_was_lost_before():
    plan = one_limited([120.0, 0.0, 0.0, 0.0], on_hand=0.0, lead_days=2 * DAYS_PER_MONTH)
    assert plan.months.lost[0].tolist() == [100, 100, 0, 80, 100, 100]
    cause = flags_find(plan).query("kind == 'shortage'").set_index("month")["cause"]
    assert cause.loc[[0, 3, 4]].tolist() == ["no feasible release", "supplier capacity", "supplier capacity"]


def test_stock_below_safety_stock_names_the_limit_where_it_is_the_limits():
    plan = one_limited([60.0, 60.0, 100.0, 100.0, 100.0], on_hand=200.0, safety_override=100.0)
    below = flags_find(plan).query("kind == 'below_ss'").set_index("month")["cause"]
    assert below.index.min() == 1 and set(below) == {"supplier capacity"}
    own = one_limited([], on_hand=110.0, safety_override=100.0, lead_days=2 * DAYS_PER_MONTH)
    assert set(flags_find(own).query("kind == 'below_ss'")["cause"]) == {""}


@seeds
def test_a_limit_is_named_when_and_only_when_at_least_half_of_a_shortage_is_its_own(seed):
    given = limited_problem(seed)
    plan, free = plan_supply(given), plan_supply(replace(given, limits=None))
    short, without = (each.orders.flows.lost + each.orders.flows.backlog for each in (plan, free))
    for flag in flags_find(plan).query("kind == 'shortage'").itertuples():
        more = short[flag.row, flag.step] - without[flag.row, flag.step]
        own = more > 1e-6 and 2 * more >= short[flag.row, flag.step]
        assert (flag.cause == "supplier capacity") == own


def test_no_order_moves_to_a_month_from_which_it_would_come_later():
    lead = np.array([[90.0, 90, 14, 14, 14, 14]])
    room = [np.inf, np.inf, 20.0, 40.0]
    plan = one_limited(room, on_hand=320.0, lead_days=lead)
    assert plan.wanted[0].tolist() == [0, 0, 30, 100, 100, 50]
    assert plan.limited.moved[0, 2] == 0, "ordered a month before its last chance it comes two months after it"
    assert plan.months.releases[0].tolist() == [0, 0, 20, 40, 100, 50]
    assert plan.months.closing[0, -1] == 0, "nothing comes for sales already lost"


def walked(on_hand, backlog, demand, receipts, waits):
    """Return lost units, backlog and closing stock step by step, in plain numbers."""
    rows = []
    for wanted, came in zip(demand, receipts, strict=True):
        owed, there = backlog + wanted, on_hand + came
        shipped = min(owed, there)
        lost = (1 - waits) * min(owed - shipped, wanted)
        backlog, on_hand = owed - shipped - lost, there - shipped
        rows.append((lost, backlog, on_hand))
    return np.array(rows).T


@seeds
def test_stock_within_limits_is_what_its_receipts_make_of_it_step_by_step(seed):
    plan = plan_supply(limited_problem(seed))
    given, steps = plan.problem, by_step(plan)
    came = steps.firm_receipts + steps.planned_receipts
    for row in range(ITEMS):
        start = given.on_hand[row], given.backlog[row]
        found = walked(*start, steps.demand[row], came[row], given.backorder_share[row])
        assert np.allclose(found, [steps.lost[row], steps.backlog[row], steps.closing[row]], atol=1e-6)


@seeds
def test_limits_and_all_quantities_scale_together(seed):
    given = limited_problem(seed)
    names = ("demand", "on_hand", "backlog", "moq", "multiple", "max_order")
    bigger = replace(
        given,
        **{name: getattr(given, name) * 4.0 for name in names},
        firm=replace(given.firm, quantity=given.firm.quantity * 4.0),
        limits=replace(
            given.limits,
            limited={at: replace(each, quantity=each.quantity * 4.0) for at, each in given.limits.limited.items()},
        ),
    )
    normal = [replace(each, policy=replace(each.policy, distribution="normal")) for each in (given, bigger)]
    one, four = (plan_supply(each) for each in normal)
    for row in ("releases", "closing", "lost", "backlog"):
        assert np.allclose(4.0 * getattr(one.months, row), getattr(four.months, row), atol=1e-4), row
    for part in ("moved", "cut", "late"):
        assert np.allclose(4.0 * getattr(one.limited, part), getattr(four.limited, part), atol=1e-4), part
