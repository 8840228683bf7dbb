"""The servers the tests run on: private ones, or those that DATABASE_URL and REDIS_URL name."""

import atexit
import functools
import os
import tempfile
from pathlib import Path

from sop.local.servers import Servers


def given() -> bool:
    """Tell whether the tests were pointed at servers that exist already."""
    return "DATABASE_URL" in os.environ and "REDIS_URL" in os.environ and "SOP_PRIVATE" not in os.environ


@functools.cache
def private() -> Servers:
    """Return this run's private servers, not started; their folder goes when the run ends."""
    servers = Servers(Path(tempfile.mkdtemp(prefix="sop-test-")), durable=False)
    atexit.register(servers.state.rmdir)
    atexit.register(servers.remove)
    return servers


def addresses() -> dict[str, str]:
    """Return what the settings must read from the environment."""
    if given():
        return {}
    # Known before the servers run: tests without a database never start one.
    return private().environment(owner=True) | {"SOP_PRIVATE": "1"}
