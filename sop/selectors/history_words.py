"""A line of history in words: which row, which values before and after, names in place of numbers."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import DateField, DateTimeField, Field, ForeignKey, Model
from django.utils import timezone

from sop.constants import Source
from sop.selectors.tracked import BOOKKEEPING, Tracked

Values = dict[str, Any]  # a row by column, as JSON gives it
Names = dict[type[Model], dict[Any, str]]
VERBS = {"+": "added", "~": "changed", "-": "removed"}


@dataclass(frozen=True)
class Line:
    """One line of a history table, without the row's values."""

    code: str
    history_id: int
    at: datetime
    kind: str
    who: str
    source: str
    request_id: str
    reason: str


@dataclass(frozen=True)
class Value:
    """One value that changed; `before` and `after` are empty where there is none."""

    name: str
    before: str
    after: str


@dataclass(frozen=True)
class Change:
    """One change as people read it."""

    line: Line
    table: str
    verb: str
    subject: str
    values: list[Value]
    why: str
    where: str

    @property
    def sentence(self) -> str:
        """Return the change as one sentence without its time."""
        told = "; ".join(f"{each.name} {each.before or '·'} → {each.after or '·'}" for each in self.values)
        return f"{self.line.who or 'The system'} {self.verb} {self.table}: {self.subject}{'. ' if told else ''}{told}"


def change_of(table: Tracked, line: Line, after: Values, before: Values, names: Names) -> Change:
    """Return a line in words; a removed row shows what it held."""
    subject = (_word(table.fields[each], after.get(each), names) for each in table.subject)
    return Change(
        line=line,
        table=table.label,
        verb=VERBS[line.kind],
        subject=", ".join(filter(None, subject)),
        values=_values(table, line.kind, after, before, names),
        why=_why(table, line, after),
        where=Source(line.source).label if line.source in Source.values else line.source,
    )


def _values(table: Tracked, kind: str, after: Values, before: Values, names: Names) -> list[Value]:
    """Return what changed; of a new or removed row what neither its subject nor its reason tells already."""
    held, now = (after, {}) if kind == "-" else (before, after)
    said = BOOKKEEPING if kind == "~" else {*BOOKKEEPING, *table.subject, *table.reasons}
    told = []
    for column, field in table.fields.items():
        old, new = held.get(column), now.get(column)
        trifle = kind != "~" and (old if kind == "-" else new) is False  # a switch that is off on a new row
        if column in said or old == new or trifle:
            continue
        told.append(Value(str(field.verbose_name), _word(field, old, names), _word(field, new, names)))
    return [each for each in told if each.before != each.after]


def names_of(rows: Iterable[tuple[Tracked, Values, Values]]) -> Names:
    """Return the names of everything the rows point at, one query per table pointed at."""
    wanted: dict[type[Model], set[Any]] = {}
    for table, *both in rows:
        for column, field in table.fields.items():
            if isinstance(field, ForeignKey) and column not in BOOKKEEPING:
                found = {values[column] for values in both if values.get(column) is not None}
                wanted.setdefault(field.related_model, set()).update(found)
    return {
        model: {row.pk: str(row) for row in model._default_manager.filter(pk__in=ids).select_related()}
        for model, ids in wanted.items()
        if ids
    }


def _why(table: Tracked, line: Line, after: Values) -> str:
    """Return the reason of the change and the notes on the row, each once."""
    texts = [line.reason, *(str(after.get(name) or "") for name in table.reasons)]
    words = [_choice(table, text) for text in dict.fromkeys(texts) if text]
    return ". ".join(words)


def _choice(table: Tracked, text: str) -> str:
    """Return a reason code's words."""
    field = table.fields.get("reason")
    return str(dict(field.flatchoices).get(text, text)) if field is not None else text


def _word(field: "Field[Any, Any]", value: Any, names: Names) -> str:
    """Return a value as people read it, empty for none."""
    if value is None or value == "":
        return ""
    if isinstance(field, ForeignKey):
        return names.get(field.related_model, {}).get(value, f"number {value}")
    if isinstance(field, DateField):  # a time of day is one too
        return _day(field, value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal):
        return f"{value.normalize():,f}"
    return str(dict(field.flatchoices).get(value, value)) if isinstance(value, str) else str(value)


def _day(field: "Field[Any, Any]", text: str) -> str:
    if isinstance(field, DateTimeField):
        return f"{timezone.localtime(datetime.fromisoformat(text)):%d %b %Y %H:%M}"
    day = date.fromisoformat(text)
    return f"{day:%b %Y}" if "bucket" in field.name else f"{day:%d %b %Y}"
