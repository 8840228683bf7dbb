"""Django's PostgreSQL backend, which waits for a server that is restarting instead of failing the request.

Each thread keeps its own connection (`CONN_MAX_AGE`), asked for its health at the start of each request. A pool would
hold fewer only if there were more threads than requests at a time, and psycopg's pool waits twice as long for each cut
connection it meets: after a restart of the server, five of them cost the next request its ten seconds.
"""

from time import monotonic, sleep
from typing import Any

import psycopg
from django.db.backends.postgresql import base

WAIT_SECONDS = 10  # a server restarts in less; who waits longer is better told
TRY_EVERY = 0.1


class DatabaseWrapper(base.DatabaseWrapper):
    """PostgreSQL, waited for."""

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Connect; try again for up to `WAIT_SECONDS` while no connection can be made, then raise the last refusal."""
        give_up = monotonic() + WAIT_SECONDS
        while True:
            try:
                return super().get_new_connection(conn_params)
            except psycopg.OperationalError:
                if monotonic() > give_up:
                    raise
                sleep(TRY_EVERY)
