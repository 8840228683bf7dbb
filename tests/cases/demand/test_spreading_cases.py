"""Spreading cases from other open planning systems; where we differ on purpose, the test says how and why."""

import numpy as np
import pytest

from sop.engine.spread import SpreadError, largest_remainder, spread_over_time, spread_total

BASELINE = [10, 7, 5]


class TestOverrideOnAParentOfThree:
    """frePPLe 9.18.0, test/forecast_9: a number typed at the parent, existing overrides 5 at some of three children.

    There an override is kept by itself. Here only what a person holds is kept, so a held cell is written for it.
    """

    def test_raise_with_two_kept(self):
        assert spread_total([5, 5, 5], 100, baseline=BASELINE, held=[True, True, False]).tolist() == [5, 5, 90]

    def test_raise_with_one_kept_shares_the_rest_by_what_the_others_hold(self):
        assert spread_total([5, 7, 5], 100, baseline=BASELINE, held=[True, False, False]).tolist() == [5, 55, 40]

    def test_cut_with_all_equal(self):
        assert spread_total([5, 5, 5], 3, baseline=BASELINE).tolist() == [1, 1, 1]

    def test_first_override_over_a_clean_baseline(self):
        assert spread_total([10, 10, 0], 20, baseline=[10, 10, 0]).tolist() == [10, 10, 0]

    @pytest.mark.parametrize("current", [[5, 5, 5], [0, 0, 0]])
    def test_odd_unit_of_equal_parts_goes_to_the_first(self, current):
        # There 33, 33, 34: rounding is carried to the last child. Here the odd unit goes to the largest remainder,
        # of equal ones to the first row, where a planner sees it.
        assert spread_total(current, 100, baseline=[0, 0, 0]).tolist() == [34, 33, 33]

    def test_cut_below_what_is_held_is_refused(self):
        # There 1, 2, 0: the kept overrides are scaled down. Here a hold is a person's word, so the edit is refused.
        with pytest.raises(SpreadError, match=r"Held cells alone hold 10; the total cannot be 3\."):
            spread_total([5, 5, 5], 3, baseline=BASELINE, held=[True, True, False])

    def test_cut_without_holds_is_shared_by_all(self):
        # There 3, 0, 0: the cut empties the children without an override first. Here every cell not held gives its
        # share, because nobody said that one of them is less wanted.
        assert spread_total([5, 7, 5], 3, baseline=BASELINE).tolist() == [1, 1, 1]


class TestWholeUnitsOverTheDaysOfAMonth:
    """frePPLe 9.18.0, test/forecast_4: 1 to 5, 26 and 27 units over 28 days."""

    @pytest.mark.parametrize(("total", "days"), [(2, [7, 21]), (4, [4, 11, 18, 25]), (5, [3, 9, 14, 20, 26])])
    def test_days_that_get_a_unit(self, total, days):
        parts = spread_over_time(total, np.ones(28))
        assert (np.flatnonzero(parts) + 1).tolist() == days

    @pytest.mark.parametrize(("total", "days"), [(26, [8, 22]), (27, [15])])
    def test_days_that_get_none(self, total, days):
        parts = spread_over_time(total, np.ones(28))
        assert (np.flatnonzero(parts == 0) + 1).tolist() == days

    @pytest.mark.parametrize(("total", "days"), [(1, [14]), (3, [5, 14, 24])])
    def test_exact_middle_falls_on_the_earlier_day(self, total, days):
        # There day 15: an exact half of the month is rounded down. Here it is rounded up, stock is there in time.
        parts = spread_over_time(total, np.ones(28))
        assert (np.flatnonzero(parts) + 1).tolist() == days

    @pytest.mark.parametrize("total", range(29))
    def test_gaps_differ_by_at_most_two(self, total):
        parts = spread_over_time(total, np.ones(28))
        gaps = np.diff(np.flatnonzero(parts))
        assert parts.sum() == total
        assert set(parts) <= {0, 1}
        assert np.ptp(gaps) <= 2 if len(gaps) else True


class TestForecastOverSlots:
    """trytond_stock_forecast 8.2.0, test_distribute: a quantity over n slots in whole units."""

    @pytest.mark.parametrize(
        ("total", "slots", "expected"),
        [
            (5, 1, [5]),
            (8, 4, [2, 2, 2, 2]),
            (4, 10, [0, 1, 0, 1, 0, 0, 1, 0, 1, 0]),
            (5, 2, [3, 2]),  # there 2, 3: the exact half again, see above
        ],
    )
    def test_even_spread(self, total, slots, expected):
        assert spread_over_time(total, np.ones(slots)).tolist() == expected


class TestSplitByPercentage:
    """frePPLe 9.18.0, test/operation_split: 100 units over three sources."""

    @pytest.mark.parametrize(
        ("shares", "expected"),
        [
            ([30, 35, 35], [30, 35, 35]),
            ([0, 35, 35], [0, 50, 50]),
            ([0, 25, 75], [0, 25, 75]),
            ([0, 20, 80], [0, 20, 80]),
        ],
    )
    def test_shares(self, shares, expected):
        assert largest_remainder(shares, 100).tolist() == expected

    def test_multiples_of_ten_stay_within_one_multiple_of_the_share(self):
        # There 20, 40, 40: each share is rounded up from the largest on, and the smallest bears it all. Here the
        # multiple left over goes to the largest remainder, so nobody is a whole multiple away from the agreed share.
        assert largest_remainder([30, 35, 35], 100, step=10).tolist() == [30, 40, 30]
