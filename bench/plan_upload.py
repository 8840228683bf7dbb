"""The whole plan to a workbook and back, every cell changed: what `python -m bench planning` tells of uploads."""

import time
from collections.abc import Callable
from typing import TypeVar

from django.utils import timezone

from demand.constants import UPLOAD_SHOWN
from demand.exports import plan_xlsx
from demand.selectors.upload import upload_preview
from demand.selectors.upload_sheet import NAMES, sheet_head, sheet_rows
from demand.services.upload import upload_receive, upload_save
from sop.constants import Source
from sop.exports import xlsx_bytes
from sop.models import Cycle, User
from sop.request_context import acting

Made = TypeVar("Made")


def upload_times(cycle: Cycle, planner: User) -> dict[str, list[float]]:
    """Return the milliseconds of downloading, reading, looking at and saving the whole plan; no web server between."""
    first, months = len(NAMES), cycle.horizon_months
    rows = [
        [*row[:first], *(float(number or 0) + 1 for number in row[first:-1]), row[-1]]
        for row in sheet_rows(cycle, planner)
    ]
    changed = xlsx_bytes("Demand", [], sheet_head(cycle), rows, created=timezone.now())
    with acting(planner, Source.PAGE):
        download, _ = _timed(lambda: plan_xlsx(cycle, planner))
        read, waiting = _timed(
            lambda: upload_receive(user=planner, cycle_id=cycle.pk, file_name="plan.xlsx", content=changed)
        )
        assert len(waiting.cells) == len(rows) * months, waiting.faults[:3]
        look, found = _timed(lambda: upload_preview(planner, waiting).shown)
        assert len(found) == UPLOAD_SHOWN
        save, (outcome, _) = _timed(lambda: upload_save(user=planner, upload_id=waiting.pk))
    assert len(outcome.saved) == len(waiting.cells), outcome.refused[:3]
    size = f"{len(rows):,} rows x {months} months"
    return {
        f"{size}: downloaded as Excel": [download],
        "  uploaded and read": [read],
        "  looked at": [look],
        "  saved with history": [save],
    }


def _timed(work: Callable[[], Made]) -> tuple[float, Made]:
    begun = time.perf_counter()
    made = work()
    return (time.perf_counter() - begun) * 1e3, made
