"""Allocation and capacity: what too little is shared by."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from supply.engine.allocation import fair_share, share_by_priority, share_in_proportion
from supply.engine.capacity import load_in_sequence

quantities = st.lists(st.integers(0, 200), min_size=2, max_size=8)


@given(available=st.integers(0, 1000), stock=quantities, data=st.data())
def test_fair_share_gives_everything_and_levels_cover(available, stock, data):
    demand = data.draw(st.lists(st.integers(1, 40), min_size=len(stock), max_size=len(stock)))
    cover, given_to = fair_share(available, stock, demand)
    assert given_to.sum() == pytest.approx(available, abs=1e-6)
    assert (given_to >= -1e-9).all()
    after = (np.array(stock) + given_to) / np.array(demand)
    assert after[given_to > 1e-9] == pytest.approx(cover)
    assert (after >= cover - 1e-9).all()


def test_a_place_above_the_common_cover_gets_nothing():
    cover, given_to = fair_share(30, [100, 0, 10], [10, 10, 10])
    assert given_to.tolist() == [0, 20, 10]
    assert cover == 2


def test_a_place_without_demand_gets_nothing():
    assert fair_share(30, [0, 0], [10, 0])[1].tolist() == [30, 0]


@pytest.mark.parametrize(
    ("available", "demand", "sentence"), [(10, [0, 0], "no demand to share by"), (-1, [1, 1], "nothing to share")]
)
def test_what_cannot_be_shared_is_refused_in_words(available, demand, sentence):
    with pytest.raises(ValueError, match=sentence):
        fair_share(available, [0, 0], demand)


@given(available=st.integers(0, 500), wanted=quantities)
def test_priority_serves_the_first_in_full_before_the_next(available, wanted):
    given_to = share_by_priority(available, wanted, np.arange(len(wanted)))
    assert given_to.sum() == min(available, sum(wanted))
    short = np.flatnonzero(given_to < wanted)
    assert not len(short) or not given_to[short[0] + 1 :].any()


@given(weights=quantities.filter(any), lots=st.integers(0, 50))
def test_shares_in_lots_add_up_to_the_quantity(weights, lots):
    shares = share_in_proportion(lots * 10.0, weights, 10)
    assert shares.sum() == pytest.approx(lots * 10)
    assert (shares / 10 == np.round(shares / 10)).all()
    assert share_in_proportion(70.0, weights).sum() == pytest.approx(70)


def test_weights_of_zero_are_refused_in_words():
    with pytest.raises(ValueError, match="All weights are 0"):
        share_in_proportion(10, [0, 0])


def test_a_period_without_capacity_takes_nothing():
    assert load_in_sequence([30], [1], [0, 20, 20]).tolist() == [[0, 20, 10]]
