"""Flags over the runs of a cycle: opened, refreshed, closed by themselves, and the answers people gave them."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from sop.constants import Source, StepKind
from sop.models import User
from sop.refusals import NotAllowed, Refused, StepClosed
from sop.request_context import acting
from supply.models import StockItem, SupplyFlag, SupplyRun
from supply.selectors.workbench import flag_counts, flags
from supply.services.flags import Found, flag_answer, flags_replace
from tests.api_world import FEBRUARY, MARCH, step_only
from tests.factories import Cast, cycle_make, location_make, product_make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bare_steps")]

REQUEST = "9a3f"


@pytest.fixture
def run(cast: Cast) -> SupplyRun:
    cycle = cycle_make(cast)
    step_only(cycle, StepKind.SUPPLY)
    return SupplyRun.objects.create(cycle=cycle, snapshot_version=1, first_bucket=FEBRUARY, horizon_months=18)


@pytest.fixture
def item(run: SupplyRun) -> StockItem:
    return StockItem.objects.create(product=product_make(), location=location_make())


def found(item: StockItem, kind: str = "shortage", *, units: str = "90", last: date = MARCH) -> Found:
    units_ = Decimal(units)
    return Found(item.pk, kind, FEBRUARY, last, units_, units_ * 5, f"Short of {units}")


def replace(user: User, run: SupplyRun, *each: Found) -> None:
    with acting(user, Source.JOB, REQUEST):
        flags_replace(run=run, found=each)


def answer(user: User, flag: SupplyFlag, state: str = "accepted", note: str = "On it.") -> SupplyFlag:
    with acting(user, Source.PAGE):
        return flag_answer(user=user, flag_id=flag.pk, state=state, note=note)


def next_run(run: SupplyRun) -> SupplyRun:
    return SupplyRun.objects.create(cycle=run.cycle, snapshot_version=1, first_bucket=FEBRUARY, horizon_months=18)


def test_a_new_flag_opens_and_history_tells_who_whence_and_by_which_request(
    cast: Cast, run: SupplyRun, item: StockItem
) -> None:
    replace(cast.sam, run, found(item))
    flag = SupplyFlag.objects.get()
    assert (flag.state, flag.units, flag.money, flag.cause, flag.owner, flag.note) == (
        "open", 90, 450, "Short of 90", None, "",
    )  # fmt: skip
    told = SupplyFlag.history.get()
    assert (told.history_type, told.history_user, told.history_user_name) == ("+", cast.sam, "Sam")
    assert (told.source, told.request_id, told.units, told.state) == (Source.JOB, REQUEST, 90, "open")


def test_an_answer_with_its_owner_and_note_lasts_as_long_as_its_cause(
    cast: Cast, run: SupplyRun, item: StockItem
) -> None:
    replace(cast.sam, run, found(item))
    answer(cast.sam, SupplyFlag.objects.get(), "raised", "Who gets what there is?")
    second = next_run(run)
    replace(cast.olga, second, found(item, units="40", last=FEBRUARY))
    flag = SupplyFlag.objects.get()
    assert (flag.state, flag.owner, flag.note) == ("raised", cast.sam, "Who gets what there is?")
    assert (flag.units, flag.money, flag.last_bucket, flag.run, flag.cause) == (
        40, 200, FEBRUARY, second, "Short of 40",
    )  # fmt: skip
    told = SupplyFlag.history.latest("history_id")
    assert (told.history_type, told.history_user_name, told.note, told.owner) == (
        "~", "Olga", "Who gets what there is?", cast.sam,
    )  # fmt: skip


def test_a_flag_whose_cause_is_gone_closes_itself_once(cast: Cast, run: SupplyRun, item: StockItem) -> None:
    replace(cast.sam, run, found(item), found(item, "excess"))
    answer(cast.sam, SupplyFlag.objects.get(kind="excess"))
    replace(cast.sam, next_run(run), found(item))
    gone = SupplyFlag.objects.get(kind="excess")
    assert (gone.state, gone.owner, gone.note, gone.units) == ("gone", cast.sam, "On it.", 90)
    assert [flag.kind for flag in flags(run.cycle)] == ["shortage"]
    assert [(count.kind, count.count, count.money) for count in flag_counts(run.cycle)] == [("shortage", 1, 450)]
    told = SupplyFlag.history.filter(id=gone.pk)
    lines = told.count()
    replace(cast.sam, next_run(run), found(item))
    assert told.count() == lines, "what is gone is not closed again by every run"


def test_one_that_comes_back_opens_again_and_remembers_its_owner(cast: Cast, run: SupplyRun, item: StockItem) -> None:
    replace(cast.sam, run, found(item))
    answer(cast.sam, SupplyFlag.objects.get())
    replace(cast.sam, next_run(run))
    replace(cast.sam, next_run(run), found(item, units="7"))
    flag = SupplyFlag.objects.get()
    assert (flag.state, flag.units, flag.owner, flag.note) == ("open", 7, cast.sam, "On it.")
    states = SupplyFlag.history.order_by("history_id").values_list("history_type", "state")
    assert list(states) == [("+", "open"), ("~", "accepted"), ("~", "gone"), ("~", "open")]


def test_flags_of_another_cycle_are_left_alone(cast: Cast, run: SupplyRun, item: StockItem) -> None:
    replace(cast.sam, run, found(item))
    run.cycle.state = "closed"
    run.cycle.save()
    march = cycle_make(cast, MARCH)
    replace(cast.sam, SupplyRun.objects.create(cycle=march, snapshot_version=1, first_bucket=MARCH, horizon_months=18))
    assert SupplyFlag.objects.get().state == "open"


def test_hundreds_of_flags_take_the_queries_of_one(cast: Cast, run: SupplyRun, item: StockItem) -> None:
    items = [
        StockItem.objects.create(product=product_make(f"P{number}"), location=item.location) for number in range(60)
    ]
    with CaptureQueriesContext(connection) as one:
        replace(cast.sam, run, found(item))
    with CaptureQueriesContext(connection) as many:
        replace(cast.sam, run, *(found(each) for each in items))
    assert len(many) <= len(one) + 3, "closing the first is one more statement in a savepoint"
    assert SupplyFlag.objects.filter(state="open").count() == 60


def test_the_one_who_answers_owns_the_flag(cast: Cast, run: SupplyRun, item: StockItem) -> None:
    replace(cast.sam, run, found(item))
    flag = SupplyFlag.objects.get()
    for user in (cast.ana, cast.olga, cast.finn, cast.cora, cast.eve):
        with pytest.raises(NotAllowed):
            answer(user, flag)
    owned = answer(cast.sam, flag, "raised", "  Who gets what there is? ")
    assert (owned.state, owned.owner, owned.note) == ("raised", cast.sam, "Who gets what there is?")
    told = SupplyFlag.history.latest("history_id")
    assert (told.history_change_reason, told.source) == ("Who gets what there is?", Source.PAGE)


@pytest.mark.parametrize(
    ("state", "note", "words"),
    [("raised", " ", "what reconcile should settle"), ("gone", "Done.", "closes itself"), ("open", "Done.", "closes")],
)
def test_a_flag_is_taken_on_or_raised_with_a_sentence(
    cast: Cast, run: SupplyRun, item: StockItem, state: str, note: str, words: str
) -> None:
    replace(cast.sam, run, found(item))
    with pytest.raises(Refused, match=words):
        answer(cast.sam, SupplyFlag.objects.get(), state, note)


def test_a_flag_that_is_gone_takes_no_answer(cast: Cast, run: SupplyRun, item: StockItem) -> None:
    replace(cast.sam, run, found(item))
    replace(cast.sam, next_run(run))
    with pytest.raises(Refused, match="no longer shows it"):
        answer(cast.sam, SupplyFlag.objects.get())


def test_a_flag_takes_no_answer_once_supply_is_closed(cast: Cast, run: SupplyRun, item: StockItem) -> None:
    replace(cast.sam, run, found(item))
    step_only(run.cycle, StepKind.RECONCILE)
    with pytest.raises(StepClosed, match="Plan supply was closed on 10 Feb 2022"):
        answer(cast.sam, SupplyFlag.objects.get())
    assert SupplyFlag.objects.get().owner is None
