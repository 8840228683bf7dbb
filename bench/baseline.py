"""`python -m bench baseline`: 10,000 series x 60 months from tables to an adopted baseline, by the product's workers.

Once with two task processes and once with one, the database on the same machine. Memory is what each task process held
at most, and what all processes of the product and the database held together (shared pages counted once) at most.
"""

import argparse
import os
import time
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import django

django.setup()

from django.db import connection  # noqa: E402

from bench.review import MASTER, people_make  # noqa: E402
from bench.table import Cell, print_table  # noqa: E402
from demand.models import BaselinePart, BaselineRun  # noqa: E402
from demand.services.baseline import baseline_adopt, baseline_request  # noqa: E402
from demand.services.baseline_stages import STAGE_LABELS  # noqa: E402
from sop.constants import JOB_ACTIVE, JobState, Source  # noqa: E402
from sop.local import process, product  # noqa: E402
from sop.local.venv import ROOT  # noqa: E402
from sop.models import Cycle, Job, User  # noqa: E402
from sop.request_context import acting  # noqa: E402
from sop.services.cycle_open import cycle_open  # noqa: E402

NOW = date(2022, 2, 1)
PRODUCTS, CUSTOMERS, MONTHS = 500, 20, 60
TARGET_SECONDS, TARGET_WORKER_MB, TARGET_ALL_MB = 60, 300, 1200
# Level, trend and season of a product with noise; every fifth series sells in one month of three.
HISTORY = """
    delete from demand_actual;
    select setseed(0.5);
    insert into demand_actual (series_id, bucket, ordered, shipped, cancelled, revenue)
    select id, bucket, units, units, 0, 0 from (
        select s.id, (date '2022-01-01' - make_interval(months => m))::date as bucket,
               case when s.id % 5 = 4 and (s.id * 31 + m * 17) % 3 > 0 then 0 else
                   round(((20 + s.id % 97) * (1 + 0.3 * sin(6.2832 * (m + s.product_id % 12) / 12))
                          * (1 + (s.id % 7 - 3) * 0.002 * (60 - m)) * (0.8 + 0.4 * random()))::numeric, 0) end as units
        from demand_series s, generate_series(0, 59) m) each
"""


def main() -> int:
    """Make the company, run its baseline with two processes and with one, print; return 1 when a target is missed."""
    parser = argparse.ArgumentParser(prog="python -m bench.baseline", description=__doc__)
    parser.add_argument("--processes", type=int, nargs="*", default=[2, 1])
    wanted = parser.parse_args().processes
    cycle = _company_make()
    found = {processes: _measure(cycle, processes) for processes in wanted}
    columns = ("task processes", "seconds", *STAGE_LABELS, "MB a process", "MB in all")
    again = _measure(cycle, max(wanted), fresh=False)
    again[0] = f"{max(wanted)}, again"
    title = f"{PRODUCTS * CUSTOMERS:,} series x {MONTHS} months to an adopted baseline; again: nothing changed since"
    print_table(title, columns, [*found.values(), again])
    print(f"Load of the machine over the last five minutes: {os.getloadavg()[1]:.1f} on {os.cpu_count()} cores.")
    return _missed(found)


def _missed(found: dict[int, list[Cell]]) -> int:
    misses = []
    if 2 in found:
        targets = {
            "seconds": (1, TARGET_SECONDS),
            "MB a process": (-2, TARGET_WORKER_MB),
            "MB in all": (-1, TARGET_ALL_MB),
        }
        misses = [
            f"TARGET MISSED: {name} {found[2][at]:.0f}, target {most}"
            for name, (at, most) in targets.items()
            if float(found[2][at] or 0) > most
        ]
    if found.keys() >= {1, 2} and float(found[2][1] or 0) >= float(found[1][1] or 0):
        misses.append("TARGET MISSED: two processes are no faster than one")
    print("\n".join(misses))
    return bool(misses)


def _company_make() -> Cycle:
    people_make()
    with connection.cursor() as cursor:
        cursor.execute(MASTER)
        cursor.execute(HISTORY)
        cursor.execute("vacuum analyze")
    cora = User.objects.get(username="cora")
    with acting(cora, Source.COMMAND):
        return cycle_open(user=cora, bucket=NOW)


def _measure(cycle: Cycle, processes: int, *, fresh: bool = True) -> list[Cell]:
    """Start a worker, run one baseline (`fresh`: as if none had been run before), return the row of the table."""
    if fresh:
        BaselinePart.objects.all().delete()
    log = Path(os.environ.get("TMPDIR", "/tmp")) / f"bench-worker-{os.getpid()}-{processes}.log"
    command = product.worker_command(f"bench{processes}")
    command[command.index("-c") + 1] = str(processes)
    worker = process.start(command, log=log, env=dict(os.environ), cwd=ROOT)
    try:
        _wait_until_ready(log)
        return _run(cycle, processes, worker.pid)
    finally:
        process.stop(worker)
        log.unlink(missing_ok=True)


def _wait_until_ready(log: Path) -> None:
    end = time.monotonic() + 60
    while " ready." not in log.read_text(errors="replace"):
        assert time.monotonic() < end, log.read_text(errors="replace")
        time.sleep(0.2)


def _run(cycle: Cycle, processes: int, worker: int) -> list[Cell]:
    olga = User.objects.get(username="olga")
    begun, most = time.perf_counter(), 0.0
    with acting(olga, Source.COMMAND):
        run = baseline_request(user=olga, cycle_id=cycle.pk)
    while Job.objects.filter(pk=run.job_id, state__in=JOB_ACTIVE).exists():
        most = max(most, _held(worker))
        time.sleep(0.5)
    job = Job.objects.get(pk=run.job_id)
    assert job.state == JobState.DONE, job.error
    if not BaselineRun.objects.get(pk=run.pk).adopted:
        with acting(olga, Source.COMMAND):
            baseline_adopt(user=olga, run_id=run.pk)
    seconds = time.perf_counter() - begun
    peaks = [_kilobytes(pid, "status", "VmHWM:") / 1024 for pid in _children(worker)]
    return [str(processes), seconds, *_stages(job), max(peaks), most]


def _stages(job: Job) -> list[float]:
    """Return the seconds from the end of one stage to the end of the next."""
    ends = [job.created_at]
    for stage in range(len(STAGE_LABELS)):
        ends.append(job.chunks.filter(stage=stage).latest("finished_at").finished_at)
    spans: list[timedelta] = [last - first for first, last in pairwise(ends)]
    return [span.total_seconds() for span in spans]


def _held(worker: int) -> float:
    """Return the MB of the worker, its task processes and the database, shared pages counted once."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_backend_pid()")
        postmaster = _parent(int(cursor.fetchone()[0]))
    pids = [worker, *_children(worker), postmaster, *_children(postmaster)]
    return sum(_kilobytes(pid, "smaps_rollup", "Pss:") for pid in pids) / 1024


def _children(pid: int) -> list[int]:
    return [each for each in map(int, filter(str.isdecimal, os.listdir("/proc"))) if _parent(each) == pid]


def _parent(pid: int) -> int:
    return _kilobytes(pid, "status", "PPid:")


def _kilobytes(pid: int, file: str, name: str) -> int:
    """Return a number of a process, 0 when it has ended or is another's."""
    try:
        lines = Path(f"/proc/{pid}/{file}").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith(name)), 0)


if __name__ == "__main__":
    raise SystemExit(main())
