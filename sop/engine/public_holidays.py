"""Public holidays of a country or of a region of it, by their calendar's code: US, US-CA, DE-BY."""

from functools import cache
from importlib import import_module

import numpy as np
from numpy.typing import NDArray

YEARS = range(1995, 2056)  # beyond what any history and horizon reach: the same days whatever part is asked about
BETWEEN = "-"  # of country and region


@cache
def calendars() -> frozenset[str]:
    """Return the codes of all calendars known."""
    known = import_module("holidays").list_supported_countries(include_aliases=False)
    regions = (f"{country}{BETWEEN}{region}" for country, own in known.items() for region in own)
    return frozenset([*known, *regions])


@cache
def days_off(calendar: str) -> NDArray[np.datetime64]:
    """Return the holidays of a calendar from Monday to Friday, sorted; none for "". Raises ValueError for no calendar.

    Days given in place of a holiday at the weekend count, where the calendar has them.
    """
    if not calendar:
        return np.array([], dtype="datetime64[D]")
    if calendar not in calendars():
        raise ValueError(f"There is no calendar {calendar!r}.")
    country, _, region = calendar.partition(BETWEEN)
    found = import_module("holidays").country_holidays(country, subdiv=region or None, years=YEARS)
    days = np.unique(np.array(list(found), dtype="datetime64[D]"))
    return days[np.is_busday(days)]
