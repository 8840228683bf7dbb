"""Start the reading process on a file and wait for its answer, never longer than allowed."""

import json
import subprocess
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from sop.importing.files import FileRefused, FileShape
from sop.importing.mapping import ColumnMapping
from sop.importing.reading import Reading
from sop.importing.spec import Column

MEMORY_BYTES = 2 * 2**30
SECONDS = 120
SAMPLE_ROWS = 8
ROOT = Path(__file__).resolve().parents[2]


def file_sample(path: Path, shape: FileShape) -> tuple[list[str], list[list[str]]]:
    """Return the file's headings and its first rows; raise FileRefused where it cannot be read."""
    answer = _ask({"act": "sample", "file": str(path), "count": SAMPLE_ROWS, **vars(shape)})
    return answer["headings"], answer["rows"]


def file_read(
    path: Path, shape: FileShape, *, columns: Sequence[Column], mapping: ColumnMapping, today: date, folder: Path
) -> Reading:
    """Read a file into `folder`/rows.csv and `folder`/faults.csv; raise FileRefused where it cannot be read."""
    request = {"columns": [each.as_json() for each in columns], "mapping": mapping.as_json(), "folder": str(folder)}
    answer = _ask({"act": "read", "file": str(path), "today": today.isoformat(), **vars(shape), **request})
    return Reading(**answer)


def file_table(path: Path, shape: FileShape | None, *, max_rows: int, max_columns: int) -> list[tuple[int, list[str]]]:
    """Return a file's rows as texts, each with its number; no shape = a workbook. Raise FileRefused where unread."""
    how = vars(shape) if shape else {}
    answer = _ask({"act": "table", "file": str(path), "max_rows": max_rows, "max_columns": max_columns, **how})
    return [(number, row) for number, row in answer["rows"]]


def _ask(request: dict[str, Any]) -> dict[str, Any]:
    request |= {"memory_bytes": MEMORY_BYTES, "seconds": SECONDS}
    try:
        done = subprocess.run(
            [sys.executable, "-m", "sop.importing.child"],
            input=json.dumps(request).encode(),
            capture_output=True,
            cwd=ROOT,
            env={"PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"},
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise FileRefused(f"The file could not be read within {SECONDS} seconds. Split it.") from error
    if done.returncode < 0:
        raise FileRefused("Reading the file took more time or memory than is allowed. Split it.")
    if done.returncode:
        raise RuntimeError(f"the reading process failed: {done.stderr.decode(errors='replace')[-2000:]}")
    answer: dict[str, Any] = json.loads(done.stdout)
    if "refused" in answer:
        raise FileRefused(answer["refused"])
    return answer
