"""What became of an assumption: too early, too small to tell, or a share of what was expected."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demand.engine.assumption_score import CAME, EARLY, NONE_CAME, PART_CAME, SMALL, outcome, share_come

UNITS = st.floats(-1e6, 1e6).map(lambda value: round(value, 3))


@pytest.mark.parametrize(
    ("expected", "came", "noise", "known", "months", "verdict", "share"),
    [
        (340, 272, 50, 6, 6, CAME, 0.8),
        (340, 510, 50, 6, 6, CAME, 1.5),
        (340, 170, 50, 6, 6, CAME, 0.5),
        (340, 102, 50, 6, 6, PART_CAME, 0.3),
        (340, 3.4, 50, 6, 6, NONE_CAME, 0.01),
        (340, -340, 50, 6, 6, NONE_CAME, -1),  # the other way
        (-200, -150, 50, 6, 6, CAME, 0.75),  # less demand, as said
        (-200, 150, 50, 6, 6, NONE_CAME, -0.75),
        (340, 272, 50, 2, 6, EARLY, None),
        (340, 272, 50, 3, 6, CAME, 0.8),  # three months are enough of many
        (340, 272, 50, 2, 2, CAME, 0.8),  # and all of few
        (340, 272, 50, 0, 0, EARLY, None),
        (50, 50, 50, 6, 6, SMALL, None),
        (-49, -49, 50, 6, 6, SMALL, None),
        (0, 12, 0, 6, 6, SMALL, None),
    ],
)
def test_what_is_said(
    expected: float, came: float, noise: float, known: int, months: int, verdict: str, share: float | None
) -> None:
    said = outcome(expected, came, noise=noise, known=known, months=months)
    assert (said.verdict, said.share) == (verdict, None if share is None else pytest.approx(share))
    assert said.is_judged == (share is not None)
    assert said.has_come == (verdict == CAME)


def test_shares_do_not_make_up_for_each_other() -> None:
    assert share_come([100, -100], [100, 100]) == 0, "one came, one went the other way"
    assert share_come([100, -100], [50, -50]) == 0.5
    assert share_come([], []) is None
    assert share_come([0], [5]) is None


@given(st.lists(st.tuples(UNITS, UNITS), max_size=8))
def test_the_share_is_that_of_a_plain_loop(pairs: list[tuple[float, float]]) -> None:
    whole = got = 0.0
    for expected, came in pairs:
        whole += abs(expected)
        got += came if expected > 0 else -came if expected < 0 else 0
    share = share_come([expected for expected, _ in pairs], [came for _, came in pairs])
    assert share == (pytest.approx(got / whole) if whole else None)
