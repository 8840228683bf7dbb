"""Running the supply plan: stock items in parts, each written whole, seen only when all are there."""

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import connection, transaction

from demand.selectors.layers import snapshot_version as kept_version
from sop.constants import StepKind
from sop.engine.months import month_list
from sop.models import Cycle, Job, JobChunk, User
from sop.refusals import NotAllowed, Refused
from sop.services.cycle import cycle_event, step_edit_lock, step_mark_fresh, step_mark_stale
from sop.services.history import bulk_upsert_with_history
from sop.services.job import ChunkSpec, Lease, job_request
from sop.services.table import statistics_refresh
from supply.constants import SUPPLY_CHUNK_ITEMS, Draws
from supply.frames.limits import limits_of
from supply.frames.loads import loads_in
from supply.models import RiskGroup, StockItem, SupplyFlag, SupplyItem, SupplyLine, SupplyLoad, SupplyRisk, SupplyRun
from supply.selectors.measured import suppliers_measured
from supply.selectors.problem import inputs_of, items_limited
from supply.services.ceilings import ceiling_flags
from supply.services.customers import customers_write
from supply.services.explained import StockSplit
from supply.services.flags import flags_replace
from supply.services.lead_times import lead_times_measure
from supply.services.loads import limit_flags, loads_write
from supply.services.output import found_flags, part_out
from supply.services.plan_write import PLANNED, plan_rows_write
from supply.services.risk import risk_groups_sum
from supply.services.suppliers import stock_gaps_sum, supplier_records_write

KIND = "supply"

# Every product and warehouse that is forecast is a stock item, with the default policy until somebody changes it; also
# where the consensus was kept for a series that has become inactive since.
MISSING_ITEMS_SQL = """
    select distinct d.product_id, d.location_id from demand_series d
    left join supply_stockitem i on i.product_id = d.product_id and i.location_id = d.location_id
    where i.id is null and (d.active or exists (
        select from demand_forecastsnapshot s
        where s.series_id = d.id and s.cycle_id = %(cycle)s and s.version = %(version)s))
"""


@transaction.atomic
def supply_request(*, user: User, cycle_id: int, draws: int = Draws.WORKING) -> SupplyRun:
    """Ask for a supply plan of the consensus; the current plan stays visible until the new one is whole.

    draws: of its risk; what is planned anew within the run is drawn as often.
    """
    if not user.has_perm("supply.plan_supply"):
        raise NotAllowed("Only supply planners run the supply plan.")
    if draws not in Draws:
        offered = " or ".join(f"{each:,}" for each in Draws)
        raise Refused(f"The risk of a plan is drawn {offered} times.")
    step = step_edit_lock(cycle_id=cycle_id, kind=StepKind.SUPPLY)
    version = snapshot_version(step.cycle)
    _items_complete(step.cycle, version)
    measured = suppliers_measured(step.cycle.bucket)
    lead_times_measure(until=step.cycle.bucket, measured=measured)
    ids = list(StockItem.objects.order_by("pk").values_list("pk", flat=True))
    if not ids:
        raise Refused("There is nothing to plan: no product is forecast or held anywhere.")
    run = SupplyRun.objects.create(
        cycle=step.cycle,
        snapshot_version=version,
        first_bucket=step.cycle.bucket,
        horizon_months=step.cycle.horizon_months,
        draws=draws,
    )
    supplier_records_write(run, measured)
    parts = parts_cut(ids, items_limited(_months(run)), SUPPLY_CHUNK_ITEMS)
    run.job = job_request(
        user=user,
        kind=KIND,
        subject=f"cycle {cycle_id}",
        cycle=step.cycle,
        params={"run": run.pk},
        chunks=[ChunkSpec({"items": part}, label="Stock items") for part in parts],
    )
    run.save(update_fields=["job"])
    return run


def snapshot_version(cycle: Cycle) -> int:
    """Return the latest version of the consensus that was kept when gather demand closed."""
    found = kept_version(cycle)
    if found is None:
        raise Refused("Gather demand has not closed yet: there is no demand to plan for.")
    return found


def supply_chunk_run(chunk: JobChunk, lease: Lease) -> None:
    """Plan some stock items and write their lines, facts and flags."""
    from supply.engine.plan import plan_supply  # noqa: PLC0415  (engines load in workers only)

    run = SupplyRun.objects.select_related("cycle").get(pk=chunk.job.params["run"])
    inputs = inputs_of(run.cycle, version=run.snapshot_version, item_ids=chunk.params["items"])
    plan = plan_supply(inputs.problem)
    split = StockSplit(run, plan)
    with lease.writing():
        plan_rows_write(run, inputs, plan, split)
        JobChunk.objects.filter(pk=chunk.pk).update(output=part_out(inputs, plan, split.flags()))


