"""Projection: netting against a plain loop, and the rules a planner would check by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supply.engine.lots import lot
from supply.engine.projection import latest_release, netting, project

SPARE = {"backorder_share": 1.0, "feasible": True}


def plain_netting(on_hand, backlog, demand, receipts, lead, safety, moq, multiple, share):
    """Return closing, backlog, lost and receipts of one item, as one would write it on paper."""
    steps = len(demand)
    closing, waiting, lost, planned = (np.zeros(steps) for _ in range(4))
    covered_by = -1
    for t in range(steps):
        useful = [r for r in range(steps) if r + lead[r] <= t]
        base, owed = on_hand + receipts[t], backlog + demand[t]
        if useful and max(useful) != covered_by:
            covered_by = max(useful)
            last = t
            while last + 1 < steps and max(r for r in range(steps) if r + lead[r] <= last + 1) == covered_by:
                last += 1
            ahead = [
                safety[u] + demand[t + 1 : u + 1].sum() - receipts[t + 1 : u + 1].sum() for u in range(t, last + 1)
            ]
            planned[t] = lot(max(ahead) + owed - base, moq, multiple)
        shipped = min(base + planned[t], owed)
        lost[t] = (1 - share) * min(owed - shipped, demand[t])
        backlog = waiting[t] = owed - shipped - lost[t]
        on_hand = closing[t] = base + planned[t] - shipped
    return closing, waiting, lost, planned


@settings(max_examples=80, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_all_items_at_once_equal_a_plain_loop_over_one(seed):
    r = np.random.default_rng(seed)
    items, steps = 4, 16
    on_hand, backlog = r.integers(0, 60, items), r.integers(0, 10, items)
    demand, receipts = (
        r.integers(0, 30, (items, steps)),
        r.integers(0, 40, (items, steps)) * (r.random((items, steps)) > 0.8),
    )
    lead = np.repeat(r.integers(0, 7, (items, 4)), 4, axis=1)
    safety = np.repeat(r.integers(0, 30, (items, 4)), 4, axis=1)
    moq, multiple, share = r.integers(0, 50, items), r.choice([0, 1, 12], items), r.choice([0, 0.5, 1], items)
    flows, _ = netting(
        on_hand,
        demand,
        receipts,
        lead,
        safety_stock=safety,
        moq=moq,
        multiple=multiple,
        backlog=backlog,
        backorder_share=share,
        feasible=True,
    )
    for row in range(items):
        alone = plain_netting(
            on_hand[row],
            backlog[row],
            demand[row],
            receipts[row],
            lead[row],
            safety[row],
            moq[row],
            multiple[row],
            share[row],
        )
        found = flows.closing[row], flows.backlog[row], flows.lost[row], flows.receipts[row]
        for mine, paper in zip(found, alone, strict=True):
            assert np.allclose(mine, paper, atol=1e-9)


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_running_the_planned_receipts_again_gives_the_same_flows(seed):
    r = np.random.default_rng(seed)
    demand, receipts, lead = r.integers(0, 30, (3, 20)), r.integers(0, 9, (3, 20)), r.integers(0, 7, (3, 20))
    flows, _ = netting([20, 0, 9], demand, receipts, lead, safety_stock=8, multiple=10, **SPARE)
    start = np.array([20.0, 0, 9])
    again = project(start, np.zeros(3), demand.astype(float), receipts + flows.receipts, np.ones(3))
    assert np.allclose(again.closing, flows.closing)
    assert np.allclose(again.shipped, flows.shipped)


def test_the_latest_useful_release_looks_at_the_lead_time_of_its_own_step():
    lead = np.array([[2, 2, 5, 5, 1, 1, 1, 1]])
    assert latest_release(lead, np.zeros(1, int), np.ones(1, int))[0].tolist() == [-1, -1, 0, 1, 1, 4, 5, 6]


def test_growing_lead_times_are_bridged_by_the_last_order_before_them():
    """Nothing ordered in steps 2 and 3 arrives before step 7: the order of step 1 must last until then."""
    lead = [[2, 2, 5, 5, 5, 5, 5, 5]]
    flows, release = netting(20, [[10] * 8], [[0] * 8], lead, **SPARE)
    assert flows.receipts[0].tolist() == [0, 0, 10, 40, 0, 0, 0, 10]
    assert release[0, [2, 3, 7]].tolist() == [0, 1, 2]
    assert not flows.backlog.any()


def test_without_a_review_interval_every_period_may_order():
    flows, _ = netting(0, [10] * 6, [0] * 6, 1, review=0, feasible=True)
    assert flows.ordered[0].tolist() == [0, 20, 10, 10, 10, 10]


def test_an_order_at_each_review_lasts_until_the_next():
    flows, release = netting(0, [10] * 8, [0] * 8, 1, review=3, moq=25, multiple=5, feasible=True)
    assert flows.receipts[0].tolist() == [0, 40, 0, 0, 30, 0, 0, 25]
    assert release[0, [1, 4, 7]].tolist() == [0, 3, 6]


def test_unmet_demand_partly_waits_and_backlog_is_served_first():
    flows, _ = netting(10, [20, 20, 0], [0, 0, 8], 9, backorder_share=0.5, backlog=4, feasible=True)
    assert flows.shipped[0].tolist() == [10, 0, 8]
    assert flows.lost[0].tolist() == [7, 10, 0]
    assert flows.backlog[0].tolist() == [7, 17, 9]


def test_unconstrained_orders_lie_in_the_past_and_nothing_is_short():
    flows, release = netting(0, [10, 10], [0, 0], 3)
    assert flows.receipts[0].tolist() == [10, 10]
    assert release[0].tolist() == [-3, -2]
    assert not flows.backlog.any()


def test_a_receipt_later_than_a_need_does_not_cover_it():
    flows, _ = netting(0, [0, 10, 0, 0], [0, 0, 0, 30], 1, **SPARE)
    assert flows.receipts[0].tolist() == [0, 10, 0, 0]


@pytest.mark.parametrize("lead", [0, 3])
def test_no_demand_and_no_stock_is_an_empty_plan(lead):
    flows, _ = netting(0, [0, 0, 0, 0], [0, 0, 0, 0], lead, moq=50, multiple=10)
    assert not flows.receipts.any()
