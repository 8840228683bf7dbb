"""Deadlines by working day, in the company's own time zone."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

SATURDAY = 5


def working_day(month: date, number: int) -> date:
    """Return the `number`-th Monday-to-Friday of a month, its last one where the month has fewer."""
    day, found, last = month.replace(day=1), 0, month
    while day.month == month.month:
        if day.weekday() < SATURDAY:
            found, last = found + 1, day
            if found == number:
                return day
        day += timedelta(days=1)
    return last


def deadline(month: date, number: int, hour: int, zone: str) -> datetime:
    """Return the hour of the `number`-th working day of a month in a time zone."""
    return datetime.combine(working_day(month, number), time(hour), tzinfo=ZoneInfo(zone))
