"""Taking a change set back: whole, in its own layer, with the reasons that stood before, once."""

import uuid
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from demand.constants import Action
from demand.models import ChangeSet, Override, Series
from demand.selectors.layers import layers
from demand.services.change_set import change_set_undo
from demand.services.outcome import CellEdit, Outcome
from demand.services.override import overrides_save
from sop.constants import Source, StepKind, StepState
from sop.models import Cycle, CycleStep, User
from sop.refusals import NotAllowed, Refused, StepClosed
from sop.request_context import acting
from tests.demand_makers import adopted_baseline, series_make
from tests.factories import Cast, cycle_make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bare_steps")]

MAY, JUNE = date(2022, 5, 1), date(2022, 6, 1)


@pytest.fixture
def series(cast: Cast) -> Series:
    made = series_make(cast.harbour)
    adopted_baseline(cycle_make(cast), {made: 100})
    return made


def save(user: User, series: Series, *cells: tuple[date, int | None, int], **more: Any) -> uuid.UUID:
    key = uuid.uuid4()
    edits = [CellEdit(series.pk, month, None if n is None else Decimal(n), version) for month, n, version in cells]
    with acting(user, Source.PAGE):
        outcome = overrides_save(
            user=user,
            cycle_id=Cycle.objects.get().pk,
            change_set_id=key,
            action=Action.EDIT,
            cells=edits,
            **more,
        )
    assert not outcome.refused, outcome.refused
    return key


def undo(user: User, key: uuid.UUID, undo_id: uuid.UUID | None = None) -> Outcome:
    with acting(user, Source.PAGE):
        return change_set_undo(user=user, change_set_id=key, undo_id=undo_id or uuid.uuid4())


def cell(bucket: date = MAY, layer: str = "sales") -> Override:
    return Override.objects.get(bucket=bucket, layer=layer)


def test_what_is_taken_back_gets_the_number_and_the_reason_it_had(cast: Cast, series: Series) -> None:
    save(cast.ana, series, (MAY, 120, 0), reason="promotion", note="Spring offer")
    key = save(cast.ana, series, (MAY, 150, 1), (JUNE, 90, 0), reason="data_error", note="Typed wrong")
    undo(cast.ana, key)
    assert (cell().quantity, cell().reason, cell().note) == (120, "promotion", "Spring offer")
    assert (cell(JUNE).quantity, cell(JUNE).reason) == (None, "")
    undone = ChangeSet.objects.get(undoes=key)
    assert (undone.action, undone.note, undone.total_before, undone.total_after) == (
        "undo", "Undoes: Typed wrong", 240, 220,
    )  # fmt: skip


def test_a_planner_takes_a_reps_change_back_in_the_reps_own_layer(cast: Cast, series: Series) -> None:
    key = save(cast.ana, series, (MAY, 500, 0))
    outcome = undo(cast.olga, key)
    assert not outcome.refused
    assert cell().quantity is None
    assert not Override.objects.filter(layer="consensus").exists()
    plan = layers(Cycle.objects.get(), series_ids=[series.pk])
    assert plan.consensus[0, plan.months.index(MAY)] == 100
    assert cell().changed_by == cast.olga


def test_another_rep_takes_nothing_back(cast: Cast, series: Series) -> None:
    key = save(cast.ana, series, (MAY, 500, 0))
    with pytest.raises(NotAllowed, match="only Ana or a planner undoes it"):
        undo(cast.ben, key)
    assert cell().quantity == 500


def test_an_undo_is_taken_back_like_any_other_change(cast: Cast, series: Series) -> None:
    key, again = save(cast.ana, series, (MAY, 150, 0), reason="promotion"), uuid.uuid4()
    undo(cast.ana, key, again)
    undo(cast.ana, again)
    assert (cell().quantity, cell().reason, cell().version) == (150, "promotion", 3)


def test_sent_twice_it_is_taken_back_once(cast: Cast, series: Series) -> None:
    key, again = save(cast.ana, series, (MAY, 150, 0)), uuid.uuid4()
    assert undo(cast.ana, key, again).as_json() == undo(cast.ana, key, again).as_json()
    assert cell().version == 2
    with pytest.raises(Refused, match="undone already"):
        undo(cast.ana, key)


def test_a_change_that_wrote_nothing_is_not_taken_back(cast: Cast, series: Series) -> None:
    key = uuid.uuid4()
    overrides_save(
        user=cast.ben,
        cycle_id=Cycle.objects.get().pk,
        change_set_id=key,
        action=Action.EDIT,
        cells=[CellEdit(series.pk, MAY, Decimal(5), 0)],
    )
    with pytest.raises(Refused, match="nothing to take back"):
        undo(cast.ben, key)


def test_what_stands_in_a_kept_forecast_is_not_taken_back(cast: Cast, series: Series) -> None:
    key = save(cast.ana, series, (MAY, 150, 0))
    CycleStep.objects.filter(kind=StepKind.GATHER).update(state=StepState.CLOSED)
    with pytest.raises(StepClosed):
        undo(cast.ana, key)
    assert cell().quantity == 150


def test_history_tells_the_way_there_and_back(cast: Cast, series: Series) -> None:
    undo(cast.ana, save(cast.ana, series, (MAY, 150, 0), reason="promotion"))
    told = Override.history.order_by("history_id").values_list("history_type", "quantity", "history_user_name")
    assert list(told) == [("+", 150, "Ana"), ("~", None, "Ana")]
