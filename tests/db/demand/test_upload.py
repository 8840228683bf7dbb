"""The plan as a spreadsheet file: only what was changed in it changes, and nobody is overwritten unasked."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from demand.constants import Action
from demand.models import ChangeSet, Override, Series, Upload
from demand.selectors.upload import Preview, upload_preview
from demand.services import upload as upload_service
from demand.services.change_set import change_set_undo
from demand.services.outcome import CellEdit
from demand.services.override import overrides_save
from demand.services.upload import UploadGone, UploadSaved, upload_cancel, upload_receive, upload_save
from sop.constants import Role, Source, StepKind, StepState
from sop.importing.files import FileRefused
from sop.models import Cycle, CycleStep, Price, User
from sop.refusals import NotAllowed, Refused, StepClosed
from sop.request_context import acting
from tests.demand_makers import adopted_baseline, override_make, series_make
from tests.factories import Cast, customer_make, cycle_make, person_make, product_make
from tests.support.plan_file import PlanFile, plan_file

MAY, JUNE = date(2022, 5, 1), date(2022, 6, 1)


@dataclass(frozen=True)
class World:
    """A cycle gathering demand: two rows of Ana's, one of Ben's, a baseline of 100 a month, 10 a unit."""

    cast: Cast
    cycle: Cycle
    harbour: Series
    quay: Series
    ridge: Series


@pytest.fixture
def world(cast: Cast) -> Iterator[World]:
    cycle = cycle_make(cast)
    product = product_make()
    harbour, ridge = series_make(cast.harbour, product), series_make(cast.ridge, product)
    quay = series_make(customer_make("QUAY", cast.north, cast.ana), product)
    Price.objects.create(product=product, price=10, valid_from=date(2020, 1, 1))
    adopted_baseline(cycle, {harbour: 100, quay: 100, ridge: 100})
    with acting(cast.ana, Source.PAGE):
        yield World(cast, cycle, harbour, quay, ridge)


def send(
    world: World, content: PlanFile | str | bytes, user: User | None = None, name: str = "", decimal: str = ""
) -> Upload:
    is_text = isinstance(content, str)
    raw = content.content() if isinstance(content, PlanFile) else content.encode() if is_text else content
    return upload_receive(
        user=user or world.cast.ana,
        cycle_id=world.cycle.pk,
        file_name=name or ("plan.csv" if is_text else "plan.xlsx"),
        content=raw,
        decimal=decimal,
    )


def look(world: World, upload: Upload, user: User | None = None) -> Preview:
    return upload_preview(user or world.cast.ana, upload)


def csv(*rows: str, months: str = "May 2022") -> str:
    return "\n".join([f"Product code;Customer code;Location;Reason;{months}", *rows])


def faults(upload: Upload) -> list[tuple[int, str, str, str]]:
    return [(each["row"], each["column"], each["value"], each["what"]) for each in upload.faults]


def held() -> dict[tuple[str, date], Decimal | None]:
    rows = Override.objects.select_related("series__customer")
    return {(row.series.customer.code, row.bucket): row.quantity for row in rows}


def test_the_file_has_the_persons_own_rows_and_the_plans_months(world: World) -> None:
    mine = plan_file(world.cycle, world.cast.ana)
    assert [row[2].value for row in mine.sheet.iter_rows(min_row=2)] == ["HARBOUR", "QUAY"]
    assert mine.headings[6] == "Feb 2022"
    assert len(mine.headings) == 6 + world.cycle.horizon_months + 1
    assert plan_file(world.cycle, world.cast.olga).sheet.max_row == 4
    assert plan_file(world.cycle, world.cast.eve).sheet.max_row == 1


def test_a_file_brought_back_as_it_was_changes_nothing(world: World) -> None:
    override_make(world.cycle, world.harbour, MAY, "120.125", world.cast.ana)
    waiting = send(world, plan_file(world.cycle, world.cast.ana))
    assert (waiting.cells, waiting.faults, waiting.notes) == ([], [], [])
    with pytest.raises(Refused, match="Nothing would change"):
        upload_save(user=world.cast.ana, upload_id=waiting.pk)


def test_changed_cells_are_shown_then_saved_as_one_change_with_the_files_name(world: World) -> None:
    file = plan_file(world.cycle, world.cast.ana)
    file.put("HARBOUR", "May 2022", 130).put("HARBOUR", "Jun 2022", None).put("QUAY", "Jun 2022", 80.5)
    file.put("QUAY", "Reason", "Project won")
    waiting = send(world, file)
    found = look(world, waiting)
    assert (len(found.changes), found.rows, found.units, found.money) == (2, 2, 10.5, 105.0)
    assert not Override.objects.exists()
    outcome, rest = upload_save(user=world.cast.ana, upload_id=waiting.pk)
    assert (len(outcome.saved), outcome.refused, rest) == (2, [], None)
    assert held() == {("HARBOUR", MAY): Decimal(130), ("QUAY", JUNE): Decimal("80.5")}
    change = ChangeSet.objects.get()
    assert (change.action, change.cells, change.note, change.source) == ("upload", 2, "File: plan.xlsx", "upload")
    assert set(Override.objects.values_list("series", "reason")) == {
        *((world.harbour.pk, ""), (world.quay.pk, "project_won"))
    }
    versions = {(cell.series, cell.version) for cell in outcome.saved}
    assert versions == set(Override.objects.values_list("series", "version"))
    assert not Upload.objects.exists()


def test_a_saved_file_is_undone_as_a_whole(world: World) -> None:
    file = plan_file(world.cycle, world.cast.ana).put("HARBOUR", "May 2022", 130).put("QUAY", "Reason", "promotion")
    file.put("QUAY", "May 2022", 90)
    waiting = send(world, file)
    upload_save(user=world.cast.ana, upload_id=waiting.pk)
    outcome = change_set_undo(user=world.cast.ana, change_set_id=waiting.pk, undo_id=uuid.uuid4())
    assert outcome.refused == []
    assert set(held().values()) == {None}


def test_short_forms_work_on_the_number_of_the_file(world: World) -> None:
    override_make(world.cycle, world.quay, MAY, 200, world.cast.ana)
    file = plan_file(world.cycle, world.cast.ana).put("HARBOUR", "May 2022", "'+10%").put("HARBOUR", "Jun 2022", "1.2k")
    file.cell("QUAY", "May 2022").value = "="
    file.cell("QUAY", "May 2022").data_type = "s"
    found = look(world, send(world, file))
    assert {(change.series, change.bucket): change.after for change in found.changes} == {
        (world.harbour.pk, MAY): 110,
        (world.harbour.pk, JUNE): 1200,
        (world.quay.pk, MAY): 100,
    }


def test_a_number_changed_since_by_somebody_else_waits_for_a_choice(world: World) -> None:
    file = plan_file(world.cycle, world.cast.olga)
    other = person_make("otto", Role.DEMAND_PLANNER)  # two planners share one layer
    override_make(world.cycle, world.harbour, MAY, 150, other)
    override_make(world.cycle, world.quay, MAY, 160, other)
    file.put("HARBOUR", "May 2022", 130).put("RIDGE", "May 2022", 90)  # QUAY is left as it was downloaded
    with acting(world.cast.olga, Source.PAGE):
        waiting = send(world, file, world.cast.olga)
        found = look(world, waiting, world.cast.olga)
        assert [(met.who, met.change.before, met.change.after) for met in found.met_shown] == [("Otto", 150, 130)]
        assert [change.series for change in found.changes] == [world.ridge.pk]
        upload_save(user=world.cast.olga, upload_id=waiting.pk)
        assert held()["HARBOUR", MAY] == 150
        assert held()["RIDGE", MAY] == 90
        again = send(world, file, world.cast.olga)
        keys = [met.change.key for met in look(world, again, world.cast.olga).met]
        upload_save(user=world.cast.olga, upload_id=again.pk, mine=keys)
    assert held()["HARBOUR", MAY] == 130
    assert held()["QUAY", MAY] == 160


def test_mine_stands_only_against_the_number_that_was_shown(world: World) -> None:
    file = plan_file(world.cycle, world.cast.ana).put("HARBOUR", "May 2022", 130)
    override_make(world.cycle, world.harbour, MAY, 150, world.cast.ana)
    waiting = send(world, file)
    keys = [met.change.key for met in look(world, waiting).met]
    cell = CellEdit(world.harbour.pk, MAY, Decimal(160), 1)
    overrides_save(
        user=world.cast.ana, cycle_id=world.cycle.pk, change_set_id=uuid.uuid4(), action=Action.EDIT, cells=[cell]
    )
    with pytest.raises(Refused, match="Nothing would change"):
        upload_save(user=world.cast.ana, upload_id=waiting.pk, mine=keys)
    assert held()["HARBOUR", MAY] == 160


def test_a_new_baseline_since_the_download_turns_into_no_change(world: World) -> None:
    file = plan_file(world.cycle, world.cast.ana).put("HARBOUR", "May 2022", 130)
    world.cycle.baseline_runs.update(adopted=False)  # type: ignore[attr-defined]
    adopted_baseline(world.cycle, {world.harbour: 70, world.quay: 70, world.ridge: 70})
    found = look(world, send(world, file))
    assert [(change.series, change.before, change.after) for change in found.changes] == [(world.harbour.pk, 70, 130)]


def test_everything_not_understood_is_named_with_its_place_and_the_rest_counts(world: World) -> None:
    product_make("TILE")
    waiting = send(
        world,
        csv(
            "SHINGLE;HARBOUR;DC1;;many;120;-4",
            "NOTHING;HARBOUR;DC1;;1;;",
            "SHINGLE;RIDGE;DC1;;1;;",
            "TILE;HARBOUR;DC1;;1;;",
            "SHINGLE;QUAY;DC1;luck;55;10%;99999999",
            "SHINGLE;QUAY;DC1;;56;;",
            months="May 2022;Jun 2022;Jul 2022",
        ),
    )
    assert faults(waiting) == [
        (2, "May 2022", "many", "is not a number"),
        (2, "Jul 2022", "-4", "is negative"),
        (3, "Product code", "NOTHING", "is no product known here"),
        (4, "Customer code", "RIDGE", "is not yours to change"),
        (5, "Product code", "TILE", "has no row for customer HARBOUR at DC1"),
        (6, "Reason", "luck", "is no reason of the list"),
        (6, "Jun 2022", "10%", "is a share in percent"),
        (6, "Jul 2022", "99999999", waiting.faults[7]["what"]),
        (7, "May 2022", "56", "contradicts row 6, which says 55"),
    ]
    assert "times this row's highest baseline" in waiting.faults[7]["what"]
    assert all(fault["cure"] for fault in waiting.faults)
    assert [(change.series, change.bucket) for change in look(world, waiting).changes] == [(world.harbour.pk, JUNE)]
    assert "without the last column" in waiting.notes[0]


def test_a_month_that_is_over_is_told_once(world: World) -> None:
    waiting = send(world, csv("SHINGLE;HARBOUR;DC1;;1;2", "SHINGLE;QUAY;DC1;;1;2", months="Jan 2022;May-22"))
    assert faults(waiting) == [(1, "Jan 2022", "", "is closed: it lies before this plan")]
    assert len(look(world, waiting).changes) == 2


def test_zeros_a_spreadsheet_took_from_a_code_do_not_matter(world: World) -> None:
    series = series_make(world.cast.harbour, product_make("00815"))
    adopted = csv("815;harbour;DC1;;7")
    assert [change.series for change in look(world, send(world, adopted)).changes] == [series.pk]


def test_a_code_that_looks_like_a_formula_comes_back_as_itself(world: World) -> None:
    series = series_make(world.cast.harbour, product_make("-40"))
    file = plan_file(world.cycle, world.cast.ana).put("HARBOUR", "May 2022", 7)
    assert file.cell("HARBOUR", "Product code").value == "'-40"
    assert [change.series for change in look(world, send(world, file)).changes] == [series.pk]


@pytest.mark.parametrize(
    ("decimal", "cells", "found"),
    [("", "1.234,5", Decimal("1234.5")), ("", "1,234.5", Decimal("1234.5")), (",", "1.234", Decimal(1234))],
)
def test_numbers_of_a_csv_are_read_as_the_importer_reads_them(
    world: World, decimal: str, cells: str, found: Decimal
) -> None:
    waiting = send(world, csv(f"SHINGLE;HARBOUR;DC1;;{cells}"), decimal=decimal)
    assert [change.quantity for change in look(world, waiting).changes] == [found]


def test_windows_letters_in_names_are_no_hindrance(world: World) -> None:
    text = csv("SHINGLE;HARBOUR;DC1;;7").replace("Reason", "Product") + "\nSHINGLE;QUAY;DC1;Dachbl\xe4tter;8\n"
    waiting = send(world, text.encode("cp1252"), name="plan.csv")
    assert len(look(world, waiting).changes) == 2
    assert "Western European" in waiting.notes[0]


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("plan.pdf", b"%PDF", "does not end in .xlsx"),
        ("plan.xlsx", b"", "The file is empty"),
        ("plan.csv", b"\n\n", "The file is empty"),
        ("plan.xlsx", b"a;b", "is named like an Excel workbook but is none"),
        ("plan.xlsx", b"PK\x03\x04 and no more", "The workbook is damaged"),
        ("plan.xls", b"\xd0\xcf\x11\xe0", "does not end in .xlsx"),
        ("plan.xlsx", b"\xd0\xcf\x11\xe0" + b"\0" * 99, "is an old Excel workbook"),
        ("plan.xlsx", b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"), "is protected by a password"),
        ("plan.csv", b"Product code;Customer code;Location;May 2022", "headings but no rows"),
        ("plan.csv", b"Product code;Customer code;May 2022\na;b;1", "has no column 'Location'"),
        ("plan.csv", b"Product code;Customer code;Location;Note\na;b;c;d", "no column of a month this cycle plans"),
        ("plan.csv", csv("a;b;c;;1;2", months="May 2022;2022-05").encode(), "May 2022 has two columns"),
        ("plan.csv", csv("a;b;c;;1", months="1/5/2022").encode(), "can be read in two ways. Write months"),
        ("plan.csv", csv("a;b;c;;1.234").encode(), "can be read in two ways: say beside the file"),
        ("plan.csv", csv(*["a;b;c;;1"] * 20_001).encode(), "more than 20,000 rows"),
        ("plan.csv", b"x" * (10 * 2**20 + 1), "10.0 MB can be read"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_in_a_sentence(
    world: World, name: str, content: bytes, sentence: str
) -> None:
    with pytest.raises(FileRefused, match=sentence):
        send(world, content, name=name)
    assert not Upload.objects.exists()


def test_a_formula_never_calculated_is_named(world: World) -> None:
    file = plan_file(world.cycle, world.cast.ana).put("HARBOUR", "May 2022", "=1+1")
    assert faults(send(world, file)) == [(2, "May 2022", "(formula)", "is a formula without a value")]


def test_a_share_excel_made_of_typed_percents_is_no_quantity(world: World) -> None:
    file = plan_file(world.cycle, world.cast.ana).put("HARBOUR", "May 2022", 0.1)
    file.cell("HARBOUR", "May 2022").number_format = "0%"
    assert faults(send(world, file)) == [(2, "May 2022", "10%", "is a share in percent")]


def test_a_closed_step_refuses_the_file_and_the_saving(world: World) -> None:
    waiting = send(world, plan_file(world.cycle, world.cast.ana).put("HARBOUR", "May 2022", 130))
    gather = CycleStep.objects.filter(cycle=world.cycle, kind=StepKind.GATHER)
    gather.update(state=StepState.CLOSED, closed_at=timezone.now())
    with pytest.raises(StepClosed):
        upload_save(user=world.cast.ana, upload_id=waiting.pk)
    with pytest.raises(StepClosed):
        send(world, csv("SHINGLE;HARBOUR;DC1;;7"))
    assert not Override.objects.exists()


def test_a_file_is_saved_once_by_its_owner_within_a_day(world: World) -> None:
    file = plan_file(world.cycle, world.cast.ana).put("HARBOUR", "May 2022", 130)
    waiting = send(world, file)
    with pytest.raises(UploadGone):
        upload_save(user=world.cast.ben, upload_id=waiting.pk)
    upload_cancel(user=world.cast.ben, upload_id=waiting.pk)
    Upload.objects.update(created_at=timezone.now() - timedelta(hours=25))
    with pytest.raises(UploadGone, match="Choose it again"):
        upload_save(user=world.cast.ana, upload_id=waiting.pk)
    fresh = send(world, file)
    assert list(Upload.objects.all()) == [fresh]  # the old one is gone
    upload_save(user=world.cast.ana, upload_id=fresh.pk)
    with pytest.raises(UploadSaved):
        upload_save(user=world.cast.ana, upload_id=fresh.pk)
    cancelled = send(world, file)
    upload_cancel(user=world.cast.ana, upload_id=cancelled.pk)
    assert not Upload.objects.exists()


def test_a_role_without_numbers_of_demand_brings_no_file(world: World) -> None:
    with pytest.raises(NotAllowed):
        send(world, csv("SHINGLE;HARBOUR;DC1;;7"), world.cast.eve)


def test_cells_changed_between_looking_and_saving_wait_as_a_file_of_their_own(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = plan_file(world.cycle, world.cast.ana).put("HARBOUR", "May 2022", 130).put("QUAY", "May 2022", 90)
    waiting = send(world, file)
    seen = look(world, waiting)
    override_make(world.cycle, world.harbour, MAY, 150, world.cast.ana)
    monkeypatch.setattr(upload_service, "upload_preview", lambda user, upload: seen)  # as if it came in between
    outcome, rest = upload_save(user=world.cast.ana, upload_id=waiting.pk)
    assert [cell.reason for cell in outcome.refused] == ["conflict"]
    assert held() == {("HARBOUR", MAY): Decimal(150), ("QUAY", MAY): Decimal(90)}
    assert rest is not None
    assert [met.change.after for met in upload_preview(world.cast.ana, rest).met] == [130]


def test_many_rows_take_as_many_queries_as_few(world: World) -> None:
    def queries_of(rows: int) -> tuple[int, int]:
        series = Series.objects.filter(customer__owner=world.cast.ana).order_by("pk")[:rows]
        lines = [f"SHINGLE;{one.customer.code};DC1;;7;8" for one in series]
        text = csv(*lines, months="May 2022;Jun 2022")
        with CaptureQueriesContext(connection) as reading:
            waiting = send(world, text)
        with CaptureQueriesContext(connection) as saving:
            outcome, _ = upload_save(user=world.cast.ana, upload_id=waiting.pk)
        assert len(outcome.saved) == rows * 2
        change_set_undo(user=world.cast.ana, change_set_id=waiting.pk, undo_id=uuid.uuid4())
        return len(reading), len(saving)

    queries_of(1)  # rights of the person are in memory now
    for number in range(40):
        series_make(customer_make(f"C{number}", world.cast.north, world.cast.ana), world.harbour.product)
    few, many = queries_of(2), queries_of(42)
    assert many == few
    assert few[0] <= 25
    assert few[1] <= 35
