"""One row's baseline calculated once more: its members, last year's test, trend, season and what is left.

The engines are loaded when first asked for: the pages that need none stand at once.
"""

from dataclasses import dataclass
from datetime import date
from math import isclose
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from demand.constants import METHODS, Route
from demand.figures import members_figure, part_figure, tested_figure
from demand.frames import FloatMatrix, history_panel, series_facts
from demand.models import Actual, Baseline, BaselineRun, BaselineSeries, Series
from demand.selectors.baseline_row import BaselineRow, baseline_row
from demand.selectors.choices import facts_with_choices
from demand.selectors.layers import demand_actual, plan_months
from sop.engine.months import month_add, month_list, months_between
from sop.figures import Figure
from sop.models import Cycle, User

if TYPE_CHECKING:
    from demand.engine.decomposition import Decomposition
    from demand.engine.one_series import OneSeries

WAYS = {"mean": "Mean of these", "naive": "Same month last year"}
ALONE_NOT = "global"  # what all series teach cannot be found from one
SAME = 1e-4  # the table keeps six digits of the scale
STRONG, SOME = 0.64, 0.3  # strengths; from .64 on a series is taken for seasonal (Hyndman & Athanasopoulos 2021, 9.1)


@dataclass(frozen=True)
class MemberRow:
    """One way's own forecast, base units by month."""

    way: str
    points: list[float]


@dataclass(frozen=True)
class TestRow:
    """How one way would have forecast the last year, shares of demand; None where nothing can be said."""

    way: str
    points: list[float]
    wape: float | None
    bias: float | None
    mase: float | None
    fva: float | None


@dataclass(frozen=True)
class Part:
    """One of trend, season and what is left, over the months of the history."""

    name: str
    values: list[float]
    figure: Figure


@dataclass(frozen=True)
class RowStudy:
    """What calculating one series once more shows."""

    row: BaselineRow
    figure: Figure
    ahead: list[date]
    members: list[MemberRow]  # over `ahead`
    left_out: str  # the member that one row alone does not have; "" = none
    is_older: bool  # history or choices changed since the run
    held: list[date]
    actual: list[float]
    tests: list[TestRow]
    test_figure: Figure | None
    past: list[date]
    parts: list[Part]  # none under 24 months
    seasonal_strength: float | None
    trend_strength: float | None
    sentences: list[str]  # what the parts say, in a planner's words


def row_study(cycle: Cycle, user: User, *, series_id: int) -> RowStudy | None:
    """Return one series calculated once more; None where this person sees no such series or no run has it."""
    row = baseline_row(cycle, user, series_id=series_id)
    if row is None or row.run is None or row.facts is None:
        return None
    from demand.engine.decomposition import decompose  # noqa: PLC0415  (engines load when first asked for)

    found = _calculated(row.run, row.facts, row.series)
    past = month_list(month_add(found.last, 1 - len(found.history)), len(found.history))
    ahead = month_list(month_add(row.run.history_until, 1), _steps(row.run))
    members = {_way(name): at for name, at in found.members.items()}
    held = past[len(past) - len(found.actual) :]
    parts = decompose(found.history)
    return RowStudy(
        row=row,
        figure=_figure(cycle, row, past=past, cleaned=found.history, ahead=ahead, members=members),
        ahead=ahead,
        members=[MemberRow(way, at.tolist()) for way, at in members.items()],
        left_out=METHODS[ALONE_NOT] if ALONE_NOT in row.facts.members.split(", ") else "",
        is_older=found.route != row.facts.route or not isclose(found.scale, row.facts.scale or 0.0, rel_tol=SAME),
        held=held,
        actual=found.actual.tolist(),
        tests=_tests(found),
        test_figure=_test_figure(found, held),
        past=past,
        parts=_parts(parts, past, plan_months(cycle)[-1]) if parts else [],
        seasonal_strength=parts.seasonal_strength if parts else None,
        trend_strength=parts.trend_strength if parts else None,
        sentences=_sentences(row.facts, parts, past),
    )


def _calculated(run: BaselineRun, facts: BaselineSeries, series: Series) -> "OneSeries":
    from demand.engine.one_series import one_series  # noqa: PLC0415

    ids, until = [series.pk], run.history_until
    chosen = facts.route == Route.CHOSEN
    return one_series(
        history_panel(series_ids=ids, until=until),
        horizon=_steps(run),
        as_of=until,
        facts=facts_with_choices(series_ids=ids, until=until) if chosen else series_facts(series_ids=ids),
        members=[name for name in facts.members.split(", ") if name],
        seasons=_family_seasons(series, until) if facts.route in (Route.SHORT, Route.GROWING) else None,
    )


