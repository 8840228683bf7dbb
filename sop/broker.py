"""What is asked of the broker: hints out, length of the queue, who is at work. It may be down; then all wait or say so.

Nothing here blocks a page: the broker gets a second (settings), and once it failed it is left alone for a while.
"""

import logging
import time
from collections.abc import Sequence

from celery import current_app

logger = logging.getLogger(__name__)

REST_SECONDS = 5  # after a failure no page of this process asks again for so long
QUICK_SECONDS = 0.3  # a failure this quick was a dead connection of before a restart: a new one may work


class _Rest:
    """Until when this process leaves the broker alone."""

    until = 0.0


def hints_send(chunk_ids: Sequence[int]) -> list[int]:
    """Send one hint per part and return those the broker took: all, some, or none while it is down."""
    if not chunk_ids or time.monotonic() < _Rest.until:
        return []
    sent: list[int] = []
    began = time.monotonic()
    for _attempt in range(2):
        try:
            with current_app.producer_pool.acquire(block=True, timeout=1) as producer:
                for chunk_id in chunk_ids[len(sent) :]:
                    _send(producer, chunk_id)
                    sent.append(chunk_id)
            return sent
        except Exception as error:  # every broker client has its own errors; none of them may break a page
            if time.monotonic() - began > QUICK_SECONDS:
                break
            logger.info("the broker's connection broke (%s); trying a new one", error)
    _Rest.until = time.monotonic() + REST_SECONDS
    logger.warning("the broker took %s of %s hints; the rest waits for the sweeper", len(sent), len(chunk_ids))
    return sent


def queue_length() -> int | None:
    """Return how many messages wait for a worker, None while the broker does not answer."""
    try:
        with current_app.connection_for_read() as connection:
            queue = current_app.conf.task_default_queue
            return int(connection.default_channel.client.llen(queue))
    except Exception as error:
        logger.warning("the broker does not tell its queue: %s", error)
        return None


def workers(*, limit: int | None = None, seconds: float = 1) -> list[str] | None:
    """Return the names of the workers that answer within `seconds`, None while the broker does not answer.

    With `limit` it returns as soon as so many have answered.
    """
    try:
        with current_app.connection_for_write() as connection:
            answers = current_app.control.ping(connection=connection, timeout=seconds, limit=limit)
    except Exception as error:
        logger.warning("the broker does not carry a ping: %s", error)
        return None
    return sorted(name for answer in answers for name in answer)


def _send(producer: object, chunk_id: int) -> None:
    current_app.send_task(
        "sop.tasks.run_chunk", kwargs={"chunk_id": chunk_id}, producer=producer, retry=False, ignore_result=True
    )
