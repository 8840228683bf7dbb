"""Files brought in: received, their columns mapped, checked without writing anything, then applied whole or not at all.

Checking and applying read the kept file and stage it the same way (`import_run.py`): what was checked yesterday is
checked anew before it is written today. Big files do both as a job. See docs/importing.md.
"""

import hashlib
from typing import Any

from django.conf import settings
from django.db import transaction

from sop.constants import IMPORT_INLINE_ROWS
from sop.importing.files import encoding_of, file_look
from sop.importing.mapping import ColumnMapping, MappingRefused, mapping_check, mapping_propose, mapping_read
from sop.importing.registry import table_of
from sop.importing.spec import Table
from sop.models import Import, ImportMapping, User
from sop.refusals import Refused
from sop.services.import_run import apply_run, check_run, headings_of, may_bring, may_create, unfinished
from sop.services.job import ChunkSpec, job_request

KIND = "import"


def import_receive(
    *, user: User, table: str, file_name: str, content: bytes, source: str = "", encoding: str = "", delimiter: str = ""
) -> Import:
    """Keep a file for a table; its columns are mapped as this source's last time, or as its headings suggest.

    Raises FileRefused where it is no table of text, NotAllowed where the person may not change the table.
    """
    spec = table_of(table)
    may_bring(user, spec)
    kept = _kept_mapping(source, table)
    shape = file_look(
        file_name,
        content,
        max_bytes=settings.IMPORT_MAX_BYTES,
        encoding=encoding or _kept_encoding(kept, content),
        delimiter=delimiter,
    )
    brought = Import(
        table=table,
        source=source.strip()[:80],
        file_name=file_name[-255:],
        sha256=hashlib.sha256(content).hexdigest(),
        content=content,
        encoding=shape.encoding,
        delimiter=shape.delimiter,
        user=user,
        user_name=user.name,
    )
    if shape.encoding:
        brought.columns = _first_mapping(brought, spec).as_json()
    brought.save()
    return brought


def import_encoding_set(*, user: User, import_id: int, encoding: str, delimiter: str = "") -> Import:
    """Say in which encoding (and by which separator) a file is written; its columns are proposed anew."""
    with transaction.atomic():
        brought, spec = unfinished(user, import_id)
        content = bytes(brought.content)
        shape = file_look(
            brought.file_name, content, max_bytes=settings.IMPORT_MAX_BYTES, encoding=encoding, delimiter=delimiter
        )
        brought.encoding, brought.delimiter = shape.encoding, shape.delimiter
        brought.columns = _first_mapping(brought, spec).as_json()
        brought.save(update_fields=["encoding", "delimiter", "columns"])
    return brought


def import_columns_set(*, user: User, import_id: int, columns: dict[str, Any]) -> Import:
    """Say which columns make which; kept for the source's next file. Raises MappingRefused where it cannot be read."""
    with transaction.atomic():
        brought, spec = unfinished(user, import_id)
        mapping = mapping_read(columns, spec)
        may_create(user, spec, mapping)
        mapping_check(mapping, spec, headings_of(brought)[0])
        brought.columns, brought.state = mapping.as_json(), Import.State.RECEIVED
        brought.counts, brought.faults, brought.fault_count, brought.all_faults = {}, [], 0, None
        brought.save(update_fields=["columns", "state", "counts", "faults", "fault_count", "all_faults"])
        if brought.source:
            ImportMapping.objects.update_or_create(
                source=brought.source,
                table=brought.table,
                defaults={"columns": {**brought.columns, "encoding": brought.encoding}, "updated_by": user},
            )
    return brought


def import_ready(*, user: User, import_id: int) -> Import:
    """Return a file that can be checked; raise MappingRefused while a needed column has no source."""
    with transaction.atomic():
        brought, spec = unfinished(user, import_id)
        if not brought.encoding:
            raise Refused("Say first in which encoding the file is written.")
        mapping_check(mapping_read(brought.columns, spec), spec, headings_of(brought)[0])
    return brought


def import_check(*, user: User, import_id: int) -> Import:
    """Find out what a file would change and what is wrong in it, writing nothing; big files do it as a job.

    Raises MappingRefused while a needed column has no source.
    """
    brought = import_ready(user=user, import_id=import_id)
    if _is_big(brought):
        return _job(user, brought, {"act": "check"})
    return check_run(user, import_id)


def import_apply(*, user: User, import_id: int, leave_out: int = 0) -> Import:
    """Write a checked file, whole or not at all; `leave_out` is the number of faulty rows agreed to be left out.

    Raises FaultsLeft when another number of rows is faulty now.
    """
    with transaction.atomic():
        brought, _spec = unfinished(user, import_id)
        if brought.state != Import.State.CHECKED:
            raise Refused("Check the file first: the check shows what it would change.")
        if _is_big(brought):
            return _job(user, brought, {"act": "apply", "leave_out": leave_out})
    return apply_run(user, import_id, leave_out)


def _is_big(brought: Import) -> bool:
    return bytes(brought.content).count(b"\n") > IMPORT_INLINE_ROWS


@transaction.atomic
def _job(user: User, brought: Import, params: dict[str, Any]) -> Import:
    brought.job = job_request(
        user=user,
        kind=KIND,
        subject=f"import {brought.pk}",
        params={"import": brought.pk, **params},
        chunks=[ChunkSpec(label=brought.file_name[:80])],
    )
    brought.save(update_fields=["job"])
    return brought


def _kept_mapping(source: str, table: str) -> dict[str, Any]:
    kept = ImportMapping.objects.filter(source=source.strip()[:80], table=table).first() if source.strip() else None
    return dict(kept.columns) if kept else {}


def _kept_encoding(kept: dict[str, Any], content: bytes) -> str:
    """Return this source's encoding where the file proves none itself."""
    return "" if encoding_of(content) else kept.get("encoding", "")


def _first_mapping(brought: Import, spec: Table) -> ColumnMapping:
    """Return this source's mapping where it fits the file's headings, else what the headings suggest."""
    headings, _ = headings_of(brought)
    kept = _kept_mapping(brought.source, brought.table)
    kept.pop("encoding", None)
    if kept:
        try:
            mapping = mapping_read(kept, spec)
            mapping_check(mapping, spec, headings)
        except MappingRefused:
            pass
        else:
            return mapping
    return mapping_propose(spec, headings)
