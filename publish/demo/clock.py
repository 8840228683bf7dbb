"""The demo's clock: what happened to the company happened on its own dates, not on the day the demo is loaded."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time
from unittest.mock import patch
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("America/Chicago")


def moment(day: date, hour: int = 9, minute: int = 0) -> datetime:
    """Return a time of day at the company's own clock, as UTC."""
    return datetime.combine(day, time(hour, minute), ZONE).astimezone(UTC)


@contextmanager
def clock(at: datetime) -> Iterator[None]:
    """Run a block as if it were `at`: services, stamps and history all ask `django.utils.timezone.now`."""
    with patch("django.utils.timezone.now", return_value=at):
        yield
