"""One reading of a file kept on an import: check it or write it; the same at once or in the background."""

import gzip
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.urls import reverse
from django.utils import timezone
from psycopg import sql

from sop.constants import Source, StepKind
from sop.importing.files import FileRefused, FileShape
from sop.importing.mapping import ColumnMapping, mapping_read
from sop.importing.process import file_read, file_sample
from sop.importing.reading import Reading
from sop.importing.registry import table_of
from sop.importing.spec import Table
from sop.models import Import, Job, JobChunk, User
from sop.refusals import NotAllowed, Refused
from sop.request_context import acting
from sop.selectors.cycle import company, company_today
from sop.services.import_faults import checks_note, repeats_note, unknown_note
from sop.services.import_links import links_find, unused_links_drop
from sop.services.import_plan import plan_counts, plan_make, plan_notes
from sop.services.import_stage import Stage, good_lines_keep, lines_copy, rows, run
from sop.services.import_write import plan_write, tables_lock
from sop.services.job import Lease
from sop.services.master import step_not_closed_lock
from sop.services.table import copying
from sop.services.whole import whole

FAULTS_SHOWN = 1000
FAULT_KEYS = ("row", "column", "value", "what", "cure", "blocks")
FAULTS_SQL = """select row, coalesce("column", ''), coalesce(value, ''), what, cure, blocks
                from import_faults order by row, 2"""
STATEMENT_TIMEOUT = "10min"
Read = Reading | FileRefused


class FaultsLeft(Refused):
    """Rows are faulty and the person did not say to leave exactly these out."""


def check_run(user: User, import_id: int) -> Import:
    """Find out what a file would change and what is wrong in it, and keep that on the import."""
    with _reading(import_id) as (folder, reading), whole():
        return _check(user, import_id, folder, reading)


def apply_run(user: User, import_id: int, leave_out: int) -> Import:
    """Write a file, whole or not at all."""
    with _reading(import_id) as (folder, reading), whole():
        return _apply(user, import_id, folder, reading, leave_out)


def import_chunk_run(chunk: JobChunk, lease: Lease) -> None:
    """Check or apply a big file in the background; all of it inside the part's own transaction."""
    params, user = chunk.job.params, chunk.job.user
    assert user is not None
    with _reading(params["import"]) as (folder, reading), whole(), lease.writing():
        if params["act"] == "check":
            _check(user, params["import"], folder, reading)
        else:
            _apply(user, params["import"], folder, reading, params["leave_out"])


def import_job_finish(job: Job) -> dict[str, Any]:
    """Return what the job's line shows."""
    brought = Import.objects.only("state", "counts", "fault_count").get(pk=job.params["import"])
    return {"state": brought.get_state_display(), "faults": brought.fault_count}


def import_job_page(job: Job) -> str:
    """Return the address of the file's page."""
    return reverse("sop:import", args=[job.params["import"]])


def unfinished(user: User, import_id: int) -> tuple[Import, Table]:
    """Return a file that can still be worked on, locked, without its content; refuse where the person may not."""
    found = Import.objects.select_for_update().defer("content", "all_faults").filter(pk=import_id).first()
    if found is None:
        raise Refused("This file is not here.")
    spec = table_of(found.table)
    may_bring(user, spec)
    if found.state == Import.State.APPLIED:
        raise Refused(f"{found.file_name} was brought in already. Bring it again to check it against today's tables.")
    return found, spec


def may_bring(user: User, spec: Table) -> None:
    """Refuse a person who may not bring files into a table."""
    if not (user.has_perm("sop.import_data") and user.has_perm(spec.permission)):
        raise NotAllowed(f"You may not bring files into {spec.label.lower()}.")


def may_create(user: User, spec: Table, mapping: ColumnMapping) -> None:
    """Refuse a person who may not create what the mapping would create."""
    for link in spec.links:
        if link.field in mapping.create and not user.has_perm(link.permission):
            raise NotAllowed(f"You may not create {link.plural}. Bring the file in without, or ask who may.")


def headings_of(brought: Import) -> tuple[list[str], list[list[str]]]:
    """Return a kept file's headings and first rows; raise FileRefused where they cannot be read."""
    with _file(brought) as path:
        return file_sample(path, FileShape(brought.encoding, brought.delimiter))


