"""The background work of reconcile."""

from reconcile.services.calculate import KIND, scenario_chunk_run, scenario_finish
from sop.job_kinds import JobKind, register

register(JobKind(KIND, "Scenario", scenario_chunk_run, scenario_finish, "reconcile.edit_scenario"))
