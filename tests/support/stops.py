"""Where the browser walks through the demo company: every page of tests/permission_matrix.py, as one who may see it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.urls import get_resolver, reverse
from django.utils import timezone

from demand.constants import CleansingState
from demand.models import Assumption, BaselineRun, ChangeSet, Cleansing, Override, Series, Upload
from demand.selectors.upload_sheet import sheet_head, sheet_rows
from demand.services.upload import upload_receive
from reconcile.models import Scenario
from review.models import Question
from sop.constants import CycleState, Source
from sop.master_spec import master_tables
from sop.models import Cycle, Import, Job, Product, User
from sop.request_context import acting
from sop.services.importing import import_check, import_receive
from supply.models import Sourcing, SupplyFlag
from tests.permission_matrix import EVERYONE, NOBODY, PUBLIC, TABLE, Rule

FILE, FRAGMENT, PROGRAM = "a file", "a part of a page", "for programs"
# Routes that answer a GET but are no page. Anything else is walked: a new page needs no line here.
NO_PAGE = {
    "sop:healthz": PROGRAM,
    "sop:history-csv": FILE,
    "sop:job-strip": FRAGMENT,
    "sop:import-faults": FILE,
    "sop:import-template": FILE,
    "demand:grid-data": FRAGMENT,
    "demand:grid-measure": FRAGMENT,
    "demand:grid-attention": FRAGMENT,
    "demand:grid-facts": FRAGMENT,
    "demand:panel": FRAGMENT,
    "demand:row-chart": FRAGMENT,
    "demand:row-orders": FRAGMENT,
    "demand:record": FRAGMENT,
    "demand:assumption-scores": FRAGMENT,
    "demand:assumption-score": FRAGMENT,
    "demand:people": FRAGMENT,
    "demand:row-study": FRAGMENT,
    "demand:family-study": FRAGMENT,
    "demand:export": FILE,
    "demand:upload-sheet": FILE,
    "demand:cleansing-export": FILE,
    "demand:change-log-csv": FILE,
    "supply:export": FILE,
    "reconcile:export": FILE,
    "publish:plan-csv": FILE,
    "publish:plan-xlsx": FILE,
}
# Who looks at a step's pages first; where they may not, the first of OTHERS who may.
FIRST = {"demand": "olga", "supply": "sam", "reconcile": "olga", "review": "eve", "publish": "cora", "sop": "cora"}
OTHERS = ("olga", "cora", "finn", "sam", "eve")
REP = "ana"
FAULTY = b"code,name,family,uom\nNEW-1,A new board,NOWHERE,EA\n,Nameless,,EA\n"
NOT_UTF8 = "code,name\nCAFE,Caf\xe9 supplies\n".encode("cp1252")


@dataclass(frozen=True)
class Stop:
    """One page, as one person sees it."""

    name: str
    user: str  # empty = signed out
    path: str

    def __str__(self) -> str:
        return f"{self.name} as {self.user or 'nobody'} ({self.path})"


Numbers = Mapping[str, Mapping[str, object]]  # what fills an address: its name -> word for it -> value


def page_routes() -> list[str]:
    """Return the full names of all routes that show a page."""
    return [name for name, route in TABLE.items() if route.get != NOBODY and not is_exempt(name)]


def is_exempt(name: str) -> bool:
    """Tell whether a route answers something else than a page."""
    return name.startswith("api:") or name in NO_PAGE


def demo_stops() -> list[Stop]:
    """Return every page of the demo company; pages of demand once more as a rep. Needs the product's database."""
    numbers = demo_numbers()
    found = [stop for name in page_routes() for stop in _stops(name, numbers, _looker(name))]
    reps = [name for name in page_routes() if name.startswith("demand:") and _may(REP, TABLE[name].get)]
    return found + [stop for name in reps for stop in _stops(name, numbers, REP)]


def bare_stops(user: str) -> list[Stop]:
    """Return the pages that need no number, for a person who may see all of them."""
    named: Numbers = {"table": {"": "products"}}
    return [stop for name in page_routes() if _keys(name) <= set(named) for stop in _stops(name, named, user)]


def demo_numbers() -> Numbers:
    """Return what fills the addresses: open and closed cycle, a plain and a pulled scenario, files brought in."""
    closed = Cycle.objects.filter(state=CycleState.CLOSED).latest("bucket")
    scenarios = Scenario.objects.filter(cycle=closed)
    return {
        "cycle_id": {"open": Cycle.objects.get(state=CycleState.OPEN).pk, "closed": closed.pk},
        "scenario_id": {
            "base": scenarios.filter(levers=None).order_by("pk")[0].pk,
            "levers": scenarios.exclude(levers=None).order_by("pk")[0].pk,
        },
        "item_id": {"short": SupplyFlag.objects.filter(run__cycle=closed).order_by("pk")[0].item_id},
        "supplier_id": {"": _stuck_supplier()},
        "job_id": {"": Job.objects.latest("created_at").pk},
        "person_id": {"": User.objects.get(username=REP).pk},
        "row_id": {"": Product.objects.order_by("pk")[0].pk},
        "table": {table.name: table.name for table in master_tables()},
        "assumption_id": {"": Assumption.objects.filter(owner__username=REP).order_by("pk")[0].pk},
        "cleansing_id": {"": _open_correction().pk},
        "series_id": {"": _own_series().pk},
        "family_id": {"": _own_series().product.family_id},
        "product_id": {"": _changed_product()},
        "change_set_id": {"": ChangeSet.objects.filter(user__username=REP).latest("at").pk},
        "run_id": {
            "open": BaselineRun.objects.filter(adopted=True, cycle__state=CycleState.OPEN).latest("pk").pk,
            "closed": BaselineRun.objects.get(adopted=True, cycle=closed).pk,
        },
        "question_id": {"": _carried_question(closed).pk},
        "import_id": _files(User.objects.get(username="olga")),
        "upload_id": {name: _upload(User.objects.get(username=name)).pk for name in ("olga", REP)},
    }


