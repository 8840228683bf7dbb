"""Every write of publishing and measuring: seal the plan, hold it against what happened, look back at decisions."""

from datetime import date

from django.db import connection, transaction
from django.utils import timezone

from demand.selectors.layers import snapshot_version
from publish.constants import CheckState, MeasureKind
from publish.frames import PlanSource, plan_line_rows, products_left_out
from publish.models import DecisionCheck, PlanLine, PlanMeasure, PublishedPlan
from publish.seal import FIELDS, Heading, Value, seal
from publish.selectors import correction_missing, months_measurable, plan_current
from review import selectors as review
from review.constants import ApprovalState
from sop.constants import StepKind
from sop.models import Company, Cycle, User
from sop.refusals import NotAllowed, Refused
from sop.services.cycle import cycle_event, cycle_measured, cycle_published, step_edit_lock, step_mark_fresh
from sop.services.table import rows_copy, statistics_refresh

# One statement measures every group of one level: the error is summed over series, so that misses cannot cancel out.
# What sold in a series the cycle did not plan was forecast as nothing, and its error counts as well.
MEASURE_SQL = """
    with forecast as (
        select series_id, coalesce(naive, 0) as naive, baseline, sales, consensus from demand_forecastsnapshot
        where cycle_id = %(cycle)s and bucket = %(bucket)s
          and version = (select max(version) from demand_forecastsnapshot where cycle_id = %(cycle)s)
    ), happened as (
        select series_id, greatest(ordered - cancelled, 0) as demand from demand_actual where bucket = %(bucket)s
    ), cell as (
        select series_id, coalesce(h.demand, 0) as actual, layer.name, coalesce(layer.forecast, 0) as forecast
        from forecast s full join happened h using (series_id)
        cross join lateral (values ('naive', s.naive), ('baseline', s.baseline),
                                   ('sales', s.sales), ('consensus', s.consensus)) as layer(name, forecast)
    )
    insert into publish_planmeasure (cycle_id, bucket, lag, kind, code, layer, forecast, actual, absolute_error)
    select %(cycle)s, %(bucket)s, %(lag)s, %(kind)s, {code}, cell.name,
           sum(cell.forecast), sum(cell.actual), sum(abs(cell.forecast - cell.actual))
    from cell
    join demand_series d on d.id = cell.series_id
    join sop_product p on p.id = d.product_id
    join sop_family f on f.id = p.family_id
    join sop_customer c on c.id = d.customer_id
    join sop_region r on r.id = c.region_id
    group by {code}, cell.name
"""
CODE_OF = {
    MeasureKind.TOTAL: "''::text",  # a bare constant cannot be grouped by
    MeasureKind.FAMILY: "f.code",
    MeasureKind.REGION: "r.code",
    MeasureKind.CUSTOMER: "c.code",
}


@transaction.atomic
def plan_publish(*, user: User, cycle_id: int, reason: str = "") -> PublishedPlan:
    """Seal the signed plan as the number everyone works to; a correction is a new version and needs a reason."""
    if not user.has_perm("publish.publish_plan"):
        raise NotAllowed("Only the coordinator publishes the plan.")
    # Two clicks at once: the second waits here, holding nothing yet, and is refused below.
    Cycle.objects.select_for_update(no_key=True).get(pk=cycle_id)
    step = step_edit_lock(cycle_id=cycle_id, kind=StepKind.PUBLISH)
    signed = review.sign_off(step.cycle)
    if signed.choice is None or not signed.complete:
        who = ", ".join(signed.waiting) or "no plan is chosen"
        raise Refused(signed.outdated or f"Not every approver has signed: {who}.")
    last = plan_current(step.cycle)
    same = correction_missing(last, signed.choice.chosen_at)
    if same:
        raise Refused(same)
    if last is not None and not reason.strip():
        raise Refused(f"Version {last.version} is published; say why it must be corrected.")
    previous = PublishedPlan.objects.order_by("-id").first()  # never locked: nobody may change it
    company = Company.objects.filter(pk=1).first() or Company()
    run = signed.choice.scenario_run
    source = PlanSource(cycle_id, run.supply_run.snapshot_version, run.pk)
    rows = _rows(source)
    head = Heading(
        cycle=step.cycle.bucket,
        version=1 if last is None else last.version + 1,
        currency=company.currency,
        approvers=_signatures(signed),
        reason=reason.strip(),
        previous_seal=previous.seal if previous is not None else "",
    )
    plan = PublishedPlan.objects.create(
        cycle_id=cycle_id,
        version=head.version,
        scenario_run=run,
        reason=head.reason,
        approvers=head.approvers,
        published_by=user,
        published_by_name=user.name,
        published_at=timezone.now(),
        currency=head.currency,
        line_count=len(rows),
        previous_seal=head.previous_seal,
        seal=seal(head, rows),
        seal_format=head.format,
    )
    rows_copy(PlanLine, ("plan_id", *FIELDS), ((plan.pk, *row) for row in rows))
    statistics_refresh(PlanLine)
    cycle_published(cycle_id=cycle_id)
    step_mark_fresh(cycle_id=cycle_id, kind=StepKind.PUBLISH)
    cycle_event(
        cycle=step.cycle,
        kind="published",
        sentence=f"{user.name} published version {plan.version}: {plan.line_count:,} lines, seal {plan.seal[:12]}.",
        step=step,
        reason=reason,
    )
    return plan


