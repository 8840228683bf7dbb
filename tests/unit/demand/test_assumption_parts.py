"""Sharing a quantity out: to the unit, by the baseline, whatever is in scope."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from demand.engine.assumption import assumption_parts

CELL = st.tuples(st.floats(0, 1e6).map(lambda value: round(value, 3)), st.booleans())
GROUP = st.tuples(
    st.integers(-(10**15), 10**15).map(lambda steps: steps / 1000), st.lists(CELL, min_size=1, max_size=8)
)


def parts_of(total: float, weights: list[float], whole: list[bool] | bool = True) -> list[float]:
    flags = np.broadcast_to(np.array(whole), (len(weights),))
    groups = np.zeros(len(weights), dtype=int)
    return list(assumption_parts(total, weights, whole=flags, groups=groups))


@given(st.lists(GROUP, min_size=1, max_size=5))
def test_parts_sum_to_the_whole_and_whole_units_stay_whole(made: list[tuple[float, list[tuple[float, bool]]]]) -> None:
    totals = [np.trunc(total) if all(whole for _, whole in cells) else total for total, cells in made]
    weights = [weight for _, cells in made for weight, _ in cells]
    whole = np.array([flag for _, cells in made for _, flag in cells])
    groups = np.repeat(np.arange(len(made)), [len(cells) for _, cells in made])
    parts = assumption_parts(totals, weights, whole=whole, groups=groups)
    thousandths = np.rint(parts * 1000).astype(object)
    assert [sum(thousandths[groups == at]) for at in range(len(made))] == [round(total * 1000) for total in totals]
    assert (parts[whole] == np.rint(parts[whole])).all()
    assert (parts * np.sign(np.array(totals))[groups] >= 0).all()


@pytest.mark.parametrize(
    ("total", "weights", "whole", "parts"),
    [
        (900, [100, 50], True, [600, 300]),
        (10, [0, 0, 0], True, [4, 3, 3]),
        (-7, [1, 1], True, [-4, -3]),
        (1, [1, 1, 1], False, [0.334, 0.333, 0.333]),
        (10.5, [5, 5], [True, False], [5, 5.5]),
        (2.5, [9, 1], True, [2.5, 0]),  # counted in fractions when it was stated, in whole units since
    ],
)
def test_parts_by_example(total: float, weights: list[float], whole: list[bool] | bool, parts: list[float]) -> None:
    assert parts_of(total, weights, whole) == parts
