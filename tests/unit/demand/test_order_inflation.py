"""The order-inflation index against its definition written as a plain loop, and where it says nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demand.engine.order_inflation import CLOSE, KEPT_MIN, Turnover, order_inflation, orders_to_stay

months = st.lists(st.tuples(st.floats(1, 1e6), st.floats(KEPT_MIN, 1e6)), min_size=6, max_size=24)


def turnover(rows: list[tuple[float, float]]) -> Turnover:
    return Turnover(sum(ordered for ordered, _ in rows), sum(shipped for _, shipped in rows), len(rows))


@given(recent=months, normal=months)
def test_the_index_is_ordered_over_shipped_against_the_same_before(
    recent: list[tuple[float, float]], normal: list[tuple[float, float]]
) -> None:
    ratios = []
    for rows in (recent, normal):
        ordered = shipped = 0.0
        for month_ordered, month_shipped in rows:
            ordered, shipped = ordered + month_ordered, shipped + month_shipped
        ratios.append(ordered / shipped)
    assert order_inflation(turnover(recent), turnover(normal)) == pytest.approx(ratios[0] / ratios[1])


def test_a_third_more_than_is_kept() -> None:
    assert order_inflation(Turnover(1340, 1000, 12), Turnover(2000, 2000, 24)) == pytest.approx(1.34)


def test_what_is_always_ordered_and_not_kept_is_no_inflation() -> None:
    assert order_inflation(Turnover(1100, 1000, 12), Turnover(2200, 2000, 24)) == pytest.approx(1.0)


@pytest.mark.parametrize(
    "span",
    [
        Turnover(1000, KEPT_MIN - 1, 12),  # too few units kept
        Turnover(1000, 900, 5),  # too few months
        Turnover(0, 900, 12),  # only old orders were served
        Turnover(1000, -20, 12),  # more came back than went out
    ],
)
def test_too_little_says_nothing_in_either_span(span: Turnover) -> None:
    enough = Turnover(1000, 900, 12)
    assert order_inflation(span, enough) is None
    assert order_inflation(enough, span) is None


@pytest.mark.parametrize(("index", "stay"), [(1.34, 400 / 1.34), (1 + CLOSE, 400), (1.0, 400), (0.8, 400), (None, 400)])
def test_open_orders_stay_in_proportion_and_never_grow(index: float | None, stay: float) -> None:
    assert orders_to_stay(400, index) == pytest.approx(stay)
