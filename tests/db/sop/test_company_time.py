"""One clock in every sentence: the company's."""

import uuid
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from unittest.mock import patch

import pytest
from django.test import Client

from demand.constants import Action
from demand.models import BaselineRun, Override
from demand.services.baseline import baseline_adopt
from demand.services.outcome import CellEdit
from demand.services.override import overrides_save
from sop.constants import Source
from sop.local.venv import ROOT
from sop.master_spec import master_table
from sop.models import Company, CycleEvent
from sop.refusals import Conflict, Refused
from sop.request_context import acting
from sop.selectors.cycle import company_moment
from sop.selectors.master_history import version_of
from sop.services.job import ChunkSpec, job_request
from sop.services.master import row_change
from tests.demand_makers import adopted_baseline, series_make
from tests.factories import Cast, cycle_make, family_make

pytestmark = pytest.mark.django_db

EVENING = datetime(2022, 2, 10, 23, 42, tzinfo=UTC)  # 17:42 in Chicago
MAY = date(2022, 5, 1)
# What operators read beside logs and dumps says UTC: `check_history`, and the sweeper's own row.
FOR_OPERATORS = {"sop/selectors/record.py", "sop/models/job.py"}


@pytest.fixture(autouse=True)
def chicago(db: None) -> None:
    Company.objects.create(pk=1, name="Harlow Supply", timezone="America/Chicago")


def test_a_moment_of_today_is_a_time_and_any_other_has_its_day() -> None:
    with patch("django.utils.timezone.now", return_value=EVENING + timedelta(hours=2)):  # the next day in London
        assert company_moment(EVENING) == "at 17:42"
        assert company_moment(EVENING - timedelta(days=1)) == "on 9 Feb at 17:42"


def test_two_people_on_a_cell_are_told_the_companys_time(cast: Cast) -> None:
    cycle = cycle_make(cast)
    series = series_make(cast.harbour)
    adopted_baseline(cycle, {series: 100})

    def save(version: int) -> list[str]:
        with acting(cast.ana, Source.PAGE):
            outcome = overrides_save(
                user=cast.ana,
                cycle_id=cycle.pk,
                change_set_id=uuid.uuid4(),
                action=Action.EDIT,
                cells=[CellEdit(series.pk, MAY, Decimal(120), version)],
            )
        return [refused.message for refused in outcome.refused]

    save(0)
    Override.objects.update(changed_at=EVENING)
    assert save(0) == ["Ana changed this cell to 120 on 10 Feb at 17:42, after you opened it."]


def test_two_people_on_a_row_are_told_the_companys_time(cast: Cast) -> None:
    row = family_make()
    seen = version_of(row)
    with acting(cast.cora, Source.PAGE):
        row.name, row._history_date = "Roofs", EVENING  # type: ignore[attr-defined]
        row.save()
    table = master_table("families")
    with pytest.raises(Conflict, match="Cora changed name from Roofing to Roofs on 10 Feb at 17:42"):
        row_change(user=cast.cora, table=table, row_id=row.pk, values={"name": "Tiles"}, version=seen)


def test_work_that_runs_already_was_asked_for_at_the_companys_time(cast: Cast) -> None:
    job = job_request(user=cast.olga, kind="baseline", subject="cycle 1", chunks=[ChunkSpec()])
    type(job).objects.update(created_at=EVENING)
    with pytest.raises(Refused, match="asked for by Olga on 10 Feb at 17:42"):
        job_request(user=cast.olga, kind="baseline", subject="cycle 1", chunks=[ChunkSpec()])


def test_the_log_names_a_baseline_by_the_companys_time(cast: Cast) -> None:
    cycle = cycle_make(cast)
    adopted_baseline(cycle, {series_make(cast.harbour): 100})
    run = BaselineRun.objects.get()
    BaselineRun.objects.update(created_at=EVENING, complete=True)
    with acting(cast.olga, Source.PAGE):
        baseline_adopt(user=cast.olga, run_id=run.pk)
    assert "the baseline of 10 Feb 17:42." in CycleEvent.objects.get(kind="baseline_adopted").sentence


def test_the_grid_is_told_the_companys_zone(cast: Cast, client: Client) -> None:
    cycle = cycle_make(cast)
    adopted_baseline(cycle, {series_make(cast.harbour): 100})
    client.force_login(cast.ana)
    assert 'data-zone="America/Chicago"' in client.get(f"/cycle/{cycle.pk}/demand/").content.decode()


def test_no_sentence_for_people_says_utc() -> None:
    found = {
        str(path.relative_to(ROOT))
        for app in ("sop", "demand", "supply", "reconcile", "review", "publish")
        for path in Path(ROOT / app).rglob("*.py")
        if "%H:%M} UTC" in path.read_text() or "%S} UTC" in path.read_text()
    }
    assert found == FOR_OPERATORS