def _check(user: User, import_id: int, folder: Path, reading: Read) -> Import:
    brought, spec = unfinished(user, import_id)
    if isinstance(reading, FileRefused):
        brought.state, brought.counts = Import.State.REFUSED, {"refused": str(reading)}
    elif reading.question:
        brought.counts = {"question": reading.question, "asks": reading.asks}
    else:
        _found_keep(brought, _staged(brought, spec, folder), reading)
        brought.state = Import.State.CHECKED
    return _keep(brought)


def _apply(user: User, import_id: int, folder: Path, reading: Read, leave_out: int) -> Import:
    brought, spec = unfinished(user, import_id)
    if isinstance(reading, FileRefused):
        raise reading
    if reading.question:
        raise Refused(reading.question)
    mapping = mapping_read(brought.columns, spec)
    may_create(user, spec, mapping)
    if spec.step:
        step_not_closed_lock(StepKind(spec.step))
    tables_lock(Stage(spec, mapping))
    stage = _staged(brought, spec, folder)
    _found_keep(brought, stage, reading)
    faulty = brought.counts["faulty"]
    if faulty != leave_out:
        agreed = f"{leave_out:,} were to be left out" if leave_out else "all rows were to be right"
        raise FaultsLeft(f"{faulty:,} rows are faulty, and {agreed}. Nothing was written; check the file again.")
    with acting(user, Source.UPLOAD):
        plan_write(stage, f"Import {brought.pk}: {brought.file_name}")
    brought.counts["left_out"] = faulty
    brought.state, brought.applied_at = Import.State.APPLIED, timezone.now()
    return _keep(brought)


def _keep(brought: Import) -> Import:
    brought.save(update_fields=["state", "counts", "rows", "faults", "fault_count", "all_faults", "applied_at"])
    return brought


def _staged(brought: Import, spec: Table, folder: Path) -> Stage:
    """Put the file's rows beside the tables and find everything that is wrong with them."""
    run("set local statement_timeout = {time}", time=sql.Literal(STATEMENT_TIMEOUT))
    stage = Stage(spec, mapping_read(brought.columns, spec))
    lines_copy(stage, folder)
    links_find(stage)
    unknown_note(stage)
    repeats_note(stage)
    checks_note(stage)
    good_lines_keep()
    plan_make(stage)
    unused_links_drop(stage)
    return stage


def _found_keep(brought: Import, stage: Stage, reading: Reading) -> None:
    """Write the counts and the faults onto the import."""
    [(count, faulty, warned)] = rows("""
        select count(*), count(distinct row) filter (where blocks), count(distinct row) filter (where not blocks)
        from import_faults""")
    links = stage.table.links
    brought.rows, brought.fault_count = reading.rows, count
    brought.counts = {
        **plan_counts(),
        "faulty": faulty,
        "warned": warned,
        "blank": reading.blank,
        "created": {links[number].plural: made for number, made in stage.new_rows.items() if made},
        "notes": [*reading.notes, *plan_notes(stage)],
    }
    first = rows(FAULTS_SQL + f" limit {FAULTS_SHOWN}")
    brought.faults = [dict(zip(FAULT_KEYS, each, strict=True)) for each in first]
    brought.all_faults = _faults_packed() if count else None


def _faults_packed() -> bytes:
    """Return all faults as a packed CSV."""
    with copying(f"copy ({FAULTS_SQL}) to stdout with (format csv)") as copy:
        return gzip.compress(b"".join(bytes(piece) for piece in copy))


@contextmanager
def _file(brought: Import) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="sop-import-") as folder:
        path = Path(folder) / "file"
        path.write_bytes(bytes(brought.content))
        yield path


@contextmanager
def _reading(import_id: int) -> Iterator[tuple[Path, Read]]:
    """Read the file outside of any transaction; a file that cannot be read is an answer, too."""
    brought = Import.objects.defer("all_faults").get(pk=import_id)
    spec = table_of(brought.table)
    mapping = mapping_read(brought.columns, spec)
    shape = FileShape(brought.encoding, brought.delimiter)
    with _file(brought) as path:
        try:
            reading: Read = file_read(
                path, shape, columns=spec.columns, mapping=mapping, today=company_today(company()), folder=path.parent
            )
        except FileRefused as refusal:
            reading = refusal
        yield path.parent, reading
