"""Calculating scenarios with the engines, as background work: the old figures stay until the new ones are whole."""

from typing import Any

from django.db import transaction

from reconcile.constants import ScenarioState
from reconcile.models import Scenario, ScenarioLine, ScenarioRun
from reconcile.selectors import currency, run_holds, scenario_run
from reconcile.services.conflict import conflicts_replace
from reconcile.services.output import LINE_COLUMNS, conflicts_of, kpis_of, levers_of, line_rows
from reconcile.services.scenario import scenario_base_get, scenario_edit_lock
from sop.constants import StepKind
from sop.models import Cycle, Job, JobChunk, User
from sop.refusals import NotAllowed, Refused
from sop.services.cycle import step_edit_lock, step_mark_fresh
from sop.services.job import ChunkSpec, Lease, job_request
from sop.services.table import rows_copy, statistics_refresh
from supply.selectors.problem import problem_of_run
from supply.selectors.workbench import run_current, stands_since

KIND = "scenario"


@transaction.atomic
def base_request(*, user: User, cycle_id: int) -> ScenarioRun:
    """Put the newest demand and supply side by side: calculate the base plan and find the conflicts."""
    if not user.has_perm("reconcile.edit_scenario"):
        raise NotAllowed("Only planners put demand and supply side by side.")
    cycle = step_edit_lock(cycle_id=cycle_id, kind=StepKind.RECONCILE).cycle
    return _request(user, scenario_base_get(user=user, cycle=cycle))


@transaction.atomic
def scenario_request(*, user: User, scenario_id: int) -> ScenarioRun:
    """Calculate a scenario on the current supply plan's inputs; a frozen one only where its figures no longer hold."""
    if not (user.has_perm("reconcile.edit_scenario") or user.has_perm("review.freeze_pack")):
        raise NotAllowed("Planners and the coordinator calculate scenarios.")
    scenario = Scenario.objects.select_related("cycle").get(pk=scenario_id)
    if scenario.base:
        return base_request(user=user, cycle_id=scenario.cycle_id)
    scenario_edit_lock(scenario.cycle_id)
    if scenario.state == ScenarioState.DROPPED:
        raise Refused(f"{scenario.name} was put away.")
    run = scenario_run(scenario)
    if scenario.state == ScenarioState.FROZEN and run is not None and run_holds(run):
        raise Refused(f"{scenario.name} is frozen for the review; its figures stand.")
    return _request(user, scenario)


def _request(user: User, scenario: Scenario) -> ScenarioRun:
    supply_run = run_current(scenario.cycle)
    if supply_run is None:
        raise Refused("There is no supply plan yet: run it in Plan supply first.")
    run = ScenarioRun.objects.create(scenario=scenario, supply_run=supply_run)
    run.job = job_request(
        user=user,
        kind=KIND,
        subject=f"scenario {scenario.pk}",
        cycle=scenario.cycle,
        params={"run": run.pk, "name": scenario.name, "scenario": scenario.pk, "base": scenario.base},
        chunks=[ChunkSpec(label="Whole plan")],  # the name stands in params: it may be longer than a label
    )
    run.save(update_fields=["job"])
    return run


def scenario_chunk_run(chunk: JobChunk, lease: Lease) -> None:
    """Pull the levers, plan anew, write the lines; for the base plan also the conflicts."""
    from reconcile.engine.scenario import scenario_compute  # noqa: PLC0415  (engines load in workers only)

    run = _run(chunk.job)
    cycle: Cycle = run.scenario.cycle
    inputs = problem_of_run(run.supply_run)
    result = scenario_compute(inputs.problem, levers_of(run.scenario, inputs))
    with lease.writing():
        _still_wanted(run)
        rows_copy(ScenarioLine, LINE_COLUMNS, line_rows(run.pk, inputs, result))
        ScenarioRun.objects.filter(pk=run.pk).update(kpis=kpis_of(result, currency()), warnings=list(result.warnings))
        if run.scenario.base:
            conflicts_replace(cycle=cycle, found=conflicts_of(inputs, result, currency()))


def scenario_finish(job: Job) -> dict[str, Any]:
    """Make the run the one comparisons show."""
    run = _run(job)
    _still_wanted(run)
    if not ScenarioLine.objects.filter(run=run).exists():
        raise Refused("The scenario has no lines: nothing is planned.")
    statistics_refresh(ScenarioLine)
    ScenarioRun.objects.filter(scenario=run.scenario, current=True).update(current=False)
    ScenarioRun.objects.filter(pk=run.pk).update(complete=True, current=True)
    if run.scenario.base:
        step_mark_fresh(cycle_id=run.scenario.cycle_id, kind=StepKind.RECONCILE)
    return {"run": run.pk, "scenario": run.scenario.name}


def _still_wanted(run: ScenarioRun) -> None:
    """Refuse a result nobody can use any more: its step closed, or the supply plan was run again meanwhile."""
    cycle_id = run.scenario.cycle_id
    if run.scenario.base:
        step_edit_lock(cycle_id=cycle_id, kind=StepKind.RECONCILE)
    else:
        scenario_edit_lock(cycle_id)
    if not stands_since(run.supply_run, run.created_at):
        raise Refused("The supply plan changed while this was calculated; calculate it again.")


def _run(job: Job) -> ScenarioRun:
    return ScenarioRun.objects.select_related("scenario__cycle", "supply_run__cycle").get(pk=job.params["run"])
