"""Whether everything this product needs is there: for the supervisor in words, for the coordinator as a table."""

from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from sop import broker
from sop.constants import JobState
from sop.models import Job, Sweep

PING_SECONDS = 5  # a worker answers at once, also while it computes
LATE = timedelta(minutes=5)  # a job that waits longer, or a sweep older than this, needs a look


@dataclass(frozen=True)
class HealthLine:
    """One thing looked at: `tone` is ok, warn or short."""

    name: str
    tone: str
    text: str


class _Migrated:
    """Whether this process has seen the database migrated; it does not become less so while it runs."""

    seen = False


def database_problem() -> str:
    """Return why the database cannot be used, empty when it answers and is migrated."""
    try:
        if not _Migrated.seen:
            executor = MigrationExecutor(connection)
            waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
            if waiting:
                return f"The database waits for {len(waiting)} migrations."
            _Migrated.seen = True
        with connection.cursor() as cursor:
            cursor.execute("select 1")
    except (DatabaseError, InterfaceError) as error:
        return f"The database does not answer: {error}".strip()
    return ""


def worker_problem() -> str:
    """Return why background work cannot run now, empty when a worker answered through the broker."""
    found = broker.workers(limit=1, seconds=PING_SECONDS)
    if found is None:
        return "The broker does not answer."
    return "" if found else f"No worker answered within {PING_SECONDS} seconds."


def health_lines() -> list[HealthLine]:
    """Return everything the coordinator can see of the installation's health."""
    problem = database_problem()
    lines = [HealthLine("Database", "short" if problem else "ok", problem or _database_words())]
    return lines if problem else [*lines, *_broker_lines(), *_job_lines(), _sweep_line()]


def _database_words() -> str:
    with connection.cursor() as cursor:
        cursor.execute("select current_setting('server_version'), pg_size_pretty(pg_database_size(current_database()))")
        version, size = cursor.fetchone()
    return f"PostgreSQL {version}, migrated, {size}"


def _broker_lines() -> list[HealthLine]:
    length = broker.queue_length()
    if length is None:
        waits = "does not answer; work waits and goes on by itself when it is back"
        return [
            HealthLine("Broker", "short", waits),
            HealthLine("Workers", "warn", "cannot be asked without the broker"),
        ]
    names = broker.workers() or []
    words = f"{len(names)} at work: {', '.join(names)}" if names else "none answers; work waits until one is started"
    return [
        HealthLine("Broker", "ok", f"answers; {length} hint{'' if length == 1 else 's'} waiting"),
        HealthLine("Workers", "ok" if names else "short", words),
    ]


def _job_lines() -> list[HealthLine]:
    now = timezone.now()
    oldest = Job.objects.filter(state=JobState.QUEUED).order_by("created_at").first()
    failed = Job.objects.filter(state=JobState.FAILED, finished_at__gt=now - timedelta(days=1)).count()
    if oldest is None:
        waiting = HealthLine("Waiting work", "ok", "none")
    else:
        late = now - oldest.created_at > LATE
        words = f"the oldest since {timezone.localtime(oldest.created_at):%d %b %H:%M}"
        waiting = HealthLine("Waiting work", "warn" if late else "ok", words)
    words = f"{failed} in the last 24 hours" if failed else "none in the last 24 hours"
    return [waiting, HealthLine("Failed work", "warn" if failed else "ok", words)]


def _sweep_line() -> HealthLine:
    last = Sweep.objects.first()
    if last is None:
        return HealthLine("Sweeper", "short", "has never run; start beat, or run manage.py sweep_jobs by the clock")
    late = timezone.now() - last.at > max(LATE, timedelta(seconds=6 * settings.SWEEP_SECONDS))
    words = f"last ran {timezone.localtime(last.at):%d %b %H:%M:%S} and sent {last.hints} hints again"
    return HealthLine("Sweeper", "short" if late else "ok", words)
