"""Bringing in a file the way a person does: give it, say its encoding, choose its columns, check, apply."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from re import search
from typing import Any

import pandas as pd

from sop.models import Import
from tests.support.person import Page, Person
from tests.support.waiting import until


@dataclass(frozen=True)
class Columns:
    """What a person chooses on the page of columns: headings, constants, and the answers below them."""

    headings: Mapping[str, str] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    create: Sequence[str] = ()
    answers: Mapping[str, str] = field(default_factory=dict)

    def typed(self) -> dict[str, str | Sequence[str]]:
        """Return the values of the page's fields."""
        chosen: dict[str, str | Sequence[str]] = {f"from-{name}": said for name, said in self.headings.items()}
        chosen |= {f"constant-{name}": said for name, said in self.constants.items()}
        chosen |= dict(self.answers)
        return chosen | ({"create": list(self.create)} if self.create else {})


def csv_of(heads: Sequence[str], rows: Iterable[Sequence[Any]], *, encoding: str = "utf-8", comma: str = ",") -> bytes:
    """Return rows as the bytes of a CSV file."""
    return pd.DataFrame(list(rows), columns=list(heads)).to_csv(index=False, sep=comma).encode(encoding)


def checked(
    person: Person, table: str, name: str, content: bytes, columns: Columns | None = None, *, encoding: str = ""
) -> Page:
    """Bring a file as far as its check and return its page; questions it asks on the way are answered."""
    page = person.upload("/import/", name, content, table=table, source=f"{table} of {name}")
    if page.path.endswith("/encoding/"):
        assert encoding, f"{name}: {page.words}"
        page = person.send(page, page.form(), encoding=encoding)
        if columns is None:
            page = person.send(page, page.form())  # the columns as they are proposed
    if columns is not None:
        number = import_id(page)
        page = person.get(f"/import/{number}/columns/")
        page = person.send(page, page.form(), **columns.typed())
    address = f"/import/{import_id(page)}/"
    assert page.path == address or (page.path.endswith("/columns/") and not columns), f"{name}: {page.words[:600]}"
    return _read(person, address)


def applied(person: Person, page: Page, *, leave_out: int = 0) -> Page:
    """Click the button under a check; faulty rows are left out only if there are as many as expected."""
    assert page.offers("/apply/"), f"nothing can be brought in: {page.words}"
    form = page.form("/apply/")
    assert int(form.fields.get("leave_out", ["0"])[0]) == leave_out, page.words[:2000]
    person.send(page, form)
    return _read(person, page.path, done=True)


def brought(person: Person, table: str, name: str, content: bytes, columns: Columns | None = None) -> Page:
    """Bring in a file without a fault."""
    return applied(person, checked(person, table, name, content, columns))


def import_id(page: Page) -> int:
    """Return which file a page is about."""
    found = search(r"/import/(\d+)/", page.path)
    assert found is not None, f"{page.url}: {page.words[:600]}"
    return int(found[1])


def counts(page: Page) -> dict[str, int]:
    """Return the counts kept with a file, and its rows; read it inside `live.orm()`."""
    found = Import.objects.get(pk=import_id(page))
    numbers = {name: count for name, count in found.counts.items() if isinstance(count, int)}
    return {"rows": found.rows, **numbers}


def _read(person: Person, address: str, *, done: bool = False) -> Page:
    """Return a file's page once nobody works on it any more."""
    word = "Brought in" if done else "In the file"

    def page() -> Page | None:
        found = person.get(address)
        return found if "Reading the file" not in found.words else None

    found = until(page, f"{address} is never read")
    assert word in found.words, f"{address}: {found.words[:1500]}"
    return found
