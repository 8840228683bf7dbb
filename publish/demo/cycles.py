"""The demo's cycles: two lived through from opening to publishing, one open."""

from datetime import date, timedelta

from publish.demo.clock import clock, moment
from publish.demo.gather import assumptions_make, baseline_make, changes_make, remarks_make, submissions_make
from publish.demo.people import PEOPLE
from publish.demo.plan import supply_plan
from publish.demo.settle import (
    conflicts_answer,
    decisions_look_back,
    decisions_make,
    plan_go,
    plans_measure,
    questions_raise,
    scenarios_make,
)
from publish.demo.story import DECEMBER, FEBRUARY, JANUARY, SUBMITTED_IN_FEBRUARY
from sop.constants import Role, Source, StepKind
from sop.models import Cycle, CycleStep, User
from sop.request_context import acting
from sop.services.cycle import step_close, step_submit
from sop.services.cycle_open import cycle_close, cycle_open
from sop.working_days import SATURDAY, working_day

REPS = [person.username for person in PEOPLE if person.role == Role.REP]

# The open cycle's steps fall due this many working days after the day the demo is loaded.
DUE_AFTER = {StepKind.GATHER: 2, StepKind.SUPPLY: 5, StepKind.RECONCILE: 7, StepKind.REVIEW: 10, StepKind.PUBLISH: 11}
OPENED_BEFORE = 2  # working days


def december(users: dict[str, User]) -> None:
    """The first cycle: everybody asks for more than they need, and it is written down."""
    cycle = _opened(users, DECEMBER, working_day(DECEMBER, 1))
    _gather(users, cycle)
    _supply(users, cycle)
    _reconcile_to_publish(users, cycle)


def january(users: dict[str, User]) -> None:
    """The second: the first measured bias is on the table."""
    cycle = _opened(users, JANUARY, working_day(JANUARY, 1))
    plans_measure(users, working_day(JANUARY, 1))
    _gather(users, cycle)
    _supply(users, cycle)
    _reconcile_to_publish(users, cycle)


def february(users: dict[str, User], today: date) -> None:
    """The open one: months of 2022, but dates that follow the day the demo is loaded."""
    begin = workday_after(today, -OPENED_BEFORE)
    cycle = _opened(users, FEBRUARY, begin)
    for kind, days in DUE_AFTER.items():
        CycleStep.objects.filter(cycle=cycle, kind=kind).update(due_at=moment(workday_after(today, days), 17))
    plans_measure(users, begin)
    decisions_look_back(users, begin)
    following = workday_after(begin, 1)
    baseline_make(users["olga"], cycle, moment(begin, 10))
    changes_make(users, cycle, moment(following, 8, 10))
    assumptions_make(users, cycle, moment(following, 11))
    remarks_make(users, cycle, moment(following, 13))
    submissions_make(users, cycle, list(SUBMITTED_IN_FEBRUARY), moment(following, 15))


def workday_after(day: date, count: int) -> date:
    """Return the Monday-to-Friday that many working days after a day, before it when negative."""
    step = timedelta(days=1 if count > 0 else -1)
    left = abs(count)
    while left:
        day += step
        left -= day.weekday() < SATURDAY
    return day


def _opened(users: dict[str, User], bucket: date, day: date) -> Cycle:
    """Open a cycle as the coordinator, first thing in the morning."""
    with clock(moment(day, 8, 30)), acting(users["cora"], Source.PAGE):
        return cycle_open(user=users["cora"], bucket=bucket)


def _gather(users: dict[str, User], cycle: Cycle) -> None:
    """Live through a finished cycle's first step: baseline, changes, submissions, snapshot."""
    day = {number: working_day(cycle.bucket, number) for number in range(1, 5)}
    baseline_make(users["olga"], cycle, moment(day[1], 10))
    changes_make(users, cycle, moment(day[2], 8, 10))
    assumptions_make(users, cycle, moment(day[3], 11))
    submissions_make(users, cycle, REPS, moment(day[4], 13))
    _close(users["olga"], cycle, StepKind.GATHER, day[4])


def _supply(users: dict[str, User], cycle: Cycle) -> None:
    """Live through planning supply."""
    supply_plan(users["sam"], cycle, moment(working_day(cycle.bucket, 5), 9))
    _close(users["sam"], cycle, StepKind.SUPPLY, working_day(cycle.bucket, 7))


def _reconcile_to_publish(users: dict[str, User], cycle: Cycle) -> None:
    """Live through scenarios, decisions, signatures and publishing; then the cycle ends."""
    day = {number: working_day(cycle.bucket, number) for number in range(8, 14)}
    scenarios_make(users, cycle, day[8])
    conflicts_answer(users, cycle, day[8])
    _submit(users, cycle, StepKind.RECONCILE, ("sam", "finn"), day[9])
    questions_raise(users, cycle, frozen=day[9], due=day[12])
    _close(users["olga"], cycle, StepKind.RECONCILE, day[9])
    decisions_make(users, cycle, day[11])
    _submit(users, cycle, StepKind.REVIEW, ("nora", "otto", "eve"), day[11])
    _close(users["cora"], cycle, StepKind.REVIEW, day[11])
    plan_go(users, cycle, day[12])
    _close(users["cora"], cycle, StepKind.PUBLISH, day[12])
    with clock(moment(day[13], 9)), acting(users["cora"], Source.PAGE):
        cycle_close(user=users["cora"], cycle_id=cycle.pk)


def _submit(users: dict[str, User], cycle: Cycle, kind: StepKind, who: tuple[str, ...], day: date) -> None:
    """Hand in people's own parts of a step."""
    for number, name in enumerate(who):
        with clock(moment(day, 15, 10 + number)), acting(users[name], Source.PAGE):
            step_submit(user=users[name], step_id=CycleStep.objects.get(cycle=cycle, kind=kind).pk)


def _close(user: User, cycle: Cycle, kind: StepKind, day: date) -> None:
    """Close a step in the afternoon."""
    with clock(moment(day, 16, 30)), acting(user, Source.PAGE):
        step_close(user=user, step_id=CycleStep.objects.get(cycle=cycle, kind=kind).pk)
