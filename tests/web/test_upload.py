"""The pages and the API of the plan as a file: download, choose, look, save, cancel."""

import base64
import io
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from demand.models import ChangeSet, Override, Series, Upload
from sop.constants import Source, StepKind, StepState
from sop.models import Cycle, CycleStep
from tests.api_calls import api_of
from tests.demand_makers import adopted_baseline, override_make, series_make
from tests.factories import FEBRUARY, Cast, client_of, cycle_make
from tests.support.plan_file import plan_file

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bare_steps")]
CSV = b"Product code;Customer code;Location;Mar 2022\nSHINGLE;HARBOUR;DC1;80\n"


@pytest.fixture
def cycle(cast: Cast) -> Cycle:
    return cycle_make(cast)


@pytest.fixture
def harbour(cast: Cast, cycle: Cycle) -> Series:
    series = series_make(cast.harbour)
    adopted_baseline(cycle, {series: 100})
    return series


def give(client: Client, cycle: Cycle, content: bytes, name: str = "plan.csv") -> Any:
    """Choose a file as the page does."""
    file = SimpleUploadedFile(name, content)
    return client.post(reverse("demand:upload", args=[cycle.pk]), {"file": file}, follow=True)


def close(cycle: Cycle) -> None:
    gather = CycleStep.objects.filter(cycle=cycle, kind=StepKind.GATHER)
    gather.update(state=StepState.CLOSED, closed_at=timezone.now())


def test_the_page_leads_from_the_grid_to_the_file_and_back(cast: Cast, cycle: Cycle, harbour: Series) -> None:
    client = client_of(cast.ana)
    assert reverse("demand:upload", args=[cycle.pk]) in client.get(f"/cycle/{cycle.pk}/demand/").content.decode()
    page = client.get(reverse("demand:upload", args=[cycle.pk])).content.decode()
    assert reverse("demand:upload-sheet", args=[cycle.pk]) in page
    answer = client.get(reverse("demand:upload-sheet", args=[cycle.pk]))
    assert answer["Content-Disposition"] == 'attachment; filename="demand-2022-02.xlsx"'
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    assert [cell.value for cell in sheet[2]][:7] == ["SHINGLE", "Shingle", "HARBOUR", "Harbour", "DC1", None, 100]


def test_a_file_is_looked_at_then_saved(cast: Cast, cycle: Cycle, harbour: Series) -> None:
    client = client_of(cast.ana)
    page = give(client, cycle, CSV)
    assert "Shingle, Harbour, Warehouse DC1" in page.content.decode()
    assert "Save these changes" in page.content.decode()
    assert not Override.objects.exists()
    waiting = Upload.objects.get()
    answer = client.post(reverse("demand:upload-save", args=[waiting.pk]), follow=True)
    assert "1 cell saved" in answer.content.decode()
    assert Override.objects.get().quantity == 80
    again = client.post(reverse("demand:upload-save", args=[waiting.pk]), follow=True)
    assert "This file is saved already" in again.content.decode()
    assert "File: plan.csv" in again.content.decode()


def test_cancel_forgets_the_file(cast: Cast, cycle: Cycle, harbour: Series) -> None:
    client = client_of(cast.ana)
    give(client, cycle, CSV)
    waiting = Upload.objects.get()
    answer = client.post(reverse("demand:upload-cancel", args=[waiting.pk]), follow=True)
    assert "plan.csv is forgotten; nothing was changed." in answer.content.decode()
    assert client.post(reverse("demand:upload-save", args=[waiting.pk])).status_code == 409
    assert not Override.objects.exists()


def test_a_cell_changed_since_names_who_and_stays_until_mine_is_ticked(
    cast: Cast, cycle: Cycle, harbour: Series
) -> None:
    file = plan_file(cycle, cast.ana).put("HARBOUR", "Feb 2022", 80)
    override_make(cycle, harbour, FEBRUARY, 95, cast.ana)
    client = client_of(cast.ana)
    page = give(client, cycle, file.content(), "plan.xlsx").content.decode()
    assert "Changed since you downloaded" in page
    waiting = Upload.objects.get()
    refused = client.post(reverse("demand:upload-save", args=[waiting.pk]))
    assert refused.status_code == 422
    assert "Nothing would change" in refused.content.decode()
    client.post(reverse("demand:upload-save", args=[waiting.pk]), {"mine": f"{harbour.pk}:2022-02-01:1"})
    assert Override.objects.get().quantity == 80


def test_what_is_wrong_stands_beside_its_cure(cast: Cast, cycle: Cycle, harbour: Series) -> None:
    page = give(client_of(cast.ana), cycle, CSV.replace(b"80", b"<b>lots</b>")).content.decode()
    assert "is not a number" in page
    assert "&lt;b&gt;lots&lt;/b&gt;" in page
    assert "Nothing would change" in page
    assert "Save these changes" not in page