def _family_seasons(series: Series, until: date) -> pd.DataFrame:
    """Return the season a young series borrows from its family."""
    from demand.engine.baseline import seasons_find  # noqa: PLC0415

    family = Series.objects.filter(active=True, product__family_id=series.product.family_id)
    ids = list(family.order_by("pk").values_list("pk", flat=True))
    return seasons_find(history_panel(series_ids=ids, until=until), series_facts(series_ids=ids), as_of=until)


def _steps(run: BaselineRun) -> int:
    """Return how many months the run forecast, those before the plan included."""
    return run.horizon_months + months_between(run.history_until, run.first_bucket) - 1


def _way(name: str) -> str:
    label = WAYS.get(name) or METHODS.get(name, name)
    return label[0].upper() + label[1:]


def _figure(cycle: Cycle, row: BaselineRow, *, past: list[date], cleaned: FloatMatrix, **ahead: Any) -> Figure:
    """Return the chart of history and forecasts; `ahead` are the months forecast and each member's numbers."""
    months = plan_months(cycle)
    kept = Baseline.objects.filter(run=row.run, series=row.series).values_list(
        "bucket", "mean", "q0_1", "q0_9", "naive"
    )
    rows = {month: numbers for month, *numbers in kept}
    table = np.array([rows.get(month, (None,) * 4) for month in months], dtype=float)
    return members_figure(
        past=past,
        raw=_raw(row.series, past),
        cleaned=cleaned,
        months=months,
        baseline=table[:, 0],
        low=table[:, 1],
        high=table[:, 2],
        naive=table[:, 3],
        **ahead,
    )


def _raw(series: Series, past: list[date]) -> FloatMatrix:
    """Return what was asked for by month; NaN before the series' own first month, where a predecessor's stand."""
    first = Actual.objects.filter(series=series).order_by("bucket").values_list("bucket", flat=True).first()
    raw: FloatMatrix = demand_actual(series_ids=[series.pk], months=past)[0]
    raw[[first is None or month < first for month in past]] = np.nan
    return raw


def _tests(found: "OneSeries") -> list[TestRow]:
    return [
        TestRow(_way(test.name), test.points.tolist(), *map(_known, (test.wape, test.bias, test.mase, test.fva)))
        for test in found.tests
    ]


def _known(value: float) -> float | None:
    return None if np.isnan(value) else value


def _test_figure(found: "OneSeries", held: list[date]) -> Figure | None:
    points = {test.name: test.points for test in found.tests}
    if not points:
        return None
    naive = points.pop("naive")
    return tested_figure(
        months=held, actual=found.actual, members={_way(name): at for name, at in points.items()}, naive=naive
    )


def _parts(parts: "Decomposition", past: list[date], until: date) -> list[Part]:
    named = (("Trend", parts.trend, False), ("Season", parts.season, False), ("What is left", parts.remainder, True))
    return [
        Part(name, part.tolist(), part_figure(name, past=past, part=part, until=until, bars=bars))
        for name, part, bars in named
    ]


def _sentences(facts: BaselineSeries, parts: "Decomposition | None", past: list[date]) -> list[str]:
    """Return what a planner should know of the parts, the break in level included."""
    said = []
    if parts is not None:
        said = [
            _season_said(parts.seasonal_strength),
            _trend_said(parts.trend_strength),
            "There is a pattern left in it: months above or below follow one another. Look for a cause: a customer "
            "won or lost, a project, a price."
            if parts.has_pattern
            else "What is left looks like chance.",
        ]
        if len(parts.outlying):
            months = [f"{past[place]:%b %Y}" for place in parts.outlying.tolist()]
            said.append(f"Far from trend and season: {', '.join(months)}.")
    if facts.broke_on is not None:
        to = "" if facts.broke_to is None else f", to {facts.broke_to:.0%} of what it was"
        said.append(f"The level broke in {facts.broke_on:%B %Y}{to}.")
    return said


def _season_said(strength: float) -> str:
    if strength >= STRONG:
        return "A strong season: the same months are high and low every year."
    return "Some season, with years that differ." if strength >= SOME else "Hardly any season."


def _trend_said(strength: float) -> str:
    if strength >= STRONG:
        return "A strong trend: the level itself moves more than single months do."
    return "Some trend, among months that swing." if strength >= SOME else "Hardly any trend: the level stays."