def _stuck_supplier() -> int:
    """Return a supplier goods are bought from."""
    return Sourcing.objects.order_by("pk")[0].supplier_id


def _open_correction() -> Cleansing:
    """Return a correction a rep sees too; those a later look let lapse have no page."""
    waiting = Cleansing.objects.filter(state=CleansingState.PROPOSED)
    return waiting.filter(series__customer__owner__username=REP).order_by("pk")[0]


def _own_series() -> Series:
    """Return a series the rep sees as well."""
    return Series.objects.filter(active=True, customer__owner__username=REP).order_by("pk")[0]


def _changed_product() -> int:
    """Return a product the rep changed in the open cycle."""
    changed = Override.objects.filter(cycle__state=CycleState.OPEN, changed_by__username=REP, quantity__isnull=False)
    return changed.order_by("pk")[0].series.product_id


def _carried_question(closed: Cycle) -> Question:
    """Carry a question of the closed cycle to the open one; the demo's leaders decided all of theirs."""
    earlier = Question.objects.filter(cycle=closed).order_by("pk")[0]
    now = timezone.now()
    return Question.objects.create(
        cycle=Cycle.objects.get(state=CycleState.OPEN),
        sentence=earlier.sentence,
        decider=earlier.decider,
        due_at=now,
        raised_at=now,
        carried_from=earlier,
        reopened=1,
    )


def _files(user: User) -> Mapping[str, int]:
    """Bring in a file with faults and one in another encoding; the demo itself has none."""
    with acting(user, Source.PAGE):
        faulty = import_receive(user=user, table="products", file_name="boards.csv", content=FAULTY, source="ERP")
        import_check(user=user, import_id=faulty.pk)
        strange = import_receive(user=user, table="suppliers", file_name="suppliers.csv", content=NOT_UTF8)
    assert Import.objects.get(pk=strange.pk).encoding == ""
    return {"faulty": faulty.pk, "strange": strange.pk}


def _upload(user: User) -> Upload:
    """Leave a file of the plan waiting: one cell changes, one met a colleague's, one cannot be read."""
    cycle = Cycle.objects.get(state=CycleState.OPEN)
    head, rows = sheet_head(cycle), list(sheet_rows(cycle, user))[:3]
    rows[0][-2], rows[1][-2], rows[2][-2] = 7, "many", 8
    rows[2][-1] = f"{rows[2][-1]}@99"
    lines = "".join(";".join("" if each is None else str(each) for each in row) + "\n" for row in (head, *rows))
    with acting(user, Source.PAGE):
        return upload_receive(
            user=user, cycle_id=cycle.pk, file_name="my plan.csv", content=lines.encode(), decimal="."
        )


def _stops(name: str, numbers: Numbers, user: str) -> Iterator[Stop]:
    """Return a route's pages: one for each way to fill its address, master data rows only for products."""
    ways: list[dict[str, tuple[str, object]]] = [{}]
    for key in sorted(_keys(name)):
        assert key in numbers, f"{name}: say in tests/support/stops.py what fills {key}"
        values = numbers[key]
        if key == "upload_id":
            values = {"": values[user]}  # a waiting file is its owner's alone
        if key == "table" and name != "sop:master-list":
            values = {"": "products"}
        ways = [way | {key: filled} for way in ways for filled in values.items() if _fits(way, key, filled[0])]
    for way in ways:
        words = [word for word, _value in way.values() if word]
        path = reverse(name, kwargs={key: value for key, (_word, value) in way.items()})
        yield Stop("-".join([name.replace(":", "-"), *words]), user, path)


def _fits(way: Mapping[str, tuple[str, object]], key: str, word: str) -> bool:
    """Tell whether a baseline run belongs to the cycle of the address."""
    return key != "run_id" or "cycle_id" not in way or way["cycle_id"][0] == word


def _keys(name: str) -> set[str]:
    """Return what an address asks for."""
    app, _, plain = name.partition(":")
    _prefix, resolver = get_resolver().namespace_dict[app]
    return set(resolver.reverse_dict[plain][0][0][1])


def _looker(name: str) -> str:
    rule = TABLE[name].get
    if rule == PUBLIC:
        return ""
    candidates = [FIRST[name.partition(":")[0]], *OTHERS]
    return next(username for username in candidates if _may(username, rule))


def _may(username: str, rule: Rule) -> bool:
    words = rule if isinstance(rule, tuple) else (rule,)
    user = User.objects.get(username=username)
    return any(word in (EVERYONE, PUBLIC) or word in user.roles or user.has_perm(word) for word in words)
