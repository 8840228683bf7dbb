"""Two real companies through one whole month at the pages: from the first person to the plan that was measured.

Every step is an HTTP request of a signed-in person who fills in a form that stands on the page; the work behind it is
done by a real worker. What comes out is held against plain recounts of the files that went in.
"""

from pathlib import Path

import pytest

from tests.support import stallion
from tests.support import stallion_month as distributor
from tests.support import us_regional_month as seller
from tests.support.live import Live
from tests.support.month import cycle_open
from tests.support.staff import approvers_name, staff_make
from tests.support.stallion import Stallion
from tests.support.us_regional import UsRegional


def test_a_beverage_distributors_first_month(live: Live, real_data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = Stallion(real_data)
    staff = staff_make(live, monkeypatch, reps=stallion.REPS)
    approvers_name(staff)
    distributor.master_data_comes_in(live, staff, files)
    distributor.history_comes_in(live, staff, files)
    distributor.supply_facts_come_in(live, staff, files)
    month = cycle_open(staff, "2017-01")
    distributor.demand_is_gathered(live, month, files)
    distributor.supply_is_planned(live, month)
    distributor.both_halves_meet(month)
    distributor.leadership_signs(month)
    distributor.plan_is_published(live, month)
    distributor.plan_is_measured(live, month, files)
    distributor.next_month_opens(month)


def test_a_furniture_sellers_first_month(live: Live, real_data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = UsRegional(real_data)
    staff = staff_make(live, monkeypatch)
    passwords = seller.teams_are_hired(staff, files)
    seller.company_is_set_up(staff, files)
    seller.order_lines_come_in(live, staff, files)
    seller.money_and_supply_come_in(staff, files)
    month = cycle_open(staff, "2020-12")
    seller.demand_is_gathered(live, month, files, passwords)
    seller.both_halves_meet(live, month)
    seller.leadership_signs(month)
    seller.plan_is_published(live, month)
    seller.december_is_measured(live, month, files)
