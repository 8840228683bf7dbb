"""Waiting for background work to show on a page."""

import time
from collections.abc import Callable
from typing import TypeVar

SECONDS = 120
Found = TypeVar("Found")


def until(there: Callable[[], Found | None], else_say: str) -> Found:
    """Return what `there` finds as soon as it finds something."""
    end = time.monotonic() + SECONDS
    while True:
        found = there()
        if found:
            return found
        assert time.monotonic() < end, else_say
        time.sleep(0.5)