def _rows(source: PlanSource) -> list[tuple[Value, ...]]:
    """Return the plan's lines; refuse a plan without any, or one that leaves out what was forecast."""
    rows = plan_line_rows(source)
    if not rows:
        raise Refused("The chosen plan has no lines: nothing was forecast in this cycle.")
    left_out = products_left_out(source)
    if left_out:
        named = ", ".join(left_out[:3]) + (f" and {len(left_out) - 3} more" if len(left_out) > 3 else "")
        raise Refused(f"The chosen plan says nothing of what is forecast for {named}: run the supply plan again.")
    return rows


def _signatures(signed: review.SignOff) -> list[dict[str, str]]:
    """Return who signed, for which function and when, as the plan tells it for ever."""
    return [
        {"name": str(a.approver), "function": a.function, "signed_at": a.decided_at.isoformat()}
        for a in signed.approvals
        if a.state == ApprovalState.SIGNED and a.decided_at is not None
    ]


@transaction.atomic
def plan_measure(*, user: User, cycle_id: int) -> list[date]:
    """Hold every layer of a cycle's forecast against the months that are over; return the months measured.

    In a month whose actuals are in, a series without a row sold nothing: it counts as 0. What was sold and nobody had
    forecast counts as a forecast of 0. Measuring again replaces what was measured, also where groups have changed.
    """
    if not user.has_perm("publish.measure_plan"):
        raise NotAllowed("Planners and the coordinator measure the plan.")
    cycle = Cycle.objects.select_for_update(no_key=True).get(pk=cycle_id)
    months = months_measurable(cycle)
    if not months:
        raise Refused(f"Nothing to measure yet: bring in the actuals of {cycle.bucket:%B %Y} first.")
    if snapshot_version(cycle) is None:
        raise Refused("Gather demand has never closed in this cycle: no forecast was kept to measure.")
    PlanMeasure.objects.filter(cycle=cycle, bucket__in=months).delete()
    with connection.cursor() as cursor:
        for month in months:
            lag = (month.year - cycle.bucket.year) * 12 + month.month - cycle.bucket.month
            for kind, code in CODE_OF.items():
                cursor.execute(
                    MEASURE_SQL.format(code=code),
                    {"cycle": cycle.pk, "bucket": month, "lag": lag, "kind": kind.value},
                )
    cycle_measured(cycle_id=cycle_id)
    cycle_event(
        cycle=cycle,
        kind="measured",
        sentence=f"{user.name} measured the plan against {len(months)} month{'s' if len(months) > 1 else ''}.",
    )
    return months


@transaction.atomic
def decision_check(*, user: User, decision_id: int, state: str, sentence: str) -> DecisionCheck:
    """Record how a decision turned out."""
    if not user.has_perm("publish.measure_plan"):
        raise NotAllowed("Planners and the coordinator look back at decisions.")
    if state not in CheckState.values:
        raise Refused("Choose how the decision turned out.")
    if not sentence.strip():
        raise Refused("Say in a sentence how it turned out.")
    return DecisionCheck.objects.create(
        decision_id=decision_id, state=state, sentence=sentence.strip(), checked_at=timezone.now(), checked_by=user
    )
