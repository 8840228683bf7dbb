"""What looking through history makes of shortages, held against what customers really needed."""

import pytest

from demand.engine.cleansing import corrections_find
from publish.demo.known import known_need
from tests.support.known_losses import Known, apart, known_losses

COMPANIES = known_losses()
LOST = ["sales lost", "sales lost, two months", "sales lost after asking for double"]
NOT_LOST = [
    "backlog delivered later",
    "cancelled and ordered again",
    "asked again and again, for months",
    "doubled orders taken back later",
    "sold now and then",
]


@pytest.mark.parametrize("name", COMPANIES)
def test_fills_by_rule_lie_nearer_to_the_need_than_raw_history(name: str) -> None:
    told = apart(COMPANIES[name], corrections_find(COMPANIES[name].orders))
    assert told.rule_filled <= told.rule_raw, told


@pytest.mark.parametrize("name", [*LOST, "nothing ordered while out of stock"])
def test_what_was_lost_comes_back_by_rule(name: str) -> None:
    told = apart(COMPANIES[name], corrections_find(COMPANIES[name].orders))
    assert told.by_rule >= 150, told
    assert told.rule_filled < 0.4 * told.rule_raw, told


@pytest.mark.parametrize("name", NOT_LOST)
def test_what_was_not_lost_is_not_filled_a_second_time(name: str) -> None:
    told = apart(COMPANIES[name], corrections_find(COMPANIES[name].orders))
    missing = COMPANIES[name].orders.shipped < 0.5 * COMPANIES[name].orders.ordered
    assert told.by_rule <= 0.05 * missing.sum(), told
    assert told.proposed <= 0.25 * missing.sum(), told


def test_the_demo_company_lost_nothing_that_its_customers_had_padded() -> None:
    need, orders = known_need()
    demo = Known(need, orders)
    found = corrections_find(orders)
    for kind in ("stockout", "outlier", "project"):
        told = apart(demo, found, kind)
        assert told.rule_filled <= told.rule_raw, (kind, told)
