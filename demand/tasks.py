"""The background work of gathering demand."""

from demand.services.baseline import KIND, baseline_chunk_run, baseline_finish_job
from sop.job_kinds import JobKind, register

register(JobKind(KIND, "Baseline run", baseline_chunk_run, baseline_finish_job, "demand.run_baseline"))
