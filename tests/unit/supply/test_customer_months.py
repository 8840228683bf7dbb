"""Items' months shared among customers: only what is short is shared, and the months add up to what is delivered."""

import numpy as np

from supply.engine.customer_months import share_months

ITEM = np.array([0, 0, 1])
ASKED = np.array([[100.0, 100.0], [50.0, 50.0], [30.0, 30.0]])
WEIGHT = np.array([[40.0, 40.0], [40.0, 40.0], [10.0, 10.0]])
SUPPLY = np.array([[150.0, 75.0], [np.nan, 12.0]])
WHOLE = np.ones(3, dtype=bool)


def test_only_a_month_that_is_short_is_shared():
    shared = share_months(ITEM, ASKED, WEIGHT, SUPPLY, whole=WHOLE, more=1.3)
    assert shared.served.tolist() == [[100, 38], [50, 37], [30, 12]]
    assert shared.scarce.tolist() == [[False, True], [False, True], [False, True]]
    assert not shared.gained.any()


def test_who_was_served_in_full_could_have_had_more_and_that_is_told():
    supply = np.array([[150.0, 120.0], [np.nan, np.nan]])
    shared = share_months(ITEM, ASKED, WEIGHT, supply, whole=WHOLE, more=1.3)
    assert shared.served[:, 1].tolist() == [70, 50, 30]
    assert shared.gained[:, 1].tolist() == [0, 10, 0]


def test_a_rule_that_looks_at_what_is_asked_lets_asking_earn():
    shared = share_months(ITEM, ASKED, ASKED, SUPPLY, whole=WHOLE, more=1.3, heavier=1.3)
    assert shared.served[:, 1].tolist() == [50, 25, 12]
    assert (shared.gained[:2, 1] > 4).all()
    assert shared.gained[2, 1] == 0, "alone with its item there is nobody to take from"


def test_a_company_without_any_row_shares_nothing():
    nothing = np.zeros((0, 2))
    shared = share_months(np.zeros(0, dtype=int), nothing, nothing, nothing, whole=np.zeros(0, dtype=bool), more=1.3)
    assert shared.served.shape == (0, 2)
