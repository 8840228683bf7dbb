"""Nobody overwrites unseen: what a person edits is still what they looked at."""

from collections.abc import Sequence
from typing import Any

from sop.refusals import Conflict
from sop.selectors.cycle import company_moment


def unchanged(row: Any, columns: Sequence[str], *, version: int, now: str) -> None:
    """Raise Conflict where somebody changed one of a locked row's columns since the version a person saw.

    A version is the row's latest entry of history, 0 for a row that was not there. Other columns may have changed:
    a run that measures lead times is nobody's opinion of them. `now` says what stands there.
    """
    before = row.history.filter(history_id__lte=version).order_by("-history_id").first()
    changed = None
    for entry in row.history.filter(history_id__gt=version).order_by("history_id"):
        if before is None or any(getattr(before, column) != getattr(entry, column) for column in columns):
            changed = entry
        before = entry
    if changed is not None:
        who, when = changed.history_user_name or "The system", company_moment(changed.history_date)
        raise Conflict(f"{who} set {now} {when}, after you opened the page. Look at it before you save again.")
