"""The reading process: bounded memory and time, nothing but this package inside; a file can do no harm here.

Takes one JSON request on standard input, writes rows.csv and faults.csv into a folder or gives a small table as it
stands, answers one JSON line.
"""

import json
import resource
import sys
from datetime import date
from pathlib import Path
from typing import Any

from sop.importing.files import FileRefused
from sop.importing.grid import sample_read, text_rows
from sop.importing.mapping import ColumnMapping, From
from sop.importing.reading import Reader
from sop.importing.spec import Column
from sop.importing.workbook import workbook_rows


def main() -> None:
    """Answer one request; a refusal is an answer, too."""
    request = json.load(sys.stdin)
    resource.setrlimit(resource.RLIMIT_AS, (request["memory_bytes"],) * 2)
    resource.setrlimit(resource.RLIMIT_CPU, (request["seconds"],) * 2)
    try:
        answer = {"sample": _sample, "read": _read, "table": _table}[request["act"]](request)
    except FileRefused as refusal:
        answer = {"refused": str(refusal)}
    except MemoryError:
        limit = request["memory_bytes"] / 2**20
        answer = {"refused": f"The file needs more than {limit:,.0f} MB of memory to be read. Split it."}
    sys.stdout.write(json.dumps(answer))


def _sample(request: dict[str, Any]) -> dict[str, Any]:
    with open(request["file"], encoding=request["encoding"], newline="") as lines:
        headings, rows = sample_read(lines, request["delimiter"], request["count"])
    return {"headings": headings, "rows": rows}


def _read(request: dict[str, Any]) -> dict[str, Any]:
    columns = [Column.from_json(each) for each in request["columns"]]
    folder = Path(request["folder"])
    with (
        open(request["file"], encoding=request["encoding"], newline="") as lines,
        open(folder / "rows.csv", "w", encoding="utf-8", newline="") as rows,
        open(folder / "faults.csv", "w", encoding="utf-8", newline="") as faults,
    ):
        reader = Reader(columns, _mapping(request["mapping"]), date.fromisoformat(request["today"]), faults)
        return reader.read(lines, request["delimiter"], rows).as_json()


def _table(request: dict[str, Any]) -> dict[str, Any]:
    limits = {"max_rows": request["max_rows"], "max_columns": request["max_columns"]}
    if "encoding" not in request:
        return {"rows": workbook_rows(Path(request["file"]), **limits)}
    with open(request["file"], encoding=request["encoding"], newline="") as lines:
        return {"rows": text_rows(lines, request["delimiter"], **limits)}


def _mapping(data: dict[str, Any]) -> ColumnMapping:
    """Return the mapping; it was checked before it came here."""
    columns: dict[str, From] = {}
    for name, source in data["columns"].items():
        lists: dict[str, Any] = {key: tuple(each) for key, each in source.items() if isinstance(each, list)}
        columns[name] = From(**{**source, **lists})
    return ColumnMapping(**{**data, "columns": columns, "empty": tuple(data["empty"])})


if __name__ == "__main__":
    main()
