"""Every route, and the sentence that says why."""

import numpy as np
import pytest

from demand.engine.history import history_of
from demand.engine.routes import routes_find
from sop.engine.months import month_add
from sop.engine.panel import check_panel
from tests.unit.demand.shapes import END, panel_of, regular, sporadic


def route_of(values, **kwargs):
    history = history_of(check_panel(panel_of(A=np.asarray(values, dtype=float))), **kwargs)
    routing = routes_find(history)
    return str(routing.route[0]), str(routing.reason[0])


@pytest.mark.parametrize(
    ("values", "route", "said"),
    [
        ([5], "short", "1 month of history"),
        ([0], "short", "1 month"),
        (regular(11), "short", "11 months of history: a smoothed level without a season."),
        (regular(12), "growing", "12 months of history: mean of the same month last year and a smoothed level."),
        (regular(23), "growing", "23 months"),
        (regular(24), "regular", "24 months of regular demand"),
        (sporadic(60), "intermittent", "of 60 months: mean of IMAPA"),
        (sporadic(15, seed=8), "intermittent", "of 15 months"),
        ([*regular(40), *np.zeros(12)], "ended", "Nothing sold in the last 12 months: 0, a person confirms"),
        ([*regular(40), *np.zeros(11)], "regular", "51 months"),
        (np.zeros(60), "ended", "Nothing sold in the last 12 months"),
        (np.full(60, 7.0), "regular", "60 months"),
        (-regular(60), "intermittent", "Sold in 0 of 60 months"),
    ],
)
def test_history_decides_the_route_and_says_why(values, route, said):
    found, reason = route_of(values)
    assert found == route
    assert said in reason


def test_interval_between_sales_decides_sporadic_from_regular():
    # 60 months: 46 sales are one in 1.30 months, 45 are one in 1.33.
    for sales, route in ((46, "regular"), (45, "intermittent")):
        values = np.zeros(60)
        values[np.round(np.linspace(0, 59, sales)).astype(int)] = 10
        assert route_of(values)[0] == route


def test_series_without_a_row_has_no_history():
    history = history_of(check_panel(panel_of(A=[1.0, 2.0])), ids=np.array(["NEW"]))
    routing = routes_find(history)
    assert dict(zip(history.ids, routing.route, strict=True)) == {"A": "short", "NEW": "none"}
    assert "a like item is chosen or a number is typed" in routing.reason[1]


def test_nothing_known_for_a_year_is_ended_and_a_shorter_gap_is_said():
    assert route_of(regular(60), as_of=month_add(END, 14))[0] == "ended"
    route, reason = route_of(regular(60), as_of=month_add(END, 2))
    assert route == "regular"
    assert "2 months before the plan starts; the gap was forecast over" in reason


def test_filled_and_trimmed_months_are_said():
    values = regular(60)
    values[[20, 30]] = np.nan
    assert "2 months without a figure were filled." in route_of(values)[1]
    assert "9 months at zero before the first sale left out." in route_of([*np.zeros(9), *regular(40)])[1]
