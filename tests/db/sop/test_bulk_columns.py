"""Bulk changes of tables whose columns have the names a statement is tempted to use for itself."""

import pytest
from django.apps import apps

from review.models import Approver
from sop.services.history import bulk_update_with_history
from tests.factories import Cast

ADDED = {"row_id", "row_seen", "row_number", "row_change"}  # by the statement, beside the row's own columns


def test_no_tracked_table_has_a_column_the_statement_adds() -> None:
    tracked = [model for model in apps.get_models() if hasattr(model, "history")]
    assert len(tracked) > 30
    for model in tracked:
        assert not ADDED & {field.column for field in model._meta.concrete_fields}, model


@pytest.mark.django_db
def test_a_table_with_a_number_of_its_own_is_written_in_bulk(cast: Cast) -> None:
    approver = Approver.objects.create(user=cast.eve, function="Sales", number=1)
    row = {"function": "Sales", "number": 7}
    result = bulk_update_with_history(Approver, key=("function",), rows=[row], reason="Moved down")
    approver.refresh_from_db()
    assert (approver.number, result.versions) == (7, {("Sales",): 0})
    assert Approver.history.latest("history_id").history_change_reason == "Moved down"
