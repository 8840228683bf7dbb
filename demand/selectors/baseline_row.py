"""The baseline of one row: how the adopted run treated it, what was corrected, what people chose."""

from dataclasses import dataclass

from demand.models import BaselineChoice, BaselineRun, BaselineSeries, Cleansing, Series
from demand.selectors.choices import choice_of
from demand.selectors.cleansing import cleansed_months
from demand.selectors.layers import adopted_run
from demand.selectors.series import series_visible
from sop.models import Cycle, User


@dataclass(frozen=True)
class BaselineRow:
    """What is known of one series' baseline without calculating anything."""

    series: Series
    run: BaselineRun | None  # the adopted one
    facts: BaselineSeries | None  # None: no run, or the series came after it
    choice: BaselineChoice | None
    cleansed: list[Cleansing]  # what counts, latest month first


def baseline_row(cycle: Cycle, user: User, *, series_id: int) -> BaselineRow | None:
    """Return one series' baseline; None where this person sees no such series."""
    found = series_visible(user).select_related("product__family", "customer", "location")
    series = found.filter(pk=series_id).first()
    if series is None:
        return None
    run = adopted_run(cycle)
    facts = BaselineSeries.objects.filter(run=run, series=series).first() if run else None
    return BaselineRow(series, run, facts, choice_of(series), cleansed_months(user, f"s{series.pk}"))
