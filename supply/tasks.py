"""The background work of planning supply."""

from sop.job_kinds import JobKind, register
from supply.services.run import KIND, supply_chunk_run, supply_finish

register(JobKind(KIND, "Supply plan", supply_chunk_run, supply_finish, "supply.plan_supply"))
