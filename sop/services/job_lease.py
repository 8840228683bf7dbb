"""A worker's hold on one part of a job: taken by one UPDATE, kept alive while computing, ended by what is written.

A worker that died, or was so slow that another took its part, writes nothing: the transaction that carries a part's
results first renews the lease as its owner and last marks the part done. Locks are taken part first, then job.
"""

import logging
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection, transaction

from sop.constants import JOB_ATTEMPTS

logger = logging.getLogger(__name__)

TAKE_SQL = """
    update sop_jobchunk c
    set state = 'running', owner = %(owner)s, attempts = c.attempts + 1, not_before = null,
        lease_until = clock_timestamp() + make_interval(secs => %(seconds)s)
    from sop_job j
    where j.id = c.job_id and j.state in ('queued', 'running')
      and c.id = (select id from sop_jobchunk where id = %(chunk)s for update skip locked)
      and (c.state = 'queued' and coalesce(c.not_before <= now(), true)
           or c.state = 'running' and c.lease_until < now())
      and c.attempts < %(attempts)s
      and not exists (select 1 from sop_jobchunk e
                      where e.job_id = c.job_id and e.stage < c.stage and e.state <> 'done')
"""
RENEW_SQL = """
    update sop_jobchunk c set lease_until = clock_timestamp() + make_interval(secs => %s)
    where c.id = %s and c.owner = %s and c.state = 'running'
      and exists (select 1 from sop_job j where j.id = c.job_id and j.state in ('queued', 'running'))
"""
DONE_SQL = """
    update sop_jobchunk set state = 'done', finished_at = clock_timestamp(), lease_until = null, error = ''
    where id = %s and owner = %s and state = 'running'
    returning job_id
"""
# Whoever stops a job changes its row; this lock lets the stop be before the part's writes or after them, not between.
STILL_ACTIVE_SQL = "select 1 from sop_job where id = %s and state in ('queued', 'running') for share"


class LeaseLost(Exception):
    """Another worker owns this part now, or the job was stopped: whatever was computed is thrown away."""


class Lease:
    """A worker's hold on one part."""

    def __init__(self, chunk_id: int, owner: uuid.UUID) -> None:
        self.chunk_id = chunk_id
        self.owner = owner
        self.written = False

    def renew(self) -> None:
        """Keep the part while computing for long; raises LeaseLost."""
        with connection.cursor() as cursor:
            cursor.execute(RENEW_SQL, [settings.JOB_LEASE_SECONDS, self.chunk_id, self.owner])
            if cursor.rowcount != 1:
                raise LeaseLost

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Write all of the part's results and mark it done in one transaction; raises LeaseLost and writes nothing."""
        if self.written:
            raise RuntimeError("A part writes its results once; do it in one `with lease.writing()`.")
        with transaction.atomic():
            self.renew()
            yield
            with connection.cursor() as cursor:
                cursor.execute(DONE_SQL, [self.chunk_id, self.owner])
                done = cursor.fetchone()
                if done is None:
                    raise LeaseLost
                cursor.execute(STILL_ACTIVE_SQL, [done[0]])
                if cursor.fetchone() is None:
                    raise LeaseLost
        self.written = True

    @contextmanager
    def kept_alive(self) -> Iterator[None]:
        """Renew from a second thread for as long as the block runs."""
        if connection.in_atomic_block:  # work done on the spot, inside somebody's transaction: nobody else sees it
            yield
            return
        ended = threading.Event()
        thread = threading.Thread(target=self._beat, args=(ended,), name=f"lease-{self.chunk_id}", daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join(timeout=5)

    def _beat(self, ended: threading.Event) -> None:
        try:
            while not ended.wait(settings.JOB_LEASE_SECONDS / 3) and not self.written:
                try:
                    self.renew()
                except LeaseLost:
                    return  # the worker is told when it wants to write
                except (DatabaseError, InterfaceError):
                    logger.warning("could not renew the lease of part %s; trying again", self.chunk_id, exc_info=True)
                    connection.close()
        finally:
            connection.close()  # this thread's own


def lease_take(chunk_id: int) -> Lease | None:
    """Take a part that waits or whose worker fell silent; None when it is done, taken, stopped or not yet due."""
    owner = uuid.uuid4()
    with connection.cursor() as cursor:
        cursor.execute(
            TAKE_SQL,
            {"owner": owner, "seconds": settings.JOB_LEASE_SECONDS, "chunk": chunk_id, "attempts": JOB_ATTEMPTS},
        )
        return Lease(chunk_id, owner) if cursor.rowcount == 1 else None
