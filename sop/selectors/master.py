"""Reading master data: which tables there are, a list that is searched, narrowed and ordered, one row's history."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Model, Q, QuerySet

from sop.constants import StepKind, StepState
from sop.formats import NONE
from sop.master_spec import MasterTable, Shown, master_tables
from sop.models import User
from sop.refusals import Refused
from sop.selectors.cycle import closed_sentence, cycle_open_now
from sop.selectors.scope import customers_visible

PAGE_ROWS = 50
FILTER_CHOICES = 300  # a longer list is no choice any more: such a filter is not offered
ONLY_ROW = 1
PARAMETERS = {"q", "order", "page"}


class BadQuery(Refused):
    """The address asks for an order or a filter that does not exist."""

    status = 400


@dataclass(frozen=True)
class Filter:
    """One way to narrow a list, with what can be chosen and what is."""

    name: str
    label: str
    choices: list[tuple[int, str]]
    chosen: int | None


@dataclass(frozen=True)
class Head:
    """One heading of a list, and the order a click on it asks for."""

    label: str
    is_number: bool
    order: str
    sorted: str  # ascending, descending or empty


@dataclass(frozen=True)
class ListRow:
    """One row of a list: its cells as people read them."""

    pk: int
    cells: list[tuple[str, bool]]  # text, and whether it is a number


@dataclass(frozen=True)
class MasterList:
    """One page of a table's rows."""

    page: Page[Any]
    words: str
    order: str
    filters: list[Filter]
    heads: list[Head]
    rows: list[ListRow]

    @property
    def narrowed(self) -> bool:
        """Return whether a filter is set."""
        return any(each.chosen is not None for each in self.filters)


def tables_visible(user: User) -> list[MasterTable]:
    """Return the tables this person may look at."""
    return [table for table in master_tables() if not table.view or user.has_perm(table.view)]


def rows_visible(table: MasterTable, user: User) -> QuerySet[Any]:
    """Return a table's rows this person may see: a rep sees own customers' rows only."""
    rows: QuerySet[Any] = table.model.objects.all()
    if not table.customer or user.has_perm("sop.view_all_customers"):
        return rows
    own = Q(**{f"{table.customer}__in": customers_visible(user)})
    return rows.filter(own | Q(**{f"{table.customer}__isnull": True}) if table.customer_free else own)


def master_list(table: MasterTable, user: User, query: Mapping[str, str]) -> MasterList:
    """Return one page of a table, searched, narrowed and ordered as the address says.

    Raises BadQuery for an order or a filter the table does not offer.
    """
    rows = rows_visible(table, user).select_related(*table.related)
    words = query.get("q", "").strip()[:100]
    if words and "\0" not in words:
        found = Q()
        for path in table.search:
            found |= Q(**{f"{path}__icontains": words})
        rows = rows.filter(found)
    chosen = _chosen(table, query)
    rows = rows.filter(**{path: value for path, value in chosen.items() if value is not None})
    order = query.get("order", "")
    page = Paginator(rows.order_by(*_order(table, order)), PAGE_ROWS).get_page(query.get("page"))
    filters = [_filter(table, path, chosen.get(path)) for path in table.filters]
    lines = [ListRow(row.pk, [_cell(each, row) for each in table.shown]) for row in page]
    offered = [each for each in filters if len(each.choices) > 1]
    return MasterList(page, words, order, offered, [_head(each, order) for each in table.shown], lines)


def row_of(table: MasterTable, user: User, row_id: int) -> Model | None:
    """Return one row this person may see; a table of one row has it before it is first written."""
    found: Model | None = rows_visible(table, user).select_related(*table.related).filter(pk=row_id).first()
    if found is None and table.single and row_id == ONLY_ROW:
        only: Model = table.model(pk=ONLY_ROW)
        return only
    return found


def row_facts(table: MasterTable, row: Model) -> list[tuple[str, str]]:
    """Return a row's values with their labels, for a table nobody edits by hand."""
    return [(each.label, _cell(each, row)[0]) for each in table.shown]


def closed_now(kind: StepKind) -> str:
    """Return why a table planned with in a step cannot change now; empty where it can."""
    cycle = cycle_open_now()
    step = cycle.steps.filter(kind=kind).first() if cycle else None
    return closed_sentence(step) if step is not None and step.state == StepState.CLOSED else ""


def used_by(row: Model) -> list[tuple[int, str]]:
    """Return how many rows of which tables point at this one."""
    found = []
    relations: list[Any] = [each for each in row._meta.get_fields(include_hidden=True) if each.auto_created]
    for relation in relations:
        if not relation.one_to_many or hasattr(relation.related_model, "history_id"):
            continue
        count = relation.related_model._default_manager.filter(**{relation.field.name: row.pk}).count()
        if count:
            meta = relation.related_model._meta
            found.append((count, str(meta.verbose_name if count == 1 else meta.verbose_name_plural)))
    return found


def _chosen(table: MasterTable, query: Mapping[str, str]) -> dict[str, int | None]:
    strange = set(query) - PARAMETERS - set(table.filters)
    if strange:
        raise BadQuery(f"{table.label} cannot be narrowed by {sorted(strange)[0]!r}.")
    chosen: dict[str, int | None] = {}
    for path in table.filters:
        text = query.get(path, "")
        if text and not (text.isascii() and text.isdecimal() and len(text) < 19):
            raise BadQuery(f"{path} is a number.")
        chosen[path] = int(text) if text else None
    return chosen


def _order(table: MasterTable, order: str) -> list[str]:
    """Return the columns to order by; the primary key last, so that pages never overlap."""
    if order and table.path_of(order.removeprefix("-")) is None:
        raise BadQuery(f"{table.label} cannot be ordered by {order!r}.")
    return [*([order] if order else []), *table.order, "pk"]


def _head(shown: Shown, order: str) -> Head:
    """Return a heading; a second click turns the order round."""
    now = {shown.path: "ascending", f"-{shown.path}": "descending"}.get(order, "")
    return Head(shown.label, shown.kind == "number", f"-{shown.path}" if now == "ascending" else shown.path, now)


def _cell(shown: Shown, row: Any) -> tuple[str, bool]:
    *way, last = shown.path.split("__")
    holder = row
    for name in way:
        holder = getattr(holder, name, None)
    words = getattr(holder, f"get_{last}_display", None)  # of a choice its words, not its code
    value = words() if words else getattr(holder, last, None)
    return cell_text(shown, value), shown.kind == "number"


def cell_text(shown: Shown, value: Any) -> str:
    """Return a value as a list shows it; what is empty is a dot."""
    if value is None or value == "":
        return NONE
    if shown.kind == "yes":
        return "yes" if value else "no"
    if shown.kind == "date":
        return f"{value.day} {value:%b %Y}"
    if shown.kind == "month":
        return f"{value:%b %Y}"
    if shown.kind == "number":
        text = f"{Decimal(value).normalize():,f}"
        decimals = len(text.partition(".")[2])
        return f"{Decimal(value):,.{shown.decimals}f}" if decimals < shown.decimals else text
    return str(value)


def _filter(table: MasterTable, path: str, chosen: int | None) -> Filter:
    model = table.model
    for name in path.split("__"):
        model = model._meta.get_field(name).related_model
    rows = model._default_manager.order_by("name")
    if model is User:
        rows = rows.filter(customers__isnull=False).distinct()
    choices = [(row.pk, row.name) for row in rows[: FILTER_CHOICES + 1]]
    label = path.rpartition("__")[2]
    return Filter(path, "Sales rep" if label == "owner" else label.capitalize(), choices[: FILTER_CHOICES + 1], chosen)
