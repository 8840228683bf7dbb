"""The lever form: what belongs to another lever than the chosen one neither counts nor stands in the way."""

from datetime import date

import pytest

from reconcile.forms import STRENGTHS, LeverForm
from sop.models import Cycle

pytestmark = pytest.mark.django_db
MONTHS = {"first_bucket": "2022-02-01"}


def form_of(**typed: str) -> LeverForm:
    return LeverForm(MONTHS | typed, cycle=Cycle(bucket=date(2022, 2, 1), horizon_months=18))


def test_what_was_typed_for_another_lever_is_left_out() -> None:
    form = form_of(kind="pre_buy", percent="a lot", target="0.98", cover_months="3")
    assert form.is_valid(), form.errors
    assert form.params() == {"cover_months": 3.0}


def test_what_was_typed_for_the_chosen_lever_is_read() -> None:
    assert form_of(kind="raise_price", percent="5", elasticity="-0.5").errors == {}
    assert "percent" in form_of(kind="raise_price", percent="a lot").errors
    assert "kind" in form_of(kind="hope", percent="a lot").errors


def test_every_strength_stands_with_its_lever() -> None:
    shown = {field.name: lever for field, lever in form_of(kind="pre_buy").shown()}
    assert {name: lever for name, lever in shown.items() if lever} == STRENGTHS
    assert {name for name, lever in shown.items() if not lever} == {"kind", "family", "first_bucket", "last_bucket"}
