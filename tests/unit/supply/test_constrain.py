"""Orders fitted into a supplier's limits: never above, nothing lost, nothing before the first open month."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supply.engine.constrain import Constrained, CutFacts, CutRule, Lots, constrain_releases

RULES: tuple[CutRule, ...] = ("fair share", "priority", "proportional")


class Case:
    """A supplier with random orders, drawn from a seed."""

    def __init__(self, seed: int, lots: bool) -> None:
        draw = np.random.default_rng(seed)
        items, months = int(draw.integers(1, 9)), int(draw.integers(1, 8))
        self.multiple = draw.choice([0.0, 5.0, 12.0], items) if lots else np.zeros(items)
        self.moq = draw.choice([0.0, 24.0, 60.0], items) if lots else np.zeros(items)
        size = np.where(self.multiple > 0, self.multiple, 1.0)[:, None]
        self.releases = np.ceil(draw.gamma(0.6, 60, (items, months)) / size) * size
        self.releases = np.where(self.releases < self.moq[:, None], 0.0, self.releases)
        self.per_unit = draw.choice([0.0, 0.5, 1.0, 3.7], items)[:, None]
        self.limits = np.where(draw.random(months) < 0.2, np.inf, draw.gamma(1.0, 120, months))
        self.facts = CutFacts.build(
            draw.permutation(items), draw.gamma(1, 50, items), draw.choice([0.0, 20.0, 90.0], items),
            draw.integers(0, 3, items), draw.normal(5, 3, items),
        )  # fmt: skip
        self.first_open = int(draw.integers(0, months))
        self.rule = RULES[seed % 3]

    def run(self, limits: np.ndarray | None = None, rows: np.ndarray | None = None) -> Constrained:
        """Return the constrained orders, of reordered items if asked for."""
        at = np.arange(len(self.releases)) if rows is None else rows
        return constrain_releases(
            self.releases[at],
            self.per_unit[at],
            self.limits if limits is None else limits,
            self.facts.take(at),
            rule=self.rule,
            lots=Lots(self.moq[at], self.multiple[at]),
            first_open=self.first_open,
        )


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 10**6), st.booleans())
def test_limits_hold_and_no_unit_is_lost(seed: int, lots: bool) -> None:
    case = Case(seed, lots)
    found = case.run()
    load = (found.kept * case.per_unit).sum(axis=0)
    assert (load[case.first_open :] <= case.limits[case.first_open :] * (1 + 1e-9) + 1e-6).all()
    moved_in = np.zeros_like(found.moved)
    moved_in[:, :-1] = found.moved[:, 1:]
    np.testing.assert_allclose(case.releases + moved_in, found.kept + found.moved + found.cut, atol=1e-6)
    assert min(found.kept.min(), found.moved.min(), found.cut.min(), found.left_over.min()) >= 0
    assert (found.left_over <= found.cut + 1e-9).all()
    np.testing.assert_array_equal(found.kept[:, : case.first_open], case.releases[:, : case.first_open])
    assert not found.moved[:, : case.first_open + 1].any() and not found.cut[:, case.first_open + 1 :].any()
    whole = case.multiple > 0
    rest = found.kept[whole, :] / case.multiple[whole, None]
    np.testing.assert_allclose(rest, np.round(rest), atol=1e-6)


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 10**6), st.booleans())
def test_the_order_of_items_changes_nothing(seed: int, lots: bool) -> None:
    case = Case(seed, lots)
    rows = np.random.default_rng(seed + 1).permutation(len(case.releases))
    straight, shuffled = case.run(), case.run(rows=rows)
    np.testing.assert_array_equal(straight.kept[rows], shuffled.kept)
    np.testing.assert_array_equal(straight.cut[rows], shuffled.cut)


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 10**6))
def test_more_capacity_never_cuts_more(seed: int) -> None:
    """In what the limit counts, and without lots: a lot that fits may push out two smaller ones."""
    case = Case(seed, lots=False)
    wider = case.limits * (1 + np.random.default_rng(seed + 2).random(len(case.limits)))
    narrow, wide = ((case.run(limits).cut * case.per_unit).sum() for limits in (case.limits, wider))
    assert wide <= narrow + 1e-6


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 10**6))
def test_a_fair_share_lasts_equally_long_for_all_who_are_cut(seed: int) -> None:
    """Who gets nothing has more days already, who gets all it asked for has no more than they."""
    draw = np.random.default_rng(seed)
    items = int(draw.integers(1, 9))
    asked, held = draw.gamma(1, 60, items), draw.gamma(1, 50, items) - draw.choice([0, 80], items)
    demand, limit = draw.gamma(2, 30, items), float(asked.sum() * draw.random())
    found = constrain_releases(asked[:, None], 1.0, [limit], CutFacts.build(np.arange(items), held, demand))
    given_, cover = found.kept[:, 0], (held + found.kept[:, 0]) / demand
    assert given_.sum() == pytest.approx(limit)
    some, none = (given_ > 1e-6) & (given_ < asked - 1e-6), given_ <= 1e-6
    if some.any():
        common = cover[some].mean()
        np.testing.assert_allclose(cover[some], common, rtol=1e-6, atol=1e-6)
        assert (cover[none] >= common - 1e-6).all()
        assert (cover[~some & ~none] <= common + 1e-6).all()


def test_what_is_too_much_is_ordered_a_month_earlier_pro_rata() -> None:
    found = constrain_releases([[0, 30], [0, 60]], 1.0, [50, 60], CutFacts.build([1, 2]), rule="proportional")
    np.testing.assert_allclose(found.kept, [[10, 20], [20, 40]])
    np.testing.assert_allclose(found.moved, [[0, 10], [0, 20]])


@pytest.mark.parametrize(
    ("rule", "kept"),
    [
        ("fair share", [20.0, 40.0, 0.0]),  # all but the third, which has enough, last two months
        ("priority", [0.0, 10.0, 50.0]),
        ("proportional", [20.0, 20.0, 20.0]),
    ],
)
def test_the_first_open_month_is_cut_by_rule(rule: CutRule, kept: list[float]) -> None:
    facts = CutFacts.build([1, 2, 3], held=[20, 0, 90], demand=[20, 20, 20], priority=[2, 2, 1], margin=[1, 3, 1])
    found = constrain_releases([[50.0], [50.0], [50.0]], 1.0, [60.0], facts, rule=rule)
    np.testing.assert_allclose(found.kept[:, 0], kept)


def test_lots_stay_whole_and_what_is_left_over_is_said() -> None:
    lots = Lots(np.array([0.0, 0.0]), np.array([10.0, 10.0]))
    found = constrain_releases([[40.0], [40.0]], 1.0, [55.0], CutFacts.build([1, 2]), rule="proportional", lots=lots)
    assert found.kept[:, 0].tolist() == [30, 20], "27.5 each: rounded down, and one lot more where there is room"
    assert found.left_over[:, 0].tolist() == [0, 7.5]
