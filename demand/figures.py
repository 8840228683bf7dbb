"""Finished figures for the demand screens: built here, only drawn in the browser; colours are names of tokens."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np

from demand.frames import FloatMatrix
from sop.figures import figure, line_trace, mark_trace, range_trace


def demand_figure(
    *,
    past: Sequence[date],
    actual: FloatMatrix,
    months: Sequence[date],
    baseline: FloatMatrix,
    adjusted: FloatMatrix,
    last_consensus: FloatMatrix,
    last_year: FloatMatrix,
    low: FloatMatrix | None,
    high: FloatMatrix | None,
) -> dict[str, Any]:
    """Return history, baseline with its 80 % range, adjusted plan, last cycle's consensus and last year, base units.

    Last year is the demand of the same month a year earlier, over the plan's months; what has no number has no line.
    """
    traces = [
        line_trace("Actual", past, actual, "ink"),
        line_trace("Last year", months, last_year, "muted", width=1),
        line_trace("Last cycle", months, last_consensus, "muted", dash="dash", width=1.5),
        line_trace("Baseline", months, baseline, "accent", dash="dot"),
    ]
    if low is not None and high is not None and not np.isnan(low).any() and not np.isnan(high).any():
        traces.insert(0, range_trace("80% range", months, low, high, "chart-range"))
    if not np.allclose(adjusted, baseline):
        traces.append(line_trace("Adjusted", months, adjusted, "warn", width=2.5))
    return figure([trace for trace in traces if any(value is not None for value in trace["y"])])


def cleansing_figure(
    *,
    months: Sequence[date],
    raw: FloatMatrix,
    accepted: Mapping[date, float],
    proposed: Mapping[date, float],
) -> dict[str, Any]:
    """Return a series' demand as it was asked for, as the baseline reads it, and what is proposed; base units."""
    cleaned = np.array([accepted.get(month, value) for month, value in zip(months, raw, strict=True)])
    traces = [line_trace("Raw", months, raw, "muted", width=1.5), line_trace("Cleaned", months, cleaned, "accent")]
    if shown := [month for month in months if month in accepted]:
        traces.append(mark_trace("Accepted", shown, [accepted[month] for month in shown], "ok", "circle"))
    if shown := [month for month in months if month in proposed]:
        traces.append(mark_trace("Proposed", shown, [proposed[month] for month in shown], "warn", "diamond"))
    return figure(traces)