@pytest.mark.parametrize(
    ("name", "content", "sentence"), [("plan.pdf", b"%PDF", "does not end in"), ("plan.csv", b"", "The file is empty")]
)
def test_an_unreadable_file_is_refused_beside_the_form(
    cast: Cast, cycle: Cycle, harbour: Series, name: str, content: bytes, sentence: str
) -> None:
    answer = give(client_of(cast.ana), cycle, content, name)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()


def test_a_closed_step_is_read_only_from_page_to_saving(cast: Cast, cycle: Cycle, harbour: Series) -> None:
    client = client_of(cast.ana)
    give(client, cycle, CSV)
    waiting = Upload.objects.get()
    close(cycle)
    page = client.get(reverse("demand:upload", args=[cycle.pk])).content.decode()
    assert "its numbers can no longer change" in page
    assert 'type="file"' not in page
    assert client.get(reverse("demand:upload-sheet", args=[cycle.pk])).status_code == 422
    assert "can no longer be saved" in client.get(reverse("demand:upload-preview", args=[waiting.pk])).content.decode()
    answer = client.post(reverse("demand:upload-save", args=[waiting.pk]))
    assert answer.status_code == 422
    assert "closed" in answer.content.decode()
    assert give(client, cycle, CSV).status_code == 422
    assert not Override.objects.exists()


def test_before_the_baseline_there_is_no_file(cast: Cast, cycle: Cycle) -> None:
    page = client_of(cast.ana).get(reverse("demand:upload", args=[cycle.pk])).content.decode()
    assert "There is no baseline yet" in page


def test_a_waiting_file_is_its_owners_alone(cast: Cast, cycle: Cycle, harbour: Series) -> None:
    give(client_of(cast.ana), cycle, CSV)
    waiting = Upload.objects.get()
    for user in (cast.ben, cast.olga):
        client = client_of(user)
        assert client.get(reverse("demand:upload-preview", args=[waiting.pk])).status_code == 404
        assert client.post(reverse("demand:upload-save", args=[waiting.pk])).status_code == 409
        assert client.post(reverse("demand:upload-cancel", args=[waiting.pk])).status_code == 404
    assert Upload.objects.get() == waiting


def test_programs_send_look_and_save(cast: Cast, cycle: Cycle, harbour: Series) -> None:
    api = api_of(cast.ana)
    body = {"file_name": "plan.csv", "content": base64.b64encode(CSV + b"SHINGLE;RIDGE;DC1;1\n").decode()}
    sent = api.post(f"/api/v1/cycles/{cycle.pk}/demand/uploads/", body)
    assert sent.status_code == 200, sent.content
    shown = sent.json()
    assert (shown["units"], shown["fault_count"], shown["met"]) == (-20.0, 1, [])
    assert shown["changes"][0] | {"series": 0} == {
        **{"series": 0, "bucket": "2022-03-01", "row": 2, "quantity": "80.000", "before": 100.0, "after": 80.0},
        **{"money": None, "reason": ""},
    }
    assert shown["faults"][0]["what"] == "is not yours to change"
    address = f"/api/v1/uploads/{shown['id']}/"
    assert api.get(address).json() == shown
    assert api_of(cast.ben).get(address).status_code == 404
    saved = api.post(f"{address}save/", {})
    assert saved.json()["saved"][0] | {"series": 0} == {
        **{"series": 0, "bucket": "2022-03-01", "quantity": "80.000", "version": 1}
    }
    assert ChangeSet.objects.get().source == Source.API
    assert api.post(f"{address}save/", {}).status_code == 409
    assert api.post(f"{address}cancel/", {}).status_code == 404


def test_programs_keep_their_number_by_its_key(cast: Cast, cycle: Cycle, harbour: Series) -> None:
    file = plan_file(cycle, cast.ana).put("HARBOUR", "Feb 2022", 80)
    override_make(cycle, harbour, FEBRUARY, 95, cast.ana)
    api = api_of(cast.ana)
    body = {"file_name": "plan.xlsx", "content": base64.b64encode(file.content()).decode()}
    shown = api.post(f"/api/v1/cycles/{cycle.pk}/demand/uploads/", body).json()
    (met,) = shown["met"]
    assert (met["by"], met["before"], met["after"]) == ("Ana", 95.0, 80.0)
    saved = api.post(f"/api/v1/uploads/{shown['id']}/save/", {"mine": [met["key"]]})
    assert saved.json()["saved"][0]["quantity"] == "80.000"


def test_what_is_no_base64_is_refused(cast: Cast, cycle: Cycle, harbour: Series) -> None:
    answer = api_of(cast.ana).post(
        f"/api/v1/cycles/{cycle.pk}/demand/uploads/", {"file_name": "plan.csv", "content": "%%%"}
    )
    assert answer.status_code == 400
    assert answer.json()["fields"]["content"] == ["This is not base64."]
