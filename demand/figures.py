"""Finished figures for the demand screens: built here, only drawn in the browser; colours are names of tokens."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np
import plotly.graph_objects as go

from demand.frames import FloatMatrix


def demand_figure(
    *,
    past: Sequence[date],
    actual: FloatMatrix,
    months: Sequence[date],
    baseline: FloatMatrix,
    adjusted: FloatMatrix,
    last_consensus: FloatMatrix,
    low: FloatMatrix | None,
    high: FloatMatrix | None,
) -> dict[str, Any]:
    """Return history, baseline with its 80 % range, adjusted plan and last cycle's consensus by month, base units."""
    figure = go.Figure()
    if low is not None and high is not None and not np.isnan(low).any() and not np.isnan(high).any():
        figure.add_scatter(
            x=[*months, *reversed(months)],
            y=_plain([*high, *low[::-1]]),
            fill="toself",
            fillcolor="accent-range",
            line={"width": 0},
            hoverinfo="skip",
            mode="lines",
            name="80% range",
        )
    figure.add_scatter(x=list(past), y=_plain(actual), name="Actual", mode="lines", line={"color": "ink", "width": 2})
    figure.add_scatter(
        x=list(months), y=_plain(last_consensus), name="Last cycle", mode="lines", line=_line("muted", "dash", 1.5)
    )
    figure.add_scatter(x=list(months), y=_plain(baseline), name="Baseline", mode="lines", line=_line("accent", "dot", 2))
    if not np.allclose(adjusted, baseline):
        figure.add_scatter(x=list(months), y=_plain(adjusted), name="Adjusted", mode="lines", line=_line("warn", "solid", 2.5))
    figure.update_layout(
        margin={"l": 44, "r": 8, "t": 8, "b": 28},
        legend={"orientation": "h", "y": -0.18},
        xaxis={"type": "date", "tickformat": "%b %y"},
        yaxis={"rangemode": "tozero", "tickformat": ",d"},
        hovermode="x unified",
    )
    return figure.to_plotly_json()  # type: ignore[no-any-return]


def _line(colour: str, dash: str, width: float) -> dict[str, Any]:
    return {"color": colour, "dash": dash, "width": width}


def _plain(values: Sequence[float] | FloatMatrix) -> list[float | None]:
    return [None if np.isnan(value) else round(float(value), 1) for value in values]