def supply_finish(job: Job) -> dict[str, Any]:
    """Check that every month is there, bring the flags in line, and make the run the current one.

    A run that ends after its step closed, or after its demand changed, changes nothing: what is seen stays.
    """
    step_edit_lock(cycle_id=_cycle_of(job), kind=StepKind.SUPPLY)
    run = SupplyRun.objects.select_for_update(of=("self",)).select_related("cycle").get(pk=job.params["run"])
    lines = SupplyLine.objects.filter(run=run).count()
    items = SupplyItem.objects.filter(run=run).count()
    asked = sum(len(params["items"]) for params in job.chunks.values_list("params", flat=True))
    risks = SupplyRisk.objects.filter(run=run).count()
    if lines != items * run.horizon_months or risks != lines or items != asked:
        raise Refused(
            f"The plan is not whole: {lines:,} months for {items:,} of {asked:,} stock items. Start it again."
        )
    if run.snapshot_version != snapshot_version(run.cycle):
        raise Refused("Demand was closed anew while this plan was calculated; run it again.")
    outputs = [
        json.loads(bytes(output or b"")) for output in job.chunks.order_by("pk").values_list("output", flat=True)
    ]
    loads, limits, months = loads_in(part["loads"] for part in outputs), limits_of(_months(run)), _months(run)
    loads_write(run, loads, limits, months)
    found = [flag for part in outputs for flag in found_flags(part)] + limit_flags(loads, limits, months)
    found += ceiling_flags(run)
    flags_replace(run=run, found=found)
    risk_groups_sum(run)
    statistics_refresh(*PLANNED, SupplyLoad, RiskGroup, SupplyFlag)
    customers_write(run)
    stock_gaps_sum(run)
    SupplyRun.objects.filter(cycle=run.cycle, current=True).update(current=False)
    run.complete = run.current = True
    run.save(update_fields=["complete", "current"])
    job.chunks.update(output=None)
    step_mark_fresh(cycle_id=run.cycle_id, kind=StepKind.SUPPLY)
    step_mark_stale(cycle_id=run.cycle_id, after=StepKind.SUPPLY, because="The supply plan was run again.")
    cycle_event(cycle=run.cycle, kind="supply_planned", sentence=f"The supply plan of {items:,} stock items is ready.")
    return {"run": run.pk, "items": items, "flags": len(found)}


def parts_cut(ids: list[int], limited: Mapping[int, list[int]], size: int) -> list[list[int]]:
    """Return stock items in parts of about a size, all items of a limited supplier in one part.

    `limited`: items planned together with those of each limited supplier, see `items_limited`. Many of them make a
    part larger than the size.
    """
    parts: list[list[int]] = []
    part: list[int] = []
    for members in {tuple(members): list(members) for members in limited.values()}.values():
        if part and len(part) + len(members) > size:
            parts.append(sorted(part))
            part = []
        part = part + members
    together = {item for members in limited.values() for item in members}
    for item in ids:
        if len(part) >= size:
            parts.append(sorted(part))
            part = []
        if item not in together:
            part.append(item)
    return [*parts, sorted(part)] if part else parts


def _months(run: SupplyRun) -> list[date]:
    return month_list(run.first_bucket, run.horizon_months)


def _cycle_of(job: Job) -> int:
    if job.cycle_id is None:
        raise Refused("This work belongs to no cycle.")
    return job.cycle_id


def _items_complete(cycle: Cycle, version: int) -> None:
    """Give every forecast product and warehouse a stock item; each is a change with history."""
    with connection.cursor() as cursor:
        cursor.execute(MISSING_ITEMS_SQL, {"cycle": cycle.pk, "version": version})
        missing = [StockItem(product_id=product, location_id=location) for product, location in cursor.fetchall()]
    columns = [field.attname for field in StockItem._meta.concrete_fields if not field.primary_key]
    rows = [{name: getattr(item, name) for name in columns} for item in missing]
    key = ("product_id", "location_id")
    new = {(item.product_id, item.location_id): 0 for item in missing}  # who was there first stays as it is
    bulk_upsert_with_history(StockItem, key=key, rows=rows, seen=new)
