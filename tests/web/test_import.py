"""The pages of bringing files in, from the file to the table."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from sop.models import Family, Import, Region
from sop.services import importing
from tests.factories import Cast, client_of, family_make

pytestmark = pytest.mark.django_db


def give(client: Client, table: str, content: bytes, name: str = "file.csv", **more: str) -> object:
    """Send a file as the page does."""
    values = {"table": table, "file": SimpleUploadedFile(name, content), **more}
    return client.post(reverse("sop:imports"), values, follow=True)


def brought() -> Import:
    return Import.objects.latest("created_at")


def test_a_file_whose_headings_speak_for_themselves_is_checked_at_once(cast: Cast) -> None:
    client = client_of(cast.olga)
    answer = give(client, "families", b"code,name\nROOF,Roofing\nWALL,Walls\n")
    assert answer.status_code == 200
    assert "Bring in 2 new rows" in answer.content.decode()
    assert not Family.objects.exists()
    answer = client.post(reverse("sop:import-apply", args=[brought().pk]), follow=True)
    assert "file.csv is in product families." in answer.content.decode()
    assert Family.objects.count() == 2
    again = give(client, "families", b"code,name\nROOF,Roofing\nWALL,Walls\n").content.decode()
    assert "This very file was brought in before, by Olga" in again
    assert "changes nothing" in again


def test_a_file_with_other_headings_asks_for_its_columns(cast: Cast) -> None:
    client = client_of(cast.olga)
    answer = give(client, "regions", b"Kuerzel,Bezeichnung\nO,Ost\n", source="SAP")
    page = answer.content.decode()
    assert "Code is needed" in page
    assert "Kuerzel" in page
    columns = reverse("sop:import-columns", args=[brought().pk])
    refused = client.post(columns, {"from-name": "Bezeichnung"})
    assert refused.status_code == 422
    assert "Code is needed" in refused.content.decode()
    client.post(columns, {"from-code": "Kuerzel", "from-name": "Bezeichnung", "joiner": " "}, follow=True)
    client.post(reverse("sop:import-apply", args=[brought().pk]))
    assert Region.objects.get(code="O").name == "Ost"
    assert "Would be added" in give(client, "regions", b"Kuerzel,Bezeichnung\nW,West\n", source="SAP").content.decode()


def test_codes_joined_constants_and_creation_come_from_the_page(cast: Cast) -> None:
    client = client_of(cast.olga)
    give(client, "products", b"a,b\nX,1\nX,2\n")
    answer = client.post(
        reverse("sop:import-columns", args=[brought().pk]),
        {"from-code": ["a", "b"], "joiner": "-", "constant-family": "ROOF", "create": ["family_id"]},
        follow=True,
    )
    assert "Also creates: 1 families" in answer.content.decode()
    assert brought().counts["added"] == 2


def test_faults_are_named_and_can_be_taken_away_as_a_file(cast: Cast) -> None:
    family_make("ROOF")
    client = client_of(cast.olga)
    page = give(client, "products", b"code,family\nA,ROFF\nB,ROOF\n=cmd(),ROFF\n").content.decode()
    assert "is not among the families" in page
    assert "Did you mean ROOF?" in page
    assert "Leave out 2 faulty rows, bring in the rest" in page
    answer = client.get(reverse("sop:import-faults", args=[brought().pk]))
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    assert "2,family,ROFF,is not among the families" in text
    assert "=cmd" not in text.replace("'=cmd", ""), "no cell begins like a formula"
    apply = reverse("sop:import-apply", args=[brought().pk])
    refused = client.post(apply)
    assert refused.status_code == 422
    assert "2 rows are faulty" in refused.content.decode()
    assert (
        "2 faulty rows were left out, named below"
        in client.post(apply, {"leave_out": "2"}, follow=True).content.decode()
    )


def test_a_file_without_one_right_row_offers_nothing_to_bring_in(cast: Cast) -> None:
    page = give(client_of(cast.olga), "products", b"code,family\nA,NONE\n").content.decode()
    assert "No row can be taken as the file stands" in page
    assert "bring in the rest" not in page


def test_a_question_brings_the_person_back_to_the_columns(cast: Cast) -> None:
    family_make("ROOF")
    client = client_of(cast.finn)
    page = give(client, "budget", b'family,bucket,units\nROOF,2022-02,"1,001"\n').content.decode()
    assert "can be read in two ways" in page
    columns = {"from-family": "family", "from-bucket": "bucket", "from-units": "units", "decimal": "."}
    client.post(reverse("sop:import-columns", args=[brought().pk]), columns)
    assert brought().counts["added"] == 1


def test_an_encoding_is_asked_for_with_a_proposal(cast: Cast) -> None:
    client = client_of(cast.olga)
    page = give(client, "regions", "code,name\nE,Zoë\n".encode("cp1252")).content.decode()
    assert "How is file.csv written?" in page
    client.post(reverse("sop:import-encoding", args=[brought().pk]), {"encoding": "cp1252"})
    columns = client.get(reverse("sop:import-columns", args=[brought().pk])).content.decode()
    assert "Zoë" in columns


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("a.xlsx", b"PK\x03\x04", "does not end in .csv"),
        ("a.csv", b"PK\x03\x04", "is an Excel workbook"),
        ("a.csv", b"a,a\n1,2\n", "stands twice"),
        ("a.csv", b"a,\x00b\n1,2\n", "bytes that no text has"),
    ],
)
def test_what_is_no_table_is_refused_on_the_page(cast: Cast, name: str, content: bytes, sentence: str) -> None:
    answer = give(client_of(cast.olga), "regions", content, name)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert not Import.objects.exists()


def test_a_file_that_is_too_big_is_refused(cast: Cast, settings: object) -> None:
    settings.IMPORT_MAX_BYTES = 100
    answer = give(client_of(cast.olga), "regions", b"code\n" + b"A" * 200)
    assert answer.status_code == 422
    assert "MB can be read" in answer.content.decode()


def test_a_broken_file_says_where(cast: Cast) -> None:
    page = give(client_of(cast.olga), "regions", b'code\nA\n"B\n').content.decode()
    assert "Row 3: a quotation mark is opened and never closed" in page


def test_people_are_offered_only_tables_they_may_change(cast: Cast) -> None:
    page = client_of(cast.finn).get(reverse("sop:imports")).content.decode()
    assert 'value="prices"' in page
    assert 'value="products"' not in page
    assert give(client_of(cast.finn), "products", b"code\nA\n").status_code == 422


def test_reps_and_executives_bring_nothing_in(cast: Cast) -> None:
    for user in (cast.ana, cast.eve):
        assert client_of(user).get(reverse("sop:imports")).status_code == 403


def test_an_empty_file_to_fill_in_comes_back_understood(cast: Cast) -> None:
    client = client_of(cast.olga)
    answer = client.get(reverse("sop:import-template", args=["customers"]))
    head = b"".join(answer.streaming_content)
    page = give(client, "customers", head + b"K1,King,NORTH,ana,yes\r\n").content.decode()
    assert "Bring in 1 new row" in page
    assert client.get(reverse("sop:import-template", args=["nothing"])).status_code == 404


def test_a_big_file_is_followed_while_it_is_read(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "IMPORT_INLINE_ROWS", 1)
    client = client_of(cast.olga)
    page = give(client, "regions", b"code\nA\nB\nC\n").content.decode()
    assert "Reading the file" in page
    assert "data-poll" in page
    fragment = client.get(reverse("sop:import", args=[brought().pk]), headers={"HX-Request": "true"})
    assert fragment.content.decode().lstrip().startswith('<div id="found"')


def test_the_list_takes_the_same_queries_whatever_is_in_it(cast: Cast) -> None:
    client = client_of(cast.olga)

    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(reverse("sop:imports")).status_code == 200
        return len(queries)

    give(client, "regions", b"code\nA\n")
    count()  # the first request after signing in also writes the session
    before = count()
    for number in range(5):
        give(client, "regions", f"code\nA{number}\n".encode())
    assert count() == before
