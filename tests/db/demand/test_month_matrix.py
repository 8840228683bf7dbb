"""Queries as matrices: every cell in its place, nothing where no row came."""

import json
from datetime import date
from decimal import Decimal

import numpy as np
import pytest

from demand.frames import month_matrix
from demand.models import Actual
from sop.views.matrix import MatrixResponse
from tests.demand_makers import series_make
from tests.factories import Cast, customer_make, location_make, product_make

SQL = "select series_id, bucket, ordered from demand_actual where bucket >= %(first)s"
JANUARY, FEBRUARY, MARCH, APRIL = (date(2022, month, 1) for month in (1, 2, 3, 4))


@pytest.mark.django_db
def test_a_matrix_holds_every_row_of_the_query_in_the_order_asked_for(cast: Cast) -> None:
    made = [
        series_make(customer_make(f"K{number}", cast.north), product_make(f"P{number}"), location_make(f"L{number}"))
        for number in range(3)
    ]
    held = {(0, FEBRUARY): 5, (0, MARCH): Decimal("7.125"), (2, MARCH): 9, (2, JANUARY): 1, (1, APRIL): 4}
    for (number, month), ordered in held.items():
        Actual.objects.create(series=made[number], bucket=month, ordered=ordered, shipped=0)
    asked, months = [2, 0], [MARCH, FEBRUARY]  # neither sorted nor all of them
    found = month_matrix(SQL, {"first": FEBRUARY}, series_ids=[made[n].pk for n in asked], months=months)
    by_hand = [[float(held.get((number, month), np.nan)) for month in months] for number in asked]
    np.testing.assert_array_equal(found, by_hand)


@pytest.mark.django_db
def test_a_matrix_of_nothing_is_empty_in_its_shape() -> None:
    assert month_matrix(SQL, {"first": FEBRUARY}, series_ids=[], months=[MARCH]).shape == (0, 1)
    assert np.isnan(month_matrix(SQL, {"first": FEBRUARY}, series_ids=[7], months=[MARCH])).all()


def test_an_answer_gives_arrays_as_lists_and_no_number_as_null() -> None:
    answer = MatrixResponse({"values": np.array([[1.5, np.nan], [-2.0, 3.0]]), "versions": {"7": np.arange(2)}})
    assert json.loads(answer.content) == {"values": [[1.5, None], [-2.0, 3.0]], "versions": {"7": [0, 1]}}
    assert answer["Content-Type"] == "application/json"
