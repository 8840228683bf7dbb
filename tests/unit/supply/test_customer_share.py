"""Sharing a shortage among customers: to the unit, nobody above what it asked, and asking for more earns nothing."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from supply.engine.customer_share import (
    Claims,
    in_whole_units,
    served_of_demand,
    share_asking_more,
    share_by_weight,
)

people = st.lists(st.tuples(st.integers(0, 300), st.integers(0, 50)), min_size=1, max_size=7)  # asked, weight
companies = st.lists(st.tuples(people, st.integers(0, 1500)), min_size=1, max_size=5)


def claims_of(company) -> Claims:
    group = [number for number, (cells, _) in enumerate(company) for _ in cells]
    asked, weight = zip(*(cell for cells, _ in company for cell in cells), strict=True)
    return Claims.build(group, asked, weight, [supply for _, supply in company])


def by_hand(asked, weight, supply):
    """Share by giving a little at a time: whoever is full leaves the sharing; those without weight come last."""
    got, left = [0.0] * len(asked), min(float(supply), float(sum(asked)))
    weights = [float(each) for each in weight]
    for tier in ([each > 0 for each in weight], [each == 0 for each in weight]):
        sharing = [at for at, in_tier in enumerate(tier) if in_tier and asked[at] > 0]
        while sharing and left > 1e-9:
            part = {at: weights[at] or 1.0 for at in sharing}
            step = min((asked[at] - got[at]) / part[at] for at in sharing)
            step = min(step, left / sum(part.values()))
            for at in sharing:
                got[at] += step * part[at]
                left -= step * part[at]
            sharing = [at for at in sharing if asked[at] - got[at] > 1e-9]
    return got


@given(companies)
def test_a_shortage_is_shared_as_by_hand(company):
    claims = claims_of(company)
    found = share_by_weight(claims)
    for number, (cells, supply) in enumerate(company):
        asked, weight = zip(*cells, strict=True)
        assert found[claims.group == number] == pytest.approx(by_hand(asked, weight, supply), abs=1e-6)


@given(companies)
def test_what_is_given_adds_up_to_the_supply_and_nobody_gets_more_than_asked(company):
    claims = claims_of(company)
    whole = in_whole_units(claims, share_by_weight(claims), np.ones(len(claims.asked), dtype=bool))
    assert np.bincount(claims.group, whole, len(company)) == pytest.approx(claims.supply, abs=1e-9)
    assert (whole <= claims.asked + 1e-9).all()
    assert (whole >= 0).all()
    assert (np.abs(whole - np.round(whole)) < 1e-9).all(), "whole units of a whole supply"
    assert (np.abs(whole - share_by_weight(claims)) < 1 + 1e-6).all()


@given(companies, st.sampled_from([1.0, 1.3, 2.0, 50.0]), st.sampled_from([1.0, 1.3]))
def test_asking_for_more_alone_is_split_as_if_the_whole_were_split_again(company, factor, heavier):
    claims = claims_of(company)
    found = share_asking_more(claims, factor, claims.weight * heavier)
    for at in range(len(claims.asked)):
        asked, weight = claims.asked.copy(), claims.weight.copy()
        asked[at] *= factor
        weight[at] *= heavier
        supply = [each for _, each in company]
        supply = np.minimum(supply, np.bincount(claims.group, claims.asked, len(company)))
        again = share_by_weight(Claims.build(claims.group, asked, weight, supply))
        assert found[at] == pytest.approx(again[at], abs=1e-6)


@given(companies)
def test_who_goes_short_gains_nothing_by_asking_for_more(company):
    claims = claims_of(company)
    before, after = share_by_weight(claims), share_asking_more(claims, 1.3)
    short = before < claims.asked - 1e-6
    assert after[short] == pytest.approx(before[short], abs=1e-6)


def test_who_asks_less_than_its_share_gets_it_all_and_would_get_more():
    claims = Claims.build([0, 0], asked=[20, 100], weight=[50, 50], supply=[80])
    assert share_by_weight(claims).tolist() == [20, 60]
    assert share_asking_more(claims, 1.3).tolist() == [26, 60]
    assert share_asking_more(claims, 10.0).tolist() == [40, 60], "up to an equal share, not beyond"


def test_new_customers_get_what_the_others_leave_alike():
    claims = Claims.build([0, 0, 0], asked=[40, 90, 10], weight=[5, 0, 0], supply=[100])
    assert share_by_weight(claims).tolist() == [40, 50, 10]
    assert share_asking_more(claims, 2.0)[1] == 50


def test_a_group_of_any_neighbours_is_shared_alike():
    one = Claims.build([0, 0, 0], [30, 70.5, 9], [3, 4, 0], [61.25])
    rng = np.random.default_rng(4)
    groups = np.concatenate([np.repeat(np.arange(1, 400), 3), [0, 0, 0]])
    asked, weight = rng.integers(0, 90, 1197), rng.integers(0, 9, 1197)
    many = Claims.build(groups, [*asked, 30, 70.5, 9], [*weight, 3, 4, 0], [61.25, *rng.integers(0, 200, 399)])
    shares = [in_whole_units(c, share_by_weight(c), np.ones(len(c.asked), dtype=bool)) for c in (one, many)]
    assert shares[1][-3:].tolist() == shares[0].tolist()
    assert shares[0].sum() == 61.25


def test_a_product_sold_by_the_metre_keeps_its_fractions():
    claims = Claims.build([0, 0], asked=[10, 10], weight=[1, 2], supply=[10])
    assert in_whole_units(claims, share_by_weight(claims), np.zeros(2, dtype=bool)) == pytest.approx([10 / 3, 20 / 3])


@pytest.mark.parametrize("wrong", ["asked", "weight", "supply"])
def test_a_quantity_below_zero_is_refused_in_words(wrong):
    numbers = {"asked": [1.0], "weight": [1.0], "supply": [1.0]} | {wrong: [-1.0]}
    with pytest.raises(ValueError, match=f"{wrong}: a quantity is below zero"):
        Claims.build([0], **numbers)


@given(
    st.lists(st.tuples(st.integers(0, 90), st.integers(0, 120), st.integers(0, 100)), min_size=1), st.integers(0, 60)
)
def test_served_is_what_is_left_of_a_months_shipments_once_waiting_orders_are_served(months, backlog):
    """Month by month with a backlog served first, part of what is unmet waiting and part lost."""
    demand, lost, waiting, expected = [], [], [], []
    for wanted, there, waits in months:
        sent = min(there, backlog + wanted)
        unmet = backlog + wanted - sent
        gone = (1 - waits / 100) * min(unmet, wanted)
        demand.append(wanted)
        lost.append(gone)
        waiting.append(unmet - gone)
        expected.append(max(sent - backlog, 0))
        backlog = unmet - gone
    served = served_of_demand(demand, lost, waiting)
    assert served == pytest.approx(expected, abs=1e-9)


def test_what_waits_from_month_to_month_is_not_delivered():
    assert served_of_demand([100, 100], lost=[0, 0], backlog=[40, 40]).tolist() == [60, 60]


def test_a_month_that_ships_what_waited_serves_its_own_demand_once():
    assert served_of_demand([100, 100], lost=[0, 0], backlog=[40, 0]).tolist() == [60, 100]
