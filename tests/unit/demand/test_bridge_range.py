"""Where a waterfall's axis begins and ends."""

import pytest

from demand.figures import bridge_figure, bridge_range


@pytest.mark.parametrize(
    ("values", "totals", "expected"),
    [
        ([100, 10, -5, 105], [True, False, False, True], [90, 113.333]),  # steps between 100 and 110
        ([10, 90, 100], [True, False, True], [0, 130]),  # never below zero where nothing is
        ([5, -10, -5], [True, False, True], [-15, 8.333]),
        ([0, 0, 0], [True, False, True], [0, 0.333]),
    ],
)
def test_the_axis_holds_every_level_with_room_around(
    values: list[float], totals: list[bool], expected: list[float]
) -> None:
    assert bridge_range(values, totals) == expected


@pytest.mark.parametrize(
    ("total", "text", "unit"),
    [(9_000, "9,000.0", "units"), (2_500_000, "2,500.0", "thousand units"), (12e9, "12,000.0", "million units")],
)
def test_numbers_are_written_in_the_scale_of_their_totals(total: float, text: str, unit: str) -> None:
    figure = bridge_figure([("Start", total, True), ("End", total, True)], unit="units")
    assert figure["data"][0]["text"][0] == text
    assert figure["layout"]["yaxis"]["title"]["text"] == unit
